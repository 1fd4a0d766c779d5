"""An order's history: every step is a row, with who took it. Written in the step's own transaction.

What is written here is told to programs from here.
"""

from collections.abc import Mapping
from typing import Any

from accounts.models import SellerMember, User
from orders.constants import Actor, EventType
from orders.models import Order, OrderEvent, SellerOrder
from orders.services import webhooks


def record(
    order: Order,
    type: EventType,  # noqa: A002 the column's name
    *,
    seller_order: SellerOrder | None = None,
    actor: User | None = None,
    side: Actor | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> OrderEvent:
    """Write down that something happened to ``order``, or to one seller's part of it.

    ``side`` is found from ``actor`` where it isn't given: the shop's people, the buyer, else staff;
    nobody is the system. Webhooks are told how the order stands now: call it once the rows say what
    has happened. Of ``data`` they are told what ``selectors.webhooks.DETAILS`` names.
    """
    event = OrderEvent.objects.create(
        order=order,
        seller_order=seller_order,
        type=type,
        actor=actor,
        side=side or side_of(actor, order, seller_order),
        note=note[:300],
        data=dict(data or {}),
    )
    webhooks.emit_event(event=event)
    return event


def side_of(actor: User | None, order: Order, seller_order: SellerOrder | None) -> Actor:
    """Return on whose side ``actor`` stands in this order."""
    if actor is None:
        return Actor.SYSTEM
    members = SellerMember.objects.filter(user=actor)
    if seller_order is not None and members.filter(seller=seller_order.seller_id).exists():
        return Actor.SELLER
    return Actor.BUYER if actor.pk == order.user_id else Actor.STAFF
