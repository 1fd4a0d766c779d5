"""Whether, and how, a buyer may cancel what is not posted yet."""

from enum import StrEnum

from orders.constants import WAITING, SellerOrderStatus
from orders.models import CancelRequest, SellerOrder
from orders.selectors.postage import open_extra


class Cancelling(StrEnum):
    """What a buyer may do who does not want it any more."""

    CANCEL = "cancel"
    ASK = "ask"
    ASKED = "asked"
    NOTHING = ""


def may_call_off(part: SellerOrder) -> bool:
    """Return whether the buyer may cancel without asking: not accepted yet, or asked to pay more."""
    return part.status == SellerOrderStatus.PLACED or open_extra(part) is not None


def cancelling(part: SellerOrder) -> Cancelling:
    """Return what the buyer may do now; no query where ``cancel_request`` and ``extra_postages`` are loaded."""
    if part.status not in WAITING:
        return Cancelling.NOTHING
    if may_call_off(part):
        return Cancelling.CANCEL
    asked = wish(part)
    if asked is None:
        return Cancelling.ASK
    return Cancelling.ASKED if asked.is_open else Cancelling.NOTHING


def wish(part: SellerOrder) -> CancelRequest | None:
    """Return the buyer's wish to cancel, answered or not."""
    return getattr(part, "cancel_request", None)
