"""What the statements of a search have in common: which works, which shops, which copies."""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db import OperationalError, connection
from django.db.models import Min, Q
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from accounts.models import Seller
from catalog.constants import RateBasis, Service
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


# What there is to a rate, a column for each service of a shop: standard_first_g and so on.
_TERMS = ("first_minor", "further_minor", "first_g", "further_g")


def shops(sql: Sql, to: str) -> str:
    """Return the CTE ``shops``: those that sell today, and what they charge for post.

    ``rate`` is what one book costs by the cheapest service, where that goes by the book alone. A shop
    with a rate that goes by weight is ``weighs``, and has the terms of each service.
    """
    sellers = Seller.objects.filter(open_today()).order_by().values_list("pk", "country")
    inlined = sql.inline(*sellers.query.sql_with_params())
    rates, names = rates_to(sql, to)
    columns = ", ".join(f"r.{name}" for name in names)
    return f"""shops (id, country, {", ".join(names)}) AS MATERIALIZED (
        SELECT s.id::int,
            (ascii(s.country) - 64) << 5 | (ascii(substr(s.country, 2)) - 64), {columns}
        FROM ({inlined}) AS s (id, country)
        LEFT JOIN ({rates}) AS r (seller_id, {", ".join(names)}) ON r.seller_id = s.id
    )"""


def rates_to(sql: Sql, to: str) -> tuple[str, list[str]]:
    """Return a SELECT of what each seller charges to post to ``to``, and its columns but the first."""
    by_weight = Q(basis=RateBasis.WEIGHT)
    terms = {
        f"{service}_{term}": Min(term, filter=Q(service=service))
        for service in Service.values
        for term in _TERMS
    }
    weighs = {
        f"{service}_weighs": BoolOr(by_weight, filter=Q(service=service))
        for service in Service.values
    }
    named = {"rate": Min("first_minor"), "weighs": BoolOr(by_weight), **weighs, **terms}
    rates = (
        DeliveryRate.objects.applying_to(to)
        .order_by()
        .values_list("seller_id")
        .annotate(**named)
        .values_list("seller_id", *named)
    )
    return sql.inline(*rates.query.sql_with_params()), list(named)


def postage(shop: str, grams: str) -> str:
    """Return SQL for what one copy costs to be sent by the cheapest service of the row ``shop``.

    ``grams`` is its weight; NULL is returned for a shop that does not post there.
    """
    costs = ", ".join(
        f"catalog_postage({shop}.{service}_weighs, "
        + ", ".join(f"{shop}.{service}_{term}" for term in _TERMS)
        + f", {grams})"
        for service in Service.values
    )
    # Most shops charge by the book: theirs is worked out already.
    return f"CASE WHEN {shop}.weighs THEN least({costs}) ELSE {shop}.rate END"


# What the copies of a document are unpacked from.
OFFERS = (
    "d.work_id, d.standing, d.year, d.subjects, d.sellers, d.prices, d.facts AS packed, d.listed"
)


def copies(works: str, extra: str = "") -> str:
    """Return a FROM item: the copies ``c`` that can be bought now, of ``works`` with ``OFFERS``.

    ``extra`` are further columns of the works.
    """
    more = "".join(f", p.{name}" for name in extra.split())
    post = postage("s", facts.grams("o.fact"))
    return f"""(
        SELECT p.work_id, p.standing, p.year, {facts.place_of_period("p.year")} AS period,
            p.subjects{more}, o.seller, o.fact AS facts, o.listed_at, o.price + {post} AS landed,
            s.country
        FROM {works} AS p
        CROSS JOIN LATERAL unnest(p.sellers, p.prices, p.packed, p.listed)
            AS o (seller, price, fact, listed_at)
        JOIN shops s ON s.id = o.seller
    ) AS c"""
