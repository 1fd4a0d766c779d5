"""What every provider of payouts offers, whoever it is."""

from dataclasses import dataclass
from typing import Protocol

from books4all.lib.money import Money


@dataclass(frozen=True, slots=True)
class Transfer:
    """What to pay, and to whom (the provider's name for the seller's account).

    ``key`` makes asking twice the same as asking once; ``text`` is what people know the payout by.
    """

    key: str
    amount: Money
    to: str
    text: str


class PayoutProvider(Protocol):
    """A provider of payouts. Its calls go over the network: never inside a database transaction."""

    name: str

    def send(self, order: Transfer) -> str:
        """Pay, once a key; returns the provider's name for it.

        Raises:
            orders.errors.ProviderRefusedError: it said no; nothing was paid.
            orders.errors.ProviderError: it did not answer; what it did is not known.
        """
