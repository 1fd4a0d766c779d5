"""A shop's orders over the API: poll, accept, refuse, post, print."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib import typeset
from books4all.lib.api import idempotency
from books4all.lib.api.pagination import Ordering, keyset, page_body, page_of
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.errors import DomainError, NotFoundError
from orders.api import selling_serializers as shapes
from orders.api.serializers import RefusalOut, ShipmentOut
from orders.models import SellerOrder
from orders.selectors import documents as sheets
from orders.selectors import seller_orders as reads
from orders.services import idempotency as keys
from orders.services import seller_orders as services

NEWEST = Ordering("sold-newest", ("-pk",))
CHANGED = Ordering("sold-changed", ("updated_at", "pk"))
_READS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}
_WRITES = {**_READS, 409: ProblemOut, 422: ProblemOut}
# What makes of a key the id of the row that is written under it.
_KEYS = UUID("6f6b1a3e-2b5f-5c0e-9c56-0d3f3f3b9d11")


class SoldEndpoint(TeamEndpoint):
    """An endpoint about the shop's orders."""

    roles: tuple[SellerRole, ...] = (SellerRole.ORDERS,)

    def order(self, number: str) -> SellerOrder:
        """Return the shop's part of the order ``number``; else 404."""
        return reads.full_order_of(self.member.seller, number)

    def show(self, number: str) -> Any:
        """Return an order as it is now."""
        return shapes.SoldOrderOut(self.order(number), context=self.shop).data

    @property
    def shop(self) -> dict[str, Any]:
        """What the serializers have to know of the shop."""
        return {"seller": self.member.seller}

    def once(self, request: Request, work: Callable[[UUID], Any]) -> Response:
        """Do ``work`` once under the request's Idempotency-Key; it is given the id of its row.

        The id follows from the key: after a crash the row is found that was written before it.
        """
        key = idempotency.key_of(request)
        owner = f"user:{self.member.user_id}"
        row = uuid5(_KEYS, f"{owner}/{request.path}/{key}")
        answer = keys.once(
            owner=owner,
            key=key,
            fingerprint=keys.fingerprint_of(method="POST", path=request.path, body=request.data),
            work=lambda: keys.Answer(status.HTTP_201_CREATED, keys.plain(work(row))),
        )
        headers = {idempotency.REPLAYED: "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)


class SoldOrdersView(SoldEndpoint):
    """selling/{shop}/orders/."""

    roles = (SellerRole.ORDERS, SellerRole.ACCOUNTING)

    @extend_schema(
        operation_id="sold_orders",
        tags=["selling"],
        parameters=[shapes.OrdersQuery],
        responses={200: page_of(shapes.SoldOrderOut, "SoldOrderPage"), **_READS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's paid orders, the newest first; since a moment, by when they changed."""
        del request, shop
        query = self.query(shapes.OrdersQuery)
        rows, ordering = reads.paid_orders(self.member.seller), NEWEST
        if query["status"]:
            rows = rows.filter(status=query["status"])
        if query["updated_since"]:
            rows, ordering = rows.filter(updated_at__gte=query["updated_since"]), CHANGED
        page = keyset(
            reads.with_everything(rows),
            ordering=ordering,
            limit=query["limit"],
            cursor=query["cursor"],
        )
        return Response(
            page_body(
                self.request,
                page,
                lambda found: shapes.SoldOrderOut(found, many=True, context=self.shop).data,
            )
        )


class SoldOrderView(SoldEndpoint):
    """selling/{shop}/orders/{number}/."""

    roles = (SellerRole.ORDERS, SellerRole.ACCOUNTING)

    @extend_schema(
        operation_id="sold_order",
        tags=["selling"],
        responses={200: shapes.SoldOrderOut, **_READS},
    )
    def get(self, request: Request, shop: str, number: str) -> Response:
        """Show one of the shop's orders."""
        del request, shop
        return Response(self.show(number))


class AcceptView(SoldEndpoint):
    """selling/{shop}/orders/{number}/accept/."""

    @extend_schema(
        operation_id="accept_order",
        tags=["selling"],
        request=None,
        responses={200: shapes.SoldOrderOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Say that the copies are there and will be sent."""
        del request, shop
        part = reads.order_of(self.member.seller, number)
        services.accept(seller_order_id=part.pk, actor=self.member.user)
        return Response(self.show(number))


class RefusalsView(SoldEndpoint):
    """selling/{shop}/orders/{number}/refusals/."""

    @extend_schema(
        operation_id="refuse_order",
        tags=["selling"],
        parameters=[idempotency.PARAMETER],
        request=shapes.RefusalIn,
        responses={201: RefusalOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Refuse copies: their buyer is told by mail and paid back."""
        del shop
        part = reads.order_of(self.member.seller, number)
        given = self.body(shapes.RefusalIn)

        def refuse(row: UUID) -> Any:
            refusal = services.refuse(
                seller_order_id=part.pk,
                reason=given["reason"],
                words=given["words"],
                restock=given["restock"],
                copies=_copies(given),
                asked=services.Asked(self.member.user, key=row),
            )
            return RefusalOut(refusal).data

        return self.once(request, refuse)


class ShipmentsView(SoldEndpoint):
    """selling/{shop}/orders/{number}/shipments/."""

    @extend_schema(
        operation_id="post_order",
        tags=["selling"],
        parameters=[idempotency.PARAMETER],
        request=shapes.ShipmentIn,
        responses={201: ShipmentOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Say that a parcel is on its way: its buyer is told by mail."""
        del shop
        part = reads.order_of(self.member.seller, number)
        given = self.body(shapes.ShipmentIn)

        def ship(row: UUID) -> Any:
            shipment = services.post(
                seller_order_id=part.pk,
                carrier=given["carrier"],
                tracking_number=given["tracking_number"],
                tracking_url=given["tracking_url"],
                copies=_copies(given),
                asked=services.Asked(self.member.user, key=row),
            )
            shipment.refresh_from_db()
            return ShipmentOut(shipment).data

        return self.once(request, ship)


class DocumentEndpoint(SoldEndpoint):
    """Something to print, as PDF."""

    roles = (SellerRole.ORDERS, SellerRole.ACCOUNTING)

    def orders(self, query: Mapping[str, Any]) -> list[SellerOrder]:
        """Return the orders that are meant.

        Raises:
            DomainError: none are named.
            NotFoundError: there are no such orders of this shop.
        """
        if not query["order"] and not query["tab"]:
            message = _("Name the orders, or the pile that they wait in.")
            raise DomainError(message, fields={"order": [message]})
        tab = reads.Tab(query["tab"]) if query["tab"] and not query["order"] else None
        numbers = [number.upper() for number in query["order"]]
        found = reads.chosen_orders(self.member.seller, numbers=numbers, tab=tab)
        if not found:
            raise NotFoundError(_("There are no such orders among your shop’s."))
        return found

    def printed(self, template: str, data: Mapping[str, Any]) -> HttpResponse:
        """Return a document."""
        return HttpResponse(typeset.pdf(template, data), content_type="application/pdf")


_PDF: dict[Any, Any] = {(200, "application/pdf"): OpenApiTypes.BINARY, **_READS}


class LabelsView(DocumentEndpoint):
    """selling/{shop}/documents/labels/."""

    @extend_schema(
        operation_id="labels", tags=["selling"], parameters=[shapes.LabelsQuery], responses=_PDF
    )
    def get(self, request: Request, shop: str) -> HttpResponse:
        """Print address labels."""
        del request, shop
        query = self.query(shapes.LabelsQuery)
        data = sheets.labels(
            self.member.seller,
            self.orders(query),
            paper=sheets.LabelFormat(query["paper"]),
            start=query["start"],
        )
        return self.printed("labels", data)


class PackingSlipsView(DocumentEndpoint):
    """selling/{shop}/documents/packing-slips/."""

    @extend_schema(
        operation_id="packing_slips",
        tags=["selling"],
        parameters=[shapes.DocumentQuery],
        responses=_PDF,
    )
    def get(self, request: Request, shop: str) -> HttpResponse:
        """Print packing slips, a page an order."""
        del request, shop
        parts = self.orders(self.query(shapes.DocumentQuery))
        return self.printed("packing_slips", sheets.packing_slips(self.member.seller, parts))


class PickListView(DocumentEndpoint):
    """selling/{shop}/documents/pick-list/."""

    @extend_schema(
        operation_id="pick_list",
        tags=["selling"],
        parameters=[shapes.DocumentQuery],
        responses=_PDF,
    )
    def get(self, request: Request, shop: str) -> HttpResponse:
        """Print what to fetch from the shelves."""
        del request, shop
        parts = self.orders(self.query(shapes.DocumentQuery))
        return self.printed("pick_list", sheets.pick_list(self.member.seller, parts))


def _copies(given: Mapping[str, Any]) -> services.Copies:
    copies: dict[UUID, int] = {line["line"]: line["quantity"] for line in given["lines"]}
    return copies or None
