"""Who pays sellers out: Stripe Connect by itself; our bank by files that staff upload."""

from orders.constants import PayoutMethod
from orders.errors import ProviderError
from orders.payments.payouts.base import PayoutProvider, Transfer
from orders.payments.payouts.stripe import StripeTransfers

__all__ = ["Transfer", "payout_provider"]

_PROVIDERS: dict[PayoutMethod, PayoutProvider] = {PayoutMethod.STRIPE: StripeTransfers()}


def payout_provider(method: PayoutMethod) -> PayoutProvider:
    """Return the provider that pays by ``method``.

    Raises:
        ProviderError: there is none: files for the bank are sent by people.
    """
    if method not in _PROVIDERS:
        msg = f"payouts by {method} are not sent by a program"
        raise ProviderError(msg)
    return _PROVIDERS[method]
