"""Conversations, from the side of whoever asks: the reader's own, or those of a shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.constants import SellerStatus
from accounts.models import Seller, User
from books4all.lib.errors import NotFoundError
from catalog.constants import ListingStatus
from catalog.models import Listing
from orders.constants import OrderStatus, Side
from orders.models import Message, MessageBlock, SellerOrder, Thread

# Messages of a conversation on one page, the latest; older ones are pages away.
MESSAGES_SHOWN = 50
THREADS_A_PAGE = 25
FILTERS = ("", "unread", "orders", "archived")


@dataclass(frozen=True, slots=True)
class ThreadView:
    """What the pages of a conversation show to ``side`` besides its messages."""

    thread: Thread
    side: str
    # By the one who looks, and by the other.
    blocked_by_me: bool
    blocked_by_other: bool

    @property
    def may_write(self) -> bool:
        """Whether an answer would be taken."""
        thread = self.thread
        blocked = self.blocked_by_me or self.blocked_by_other
        return (
            thread.closed_at is None
            and thread.has_buyer
            and (thread.is_about_open_order or not blocked)
        )


def threads_of_buyer(user: User, only: str = "") -> QuerySet[Thread]:
    """Return the reader's conversations, the latest first. ``only`` is one of ``FILTERS``."""
    own = Thread.objects.filter(buyer=user).select_related("seller", "listing")
    return _filtered(own, Side.BUYER, only)


def threads_of_seller(seller: Seller, only: str = "") -> QuerySet[Thread]:
    """Return the shop's conversations, the latest first. ``only`` is one of ``FILTERS``."""
    own = Thread.objects.filter(seller=seller).select_related("buyer", "listing", "seller")
    return _filtered(own, Side.SELLER, only)


def _filtered(threads: QuerySet[Thread], side: str, only: str) -> QuerySet[Thread]:
    archived = Q(**{f"{side}_archived": True})
    narrowed = threads.filter(archived) if only == "archived" else threads.exclude(archived)
    if only == "unread":
        narrowed = narrowed.filter(**{f"{side}_unread__gt": 0})
    elif only == "orders":
        narrowed = narrowed.filter(seller_order__isnull=False)
    return narrowed.order_by("-last_at", "-pk")


def thread_of_buyer(user: User, pk: UUID) -> ThreadView:
    """Return one of the reader's conversations. Raises NotFoundError for anybody else's."""
    return _view(Thread.objects.filter(buyer=user, pk=pk), Side.BUYER)


def thread_of_seller(seller: Seller, pk: UUID) -> ThreadView:
    """Return one of the shop's conversations. Raises NotFoundError for anybody else's."""
    return _view(Thread.objects.filter(seller=seller, pk=pk), Side.SELLER)


def _view(found: QuerySet[Thread], side: str) -> ThreadView:
    thread = found.select_related(
        "seller", "buyer", "seller_order__order", "listing__edition__work", "listing__seller"
    ).first()
    if thread is None:
        raise NotFoundError(_("There is no such conversation."))
    blocks = MessageBlock.objects.filter(seller=thread.seller, buyer=thread.buyer)
    by = set(blocks.values_list("side", flat=True))
    return ThreadView(thread, side, side in by, bool(by - {side}))


@dataclass(frozen=True, slots=True)
class Talk:
    """A page of a conversation; ``sent`` is in the order of writing."""

    page: Page[Message]
    sent: Sequence[Message]

    @property
    def until(self) -> datetime | None:
        """Up to when the conversation has been seen: only its latest page shows what is unread."""
        return self.sent[-1].created_at if self.sent and self.page.number == 1 else None


def talk_of(thread: Thread, page: str | None) -> Talk:
    """Return a page of a conversation, the latest by default; two queries."""
    found = Paginator(messages_of(thread), MESSAGES_SHOWN).get_page(page)
    return Talk(found, list(found)[::-1])


def page_of(threads: QuerySet[Thread], page: str | None) -> Page[Thread]:
    """Return a page of a list of conversations, each with its last message; three queries."""
    return Paginator(with_last_message(threads), THREADS_A_PAGE).get_page(page)


def filter_named(name: str) -> str:
    """Return the part of a list that is asked for; all that is not put away for unknown words."""
    return name if name in FILTERS else ""


def messages_of(thread: Thread) -> QuerySet[Message]:
    """Return what was written in a conversation, the latest first."""
    return thread.messages.select_related("author").order_by("-created_at", "-pk")


def with_last_message(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Load the last message of each as ``last``, in one more query: limit the queryset."""
    last = Message.objects.order_by("thread_id", "-created_at", "-pk").distinct("thread_id")
    return threads.prefetch_related(Prefetch("messages", queryset=last, to_attr="last"))


def copy_to_ask_about(listing_id: int) -> Listing:
    """Return a copy that anybody may ask about. Raises NotFoundError: there is none on sale."""
    listing = (
        Listing.objects.select_related("seller", "edition__work", "edition__publisher")
        .filter(
            pk=listing_id,
            status__in=(ListingStatus.ACTIVE, ListingStatus.PAUSED),
            seller__status=SellerStatus.APPROVED,
        )
        .first()
    )
    if listing is None:
        raise NotFoundError(_("That copy is no longer for sale."))
    return listing


def order_of_buyer(user: User, pk: UUID) -> SellerOrder:
    """Return a shop's part of one of the reader's orders. Raises NotFoundError."""
    return _order(SellerOrder.objects.filter(order__user=user), pk)


def order_of_seller(seller: Seller, pk: UUID) -> SellerOrder:
    """Return the shop's part of an order. Raises NotFoundError for another shop's."""
    return _order(SellerOrder.objects.filter(seller=seller), pk)


def _order(parts: QuerySet[SellerOrder], pk: UUID) -> SellerOrder:
    placed = parts.filter(pk=pk, order__status=OrderStatus.PLACED)
    part = placed.select_related("order__user", "seller").first()
    if part is None:
        raise NotFoundError(_("There is no such order."))
    return part


def thread_about_order(part: SellerOrder) -> Thread | None:
    """Return the conversation about an order, None before anybody wrote."""
    return Thread.objects.filter(seller_order=part).first()


def unread_of_buyer(user: User) -> int:
    """Count the reader's conversations with something unread."""
    return Thread.objects.filter(buyer=user, buyer_unread__gt=0).count()
