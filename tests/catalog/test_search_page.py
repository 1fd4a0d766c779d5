"""The search page: what it shows, where its links lead, and what it asks of the database."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.constants import SellerStatus
from catalog.constants import Condition, Jacket, ListingStatus
from catalog.models import Listing, Work
from catalog.search import Query, beginnings, statement
from catalog.views import search_page
from catalog.views.search_links import number
from tests.catalog import search_shelf
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    SeriesEntryFactory,
    SeriesFactory,
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
    search_shelf.catch_up()
    return asked(client, query, **headers)


def asked(client: Client, query: str = "", **headers: str) -> str:
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
    search_shelf.catch_up()
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
    text = words(html)
    assert "Showing results for middlemarch eliot . Search for “midlemarch elliot” as typed" in text
    assert 'href="/search/?q=midlemarch+elliot&amp;exact=1" rel="nofollow"' in html
    # Filters go on from the right words; the field keeps what was typed.
    assert '<input type="hidden" name="q" value="middlemarch eliot">' in html
    assert 'value="midlemarch elliot"' in html


def test_words_are_searched_for_as_typed_when_asked(shelf: dict[str, Work], client: Client) -> None:
    html = page(client, "?q=midlemarch+elliot&exact=1")
    assert "<h1>Nothing on the shelves for “midlemarch elliot”</h1>" in html
    assert "Did you mean middlemarch eliot ?" in words(html)
    assert 'href="/search/?q=middlemarch+eliot" rel="nofollow"' in html
    # What the words are does not depend on it where they find something.
    assert "<h1>emma</h1>" in page(client, "?q=emma&exact=1")
    assert client.get("/search/?exact=1").headers["Location"] == "/search/"


def test_related_searches_come_from_the_works_found(shelf: dict[str, Work], client: Client) -> None:
    series = SeriesFactory(name="Provincial Lives")
    SeriesEntryFactory(series=series, work=shelf["Middlemarch"])
    html = page(client, "?q=middlemarch")
    found = re.findall(r'<a class="chip" href="([^"]*)" rel="nofollow">([^<]*)</a>', html)
    assert [(unescape(href), name) for href, name in found] == [
        ("/search/?q=George+Eliot", "George Eliot"),
        ("/search/?q=Provincial+Lives", "Provincial Lives"),
        ("/search/?subject=novels", "Novels"),
    ]
    # Not what was asked for itself, nor where the works were picked by filters.
    assert "q=George+Eliot" not in page(client, "?q=george+eliot")
    assert "Related searches" not in page(client, "?q=middlemarch&condition=very_good")
    assert "Related searches" not in page(client)


def test_a_search_in_vain_offers_near_titles_and_a_want(
    shelf: dict[str, Work], client: Client
) -> None:
    search_shelf.catch_up()
    beginnings.settle()
    html = page(client, "?q=middlemarsh+zzyzx&exact=1")
    near = html[html.index("Close to what you typed") :]
    assert f'href="{shelf["Middlemarch"].get_absolute_url()}"' in near
    assert '<input type="hidden" name="q" value="middlemarsh zzyzx">' in html
    assert f'action="{reverse("catalog:want_add")}"' in html
    # Filters that nothing meets are another matter.
    assert "Close to what you typed" not in page(client, "?q=emma&signed=1")


def test_a_search_that_found_something_can_be_a_want_too(
    shelf: dict[str, Work], client: Client
) -> None:
    html = page(client, "?q=middlemarch")
    assert '<input type="hidden" name="q" value="middlemarch">' in html
    assert "Save as a want" in html
    assert "Save as a want" not in page(client)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", True), ("?kind=rare", True), ("?form=hardback", True), ("?language=eng", True),
        ("?q=emma", False), ("?page=2", False), ("?sort=price", False), ("?view=list", False),
        ("?kind=rare&form=hardback", False), ("?form=paperback&form=hardback", False),
        ("?subject=fiction", False), ("?country=GB", False), ("?max=20.00", False),
        ("?year_min=1900", False), ("?signed=1", False), ("?min=4%2C5x", False),
    ],
)  # fmt: skip
def test_only_plain_pages_are_for_search_engines(
    shelf: dict[str, Work], client: Client, query: str, kept: bool
) -> None:
    for _ in range(30):
        ListingFactory(edition=EditionFactory())
    html = page(client, query)
    assert ("noindex, follow" not in html) is kept
    # Filters put on and taken off make pages without end: links to them are not to be followed.
    for link in re.findall(r'<a class="chip[^>]*>', html):
        assert 'rel="nofollow"' in link


def test_the_canonical_address_has_no_order_and_no_layout(
    shelf: dict[str, Work], client: Client, settings: Any
) -> None:
    html = page(client, "?q=emma&form=hardback&sort=price&view=list")
    canonical = settings.PUBLIC_URL + "/search/?q=emma&amp;form=hardback"
    assert f'<link rel="canonical" href="{canonical}">' in html


def test_years_between_and_dust_jackets(shelf: dict[str, Work], client: Client) -> None:
    with_jacket = ListingFactory(
        edition=EditionFactory(work=shelf["Emma"], published_year=1923), jacket=Jacket.GOOD
    )
    html = page(client, "?year_min=1920&year_max=1929&jacket=1")
    text = words(html)
    assert "1 copy of 1 book" in text
    assert with_jacket.edition.work.get_absolute_url() in html
    assert links(html, "chip chip--on") == [
        "/search/?year_min=1920&year_max=1929",
        "/search/?jacket=1",
    ]
    assert "Published 1920 to 1929" in text
    assert 'name="jacket" value="1" checked' in html
    assert 'name="year_min" inputmode="text" maxlength="6" placeholder="from" value="1920"' in html
    for query, said in (
        ("?year_min=1920", "Published since 1920"),
        ("?year_max=-400", "Published until 400 BC"),
        ("?year_min=1923&year_max=1923", "Published in 1923"),
    ):
        assert said in words(page(client, query))
    # The other way round is the same; what is no year is said and kept.
    assert client.get("/search/?year_min=1929&year_max=1920").status_code == 302
    html = page(client, "?year_min=long+ago")
    assert "Use a year, like 1925" in html
    assert re.search(r'name="year_min"[^>]*value="long ago" aria-invalid="true"', html)


def test_the_levels_under_a_chosen_subject_show(shelf: dict[str, Work], client: Client) -> None:
    assert 'value="fiction"' in page(client)
    assert 'value="novels"' not in page(client)
    for query in ("?subject=fiction", "?subject=novels", "?subject=gothic&subject=novels"):
        assert 'value="novels"' in page(client, query), query
    # Without a copy it stays, to be taken off.
    assert 'value="gothic" checked' in page(client, "?subject=gothic")


def test_counts_say_how_far_to_trust_them(shelf: dict[str, Work]) -> None:
    assert number(1234, "copies") == "1,234 copies"
    assert number(1234, "copies", about=True) == "about 1,200 copies"
    assert number(7, "copies", about=True) == "about 7 copies"
    assert number(99_600, "sellers", about=True) == "about 100,000 sellers"
    assert number(10_000, "books", more=True) == "more than 10,000 books"
    query = Query(text="emma")
    results = replace(search_shelf.search(query), about=True, more=True, copies=1234, works=10_000)
    context = search_page.context(results, {}, related=(), near=())
    assert (context["copies"], context["books"]) == ("about 1,200 copies", "more than 10,000 books")
    options = [option for group in context["groups"] for option in group.options]
    assert options
    assert all(option.shown == f"about {option.count}" for option in options)


@pytest.mark.django_db(transaction=True)
def test_a_search_that_is_too_broad_says_how_to_narrow_it(
    shelf: dict[str, Work], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_shelf.catch_up()
    # No statement is as quick as that: each is stopped.
    monkeypatch.setattr(statement, "MOST_MILLISECONDS", 1)
    monkeypatch.setattr(statement, "_SETTINGS", statement._SETTINGS + "SELECT pg_sleep(0.1); ")
    response = client.get("/search/?q=emma&form=hardback&sort=price")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    text = words(response.content.decode())
    for said in ("This search takes too long", "Add a word", "Remove all filters", "best match"):
        assert said in text
    assert b'value="emma"' in response.content


def test_years_among_the_words_are_taken_off_where_they_were_typed(
    shelf: dict[str, Work], client: Client
) -> None:
    ListingFactory(edition=EditionFactory(work=shelf["Emma"], published_year=1923))
    html = page(client, "?q=emma+year%3A1920-1929")
    assert "1 copy of 1 book" in words(html)
    assert not links(html, "chip chip--on")
    assert 'rel="canonical" href="' in html
    assert "year_min=" not in html


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


def test_a_number_one_slip_away_from_a_book_s_leads_to_it(
    shelf: dict[str, Work], client: Client
) -> None:
    IdentifierFactory(edition=EditionFactory(work=shelf["Emma"]), value="9780141439549")
    for wrong in ("978-0-14-143954-8", "9780141493549", "978014143949"):
        html = page(client, f"?q={wrong}")
        assert "Did you mean" in html
        assert '<a href="/search/?q=9780141439549">Emma</a>' in html
        assert "Its last figure" not in html


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
        # 1. the most popular  2. all counts, and prices  3. the page's works
        ("", 3),
        # 1. the subject and those under it  2. the most popular, none  3. all counts
        ("?kind=rare&condition=new&price=under-5&subject=fiction&language=eng", 3),
        # 1. what has the words  2. what is called just that  3. all counts, and prices
        # 4. the page's works, and what they lead on to
        ("?q=george+eliot", 4),
        # 1. what has the words  2. what they may have been meant to be  3. what has those
        # 4. what is called just that  5. all counts, and prices  6. the works
        ("?q=jane+austin", 6),
        ("?q=jane+austin&exact=1", 4),
        # 1. nothing has the words  2. nor may they be misspelt  3. nothing is called that
        # 4. no titles near
        ("?q=zzyzx", 4),
        # 1. the editions  2. their copies  3. all counts, and prices  4. the works
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
        search_shelf.catch_up()
        with django_assert_num_queries(count):
            asked(client, query)
        # The same however much there is.
        for _ in range(10):
            ListingFactory(edition=edition)
