"""Reads of the catalogue. The same for everybody: no sign-in, and caches may keep them a minute."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import standing_of
from books4all.lib.api.endpoints import PublicEndpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import CountryQuery, ProblemOut
from catalog.api import serializers as shapes
from catalog.api.moved import MovedEndpoint
from catalog.constants import Mergeable
from catalog.exporters import onix
from catalog.search import Query, search, suggest
from catalog.selectors import books, collections
from catalog.selectors.export import editions_after

WORK_ORDERS = {
    "popularity": Ordering("works-popularity", ("-popularity", "pk")),
    "title": Ordering("works-title", ("sort_title", "pk")),
}
LISTING_ORDERS = {
    "newest": Ordering("listings-newest", ("-pk",)),
    "price": Ordering("listings-price", ("price_minor", "pk")),
    "-price": Ordering("listings-dearest", ("-price_minor", "-pk")),
}
EDITIONS = Ordering("editions", ("pk",))
PEOPLE = Ordering("people", ("sort_name", "pk"))
SUBJECTS = Ordering("subjects", ("name", "pk"))
SHOPS = Ordering("shops", ("name", "pk"))

_LIST = {400: ProblemOut, 429: ProblemOut}
_ONE = {400: ProblemOut, 404: ProblemOut, 429: ProblemOut}
# Of what can be merged: 308 leads on.
_MOVABLE = {308: ProblemOut, **_ONE}


class WorksView(PublicEndpoint):
    """works/."""

    @extend_schema(
        operation_id="works",
        tags=["catalogue"],
        parameters=[shapes.WorksQuery],
        responses={200: page_of(shapes.WorkOut, "WorkPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List works, each with its lowest price delivered to your country."""
        del request
        query = self.query(shapes.WorksQuery)
        rows = collections.works(
            **{name: query[name] for name in ("country", "person", "subject", "series", "language")}
        )
        order = WORK_ORDERS[query["order"]]
        return self.page(rows, ordering=order, query=query, serializer=shapes.WorkOut)


class WorkView(MovedEndpoint):
    """works/{slug}/."""

    kind = Mergeable.WORK
    route = "work"

    @extend_schema(
        operation_id="work",
        tags=["catalogue"],
        parameters=[CountryQuery],
        responses={200: shapes.WorkDetailOut, **_MOVABLE},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show a work with its editions and copies."""
        del request
        page = books.book_page(slug=slug, country=self.query(CountryQuery)["country"])
        return Response(shapes.WorkDetailOut(page).data)


class EditionsView(PublicEndpoint):
    """editions/."""

    @extend_schema(
        operation_id="editions",
        tags=["catalogue"],
        parameters=[shapes.EditionsQuery],
        responses={200: page_of(shapes.EditionOut, "EditionPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List editions, of one work or with one ISBN."""
        del request
        query = self.query(shapes.EditionsQuery)
        rows = collections.editions(work=query["work"], isbn=query["isbn"])
        return self.page(rows, ordering=EDITIONS, query=query, serializer=shapes.EditionOut)


class EditionsOnixView(PublicEndpoint):
    """editions/onix/."""

    @extend_schema(
        operation_id="editions_onix",
        tags=["catalogue"],
        parameters=[shapes.OnixQuery],
        responses={(200, "application/xml"): OpenApiTypes.STR, **_LIST},
    )
    def get(self, request: Request) -> HttpResponse:
        """Export editions as ONIX for Books 3.0, by their ids; `Link: rel="next"` goes on."""
        given = self.query(shapes.OnixQuery)
        rows = list(editions_after(given["after"], limit=given["limit"]))
        response = HttpResponse(onix.our_message(rows), content_type="application/xml")
        if len(rows) == given["limit"]:
            following = f"{request.path}?after={rows[-1].pk}&limit={given['limit']}"
            response["Link"] = f'<{request.build_absolute_uri(following)}>; rel="next"'
        return response


class EditionView(MovedEndpoint):
    """editions/{id}/."""

    kind = Mergeable.EDITION
    route = "edition"

    @extend_schema(
        operation_id="edition", tags=["catalogue"], responses={200: shapes.EditionOut, **_MOVABLE}
    )
    def get(self, request: Request, pk: int) -> Response:
        """Show an edition."""
        del request
        return Response(shapes.EditionOut(collections.editions().get(pk=pk)).data)


class ListingsView(PublicEndpoint):
    """listings/."""

    @extend_schema(
        operation_id="listings",
        tags=["catalogue"],
        parameters=[shapes.ListingsQuery],
        responses={200: page_of(shapes.ListingOut, "ListingPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List copies on sale, with delivery to your country."""
        del request
        query = self.query(shapes.ListingsQuery)
        rows = collections.listings(
            **{name: query[name] for name in ("country", "work", "edition", "seller")}
        )
        order = LISTING_ORDERS[query["order"]]
        return self.page(rows, ordering=order, query=query, serializer=shapes.ListingOut)


class ListingView(PublicEndpoint):
    """listings/{id}/. Stock changes fast: caches keep it a moment only."""

    max_age = 5

    @extend_schema(
        operation_id="listing",
        tags=["catalogue"],
        parameters=[CountryQuery],
        responses={200: shapes.ListingOut, **_ONE},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Show a copy on sale."""
        del request
        rows = collections.listings(country=self.query(CountryQuery)["country"])
        return Response(shapes.ListingOut(rows.get(pk=pk)).data)


class PeopleView(PublicEndpoint):
    """people/."""

    @extend_schema(
        operation_id="people",
        tags=["catalogue"],
        parameters=[shapes.PeopleQuery],
        responses={200: page_of(shapes.PersonOut, "PersonPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List people by the name they are sorted under."""
        del request
        query = self.query(shapes.PeopleQuery)
        rows = collections.people(name=query["name"])
        return self.page(rows, ordering=PEOPLE, query=query, serializer=shapes.PersonOut)


class PersonView(MovedEndpoint):
    """people/{slug}/."""

    kind = Mergeable.PERSON
    route = "person"

    @extend_schema(
        operation_id="person", tags=["catalogue"], responses={200: shapes.PersonOut, **_MOVABLE}
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show a person."""
        del request
        return Response(shapes.PersonOut(collections.people().get(slug=slug)).data)


class SubjectsView(PublicEndpoint):
    """subjects/."""

    @extend_schema(
        operation_id="subjects",
        tags=["catalogue"],
        parameters=[PageQuery],
        responses={200: page_of(shapes.SubjectOut, "SubjectPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List subjects by name."""
        del request
        return self.page(
            collections.subjects(),
            ordering=SUBJECTS,
            query=self.query(PageQuery),
            serializer=shapes.SubjectOut,
        )


class SubjectView(PublicEndpoint):
    """subjects/{slug}/."""

    @extend_schema(
        operation_id="subject", tags=["catalogue"], responses={200: shapes.SubjectOut, **_ONE}
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show a subject."""
        del request
        return Response(shapes.SubjectOut(collections.subjects().get(slug=slug)).data)


class ShopsView(PublicEndpoint):
    """shops/."""

    @extend_schema(
        operation_id="shops",
        tags=["catalogue"],
        parameters=[shapes.ShopsQuery],
        responses={200: page_of(shapes.ShopOut, "ShopPage"), **_LIST},
    )
    def get(self, request: Request) -> Response:
        """List shops by name."""
        del request
        query = self.query(shapes.ShopsQuery)
        rows = collections.shops(country=query["country"])
        return self.page(rows, ordering=SHOPS, query=query, serializer=shapes.ShopOut)


class ShopView(PublicEndpoint):
    """shops/{slug}/."""

    @extend_schema(
        operation_id="shop",
        tags=["catalogue"],
        parameters=[shapes.ShopQuery],
        responses={200: shapes.ShopDetailOut, **_ONE},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Show a shop with what it charges to post to your country."""
        del request
        country = self.query(shapes.ShopQuery)["country"]
        seller = collections.shops().get(slug=slug)
        seller.delivery = collections.rates_to(seller, country)  # type: ignore[attr-defined]  # read by the serializer
        standing = standing_of(seller)
        seller.standing = standing if standing and standing.is_enough else None  # type: ignore[attr-defined]  # as above
        return Response(shapes.ShopDetailOut(seller).data)


class SearchView(PublicEndpoint):
    """search/."""

    @extend_schema(
        operation_id="search",
        tags=["search"],
        parameters=[shapes.SearchQuery],
        responses={200: shapes.SearchOut, **_LIST},
    )
    def get(self, request: Request) -> Response:
        """Find works by words, names or ISBN, with the copies that every filter would bring."""
        given = self.query(shapes.SearchQuery)
        query = Query.from_params(request.query_params, to=given["to"])
        return Response(shapes.SearchOut(search(query)).data)


class SuggestView(PublicEndpoint):
    """suggest/."""

    @extend_schema(
        operation_id="suggest",
        tags=["search"],
        parameters=[shapes.SuggestQuery],
        responses={200: shapes.SuggestOut, **_LIST},
    )
    def get(self, request: Request) -> Response:
        """Return what the beginning of a search may become."""
        del request
        given = self.query(shapes.SuggestQuery)
        return Response(shapes.SuggestOut(suggest(given["q"], to=given["country"])).data)
