"""What other copies of a book cost, and what it has sold for here: evidence for whoever prices one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from books4all.lib.money import Money
from catalog.constants import GRADES, Condition
from catalog.models import Edition
from catalog.selectors import sql

# How far back sales are evidence, and how far apart two grades may be to be near.
SOLD_SINCE = timedelta(days=730)
NEAR = 1

# Copies of the work: those of the edition are counted apart, for a first edition is not a paperback.
_COMPARABLE = f"""
    WITH mine AS (SELECT id, (id = %(edition)s) AS same FROM catalog_edition WHERE work_id = %(work)s),
    asked AS (
        SELECT l.condition, mine.same, l.price_minor AS minor, 'asked' AS kind
        FROM mine JOIN catalog_listing l ON l.edition_id = mine.id
        JOIN accounts_seller s ON s.id = l.seller_id
        WHERE {sql.ON_SALE} AND l.id IS DISTINCT FROM %(listing)s AND l.currency = %(currency)s
    ),
    sold AS (
        SELECT l.condition, mine.same, coalesce(paid.price_minor, l.price_minor) AS minor, 'sold' AS kind
        FROM mine JOIN catalog_listing l ON l.edition_id = mine.id
        JOIN catalog_stockmovement m ON m.listing_id = l.id AND m.kind = 'sold'
        -- The price that held when the copy went.
        LEFT JOIN LATERAL (
            SELECT p.price_minor FROM catalog_pricechange p
            WHERE p.listing_id = l.id AND p.at <= m.created_at ORDER BY p.at DESC, p.id DESC LIMIT 1
        ) AS paid ON true
        WHERE m.created_at > %(since)s AND l.currency = %(currency)s
    )
    SELECT kind, same, condition, count(*), min(minor),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY minor), max(minor)
    FROM (SELECT * FROM asked UNION ALL SELECT * FROM sold) AS both_kinds (condition, same, minor, kind)
    GROUP BY GROUPING SETS ((kind, same, condition), (kind, same))
"""  # noqa: S608 - pieces are ours

_LABELS = dict(Condition.choices)


@dataclass(frozen=True, slots=True)
class Prices:
    """So many copies (``sample``) at these prices."""

    sample: int
    lowest: Money
    median: Money
    highest: Money


@dataclass(frozen=True, slots=True)
class GradePrices:
    """A grade: what its copies cost now, and what they sold for here. ``near``: the asked one or next to it."""

    code: str
    label: str
    gauge: str
    near: bool
    asked: Prices | None
    sold: Prices | None


@dataclass(frozen=True, slots=True)
class Comparables:
    """Prices of the edition by grade, best grade first, and of the work's other editions together."""

    grades: Sequence[GradePrices]
    asked: Prices | None
    sold: Prices | None
    others: Prices | None
    condition: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to compare with."""
        return not (self.asked or self.sold or self.others)

    @property
    def near(self) -> list[GradePrices]:
        """The grades that are like the copy's own."""
        return [grade for grade in self.grades if grade.near]


def comparables(
    *, edition: Edition, condition: str = "", listing_id: int | None = None
) -> Comparables:
    """Return what copies of ``edition`` cost now and sold for here, in one statement.

    ``condition`` is the grade of the copy that is being priced, ``listing_id`` its own listing, which is
    left out.
    """
    given: dict[str, Any] = {
        **sql.terms(""),
        "edition": edition.pk,
        "work": edition.work_id,
        "listing": listing_id,
        "currency": settings.MARKETPLACE_CURRENCY,
        "since": timezone.now() - SOLD_SINCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMPARABLE, given)
        found = {(kind, same, code): _prices(*row) for kind, same, code, *row in cursor.fetchall()}
    here = GRADES.get(condition)
    grades = [
        GradePrices(
            code=str(code),
            label=str(_LABELS[code]),
            gauge=grade.gauge,
            near=here is not None and abs(grade.rank - here.rank) <= NEAR,
            asked=found.get(("asked", True, code)),
            sold=found.get(("sold", True, code)),
        )
        for code, grade in GRADES.items()
    ]
    return Comparables(
        grades=[grade for grade in grades if grade.asked or grade.sold],
        asked=found.get(("asked", True, None)),
        sold=found.get(("sold", True, None)),
        others=found.get(("asked", False, None)),
        condition=condition,
    )


def _prices(sample: int, lowest: int, median: int, highest: int) -> Prices:
    currency = settings.MARKETPLACE_CURRENCY
    return Prices(
        sample, Money(lowest, currency), Money(median, currency), Money(highest, currency)
    )
