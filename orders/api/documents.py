"""Documents of account over the API: to the buyer of an order, and to the shop."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from accounts.models import User
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import MoneyOut, ProblemOut
from orders.constants import DocumentKind
from orders.models import Document, Order
from orders.selectors import orders as reads
from orders.selectors.paperwork import lists
from orders.selectors.paperwork.months import Month

NEWEST = Ordering("documents", ("-pk",))
_READS = {401: ProblemOut, 404: ProblemOut, 429: ProblemOut}
_TEAM_READS = {**_READS, 400: ProblemOut, 403: ProblemOut}
_PDF: Mapping[Any, Any] = {(200, "application/pdf"): OpenApiTypes.BINARY}


class DocumentOut(serializers.ModelSerializer[Document]):
    """A document. `content_hash` is the SHA-256 of what stands on it: it never changes."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    total = MoneyOut(help_text="Of a statement, the balance on its last day")
    tax = MoneyOut(help_text="Within the total")

    class Meta:
        model = Document
        fields = ("id", "number", "kind", "issued_at", "total", "tax", "content_hash")


class OwnDocumentOut(DocumentOut):
    """A shop's document: of an order, or of a month."""

    order = serializers.CharField(
        source="seller_order.order.number", default=None, allow_null=True, help_text="Its number"
    )
    month = serializers.DateField(source="period", allow_null=True, help_text="By its first day")
    corrects = serializers.CharField(source="refers_to.number", default=None, allow_null=True)

    class Meta(DocumentOut.Meta):
        fields = (*DocumentOut.Meta.fields, "order", "month", "corrects")  # type: ignore[assignment]


class DocumentsQuery(PageQuery):
    """Which of the shop's documents. `month`, like 2026-05: issued in it, or about it."""

    kind = serializers.ChoiceField(choices=DocumentKind.choices, required=False, default="")
    month = serializers.CharField(max_length=7, required=False, default="")

    def validate_month(self, text: str) -> Month | None:
        """Read the month."""
        try:
            return Month.parse(text) if text else None
        except ValueError as error:
            raise serializers.ValidationError("Write a month like 2026-05.") from error


def _file(document: Document | None) -> HttpResponse:
    if document is None:
        raise Http404
    return HttpResponse(lists.pdf_of(document), content_type="application/pdf")


class _BuyersEndpoint(Endpoint):
    """An endpoint about one of the user's own orders."""

    permission_classes = (IsAuthenticated,)

    def order(self, number: str) -> Order:
        """Return the user's order; other people's are 404."""
        user = self.request.user
        assert isinstance(user, User)
        order = reads.bare_order(user=user, number=number.upper())
        if order is None:
            raise Http404
        return order


class OrderDocumentsView(_BuyersEndpoint):
    """orders/{number}/documents/."""

    @extend_schema(
        operation_id="order_documents",
        tags=["orders"],
        responses={200: DocumentOut(many=True), **_READS},
    )
    def get(self, request: Request, number: str) -> Response:
        """List the invoices, receipts and credit notes of one of your orders."""
        del request
        return Response(DocumentOut(lists.of_order(self.order(number)), many=True).data)


class OrderDocumentView(_BuyersEndpoint):
    """orders/{number}/documents/{id}/."""

    @extend_schema(operation_id="order_document", tags=["orders"], responses={**_PDF, **_READS})
    def get(self, request: Request, number: str, pk: UUID) -> HttpResponse:
        """Get one of them as a PDF."""
        del request
        return _file(lists.one_of_order(self.order(number), pk))


class OwnDocumentsView(TeamEndpoint):
    """selling/{shop}/documents/."""

    roles = (SellerRole.ACCOUNTING,)

    @extend_schema(
        operation_id="own_documents",
        tags=["selling"],
        parameters=[DocumentsQuery],
        responses={200: page_of(OwnDocumentOut, "OwnDocumentPage"), **_TEAM_READS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's documents, the latest first."""
        del request, shop
        query = self.query(DocumentsQuery)
        rows = lists.rows_of_seller(
            self.member.seller, kind=query["kind"], month=query["month"] or None
        )
        return self.page(rows, ordering=NEWEST, query=query, serializer=OwnDocumentOut)


class OwnDocumentView(TeamEndpoint):
    """selling/{shop}/documents/{id}/."""

    roles = (SellerRole.ACCOUNTING,)

    @extend_schema(operation_id="own_document", tags=["selling"], responses={**_PDF, **_TEAM_READS})
    def get(self, request: Request, shop: str, pk: UUID) -> HttpResponse:
        """Get one of them as a PDF."""
        del request, shop
        return _file(lists.one_of_seller(self.member.seller, pk))
