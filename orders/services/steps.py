"""What every step of a seller order is made of: its lock, the table of states, its copies, its history.

Every change locks the seller order first; its lines, and what is open between buyer and shop, change
under that lock alone. Which copies are posted and which refused is written to the lines, where the
database holds it against what was bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import activity
from books4all.lib.errors import DomainError, NotFoundError
from orders.constants import (
    SELLER_ORDER_TRANSITIONS,
    Actor,
    EventType,
    SellerOrderStatus,
)
from orders.errors import ChangedMeanwhileError, TransitionError
from orders.models import OrderLine, SellerOrder
from orders.services import promises, timeline

# Copies by the primary key of their order line; None means all that are left.
Copies = Mapping[UUID, int] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, and what keeps it from happening twice.

    ``seen`` is the seller order's ``updated_at`` as the asker saw it: after any other change theirs is
    refused. ``key`` names the row that is made, so that the same request sent twice makes one. ``side``
    is the asker's, where it does not follow from who they are: a buyer without an account.
    """

    actor: User | None
    seen: datetime | None = None
    key: UUID | None = None
    side: Actor | None = None


def locked(seller_order_id: UUID) -> SellerOrder:
    """Return the seller order under its row's lock, with order, payment, buyer and shop.

    Its order is locked before it (PostgreSQL takes the rows in the order of ``of``): a refund locks its
    payment by a trigger, and whoever brings news of a payment has locked order and payment, in this order,
    when it comes to the seller orders.

    Raises:
        NotFoundError: there is none.
    """
    seller_order = (
        SellerOrder.objects.select_for_update(of=("order", "self"), no_key=True)
        .select_related("order__payment", "order__user", "seller")
        .filter(pk=seller_order_id)
        .first()
    )
    if seller_order is None:
        raise NotFoundError(_("There is no such order."))
    return seller_order


def check(seller_order: SellerOrder, seen: datetime | None) -> None:
    """Raise ChangedMeanwhileError if it is not any more what the asker saw."""
    if seen is not None and seen != seller_order.updated_at:
        message = _("This order was changed meanwhile. Look at it again, then decide.")
        raise ChangedMeanwhileError(message)


def chosen(lines: Sequence[OrderLine], copies: Copies) -> list[tuple[OrderLine, int]]:
    """Return lines with how many of their copies are meant; they are there to be sent or refused."""
    if copies is None:
        copies = {line.pk: line.left for line in lines}
    by_key = {line.pk: line for line in lines}
    chosen = [(by_key[pk], n) for pk, n in copies.items() if pk in by_key and n]
    if not chosen or any(pk not in by_key for pk in copies):
        message = _("Choose at least one copy.")
        raise DomainError(message, fields={"copies": [message]})
    for line, n in chosen:
        if not 0 < n <= line.left:
            message = _("Of “%(title)s”, %(n)s are left.")
            words = message % {"title": line.title, "n": line.left}
            raise DomainError(words, fields={"copies": [words]})
    return chosen


def take(chosen: Sequence[tuple[OrderLine, int]], column: str) -> None:
    """Count copies as posted or refused. The database refuses more than were bought."""
    for line, n in chosen:
        OrderLine.objects.filter(pk=line.pk).update(**{column: F(column) + n})
        setattr(line, column, getattr(line, column) + n)


def follow(seller_order: SellerOrder, lines: Sequence[OrderLine]) -> None:
    """Go to the state that follows from what is posted, refused and left."""
    left, posted = sum(line.left for line in lines), sum(line.posted for line in lines)
    if left:
        to = SellerOrderStatus.PARTLY_SHIPPED if posted else SellerOrderStatus(seller_order.status)
    else:
        to = SellerOrderStatus.SHIPPED if posted else SellerOrderStatus.CANCELLED
    if to == seller_order.status:
        seller_order.save(update_fields=["updated_at"])
    else:
        move(seller_order, to)


def move(seller_order: SellerOrder, to: SellerOrderStatus, *changed: str) -> None:
    """Go one step of ``SELLER_ORDER_TRANSITIONS``, and save the fields that have ``changed`` by it."""
    if to not in SELLER_ORDER_TRANSITIONS[seller_order.status]:
        raise no_step(seller_order, to)
    seller_order.status = to
    promises.follow(seller_order, to)
    seller_order.save(update_fields=["status", "updated_at", *promises.FIELDS, *changed])
    if changed:
        seller_order.refresh_from_db(fields=changed)


def no_step(seller_order: SellerOrder, to: SellerOrderStatus) -> TransitionError:
    """Return the error that there is no such step in the table."""
    message = _("An order that is “%(now)s” can’t become “%(then)s”.")
    return TransitionError(message % {"now": seller_order.get_status_display(), "then": to.label})


def is_due(seller_order: SellerOrder) -> bool:
    """Return whether its deadline has passed, by the database's clock."""
    return SellerOrder.objects.filter(pk=seller_order.pk, act_by__lte=Now()).exists()


def record(
    seller_order: SellerOrder,
    event: EventType,
    asked: Asked,
    *,
    action: str = "",
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write it into the order's history, and with an ``action`` into the shop's log."""
    done = timeline.record(
        seller_order.order,
        event,
        seller_order=seller_order,
        actor=asked.actor,
        side=asked.side,
        note=note,
        data=data,
    )
    if not action or done.side == Actor.BUYER:
        return
    # The marketplace's staff are nobody to the shop.
    known = asked.actor if done.side == Actor.SELLER else None
    number = seller_order.order.number
    activity.record(
        seller=seller_order.seller, actor=known, action=action, subject=number, note=note
    )
