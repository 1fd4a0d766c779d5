"""A payment's amounts, derived from its events, for staff and for checks."""

from dataclasses import dataclass

from django.db.models import F, Sum

from books4all.lib.money import Money
from orders.constants import ChargeStatus
from orders.models import Payment
from orders.selectors.charges import Charges, Told, charges_of


@dataclass(frozen=True, slots=True)
class PaymentAmounts:
    """How a payment's money stands by its provider's words, and what was granted back of it."""

    charges: Charges
    granted: int
    status: ChargeStatus
    currency: str

    def money(self, minor: int) -> Money:
        """Return one of the amounts as money."""
        return Money(minor, self.currency)


def amounts_of(payment: Payment) -> PaymentAmounts:
    """Derive a payment's amounts: one query for its events, one for its refunds."""
    rows = payment.events.exclude(kind="").order_by("pk")
    told = rows.values_list("kind", "amount_minor", "reference", "happened_at")
    charges = charges_of(Told(kind, amount or 0, ref, at) for kind, amount, ref, at in told)
    granted = payment.refunds.aggregate(
        sum=Sum(F("amount_minor") - F("gift_minor"), default=0),
    )["sum"]
    status = charges.status(total=payment.amount_minor, granted=int(granted))
    return PaymentAmounts(charges, int(granted), status, payment.currency)
