"""Payouts by Stripe Connect: transfers from the marketplace's balance to a shop's connected account."""

from orders.payments.payouts.base import Transfer
from orders.payments.stripe import connect


class StripeTransfers:
    """Transfers, each once by its key."""

    name = "stripe"

    def send(self, order: Transfer) -> str:
        """Transfer to the connected account; what it can't take is refused, and costs nothing."""
        return connect.transfer(order.to, order.amount, order.key)
