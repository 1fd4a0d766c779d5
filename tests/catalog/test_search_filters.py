"""Filters that one and the same copy meets, and what every option would bring."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.constants import SellerStatus
from books4all.lib.money import Money
from catalog.constants import Condition, Defect, Form, Jacket, ListingStatus, destinations_for
from catalog.models import DeliveryRate, Listing, Subject, Work
from catalog.search import Query, Results
from catalog.search.facts import JACKETS
from catalog.search.query import LAST_PAGE, PAGE_SIZE
from catalog.search.vocabulary import (
    CONDITION_CLASSES,
    FORM_CLASSES,
    PERIODS,
    PRICE_BANDS,
    ConditionClass,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Without,
)
from catalog.selectors.cards import cards_for
from tests.catalog import search_shelf
from tests.catalog.search_shelf import search
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    WorkFactory,
)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


# ---- one and the same copy -----------------------------------------------------------------------


@pytest.mark.django_db
def test_two_copies_that_meet_one_filter_each_are_not_a_match() -> None:
    work = WorkFactory()
    edition = EditionFactory(work=work)
    ListingFactory(edition=edition, signed=True, condition=Condition.POOR)
    ListingFactory(edition=edition, signed=False, condition=Condition.FINE)
    query = Query(signed=True, condition=("fine",))
    assert search(query).works == 0
    # What each filter would bring without its own choice: the copy that meets the other one.
    counts = search(query).counts
    assert counts["condition", "acceptable"] == 1
    assert ("condition", "fine") not in counts
    assert ("flag", "signed") not in counts
    ListingFactory(edition=edition, signed=True, condition=Condition.FINE)
    assert search(query).works == search(query).copies == 1


@pytest.mark.django_db
def test_filters_of_edition_and_listing_are_met_by_one_copy_too() -> None:
    work = WorkFactory()
    ListingFactory(edition=EditionFactory(work=work, language="fre", form=Form.PAPERBACK))
    ListingFactory(edition=EditionFactory(work=work, language="eng", form=Form.HARDBACK))
    assert search(Query(language=("fre",), form=("hardback",))).works == 0
    assert search(Query(language=("fre",), form=("hardback", "paperback"))).copies == 1


@pytest.mark.django_db
def test_a_card_is_priced_by_the_copies_that_meet_the_filters() -> None:
    edition = EditionFactory()
    ListingFactory(edition=edition, price_minor=200)
    ListingFactory(edition=edition, price_minor=5000, signed=True)
    card = search(Query(signed=True)).hits[0].card
    assert (card.from_price, card.copies) == (pounds(5280), 1)


@pytest.mark.django_db
def test_a_subject_leads_to_those_under_it_and_does_not_widen_them() -> None:
    shelves = search_shelf.tree()
    novel, tale, voyage = WorkFactory(), WorkFactory(), WorkFactory()
    for work, shelf in ((novel, "novels"), (tale, "gothic"), (voyage, "travel")):
        search_shelf.shelve(work, shelves[shelf])
        ListingFactory(edition=EditionFactory(work=work))
    search_shelf.shelve(novel, shelves["fiction"])

    def works(*slugs: str) -> set[int]:
        return {hit.card.work.pk for hit in search(Query(subject=slugs)).hits}

    assert works("fiction") == {novel.pk, tale.pk}
    assert works("fiction", "gothic") == {tale.pk}
    assert works("gothic", "travel") == {tale.pk, voyage.pk}
    assert works("nowhere") == set()
    rows = {
        row.slug: (row.parent, row.copies) for row in search(Query(subject=("gothic",))).subjects
    }
    assert rows == {
        "fiction": ("", 2), "novels": ("fiction", 1), "gothic": ("fiction", 1), "travel": ("", 1),
    }  # fmt: skip


# ---- counts, against counting by hand ------------------------------------------------------------


def class_of(classes: dict[str, tuple[str, ...]], code: str, rest: str = "") -> str:
    return next((str(name) for name, codes in classes.items() if code in codes), rest)


def step_of(steps: dict[str, int], number: int | None, last: str) -> str | None:
    if number is None:
        return None
    return next((str(name) for name, end in steps.items() if number < end), str(last))


def landed(listing: Listing, to: str) -> int | None:
    for destination in destinations_for(to):
        rate = DeliveryRate.objects.filter(seller=listing.seller, destination=destination).first()
        if rate:
            return listing.price_minor + rate.first_minor
    return None


def is_on_sale(listing: Listing) -> bool:
    return (
        listing.status == ListingStatus.ACTIVE
        and listing.on_hand > listing.held
        and listing.seller.status == SellerStatus.APPROVED
        and not listing.seller.is_closed_now
    )


class Shop:
    """The catalogue, read row by row and filtered in Python."""

    def __init__(self, to: str) -> None:
        listings = Listing.objects.select_related("edition__work", "seller")
        self.copies = [self.facts(one, to) for one in listings if is_on_sale(one)]

    def facts(self, one: Listing, to: str) -> dict[str, Any]:
        work, price = one.edition.work, landed(one, to)
        slugs: set[str] = set()
        for subject in work.subjects.all():
            slugs |= {subject.slug, *([subject.parent.slug] if subject.parent else [])}
        return {
            "work": work.pk, "seller": one.seller_id, "landed": price,
            "condition": class_of(CONDITION_CLASSES, one.condition),
            "form": class_of(FORM_CLASSES, one.edition.form, FormClass.OTHER),
            "price": step_of(PRICE_BANDS, price, PriceBand.FROM_100),
            "period": step_of(PERIODS, work.first_published, Period.C21),
            "language": one.edition.language, "country": str(one.seller.country),
            "subject": slugs,
            "new": one.condition == Condition.NEW, "used": one.condition != Condition.NEW,
            "rare": one.rare, "first": one.first_edition, "signed": one.signed,
            "jacket": one.jacket in JACKETS,
            "ex_library": Defect.EX_LIBRARY not in one.defects,
            "book_club": Defect.BOOK_CLUB not in one.defects,
            "on_demand": not one.print_on_demand,
        }  # fmt: skip

    def meeting(self, query: Query, but: str = "") -> list[dict[str, Any]]:
        tests: dict[str, Callable[[dict[str, Any]], bool]] = {}
        for name in ("condition", "form", "price", "period", "language", "country"):
            if wanted := getattr(query, name):
                tests[name] = lambda c, name=name, wanted=wanted: c[name] in wanted  # type: ignore[misc]
        if query.subject:
            under = {s.slug: s.parent.slug for s in Subject.objects.exclude(parent=None)}  # type: ignore[union-attr]
            led = {under[slug] for slug in query.subject if slug in under}
            tests["subject"] = lambda c: bool(c["subject"] & (set(query.subject) - led))
        for flag in (*query.kind, *query.without):
            tests[flag] = lambda c, flag=flag: c[flag]  # type: ignore[misc]
        for flag in ("first", "signed", "jacket"):
            if getattr(query, flag):
                tests[flag] = lambda c, flag=flag: c[flag]  # type: ignore[misc]
        if query.least or query.most:
            low = query.least.minor if query.least else 0
            high = query.most.minor if query.most else 10**12
            tests["range"] = lambda c: c["landed"] is not None and low <= c["landed"] <= high
        tests.pop(but, None)
        return [c for c in self.copies if all(test(c) for test in tests.values())]

    def counts(self, query: Query) -> dict[tuple[str, str], int]:
        found: Counter[tuple[str, str]] = Counter()
        for name in ("condition", "form", "price", "period", "language", "country"):
            found.update((name, c[name]) for c in self.meeting(query, name) if c[name] is not None)
        for flag in (*Kind.values, "first", "signed", "jacket", *Without.values):
            found.update(("flag", flag) for c in self.meeting(query, flag) if c[flag])
        return dict(found)

    def subjects(self, query: Query) -> dict[str, int]:
        found: Counter[str] = Counter()
        for copy in self.meeting(query, "subject"):
            found.update(copy["subject"])
        return dict(found)


def stock_at_random(dice: random.Random) -> None:
    """Forty works, about two hundred copies in six shops, some of them not on sale."""
    shelves = list(search_shelf.tree().values())
    sellers = [
        SellerFactory(country=dice.choice(["GB", "FR", "US"]), status=status)
        for status in (*[SellerStatus.APPROVED] * 5, SellerStatus.SUSPENDED)
    ]
    sellers[4].closed_from = timezone.now().date() - timedelta(days=1)
    sellers[4].save()
    for seller in sellers:
        for to in dice.sample(["GB", "FR", "EU", "*"], dice.randint(0, 3)):
            DeliveryRateFactory(
                seller=seller, destination=to, first_minor=dice.choice([0, 280, 950, 2000])
            )
    for _ in range(40):
        year = dice.choice([None, -450, 499, 500, 1499, 1605, 1799, 1800, 1871, 1999, 2001])
        work = WorkFactory(first_published=year, popularity=dice.randint(0, 9))
        for shelf in dice.sample(shelves, dice.randint(0, 2)):
            search_shelf.shelve(work, shelf)
        for _ in range(dice.randint(0, 5)):
            edition = EditionFactory(
                work=work,
                form=dice.choice(Form.values),
                language=dice.choice(["eng", "fre", "und"]),
            )
            ListingFactory(
                edition=edition, seller=dice.choice(sellers), rates=False, movement=False,
                condition=dice.choice(Condition.values), price_minor=dice.choice([100, 499, 500, 2300, 9999]),
                signed=dice.random() < 0.3, first_edition=dice.random() < 0.3, rare=dice.random() < 0.3,
                print_on_demand=dice.random() < 0.2, on_hand=dice.choice([0, 1, 1, 1, 3]),
                defects=dice.sample(Defect.values, dice.randint(0, 3)), jacket=dice.choice(Jacket.values),
                status=dice.choice([*[ListingStatus.ACTIVE] * 5, ListingStatus.PAUSED]),
                listed_at=timezone.now() - timedelta(hours=dice.randint(0, 500)),
            )  # fmt: skip


def queries_at_random(dice: random.Random, to: str) -> Iterator[Query]:
    pools: dict[str, list[str]] = {
        "condition": ConditionClass.values, "form": FormClass.values, "price": PriceBand.values,
        "period": Period.values, "language": ["eng", "fre", "und"], "country": ["GB", "FR", "US"],
        "subject": ["fiction", "novels", "gothic", "travel"], "without": Without.values,
    }  # fmt: skip
    yield Query(to=to)
    for _ in range(24):
        chosen: dict[str, Any] = {
            name: tuple(dice.sample(pools[name], dice.randint(1, 2)))
            for name in dice.sample(sorted(pools), dice.randint(0, 3))
        }
        for flag in ("first", "signed", "jacket"):
            chosen[flag] = dice.random() < 0.15
        if dice.random() < 0.2:
            chosen["kind"] = (dice.choice(Kind.values),)
        if dice.random() < 0.2:
            chosen["least"], chosen["most"] = pounds(400), dice.choice([None, pounds(2580)])
        yield Query(to=to, **chosen)


@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "to"), [(1, "GB"), (2, "FR"), (3, "US")])
def test_counts_are_those_of_counting_by_hand(seed: int, to: str) -> None:
    dice = random.Random(seed)
    stock_at_random(dice)
    shop = Shop(to)
    assert len(shop.copies) > 30
    some = 0
    for query in queries_at_random(dice, to):
        results, copies = search(query), shop.meeting(query)
        assert results.copies == len(copies), query
        assert results.works == len({c["work"] for c in copies})
        assert results.sellers == len({c["seller"] for c in copies})
        assert results.counts == shop.counts(query), query
        assert {row.slug: row.copies for row in results.subjects} == shop.subjects(query), query
        for hit in results.hits:
            of_work = [c["landed"] for c in copies if c["work"] == hit.card.work.pk]
            lowest = min((price for price in of_work if price is not None), default=None)
            assert hit.card.copies == len(of_work)
            assert hit.card.from_price == (None if lowest is None else pounds(lowest))
        some += bool(copies)
    assert some > 5


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["GB", "FR", "US"])
def test_cards_without_filters_are_the_cards_of_all_pages(to: str) -> None:
    stock_at_random(random.Random(4))
    hits = search(Query(to=to)).hits
    assert [hit.card for hit in hits] == cards_for([hit.card.work.pk for hit in hits], to)


# ---- orders and pages ----------------------------------------------------------------------------


def titles(results: Results) -> list[str]:
    return [hit.card.work.title for hit in results.hits]


@pytest.fixture
def three(db: None) -> None:
    now = timezone.now()
    for title, price, hours, year in (
        ("A", 900, 3, 1900),
        ("B", 300, 2, None),
        ("C", 600, 1, -450),
    ):
        work = WorkFactory(title=title, first_published=year, popularity=ord("Z") - ord(title[0]))
        ListingFactory(
            edition=EditionFactory(work=work),
            price_minor=price,
            listed_at=now - timedelta(hours=hours),
        )
    # Cheapest of all, but it can't be sent to Britain.
    far = WorkFactory(title="D", first_published=2001, popularity=0)
    ListingFactory(edition=EditionFactory(work=far), price_minor=1, rates=False, listed_at=now)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "order"),
    [("best", "ABCD"), ("price", "BCAD"), ("newest", "DCBA"), ("published", "DACB")],
)
def test_orders(sort: str, order: str) -> None:
    assert "".join(titles(search(Query(sort=sort)))) == order


@pytest.mark.django_db
def test_pages_hold_every_work_once_and_end() -> None:
    for n in range(PAGE_SIZE + 3):
        ListingFactory(
            edition=EditionFactory(work=WorkFactory(title=f"Book {n}", popularity=n % 2))
        )
    first, second = search(Query()), search(Query(page=2))
    assert (len(first.hits), len(second.hits), first.pages) == (PAGE_SIZE, 3, 2)
    assert len({hit.card.work.pk for hit in [*first.hits, *second.hits]}) == PAGE_SIZE + 3
    assert search(Query(page=LAST_PAGE)).hits == []
    assert Work.objects.count() == PAGE_SIZE + 3


# ---- addresses -----------------------------------------------------------------------------------


def read(querystring: str) -> Query:
    return Query.from_params(QueryDict(querystring), to="GB")


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("", ""),
        ("q=&min=&max=&sort=best&view=covers&page=1", ""),
        ("q=++george%00+eliot+", "q=george+eliot"),
        ("condition=good&condition=new&condition=odd", "condition=new&condition=good"),
        ("sort=price&q=x", "q=x&sort=price"),
        ("min=10&max=5.5", "min=5.50&max=10.00"),
        ("min=0", ""),
        ("kind=new&kind=used&kind=rare", "kind=rare"),
        ("page=0", ""), ("page=-3", ""), ("page=x", ""), ("page=7", "page=7"),
        ("page=99999", f"page={LAST_PAGE}"), ("page=" + "9" * 5000, ""),
        ("language=xxx&country=gb&country=GB&subject=../etc", "country=GB"),
        ("signed=true&first=1&utm_source=mail", "first=1"),
    ],
)  # fmt: skip
def test_every_search_has_one_address(typed: str, canonical: str) -> None:
    assert read(typed).querystring == canonical


@pytest.mark.parametrize("typed", ["abc", "1e9", "12345678", "4.505", "NaN", "-3", "4,5,.", "٣"])
def test_prices_that_cannot_be_read_are_said(typed: str) -> None:
    query = Query.from_params(QueryDict(f"min={typed}"), to="GB")
    assert query.problems == {"min": "Use a point, like 4.50"}
    assert query.least is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["q", "kind", "condition", "form", "subject", "period", "language", "country",
                 "price", "without", "min", "max", "first", "signed", "sort", "view", "page"]
            ),
            st.one_of(
                st.text(max_size=30),
                st.sampled_from(["1", "new", "used", "rare", "eng", "GB", "4.50", "1800s", "under-5", "list"]),
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_the_canonical_address_leads_to_itself(pairs: list[tuple[str, str]]) -> None:
    params = QueryDict(mutable=True)
    for name, value in pairs:
        params.appendlist(name, value)
    query = Query.from_params(params, to="GB")
    again = read(query.querystring)
    assert again.querystring == query.querystring
    assert not again.problems
