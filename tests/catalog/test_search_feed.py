"""The Atom feed of what is new for a search."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.constants import Condition
from catalog.models import Listing, Work
from tests.catalog import search_shelf
from tests.factories.catalog import EditionFactory, ListingFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shelf() -> dict[str, Work]:
    works = search_shelf.stand()
    for at, listing in enumerate(Listing.objects.order_by("pk")):
        Listing.objects.filter(pk=listing.pk).update(listed_at=DAY + timedelta(days=at))
    return works


def feed(client: Client, query: str = "") -> ET.Element:
    search_shelf.catch_up()
    response = client.get("/search/feed/" + query)
    assert response.status_code == 200, response.headers
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    assert "public" in response.headers["Cache-Control"]
    return ET.fromstring(response.content)


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(ATOM + "title", "") for entry in root.iter(ATOM + "entry")]


def test_it_has_the_newest_copies_first(
    shelf: dict[str, Work], client: Client, settings: Any
) -> None:
    root = feed(client, "?q=eliot")
    assert titles(root) == ["Silas Marner", "Middlemarch"]
    assert root.findtext(ATOM + "title") == "New copies: eliot"
    assert root.findtext(ATOM + "updated") == "2026-03-02T12:00:00+00:00"
    links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
    assert links == {
        "alternate": settings.PUBLIC_URL + "/search/?q=eliot&sort=newest",
        "self": settings.PUBLIC_URL + "/search/feed/?q=eliot",
    }
    entry = next(root.iter(ATOM + "entry"))
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "George Eliot"
    assert entry.findtext(ATOM + "summary") == "1 copy, from £8.80 with delivery"
    ListingFactory(
        edition=EditionFactory(work=shelf["Middlemarch"]), listed_at=DAY + timedelta(days=30)
    )
    assert titles(feed(client, "?q=eliot")) == ["Middlemarch", "Silas Marner"]


def test_it_takes_the_filters_of_the_page(shelf: dict[str, Work], client: Client) -> None:
    ListingFactory(edition=EditionFactory(work=shelf["Emma"]), condition=Condition.NEW)
    assert titles(feed(client, "?condition=new")) == ["Emma"]
    nothing = feed(client, "?q=zzyzx")
    assert titles(nothing) == []
    # It says the same until there is something.
    assert nothing.findtext(ATOM + "updated") == "2000-01-01T00:00:00+00:00"
    # What makes no difference leads to the one address.
    response = client.get("/search/feed/?q=eliot&sort=price&view=list&page=2&utm_source=mail")
    assert (response.status_code, response.headers["Location"]) == (302, "/search/feed/?q=eliot")


def test_a_book_without_a_copy_is_not_new(client: Client) -> None:
    search_shelf.stand(copies=False)
    assert titles(feed(client, "?q=emma")) == []


def test_the_page_leads_to_its_feed(shelf: dict[str, Work], client: Client) -> None:
    html = client.get("/search/?q=eliot&sort=price").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" href="/search/feed/?q=eliot"' in html


def test_it_asks_the_database_five_things(
    shelf: dict[str, Work], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # 1. what has the words  2. what is called just that  3. all counts, and prices  4. the works
    # 5. when their newest copies were listed
    search_shelf.catch_up()
    with django_assert_num_queries(5):
        client.get("/search/feed/?q=eliot")
