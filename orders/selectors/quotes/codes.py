"""A code that was typed for a basket, as its page shows it."""

from dataclasses import dataclass

from books4all.lib.money import Money


@dataclass(frozen=True, slots=True)
class Code:
    """A typed code: what it takes off or pays, or the ``problem`` why nothing, in words."""

    pk: int
    label: str
    amount: Money
    is_gift_card: bool = False
    problem: str = ""
