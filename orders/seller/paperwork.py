"""A shop's documents of account: by month and kind, as PDF, as tables, and a month in one archive."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.constants import SellerRole
from accounts.models import Seller, SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib import zips
from books4all.lib.api.pagination import CursorError, Ordering, keyset
from orders.constants import DocumentKind
from orders.models import Document
from orders.selectors.paperwork import lists
from orders.selectors.paperwork.months import Month
from orders.seller.common import MAY_LOOK

ROWS = 50
NEWEST = Ordering("shop-documents", ("-pk",))
MAY_KEEP_BOOKS = (SellerRole.ACCOUNTING,)


@require_safe
@team_page(*MAY_KEEP_BOOKS)
def documents(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List the shop's documents, the latest first, of all months or one, of all kinds or one."""
    month, kind = _month(request), request.GET.get("kind", "")
    kind = kind if kind in DocumentKind.values else ""
    rows = lists.rows_of_seller(member.seller, kind=kind, month=month)
    try:
        page = keyset(rows, ordering=NEWEST, limit=ROWS, cursor=request.GET.get("cursor", ""))
    except CursorError as error:
        raise Http404(error.message) from error
    months = lists.months_of(member.seller)
    count = next((n for found, n in months if found == month), 0)
    return shop_page(
        request,
        member,
        "selling/documents.html",
        tab="documents",
        rows=page.rows,
        months=[found for found, _n in months],
        month=month,
        kind=kind,
        kinds=DocumentKind.choices,
        parts=range(1, 1 + -(-count // lists.IN_ARCHIVE)),
        previous=_link(request, page.previous),
        next=_link(request, page.next),
    )


def _month(request: HttpRequest) -> Month | None:
    """Return the month that is asked for; 404 for what isn't one."""
    text = request.GET.get("month", "")
    try:
        return Month.parse(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _link(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"


def _own(seller: Seller, pk: UUID) -> Document:
    found = lists.one_of_seller(seller, pk)
    if found is None:
        raise Http404
    return found


@require_safe
@team_page(*MAY_LOOK)
def document(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show a document. Who sells may see those of its orders; the rest is for who keeps the books."""
    del request
    found = _own(member.seller, pk)
    if found.kind not in lists.OF_SALES and not member.may(*MAY_KEEP_BOOKS):
        raise Http404
    response = HttpResponse(lists.pdf_of(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return response


@require_safe
@team_page(*MAY_KEEP_BOOKS)
def document_csv(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Send a document's lines as a table."""
    del request
    found = _own(member.seller, pk)
    return _download(lists.csv_of(found), f"{found.number}.csv", "text/csv; charset=utf-8")


@require_safe
@team_page(*MAY_KEEP_BOOKS)
def documents_csv(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Send a journal of the documents: a row each."""
    month, kind = _month(request), request.GET.get("kind", "")
    rows = lists.of_seller(member.seller, kind=kind, month=month)
    name = f"{slugify(member.seller.slug)}-documents{f'-{month}' if month else ''}"
    return _download(lists.journal(rows), f"{name}.csv", "text/csv; charset=utf-8")


@require_safe
@team_page(*MAY_KEEP_BOOKS)
def documents_zip(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Send the documents of a month in an archive, part by part where they are many."""
    month, part = _month(request), request.GET.get("part", "1")
    if month is None or part not in map(str, range(1, 1000)):
        messages.error(request, _("Choose a month, then take its documents together."))
        return redirect("selling:documents", member.seller.slug)
    files = lists.archive(member.seller, month, int(part))
    name = f"{member.seller.slug}-{month}{f'-{part}' if part != '1' else ''}"
    return _download(zips.stream(files), f"{name}.zip", "application/zip")


def _download(content: Iterable[bytes | str], name: str, kind: str) -> HttpResponse:
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # A response all the same, though the stubs know no common base.
    return cast("HttpResponse", response)
