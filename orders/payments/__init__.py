"""Payment providers: which one takes the payments, and which ones may still send messages."""

from django.conf import settings

from orders.payments.base import PaymentProvider
from orders.payments.nothing import NothingToPay
from orders.payments.sandbox.client import SandboxProvider

_NOTHING = NothingToPay()
_PROVIDERS: dict[str, PaymentProvider] = {"sandbox": SandboxProvider(), _NOTHING.name: _NOTHING}


def current_provider() -> PaymentProvider:
    """Return the provider that new payments go to (``settings.PAYMENT_PROVIDER``)."""
    return _PROVIDERS[settings.PAYMENT_PROVIDER]


def provider_named(name: str) -> PaymentProvider | None:
    """Return a provider by its name, for its messages and for payments made with it earlier."""
    return _PROVIDERS.get(name)


def nothing_to_pay() -> PaymentProvider:
    """Return the provider of orders that gift cards and promotions pay."""
    return _NOTHING
