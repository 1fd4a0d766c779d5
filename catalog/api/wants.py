"""One's wants, and the demand that shops see."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from accounts.models import User
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, keyset, page_body, page_of
from books4all.lib.api.serializers import CountryField, MoneyOut, ProblemOut, StrictSerializer
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from catalog.api.serializers import WorkRefOut
from catalog.constants import Condition, WantNotice, WantStatus
from catalog.models import Edition, Want, Work
from catalog.search import Query, search
from catalog.selectors import demand, lists
from catalog.selectors.waiting import Waiter
from catalog.services import wants

Plain = serializers.Serializer[Any]
WANTS = Ordering("wants", ("-pk",))
MOST_NUMBERS = 100
_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 429: ProblemOut}
_ONE = {404: ProblemOut, **_PROBLEMS}
_TEAM = {403: ProblemOut, **_ONE}


class TermsIn(StrictSerializer):
    """On which terms. `max_price_minor` is with delivery to `country`; null is any price."""

    least_condition = serializers.ChoiceField(
        choices=Condition.choices, required=False, allow_blank=True
    )
    jacket = serializers.BooleanField(required=False)
    signed = serializers.BooleanField(required=False)
    first_edition = serializers.BooleanField(required=False)
    no_ex_library = serializers.BooleanField(required=False)
    no_print_on_demand = serializers.BooleanField(required=False)
    max_price_minor = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, allow_null=True
    )
    country = CountryField(required=False)
    notice = serializers.ChoiceField(choices=WantNotice.choices, required=False)


class WantIn(TermsIn):
    """What to wait for: one of `work`, `edition` and `query`."""

    work = serializers.SlugField(required=False, help_text="Slug of a work")
    edition = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Id of an edition"
    )
    query = serializers.CharField(
        required=False, max_length=200, help_text="Words as for the search, or an ISBN"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want one thing."""
        if len({"work", "edition", "query"} & attrs.keys()) != 1:
            raise serializers.ValidationError("Name one of work, edition and query.")
        return attrs


class WantChangeIn(TermsIn):
    """Terms to change, or whether to look at all."""

    status = serializers.ChoiceField(
        choices=[WantStatus.ACTIVE.value, WantStatus.PAUSED.value], required=False
    )


class WantCopyOut(Plain):
    """A copy on sale that meets a want, at its price delivered. `is_new`: not looked at yet."""

    listing = serializers.IntegerField(source="listing.pk")
    work = WorkRefOut(source="listing.edition.work")
    condition = serializers.CharField(source="listing.condition")
    shop = serializers.CharField(source="listing.seller.slug")
    price = MoneyOut()
    is_new = serializers.BooleanField()


class WantOut(Plain):
    """A want with its terms, how many copies meet it now, and the cheapest of them."""

    id = serializers.IntegerField(source="want.pk")
    work = WorkRefOut(source="want.book", allow_null=True)
    edition = serializers.IntegerField(source="want.edition_id", allow_null=True)
    query = serializers.CharField(source="want.query", allow_blank=True)
    status = serializers.ChoiceField(choices=WantStatus.choices, source="want.status")
    least_condition = serializers.CharField(source="want.least_condition", allow_blank=True)
    jacket = serializers.BooleanField(source="want.jacket")
    signed = serializers.BooleanField(source="want.signed")
    first_edition = serializers.BooleanField(source="want.first_edition")
    no_ex_library = serializers.BooleanField(source="want.no_ex_library")
    no_print_on_demand = serializers.BooleanField(source="want.no_print_on_demand")
    max_price = MoneyOut(source="most", allow_null=True)
    country = serializers.CharField(source="want.country.code")
    notice = serializers.ChoiceField(choices=WantNotice.choices, source="want.notice")
    matches = serializers.IntegerField()
    copies = WantCopyOut(many=True)


class OwnWants(Endpoint):
    """The wants of the signed-in user; everybody else's do not exist here."""

    permission_classes = (IsAuthenticated,)

    @property
    def me(self) -> User:
        """The user who asks."""
        user = self.request.user
        assert isinstance(user, User)
        return user

    @property
    def who(self) -> Waiter:
        """The user as somebody who waits."""
        return Waiter(user=self.me)

    def own(self, pk: int) -> Want:
        """Return one of the user's wants. Raises NotFoundError, before anything else is looked at."""
        want = lists.want_of(self.who, pk)
        if want is None:
            raise NotFoundError("This is not among your wants.")
        return want

    def shown(self, want: Want) -> Any:
        """Return a want as the answers have it."""
        fresh = lists.want_of(self.who, want.pk)
        return WantOut(lists.with_copies([fresh] if fresh else []), many=True).data[0]


def _terms(given: dict[str, Any]) -> dict[str, Any]:
    terms = {name: given[name] for name in wants.TERMS if name in given}
    if "max_price_minor" in given:
        minor = given["max_price_minor"]
        terms["max_price"] = None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
    return terms


class WantsView(OwnWants):
    """wants/."""

    @extend_schema(
        operation_id="wants",
        tags=["wants"],
        parameters=[PageQuery],
        responses={200: page_of(WantOut, "WantPage"), **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """List what you wait for, the latest first, with the copies that meet it now."""
        query = self.query(PageQuery)
        found = keyset(
            lists.open_wants(self.who),
            ordering=WANTS,
            limit=query["limit"],
            cursor=query["cursor"],
        )
        return Response(
            page_body(
                request, found, lambda rows: WantOut(lists.with_copies(list(rows)), many=True).data
            )
        )

    @extend_schema(
        operation_id="add_want",
        tags=["wants"],
        request=WantIn,
        responses={201: WantOut, 409: ProblemOut, **_ONE},
    )
    def post(self, request: Request) -> Response:
        """Wait for something. Waiting for it already changes the terms that are sent."""
        del request
        given = self.body(WantIn)
        try:
            want = wants.add(user=self.me, terms=_terms(given), **_thing(given))
        except ValueError as error:
            raise DomainError(
                "Write a title and author, or an ISBN.", fields={"query": ["No words."]}
            ) from error
        return Response(self.shown(want), status=status.HTTP_201_CREATED)


def _thing(given: dict[str, Any]) -> dict[str, Any]:
    if "work" in given:
        return {"work": Work.objects.get(slug=given["work"])}
    if "edition" in given:
        return {"edition": Edition.objects.select_related("work").get(pk=given["edition"])}
    return {"text": given["query"]}


class WantView(OwnWants):
    """wants/{id}/."""

    @extend_schema(operation_id="want", tags=["wants"], responses={200: WantOut, **_ONE})
    def get(self, request: Request, pk: int) -> Response:
        """Show one of your wants."""
        del request
        return Response(self.shown(self.own(pk)))

    @extend_schema(
        operation_id="change_want",
        tags=["wants"],
        request=WantChangeIn,
        responses={200: WantOut, 409: ProblemOut, **_ONE},
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change the terms that are sent; pause, or look again."""
        del request
        self.own(pk)
        given = self.body(WantChangeIn)
        want = wants.change(who=self.who, want_id=pk, terms=_terms(given))
        if given.get("status") == WantStatus.PAUSED:
            want = wants.pause(who=self.who, want_id=pk)
        elif given.get("status") == WantStatus.ACTIVE:
            want = wants.resume(who=self.who, want_id=pk)
        return Response(self.shown(want))

    @extend_schema(operation_id="close_want", tags=["wants"], responses={204: None, **_ONE})
    def delete(self, request: Request, pk: int) -> Response:
        """Stop waiting."""
        del request
        wants.close(who=self.who, want_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- What shops see --------------------------------------------------------------------------
class DemandQuery(StrictSerializer):
    """For what. Without words and numbers: what most people wait for."""

    q = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    isbn = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=MOST_NUMBERS
    )
    page = serializers.IntegerField(min_value=1, max_value=200, default=1)


class GradeDemandOut(Plain):
    """How many people would take a copy in `condition`."""

    condition = serializers.CharField()
    people = serializers.IntegerField()


class DemandOut(Plain):
    """How many people wait for a work, and on which terms; null `ceiling`: too few have said."""

    work = WorkRefOut(allow_null=True)
    isbn = serializers.CharField(source="number", allow_blank=True)
    people = serializers.IntegerField(source="demand.people", default=0)
    takes = serializers.SerializerMethodField()
    ceiling = MoneyOut(source="demand.ceiling", allow_null=True, default=None)
    signed = serializers.IntegerField(source="demand.signed", default=0)
    first_edition = serializers.IntegerField(source="demand.first_edition", default=0)
    jacket = serializers.IntegerField(source="demand.jacket", default=0)
    copies = serializers.IntegerField(source="demand.copies", allow_null=True, default=None)
    own = serializers.IntegerField(source="demand.own", allow_null=True, default=None)

    @extend_schema_field(GradeDemandOut(many=True))
    def get_takes(self, row: demand.DemandRow) -> Any:
        takes = row.demand.takes if row.demand else {}
        return [{"condition": code, "people": n} for code, n in takes.items()]


class DemandListOut(Plain):
    """Demand, a page of it."""

    results = DemandOut(many=True)


class DemandView(TeamEndpoint):
    """selling/{shop}/demand/."""

    roles = (SellerRole.INVENTORY,)

    @extend_schema(
        operation_id="demand",
        tags=["selling"],
        parameters=[DemandQuery],
        responses={200: DemandListOut, **_TEAM},
    )
    def get(self, request: Request, shop: str) -> Response:
        """Show what people wait for: how many, on which terms, never who."""
        del request, shop
        given = self.query(DemandQuery)
        seller = self.member.seller
        if given.get("isbn"):
            rows = demand.of_numbers("\n".join(given["isbn"]), seller)
        elif given["q"]:
            found = search(Query(text=given["q"], to=str(seller.country)))
            rows = demand.rows_for([hit.card.work.pk for hit in found.hits], seller)
        else:
            rows = list(demand.most_wanted(seller, number=given["page"]).items)
        return Response(DemandListOut({"results": rows}).data)
