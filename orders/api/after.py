"""Orders after the sale over the API: what a buyer does, by account or by the order's token, and a shop."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from books4all.lib.api import idempotency
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.errors import NotFoundError
from books4all.lib.money import Money
from orders.api import after_serializers as shapes
from orders.api.selling import SoldEndpoint
from orders.api.selling_serializers import SoldOrderOut
from orders.api.serializers import OrderOut, ShipmentOut
from orders.constants import Actor
from orders.models import Order, SellerOrder
from orders.selectors import orders as reads
from orders.selectors import seller_orders as sold_reads
from orders.selectors.cancelling import may_call_off
from orders.selectors.postage import open_extra
from orders.selectors.timeline import history_of_shop
from orders.services import calling_off, postage, seller_orders
from orders.services.steps import Asked

_WRITES = {
    400: ProblemOut, 401: ProblemOut, 404: ProblemOut, 409: ProblemOut, 429: ProblemOut,
}  # fmt: skip
_SOLD = {**_WRITES, 403: ProblemOut, 422: ProblemOut}


# --- The buyer -------------------------------------------------------------------------------
class PartEndpoint(Endpoint):
    """One shop's part of an order: of the signed-in buyer's, or of whoever has the token."""

    # The follower of a token needs no sign-in.
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)

    def part(self) -> SellerOrder:
        """Return the seller order that the address names; else 404."""
        found = reads.part_in(self.orders(), self.kwargs["part"])
        if found is None:
            raise Http404
        return found

    def orders(self) -> Any:
        """Return the orders that the asker may do something about."""
        user = self.request.user
        assert isinstance(user, User)
        return reads.orders_of_user(user).filter(number=self.kwargs["number"].upper())

    @property
    def actor(self) -> User | None:
        """Who asks; nobody by a token."""
        user = self.request.user
        return user if isinstance(user, User) else None

    def answer(self, part: SellerOrder) -> Response:
        """Return the whole order as it is now."""
        order = reads.order_by_token(part.order.token)
        return Response(OrderOut(order).data)


class ByToken(PartEndpoint):
    """The same for whoever has the order's token."""

    authentication_classes = ()
    permission_classes = ()

    def orders(self) -> Any:
        """Return the order with the token of the address."""
        return Order.objects.filter(token=self.kwargs["token"])


class CancelMixin(PartEndpoint):
    """Cancel, or ask to."""

    def cancel(self) -> Response:
        """Cancel what the shop has not accepted; ask it to cancel what it has."""
        part = self.part()
        reason = self.body(shapes.ReasonIn)["reason"]
        step: Callable[..., object] = (
            calling_off.call_off if may_call_off(part) else calling_off.ask
        )
        step(seller_order_id=part.pk, reason=reason, actor=self.actor)
        return self.answer(part)


class CancelView(CancelMixin):
    """orders/{number}/parts/{part}/cancel/."""

    @extend_schema(
        operation_id="cancel_part",
        tags=["orders"],
        request=shapes.ReasonIn,
        responses={200: OrderOut, **_WRITES},
    )
    def post(self, request: Request, number: str, part: UUID) -> Response:
        """Cancel one shop's part of your order; once the shop has accepted it, ask it to."""
        del request, number, part
        return self.cancel()


class TrackCancelView(ByToken, CancelMixin):
    """orders/track/{token}/parts/{part}/cancel/."""

    @extend_schema(
        operation_id="track_cancel_part",
        tags=["orders"],
        request=shapes.ReasonIn,
        responses={200: OrderOut, **_WRITES},
    )
    def post(self, request: Request, token: str, part: UUID) -> Response:
        """Cancel one shop's part of an order by its token; once the shop has accepted it, ask it to."""
        del request, token, part
        return self.cancel()


class ArrivedMixin(PartEndpoint):
    """Say that it has arrived."""

    def arrived(self) -> Response:
        """Write that the parcels are there."""
        part = self.part()
        seller_orders.deliver(seller_order_id=part.pk, actor=self.actor, side=Actor.BUYER)
        return self.answer(part)


class ArrivedView(ArrivedMixin):
    """orders/{number}/parts/{part}/arrived/."""

    @extend_schema(
        operation_id="part_arrived",
        tags=["orders"],
        request=None,
        responses={200: OrderOut, **_WRITES},
    )
    def post(self, request: Request, number: str, part: UUID) -> Response:
        """Say that a shop's parcels have arrived."""
        del request, number, part
        return self.arrived()


class TrackArrivedView(ByToken, ArrivedMixin):
    """orders/track/{token}/parts/{part}/arrived/."""

    @extend_schema(
        operation_id="track_part_arrived",
        tags=["orders"],
        request=None,
        responses={200: OrderOut, **_WRITES},
    )
    def post(self, request: Request, token: str, part: UUID) -> Response:
        """Say by the order's token that a shop's parcels have arrived."""
        del request, token, part
        return self.arrived()


class PostageMixin(PartEndpoint):
    """Answer a shop that asks for extra postage."""

    def answer_shop(self) -> Response:
        """Open the payment, or refuse."""
        extra = open_extra(self.part())
        if extra is None:
            raise Http404
        page = ""
        if self.body(shapes.PostageAnswerIn)["pay"]:
            page = postage.pay(extra_id=extra.pk)
        else:
            postage.refuse(extra_id=extra.pk, actor=self.actor)
        return Response(shapes.PageOut({"page_url": page}).data)


class PostageView(PostageMixin):
    """orders/{number}/parts/{part}/postage/."""

    @extend_schema(
        operation_id="answer_postage",
        tags=["orders"],
        request=shapes.PostageAnswerIn,
        responses={200: shapes.PageOut, 503: ProblemOut, **_WRITES},
    )
    def post(self, request: Request, number: str, part: UUID) -> Response:
        """Pay the extra postage that a shop asks for, or refuse it."""
        del request, number, part
        return self.answer_shop()


class TrackPostageView(ByToken, PostageMixin):
    """orders/track/{token}/parts/{part}/postage/."""

    @extend_schema(
        operation_id="track_answer_postage",
        tags=["orders"],
        request=shapes.PostageAnswerIn,
        responses={200: shapes.PageOut, 503: ProblemOut, **_WRITES},
    )
    def post(self, request: Request, token: str, part: UUID) -> Response:
        """Pay the extra postage that a shop asks for, or refuse it, by the order's token."""
        del request, token, part
        return self.answer_shop()


# --- The shop --------------------------------------------------------------------------------
class SoldHistoryView(SoldEndpoint):
    """selling/{shop}/orders/{number}/history/."""

    @extend_schema(
        operation_id="sold_history",
        tags=["selling"],
        responses={200: shapes.EventOut(many=True), **_SOLD},
    )
    def get(self, request: Request, shop: str, number: str) -> Response:
        """Tell what has happened to one of the shop's orders, the oldest first."""
        del request, shop
        part = sold_reads.order_of(self.member.seller, number)
        return Response(shapes.EventOut(history_of_shop(part), many=True).data)


class SoldDeliveredView(SoldEndpoint):
    """selling/{shop}/orders/{number}/delivered/."""

    @extend_schema(
        operation_id="deliver_order",
        tags=["selling"],
        request=None,
        responses={200: SoldOrderOut, **_SOLD},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Say that the parcels of an order have arrived."""
        del request, shop
        part = sold_reads.order_of(self.member.seller, number)
        seller_orders.deliver(seller_order_id=part.pk, actor=self.member.user)
        return Response(self.show(number))


class SoldPostageView(SoldEndpoint):
    """selling/{shop}/orders/{number}/extra-postage/."""

    @extend_schema(
        operation_id="ask_postage",
        tags=["selling"],
        parameters=[idempotency.PARAMETER],
        request=shapes.PostageIn,
        responses={201: shapes.PostageOut, **_SOLD},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Ask the buyer for extra postage before posting; they pay, refuse, or let it lapse."""
        del shop
        part = sold_reads.order_of(self.member.seller, number)
        given = self.body(shapes.PostageIn)

        def propose(row: UUID) -> Any:
            extra = postage.propose(
                seller_order_id=part.pk,
                amount=Money(given["amount_minor"], part.currency),
                reason=given["reason"],
                asked=Asked(self.member.user, key=row),
            )
            return shapes.PostageOut(extra).data

        return self.once(request, propose)

    @extend_schema(
        operation_id="withdraw_postage",
        tags=["selling"],
        responses={204: None, **_SOLD},
    )
    def delete(self, request: Request, shop: str, number: str) -> Response:
        """Take the proposal back that the buyer has not answered."""
        del request, shop
        extra = open_extra(sold_reads.order_of(self.member.seller, number))
        if extra is None:
            raise Http404
        postage.withdraw(extra_id=extra.pk, actor=self.member.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SoldCancellationView(SoldEndpoint):
    """selling/{shop}/orders/{number}/cancellation/."""

    @extend_schema(
        operation_id="answer_cancellation",
        tags=["selling"],
        request=shapes.CancellationIn,
        responses={200: SoldOrderOut, **_SOLD},
    )
    def post(self, request: Request, shop: str, number: str) -> Response:
        """Answer a buyer who asks to cancel what you have accepted."""
        del request, shop
        part = sold_reads.order_of(self.member.seller, number)
        given, actor = self.body(shapes.CancellationIn), self.member.user
        if given["agree"]:
            calling_off.agree(seller_order_id=part.pk, restock=given["restock"], actor=actor)
        else:
            calling_off.decline(seller_order_id=part.pk, words=given["words"], actor=actor)
        return Response(self.show(number))


class SoldParcelView(SoldEndpoint):
    """selling/{shop}/orders/{number}/shipments/{parcel}/."""

    @extend_schema(
        operation_id="follow_parcel",
        tags=["selling"],
        request=shapes.ParcelStatusIn,
        responses={200: ShipmentOut, **_SOLD},
    )
    def patch(self, request: Request, shop: str, number: str, parcel: UUID) -> Response:
        """Say what is known of a parcel: out for delivery, lost, back at the shop."""
        del request, shop
        part = sold_reads.order_of(self.member.seller, number)
        if not part.shipments.filter(pk=parcel).exists():
            raise NotFoundError(_("There is no such parcel."))
        given = self.body(shapes.ParcelStatusIn)
        shipment = seller_orders.follow_parcel(
            shipment_id=parcel, status=given["tracking_status"], actor=self.member.user
        )
        return Response(ShipmentOut(shipment).data)
