"""How well shops keep their word, worked out from the rows of orders, messages and reviews.

The rules, for the days before a moment ``as_of``:

* *Orders* are those paid in these days. One of which the shop refused a copy, or that it cancelled or
  left lying until it was cancelled, was not *completed*. One that its buyer called off, or let lapse by not
  answering, is not counted at all.
* An order is *due* once the day has ended by which it was to be posted: so many working days after the
  day of payment (UTC) as the shop promised then. It was posted *in time* if its last parcel was on its way
  by that day. One that was posted counts at once; one that was cancelled is not due. While its buyer was
  asked for extra postage its time stood still: each day that was begun is added, up to ``as_of``.
* Of an order a *claim was upheld* if a case about it, other than that the buyer changed their mind, was
  settled at the shop's cost: money given back, all or a part, or another copy sent. What the marketplace
  paid of its own, what was denied, and what is still open does not count.
* A *question* is a conversation that a reader began; what follows in it ("Thank you") asks nothing.
  The time to an *answer* is from its first message to the shop's first, the median of these days. A
  question without an answer counts with the time it has waited, once that is a day.
* *Ratings* are the reviews of the shop published in these days.

What came after ``as_of`` is never looked at: cancelling and posting are read from the history, which is
append-only, and a closed case stays as it is, so that any day's figures can be had again. ``figures`` is the rules in Python over the rows
of one shop, ``standings`` the same as one statement over all of them; a test holds them together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import SellerStanding
from books4all.lib.ids import first_key
from orders.selectors.deadlines import last_day

# A question that nobody has answered says something once it is this old.
PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """What an order tells of its shop. Moments are None for what has not happened.

    It is cancelled with the first copy that is refused, and shipped with its last parcel; called off
    when its buyer has cancelled all of it.
    """

    placed_at: datetime
    dispatch_days: int
    cancelled_at: datetime | None = None
    shipped_at: datetime | None = None
    called_off_at: datetime | None = None
    # From when to when the buyer was asked for extra postage; without an end, they still are.
    asked: Sequence[tuple[datetime, datetime | None]] = ()
    # When the first claim of its buyer was upheld.
    upheld_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation that a reader began, and when the shop first answered."""

    asked_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """A published rating."""

    published_at: datetime
    rating: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of ``SellerStanding``, by its names."""

    orders: int
    cancelled: int
    due: int
    in_time: int
    claims: int
    rating_sum: int
    rating_count: int
    questions: int
    answered: int
    answer_minutes: int | None


def figures(
    *,
    orders: Iterable[PastOrder],
    questions: Iterable[Question],
    ratings: Iterable[Rated],
    as_of: datetime,
    days: int,
) -> Figures:
    """Return a shop's figures of the ``days`` before ``as_of`` (aware), from its rows alone."""
    since = as_of - timedelta(days=days)
    placed = [
        order
        for order in orders
        if since <= order.placed_at < as_of
        and (_before(order.cancelled_at, as_of) or not _before(order.called_off_at, as_of))
    ]
    kept = [order for order in placed if not _before(order.cancelled_at, as_of)]
    due = [order for order in kept if _is_due(order, as_of)]
    asked = [one for one in questions if since <= one.asked_at < as_of]
    waits = sorted(wait for one in asked if (wait := _wait(one, as_of)) is not None)
    rated = [one.rating for one in ratings if since <= one.published_at < as_of]
    return Figures(
        orders=len(placed),
        cancelled=len(placed) - len(kept),
        due=len(due),
        in_time=sum(_in_time(order, as_of) for order in due),
        claims=sum(_before(order.upheld_at, as_of) for order in placed),
        rating_sum=sum(rated),
        rating_count=len(rated),
        questions=len(asked),
        answered=sum(_before(one.answered_at, as_of) for one in asked),
        answer_minutes=waits[(len(waits) - 1) // 2] if waits else None,
    )


def _before(moment: datetime | None, as_of: datetime) -> bool:
    return moment is not None and moment < as_of


def _post_by(order: PastOrder, as_of: datetime) -> datetime:
    """Return the first moment that is too late."""
    day = last_day(order.placed_at.astimezone(UTC).date(), order.dispatch_days)
    day += timedelta(days=_days_asked(order, as_of))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _days_asked(order: PastOrder, as_of: datetime) -> int:
    day = timedelta(days=1)
    stood = (min(end or as_of, as_of) - start for start, end in order.asked if start < as_of)
    return sum(-(-length // day) for length in stood)


def _is_due(order: PastOrder, as_of: datetime) -> bool:
    return _before(order.shipped_at, as_of) or _post_by(order, as_of) <= as_of


def _in_time(order: PastOrder, as_of: datetime) -> bool:
    return _before(order.shipped_at, min(as_of, _post_by(order, as_of)))


def _wait(question: Question, as_of: datetime) -> int | None:
    """Return the whole minutes a question waited, None for one that may still wait."""
    if question.answered_at is not None and question.answered_at < as_of:
        return (question.answered_at - question.asked_at) // timedelta(minutes=1)
    waited = as_of - question.asked_at
    return waited // timedelta(minutes=1) if waited >= PATIENCE else None


# One pass over each of the three kinds of row. Orders are found by their keys, which begin with the
# time they were made: an order is paid within hours of being written, a day is room enough.
_STANDINGS = """
    WITH placed AS (
        SELECT so.id, so.seller_id, so.status, b4a_last_posting_day(
            (o.placed_at AT TIME ZONE 'UTC')::date, coalesce(so.dispatch_days, s.dispatch_days)
        ) + coalesce((
            SELECT sum(ceil(extract(epoch FROM
                least(coalesce(x.answered_at, %(as_of)s), %(as_of)s) - x.created_at) / 86400))
            FROM orders_extrapostage x
            WHERE x.seller_order_id = so.id AND x.created_at < %(as_of)s
        ), 0)::integer AS post_by
        FROM orders_order o
        JOIN orders_sellerorder so ON so.order_id = o.id
        JOIN accounts_seller s ON s.id = so.seller_id
        WHERE o.id >= %(first_key)s AND o.status = 'placed'
            AND o.placed_at >= %(since)s AND o.placed_at < %(as_of)s
            AND (%(sellers)s::bigint[] IS NULL OR so.seller_id = ANY (%(sellers)s))
    ), told AS (
        SELECT placed.*,
            min(e.created_at) FILTER (
                WHERE e.type IN ('cancelled', 'refused') AND e.created_at < %(as_of)s
            ) AS cancelled_at,
            min(e.created_at) FILTER (WHERE e.type = 'called_off' AND e.created_at < %(as_of)s
                AND placed.status = 'cancelled') AS called_off_at,
            -- A parcel each. No more follow once all is posted, so the last is known for any day.
            max(e.created_at) FILTER (WHERE e.type = 'shipped') AS last_parcel_at,
            EXISTS (
                SELECT FROM orders_case c WHERE c.seller_order_id = placed.id
                    AND c.status = 'resolved' AND c.reason <> 'changed_mind'
                    AND c.outcome <> 'goodwill' AND c.closed_at < %(as_of)s
            ) AS upheld
        FROM placed LEFT JOIN orders_orderevent e ON e.seller_order_id = placed.id
            AND e.type IN ('cancelled', 'refused', 'called_off', 'shipped')
        GROUP BY placed.id, placed.seller_id, placed.post_by, placed.status
    ), known AS (
        SELECT *, CASE WHEN status IN ('shipped', 'delivered', 'completed')
            AND last_parcel_at < %(as_of)s THEN last_parcel_at END AS shipped_at
        FROM told WHERE cancelled_at IS NOT NULL OR called_off_at IS NULL
    ), counted AS (
        SELECT seller_id,
            count(*) AS orders,
            count(cancelled_at) AS cancelled,
            count(*) FILTER (WHERE upheld) AS claims,
            count(*) FILTER (WHERE cancelled_at IS NULL AND (shipped_at IS NOT NULL
                OR (post_by + 1)::timestamp AT TIME ZONE 'UTC' <= %(as_of)s)) AS due,
            count(*) FILTER (WHERE cancelled_at IS NULL
                AND shipped_at < (post_by + 1)::timestamp AT TIME ZONE 'UTC') AS in_time
        FROM known GROUP BY seller_id
    ), asked AS (
        SELECT t.seller_id, t.created_at AS asked_at, (
            SELECT min(m.created_at) FROM orders_message m
            WHERE m.thread_id = t.id AND m.side = 'seller' AND m.created_at < %(as_of)s
        ) AS answered_at
        FROM orders_thread t
        WHERE t.begun_by = 'buyer' AND t.created_at >= %(since)s AND t.created_at < %(as_of)s
            AND (%(sellers)s::bigint[] IS NULL OR t.seller_id = ANY (%(sellers)s))
    ), answers AS (
        SELECT seller_id, count(*) AS questions, count(answered_at) AS answered,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY
                floor(extract(epoch FROM coalesce(answered_at, %(as_of)s) - asked_at) / 60)
            ) FILTER (WHERE answered_at IS NOT NULL OR %(as_of)s - asked_at >= %(patience)s)
            AS answer_minutes
        FROM asked GROUP BY seller_id
    ), rated AS (
        SELECT seller_id, sum(rating) AS rating_sum, count(*) AS rating_count
        FROM catalog_review
        WHERE seller_id IS NOT NULL AND status = 'published'
            AND published_at >= %(since)s AND published_at < %(as_of)s
            AND (%(sellers)s::bigint[] IS NULL OR seller_id = ANY (%(sellers)s))
        GROUP BY seller_id
    )
    SELECT s.id, coalesce(orders, 0), coalesce(cancelled, 0), coalesce(due, 0),
        coalesce(in_time, 0), coalesce(claims, 0), coalesce(rated.rating_sum, 0), coalesce(rated.rating_count, 0),
        coalesce(questions, 0), coalesce(answered, 0), answer_minutes::integer
    FROM accounts_seller s
    LEFT JOIN counted ON counted.seller_id = s.id
    LEFT JOIN answers ON answers.seller_id = s.id
    LEFT JOIN rated ON rated.seller_id = s.id
    WHERE %(sellers)s::bigint[] IS NULL OR s.id = ANY (%(sellers)s)
    ORDER BY s.id
"""
_COLUMNS = (
    "seller_id", "orders", "cancelled", "due", "in_time", "claims", "rating_sum", "rating_count",
    "questions", "answered", "answer_minutes",
)  # fmt: skip


def standings(
    *, as_of: datetime, days: int, seller_ids: Sequence[int] | None = None
) -> list[SellerStanding]:
    """Work out the figures of all shops, or of ``seller_ids``, as rows that are not saved."""
    since = as_of - timedelta(days=days)
    given: dict[str, Any] = {
        "as_of": as_of,
        "since": since,
        "first_key": first_key(since - timedelta(days=1)),
        "patience": PATIENCE,
        "sellers": None if seller_ids is None else list(seller_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, given)
        rows = cursor.fetchall()
    return [
        SellerStanding(days=days, as_of=as_of, **dict(zip(_COLUMNS, row, strict=True)))
        for row in rows
    ]
