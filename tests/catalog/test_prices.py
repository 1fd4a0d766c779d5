"""The history of prices: written by the database, and read as the law wants a reduction announced."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from books4all.lib.money import Money
from catalog.constants import ListingStatus
from catalog.models import Listing, PriceChange
from catalog.selectors.books import book_page
from catalog.selectors.prices import (
    DAYS,
    Priced,
    intervals,
    lowest_before,
    reduced_from,
    reduction,
)
from tests.catalog.helpers import get
from tests.factories.catalog import ListingFactory

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def price(days: float, minor: int, *, offered: bool = True) -> Priced:
    return Priced(ago(days), minor, offered)


# ---- the rule ----------------------------------------------------------------------------------


def test_a_price_set_long_ago_and_still_in_force_counts() -> None:
    """The case that "the lowest of the rows of the last thirty days" gets wrong."""
    history = [price(400, 1000), price(10, 1500), price(2, 1200)]
    assert lowest_before(history, ago(2)) == 1000
    # 12.00 is less than the 15.00 before it and more than the 10.00 of two weeks ago: no reduction.
    assert reduction(history, NOW) is None


def test_a_reduction_says_the_lowest_of_the_thirty_days_before_it() -> None:
    history = [price(400, 1200), price(20, 1000), price(12, 1100), price(3, 800)]
    found = reduction(history, NOW)
    assert found is not None
    assert (found.before, found.since) == (1000, ago(3))
    # The price that ended exactly when the thirty days began is not of them.
    assert lowest_before([price(60, 500), price(33, 900), price(3, 800)], ago(3)) == 900


def test_what_is_no_reduction() -> None:
    assert reduction([], NOW) is None
    assert reduction([price(3, 800)], NOW) is None, "a first price"
    assert reduction([price(40, 800), price(3, 900)], NOW) is None, "dearer"
    assert reduction([price(90, 1000), price(30, 800)], NOW) is None, "thirty days are over"
    up_and_down = [price(90, 800), price(4, 1600), price(1, 800)]
    assert reduction(up_and_down, NOW) is None, "dearer for three days"
    lower_then_higher = [price(90, 1000), price(9, 800), price(2, 900)]
    assert reduction(lower_then_higher, NOW) is None, "its last step was up"


def test_only_what_could_be_bought_is_a_price() -> None:
    draft = [price(9, 2000, offered=False), price(2, 800)]
    assert reduction(draft, NOW) is None
    paused = [price(90, 900), price(29, 5000, offered=False), price(1, 800)]
    found = reduction(paused, NOW)
    assert found is not None
    assert found.before == 900
    # A copy that is not on sale now announces nothing.
    assert reduction([price(90, 900), price(9, 800), price(1, 800, offered=False)], NOW) is None
    # Sold out and back in stock at the same price is one price.
    back = [price(90, 900), price(9, 800), price(5, 800, offered=False), price(4, 800)]
    found = reduction(back, NOW)
    assert found is not None
    assert found.since == ago(9)


HISTORY = st.lists(
    st.builds(
        price,
        st.integers(min_value=0, max_value=480).map(lambda quarters: quarters / 4),
        st.integers(min_value=1, max_value=20),
        offered=st.booleans(),
    ),
    max_size=12,
)


@given(HISTORY, st.integers(min_value=0, max_value=480).map(lambda quarters: quarters / 4))
def test_lowest_before_agrees_with_looking_at_every_moment(
    history: list[Priced], days: float
) -> None:
    """Against a model that knows no intervals: the price at every moment at which one changed."""
    at = ago(days)
    ordered = sorted(history, key=lambda one: one.at)

    def in_force(moment: datetime) -> Priced | None:
        before = [one for one in ordered if one.at <= moment]
        return before[-1] if before else None

    # Just after the thirty days begin, and at each change within them.
    moments = [at - DAYS, *(one.at for one in ordered if at - DAYS < one.at < at)]
    asked = [one for moment in moments if (one := in_force(moment)) is not None and one.offered]
    assert lowest_before(history, at) == min((one.minor for one in asked), default=None)


@given(HISTORY)
def test_an_announced_reduction_is_always_true(history: list[Priced]) -> None:
    found = reduction(history, NOW)
    if found is None:
        return
    current = intervals(one for one in history if one.at <= NOW)[-1].minor
    assert current < found.before
    assert found.before == lowest_before(history, found.since)
    assert ago(30) < found.since <= NOW
    # Nothing cheaper was on sale in the thirty days before it.
    for one in intervals(history):
        if one.start < found.since and (one.end is None or one.end > found.since - DAYS):
            assert one.minor >= found.before


# ---- the trigger -------------------------------------------------------------------------------


def lines(listing: Listing) -> list[tuple[int, bool]]:
    rows = PriceChange.objects.filter(listing=listing).order_by("at", "pk")
    return list(rows.values_list("price_minor", "offered"))


@pytest.mark.django_db
def test_every_way_to_change_a_price_leaves_a_line() -> None:
    listing = ListingFactory(price_minor=600)
    assert lines(listing) == [(600, True)]
    listing.price_minor = 700
    listing.save()
    Listing.objects.filter(pk=listing.pk).update(price_minor=800)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_listing SET price_minor = 900 WHERE id = %s", [listing.pk])
    Listing.objects.filter(pk=listing.pk).update(status=ListingStatus.PAUSED)
    # What is no price leaves none.
    Listing.objects.filter(pk=listing.pk).update(notes="Anew", held=1, price_minor=900)
    Listing.objects.filter(pk=listing.pk).update(status=ListingStatus.WITHDRAWN)
    assert lines(listing) == [(600, True), (700, True), (800, True), (900, True), (900, False)]


@pytest.mark.django_db
def test_many_rows_take_two_statements() -> None:
    first = ListingFactory()
    for _n in range(3):
        ListingFactory(edition=first.edition, seller=first.seller)
    with CaptureQueriesContext(connection) as captured:
        Listing.objects.update(price_minor=1234)
    assert len(captured) == 1
    assert PriceChange.objects.filter(price_minor=1234).count() == 4


@pytest.mark.django_db
def test_history_is_not_rewritten() -> None:
    change = PriceChange.objects.get(listing=ListingFactory())
    for attempt in (
        lambda: PriceChange.objects.update(price_minor=1),
        lambda: PriceChange.objects.filter(pk=change.pk).delete(),
    ):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            attempt()


# ---- where it is shown -------------------------------------------------------------------------


def reduced_copy() -> Listing:
    """Return a copy that costs £8.00 now and cost £10.00 before."""
    listing: Listing = ListingFactory(price_minor=800)
    # The trigger's own line is of this moment: an older one before it.
    PriceChange.objects.create(
        listing=listing,
        price_minor=1000,
        currency="GBP",
        offered=True,
        at=listing.created_at - timedelta(days=40),
    )
    return listing


@pytest.mark.django_db
def test_pages_and_api_announce_it_with_the_price_before() -> None:
    listing = reduced_copy()
    other = ListingFactory(price_minor=900)
    words = "Reduced to £8.00. Lowest in the 30 days before: £10.00"
    assert words in get(listing.edition.work.get_absolute_url()).content.decode()
    assert words in get(f"/shops/{listing.seller.slug}/").content.decode()
    assert "Reduced" not in get(other.edition.work.get_absolute_url()).content.decode()
    shown = get(f"/api/v1/listings/{listing.pk}/").json()  # type: ignore[attr-defined]
    assert shown["before"] == {"amount_minor": 1000, "currency": "GBP"}
    assert get(f"/api/v1/listings/{other.pk}/").json()["before"] is None  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_book_page_takes_no_statement_more() -> None:
    listing = reduced_copy()
    work = listing.edition.work
    with CaptureQueriesContext(connection) as captured:
        page = book_page(slug=work.slug, country="GB")
    assert page.offers.items[0].before == Money(1000, "GBP")
    assert len(captured) <= 6


def test_rows_are_read_as_the_database_writes_them() -> None:
    rows = [
        {"at": ago(3).isoformat(), "minor": 800, "offered": True},
        {"at": ago(90).isoformat(), "minor": 1000, "offered": True},
    ]
    assert reduced_from(rows, NOW, "GBP") == Money(1000, "GBP")
    assert reduced_from(rows[1:], NOW, "GBP") is None
