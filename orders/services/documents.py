"""Issuing documents of account.

What happens to an order asks for its document by a job, written in its own transaction (``ask_for_…``):
neither a missing fact nor the number's lock can stop a parcel or a refund. The job writes the document with
its number, once; a PDF is made of it whenever somebody wants one. A document is written alone, last in its
transaction.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import override

from books4all.lib.jobs import enqueue, enqueue_many
from orders.constants import DocumentKind, Stage
from orders.models import Document, DocumentTax, Refund, SellerOrder, Shipment
from orders.selectors.paperwork import sales
from orders.selectors.paperwork.drafts import Draft, content_hash
from orders.services import numbering
from orders.services.transactions import business_transaction

# How far back the night looks for what has no document: a job may have been given up.
_LOOK_BACK = timedelta(days=30)
_PORTION = 1_000


def ask_for_sale(shipment: Shipment) -> None:
    """Have the invoice or receipt of a parcel issued, once the caller's transaction stands."""
    enqueue("orders.issue_sale_document", shipment_id=str(shipment.pk))


def ask_for_credit(refund: Refund) -> None:
    """Have the credit note of a refund issued, once the caller's transaction stands.

    Only what was posted was invoiced: what is given back before is on no document.
    """
    if refund.stage == Stage.EARNED and refund.seller_order_id is not None:
        enqueue("orders.issue_credit_note", refund_id=str(refund.pk))


@business_transaction
def issue_sale(*, shipment_id: UUID) -> Document:
    """Issue the invoice or receipt for what is in a parcel; again returns the one that is there."""
    shipment = Shipment.objects.select_related("seller_order__order", "seller_order__seller").get(
        pk=shipment_id
    )
    _lock(shipment.seller_order)
    found = Document.objects.filter(shipment=shipment).first()
    if found is not None:
        return found
    with override(shipment.seller_order.order.language):
        return write(sales.of_parcel(shipment))


@business_transaction
def issue_credit(*, refund_id: UUID) -> Document | None:
    """Issue the credit note of a refund; again returns the one that is there.

    The documents of the parcels that it is about come first: those that are missing are issued with a
    transaction of their own, and the note then. None for what was given back before it was posted.
    """
    refund = Refund.objects.select_related("seller_order__order", "seller_order__seller").get(
        pk=refund_id
    )
    part = refund.seller_order
    if part is None or refund.stage != Stage.EARNED:
        return None
    _lock(part)
    found = Document.objects.filter(refund=refund).first()
    if found is not None:
        return found
    with override(part.order.language):
        return write(sales.of_refund(refund, documents=_corrected(part, refund)))


def issue_credit_after_sales(*, refund_id: UUID) -> Document | None:
    """Issue the credit note of a refund after the documents of the parcels it is about."""
    waiting = Shipment.objects.filter(
        seller_order__refunds=refund_id, document=None, seller_order__refunds__stage=Stage.EARNED
    )
    for pk in waiting.order_by("shipped_at", "pk").values_list("pk", flat=True):
        issue_sale(shipment_id=pk)
    return issue_credit(refund_id=refund_id)


def ask_for_missing() -> int:
    """Ask for the documents of recent parcels and refunds that have none, and return how many.

    A job that was given up, or rows written past the services, leave some behind.
    """
    since = timezone.now() - _LOOK_BACK
    parcels = Shipment.objects.filter(shipped_at__gte=since, document=None)
    refunds = Refund.objects.filter(
        created_at__gte=since, document=None, stage=Stage.EARNED, seller_order__isnull=False
    )
    shipment_keys = list(parcels.order_by("pk").values_list("pk", flat=True)[:_PORTION])
    refund_keys = list(refunds.order_by("pk").values_list("pk", flat=True)[:_PORTION])
    enqueue_many("orders.issue_sale_document", [{"shipment_id": str(pk)} for pk in shipment_keys])
    enqueue_many("orders.issue_credit_note", [{"refund_id": str(pk)} for pk in refund_keys])
    return len(shipment_keys) + len(refund_keys)


def write(draft: Draft) -> Document:
    """Number a draft and write it down, with its taxes, in the caller's transaction."""
    moment = timezone.now()
    day = timezone.localdate(moment)
    series, sequence = numbering.take(
        issuer=draft.issuer, kind=DocumentKind(draft.kind), year=day.year
    )
    number = numbering.written(series, sequence)
    content = {
        "version": 1,
        "kind": draft.kind.value,
        "number": number,
        "issued": day.isoformat(),
        "language": draft.language,
        "currency": draft.currency,
        "total": draft.total,
        "taxes": [
            {"scheme": row.scheme.value, "rate_bp": row.rate_bp, "gross": row.gross, "tax": row.tax}
            for row in draft.taxes
        ],
        **draft.content,
    }
    document = Document.objects.create(
        series=series,
        sequence=sequence,
        number=number,
        kind=draft.kind,
        seller=draft.seller,
        currency=draft.currency,
        total_minor=draft.total,
        tax_minor=draft.tax,
        language=draft.language,
        content=content,
        content_hash=content_hash(content),
        issued_at=moment,
        **draft.links,
    )
    _write_taxes(document, draft)
    return document


def _write_taxes(document: Document, draft: Draft) -> None:
    taxed = draft.taxed
    if taxed is None:
        return
    DocumentTax.objects.bulk_create(
        DocumentTax(
            document=document,
            tax_on=taxed.on,
            country_from=taxed.country_from,
            country_to=taxed.country_to,
            goods=taxed.goods,
            remitter=taxed.remitter,
            scheme=row.scheme,
            rate_bp=row.rate_bp,
            gross_minor=draft.sign * row.gross,
            tax_minor=draft.sign * row.tax,
        )
        for row in draft.taxes
    )


def _lock(part: SellerOrder) -> None:
    """Have the documents of a seller order written one after the other."""
    SellerOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=part.pk)


def _corrected(part: SellerOrder, refund: Refund) -> Sequence[Document]:
    """Return the documents that a refund corrects, the latest first: those of the parcels with its books.

    All of the seller order's for the delivery alone.
    """
    sold = (
        Document.objects.filter(seller_order=part, shipment__isnull=False)
        .select_related("series__seller")
        .prefetch_related("taxes")
        .order_by("-pk")
    )
    books = refund.lines.values("order_line")
    about = list(sold.filter(shipment__lines__order_line__in=books).distinct())
    return about or list(sold)
