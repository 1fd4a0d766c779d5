"""The front page, shelves, people, series, shops, and what programs read."""

import gzip
import xml.etree.ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.constants import SellerKind, SellerStatus
from catalog.constants import Role
from catalog.selectors import home, people, shops, subjects
from tests.catalog.helpers import data_blocks, get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    ReviewFactory,
    SellerReviewFactory,
    SeriesEntryFactory,
    SeriesFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


def stock(times: int) -> None:
    """Put ``times`` shops, subjects, books with authors, copies and reviews on the street."""
    for n in range(times):
        subject = SubjectFactory(parent=SubjectFactory())
        work = WorkFactory(subject=subject, title=f"A book with a longish title {n}")
        ContributionFactory(work=work)
        ReviewFactory(work=work)
        edition = EditionFactory(work=work)
        ListingFactory(edition=edition)
        ListingFactory(edition=edition, rare=True)


PAGES = {
    # works on the shelf with a review each; newest and rare copies; shops with windows; subjects
    "/": 4,
    # the tree of subjects
    "/subjects/": 1,
    # letters; authors under one
    "/authors/": 2,
    # countries; shops with windows
    "/shops/": 2,
    "/conditions/": 0,
}


@pytest.mark.parametrize(("path", "expected"), PAGES.items())
def test_pages_take_the_same_queries_at_any_size(path: str, expected: int) -> None:
    stock(4)
    assert queries(path) == expected
    stock(20)
    assert queries(path) == expected


def test_the_front_page_keeps_to_its_weight() -> None:
    stock(40)
    body = get("/").content
    assert len(gzip.compress(body, 5)) <= 25_000
    assert b" style=" not in body


def test_an_empty_marketplace_has_a_front_page() -> None:
    assert get("/").status_code == 200
    assert get("/shops/").status_code == 200
    assert get("/authors/").status_code == 200


def test_the_newest_copies_are_mixed() -> None:
    hasty = SellerFactory(name="Hasty")
    ListingFactory()
    for _ in range(6):
        ListingFactory(seller=hasty)
    page = home.home_page(country="GB")
    names = [offer.seller_name for offer in page.new]
    assert names.count("Hasty") == home.NEW_A_SHOP
    assert len(names) == home.NEW_A_SHOP + 1


def test_a_shelf_counts_each_book_once_with_all_under_it() -> None:
    fiction = SubjectFactory(name="Fiction")
    novels = SubjectFactory(name="Novels", parent=fiction)
    gothic = SubjectFactory(name="Gothic", parent=novels)
    both = WorkFactory()
    WorkSubjectFactory(work=both, subject=novels)
    WorkSubjectFactory(work=both, subject=gothic, is_main=False)
    deep = WorkFactory(subject=gothic)
    page = subjects.subject_page(slug=fiction.slug, country="GB")
    assert page.books.total == 2
    assert {card.work for card in page.books.items} == {both, deep}
    path = reverse("catalog:subject", args=[gothic.slug])
    html = get(path).content.decode()
    assert html.index("Fiction</a>") < html.index("Novels</a>")
    # the subject; the tree with counts; cards
    assert queries(path) == 3


def test_a_subject_in_a_loop_does_not_hang() -> None:
    first = SubjectFactory()
    second = SubjectFactory(parent=first)
    first.parent = second
    first.save()
    assert get(first.get_absolute_url()).status_code == 200


def test_authors_stand_under_the_letter_they_are_sorted_by() -> None:
    for name in ("Émile Zola", "Émile Écrivain", "Ōe Kenzaburō", "Anne Brontë"):
        ContributionFactory(person=PersonFactory(name=name, sort_name=name.split()[-1]))
    ContributionFactory(person=PersonFactory(name="Kongzi", sort_name="孔子"))
    ContributionFactory(person=PersonFactory(name="No Author"), role=Role.TRANSLATOR)
    page = people.authors_page(letter="E")
    assert [(row.letter, row.people) for row in page.letters] == [
        ("B", 1), ("E", 1), ("K", 1), ("Z", 1), ("#", 1),
    ]  # fmt: skip
    assert [person.name for person in page.people.items] == ["Émile Écrivain"]
    assert get("/authors/?letter=%23").status_code == 200
    assert get("/authors/?letter=%00").status_code == 200


def test_an_author_has_a_life_and_books_in_order() -> None:
    person = PersonFactory(
        name="Matsuo Bashō", native_name="松尾芭蕉", born=1644, died=1694, bio="Walked north."
    )
    late, early = WorkFactory(first_published=1702), WorkFactory(first_published=1680)
    for work in (late, early):
        ContributionFactory(work=work, person=person)
        ContributionFactory(work=work, person=person, edition=EditionFactory(work=work))
    helped = ContributionFactory(person=person, role=Role.TRANSLATOR).work
    page = people.person_page(slug=person.slug, country="GB")
    assert [card.work for card in page.works.items] == [early, late]
    assert [card.work for card in page.helped] == [helped]
    response = get(person.get_absolute_url())
    html = response.content.decode()
    assert "松尾芭蕉" in html
    assert "1644 – 1694" in html
    [block] = data_blocks(response)
    assert (block["birthDate"], block["deathDate"]) == ("1644", "1694")
    # the person; how many books; cards; cards of what they helped with
    assert queries(person.get_absolute_url()) == 4


def test_a_series_stands_in_its_order() -> None:
    series = SeriesFactory()
    third = SeriesEntryFactory(series=series, position=3, number="2a").work
    first = SeriesEntryFactory(series=series, position=1, number="1").work
    page = people.series_page(slug=series.slug, country="GB")
    assert [(n, card.work) for n, card in page.entries.items] == [("1", first), ("2a", third)]
    # the series; places; cards
    assert queries(series.get_absolute_url()) == 3


def test_shops_can_be_had_by_country_and_those_that_may_not_sell_are_absent() -> None:
    SellerFactory(name="Lindenhof", country="DE")
    SellerFactory(name="Saltmarsh")
    SellerFactory(name="Fraud Bros", status=SellerStatus.SUSPENDED)
    page, countries = shops.shops_page(country="DE")
    assert [front.name for front in page.items] == ["Lindenhof"]
    assert [(row.code, row.shops) for row in countries] == [("DE", 1), ("GB", 1)]
    assert b"Fraud Bros" not in get("/shops/").content
    assert get("/shops/?country=xx").status_code == 200
    fraud = reverse("catalog:shop", args=[shops.Seller.objects.get(name="Fraud Bros").slug])
    assert get(fraud).status_code == 404


def fill_shop(times: int, **terms: object):
    seller = SellerFactory(**terms)
    DeliveryRateFactory(seller=seller)
    for _ in range(times):
        subject = SubjectFactory()
        ListingFactory(seller=seller, edition__work=WorkFactory(subject=subject))
        SellerReviewFactory(seller=seller)
    return seller


def test_a_shop_takes_six_queries_at_any_size() -> None:
    for times in (3, 15):
        seller = fill_shop(times)
        # the shop; its window; a page of stock; subjects in it; postage; reviews
        assert queries(reverse("catalog:shop", args=[seller.slug])) == 6


def test_a_shop_can_be_searched_without_accents() -> None:
    seller = SellerFactory()
    ListingFactory(seller=seller, edition__work__title="Les Misérables")
    ListingFactory(seller=seller, edition__work__title="Dracula")
    page = shops.shop_page(slug=seller.slug, country="GB", query="miserables")
    assert [offer.work.title for offer in page.stock.items] == ["Les Misérables"]
    path = reverse("catalog:shop", args=[seller.slug])
    html = get(f"{path}?q=%22%3E%3Cb%3Enothing").content.decode()
    assert "<b>nothing" not in html
    assert "Nothing in this shop matches" in html


def test_a_trader_is_named_and_a_private_seller_is_marked() -> None:
    trader = fill_shop(1, street="6 Oyster Yard", register_number="HRB 1", vat_number="GB 9")
    html = get(reverse("catalog:shop", args=[trader.slug])).content.decode()
    for words in ("6 Oyster Yard", "HRB 1", "GB 9", trader.email, "A trader"):
        assert words in html
    private = fill_shop(1, kind=SellerKind.PRIVATE, street="1 Secret Lane")
    response = get(reverse("catalog:shop", args=[private.slug]))
    html = response.content.decode()
    assert "1 Secret Lane" not in html
    assert private.email not in html
    assert "does not apply" in html
    assert data_blocks(response)[0]["@type"] == "Person"


def test_robots_may_read_only_where_the_settings_say(settings) -> None:
    assert b"Sitemap: " in get("/robots.txt").content
    settings.ROBOTS_ALLOW = False
    assert get("/robots.txt").content.split(b"\n")[1] == b"Disallow: /"


def test_the_sitemap_lists_what_can_be_read(settings) -> None:
    work = ListingFactory().edition.work
    SellerFactory(slug="hidden", status=SellerStatus.PENDING)
    index = ET.fromstring(get("/sitemap.xml").content)
    assert len(index) == 5
    files = {name: get(f"/sitemap-{name}.xml").content.decode() for name in ("works", "shops")}
    assert f"<loc>{settings.PUBLIC_URL}{work.get_absolute_url()}</loc><lastmod>" in files["works"]
    assert "/shops/hidden/" not in files["shops"]
    assert get("/sitemap-nothing.xml").status_code == 404


def test_a_book_by_nobody_known_has_no_dot_before_its_year() -> None:
    for template in ("components/card.html", "components/list_row.html"):
        work = WorkFactory.build(title="Beowulf", author_line="", slug="beowulf")
        assert "·" not in render_to_string(template, {"work": work, "year": 1000})
        work.author_line = "Homer"
        assert "·" in render_to_string(template, {"work": work, "year": 1000})
