"""An order's history in words: a sentence an event, for the buyer, for the shop, and for staff.

Nobody reads what is the other side's own matter: an event without a sentence for a reader is left out, and
so is one of another shop. Who did it is told as far as it concerns the reader: a shop's people know each
other by name, staff see exactly who.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seller, SellerMember
from books4all.lib.money import Money
from orders.constants import Actor, EventType, Stage
from orders.models import OrderEvent, SellerOrder

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Events of one order that a page shows; far more than any has.
MOST = 200


class Reader(StrEnum):
    """For whom a history is told."""

    BUYER = "buyer"
    SELLER = "seller"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Words:
    """What an event is in words; nothing for a reader whom it does not concern.

    ``%(shop)s``, ``%(amount)s`` and whatever else is in the event's data may stand in them. ``noted`` are
    the readers who see the event's note.
    """

    buyer: "StrOrPromise" = ""
    seller: "StrOrPromise" = ""
    staff: "StrOrPromise" = ""
    noted: frozenset[Reader] = frozenset(Reader)

    def of(self, reader: Reader) -> "StrOrPromise":
        """Return the sentence for a reader."""
        words: StrOrPromise = getattr(self, reader.value)
        return words


_STAFF_ONLY = frozenset({Reader.STAFF})
_L = gettext_lazy

# By what happened, and more exactly by whose doing it was.
SENTENCES: dict[EventType | tuple[EventType, Actor], Words] = {
    EventType.CREATED: Words(staff=_L("Order written, payment not begun")),
    EventType.PLACED: Words(
        _L("You paid the order"), _L("Paid by the buyer"), _L("Paid and placed")
    ),
    EventType.EXPIRED: Words(_L("Not paid in time"), staff=_L("Not paid in time: copies freed")),
    EventType.ACCEPTED: Words(
        _L("%(shop)s accepted your order"), _L("Accepted"), _L("Accepted by %(shop)s")
    ),
    EventType.SHIPPED: Words(
        _L("%(shop)s posted a parcel"), _L("Posted"), _L("Posted by %(shop)s")
    ),
    EventType.TRACKING: Words(
        _L("%(shop)s corrected the tracking"), _L("Tracking corrected"), _L("Tracking corrected")
    ),
    EventType.PARCEL: Words(
        _L("News of your parcel"), _L("News of a parcel"), _L("News of a parcel")
    ),
    EventType.DELIVERED: Words(
        _L("%(shop)s told us that it has arrived"), _L("Marked as delivered"), _L("Delivered")
    ),
    (EventType.DELIVERED, Actor.BUYER): Words(
        _L("You told us that it has arrived"),
        _L("The buyer says that it has arrived"),
        _L("The buyer says that it has arrived"),
    ),
    (EventType.DELIVERED, Actor.SYSTEM): Words(
        _L("Taken as delivered, since nobody said otherwise"),
        _L("Taken as delivered, since nobody said otherwise"),
        _L("Taken as delivered: no complaint in time"),
    ),
    EventType.COMPLETED: Words(
        _L("Completed: the time to send it back is over"),
        _L("Completed: the money is yours"),
        _L("Completed, earnings released"),
    ),
    EventType.CANCELLED: Words(
        _L("%(shop)s can’t send your books"), _L("Refused"), _L("Refused by %(shop)s")
    ),
    (EventType.CANCELLED, Actor.SYSTEM): Words(
        _L("Cancelled: %(shop)s let the time pass"),
        _L("Cancelled: the time to post it had passed"),
        _L("Cancelled: %(shop)s stayed silent"),
    ),
    EventType.REFUSED: Words(
        _L("%(shop)s can’t send all of it"), _L("Partly refused"), _L("Partly refused by %(shop)s")
    ),
    (EventType.REFUSED, Actor.SYSTEM): Words(
        _L("The rest was cancelled: %(shop)s let the time pass"),
        _L("The rest was cancelled: the time to post it had passed"),
        _L("The rest was cancelled: %(shop)s stayed silent"),
    ),
    EventType.CALLED_OFF: Words(
        _L("Cancelled, as you wished"),
        _L("Cancelled, as the buyer wished"),
        _L("Cancelled at the buyer’s wish"),
    ),
    (EventType.CALLED_OFF, Actor.BUYER): Words(
        _L("You cancelled it"), _L("The buyer cancelled it"), _L("Cancelled by the buyer")
    ),
    (EventType.CALLED_OFF, Actor.SYSTEM): Words(
        _L("Cancelled: the extra postage was not answered in time"),
        _L("Cancelled: the buyer did not answer in time"),
        _L("Cancelled: extra postage not answered"),
    ),
    EventType.CANCEL_ASKED: Words(
        _L("You asked %(shop)s to cancel it"),
        _L("The buyer asks to cancel it"),
        _L("The buyer asked %(shop)s to cancel it"),
    ),
    EventType.CANCEL_DECLINED: Words(
        _L("%(shop)s does not cancel it"),
        _L("Not cancelled, though the buyer asked"),
        _L("%(shop)s declined to cancel it"),
    ),
    EventType.POSTAGE_ASKED: Words(
        _L("%(shop)s asked for %(amount)s of extra postage"),
        _L("%(amount)s of extra postage asked for"),
        _L("%(shop)s asked for %(amount)s of extra postage"),
    ),
    EventType.POSTAGE_PAID: Words(
        _L("You paid %(amount)s of extra postage"),
        _L("%(amount)s of extra postage paid"),
        _L("%(amount)s of extra postage paid"),
    ),
    EventType.POSTAGE_REFUSED: Words(
        _L("You refused %(amount)s of extra postage"),
        _L("%(amount)s of extra postage refused by the buyer"),
        _L("%(amount)s of extra postage refused by the buyer"),
        noted=frozenset(),
    ),
    EventType.POSTAGE_EXPIRED: Words(
        _L("%(amount)s of extra postage was not answered in time"),
        _L("%(amount)s of extra postage was not answered in time"),
        _L("%(amount)s of extra postage was not answered in time"),
        noted=frozenset(),
    ),
    EventType.POSTAGE_WITHDRAWN: Words(
        _L("The extra postage is not asked for any more"),
        _L("Extra postage withdrawn"),
        _L("Extra postage withdrawn"),
        noted=frozenset(),
    ),
    EventType.REMINDED: Words(
        seller=_L("We reminded you of it"), staff=_L("Reminded %(shop)s of its promise")
    ),
    EventType.REFUND_ASKED: Words(
        _L("%(amount)s is on its way back to you"),
        _L("%(amount)s is paid back to the buyer"),
        _L("Refund of %(amount)s asked for"),
    ),
    EventType.REFUNDED: Words(
        _L("%(amount)s has been paid back to you"),
        _L("%(amount)s has been paid back to the buyer"),
        _L("Refund of %(amount)s settled"),
        noted=_STAFF_ONLY,
    ),
    EventType.REFUND_FAILED: Words(
        _L("Paying %(amount)s back has failed: we are looking into it"),
        staff=_L("Refund of %(amount)s failed"),
        noted=_STAFF_ONLY,
    ),
    EventType.DISPUTE_OPENED: Words(
        _L("Your bank has taken the payment back"),
        _L("The buyer’s bank has taken the payment back"),
        _L("Payment taken back by the buyer’s bank"),
    ),
    EventType.DISPUTE_WON: Words(
        _L("Your bank has given the payment back"),
        _L("The bank has given the payment back"),
        _L("Dispute won"),
    ),
    EventType.DISPUTE_LOST: Words(
        _L("Your bank keeps the payment"),
        _L("The bank keeps the payment"),
        _L("Dispute lost"),
    ),
    EventType.GOODWILL: Words(
        _L("%(shop)s gives you some money back"),
        _L("Money given back as goodwill"),
        _L("Goodwill refund by %(shop)s"),
    ),
    EventType.CASE_OPENED: Words(
        _L("You told us that something is not right"),
        _L("The buyer wrote that something is not right"),
        _L("The buyer opened a case"),
    ),
    EventType.CASE_APPROVED: Words(
        _L("%(shop)s takes the book back"), _L("You take the book back"), _L("Return approved")
    ),
    EventType.CASE_OFFERED: Words(
        _L("%(shop)s offered you part of the money"),
        _L("Part of the money offered"),
        _L("%(shop)s offered part of the money"),
    ),
    EventType.CASE_OFFER_REFUSED: Words(
        _L("You refused the offer"), _L("The buyer refused the offer"), _L("Offer refused")
    ),
    EventType.CASE_DECLINED: Words(
        _L("%(shop)s does not agree"), _L("You did not agree"), _L("%(shop)s did not agree")
    ),
    EventType.CASE_POSTED: Words(
        _L("You posted the book back"),
        _L("The buyer posted the book back"),
        _L("The book is on its way back"),
    ),
    EventType.CASE_ESCALATED: Words(
        _L("Our staff look at it"), _L("Our staff look at it"), _L("Handed to staff")
    ),
    EventType.CASE_REMINDED: Words(staff=_L("Reminder about the case sent")),
    EventType.CASE_RESOLVED: Words(_L("It is settled"), _L("It is settled"), _L("Case settled")),
    EventType.CASE_DENIED: Words(
        _L("Closed without a refund"), _L("Closed without a refund"), _L("Case denied")
    ),
    EventType.CASE_CANCELLED: Words(
        _L("You took it back"), _L("The buyer took it back"), _L("Case withdrawn by the buyer")
    ),
    EventType.PAYMENT_PROBLEM: Words(staff=_L("Payment needs a look")),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as its reader is told it; a step of ``components/timeline.html`` too."""

    type: str
    label: str
    note: str
    who: str
    when: datetime

    state = "done"

    @property
    def detail(self) -> str:
        """When, by whom, and what was noted."""
        when = date_format(timezone.localtime(self.when), "j F Y, H:i")
        about = ", ".join(text for text in (when, self.who) if text)
        return f"{about}: {self.note}" if self.note else about


def words_of(event: OrderEvent) -> Words:
    """Return the sentences of an event; one that has none yet is for staff alone."""
    kind = EventType(event.type)
    plain = SENTENCES.get(kind, Words(staff=kind.label))
    return SENTENCES.get((kind, Actor(event.side)), plain)


def history(
    events: Iterable[OrderEvent],
    reader: Reader,
    *,
    part: SellerOrder,
    names: Mapping[int, str] | None = None,
) -> list[Told]:
    """Tell the events of a seller order (and of its order as a whole) to ``reader``, in their order.

    ``names`` are those of a shop's people, by user, for their shop. No queries.
    """
    about = [event for event in events if event.seller_order_id in (None, part.pk)]
    found = (_told(event, reader, part.seller, names or {}) for event in about[:MOST])
    return [told for told in found if told is not None]


def history_of_shop(part: SellerOrder) -> list[Told]:
    """Tell a shop the history of its seller order, with who of its people did what; two queries."""
    team = SellerMember.objects.filter(seller=part.seller_id).select_related("user")
    names = {member.user_id: member.user.get_full_name() for member in team[:200]}
    events = OrderEvent.objects.filter(order=part.order_id).order_by("created_at", "pk")
    return history(events[: MOST * 5], Reader.SELLER, part=part, names=names)


def staff_sentence(event: OrderEvent, shop: Seller | None) -> str:
    """Return what happened, for staff."""
    return _fill(words_of(event).of(Reader.STAFF), event, shop)


def _told(event: OrderEvent, reader: Reader, shop: Seller, names: Mapping[int, str]) -> Told | None:
    words = words_of(event)
    sentence = words.of(reader)
    # What the marketplace gives of its own is between it and the buyer.
    private = reader == Reader.SELLER and event.data.get("stage") == Stage.GOODWILL
    if not sentence or private:
        return None
    return Told(
        type=event.type,
        label=_fill(sentence, event, shop),
        note=event.note if reader in words.noted else "",
        who=_who(event, reader, shop, names),
        when=event.created_at,
    )


def _fill(sentence: "StrOrPromise", event: OrderEvent, shop: Seller | None) -> str:
    return str(sentence) % _Values(event, shop) if sentence else ""


class _Values(dict[str, Any]):
    """What a sentence may ask for; what is not there is a dash, never an error."""

    def __init__(self, event: OrderEvent, shop: Seller | None) -> None:
        super().__init__()
        self.event, self.shop = event, shop

    def __missing__(self, name: str) -> str:
        data = self.event.data
        if name == "shop":
            return self.shop.name if self.shop else "–"
        if name == "amount" and "amount" in data:
            return str(Money(int(data["amount"]), str(data.get("currency", "GBP"))))
        return str(data.get(name, "–"))


def _who(event: OrderEvent, reader: Reader, shop: Seller, names: Mapping[int, str]) -> str:
    side = Actor(event.side)
    if side == Actor.STAFF:
        return settings.MARKETPLACE_NAME
    if reader == Reader.SELLER and side == Actor.SELLER:
        return names.get(event.actor_id or 0, "")
    if reader == Reader.SELLER and side == Actor.BUYER:
        return _("the buyer")
    return ""
