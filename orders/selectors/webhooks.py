"""What webhooks are told, and the log of the telling."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Seller
from books4all.lib.errors import NotFoundError
from books4all.lib.money import Money
from orders.constants import HOOK_OPEN, EventType, HookOff, HookState, Stage
from orders.models import (
    OrderEvent,
    Payout,
    SellerOrder,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookMessage,
)
from orders.selectors.webhook_types import type_of

Data = dict[str, Any]
# Of what an event keeps for programs (``OrderEvent.data``), the keys of rows that are told: of nobody's
# secrets, and the same that the API calls them by. ``amount`` is told beside them.
DETAILS = ("case", "claim", "dispute", "postage", "refund", "refusal", "return", "shipment")


# --- The log ---------------------------------------------------------------------------------
def endpoints_of(seller: Seller | None) -> QuerySet[WebhookEndpoint]:
    """Return a shop's webhooks (None: the marketplace's), the oldest first.

    ``has_dead`` says whether something could not be delivered.
    """
    dead = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=HookState.DEAD)
    rows = WebhookEndpoint.objects.filter(seller=seller).exclude(disabled_reason=HookOff.REMOVED)
    return rows.annotate(has_dead=Exists(dead)).order_by("created_at", "pk")


def endpoint_of(seller: Seller, pk: UUID) -> WebhookEndpoint:
    """Return one webhook of a shop. Raises NotFoundError for one of somebody else."""
    found = endpoints_of(seller).filter(pk=pk).first()
    if found is None:
        raise NotFoundError(_("There is no such webhook among your shop’s."))
    return found


def deliveries_of(
    endpoint: WebhookEndpoint, *, state: str = "", kind: str = ""
) -> QuerySet[WebhookDelivery]:
    """Return what was, or is to be, sent to a webhook, with the messages, in no order."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("message", "endpoint")
    if state:
        rows = rows.filter(state=state)
    return rows.filter(message__type=kind) if kind else rows


def delivery_of(seller: Seller, pk: UUID) -> WebhookDelivery:
    """Return a delivery of one of the shop's webhooks with its attempts; else raises NotFoundError."""
    found = (
        WebhookDelivery.objects.filter(pk=pk, endpoint__seller=seller)
        .exclude(endpoint__disabled_reason=HookOff.REMOVED)
        .select_related("message", "endpoint")
        .prefetch_related("tries")
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such delivery among your shop’s."))
    return found


def dead_deliveries() -> QuerySet[WebhookDelivery]:
    """Return what was given up, the oldest first: for staff."""
    rows = WebhookDelivery.objects.filter(state=HookState.DEAD)
    return rows.exclude(endpoint__disabled_reason=HookOff.REMOVED).order_by("pk")


def readable(message: WebhookMessage) -> str:
    """Return what is sent, with the lines and indents that people read it by."""
    return json.dumps(ordered(message), indent=2, ensure_ascii=False)


def ordered(message: WebhookMessage) -> Data:
    """Return what is sent: type, time and data, in this order."""
    return {name: message.payload[name] for name in ("type", "timestamp", "data")}


def due_delivery(pk: UUID, attempt: int) -> WebhookDelivery | None:
    """Return a delivery with all that sending takes, if its attempt number ``attempt`` is still to come."""
    rows = WebhookDelivery.objects.filter(pk=pk, attempts=attempt, state__in=HOOK_OPEN)
    return rows.select_related("message", "endpoint").first()


# --- Who wants it ----------------------------------------------------------------------------
def listeners(kind: str, *, whose: Q) -> list[WebhookEndpoint]:
    """Return the webhooks that are told of ``kind``: the marketplace's, and those of ``whose`` shops."""
    asked = Q(types=[]) | Q(types__contains=[kind])
    rows = WebhookEndpoint.objects.filter(Q(seller=None) | whose, asked, disabled_at=None)
    return list(rows.order_by("pk"))


def parts_told(event: OrderEvent) -> list[SellerOrder]:
    """Return the shops' parts that an event is told about: its own; all of an order that was placed.

    What else happens to a whole order is the marketplace's business alone.
    """
    if event.seller_order is not None:
        return [event.seller_order]
    if event.type != EventType.PLACED:
        return []
    parts = SellerOrder.objects.filter(order_id=event.order_id)
    return list(parts.select_related("order", "seller").order_by("pk"))


def shops_told(event: OrderEvent) -> Q:
    """Return the condition on webhooks for the shops of ``parts_told``, without asking for these.

    What the marketplace gives of its own is between it and the buyer, as in the timeline.
    """
    if event.data.get("stage") == Stage.GOODWILL:
        return Q(pk=None)
    if event.seller_order is not None:
        return Q(seller=event.seller_order.seller_id)
    if event.type != EventType.PLACED:
        return Q(pk=None)
    return Q(seller__in=SellerOrder.objects.filter(order_id=event.order_id).values("seller"))


def event_type(event: OrderEvent) -> str:
    """Return the name that ``event`` is told by, "" for none."""
    return type_of(event.type)


# --- What they are told ----------------------------------------------------------------------
def part_data(event: OrderEvent, part: SellerOrder) -> Data:
    """Return what is told of a shop's part of an order.

    Some of what ``selling/<shop>/orders/<number>/`` says, in its words, and nothing of the buyer:
    whoever may know more asks there.
    """
    order, shop = part.order, part.seller.slug
    return {
        "shop": shop,
        "order": order.number,
        "seller_order": str(part.pk),
        "status": part.status,
        "by": event.side,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "items": amount(part.items),
        "delivery": amount(part.delivery),
        "total": amount(part.total),
        "links": {
            "api": _link("api:sold_order", shop, order.number),
            "page": _link("selling:order", shop, order.number),
        },
        **_details(event),
    }


def order_data(event: OrderEvent) -> Data:
    """Return what the marketplace is told of a whole order: no shop is named."""
    order = event.order
    return {
        "shop": None,
        "order": order.number,
        "seller_order": None,
        "status": order.status,
        "by": event.side,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "items": amount(order.items),
        "delivery": amount(order.delivery),
        "total": amount(order.total),
        "links": {"page": _link("admin:orders_order_change", str(order.pk))},
        **_details(event),
    }


def payout_data(payout: Payout) -> Data:
    """Return what is told of a payout: some of what ``selling/<shop>/money/payouts/`` says, in its words."""
    shop = payout.seller.slug
    return {
        "shop": shop,
        "payout": str(payout.pk),
        "number": payout.number,
        "status": payout.status,
        "attempt": payout.attempt,
        "amount": amount(payout.amount),
        "problem": payout.problem,
        "links": {
            "api": _link("api:selling_payout", shop, str(payout.pk)),
            "page": _link("selling:payout", shop, str(payout.pk)),
        },
    }


def amount(money: Money) -> Data:
    """Return an amount as the API writes it."""
    return {"amount_minor": money.minor, "currency": money.currency}


def _details(event: OrderEvent) -> Data:
    """Return what else an event says of itself; nothing when it says nothing."""
    told = {name: event.data[name] for name in DETAILS if name in event.data}
    if {"amount", "currency"} <= event.data.keys():
        told["amount"] = amount(Money(int(event.data["amount"]), event.data["currency"]))
    return {"details": told} if told else {}


def _link(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"
