"""A shop's front, for its owners' programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import Paint, ReturnPostage, SellerKind, SellerRole, SellerStatus
from accounts.models import Seller
from accounts.selectors import closures_of
from accounts.services import fronts
from books4all.lib.api.serializers import MoneyOut, ProblemOut, StrictSerializer
from books4all.lib.forms import MOST_MINOR

_PROBLEMS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}


class FrontIn(StrictSerializer):
    """What an owner may change: send only the fields that change."""

    name = serializers.CharField(max_length=120, required=False)
    tagline = serializers.CharField(max_length=200, required=False, allow_blank=True)
    story = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    keeper = serializers.CharField(max_length=80, required=False, allow_blank=True)
    hours = serializers.CharField(max_length=120, required=False, allow_blank=True)
    place = serializers.CharField(max_length=120, required=False)
    since = serializers.IntegerField(
        min_value=1500, max_value=2200, required=False, allow_null=True, help_text="A year"
    )
    paint = serializers.ChoiceField(choices=Paint.choices, required=False)
    dispatch_days = serializers.IntegerField(min_value=0, max_value=90, required=False)
    return_days = serializers.IntegerField(
        min_value=0, max_value=365, required=False, help_text="At least 14 for a trader"
    )
    return_postage = serializers.ChoiceField(choices=ReturnPostage.choices, required=False)
    return_words = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    minimum_minor = serializers.IntegerField(
        min_value=0, max_value=MOST_MINOR, required=False, help_text="Of books in a parcel; 0: none"
    )


class ClosureOut(serializers.Serializer[Any]):
    """A holiday; without `last_day` until further notice."""

    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class FrontOut(serializers.ModelSerializer[Seller]):
    """A shop's front as it is kept, and its planned holidays."""

    kind = serializers.ChoiceField(choices=SellerKind.choices)
    status = serializers.ChoiceField(choices=SellerStatus.choices)
    minimum = MoneyOut()
    picture = serializers.SerializerMethodField()
    closures = serializers.SerializerMethodField()

    class Meta:
        model = Seller
        fields = ("slug", "kind", "status", *fronts.FIELDS, "minimum", "picture", "closures")

    def get_picture(self, seller: Seller) -> str | None:
        """Return the address of the widest file as JPEG."""
        return seller.picture.absolute() if seller.picture else None

    def get_closures(self, seller: Seller) -> list[dict[str, Any]]:
        """Return the holidays that are not over."""
        return list(ClosureOut(closures_of(seller), many=True).data)


class FrontView(TeamEndpoint):
    """selling/{shop}/front/."""

    roles = (SellerRole.OWNER,)

    @extend_schema(
        operation_id="selling_front", tags=["selling"], responses={200: FrontOut, **_PROBLEMS}
    )
    def get(self, request: Request, shop: str) -> Response:
        """Show the front as it is kept."""
        del request, shop
        return Response(FrontOut(self.member.seller).data)

    @extend_schema(
        operation_id="selling_front_change",
        tags=["selling"],
        request=FrontIn,
        responses={200: FrontOut, 400: ProblemOut, **_PROBLEMS},
    )
    def patch(self, request: Request, shop: str) -> Response:
        """Change the fields that are sent."""
        del request, shop
        changed = fronts.change(
            seller=self.member.seller, actor=self.member.user, **self.body(FrontIn)
        )
        return Response(FrontOut(changed).data)
