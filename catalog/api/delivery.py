"""A shop's table of delivery rates, for its owners' programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib.api.serializers import ProblemOut, StrictSerializer
from books4all.lib.forms import MOST_MINOR
from catalog.constants import HEAVIEST_G, RateBasis, Service
from catalog.models import DeliveryRate
from catalog.selectors.delivery import table_of
from catalog.services import delivery
from catalog.services.delivery import MOST_RATES, Terms

_PROBLEMS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}


class TableRateIn(StrictSerializer):
    """A cell of the table. Amounts are minor units of the marketplace's currency, weights grams.

    By the `item`: the first book, and each further one. By `weight`: what weighs up to `first_g`,
    and each further `further_g` that are begun. `posts` false: nothing is sent there.
    """

    destination = serializers.RegexField(
        r"^([A-Z]{2}|\*)$", help_text="A country (ISO 3166), `EU`, or `*` for everywhere else"
    )
    service = serializers.ChoiceField(choices=Service.choices)
    posts = serializers.BooleanField(default=True)
    basis = serializers.ChoiceField(choices=RateBasis.choices, default=RateBasis.ITEM)
    first_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR)
    further_minor = serializers.IntegerField(min_value=0, max_value=MOST_MINOR, default=0)
    first_g = serializers.IntegerField(min_value=1, max_value=HEAVIEST_G, default=1000)
    further_g = serializers.IntegerField(min_value=1, max_value=HEAVIEST_G, default=500)
    days_min = serializers.IntegerField(min_value=0, max_value=90)
    days_max = serializers.IntegerField(min_value=0, max_value=90)


class TableIn(StrictSerializer):
    """The whole table: what is not in it is not offered any more."""

    rates = TableRateIn(many=True, max_length=MOST_RATES)  # type: ignore[call-arg]  # of the list


class TableRateOut(serializers.ModelSerializer[DeliveryRate]):
    """A cell of the table, as it is kept."""

    class Meta:
        model = DeliveryRate
        fields = (
            "destination",
            "service",
            "posts",
            "basis",
            "first_minor",
            "further_minor",
            "first_g",
            "further_g",
            "currency",
            "days_min",
            "days_max",
        )


class TableOut(serializers.Serializer[Any]):
    """The whole table."""

    rates = TableRateOut(many=True)


class DeliveryTableView(TeamEndpoint):
    """selling/{shop}/delivery/."""

    roles = (SellerRole.OWNER,)

    @extend_schema(
        operation_id="selling_delivery", tags=["selling"], responses={200: TableOut, **_PROBLEMS}
    )
    def get(self, request: Request, shop: str) -> Response:
        """Show the table."""
        del request, shop
        return self._table()

    @extend_schema(
        operation_id="selling_delivery_replace",
        tags=["selling"],
        request=TableIn,
        responses={200: TableOut, 400: ProblemOut, **_PROBLEMS},
    )
    def put(self, request: Request, shop: str) -> Response:
        """Charge by this table from now on. The same table again changes nothing."""
        del request, shop
        table = [Terms(**cell) for cell in self.body(TableIn)["rates"]]
        delivery.replace(seller=self.member.seller, actor=self.member.user, table=table)
        return self._table()

    def _table(self) -> Response:
        return Response(TableOut({"rates": table_of(self.member.seller)}).data)
