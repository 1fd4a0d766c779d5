"""Whose documents there are. Content is loaded where a document is shown, not in lists."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, DateField, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, TruncMonth

from accounts.models import Seller
from books4all.lib import csv_cells, typeset
from orders.constants import DocumentKind
from orders.models import Document, Order, SellerOrder
from orders.selectors.paperwork import tables
from orders.selectors.paperwork.months import Month
from orders.selectors.paperwork.printing import paper

# What a buyer gets.
OF_SALES = (DocumentKind.INVOICE, DocumentKind.RECEIPT, DocumentKind.CREDIT_NOTE)
# Years of months to choose from, and documents in one archive.
MONTHS = 36
IN_ARCHIVE = 250


def of_order(order: Order) -> QuerySet[Document]:
    """Return what the shops have issued for an order, the earliest first; one query."""
    own = Document.objects.filter(seller_order__order=order, kind__in=OF_SALES)
    return own.select_related("seller").defer("content").order_by("pk")


def of_seller_order(part: SellerOrder) -> QuerySet[Document]:
    """Return what was issued for one shop's part of an order, the earliest first; one query."""
    return part.documents.filter(kind__in=OF_SALES).defer("content").order_by("pk")


def one_of_order(order: Order, pk: UUID) -> Document | None:
    """Return a document of an order with its content."""
    return of_order(order).defer(None).filter(pk=pk).first()


def of_seller(seller: Seller, *, kind: str = "", month: Month | None = None) -> QuerySet[Document]:
    """Return a shop's documents: what it issued, and what the marketplace issued to it.

    A monthly document counts in the month that it is about, any other in that of its issue.
    """
    rows = seller.documents.select_related("seller_order__order", "refers_to")
    if kind:
        rows = rows.filter(kind=kind)
    if month is not None:
        rows = rows.filter(
            Q(period=month.first)
            | Q(period=None, issued_at__gte=month.start, issued_at__lt=month.end)
        )
    return rows


def rows_of_seller(
    seller: Seller, *, kind: str = "", month: Month | None = None
) -> QuerySet[Document]:
    """Return the same for a list: without content."""
    return of_seller(seller, kind=kind, month=month).defer("content", "refers_to__content")


def one_of_seller(seller: Seller, pk: UUID) -> Document | None:
    """Return one of a shop's documents with its content."""
    return of_seller(seller).filter(pk=pk).first()


def months_of(seller: Seller) -> list[tuple[Month, int]]:
    """Return the latest months that a shop has documents of, with how many; one query."""
    found = (
        seller.documents.order_by()
        .annotate(month=Coalesce("period", Cast(TruncMonth("issued_at"), DateField())))
        .values_list("month")
        .annotate(n=Count("pk"))
        .order_by("-month")[:MONTHS]
    )
    return [(Month.of(month), n) for month, n in found]


def pdf_of(document: Document) -> bytes:
    """Return a document as a PDF: the same bytes whenever it is made. Not to be called in a transaction."""
    return typeset.pdf("paper", paper(document), at=document.issued_at)


def csv_of(document: Document) -> Iterator[str]:
    """Yield a document's lines as a CSV file."""
    return csv_cells.lines(tables.of_document(document))


def journal(documents: QuerySet[Document]) -> Iterator[str]:
    """Yield documents as a CSV file, a row each, in the order of their issue."""
    return csv_cells.lines(tables.of_many(documents.order_by("pk").iterator(chunk_size=500)))


def archive(seller: Seller, month: Month, part: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of a month: its journal, PDFs, and tables of monthly documents.

    ``part`` counts from 1, of ``IN_ARCHIVE`` documents each; the journal is in the first.
    """
    rows = of_seller(seller, month=month).order_by("pk")
    if part == 1:
        yield f"documents-{month}.csv", "".join(journal(rows)).encode()
    for document in rows[(part - 1) * IN_ARCHIVE : part * IN_ARCHIVE].iterator(chunk_size=50):
        yield f"{document.number}.pdf", pdf_of(document)
        if document.has_lines:
            yield f"{document.number}.csv", "".join(csv_of(document)).encode()
