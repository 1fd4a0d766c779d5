"""What programs read: sitemaps, Atom, OPDS 2, merchant feeds. Each is held to the rules of its format."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.constants import SellerStatus
from books4all.lib.covers.picture import picture
from catalog.constants import Condition, IdentifierType, Role, SubjectScheme
from catalog.jobs import index_sitemap_each_hour
from catalog.search import index
from catalog.selectors import merchant, sitemaps
from tests.catalog.helpers import get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    PublisherFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


# ---- sitemaps: the rules of sitemaps.org's siteindex.xsd and sitemap.xsd ------------------------

W3C_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def read_sitemap(path: str, root: str, item: str) -> list[tuple[str, str]]:
    """Return pairs of address and time, after checking what the schemas ask for."""
    response = get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"].startswith("application/xml")
    body = response.content
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert len(body) <= 50 * 1024 * 1024
    tree = ET.fromstring(body)
    space = f"{{{sitemaps.NAMESPACE}}}"
    assert tree.tag == space + root
    assert 1 <= len(tree) <= 50_000
    found = []
    for row in tree:
        assert row.tag == space + item
        names = [child.tag.removeprefix(space) for child in row]
        assert names in (["loc"], ["loc", "lastmod"])
        loc = row[0].text or ""
        assert loc.startswith("http")
        assert 12 <= len(loc) <= 2048
        time = row[1].text or "" if len(row) > 1 else ""
        assert not time or W3C_TIME.fullmatch(time)
        found.append((loc, time))
    return found


def test_every_page_is_in_a_file_and_every_file_in_the_index(settings, monkeypatch) -> None:
    monkeypatch.setattr(sitemaps, "URLS_A_FILE", 2)
    monkeypatch.setattr(
        sitemaps, "_FILE_NUMBER", sitemaps.Cast(sitemaps.F("pk") / 2, sitemaps.IntegerField())
    )
    shelf = SubjectFactory()
    works = [WorkFactory(subject=shelf) for _ in range(5)]
    works.pop(2).delete()
    author = ContributionFactory(work=works[0]).person
    translator = ContributionFactory(work=works[0], role=Role.TRANSLATOR).person
    empty, keyword = SubjectFactory(), SubjectFactory(scheme=SubjectScheme.KEYWORD)
    series = SeriesEntryFactory(work=works[0]).series
    house = PublisherFactory()
    shop, hidden = SellerFactory(), SellerFactory(status=SellerStatus.PENDING)
    files = read_sitemap("/sitemap.xml", "sitemapindex", "sitemap")
    assert len(files) == len(set(files))
    found: dict[str, str] = {}
    for loc, changed in files:
        rows = read_sitemap(loc.removeprefix(settings.PUBLIC_URL), "urlset", "url")
        assert len(rows) <= 2 or "pages" in loc
        assert changed == max(time for _loc, time in rows)
        found |= {row.removeprefix(settings.PUBLIC_URL): time for row, time in rows}
    for thing in (*works, author, shelf, series, house):
        time = found[thing.get_absolute_url()]
        assert time == f"{thing.__class__.objects.get(pk=thing.pk).updated_at:%Y-%m-%dT%H:%M:%S}Z"
    assert reverse("catalog:shop", args=[shop.slug]) in found
    for path in ("/", "/new/", "/rare/", "/publishers/", "/series/", "/authors/", "/subjects/"):
        assert path in found
    for thing in (translator, empty, keyword):
        assert thing.get_absolute_url() not in found
    assert reverse("catalog:shop", args=[hidden.slug]) not in found
    for path in found:
        assert get(path).status_code == 200, path


def test_a_file_is_read_in_one_query_and_kept() -> None:
    work = WorkFactory(slug="a&b" if False else "plain")
    path = reverse("catalog:sitemap_section", args=["works", work.pk // sitemaps.URLS_A_FILE])
    assert queries(path) == 1
    assert queries(path) == 0
    # works, authors, subjects, series, publishers, shops
    assert queries("/sitemap.xml") == 6
    assert queries("/sitemap.xml") == 0
    # The job has it written anew.
    ContributionFactory()
    assert "authors" not in sitemaps.index()
    index_sitemap_each_hour(0)
    assert "authors" in sitemaps.index()
    for wrong in ("/sitemap-works-9999.xml", "/sitemap-nothing-0.xml", "/sitemap-pages-1.xml"):
        assert get(wrong).status_code == 404


# ---- Atom: RFC 4287 ------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read_atom(path: str) -> ET.Element:
    """Return a feed after checking what RFC 4287 (4.1) makes it and its entries have."""
    response = get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    ids = []
    for thing in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [element] = thing.findall(ATOM + name)
            assert (element.text or "").strip(), name
        ids.append(thing.findtext(f"{ATOM}id"))
        assert RFC3339.fullmatch(thing.findtext(f"{ATOM}updated") or "")
        assert re.match(r"[a-z][a-z0-9+.-]*:", thing.findtext(f"{ATOM}id") or "")
        assert thing.find(f"{ATOM}author/{ATOM}name") is not None
        for link in thing.findall(f"{ATOM}link"):
            assert link.get("href", "").startswith("http")
    assert len(ids) == len(set(ids))
    [own] = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own.get("href", "").endswith(path)
    for entry in feed.findall(f"{ATOM}entry"):
        assert any(link.get("rel") == "alternate" for link in entry.findall(f"{ATOM}link"))
    return feed


def test_new_arrivals_overall_of_a_subject_and_of_a_shop() -> None:
    shelf = SubjectFactory(name="Gothic & horror")
    note = "Loose <b>hinges</b> & all \x0b"
    here = ListingFactory(edition__work=WorkFactory(subject=shelf, title="Carmilla"), notes=note)
    ListingFactory(
        edition__work__title="Dracula", listed_at=timezone.now() - timedelta(days=1), rates=False
    )
    titles = [
        entry.findtext(f"{ATOM}title") for entry in read_atom("/new.atom").iter(f"{ATOM}entry")
    ]
    assert titles[0] == "Carmilla, George Eliot: £8.80"
    assert (titles[1] or "").startswith("Dracula")
    feed = read_atom(reverse("catalog:subject_feed", args=[shelf.slug]))
    [entry] = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == here.seller.name
    # A seller's words are text: they can't bring markup of their own.
    assert "Loose &lt;b&gt;hinges" in (entry.findtext(f"{ATOM}summary") or "")
    [entry] = read_atom(reverse("catalog:shop_feed", args=[here.seller.slug])).iter(f"{ATOM}entry")
    assert get("/subjects/nothing/new.atom").status_code == 404
    hidden = SellerFactory(status=SellerStatus.SUSPENDED)
    assert get(reverse("catalog:shop_feed", args=[hidden.slug])).status_code == 404


def test_an_empty_feed_does_not_say_that_it_changes() -> None:
    feed = read_atom("/new.atom")
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    response = get("/new.atom")
    assert response["ETag"] == get("/new.atom")["ETag"]
    assert "public" in response["Cache-Control"]


# ---- OPDS 2.0: the draft's feed, link, publication and properties schemas --------------------------

BUY = "http://opds-spec.org/acquisition/buy"


def check_link(link: dict[str, Any]) -> None:
    assert isinstance(link["href"], str)
    assert link["href"].startswith("http")
    assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", link["type"])
    assert ("{" in link["href"]) == bool(link.get("templated"))


def check_publication(publication: dict[str, Any]) -> None:
    metadata = publication["metadata"]
    assert metadata["@type"] == "http://schema.org/Book"
    assert metadata["title"]
    assert metadata["identifier"].startswith("http")
    datetime.fromisoformat(metadata["modified"])
    links = publication["links"]
    for link in [*links, *publication["images"]]:
        check_link(link)
    assert [link["rel"] for link in links].count("self") == 1
    [buy] = [link for link in links if link["rel"] == BUY]
    properties = buy["properties"]
    assert properties["availability"]["state"] in {"available", "unavailable"}
    assert {"total", "available"} == set(properties["copies"])
    if "price" in properties:
        assert properties["price"]["currency"] == "GBP"
        assert properties["price"]["value"] > 0
    assert any(
        image["type"] in {"image/jpeg", "image/png", "image/gif"} for image in publication["images"]
    )


def read_opds(path: str) -> dict[str, Any]:
    """Return a feed after checking what the draft makes it have."""
    response = get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/opds+json; charset=utf-8"
    feed: dict[str, Any] = json.loads(response.content)
    assert feed["metadata"]["title"]
    assert {"navigation", "publications", "groups"} & set(feed)
    for link in feed["links"]:
        check_link(link)
    rels = [link["rel"] for link in feed["links"]]
    assert rels.count("self") == rels.count("search") == 1
    for group in [feed, *feed.get("groups", [])]:
        assert group["metadata"]["title"]
        for link in group.get("navigation", []):
            check_link(link)
            assert link["title"]
        for publication in group.get("publications", []):
            check_publication(publication)
    return feed


def linked(feed: dict[str, Any], rel: str) -> str:
    [link] = [link for link in feed["links"] if link["rel"] == rel]
    return str(link["href"]).removeprefix("http://localhost:8000")


def test_the_catalogue_can_be_walked_from_its_start(settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    room = SubjectFactory(name="Fiction")
    shelf = SubjectFactory(name="Novels", parent=room)
    for n in range(30):
        ListingFactory(edition__work=WorkFactory(subject=shelf, popularity=n), rare=n == 0)
    feed = read_opds("/opds/")
    groups = {group["metadata"]["title"]: group for group in feed["groups"]}
    [link] = groups["Subjects"]["navigation"]
    assert link["properties"]["numberOfItems"] == 30
    assert len(groups["Fiction"]["publications"]) == 12
    inside = read_opds(link["href"].removeprefix(settings.PUBLIC_URL))
    assert inside["metadata"]["numberOfItems"] == 30
    assert [child["title"] for child in inside["navigation"]] == ["Novels"]
    assert len(inside["publications"]) == 24
    rest = read_opds(linked(inside, "next"))
    assert len(rest["publications"]) == 6
    assert linked(rest, "previous") == reverse("catalog:opds_subject", args=[room.slug])
    assert {link["href"].rpartition("8000")[2] for link in feed["navigation"]} == {
        "/opds/new/", "/opds/rare/",
    }  # fmt: skip
    assert len(read_opds("/opds/new/")["publications"]) == 30
    assert len(read_opds("/opds/rare/")["publications"]) == 1
    assert get("/opds/subjects/nothing/").status_code == 404


def test_a_search_has_publications_with_price_and_availability() -> None:
    work = WorkFactory(title="Middlemarch")
    ListingFactory(edition__work=work, price_minor=450)
    index.catch_up()
    for words in ("middlemarch", "%22%3Cb%3E", ""):
        read_opds(f"/opds/search/?query={words}")
    feed = read_opds("/opds/search/?query=middlemarch")
    [publication] = feed["publications"]
    [buy] = [link for link in publication["links"] if link["rel"] == BUY]
    assert buy["properties"]["price"] == {"currency": "GBP", "value": 7.3}
    assert buy["properties"]["availability"] == {"state": "available"}


def test_a_book_says_all_that_is_known_of_it() -> None:
    work = WorkFactory(title="Crime and Punishment", original_language="rus")
    ContributionFactory(work=work, person=PersonFactory(name="Fyodor Dostoevsky"))
    ContributionFactory(work=work, person=PersonFactory(name="Garnett"), role=Role.TRANSLATOR)
    SeriesEntryFactory(work=work, series__name="Classics", number="4")
    SeriesEntryFactory(work=work, series__name="More", number="2a")
    IdentifierFactory(edition=EditionFactory(work=work), value="9780141439549")
    response = get(reverse("catalog:opds_book", args=[work.slug]))
    assert response["Content-Type"].startswith("application/opds-publication+json")
    publication = json.loads(response.content)
    check_publication(publication)
    metadata = publication["metadata"]
    assert metadata["author"][0]["name"] == "Fyodor Dostoevsky"
    assert (metadata["translator"], metadata["language"]) == (["Garnett"], "ru")
    assert metadata["altIdentifier"] == ["urn:isbn:9780141439549"]
    assert metadata["belongsTo"]["series"] == [
        {"name": "Classics", "position": 4},
        {"name": "More"},
    ]
    [buy] = [link for link in publication["links"] if link["rel"] == BUY]
    assert buy["properties"]["availability"] == {"state": "unavailable"}
    assert "price" not in buy["properties"]


def test_a_cover_is_a_picture_of_the_right_size_and_always_the_same() -> None:
    work = WorkFactory(title="The Strange Case of Dr Jekyll and Mr Hyde")
    response = get(reverse("catalog:cover", args=[work.slug]))
    assert response["Content-Type"] == "image/png"
    image = Image.open(BytesIO(response.content))
    assert (image.format, image.size) == ("PNG", (400, 600))
    assert response.content == picture(work.title, work.author_line, work.cover_subject)
    for title in ("孔子", "", "Q" * 400, "W " * 300, "Достоевский"):
        assert len(picture(title, title)) < 30_000


# ---- merchant feeds: Google's product data specification, as RSS 2.0 --------------------------------

G = "{http://base.google.com/ns/1.0}"


def read_merchant(number: int) -> list[dict[str, str]]:
    """Return the items of a part after checking what the specification asks of each."""
    response = get(f"/merchant-{number}.xml")
    assert response.streaming
    body = b"".join(response.streaming_content)
    rss = ET.fromstring(body)
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    [channel] = rss
    for name in ("title", "link", "description"):
        assert channel.findtext(name)
    items = []
    for item in channel.findall("item"):
        values = {child.tag.removeprefix(G): child.text or "" for child in item}
        assert 1 <= len(values["id"]) <= 50
        assert 1 <= len(values["title"]) <= 150
        assert 1 <= len(values["description"]) <= 5000
        assert values["link"].startswith("http")
        assert values["availability"] == "in_stock"
        assert values["condition"] in {"new", "used"}
        assert re.fullmatch(r"\d+\.\d\d GBP", values["price"])
        assert ("gtin" in values) != (values.get("identifier_exists") == "no")
        items.append(values)
    assert len({item["id"] for item in items}) == len(items)
    return items


def test_every_copy_on_sale_is_in_one_part() -> None:
    hostile = "Fox\x0bed & <i>worn</i> ]]>"
    used = ListingFactory(notes=hostile, edition__work__description="A" * 9000)
    new = ListingFactory(condition=Condition.NEW, price_minor=1050)
    ListingFactory(on_hand=0, movement=False)
    part = used.pk // merchant.COPIES_A_PART
    items = {item["id"]: item for item in read_merchant(part)}
    assert set(items) == {f"copy-{used.pk}", f"copy-{new.pk}"}
    assert "Foxed & <i>worn</i> ]]>" in items[f"copy-{used.pk}"]["description"]
    assert (items[f"copy-{new.pk}"]["price"], items[f"copy-{new.pk}"]["condition"]) == (
        "10.50 GBP", "new",
    )  # fmt: skip
    listed = get("/merchant.txt").content.decode().split()
    assert [line.rpartition("/")[2] for line in listed] == [f"merchant-{part}.xml"]
    assert get("/merchant-99999.xml").status_code == 404
    assert get("/merchant-99999999999999999999.xml").status_code == 404


def test_a_gtin_is_what_is_printed_in_the_book_and_never_made_up() -> None:
    def sold_with(*numbers: tuple[str, str, bool]) -> str:
        edition = EditionFactory()
        for kind, value, conflict in numbers:
            IdentifierFactory(edition=edition, type=kind, value=value, conflict=conflict)
        listing = ListingFactory(edition=edition)
        found = {item["id"]: item for item in read_merchant(listing.pk // merchant.COPIES_A_PART)}
        return found[f"copy-{listing.pk}"].get("gtin", "")

    isbn13, isbn10 = IdentifierType.ISBN13, IdentifierType.ISBN10
    assert sold_with((isbn13, "9780141439549", False)) == "9780141439549"
    # The same number as an ISBN-10.
    assert sold_with((isbn10, "0141439548", False)) == "9780141439549"
    # A wrong check digit, a number that another edition bears too, another kind of number, none.
    assert sold_with((isbn13, "9780141439540", False)) == ""
    assert sold_with((isbn13, "9780141439549", True)) == ""
    assert sold_with((IdentifierType.OCLC, "9780141439549", False)) == ""
    assert sold_with() == ""
    assert (
        sold_with((isbn13, "9780141439549", True), (isbn10, "0140430962", False)) == "9780140430967"
    )


def test_a_part_takes_the_same_queries_however_many_copies() -> None:
    listing = ListingFactory()
    path = f"/merchant-{listing.pk // merchant.COPIES_A_PART}.xml"
    # Whether there is a copy; the copies are read while they are written.
    assert queries(path) == 1
    ListingFactory.create_batch(5)
    assert queries(path) == 1
