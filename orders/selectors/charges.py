"""How a payment's money stands, derived from what its provider has told (RULES.md, "Payment").

Pure: rows in, amounts out. Telling the same thing twice changes nothing, and neither does the order in
which messages arrive: they are read in the order in which things happened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orders.constants import ChargeStatus, PaymentEventKind

_OPERATIONS = ("authorization", "charge", "refund", "cancel")


@dataclass(frozen=True, slots=True)
class Told:
    """A message about money, in minor units; ``reference`` is the provider's name for the movement."""

    kind: str
    amount: int
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Charges:
    """How a payment's money stands, in minor units of its currency.

    ``charged`` is what we have of it: charges less refunds (also pending ones) and what the bank took
    back. The ``pending_`` amounts are asked for, and not answered yet.
    """

    authorised: int = 0
    charged: int = 0
    refunded: int = 0
    charged_back: int = 0
    cancelled: int = 0
    pending_authorisation: int = 0
    pending_charge: int = 0
    pending_refund: int = 0
    pending_cancel: int = 0

    def status(self, *, total: int, granted: int = 0) -> ChargeStatus:
        """Compare what was charged with ``total`` less the refunds that were ``granted``."""
        due = max(total - granted, 0)
        if self.charged == due:
            return ChargeStatus.FULL
        if self.charged <= 0:
            return ChargeStatus.NONE
        return ChargeStatus.PARTIAL if self.charged < due else ChargeStatus.OVERCHARGED


def charges_of(events: Iterable[Told]) -> Charges:
    """Derive the amounts from all that was told about one payment.

    A request is pending until a success or failure bears the same reference; a success counts unless
    a newer failure does. An adjustment overwrites what was authorised before it. What the bank took
    back is back once a charge bears the same reference.
    """
    told = sorted(events, key=lambda event: event.at)
    success = {name: _succeeded(told, name) for name in _OPERATIONS}
    pending = {name: _pending(told, name) for name in _OPERATIONS}
    taken_back = _last(told, PaymentEventKind.CHARGE_BACK)
    # One that failed after it succeeded is told both ways, and came back once.
    known = _outcomes(told, "refund")
    reversed_refunds = sum(
        amount
        for reference, amount in _last(told, PaymentEventKind.REFUND_REVERSE).items()
        if reference in success["refund"] or reference not in known
    )
    charged, refunded = sum(success["charge"].values()), sum(success["refund"].values())
    pending_charge, pending_refund = (
        sum(pending["charge"].values()),
        sum(pending["refund"].values()),
    )
    cancelled, pending_cancel = sum(success["cancel"].values()), sum(pending["cancel"].values())
    # What came back by winning a dispute was never authorised anew.
    first_charged = sum(n for name, n in success["charge"].items() if name not in taken_back)
    used = first_charged + pending_charge + cancelled + pending_cancel
    return Charges(
        authorised=max(0, _authorised(told, success["authorization"]) - used),
        charged=charged - refunded - pending_refund - sum(taken_back.values()) + reversed_refunds,
        refunded=refunded - reversed_refunds,
        charged_back=sum(n for name, n in taken_back.items() if name not in success["charge"]),
        cancelled=cancelled,
        pending_authorisation=sum(pending["authorization"].values()),
        pending_charge=pending_charge,
        pending_refund=pending_refund,
        pending_cancel=pending_cancel,
    )


def _outcomes(told: Sequence[Told], operation: str) -> dict[str, dict[str, Told]]:
    """Return the last request, success and failure of each movement of an operation."""
    found: dict[str, dict[str, Told]] = {}
    for event in told:
        name, _sep, outcome = event.kind.rpartition("_")
        if name == operation and outcome in {"request", "success", "failure"}:
            found.setdefault(event.reference, {})[outcome] = event
    return found


def _succeeded(told: Sequence[Told], operation: str) -> dict[str, int]:
    return {
        reference: last["success"].amount
        for reference, last in _outcomes(told, operation).items()
        if "success" in last and not ("failure" in last and last["failure"].at > last["success"].at)
    }


def _pending(told: Sequence[Told], operation: str) -> dict[str, int]:
    return {
        reference: last["request"].amount
        for reference, last in _outcomes(told, operation).items()
        if last.keys() == {"request"}
    }


def _last(told: Sequence[Told], kind: PaymentEventKind) -> dict[str, int]:
    return {event.reference: event.amount for event in told if event.kind == kind}


def _authorised(told: Sequence[Told], success: dict[str, int]) -> int:
    """Return what was authorised in all: the last adjustment, and what came after it."""
    adjusted = [event for event in told if event.kind == PaymentEventKind.AUTHORIZATION_ADJUSTMENT]
    if not adjusted:
        return sum(success.values())
    last = adjusted[-1]
    later = {
        event.reference
        for event in told
        if event.kind == PaymentEventKind.AUTHORIZATION_SUCCESS and event.at > last.at
    }
    return last.amount + sum(n for reference, n in success.items() if reference in later)
