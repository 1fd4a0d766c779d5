"""A shop's money over the API: what stands where, its lines, and its payouts."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib.api.pagination import Ordering, PageQuery, keyset, page_body, page_of
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.errors import NotFoundError
from orders.api import money_serializers as shapes
from orders.models import Payout
from orders.selectors import money as reads
from orders.selectors import payouts as paying

LINES = Ordering("money-lines", ("-created_at", "-pk"))
PAYOUTS = Ordering("money-payouts", ("-pk",))
ITEMS = Ordering("money-payout-lines", ("pk",))
_READS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}


class MoneyEndpoint(TeamEndpoint):
    """An endpoint about the shop's money."""

    roles: tuple[SellerRole, ...] = (SellerRole.ACCOUNTING,)

    def payout(self, pk: UUID) -> Payout:
        """Return one of the shop's payouts; else 404."""
        found = reads.payout_of(self.member.seller, pk)
        if found is None:
            raise NotFoundError(_("There is no such payout among your shop’s."))
        return found


class MoneyView(MoneyEndpoint):
    """selling/{shop}/money/."""

    @extend_schema(
        operation_id="money", tags=["selling"], responses={200: shapes.MoneyStateOut, **_READS}
    )
    def get(self, request: Request, shop: str) -> Response:
        """Show what the shop has, and when it is paid next."""
        del request, shop
        seller, currency = self.member.seller, settings.MARKETPLACE_CURRENCY
        terms = paying.terms_of(seller)
        account = paying.given_account(seller)
        state: dict[str, Any] = {
            "position": reads.position(seller, currency),
            "on_the_way": reads.on_the_way(seller, currency),
            "next_payout_on": terms.next_day(timezone.now().date()),
            "minimum": terms.minimum,
            "obstacle": paying.obstacle(terms, account),
            "account": str(account) if account else "",
        }
        return Response(shapes.MoneyStateOut(state).data)


class LinesView(MoneyEndpoint):
    """selling/{shop}/money/lines/."""

    @extend_schema(
        operation_id="money_lines",
        tags=["selling"],
        parameters=[shapes.LinesQuery],
        responses={200: page_of(shapes.MoneyLineOut, "MoneyLinePage"), **_READS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List what happened to the shop's money, the latest first, with what it had after each."""
        del shop
        query = self.query(shapes.LinesQuery)
        seller, currency = self.member.seller, settings.MARKETPLACE_CURRENCY
        period = reads.Period(query["since"], query["until"])
        page = keyset(
            reads.entries_of(seller, currency, period),
            ordering=LINES,
            limit=query["limit"],
            cursor=query["cursor"],
        )
        lines = reads.told(seller, currency, list(page.rows))
        return Response(
            page_body(request, page, lambda _rows: shapes.MoneyLineOut(lines, many=True).data)
        )


class PayoutsView(MoneyEndpoint):
    """selling/{shop}/money/payouts/."""

    @extend_schema(
        operation_id="payouts",
        tags=["selling"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.PayoutOut, "PayoutPage"), **_READS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's payouts, the latest first."""
        del request, shop
        rows = Payout.objects.filter(seller=self.member.seller).select_related("account")
        return self.page(
            rows, ordering=PAYOUTS, query=self.query(PageQuery), serializer=shapes.PayoutOut
        )


class PayoutView(MoneyEndpoint):
    """selling/{shop}/money/payouts/{pk}/."""

    @extend_schema(
        operation_id="payout", tags=["selling"], responses={200: shapes.PayoutOut, **_READS}
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one payout."""
        del request, shop
        return Response(shapes.PayoutOut(self.payout(pk)).data)


class PayoutLinesView(MoneyEndpoint):
    """selling/{shop}/money/payouts/{pk}/lines/."""

    @extend_schema(
        operation_id="payout_lines",
        tags=["selling"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.PaidLineOut, "PaidLinePage"), **_READS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List what a payout pays."""
        del shop
        query = self.query(PageQuery)
        page = keyset(
            reads.items_of(self.payout(pk)),
            ordering=ITEMS,
            limit=query["limit"],
            cursor=query["cursor"],
        )
        return Response(
            page_body(
                request,
                page,
                lambda rows: shapes.PaidLineOut(reads.paid_lines(rows), many=True).data,
            )
        )
