"""How well shops keep their word: the rules, the statement that follows them, and any day again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.constants import StandingDays
from accounts.models import Seller, SellerStanding
from catalog.constants import ReviewStatus
from orders import jobs
from orders.admin.standing import below_target
from orders.constants import EventType, SellerOrderStatus, Side
from orders.models import ExtraPostage, SellerOrder
from orders.selectors.deadlines import last_day
from orders.selectors.standing import (
    Figures,
    PastOrder,
    Question,
    Rated,
    figures,
    standings,
)
from orders.services import standing
from tests.factories.accounts import (
    SellerFactory,
    SellerStandingFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.catalog import ListingFactory, SellerReviewFactory
from tests.factories.orders import (
    CaseFactory,
    ExtraPostageFactory,
    MessageFactory,
    OrderEventFactory,
    OrderFactory,
    SellerOrderFactory,
    ThreadFactory,
)

# Sunday 22 November 2026 has just ended.
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def of(*orders: PastOrder, questions: tuple[Question, ...] = (), days: int = 90) -> Figures:
    return figures(orders=orders, questions=questions, ratings=(), as_of=AS_OF, days=days)


def test_an_order_is_in_time_until_the_promised_day_has_ended() -> None:
    last_moment = datetime(2026, 11, 18, 23, 59, tzinfo=UTC)
    assert of(PastOrder(MONDAY, 2, shipped_at=last_moment)).in_time == 1
    assert of(PastOrder(MONDAY, 2, shipped_at=last_moment + HOUR)).in_time == 0


def test_an_order_that_still_has_time_is_not_due() -> None:
    friday = MONDAY + 4 * DAY
    waiting = of(PastOrder(friday, 2))
    assert (waiting.orders, waiting.due) == (1, 0)
    late = of(PastOrder(friday - DAY, 1))
    assert (late.due, late.in_time) == (1, 0)


def test_a_cancelled_order_is_neither_completed_nor_due() -> None:
    found = of(PastOrder(MONDAY, 1, cancelled_at=MONDAY + HOUR), PastOrder(MONDAY, 5))
    assert (found.orders, found.cancelled, found.due) == (2, 1, 0)


def test_an_order_that_its_buyer_called_off_is_not_counted() -> None:
    off = PastOrder(MONDAY, 1, called_off_at=MONDAY + HOUR)
    refused_first = PastOrder(MONDAY, 1, cancelled_at=MONDAY, called_off_at=MONDAY + HOUR)
    found = of(off, refused_first, PastOrder(MONDAY, 1, called_off_at=AS_OF))
    assert (found.orders, found.cancelled, found.due) == (2, 1, 1)


def test_a_claim_counts_once_it_is_upheld() -> None:
    upheld = PastOrder(MONDAY, 5, upheld_at=MONDAY + DAY)
    found = of(upheld, PastOrder(MONDAY, 5), PastOrder(MONDAY, 5, upheld_at=AS_OF))
    assert (found.orders, found.claims) == (3, 1)


@pytest.mark.django_db
def test_what_is_no_claim_of_the_shop_s_does_not_count() -> None:
    seller = SellerFactory()
    closed = {"status": "resolved", "closed_at": MONDAY + DAY, "answer_by": None}
    cases: list[dict[str, Any]] = [
        {**closed, "outcome": "refunded", "reason": "changed_mind"},
        {**closed, "outcome": "goodwill"},
        {**closed, "outcome": "", "status": "denied"},
        {},
        {**closed, "outcome": "replaced"},
    ]
    for case in cases:
        part = SellerOrderFactory(
            seller=seller, order=OrderFactory(placed_at=MONDAY), status=SellerOrderStatus.DELIVERED
        )
        CaseFactory(seller_order=part, **case)
    [row] = standings(as_of=AS_OF, days=30, seller_ids=[seller.pk])
    assert (row.orders, row.claims, row.without_claims) == (5, 1, 80)


def test_while_the_buyer_is_asked_for_extra_postage_time_stands_still() -> None:
    thursday = MONDAY + 3 * DAY
    asked = ((MONDAY + HOUR, MONDAY + 30 * HOUR),)
    assert of(PastOrder(MONDAY, 1, shipped_at=thursday)).in_time == 0
    assert of(PastOrder(MONDAY, 1, shipped_at=thursday, asked=asked)).in_time == 1
    # Asked for still, and so not due.
    assert of(PastOrder(AS_OF - 3 * DAY, 0, asked=((AS_OF - 3 * DAY, None),))).due == 0


def test_what_came_later_is_not_looked_at() -> None:
    known_later = PastOrder(MONDAY, 5, cancelled_at=AS_OF + HOUR, shipped_at=AS_OF + HOUR)
    assert of(known_later) == of(PastOrder(MONDAY, 5))
    assert of(PastOrder(AS_OF, 1)).orders == 0
    assert of(PastOrder(AS_OF - 90 * DAY, 1)).orders == 1
    assert of(PastOrder(AS_OF - 90 * DAY - HOUR, 1)).orders == 0


def test_the_time_to_an_answer_is_the_median_and_silence_counts() -> None:
    answered = tuple(Question(MONDAY, MONDAY + n * HOUR) for n in (1, 3, 50))
    assert of(questions=answered).answer_minutes == 180
    # Asked an hour ago: nothing can be said of it yet. Asked a week ago: it has waited a week.
    young, old = Question(AS_OF - HOUR), Question(AS_OF - 7 * DAY)
    assert of(questions=(young,)).answer_minutes is None
    found = of(questions=(*answered, old, old))
    assert (found.questions, found.answered, found.answer_minutes) == (5, 3, 50 * 60)


MINUTES = st.integers(min_value=-60 * 24 * 40, max_value=60 * 24 * 3)
MOMENTS = MINUTES.map(lambda minutes: AS_OF + timedelta(minutes=minutes))
LATER = st.none() | st.integers(min_value=0, max_value=60 * 24 * 20).map(
    lambda minutes: timedelta(minutes=minutes)
)
ORDERS = st.lists(
    st.tuples(MOMENTS, st.integers(0, 9), LATER, LATER, st.booleans(), LATER, LATER), max_size=6
)
QUESTIONS = st.lists(st.tuples(MOMENTS, LATER), max_size=5)
RATINGS = st.lists(st.tuples(MOMENTS, st.integers(1, 5)), max_size=4)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ORDERS, QUESTIONS, RATINGS, st.sampled_from([7, 30]))
def test_the_statement_follows_the_rules(orders, questions, ratings, days) -> None:  # type: ignore[no-untyped-def]
    seller, other = SellerFactory(), SellerFactory()
    past = [_order(seller, order) for order in orders]
    asked = [_question(seller, *question) for question in questions]
    rated = [_rating(seller, *rating) for rating in ratings]
    [row] = standings(as_of=AS_OF, days=days, seller_ids=[seller.pk])
    expected = figures(orders=past, questions=asked, ratings=rated, as_of=AS_OF, days=days)
    assert {name: getattr(row, name) for name in Figures.__slots__} == {
        name: getattr(expected, name) for name in Figures.__slots__
    }
    [nothing] = standings(as_of=AS_OF, days=days, seller_ids=[other.pk])
    assert nothing.orders == nothing.questions == nothing.rating_count == 0


def _order(
    seller: Seller,
    story: tuple[
        datetime, int, timedelta | None, timedelta | None, bool, timedelta | None, timedelta | None
    ],
) -> PastOrder:
    """Write an order that was placed then; what is cancelled, or ``called_off``, was not posted before.

    An hour later its buyer was ``asked`` for extra postage, for so long (for a whole number of days: still).
    Two claims of theirs were ``upheld``, the second a day after the first.
    """
    placed_at, dispatch_days, cancelled, shipped, called_off, asked, upheld = story
    if cancelled is not None:
        shipped = None
    status = SellerOrderStatus.PLACED if shipped is None else SellerOrderStatus.COMPLETED
    if called_off and cancelled is not None:
        status = SellerOrderStatus.CANCELLED
    part = SellerOrderFactory(
        order=OrderFactory(placed_at=placed_at),
        seller=seller,
        dispatch_days=dispatch_days,
        status=status,
    )
    ended = EventType.CALLED_OFF if called_off else EventType.CANCELLED
    told = {ended: cancelled, EventType.SHIPPED: shipped}
    when = {kind: placed_at + after for kind, after in told.items() if after is not None}
    for kind, moment in when.items():
        OrderEventFactory(order=part.order, seller_order=part, type=kind, created_at=moment)
    return PastOrder(
        placed_at,
        dispatch_days,
        when.get(EventType.CANCELLED),
        when.get(EventType.SHIPPED),
        when.get(EventType.CALLED_OFF),
        _asked(part, placed_at + HOUR, asked),
        _upheld(part, upheld),
    )


def _upheld(part: SellerOrder, after: timedelta | None) -> datetime | None:
    if after is None:
        return None
    first = part.order.placed_at + after
    for outcome, moment in (("partly", first), ("refunded", first + DAY)):
        CaseFactory(
            seller_order=part, status="resolved", outcome=outcome, closed_at=moment, answer_by=None
        )
    return first


def _asked(
    part: SellerOrder, start: datetime, length: timedelta | None
) -> tuple[tuple[datetime, datetime | None], ...]:
    if length is None:
        return ()
    end = start + length if length % DAY else None
    extra = ExtraPostageFactory(seller_order=part, status="refused", answered_at=end)
    ExtraPostage.objects.filter(pk=extra.pk).update(created_at=start)
    return ((start, end),)


def _question(seller: Seller, asked_at: datetime, answer: timedelta | None) -> Question:
    thread = ThreadFactory(listing=ListingFactory(seller=seller), created_at=asked_at)
    MessageFactory(thread=thread, created_at=asked_at)
    if answer is None:
        return Question(asked_at)
    for after in (answer, answer + HOUR):
        MessageFactory(thread=thread, side=Side.SELLER, created_at=asked_at + after)
    return Question(asked_at, asked_at + answer)


def _rating(seller: Seller, published_at: datetime, rating: int) -> Rated:
    SellerReviewFactory(
        seller=seller,
        user=UserFactory(),
        rating=rating,
        status=ReviewStatus.PUBLISHED,
        published_at=published_at,
    )
    return Rated(published_at, rating)


@pytest.mark.django_db
def test_an_order_in_parcels_is_posted_with_the_last_and_one_partly_refused_is_not_kept() -> None:
    seller = SellerFactory()
    parcels = (EventType.SHIPPED, MONDAY + HOUR), (EventType.SHIPPED, MONDAY + 4 * DAY)
    refused = (EventType.SHIPPED, MONDAY + HOUR), (EventType.REFUSED, MONDAY + 2 * HOUR)
    orders = [
        (SellerOrderStatus.SHIPPED, parcels),
        (SellerOrderStatus.PARTLY_SHIPPED, parcels[:1]),
        (SellerOrderStatus.SHIPPED, refused),
    ]
    for status, events in orders:
        order = OrderFactory(placed_at=MONDAY)
        part = SellerOrderFactory(order=order, seller=seller, dispatch_days=2, status=status)
        for kind, moment in events:
            OrderEventFactory(order=order, seller_order=part, type=kind, created_at=moment)
    [row] = standings(as_of=AS_OF, days=30, seller_ids=[seller.pk])
    assert (row.orders, row.cancelled, row.due, row.in_time) == (3, 1, 2, 0)
    # On Wednesday the second parcel was not on its way, and nothing was due.
    [then] = standings(as_of=MONDAY + 2 * DAY, days=30, seller_ids=[seller.pk])
    assert (then.orders, then.cancelled, then.due) == (3, 1, 0)


@pytest.mark.django_db
def test_working_days_are_the_same_in_sql() -> None:
    starts = [date(2026, 11, 16) + n * DAY for n in range(7)]
    with connection.cursor() as cursor:
        for start in starts:
            for days in range(23):
                cursor.execute("SELECT b4a_last_posting_day(%s, %s)", [start, days])
                assert cursor.fetchone()[0] == last_day(start, days), (start, days)


@pytest.mark.django_db
def test_a_past_day_is_worked_out_again_the_same_whatever_happened_since() -> None:
    seller = SellerFactory(dispatch_days=2)
    _order(seller, (MONDAY, 2, None, 5 * HOUR, False, None, None))
    _order(seller, (MONDAY, 2, None, None, False, None, DAY))
    _question(seller, MONDAY, 2 * HOUR)
    standing.compute(as_of=AS_OF)
    then = list(SellerStanding.objects.order_by("days").values())
    assert [row["days"] for row in then] == [90, 365]
    # The late order goes out, another is cancelled, more is sold and asked, and the promise changes.
    _order(seller, (AS_OF + HOUR, 2, 2 * HOUR, None, False, None, 3 * HOUR))
    late = seller.seller_orders.exclude(events__type=EventType.SHIPPED).first()
    OrderEventFactory(
        order=late.order, seller_order=late, type=EventType.SHIPPED, created_at=AS_OF + DAY
    )
    type(late).objects.filter(pk=late.pk).update(status=SellerOrderStatus.SHIPPED)
    _question(seller, AS_OF + HOUR, None)
    Seller.objects.filter(pk=seller.pk).update(dispatch_days=9)
    standing.compute(as_of=AS_OF + 7 * DAY)
    assert list(SellerStanding.objects.order_by("days").values()) != then
    standing.compute(as_of=AS_OF)
    again = list(SellerStanding.objects.order_by("days").values())
    assert [_figures(row) for row in again] == [_figures(row) for row in then]


def _figures(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "id"}


@pytest.mark.django_db
def test_the_night_s_job_looks_at_the_days_before_today() -> None:
    SellerFactory()
    jobs.standing_each_night(timestamp=int((AS_OF + 2 * HOUR).timestamp()))
    assert {row.as_of for row in SellerStanding.objects.all()} == {AS_OF}
    assert SellerStanding.objects.count() == len(StandingDays)


def test_nothing_is_said_of_a_few_orders_and_never_rounded_up() -> None:
    few = SellerStandingFactory.build(seller=None, orders=4, cancelled=4, due=0, in_time=0)
    assert not few.is_enough
    assert not few.below_target
    nearly = SellerStandingFactory.build(seller=None, orders=1000, due=1000, in_time=999)
    assert nearly.on_time == 99
    assert SellerStandingFactory.build(seller=None, orders=10, cancelled=2, due=8).below_target


@pytest.mark.django_db
def test_buyers_are_told_on_the_shop_s_page_and_by_the_api(client: Client) -> None:
    few, many = SellerFactory(), SellerFactory()
    SellerStandingFactory(seller=few, orders=4, cancelled=0, due=4, in_time=4)
    SellerStandingFactory(seller=many)
    text = client.get(reverse("catalog:shop", args=[few.slug])).content.decode()
    assert "Too few orders lately to say." in text
    assert "in time" not in text
    text = client.get(reverse("catalog:shop", args=[many.slug])).content.decode()
    kept = ("Posts 97% in time", "Kept 98% of its orders", "No claim upheld against 96% of them")
    for told in (*kept, "Answers within a day"):
        assert told in text
    assert client.get(f"/api/v1/shops/{few.slug}/").json()["standing"] is None
    given = client.get(f"/api/v1/shops/{many.slug}/").json()["standing"]
    assert (given["on_time"], given["due"], given["in_time"]) == (97, 49, 48)
    assert given["claims"] == 2


@pytest.mark.django_db
def test_staff_see_the_shops_below_their_targets(client: Client) -> None:
    late, losing, good, small = (SellerFactory() for _n in range(4))
    SellerStandingFactory(seller=late, due=100, in_time=94, orders=100)
    SellerStandingFactory(seller=losing, orders=100, cancelled=11, due=80, in_time=80)
    SellerStandingFactory(seller=good, orders=100, cancelled=10, due=80, in_time=76)
    SellerStandingFactory(seller=small, orders=4, cancelled=0, due=4, in_time=0)
    found = list(below_target())
    assert [row.seller for row in found] == [late, losing]
    assert all(row.below_target for row in found)
    assert not good.standings.get().below_target
    client.force_login(StaffFactory())
    text = client.get(reverse("admin:index")).content.decode()
    assert "posted in time 94%" in text
    listed = client.get(reverse("admin:accounts_sellerstanding_changelist"), {"o": "5"})
    assert listed.status_code == 200
