"""What every payment provider offers, whoever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from books4all.lib.money import Money
from orders.constants import DisputeStatus, PaymentEventKind


class ProviderState(StrEnum):
    """How far a payment is, in the provider's eyes. The last two are final.

    What is authorised is promised by the buyer's bank, and taken only when it is captured.
    """

    OPEN = "open"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """How far a refund is, in the provider's eyes. One that succeeded can still fail."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Intent:
    """What to collect. ``key`` makes asking twice the same as asking once: our payment's id.

    ``capture_later`` asks the buyer's bank for its promise only; ``capture`` takes the money.
    """

    key: str
    amount: Money
    description: str
    return_url: str
    capture_later: bool = False


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider tells it. ``reference`` is the provider's name for it.

    ``money`` is its name for the movement of the money, where that has one of its own.
    """

    key: str
    reference: str
    page_url: str
    state: ProviderState
    amount: Money
    money: str = ""


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider tells it. ``key`` is the one it was asked for with."""

    key: str
    reference: str
    state: RefundState
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A payment that the buyer's bank has taken back, as the provider tells it."""

    reference: str
    status: DisputeStatus
    amount: Money
    reason: str = ""
    evidence_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What a message says of the money: ``reference`` is the provider's name for this movement."""

    kind: PaymentEventKind
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified message of the provider. ``payload`` is what it said, without secrets.

    ``payment`` is how the payment stands, where the message tells all of it; else ``about`` is the
    provider's name for it, by which ``fetch`` knows it. Both empty: it is about no payment.
    """

    event_id: str
    type: str
    payload: Mapping[str, object]
    payment: ProviderPayment | None = None
    about: str = ""
    moved: Moved | None = None
    refund: ProviderRefund | None = None
    dispute: ProviderDispute | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """How long copies are kept for a buyer: at first and anew each time they come back, and at most."""

    each: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A paper that speaks for the shop in a dispute."""

    name: str
    content: bytes


class PaymentProvider(Protocol):
    """A payment provider with its own page, on which the buyer pays.

    All calls but ``parse_webhook`` and ``holding`` go over the network: they must not be made inside
    a database transaction, may take seconds, and raise ``orders.errors.ProviderError`` when it is not
    known what came of them.
    """

    name: str

    @property
    def title(self) -> str | Promise:
        """What buyers read who may choose."""

    @property
    def explain(self) -> str | Promise:
        """What paying in this way means for them."""

    def holding(self) -> Holding:
        """Return how long copies are kept for who pays in this way."""

    def create(self, intent: Intent) -> ProviderPayment:
        """Open a payment, or return the one that was opened with the same key."""

    def find(self, key: str) -> ProviderPayment | None:
        """Return the payment opened with ``key``; None if there is none."""

    def fetch(self, reference: str) -> ProviderPayment:
        """Return the payment as it is now, by its reference or that of its money."""

    def capture(self, reference: str) -> ProviderPayment:
        """Take the money of an authorised payment; returned as it is where there is none to take."""

    def cancel(self, reference: str) -> ProviderPayment:
        """Make sure that it can't be paid any more; returned as captured when that is too late."""

    def refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Give back part of a captured payment, once a key."""

    def fetch_refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Return a refund as it is now."""

    def send_evidence(self, *, dispute: str, text: str, files: Sequence[EvidenceFile]) -> None:
        """Answer a dispute: the buyer's bank reads it and decides. Can be done once."""

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Verify a message by its signature and read it.

        Raises:
            orders.errors.WebhookRefusedError: forged, too old, or not to be understood.
        """
