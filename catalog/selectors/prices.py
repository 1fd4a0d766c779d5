"""What a copy cost before, as the law wants it said beside a reduction.

Directive 98/6/EC, article 6a ("Omnibus"): whoever announces a reduction says the lowest price of the
thirty days before it. By intervals: a price that was set long ago and still held when the thirty days
began counts; a price that nobody could pay (a draft's, a paused copy's) does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from books4all.lib.money import Money
from catalog.models import PriceChange

# How far back the law looks from a reduction, and how long a lower price is announced as one.
DAYS = timedelta(days=30)
# Changes of one copy that a page reads, the newest first.
MOST_READ = 60


@dataclass(frozen=True, slots=True)
class Priced:
    """From ``at`` on a copy cost ``minor`` (pence); ``offered`` says whether it was on sale."""

    at: datetime
    minor: int
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Interval:
    """A copy was offered at ``minor`` from ``start`` until ``end`` (None: it still is)."""

    start: datetime
    end: datetime | None
    minor: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """A price that was lowered at ``since``; ``before`` is the lowest of the thirty days before that."""

    since: datetime
    before: int


def intervals(history: Iterable[Priced]) -> list[Interval]:
    """Return when a copy was offered at which price, the oldest first.

    ``history`` may come in any order; of two entries of one moment the later one counts.
    """
    entries = sorted(history, key=lambda entry: entry.at)
    ends = [*(entry.at for entry in entries[1:]), None]
    return [
        Interval(entry.at, end, entry.minor)
        # Without entries there is an end too many.
        for entry, end in zip(entries, ends, strict=False)
        if entry.offered and end != entry.at
    ]


def lowest_before(history: Iterable[Priced], at: datetime) -> int | None:
    """Return the lowest price that was asked in the thirty days before ``at``; None: nothing was."""
    start = at - DAYS
    return min(
        (
            one.minor
            for one in intervals(history)
            if one.start < at and (one.end is None or one.end > start)
        ),
        default=None,
    )


def reduction(history: Sequence[Priced], now: datetime) -> Reduction | None:
    """Return the reduction that may be announced of a copy ``now``, if there is one.

    Its price was lowered in the last thirty days, and is lower than all that it was offered at in the
    thirty days before that. What went up for a day and came down again is no reduction; neither is a
    first price.
    """
    offered = [one for one in intervals(history) if one.start <= now]
    if not offered or (offered[-1].end is not None and offered[-1].end <= now):
        return None
    price = offered[-1].minor
    since = offered[-1].start
    for one in reversed(offered):
        if one.minor != price:
            break
        since = one.start
    if now - since >= DAYS:
        return None
    before = lowest_before(history, since)
    return Reduction(since, before) if before is not None and before > price else None


def recent_history(listing: str = "pk") -> ArraySubquery:
    """Return the expression of a listing's latest prices, to annotate any list of listings with.

    ``listing`` leads from the queried table to the listing. Read it with ``history_of``.
    """
    changes = PriceChange.objects.filter(listing=OuterRef(listing)).order_by("-at", "-pk")
    entry = JSONObject(at="at", minor="price_minor", offered="offered")
    return ArraySubquery(changes.values(entry=entry)[:MOST_READ])


def history_of(rows: Iterable[Mapping[str, Any]]) -> list[Priced]:
    """Return what ``recent_history`` has read, the oldest first."""
    entries = [
        Priced(datetime.fromisoformat(row["at"]), row["minor"], row["offered"]) for row in rows
    ]
    return entries[::-1]


def reduced_from(rows: Iterable[Mapping[str, Any]], now: datetime, currency: str) -> Money | None:
    """Return the lowest price of the thirty days before a copy's reduction; None without one."""
    found = reduction(history_of(rows), now)
    return Money(found.before, currency) if found else None
