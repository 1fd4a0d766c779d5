"""What the statements of a search have in common: which works, which shops, which copies."""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Min
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from accounts.models import Seller
from catalog.errors import SearchTooBroadError
from catalog.models import DeliveryRate
from catalog.querysets import open_today
from catalog.search import facts
from catalog.search.sql import Sql

DOCUMENTS = "catalog_searchdocument"
TIERS = range(4)
# A search that takes longer is stopped, and says so.
MOST_MILLISECONDS = 2500
# Sorting and bitmaps in memory; compiling a statement, or starting workers for it, takes longer than it.
_SETTINGS = (
    "SET LOCAL statement_timeout = {ms}; SET LOCAL jit = off; SET LOCAL work_mem = '32MB';"
    " SET LOCAL max_parallel_workers_per_gather = 0; "
)


# Samples by their level: a sixteenth of the works, then a quarter of the one before each. The first and
# the third have indexes of their own.
SAMPLES = {
    1: "d.sample >= 1",
    2: "d.sample >= 1 AND d.facets @@ $$'=q:2'$$::tsquery",
    3: "d.sample >= 2",
    4: "d.sample >= 2 AND d.facets @@ $$'=q:4'$$::tsquery",
}


@dataclass(frozen=True, slots=True)
class Matching:
    """Which documents ``d`` a text finds, as SQL.

    ``head`` is a condition that the index of a tier answers. ``others`` is one that only an index
    over all works answers (words of descriptions); together they are alternatives. ``everything``
    says that there is no text.
    """

    head: str = ""
    others: str = ""

    @property
    def everything(self) -> bool:
        """Whether every work matches."""
        return not self.head and not self.others

    def of(self, level: int) -> str:
        """Return the condition for the works of a sample."""
        met = " OR ".join(filter(None, (self.head, self.others))) or "true"
        return f"{SAMPLES[level]} AND ({met})"


def run(text: str, sql: Sql) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, in the time that a search may take.

    Raises:
        SearchTooBroadError: it took longer.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(_SETTINGS.format(ms=MOST_MILLISECONDS) + text, sql.params)
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise SearchTooBroadError(_("This search takes too long.")) from error
            raise
        # The settings answer nothing; the rows are the last answer.
        while cursor.nextset():
            pass
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def documents(columns: str, matching: Matching, facets: str, rest: str = "") -> str:
    """Return a SELECT of ``columns`` of all documents ``d`` that match, each once.

    ``facets`` is a condition by lexemes, or empty. Each tier has an index of its own.
    """
    conditions = [facets, rest]
    parts = []
    if matching.head or matching.everything:
        parts = [
            _select(columns, [f"d.tier = {tier}", matching.head, *conditions]) for tier in TIERS
        ]
    if matching.others:
        seen = f"NOT ({matching.head})" if matching.head else ""
        parts.append(_select(columns, [matching.others, seen, *conditions]))
    return " UNION ALL ".join(parts)


def _select(columns: str, conditions: Sequence[str]) -> str:
    met = " AND ".join(f"({condition})" for condition in conditions if condition)
    return f"SELECT {columns} FROM {DOCUMENTS} d WHERE {met or 'true'}"


def shops(sql: Sql, to: str) -> str:
    """Return the CTE ``shops``: those that sell today, and what a parcel of one book costs."""
    sellers = Seller.objects.filter(open_today()).order_by().values_list("pk", "country")
    rates = (
        DeliveryRate.objects.applying_to(to)
        .order_by()
        .values("seller_id")
        .annotate(first=Min("first_minor"))
    )
    return f"""shops (id, country, rate) AS MATERIALIZED (
        SELECT s.id::int,
            (ascii(s.country) - 64) << 5 | (ascii(substr(s.country, 2)) - 64), r.first_minor
        FROM ({sql.inline(*sellers.query.sql_with_params())}) AS s (id, country)
        LEFT JOIN ({sql.inline(*rates.query.sql_with_params())}) AS r (seller_id, first_minor)
            ON r.seller_id = s.id
    )"""


# What the copies of a document are unpacked from.
OFFERS = (
    "d.work_id, d.standing, d.year, d.subjects, d.sellers, d.prices, d.facts AS packed, d.listed"
)


def copies(works: str, extra: str = "") -> str:
    """Return a FROM item: the copies ``c`` that can be bought now, of ``works`` with ``OFFERS``.

    ``extra`` are further columns of the works.
    """
    more = "".join(f", p.{name}" for name in extra.split())
    return f"""(
        SELECT p.work_id, p.standing, p.year, {facts.place_of_period("p.year")} AS period,
            p.subjects{more}, o.seller, o.fact AS facts, o.listed_at, o.price + s.rate AS landed,
            s.country
        FROM {works} AS p
        CROSS JOIN LATERAL unnest(p.sellers, p.prices, p.packed, p.listed)
            AS o (seller, price, fact, listed_at)
        JOIN shops s ON s.id = o.seller
    ) AS c"""
