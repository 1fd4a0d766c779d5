"""The sandbox's test cards, by what they make happen."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Behaviour(StrEnum):
    """What a card makes the provider do."""

    SUCCESS = "success"
    DECLINE = "decline"
    SECURE = "secure"
    SLOW = "slow"
    LOST_ANSWER = "lost_answer"
    LOST_WEBHOOK = "lost_webhook"
    TWICE = "twice"
    LATE = "late"
    FIRST = "first"
    AUTHORIZE = "authorize"
    SLOW_REFUND = "slow_refund"
    FAILED_REFUND = "failed_refund"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Card:
    """A test card."""

    number: str
    behaviour: Behaviour
    label: str | Promise

    @property
    def grouped(self) -> str:
        """The number as it stands on a card."""
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


CARDS = (
    Card("4242424242424242", Behaviour.SUCCESS, _("Succeeds")),
    Card("4000000000000002", Behaviour.DECLINE, _("Is declined")),
    Card("4000000000003220", Behaviour.SECURE, _("Asks for 3-D Secure")),
    Card("4000000000000077", Behaviour.SLOW, _("The bank answers after ten seconds")),
    Card("4000000000000101", Behaviour.LOST_ANSWER, _("Paid, but you are not led back")),
    Card("4000000000000119", Behaviour.LOST_WEBHOOK, _("Paid, not led back, and no message sent")),
    Card("4000000000000127", Behaviour.TWICE, _("The message is sent twice")),
    Card("4000000000000135", Behaviour.LATE, _("The message comes half a minute late")),
    Card("4000000000000143", Behaviour.FIRST, _("The message comes before you are led back")),
    Card(
        "4000000000000150",
        Behaviour.AUTHORIZE,
        _("The bank promises first, and pays a moment later"),
    ),
    Card("4000000000000168", Behaviour.SLOW_REFUND, _("Refunds take ten seconds")),
    Card(
        "4000000000000176",
        Behaviour.FAILED_REFUND,
        _("Refunds arrive, and come back ten seconds later"),
    ),
    Card(
        "4000000000000259", Behaviour.DISPUTED, _("The bank takes the money back after ten seconds")
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}


def card_numbered(number: str) -> Card | None:
    """Return the test card with this number, typed with or without spaces; None for any other."""
    return _BY_NUMBER.get("".join(number.split()))
