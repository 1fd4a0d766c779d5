"""Buying over the API: the basket, checkout, and orders."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from books4all.lib.api import idempotency
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import CountryQuery, ProblemOut
from books4all.lib.api.throttling import AddressThrottle, CheckoutThrottle
from books4all.lib.money import Money
from orders.api import serializers as shapes
from orders.errors import BasketEmptyError, BasketLineNotFoundError
from orders.models import Basket
from orders.receivers import BASKET_HEADER
from orders.selectors import orders as reads
from orders.selectors.baskets import basket_view, find_basket, seller_in, view_of
from orders.services import baskets, promotions
from orders.services import checkout as checkouts
from orders.services import idempotency as keys

TOKEN = OpenApiParameter(
    BASKET_HEADER,
    location=OpenApiParameter.HEADER,
    description="A visitor's basket: `token` in the answer to the first book. Users need none.",
)
BY_DATE = Ordering("orders", ("-placed_at", "-pk"))
_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 429: ProblemOut}
_WRITES = {**_PROBLEMS, 404: ProblemOut, 409: ProblemOut}


class BasketEndpoint(Endpoint):
    """A basket of the signed-in user, or of the visitor who holds its token."""

    @property
    def who(self) -> dict[str, Any]:
        """Whose basket: arguments of the selectors and services."""
        user = self.request.user
        if isinstance(user, User):
            return {"user": user}
        return {"user": None, "token": self.request.headers.get(BASKET_HEADER, "")[:40]}

    @property
    def country(self) -> str:
        """Where the parcels go."""
        return str(self.query(CountryQuery)["country"])

    def basket(self) -> Basket:
        """Return the basket that is to be changed. Raises BasketLineNotFoundError: there is none."""
        found = find_basket(**self.who)
        if found is None:
            raise BasketLineNotFoundError(_("There is no such basket, or nothing in it yet."))
        return found

    def answer(self, basket: Basket, code: int = status.HTTP_200_OK) -> Response:
        """Return the basket as it is now."""
        view = view_of(basket, country=self.country)
        return Response(shapes.BasketOut(view).data, status=code)


class BasketView(BasketEndpoint):
    """basket/."""

    @extend_schema(
        operation_id="basket",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        responses={200: shapes.BasketOut, **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Show the basket by parcel, priced for delivery to your country."""
        del request
        view = basket_view(**self.who, country=self.country)
        return Response(shapes.BasketOut(view).data)


class LinesView(BasketEndpoint):
    """basket/lines/."""

    @extend_schema(
        operation_id="add_to_basket",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        request=shapes.LineIn,
        responses={201: shapes.BasketOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Put copies in the basket; a visitor without one gets a new one, and its token."""
        del request
        given = self.body(shapes.LineIn)
        country = self.country
        basket = baskets.get_or_create_basket(**self.who)
        baskets.add(basket=basket, listing_id=given["listing"], quantity=given["quantity"])
        view = view_of(basket, country=country)
        return Response(shapes.BasketOut(view).data, status=status.HTTP_201_CREATED)


class LineView(BasketEndpoint):
    """basket/lines/{id}/."""

    @extend_schema(
        operation_id="change_line",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        request=shapes.QuantityIn,
        responses={200: shapes.BasketOut, **_WRITES},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change how many copies are wanted; no more than are free are kept."""
        del request
        given, basket = self.body(shapes.QuantityIn), self.basket()
        baskets.set_quantity(basket=basket, line_id=pk, quantity=given["quantity"])
        return self.answer(basket)

    @extend_schema(
        operation_id="remove_line",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        responses={200: shapes.BasketOut, **_WRITES},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Take a line out of the basket."""
        del request
        basket = self.basket()
        baskets.remove(basket=basket, line_id=pk)
        return self.answer(basket)


class DeliveryView(BasketEndpoint):
    """basket/delivery/."""

    @extend_schema(
        operation_id="choose_delivery",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        request=shapes.DeliveryIn,
        responses={200: shapes.BasketOut, **_WRITES},
    )
    def put(self, request: Request) -> Response:
        """Choose how fast one shop's parcel goes."""
        del request
        given, basket = self.body(shapes.DeliveryIn), self.basket()
        seller = seller_in(basket, slug=given["seller"])
        baskets.choose_delivery(basket=basket, seller_id=seller, service=given["service"])
        return self.answer(basket)


class CodesView(BasketEndpoint):
    """basket/codes/."""

    throttle_classes = (CheckoutThrottle,)

    @extend_schema(
        operation_id="use_code",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        request=shapes.CodeIn,
        responses={200: shapes.BasketOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Use the code of a promotion or a gift card. The quote says what it comes to."""
        del request
        given, basket = self.body(shapes.CodeIn), self.basket()
        promotions.type_code(basket=basket, code=given["code"])
        return self.answer(basket)


class CodeView(BasketEndpoint):
    """basket/codes/{id}/."""

    @extend_schema(
        operation_id="remove_code",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        responses={200: shapes.BasketOut, **_WRITES},
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Take a code out of the basket."""
        del request
        basket = self.basket()
        promotions.remove_code(basket=basket, pk=pk)
        return self.answer(basket)


class ReopenView(BasketEndpoint):
    """basket/reopen/."""

    @extend_schema(
        operation_id="reopen_basket",
        tags=["basket"],
        parameters=[TOKEN, CountryQuery],
        request=None,
        responses={200: shapes.BasketOut, 503: ProblemOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Give up a payment that was begun, so that the basket can be changed again."""
        del request
        basket = self.basket()
        checkouts.abandon(basket_id=basket.pk)
        return self.answer(basket)


class CheckoutView(BasketEndpoint):
    """checkout/."""

    early_throttles = (AddressThrottle, CheckoutThrottle)

    @extend_schema(
        operation_id="checkout",
        tags=["orders"],
        parameters=[TOKEN, idempotency.PARAMETER],
        request=shapes.CheckoutIn,
        responses={201: shapes.OrderOut, 422: ProblemOut, 503: ProblemOut, **_WRITES},
    )
    def post(self, request: Request) -> Response:
        """Order the basket, hold its copies, and get the page on which to pay."""
        key = idempotency.key_of(request)
        given = self.body(shapes.CheckoutIn)
        owner = self._owner()
        answer = keys.once(
            owner=owner,
            key=key,
            fingerprint=keys.fingerprint_of(method="POST", path=request.path, body=request.data),
            work=lambda: self._order(given),
        )
        headers = {idempotency.REPLAYED: "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)

    def _owner(self) -> str:
        """Return whose keys these are. Of a visitor's token the hash: it is a secret."""
        who = self.who
        if who["user"] is not None:
            return f"user:{who['user'].pk}"
        if not who["token"]:
            raise BasketEmptyError(_("Your basket is empty."))
        return f"basket:{sha256(who['token'].encode()).hexdigest()}"

    def _order(self, given: dict[str, Any]) -> keys.Answer:
        basket = find_basket(**self.who)
        if basket is None:
            raise BasketEmptyError(_("Your basket is empty."))
        submitted = checkouts.submit(
            basket_id=basket.pk,
            expected_total=Money(given["expected_total_minor"], settings.MARKETPLACE_CURRENCY),
            address=given["address"],
            buyer=checkouts.Buyer(
                email=given["email"],
                user=self.who["user"],
                language=given["language"],
                provider=given["payment_method"],
            ),
        )
        order = reads.order_by_token(submitted.order.token)
        # Through JSON once, so that the first answer and its repeats are the same.
        return keys.Answer(status.HTTP_201_CREATED, keys.plain(shapes.OrderOut(order).data))


class OrdersView(Endpoint):
    """orders/."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="orders",
        tags=["orders"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.OrderRowOut, "OrderPage"), **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """List your placed orders, the newest first."""
        user = request.user
        assert isinstance(user, User)
        return self.page(
            reads.orders_of_user(user).prefetch_related("seller_orders__seller"),
            ordering=BY_DATE,
            query=self.query(PageQuery),
            serializer=shapes.OrderRowOut,
        )


class OrderView(Endpoint):
    """orders/{number}/."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="order",
        tags=["orders"],
        responses={200: shapes.OrderOut, 401: ProblemOut, 404: ProblemOut},
    )
    def get(self, request: Request, number: str) -> Response:
        """Show one of your placed orders."""
        user = request.user
        assert isinstance(user, User)
        order = reads.order_of_user(user, number)
        if order is None:
            raise Http404
        return Response(shapes.OrderOut(order).data)


class TrackView(Endpoint):
    """orders/track/{token}/."""

    authentication_classes = ()

    @extend_schema(
        operation_id="track",
        tags=["orders"],
        responses={200: shapes.OrderOut, 404: ProblemOut},
    )
    def get(self, request: Request, token: str) -> Response:
        """Show an order by its token, without signing in; also one that waits for its payment."""
        del request
        order = reads.order_by_token(token)
        if order is None:
            raise Http404
        return Response(shapes.OrderOut(order).data)
