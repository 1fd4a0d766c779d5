"""What every payment provider offers, whoever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from books4all.lib.money import Money


class ProviderState(StrEnum):
    """How far a payment is, in the provider's eyes. The last two are final."""

    OPEN = "open"
    PROCESSING = "processing"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Intent:
    """What to collect. ``key`` makes asking twice the same as asking once: our payment's id."""

    key: str
    amount: Money
    description: str
    return_url: str


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider tells it. ``reference`` is the provider's name for it."""

    key: str
    reference: str
    page_url: str
    state: ProviderState
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified message of the provider. ``payload`` is what it said, without secrets."""

    event_id: str
    type: str
    payment: ProviderPayment
    payload: Mapping[str, object]


class PaymentProvider(Protocol):
    """A payment provider with its own page, on which the buyer pays.

    All calls but ``parse_webhook`` go over the network: they must not be made inside a database
    transaction, may take seconds, and raise ``orders.errors.ProviderError`` when it is not known
    what came of them.
    """

    name: str

    def create(self, intent: Intent) -> ProviderPayment:
        """Open a payment, or return the one that was opened with the same key."""

    def find(self, key: str) -> ProviderPayment | None:
        """Return the payment opened with ``key``; None if there is none."""

    def fetch(self, reference: str) -> ProviderPayment:
        """Return the payment as it is now."""

    def cancel(self, reference: str) -> ProviderPayment:
        """Make sure that it can't be paid any more; returned as captured when that is too late."""

    def refund(self, *, reference: str, key: str, amount: Money) -> str:
        """Give back part of a captured payment, once a key; returns the refund's reference."""

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Verify a message by its signature and read it.

        Raises:
            orders.errors.WebhookRefusedError: forged, too old, or not to be understood.
        """
