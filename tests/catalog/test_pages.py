"""The front page, shelves, people, series, shops, and what programs read."""

import gzip

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.constants import SellerKind, SellerStatus
from books4all.lib.text import sort_title
from catalog.selectors import home, shops
from tests.catalog.helpers import data_blocks, get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    ReviewFactory,
    SellerReviewFactory,
    SubjectFactory,
    WorkFactory,
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


def test_a_shop_takes_eight_queries_at_any_size() -> None:
    for times in (3, 15):
        seller = fill_shop(times)
        # the shop; its window; how many copies; a page of them; subjects; postage; reviews
        assert queries(reverse("catalog:shop", args=[seller.slug])) == 8


def test_a_big_shop_says_more_than_it_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    seller = fill_shop(4)
    monkeypatch.setattr(shops, "MOST_COUNTED", 2)
    monkeypatch.setattr(shops, "SUBJECTS_COUNTED", 2)
    page = shops.shop_page(slug=seller.slug, country="GB")
    assert page.stock.total == 3
    assert not page.counted_all


def test_a_shop_counts_its_copies_on_each_shelf_and_shows_those_of_one() -> None:
    seller = SellerFactory()
    fiction = SubjectFactory(name="Fiction")
    gothic = SubjectFactory(name="Gothic", parent=fiction)
    book = WorkFactory(subject=gothic)
    ListingFactory.create_batch(3, seller=seller, edition__work=book)
    ListingFactory(seller=seller)
    ListingFactory(edition__work=book)
    page = shops.shop_page(slug=seller.slug, country="GB", subject=fiction.slug)
    assert page.stock.total == 3
    assert [(subject.name, subject.copies) for subject in page.subjects] == [("Gothic", 3)]


def test_a_shop_can_be_searched_without_accents() -> None:
    seller = SellerFactory()
    work = WorkFactory(title="Les Misérables", sort_title=sort_title("Les Misérables"))
    ListingFactory(seller=seller, edition__work=work)
    ListingFactory(seller=seller, edition__work__title="Dracula")
    page = shops.shop_page(slug=seller.slug, country="GB", query="miserables")
    assert [offer.work.title for offer in page.stock.items] == ["Les Misérables"]
    for words in ("eliot miserables", "ELIOT", "éliot misér"):
        assert shops.shop_page(slug=seller.slug, country="GB", query=words).stock.total, words
    for words in ("%", "_", "miserables dracula", "\\"):
        assert not shops.shop_page(slug=seller.slug, country="GB", query=words).stock.total, words
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


def test_a_book_by_nobody_known_has_no_dot_before_its_year() -> None:
    for template in ("components/card.html", "components/list_row.html"):
        work = WorkFactory.build(title="Beowulf", author_line="", slug="beowulf")
        assert "·" not in render_to_string(template, {"work": work, "year": 1000})
        work.author_line = "Homer"
        assert "·" in render_to_string(template, {"work": work, "year": 1000})


def test_a_large_shop_says_how_far_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "SEARCHED", 2)
    seller = SellerFactory()
    for title in ("Emma", "Dracula", "Carmilla"):
        ListingFactory(seller=seller, edition__work__title=title)
    path = reverse("catalog:shop", args=[seller.slug])
    html = get(f"{path}?q=dracula").content.decode()
    assert "Looked for among the 2 copies listed last." in html
    assert "Looked for" not in get(path).content.decode()
    assert shops.shop_page(slug=seller.slug, country="GB", query="emma").stock.total == 0
