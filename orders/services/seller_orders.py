"""A seller's part of an order on its way: accepted, shipped, delivered. How a step goes: ``steps``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue
from catalog.services import reviews
from orders.constants import WAITING, Actor, EventType, ParcelStatus, SellerOrderStatus
from orders.errors import TransitionError
from orders.models import OrderLine, Parts, SellerOrder, Shipment, ShipmentLine
from orders.models.amounts import columns
from orders.services import disputes, documents, postings, steps
from orders.services.refusals import cancel, refuse
from orders.services.steps import Asked, Copies
from orders.services.transactions import business_transaction

__all__ = [
    "Asked",
    "Copies",
    "accept",
    "cancel",
    "correct_tracking",
    "deliver",
    "delivered",
    "follow_parcel",
    "post",
    "refuse",
    "ship",
]


@business_transaction
def accept(
    *, seller_order_id: UUID, actor: User | None, seen: datetime | None = None
) -> SellerOrder:
    """Say that the copies are there and will be sent. Raises as ``post``."""
    seller_order = steps.locked(seller_order_id)
    steps.check(seller_order, seen)
    seller_order.accepted_at = Now()
    steps.move(seller_order, SellerOrderStatus.ACCEPTED, "accepted_at")
    steps.record(seller_order, EventType.ACCEPTED, Asked(actor), action="order.accepted")
    enqueue("orders.send_mail", kind="accepted", pk=str(seller_order.pk))
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
    seller_order = steps.locked(seller_order_id)
    made = seller_order.shipments.filter(pk=asked.key).first() if asked.key else None
    if made is not None:
        return made
    _check_may_be_posted(seller_order, asked)
    lines = list(seller_order.lines.order_by("pk"))
    chosen = steps.chosen(lines, copies)
    shipment = Shipment.objects.create(
        pk=asked.key or uuid7(),
        seller_order=seller_order,
        carrier=carrier.strip(),
        tracking_number=tracking_number.strip(),
        tracking_url=tracking_url.strip(),
        shipped_at=Now(),
    )
    _earn(shipment, chosen)
    steps.take(chosen, "posted")
    steps.follow(seller_order, lines)
    note = f"{carrier} {tracking_number}".strip()
    steps.record(
        seller_order,
        EventType.SHIPPED,
        asked,
        action="order.posted",
        note=note,
        data={"shipment": str(shipment.pk), "copies": sum(n for _line, n in chosen)},
    )
    enqueue("orders.send_mail", kind="shipped", pk=str(shipment.pk))
    documents.ask_for_sale(shipment)
    return shipment


def _check_may_be_posted(seller_order: SellerOrder, asked: Asked) -> None:
    steps.check(seller_order, asked.seen)
    if seller_order.status not in WAITING:
        raise steps.no_step(seller_order, SellerOrderStatus.SHIPPED)
    disputes.check_may_be_posted(seller_order)


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
    seller_order, shipment = _parcel(shipment_id)
    before = str(shipment)
    shipment.carrier = carrier.strip()
    shipment.tracking_number = tracking_number.strip()
    shipment.tracking_url = tracking_url.strip()
    shipment.save(update_fields=["carrier", "tracking_number", "tracking_url", "updated_at"])
    seller_order.save(update_fields=["updated_at"])
    note = f"{before} → {shipment}"
    steps.record(
        seller_order,
        EventType.TRACKING,
        Asked(actor),
        action="order.tracking_corrected",
        note=note,
        data={"shipment": str(shipment.pk)},
    )
    return shipment


@business_transaction
def follow_parcel(*, shipment_id: UUID, status: str, actor: User | None) -> Shipment:
    """Say what is known of a parcel: out for delivery, lost, back at the shop. Only the parcel changes.

    One that has arrived is told so here too; that the whole order has is for ``deliver``.

    Raises:
        NotFoundError: there is no such parcel.
        TransitionError: it has arrived.
        DomainError: there is no such status.
    """
    if status not in ParcelStatus.values:
        message = _("Choose what is known of the parcel.")
        raise DomainError(message, fields={"tracking_status": [message]})
    seller_order, shipment = _parcel(shipment_id)
    if status == shipment.tracking_status:
        return shipment
    shipment.tracking_status = status
    if status == ParcelStatus.DELIVERED:
        shipment.delivered_at = Now()
    shipment.save(update_fields=["tracking_status", "delivered_at", "updated_at"])
    shipment.refresh_from_db(fields=["delivered_at"])
    seller_order.save(update_fields=["updated_at"])
    steps.record(
        seller_order,
        EventType.PARCEL,
        Asked(actor),
        action="order.parcel_followed",
        note=f"{shipment}: {shipment.get_tracking_status_display()}",
        data={"shipment": str(shipment.pk), "status": status},
    )
    return shipment


def _parcel(shipment_id: UUID) -> tuple[SellerOrder, Shipment]:
    """Return a parcel on its way, under its seller order's lock."""
    owner = Shipment.objects.filter(pk=shipment_id).values_list("seller_order", flat=True).first()
    if owner is None:
        raise NotFoundError(_("There is no such parcel."))
    seller_order = steps.locked(owner)
    shipment = seller_order.shipments.get(pk=shipment_id)
    if shipment.delivered_at is not None:
        raise TransitionError(_("This parcel has arrived."))
    return seller_order, shipment


@business_transaction
def deliver(*, seller_order_id: UUID, actor: User | None, side: Actor | None = None) -> SellerOrder:
    """Say that the parcels have arrived: what their buyer wrote is verified. Raises as ``post``.

    From now on the buyer has so many days to send books back; then the order is completed.
    """
    return delivered(steps.locked(seller_order_id), Asked(actor, side=side))


def delivered(seller_order: SellerOrder, asked: Asked) -> SellerOrder:
    """Write that a locked seller order has arrived. Raises TransitionError."""
    seller_order.delivered_at = Now()
    steps.move(seller_order, SellerOrderStatus.DELIVERED, "delivered_at")
    steps.record(seller_order, EventType.DELIVERED, asked, action="order.delivered")
    seller_order.shipments.filter(delivered_at=None).update(
        delivered_at=Now(), tracking_status=ParcelStatus.DELIVERED, updated_at=Now()
    )
    enqueue("orders.send_mail", kind="delivered", pk=str(seller_order.pk))
    buyer = seller_order.order.user
    if buyer is not None:
        works = seller_order.lines.filter(posted__gt=0)
        reviews.record_purchase(
            user=buyer,
            work_ids=list(works.values_list("listing__edition__work", flat=True)),
            seller_ids=[seller_order.seller_id],
        )
    return seller_order
