"""Payment providers: which ones take the payments, and which ones may still send messages."""

from django.conf import settings

from orders.payments.base import PaymentProvider
from orders.payments.nothing import NothingToPay
from orders.payments.sandbox.client import SandboxProvider
from orders.payments.stripe.client import StripeProvider
from orders.payments.transfer.client import TransferProvider

_NOTHING = NothingToPay()
_PROVIDERS: dict[str, PaymentProvider] = {
    "sandbox": SandboxProvider(),
    "stripe": StripeProvider(),
    "transfer": TransferProvider(),
    _NOTHING.name: _NOTHING,
}


def current_provider() -> PaymentProvider:
    """Return the provider of who does not choose (``settings.PAYMENT_PROVIDER``)."""
    return _PROVIDERS[settings.PAYMENT_PROVIDER]


def offered_providers() -> list[PaymentProvider]:
    """Return the ways to pay that buyers may choose from, the usual one first."""
    return [_PROVIDERS[name] for name in settings.PAYMENT_PROVIDERS]


def provider_named(name: str) -> PaymentProvider | None:
    """Return a provider by its name, for its messages and for payments made with it earlier."""
    return _PROVIDERS.get(name)


def nothing_to_pay() -> PaymentProvider:
    """Return the provider of orders that gift cards and promotions pay."""
    return _NOTHING
