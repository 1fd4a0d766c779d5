"""What programs can be told, by name: noun and deed, as "order.shipped".

The names follow from the events of an order's history, so that whatever is written there can be told.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.constants import EventType

TEST = "webhook.test"
# Where the rule below would not give the name that a stranger expects. Empty: told to nobody.
_NAMED: dict[str, str] = {
    EventType.CREATED: "",
    EventType.TRACKING: "order.tracking_corrected",
    EventType.REFUND_ASKED: "refund.requested",
    EventType.REFUNDED: "refund.settled",
    EventType.PAYMENT_PROBLEM: "payment.problem",
}
# First words of events that are about something else than the order itself: "return_approved".
_NOUNS = frozenset({"case", "claim", "dispute", "payment", "postage", "refund", "return"})
# Of whole orders, never of a shop's part: told to the marketplace's own endpoints alone.
_NOT_FOR_SHOPS = frozenset({"order.expired", "payment.problem"})
# What is no event of an order.
_OTHERS: dict[str, str | Promise] = {
    "payout.created": _("Payout made"),
    "payout.completed": _("Payout arrived"),
    "payout.failed": _("Payout failed"),
}


def type_of(event: str) -> str:
    """Return the name that an event of an order's history (``EventType``) is told by; "" for none."""
    if event in _NAMED:
        return _NAMED[event]
    noun, _underscore, deed = event.partition("_")
    return f"{noun}.{deed}" if deed and noun in _NOUNS else f"order.{event}"


def types(*, marketplace: bool = True) -> dict[str, str | Promise]:
    """Return every name that an endpoint of the marketplace, or of a shop, can ask for, with a label."""
    events = {type_of(value): label for value, label in EventType.choices if type_of(value)}
    hidden = frozenset() if marketplace else _NOT_FOR_SHOPS
    return {name: label for name, label in {**events, **_OTHERS}.items() if name not in hidden}


def unknown(names: Iterable[str], *, marketplace: bool) -> list[str]:
    """Return those of ``names`` that an endpoint of the marketplace, or of a shop, can't ask for."""
    known = types(marketplace=marketplace)
    return [name for name in names if name not in known]
