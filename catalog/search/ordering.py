"""A page in an order by copies, when there are too many works to compare them all."""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Sequence

from django.conf import settings

from catalog.search import statement
from catalog.search.facets import ORDERS, PRICED, Priced, priced
from catalog.search.filters import Filter, all_met, lexemes, misses
from catalog.search.query import PAGE_SIZE, Query
from catalog.search.sql import Sql
from catalog.search.statement import OFFERS, Matching
from catalog.search.vocabulary import Sort

# Prices abroad are not in the index: the works that are cheapest at home are compared by them.
CHEAPEST = 3_000

# How documents compare without filters, and how many more are read: a shop may have closed just now.
_OF_ALL = {
    Sort.PRICE: "lowest NULLS LAST",
    Sort.NEWEST: "newest DESC NULLS LAST",
    Sort.PUBLISHED: "year DESC NULLS LAST",
}
SPARE = 24
# What a document must have to come before the bound: a copy may lie above it, never below.
_BEFORE = {
    Sort.PRICE: "d.lowest <= {value}",
    Sort.NEWEST: "(d.newest, d.standing) >= ({value}, {standing})",
    Sort.PUBLISHED: "(d.year, d.standing) >= ({value}, {standing})",
}


def page(
    query: Query,
    matching: Matching,
    filters: Sequence[Filter],
    sql: Sql,
    bound: tuple[int, int] | None,
) -> list[Priced]:
    """Return the page's works with their prices, in one statement.

    ``bound`` is what the sample says that enough works come before; None compares all that there
    are. Works without a copy on sale are never among them: there are enough with one.
    """
    sort = Sort(query.sort)
    before = ""
    rest = ""
    if bound is not None:
        if sort != Sort.PRICE or query.to == settings.DEFAULT_COUNTRY:
            least, standing = (sql.param(part) for part in bound)
            before = _BEFORE[sort].format(value=least, standing=standing)
        else:
            rest = f" ORDER BY lowest, standing DESC LIMIT {CHEAPEST}"
    if not filters and (sort != Sort.PRICE or query.to == settings.DEFAULT_COUNTRY):
        # The document itself says what its copies come to.
        rest = f" ORDER BY {_OF_ALL[sort]}, standing DESC LIMIT {query.page * PAGE_SIZE + SPARE}"
    met = lexemes(sql, all_met(filters), text=not matching.everything)
    works = statement.documents(f"{OFFERS}, d.lowest, d.newest", matching, met, before)
    value, direction = ORDERS[sort]
    text = f"""
        WITH {statement.shops(sql, query.to)}, found AS (
            SELECT c.work_id, max(c.standing) AS standing, {value} AS ordered, {PRICED}
            FROM {statement.copies(f"(SELECT * FROM ({works}) AS d{rest})")}
            WHERE {misses(filters)} = 0 GROUP BY c.work_id
        )
        SELECT f.work_id, f.copies, f.price, f.new_price, f.used_price, f.rare_price
        FROM found f ORDER BY f.ordered {direction} NULLS LAST, f.standing DESC
        LIMIT {PAGE_SIZE} OFFSET {(query.page - 1) * PAGE_SIZE}
    """
    return [priced(row) for row in statement.run(text, sql)]
