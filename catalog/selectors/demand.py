"""What readers wait for, as shops may know it: how many people, never who.

A person who waits for a book and for one of its editions is one person. What people would pay is shown
from ``ENOUGH`` of them on, as the median, and a shop's own team is not counted among those who wait for
what the shop may buy.
"""
# ruff: noqa: S608 - the pieces are ours; values go in as parameters

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Seller
from books4all.lib.isbn import parse, to_isbn10
from books4all.lib.money import Money
from catalog.constants import GRADES, Condition, IdentifierType, WantStatus
from catalog.models import Identifier, Work
from catalog.selectors import sql
from catalog.selectors.paging import Page, page_number
from catalog.selectors.want_rule import ISBN_ANCHOR

# Of fewer people a median would be somebody's own price.
ENOUGH = 3
ROWS_A_PAGE = 30
MOST_NUMBERS = 1000
_BY_RANK = [str(code) for code in sorted(GRADES, key=lambda code: GRADES[code].rank)]

# Whoever is not of the asking shop's own team: a want ``w``.
_OTHERS = """
    w.status = %(waiting)s AND NOT EXISTS (
        SELECT FROM accounts_sellermember m JOIN accounts_user u ON u.id = m.user_id
        WHERE m.seller_id = %(seller)s AND (u.id = w.user_id OR u.email = w.email))
"""
_DEMAND = f"""
    WITH asked AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(targets)s)
            AS t (key bigint, work_id bigint, edition_id bigint, anchors text[])
    ),
    waiting AS (
        SELECT t.key, w.* FROM asked t JOIN catalog_want w ON w.work_id = t.work_id WHERE {_OTHERS}
        UNION ALL
        SELECT t.key, w.* FROM asked t
        JOIN catalog_edition e ON e.work_id = t.work_id
        JOIN catalog_want w ON w.edition_id = e.id
        WHERE (t.edition_id IS NULL OR t.edition_id = e.id) AND {_OTHERS}
        UNION ALL
        SELECT t.key, w.* FROM asked t
        JOIN catalog_wantanchor a ON a.lexeme = ANY(t.anchors)
        JOIN catalog_want w ON w.id = a.want_id WHERE {_OTHERS}
    ),
    people AS (
        SELECT key, user_id, email,
            CASE WHEN bool_or(max_price_minor IS NULL) THEN NULL ELSE max(max_price_minor) END AS most,
            max(coalesce(array_position(%(grades)s::varchar[], nullif(least_condition, '')), 8)) AS least,
            bool_and(signed) AS signed, bool_and(first_edition) AS first_edition,
            bool_and(jacket) AS jacket
        FROM waiting GROUP BY key, user_id, email
    )
    SELECT p.key, count(*),
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY p.most))::numeric)::bigint, count(p.most),
        array_agg(p.least), count(*) FILTER (WHERE p.signed),
        count(*) FILTER (WHERE p.first_edition), count(*) FILTER (WHERE p.jacket),
        c.copies, c.own
    FROM people p JOIN asked t ON t.key = p.key
    CROSS JOIN LATERAL (
        SELECT count(*) AS copies, count(*) FILTER (WHERE l.seller_id = %(seller)s) AS own
        FROM catalog_edition e JOIN catalog_listing l ON l.edition_id = e.id
        JOIN accounts_seller s ON s.id = l.seller_id
        WHERE e.work_id = t.work_id AND (t.edition_id IS NULL OR e.id = t.edition_id) AND {sql.ON_SALE}
    ) AS c
    GROUP BY p.key, c.copies, c.own
"""
_MOST_WANTED = f"""
    WITH people AS (
        SELECT w.work_id, w.user_id, w.email FROM catalog_want w
        WHERE w.work_id IS NOT NULL AND {_OTHERS}
        UNION
        SELECT e.work_id, w.user_id, w.email FROM catalog_want w
        JOIN catalog_edition e ON e.id = w.edition_id WHERE {_OTHERS}
    )
    SELECT work_id, count(*) OVER () FROM people GROUP BY work_id
    ORDER BY count(*) DESC, work_id LIMIT %(most)s OFFSET %(first)s
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """How many people wait for a book or an edition, and on which terms.

    ``takes`` has for each grade how many would take a copy in it. ``ceiling`` is the median of what
    they would pay, delivered; None when too few have said. ``copies`` are on sale in all shops, ``own``
    in the shop that asks.
    """

    people: int
    takes: dict[str, int]
    ceiling: Money | None = None
    signed: int = 0
    first_edition: int = 0
    jacket: int = 0
    copies: int = 0
    own: int = 0

    @property
    def grade(self) -> str:
        """The lowest grade in which a copy pleases three of four; empty if any grade does."""
        enough = -(-self.people * 3 // 4)
        pleasing = [code for code in _BY_RANK if self.takes.get(code, 0) >= enough]
        lowest = pleasing[-1] if pleasing else _BY_RANK[0]
        return "" if lowest == _BY_RANK[-1] else lowest

    @property
    def words(self) -> str:
        """The demand in a sentence: "14 people want this in Good or better, median ceiling £12"."""
        if not self.grade:
            said = ngettext("%(n)d person wants this", "%(n)d people want this", self.people)
            said = said % {"n": self.people}
        else:
            said = ngettext(
                "%(n)d person wants this in %(grade)s or better",
                "%(n)d people want this in %(grade)s or better",
                self.people,
            ) % {"n": self.people, "grade": Condition(self.grade).label}
        if self.ceiling is None:
            return said
        return _("%(said)s, median ceiling %(price)s") % {"said": said, "price": self.ceiling}

    @property
    def grades(self) -> list[tuple[str, int]]:
        """Grades in words with how many would take a copy in them; those that no want tells apart once."""
        rows: list[tuple[str, int]] = []
        for code in _BY_RANK:
            number = self.takes.get(code, 0)
            if number and (not rows or rows[-1][1] != number):
                rows.append((str(Condition(code).label), number))
            elif number:
                rows[-1] = (str(Condition(code).label), number)
        return rows


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A book, or a number that was asked for, with the demand for it; None: nobody waits."""

    work: Work | None
    demand: Demand | None
    number: str = ""


def demand_for(work_ids: Collection[int], *, seller: Seller | None = None) -> dict[int, Demand]:
    """Return the demand for works that anybody waits for, by their keys; one statement."""
    targets = [{"key": key, "work_id": key} for key in sorted(set(work_ids))]
    return _demand(targets, seller)


def demand_for_editions(
    editions: Collection[tuple[int, int]], *, seller: Seller | None = None
) -> dict[int, Demand]:
    """Return the demand that a copy of an edition would meet, by the edition's key; one statement.

    ``editions`` are pairs of the keys of an edition and its work.
    """
    targets = [
        {"key": edition, "work_id": work, "edition_id": edition}
        for edition, work in sorted(set(editions))
    ]
    return _demand(targets, seller)


def _demand(targets: Sequence[dict[str, Any]], seller: Seller | None) -> dict[int, Demand]:
    if not targets:
        return {}
    params = _params(seller) | {"targets": json.dumps(targets), "grades": _BY_RANK}
    with connection.cursor() as cursor:
        cursor.execute(_DEMAND, params)
        return {row[0]: _read(*row[1:]) for row in cursor.fetchall()}


def _params(seller: Seller | None) -> dict[str, Any]:
    return sql.terms(settings.DEFAULT_COUNTRY) | {
        "waiting": WantStatus.ACTIVE.value,
        "seller": seller.pk if seller else 0,
    }


def _read(people: int, median: int | None, named: int, least: Sequence[int], *rest: int) -> Demand:
    signed, first, jacket, copies, own = rest
    takes = {code: sum(rank >= at for rank in least) for at, code in enumerate(_BY_RANK, start=1)}
    known = named >= ENOUGH and median is not None
    ceiling = Money(median, settings.MARKETPLACE_CURRENCY) if known and median else None
    return Demand(people, takes, ceiling, signed, first, jacket, copies, own)


def most_wanted(seller: Seller, *, number: int = 1) -> Page[DemandRow]:
    """Return a page of the works that most people wait for; three statements."""
    number = page_number(number)
    params = _params(seller) | {"most": ROWS_A_PAGE, "first": (number - 1) * ROWS_A_PAGE}
    with connection.cursor() as cursor:
        cursor.execute(_MOST_WANTED, params)
        found = cursor.fetchall()
    total = found[0][1] if found else 0
    return Page(rows_for([row[0] for row in found], seller), number, ROWS_A_PAGE, total)


def rows_for(work_ids: Sequence[int], seller: Seller) -> list[DemandRow]:
    """Return works, in their order, each with the demand for it."""
    works = Work.objects.in_bulk(list(work_ids))
    demand = demand_for(works, seller=seller)
    return [DemandRow(works[key], demand.get(key)) for key in work_ids if key in works]


def of_numbers(text: str, seller: Seller) -> list[DemandRow]:
    """Return a row for each ISBN in ``text``, at most ``MOST_NUMBERS``: what a copy of it would meet.

    Numbers are apart by spaces, commas or lines. Those that are no ISBN are left out; those that the
    catalogue does not know may be waited for all the same. Two statements.
    """
    parts = text.replace(",", " ").replace(";", " ").split()[: 2 * MOST_NUMBERS]
    parsed = (parse(part) for part in parts)
    isbns = list(dict.fromkeys(one.isbn13 for one in parsed if one and one.isbn13))[:MOST_NUMBERS]
    bearing = _bearing(isbns)
    targets = []
    for key, number in enumerate(isbns):
        work, edition = bearing.get(number, (None, None))
        anchors = [ISBN_ANCHOR + form for form in (number, to_isbn10(number)) if form]
        targets.append(
            {
                "key": key,
                "work_id": work.pk if work else None,
                "edition_id": edition,
                "anchors": anchors,
            }
        )
    demand = _demand(targets, seller)
    return [
        DemandRow(bearing.get(number, (None, None))[0], demand.get(key), number)
        for key, number in enumerate(isbns)
    ]


def _bearing(isbns: Sequence[str]) -> dict[str, tuple[Work, int]]:
    """Return work and edition that bear each number; of several, the one known first."""
    tens = {ten: number for number in isbns if (ten := to_isbn10(number))}
    rows = (
        Identifier.objects.filter(
            value__in=[*isbns, *tens],
            type__in=(IdentifierType.ISBN13, IdentifierType.ISBN10, IdentifierType.GTIN13),
        )
        .select_related("edition__work")
        .order_by("-pk")
    )
    return {tens.get(row.value, row.value): (row.edition.work, row.edition_id) for row in rows}
