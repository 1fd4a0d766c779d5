"""The search page: what it shows, where its links lead, and what it asks of the database."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.constants import SellerStatus
from catalog.constants import Condition, ListingStatus
from catalog.models import Listing, Work
from tests.catalog import search_shelf
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Work]:
    works = search_shelf.stand()
    shelves = search_shelf.tree()
    for work in works.values():
        search_shelf.shelve(work, shelves["novels"])
    return works


def page(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(reverse("catalog:search") + query, headers=headers)
    assert response.status_code == 200, response.headers
    return response.content.decode()


def links(html: str, cls: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a class="{cls}" href="([^"]*)"', html)]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_it_says_what_was_found(shelf: dict[str, Work], client: Client) -> None:
    html = page(client, "?q=george+eliot")
    text = words(html)
    assert "<h1>George Eliot</h1>" in html
    assert "2 copies of 2 books, from 2 sellers" in text
    assert "About George Eliot" in text
    assert "from" not in re.search(r'<p class="card__p">.*?</p>', html)[0]  # type: ignore[index]  # one copy: its very price
    assert "£8.80" in text
    assert 'content="noindex, follow"' in html
    assert "noindex" not in page(client)


def test_chips_take_a_filter_off_and_keep_the_rest(shelf: dict[str, Work], client: Client) -> None:
    html = page(client, "?q=eliot&condition=very_good&form=hardback&max=20.00&sort=price&view=list")
    assert links(html, "chip chip--on") == [
        "/search/?q=eliot&form=hardback&max=20.00&sort=price&view=list",
        "/search/?q=eliot&condition=very_good&max=20.00&sort=price&view=list",
        "/search/?q=eliot&condition=very_good&form=hardback&sort=price&view=list",
    ]
    assert re.search(r'name="condition" value="very_good" checked', html)
    assert 'name="max" inputmode="decimal" maxlength="12" placeholder="£ to" value="20"' in html
    assert '<div class="list">' in html


def test_other_addresses_lead_to_the_canonical_one(client: Client) -> None:
    response = client.get("/search/?min=&max=&q=+eliot&sort=best&utm_source=mail")
    assert (response.status_code, response.headers["Location"]) == (302, "/search/?q=eliot")
    # The order of the parameters is nobody's business.
    assert client.get("/search/?sort=price&q=eliot").status_code == 200


def test_a_choice_sent_by_htmx_is_answered_at_once(shelf: dict[str, Work], client: Client) -> None:
    address = "/search/?q=eliot&sort=best&condition=very_good&min=&max="
    response = client.get(address, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.headers["HX-Push-Url"] == "/search/?q=eliot&condition=very_good"
    html = response.content.decode()
    for region in ("results", "found", "facet-groups"):
        assert html.count(f'id="{region}"') == 1


def test_too_deep_a_page_leads_to_the_last(shelf: dict[str, Work], client: Client) -> None:
    response = client.get("/search/?page=50")
    assert (response.status_code, response.headers["Location"]) == (302, "/search/")


def test_pages_link_to_each_other(client: Client) -> None:
    for _ in range(30):
        ListingFactory(edition=EditionFactory())
    assert '<a href="/search/?sort=price&amp;page=2" rel="next">' in page(client, "?sort=price")
    assert '<a href="/search/?sort=price" rel="prev">' in page(client, "?sort=price&page=2")


def test_a_price_that_cannot_be_read_is_said_and_kept(
    shelf: dict[str, Work], client: Client
) -> None:
    html = page(client, "?min=4%2C5x")
    assert "Use a point, like 4.50" in html
    assert re.search(r'name="min"[^>]*value="4,5x" aria-invalid="true"', html)


def test_misspelt_words_say_what_was_searched_for(shelf: dict[str, Work], client: Client) -> None:
    html = page(client, "?q=midlemarch+elliot")
    assert (
        "No book matches all of “midlemarch elliot”. These are the books for middlemarch eliot ."
        in words(html)
    )
    # Filters go on from the right words; the field keeps what was typed.
    assert '<input type="hidden" name="q" value="middlemarch eliot">' in html
    assert 'value="midlemarch elliot"' in html


def test_a_shop_that_was_typed_is_shown_the_way_to(shelf: dict[str, Work], client: Client) -> None:
    SellerFactory(name="Harbour & Quill", slug="harbour-quill", status=SellerStatus.APPROVED)
    SellerFactory(name="Zebra Yard", slug="zebra-yard", status=SellerStatus.SUSPENDED)
    for typed in ("harbour", "Harbour+and+Quill", "quill+harb"):
        html = page(client, f"?q={typed}")
        assert "<h1>Harbour &amp; Quill is a shop here</h1>" in html, typed
        assert 'href="/shops/harbour-quill/"' in html
    assert "Nothing on the shelves for “zebra yard”" in page(client, "?q=zebra+yard")
    # Books come first: a shop is named only where none matches.
    SellerFactory(name="Emma Books", slug="emma-books", status=SellerStatus.APPROVED)
    assert "is a shop here" not in page(client, "?q=emma")


def test_nothing_found_says_what_to_do(shelf: dict[str, Work], client: Client) -> None:
    html = page(client, "?q=%3Cb%3Ezzyzx")
    assert "<h1>Nothing on the shelves for “&lt;b&gt;zzyzx”</h1>" in html
    filtered = words(page(client, "?q=emma&signed=1"))
    assert "1 book matches, but no one copy of it meets all your filters." in filtered
    assert "Signed copies: remove this filter" in filtered
    isbn = page(client, "?q=978-0-14-143954-8")
    assert "9780141439548 is not an ISBN" in isbn
    assert 'href="/search/?q=9780141439549"' in isbn


def test_the_edition_of_an_isbn_is_on_top(shelf: dict[str, Work], client: Client) -> None:
    edition = EditionFactory(work=shelf["Emma"])
    IdentifierFactory(edition=edition, value="9780141439549")
    text = words(page(client, "?q=0141439548"))
    assert "ISBN 978-0-14-143954-9 is Emma , Hardback" in text
    assert "No copy of this edition is on sale; here are other editions." in text


def test_a_book_without_a_copy_can_be_wanted(shelf: dict[str, Work], client: Client) -> None:
    Listing.objects.filter(edition__work=shelf["Emma"]).update(status=ListingStatus.SOLD)
    html = page(client, "?q=emma")
    assert "No copy on sale just now" in html
    assert f'name="work" value="{shelf["Emma"].pk}"' in html
    assert "No copy on sale just now" in page(client, "?q=emma&view=list")


def test_short_cuts_of_the_header(shelf: dict[str, Work], client: Client) -> None:
    ListingFactory(edition=EditionFactory(work=shelf["Emma"]), rare=True, condition=Condition.NEW)
    for kind, books in (("rare", 1), ("new", 1), ("used", len(shelf))):
        assert f"of {books} book" in words(page(client, f"?kind={kind}"))
    assert "<h1>Rare or collectable</h1>" in page(client, "?kind=rare")


def test_what_visitors_and_sellers_write_is_escaped(client: Client) -> None:
    seller = SellerFactory(name="<script>alert(1)</script>")
    ListingFactory(edition=EditionFactory(work=WorkFactory(title="<i>x</i>")), seller=seller)
    html = page(client) + page(client, "?q=%22%3E%3Cscript%3E") + page(client, "?subject=a")
    assert "<script>alert" not in html
    assert '"><script>' not in html
    assert "<i>x" not in html


@pytest.mark.parametrize(
    ("query", "count"),
    [
        # 1. the works, their copies and all counts  2. the page's works
        ("", 2),
        ("?kind=rare&condition=new&price=under-5&subject=fiction&language=eng", 1),  # no works
        # and 3. what is called just that
        ("?q=george+eliot", 3),
        # 1. nothing found  2. no shop called that  3. the nearest names  4. the works for those
        # 5. the page's works  6. what is called just that
        ("?q=jane+austin", 6),
        # 1. nothing found  2. no shop called that  3. no names near
        ("?q=zzyzx", 3),
        # 1. the editions  2. their copies  3. the works, their copies and all counts  4. the works
        ("?q=9780141439549", 4),
    ],
)
def test_it_asks_the_database_six_things_at_most(
    shelf: dict[str, Work],
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    query: str,
    count: int,
) -> None:
    edition = EditionFactory(work=shelf["Emma"])
    IdentifierFactory(edition=edition, value="9780141439549")
    for _ in range(3):
        with django_assert_num_queries(count):
            page(client, query)
        # The same however much there is.
        for _ in range(10):
            ListingFactory(edition=edition)
