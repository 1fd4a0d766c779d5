"""Reads of the catalogue: what is in them, what they cost, and that caches may keep them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.constants import SellerStatus
from catalog.models import Work
from catalog.search import index
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    SubjectFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"


@pytest.fixture
def middlemarch() -> Work:
    """A book with two editions and three copies, one of them in France."""
    novels = SubjectFactory(code="novels", name="Novels", parent=SubjectFactory(code="fiction"))
    work = WorkFactory(
        slug="middlemarch", title="Middlemarch", author="George Eliot", subject=novels, popularity=9
    )
    old, new = EditionFactory(work=work), EditionFactory(work=work)
    IdentifierFactory(edition=new, value="9780141439549")
    ListingFactory(edition=old, price_minor=900)
    ListingFactory(edition=new, price_minor=265)
    french = SellerFactory(slug="paris", country="FR")
    DeliveryRateFactory(seller=french, destination="FR", first_minor=100)
    ListingFactory(edition=new, seller=french, price_minor=100)
    index.refresh([work.pk])
    return work


def test_a_work_with_its_editions_and_copies(api: APIClient, middlemarch: Work) -> None:
    work: Any = api.get(f"{V1}works/middlemarch/").json()
    assert work["from_price"] == {"amount_minor": 545, "currency": "GBP"}
    assert [person["name"] for person in work["people"]] == ["George Eliot"]
    assert [subject["slug"] for subject in work["subjects"]] == ["novels"]
    assert len(work["editions"]) == 2
    # The cheapest delivered first; what is not sent to you last, without a price delivered.
    assert [copy["total"] for copy in work["listings"]] == [
        {"amount_minor": 545, "currency": "GBP"},
        {"amount_minor": 1180, "currency": "GBP"},
        None,
    ]
    assert work["listings"][0]["delivery"] == {
        "price": {"amount_minor": 280, "currency": "GBP"},
        "service": "standard",
        "days": {"least": 2, "most": 4},
    }
    in_france: Any = api.get(f"{V1}works/middlemarch/?country=fr").json()
    assert in_france["from_price"] == {"amount_minor": 200, "currency": "GBP"}


def test_private_things_of_a_seller_are_not_told(api: APIClient, middlemarch: Work) -> None:
    listing = ListingFactory(
        edition__work=middlemarch, private_notes="paid 3 pounds", shelf="cellar", on_hand=7
    )
    answer = api.get(f"{V1}listings/{listing.pk}/")
    assert b"paid 3 pounds" not in answer.content
    assert b"cellar" not in answer.content
    assert not {"private_notes", "shelf", "held", "on_hand", "sku"} & set(answer.json())


def test_filters_of_works(api: APIClient, middlemarch: Work) -> None:
    WorkFactory(slug="other", original_language="fre")
    person = middlemarch.people.get().slug

    def found(query: str) -> list[str]:
        return [row["slug"] for row in api.get(f"{V1}works/?{query}").json()["results"]]

    assert found("") == ["middlemarch", "other"]
    assert found(f"person={person}") == ["middlemarch"]
    assert found("subject=novels") == ["middlemarch"]
    assert found("subject=fiction") == ["middlemarch"]
    assert found("subject=nothing") == []
    assert found("language=fre") == ["other"]


def test_filters_of_listings_and_editions(api: APIClient, middlemarch: Work) -> None:
    def prices(query: str) -> list[int]:
        rows: Any = api.get(f"{V1}listings/?{query}").json()["results"]
        return [row["price"]["amount_minor"] for row in rows]

    assert prices("work=middlemarch&order=price") == [100, 265, 900]
    assert prices("work=middlemarch&order=-price") == [900, 265, 100]
    assert prices("seller=paris") == [100]
    edition: Any = api.get(f"{V1}editions/?isbn=0-14-143954-8").json()["results"]
    assert [row["isbns"] for row in edition] == [["9780141439549"]]
    assert sorted(prices(f"edition={edition[0]['id']}")) == [100, 265]
    assert api.get(f"{V1}editions/?isbn=9780141439540").json()["results"] == []
    assert api.get(f"{V1}editions/{edition[0]['id']}/").json()["copies"] == 2


def test_what_is_not_for_sale_is_not_there(api: APIClient) -> None:
    sold = ListingFactory(on_hand=0)
    closed = ListingFactory(seller__status=SellerStatus.SUSPENDED)
    for listing in (sold, closed):
        assert api.get(f"{V1}listings/{listing.pk}/").status_code == 404
    assert api.get(f"{V1}shops/{closed.seller.slug}/").status_code == 404
    assert api.get(f"{V1}listings/").json()["results"] == []


def test_people_subjects_and_shops(api: APIClient, middlemarch: Work) -> None:
    person = PersonFactory(name="Honoré de Balzac", sort_name="Balzac, Honoré de", slug="balzac")
    rows: Any = api.get(f"{V1}people/?name=balz").json()["results"]
    assert [row["slug"] for row in rows] == ["balzac"]
    assert api.get(f"{V1}people/balzac/").json()["sort_name"] == person.sort_name
    assert api.get(f"{V1}subjects/novels/").json()["parent"] == "fiction"
    assert len(api.get(f"{V1}subjects/").json()["results"]) == 2
    rows = api.get(f"{V1}shops/?country=FR").json()["results"]
    assert [row["slug"] for row in rows] == ["paris"]
    shop: Any = api.get(f"{V1}shops/paris/?country=FR").json()
    assert [rate["first"]["amount_minor"] for rate in shop["delivery"]] == [100]
    assert api.get(f"{V1}shops/paris/?country=US").json()["delivery"] == []


def test_search_with_facets_and_suggestions(api: APIClient, middlemarch: Work) -> None:
    found: Any = api.get(f"{V1}search/?q=middlemarch&condition=very_good").json()
    assert [hit["slug"] for hit in found["results"]] == ["middlemarch"]
    assert found["works"] == 1
    facets = {facet["name"]: facet["values"] for facet in found["facets"]}
    assert {"value": "very_good", "copies": 3} in facets["condition"]
    suggested: Any = api.get(f"{V1}suggest/?q=middl").json()
    assert [book["slug"] for book in suggested["books"]] == ["middlemarch"]


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff", "q='%22;--", "min=-1", "page=10000000000", "x=1"]
)
def test_hostile_searches_are_answered(api: APIClient, query: str) -> None:
    assert api.get(f"{V1}search/?{query}").status_code in {200, 400}


# One query each: the rows with all that they show, limit + 1 of them. Subjects join their parents,
# listings edition, work, publisher and seller; prices, ISBNs and counts are subqueries.
LISTS = {
    "works/": 1,
    "works/?subject=fiction&person=nobody": 1,
    "editions/": 1,
    "listings/": 1,
    "people/": 1,
    "subjects/": 1,
    "shops/": 1,
}


@pytest.mark.parametrize(("address", "count"), LISTS.items())
def test_lists_cost_the_same_at_any_size(api: APIClient, address: str, count: int) -> None:
    for size in (3, 9):
        for listing in ListingFactory.create_batch(size):
            IdentifierFactory(edition=listing.edition)
            PersonFactory()
            SubjectFactory(parent=SubjectFactory())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(V1 + address).status_code == 200
        assert len(queries) == count


def test_search_costs_at_most_four_queries(api: APIClient, middlemarch: Work) -> None:
    # Identifiers; the statement that finds and counts; the works of the page; the landmark.
    with CaptureQueriesContext(connection) as queries:
        api.get(f"{V1}search/?q=middlemarch")
    assert len(queries) <= 4, [query["sql"][:90] for query in queries]
    # The books; the names; their cards.
    with CaptureQueriesContext(connection) as queries:
        api.get(f"{V1}suggest/?q=middl")
    assert len(queries) <= 3


def test_caches_may_keep_reads_and_ask_again_cheaply(api: APIClient, middlemarch: Work) -> None:
    first = api.get(f"{V1}works/middlemarch/")
    assert "public" in first["Cache-Control"]
    assert "max-age=60" in first["Cache-Control"]
    assert not first.cookies
    again = api.get(f"{V1}works/middlemarch/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    Work.objects.filter(pk=middlemarch.pk).update(title="Middlemarch: A Study")
    assert api.get(f"{V1}works/middlemarch/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
    missing = api.get(f"{V1}works/nothing/")
    assert "public" not in missing["Cache-Control"]
