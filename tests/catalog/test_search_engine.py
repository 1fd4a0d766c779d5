"""Search at any size: tiers, samples, bounds and time, on a small shelf with small limits."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from books4all.lib.money import Money
from catalog.constants import SubjectScheme
from catalog.models import Edition, Listing, SearchDocument, SearchState, Work
from catalog.search import Query, Results, candidates, facets, facts, index, rebuild, rebuilding
from catalog.search import statement as statements
from tests.catalog import search_shelf
from tests.catalog.search_shelf import search
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    PublisherFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

MANY, FIRST = 340, 1_000_000
NOW = timezone.now()


def titles(results: Results) -> list[str]:
    return [hit.card.work.title for hit in results.hits]


@pytest.fixture
def many(db: None) -> list[Listing]:
    """Many books on the sea in three shops, more popular the earlier they come.

    Their keys are always the same: chance, by which the samples are taken, is a hash of them.
    """
    dice = random.Random(8)
    sellers = [SellerFactory(country=country) for country in ("GB", "FR", "US")]
    for at, seller in enumerate(sellers):
        DeliveryRateFactory(seller=seller, destination="GB", first_minor=100 * at)
    numbers = range(MANY)
    works = Work.objects.bulk_create(
        WorkFactory.build(
            pk=FIRST + n, title=f"The Sea {n}", popularity=MANY - n, first_published=1500 + n % 90
        )
        for n in numbers
    )
    publisher = PublisherFactory()
    editions = Edition.objects.bulk_create(
        EditionFactory.build(work=work, publisher=publisher) for work in works
    )
    return Listing.objects.bulk_create(
        ListingFactory.build(
            edition=edition, seller=dice.choice(sellers), price_minor=dice.randrange(100, 3000),
            signed=n % 3 == 0, listed_at=NOW - timedelta(minutes=dice.randrange(10_000)),
        )
        for n, edition in zip(numbers, editions, strict=True)
    )  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few hundred works pass: all of the catalogue is "too much" to be counted."""
    monkeypatch.setattr(facets, "EXACT", 20)
    monkeypatch.setattr(facets, "DOUBT", 0)


# ---- tiers ---------------------------------------------------------------------------------------


def test_less_popular_tiers_are_asked_only_while_there_is_too_little(
    many: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "TIERS", (10, 40, 100))
    monkeypatch.setattr(candidates, "RANKED", 24)
    rebuild()
    counts = [SearchDocument.objects.filter(tier=tier).count() for tier in range(4)]
    assert counts == [10, 30, 60, MANY - 100]
    found = titles(search(Query()))
    assert found == [f"The Sea {n}" for n in range(24)]
    assert titles(search(Query(page=3))) == [f"The Sea {n}" for n in range(48, 72)]
    results = search(Query(text="sea"))
    assert results.works == MANY
    # However unpopular, the very title is first.
    assert titles(search(Query(text="the sea 333")))[0] == "The Sea 333"


def test_a_work_changes_its_tier_with_its_popularity(
    many: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "TIERS", (10, 40, 100))
    rebuild()
    Work.objects.filter(title="The Sea 300").update(popularity=9_999)
    index.catch_up()
    assert SearchDocument.objects.get(work__title="The Sea 300").tier == 0


def test_a_catalogue_that_has_grown_gets_new_tiers(
    many: list[Listing], monkeypatch: pytest.MonkeyPatch
) -> None:
    index.catch_up()
    assert not rebuilding.retier()
    assert not SearchDocument.objects.exclude(tier=0).exists()
    monkeypatch.setattr(rebuilding, "TIERS", (10, 40, 100))
    monkeypatch.setattr(rebuilding, "SMALL", 50)
    assert rebuilding.retier()
    assert SearchDocument.objects.filter(tier=0).count() == 10
    assert SearchDocument.objects.filter(tier=3).count() == MANY - 100
    assert SearchState.objects.get().works == MANY
    assert not rebuilding.retier()


# ---- exact or about ------------------------------------------------------------------------------


def test_counts_are_exact_or_said_to_be_about(
    many: list[Listing], small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = search(Query())
    assert (results.works, results.more, results.about) == (MANY, False, True)
    assert 0.4 * MANY < results.copies < 1.8 * MANY
    assert (
        0.3 * MANY
        < sum(n for (facet, _), n in results.counts.items() if facet == "form")
        < 2 * MANY
    )
    signed = search(Query(signed=True))
    assert signed.works == len([one for one in many if one.signed])
    narrow = search(Query(text="sea 33"))
    assert not narrow.about
    monkeypatch.setattr(facets, "COUNTED", 50)
    results = search(Query(text="sea"))
    assert (results.works, results.more, results.about) == (50, True, True)


def test_a_small_catalogue_is_exact(many: list[Listing]) -> None:
    results = search(Query())
    assert (results.works, results.copies, results.more, results.about) == (
        MANY,
        MANY,
        False,
        False,
    )


# ---- orders --------------------------------------------------------------------------------------


def landed(one: Listing) -> int:
    rate = one.seller.delivery_rates.get(destination="GB")
    return one.price_minor + rate.first_minor


KEYS: dict[str, Any] = {
    "price": lambda one: (landed(one), -one.edition.work.popularity),
    "newest": lambda one: (-int(one.listed_at.timestamp()), -one.edition.work.popularity),
    "published": lambda one: (-one.edition.work.first_published, -one.edition.work.popularity),
}


@pytest.mark.parametrize("sort", KEYS)
@pytest.mark.parametrize("text", ["", "sea"])
@pytest.mark.parametrize("filters", [{}, {"signed": True}])
def test_orders_are_those_of_comparing_all(
    many: list[Listing], small: None, sort: str, text: str, filters: dict[str, Any]
) -> None:
    expected = sorted((one for one in many if one.signed or not filters), key=KEYS[sort])
    for page in (1, 3):
        results = search(Query(text=text, sort=sort, page=page, **filters))
        assert results.about
        wanted = expected[(page - 1) * 24 : page * 24]
        assert titles(results) == [one.edition.work.title for one in wanted]


# ---- filters -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_years_are_the_editions_or_else_the_works() -> None:
    old = WorkFactory(title="Old", first_published=1813)
    ListingFactory(edition=EditionFactory(work=old, published_year=None, published=""))
    ListingFactory(edition=EditionFactory(work=old, published_year=1995, published="1995"))
    undated = WorkFactory(title="Undated", first_published=None)
    ListingFactory(edition=EditionFactory(work=undated, published_year=None, published=""))
    for low, high, copies in (
        (1813, 1813, 1), (1990, None, 1), (None, 1900, 1), (1814, 1994, 0), (1800, 2000, 2),
        (-500, 2100, 2), (1995, 1995, 1), (None, None, 3),
    ):  # fmt: skip
        assert search(Query(year_min=low, year_max=high)).copies == copies, (low, high)


@pytest.mark.parametrize(("low", "high"), [(-450, -441), (1500, 1999), (1871, 1871), (-3000, 2100)])
def test_lexemes_of_years_cover_them(low: int, high: int) -> None:
    covered = facts.years_between(low, high)
    for year in range(low, high + 1):
        assert {f"=y:{year // 10}", f"=z:{year // 100}"} & set(covered), year
    assert len(covered) < 80


def test_lexemes_of_prices_cover_them() -> None:
    for low, high in ((0, 499), (500, 999), (250, 250), (99, 100)):
        steps = {
            f"=p:{sum(s <= price for s in facts.PRICE_STEPS)}" for price in range(low, high + 1)
        }
        assert steps == set(facts.prices_between(low, high))


@pytest.mark.django_db
def test_jackets_are_counted_and_asked_for() -> None:
    for jacket in ("", "missing", "fine", "worn"):
        ListingFactory(edition=EditionFactory(work=WorkFactory()), jacket=jacket)
    assert search(Query()).counts["flag", "jacket"] == 2
    assert search(Query(jacket=True)).works == 2


@pytest.mark.django_db
def test_a_second_tree_of_subjects_is_counted_with_all_above() -> None:
    thema = {"scheme": SubjectScheme.THEMA}
    top = SubjectFactory(code="F", slug="thema-f", name="Fiction", **thema)
    mid = SubjectFactory(code="FF", slug="thema-ff", name="Crime", parent=top, **thema)
    low = SubjectFactory(code="FFH", slug="thema-ffh", name="Historical crime", parent=mid, **thema)
    work = WorkFactory()
    WorkSubjectFactory(work=work, subject=low)
    ListingFactory(edition=EditionFactory(work=work))
    rows = {row.slug: (row.parent, row.copies, row.scheme) for row in search(Query()).subjects}
    assert rows == {"thema-f": ("", 1, "93"), "thema-ff": ("thema-f", 1, "93")}
    # What lies under the chosen one is counted too.
    chosen = search(Query(subject=("thema-ff",)))
    assert chosen.works == 1
    assert {row.slug for row in chosen.subjects} == {"thema-f", "thema-ff", "thema-ffh"}


# ---- statements and time -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "most"),
    [
        # These are the page of the most popular, the counts and prices, and the works.
        (Query(), 3),
        # The candidates; the names that the text may be (landmark); counts, prices and works.
        (Query(text="sea"), 4),
        # the subjects; then as above
        (Query(text="sea", subject=("fiction",), signed=True, price=("5-10",)), 5),
        # candidates, names, counts with the page, works
        (Query(text="sea", sort="price"), 4),
    ],
)
def test_a_search_takes_few_statements(many: list[Listing], query: Query, most: int) -> None:
    search(query)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        search_shelf.engine.search(query)
    assert len(asked) <= most, [q["sql"][:90] for q in asked]


def test_an_order_of_too_many_takes_one_more(many: list[Listing], small: None) -> None:
    search(Query())
    with CaptureQueriesContext(connection) as asked:
        search_shelf.engine.search(Query(text="sea", sort="price"))
    # candidates, names, counts, the page, works
    assert len(asked) == 5


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
    search_shelf.stand()
    index.catch_up()
    monkeypatch.setattr(statements, "MOST_MILLISECONDS", 60)
    with connection.cursor() as cursor:
        # Each document takes a while to read.
        cursor.execute("CREATE TABLE slow AS SELECT * FROM catalog_searchdocument")
        cursor.execute("ALTER TABLE catalog_searchdocument RENAME TO quick")
        cursor.execute(
            "CREATE VIEW catalog_searchdocument AS SELECT * FROM slow WHERE pg_sleep(0.05) IS NOT NULL"
        )
    try:
        results = search_shelf.engine.search(Query(text="emma"))
        assert results.too_broad
        assert results.hits == []
        assert client.get("/search/?q=emma").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW catalog_searchdocument")
            cursor.execute("ALTER TABLE quick RENAME TO catalog_searchdocument")
            cursor.execute("DROP TABLE slow")
    # The connection is as it was: other statements may take longer.
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10s",)
    assert titles(search_shelf.engine.search(Query(text="emma"))) == ["Emma"]


def test_prices_are_worked_out_for_the_visitors_country(many: list[Listing]) -> None:
    DeliveryRateFactory(seller=many[0].seller, destination="FR", first_minor=5)
    hit = next(
        h for h in search(Query(text="sea 0", to="FR")).hits if h.card.work == many[0].edition.work
    )
    assert hit.card.from_price == Money(many[0].price_minor + 5, "GBP")
