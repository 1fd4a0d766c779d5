"""Invoices, receipts and credit notes, to whoever has the order's link and to who is signed in."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in_user
from orders.models import Document, Order
from orders.selectors import orders as reads
from orders.selectors.paperwork import lists


def as_pdf(document: Document) -> HttpResponse:
    """Return a document for the browser to show, keep and print."""
    response = HttpResponse(lists.pdf_of(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
    return response


def _shown(order: Order | None, pk: UUID) -> HttpResponse:
    document = lists.one_of_order(order, pk) if order else None
    if document is None:
        raise Http404
    return as_pdf(document)


@never_cache
@require_safe
def track_document(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """Show a document of an order to whoever has the order's link."""
    del request
    return _shown(reads.bare_order(token=token), pk)


@never_cache
@login_required
@require_safe
def my_document(request: HttpRequest, number: str, pk: UUID) -> HttpResponse:
    """Show a document of one of the user's orders; other people's are not found."""
    return _shown(reads.bare_order(user=signed_in_user(request), number=number.upper()), pk)
