"""A seller's part of an order on its way: accepted, shipped, delivered, or refused and paid back.

Every change locks the seller order first; its lines change under that lock alone. Which copies are
posted and which refused is written to the lines, where the database holds it against what was bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import activity
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from catalog.services import reviews, stock
from orders.constants import (
    SELLER_ORDER_TRANSITIONS,
    WAITING,
    Actor,
    EventType,
    RefusalReason,
    SellerOrderStatus,
    Stage,
)
from orders.errors import ChangedMeanwhileError, TransitionError
from orders.models import (
    OrderLine,
    Parts,
    Refusal,
    RefusalLine,
    SellerOrder,
    Shipment,
    ShipmentLine,
)
from orders.models.amounts import columns
from orders.services import disputes, documents, postings, refunds, timeline
from orders.services.transactions import business_transaction

# Copies by the primary key of their order line; None means all that are left.
Copies = Mapping[UUID, int] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, and what keeps it from happening twice.

    ``seen`` is the seller order's ``updated_at`` as the asker saw it: after any other change theirs is
    refused. ``key`` names the row that is made, so that the same request sent twice makes one.
    """

    actor: User | None
    seen: datetime | None = None
    key: UUID | None = None


@business_transaction
def accept(
    *, seller_order_id: UUID, actor: User | None, seen: datetime | None = None
) -> SellerOrder:
    """Say that the copies are there and will be sent. Raises as ``post``."""
    seller_order = _locked(seller_order_id)
    _check(seller_order, seen)
    seller_order.accepted_at = Now()
    _move(seller_order, SellerOrderStatus.ACCEPTED, "accepted_at")
    _record(seller_order, EventType.ACCEPTED, actor, "order.accepted")
    return seller_order


@business_transaction
def ship(
    *,
    seller_order_id: UUID,
    carrier: str,
    tracking_number: str = "",
    tracking_url: str = "",
    actor: User | None,
) -> Shipment:
    """Post everything that is left in one parcel. Raises as ``post``."""
    return post(
        seller_order_id=seller_order_id,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url,
        asked=Asked(actor),
    )


@business_transaction
def post(
    *,
    seller_order_id: UUID,
    carrier: str,
    tracking_number: str = "",
    tracking_url: str = "",
    copies: Copies = None,
    asked: Asked,
) -> Shipment:
    """Say that a parcel with ``copies`` is on its way, and tell the buyer by mail.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: it is not in a state from which it can be shipped.
        ChangedMeanwhileError: it is not any more what the asker saw.
        DomainError: the carrier is missing, or the copies are not there to be posted.
    """
    if not carrier.strip():
        raise DomainError(_("Name the carrier."), fields={"carrier": [_("Name the carrier.")]})
    seller_order = _locked(seller_order_id)
    made = seller_order.shipments.filter(pk=asked.key).first() if asked.key else None
    if made is not None:
        return made
    _check(seller_order, asked.seen)
    if seller_order.status not in WAITING:
        raise _no_step(seller_order, SellerOrderStatus.SHIPPED)
    disputes.check_may_be_posted(seller_order)
    lines = list(seller_order.lines.order_by("pk"))
    chosen = _chosen(lines, copies)
    shipment = Shipment.objects.create(
        pk=asked.key or uuid7(),
        seller_order=seller_order,
        carrier=carrier.strip(),
        tracking_number=tracking_number.strip(),
        tracking_url=tracking_url.strip(),
        shipped_at=Now(),
    )
    _earn(shipment, chosen)
    _take(chosen, "posted")
    _follow(seller_order, lines)
    note = f"{carrier} {tracking_number}".strip()
    _record(seller_order, EventType.SHIPPED, asked.actor, "order.posted", note=note)
    enqueue("orders.send_mail", kind="shipped", pk=str(shipment.pk))
    documents.ask_for_sale(shipment)
    return shipment


def _earn(shipment: Shipment, chosen: Sequence[tuple[OrderLine, int]]) -> None:
    """Write down what is in a parcel, and what posting it earns: with the first, all of the delivery."""
    seller_order = shipment.seller_order
    lines = [
        ShipmentLine(
            shipment=shipment,
            order_line=line,
            quantity=n,
            currency=line.currency,
            **columns(line.parts_of_next(n)),
        )
        for line, n in chosen
    ]
    ShipmentLine.objects.bulk_create(lines)
    parts = sum((line.parts for line in lines), start=Parts())
    if seller_order.shipped_at is None:
        parts += seller_order.delivery_parts
        seller_order.shipped_at = Now()
        seller_order.save(update_fields=["shipped_at"])
        seller_order.refresh_from_db(fields=["shipped_at"])
    postings.fulfilled(
        seller_order,
        source=f"shipment:{shipment.pk}",
        share=postings.share_of(seller_order, parts),
    )


@business_transaction
def correct_tracking(
    *,
    shipment_id: UUID,
    carrier: str,
    tracking_number: str,
    tracking_url: str,
    actor: User | None,
) -> Shipment:
    """Change what is known of a parcel that was posted; the buyer sees it on the order's page.

    Raises:
        NotFoundError: there is no such parcel.
        TransitionError: it has arrived.
        DomainError: the carrier is missing.
    """
    if not carrier.strip():
        raise DomainError(_("Name the carrier."), fields={"carrier": [_("Name the carrier.")]})
    owner = Shipment.objects.filter(pk=shipment_id).values_list("seller_order", flat=True).first()
    if owner is None:
        raise NotFoundError(_("There is no such parcel."))
    seller_order = _locked(owner)
    shipment = seller_order.shipments.get(pk=shipment_id)
    if shipment.delivered_at is not None:
        raise TransitionError(_("This parcel has arrived."))
    before = str(shipment)
    shipment.carrier = carrier.strip()
    shipment.tracking_number = tracking_number.strip()
    shipment.tracking_url = tracking_url.strip()
    shipment.save(update_fields=["carrier", "tracking_number", "tracking_url", "updated_at"])
    seller_order.save(update_fields=["updated_at"])
    note = f"{before} → {shipment}"
    _record(seller_order, EventType.TRACKING, actor, "order.tracking_corrected", note=note)
    return shipment


@business_transaction
def deliver(*, seller_order_id: UUID, actor: User | None) -> SellerOrder:
    """Say that the parcels have arrived: what their buyer wrote is verified. Raises as ``post``."""
    seller_order = _locked(seller_order_id)
    seller_order.delivered_at = Now()
    _move(seller_order, SellerOrderStatus.DELIVERED, "delivered_at")
    _record(seller_order, EventType.DELIVERED, actor, "order.delivered")
    seller_order.shipments.filter(delivered_at=None).update(delivered_at=Now())
    buyer = seller_order.order.user
    if buyer is not None:
        works = seller_order.lines.filter(posted__gt=0)
        reviews.record_purchase(
            user=buyer,
            work_ids=list(works.values_list("listing__edition__work", flat=True)),
            seller_ids=[seller_order.seller_id],
        )
    return seller_order


@business_transaction
def cancel(*, seller_order_id: UUID, reason: str, restock: bool, actor: User | None) -> SellerOrder:
    """Refuse the whole order before anything is posted, with ``reason`` in words.

    Raises as ``refuse``, and TransitionError when something has been posted.
    """
    if not reason.strip():
        raise DomainError(_("Give a reason."), fields={"reason": [_("Give a reason.")]})
    seller_order = _locked(seller_order_id)
    if SellerOrderStatus.CANCELLED not in SELLER_ORDER_TRANSITIONS[seller_order.status]:
        raise _no_step(seller_order, SellerOrderStatus.CANCELLED)
    refuse(
        seller_order_id=seller_order_id,
        reason=RefusalReason.OTHER,
        words=reason,
        restock=restock,
        asked=Asked(actor),
    )
    seller_order.refresh_from_db()
    return seller_order


@business_transaction
def refuse(
    *,
    seller_order_id: UUID,
    reason: str,
    words: str = "",
    copies: Copies = None,
    restock: bool,
    asked: Asked,
) -> Refusal:
    """Say that ``copies`` can't be sent: ask for their refund, tell the buyer by mail.

    The buyer gets back what they paid for these copies, and the delivery too when nothing of the
    seller order is or will be sent. ``restock`` puts the copies back on sale; leave it out for a copy
    that can't be found.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: everything in it has been posted or refused already.
        ChangedMeanwhileError: it is not any more what the asker saw.
        DomainError: the reason is missing, or the copies are not there to be refused.
    """
    words = words.strip()[:200]
    if reason not in RefusalReason.values or (reason == RefusalReason.OTHER and not words):
        raise DomainError(_("Give a reason."), fields={"words": [_("Give a reason.")]})
    seller_order = _locked(seller_order_id)
    made = seller_order.refusals.filter(pk=asked.key).first() if asked.key else None
    if made is not None:
        return made
    _check(seller_order, asked.seen)
    if seller_order.status not in WAITING:
        raise _no_step(seller_order, SellerOrderStatus.CANCELLED)
    lines = list(seller_order.lines.order_by("pk"))
    chosen = _chosen(lines, copies)
    back = [refunds.Back(line, line.parts_of_next(n), n) for line, n in chosen]
    _take(chosen, "refused")
    _follow(seller_order, lines)
    refusal = Refusal(
        pk=asked.key or uuid7(),
        seller_order=seller_order,
        reason=reason,
        words=words,
        restocked=restock,
    )
    _pay_back(refusal, back, asked.actor)
    if restock:
        stock.restock(
            quantities={line.listing_id: n for line, n in chosen},
            reference=seller_order.order.number,
            actor=asked.actor,
        )
    enqueue("orders.send_mail", kind="refused", pk=str(refusal.pk))
    return refusal


def _pay_back(refusal: Refusal, back: Sequence[refunds.Back], actor: User | None) -> None:
    """Write the refusal down with the refund of its copies: what was paid for them."""
    seller_order = refusal.seller_order
    nothing_goes = seller_order.status == SellerOrderStatus.CANCELLED
    currency = seller_order.currency
    delivery = Money(seller_order.delivery_parts.paid if nothing_goes else 0, currency)
    refusal.delivery_minor = delivery.minor
    refusal.refund = refunds.grant(
        seller_order=seller_order,
        stage=Stage.HELD,
        lines=back,
        delivery=delivery,
        reason=refusal.why,
        actor=actor,
    )
    refusal.save(force_insert=True)
    RefusalLine.objects.bulk_create(
        RefusalLine(
            refusal=refusal,
            order_line=given.order_line,
            quantity=given.quantity,
            amount_minor=given.parts.paid,
            currency=currency,
        )
        for given in back
    )
    if nothing_goes:
        seller_order.cancel_reason = refusal.why[:200]
        seller_order.save(update_fields=["cancel_reason", "updated_at"])
    event = EventType.CANCELLED if nothing_goes else EventType.REFUSED
    _record(seller_order, event, actor, "order.refused", note=refusal.why)


def _locked(seller_order_id: UUID) -> SellerOrder:
    """Return the seller order under its row's lock."""
    seller_order = (
        SellerOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order__payment", "order__user", "seller")
        .filter(pk=seller_order_id)
        .first()
    )
    if seller_order is None:
        raise NotFoundError(_("There is no such order."))
    return seller_order


def _check(seller_order: SellerOrder, seen: datetime | None) -> None:
    if seen is not None and seen != seller_order.updated_at:
        message = _("This order was changed meanwhile. Look at it again, then decide.")
        raise ChangedMeanwhileError(message)


def _chosen(lines: Sequence[OrderLine], copies: Copies) -> list[tuple[OrderLine, int]]:
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


def _take(chosen: Sequence[tuple[OrderLine, int]], column: str) -> None:
    """Count copies as posted or refused. The database refuses more than were bought."""
    for line, n in chosen:
        OrderLine.objects.filter(pk=line.pk).update(**{column: F(column) + n})
        setattr(line, column, getattr(line, column) + n)


def _follow(seller_order: SellerOrder, lines: Sequence[OrderLine]) -> None:
    """Go to the state that follows from what is posted, refused and left."""
    left, posted = sum(line.left for line in lines), sum(line.posted for line in lines)
    if left:
        to = SellerOrderStatus.PARTLY_SHIPPED if posted else SellerOrderStatus(seller_order.status)
    else:
        to = SellerOrderStatus.SHIPPED if posted else SellerOrderStatus.CANCELLED
    if to == seller_order.status:
        seller_order.save(update_fields=["updated_at"])
    else:
        _move(seller_order, to)


def _move(seller_order: SellerOrder, to: SellerOrderStatus, *changed: str) -> None:
    """Go one step of ``SELLER_ORDER_TRANSITIONS``, and save the fields that have ``changed`` by it."""
    if to not in SELLER_ORDER_TRANSITIONS[seller_order.status]:
        raise _no_step(seller_order, to)
    seller_order.status = to
    seller_order.save(update_fields=["status", "updated_at", *changed])
    if changed:
        seller_order.refresh_from_db(fields=changed)


def _no_step(seller_order: SellerOrder, to: SellerOrderStatus) -> TransitionError:
    message = _("An order that is “%(now)s” can’t become “%(then)s”.")
    return TransitionError(message % {"now": seller_order.get_status_display(), "then": to.label})


def _record(
    seller_order: SellerOrder, event: EventType, actor: User | None, action: str, *, note: str = ""
) -> None:
    """Write it into the order's history and the shop's log."""
    done = timeline.record(
        seller_order.order, event, seller_order=seller_order, actor=actor, note=note
    )
    # The marketplace's staff are nobody to the shop.
    known = actor if done.side == Actor.SELLER else None
    number = seller_order.order.number
    activity.record(
        seller=seller_order.seller, actor=known, action=action, subject=number, note=note
    )
