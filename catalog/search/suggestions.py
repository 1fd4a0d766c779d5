"""Suggestions while somebody types: books, then people, shops and searches."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from books4all.lib.text import sort_title
from catalog.models import Listing
from catalog.search.statement import Sql
from catalog.search.text import asked, clean, tsquery
from catalog.selectors.cards import WorkCard, cards_for

MOST_BOOKS = 3
MOST_OPTIONS = 6

_NAMED = """
    WITH asked AS (SELECT {query} AS q),
    on_sale (id, work_id, seller_id, first_edition) AS NOT MATERIALIZED ({on_sale}),
    people AS (
        SELECT p.id, p.name, p.slug FROM catalog_person p, asked
        WHERE to_tsvector('books4all', concat_ws(' ', p.name, p.native_name,
            array_to_string(p.other_names, ' '))) @@ asked.q
        ORDER BY (SELECT sum(w.popularity) FROM catalog_contribution c
                  JOIN catalog_work w ON w.id = c.work_id
                  WHERE c.person_id = p.id AND c.role = 'A01') DESC NULLS LAST, p.id
        LIMIT 2
    ),
    shops AS (
        SELECT s.id, s.name, s.slug FROM accounts_seller s, asked
        WHERE s.status = 'approved' AND to_tsvector('books4all', s.name) @@ asked.q
        ORDER BY s.name, s.id LIMIT 1
    )
    SELECT 'author', p.name, p.slug, count(o.id), count(o.id) FILTER (WHERE o.first_edition)
    FROM people p
    LEFT JOIN (SELECT DISTINCT person_id, work_id FROM catalog_contribution WHERE role = 'A01') c
        ON c.person_id = p.id
    LEFT JOIN on_sale o ON o.work_id = c.work_id
    GROUP BY p.id, p.name, p.slug HAVING count(o.id) > 0
    UNION ALL
    SELECT 'shop', s.name, s.slug, count(o.id), 0 FROM shops s
    LEFT JOIN on_sale o ON o.seller_id = s.id GROUP BY s.id, s.name, s.slug
"""

_BOOKS = """
    SELECT d.work_id FROM catalog_searchdocument d JOIN catalog_work w ON w.id = d.work_id
    WHERE d.vector @@ {query}
    ORDER BY starts_with(w.sort_title, {beginning}) DESC,
        ts_rank(d.vector, {query}) * ln(2 + w.popularity) DESC, w.popularity DESC, d.work_id
    LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A person ("author"), a shop ("shop") or the person's first editions ("first")."""

    kind: str
    name: str
    slug: str
    copies: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At most six options: books first."""

    books: Sequence[WorkCard]
    named: Sequence[Named]


def suggest(text: str, *, to: str) -> Suggestions:
    """Return what the beginning ``text`` may become, priced for the country ``to``.

    Three SQL statements at most; none for a text without words.
    """
    text = clean(text)
    required = asked(text)
    if not required:
        return Suggestions((), ())
    # Titles and names only: a word of a description says little about what is being typed.
    books = _books(sort_title(text), *tsquery(required, weights="AB"))
    named = _named(*tsquery(required))
    return Suggestions(cards_for(books, to), named[: MOST_OPTIONS - len(books)])


def _books(beginning: str, query: str, params: list[str]) -> list[int]:
    sql = Sql()
    statement = _BOOKS.format(
        query=sql.inline(query, params), beginning=sql.param(beginning), limit=MOST_BOOKS
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, sql.params)
        return [row[0] for row in cursor.fetchall()]


def _named(query: str, params: list[str]) -> list[Named]:
    sql = Sql()
    listings = Listing.objects.on_sale().order_by()
    columns = listings.values_list("pk", "edition__work_id", "seller_id", "first_edition")
    statement = _NAMED.format(
        query=sql.inline(query, params), on_sale=sql.inline(*columns.query.sql_with_params())
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, sql.params)
        rows = cursor.fetchall()
    named = []
    for kind, name, slug, copies, firsts in rows:
        named.append(Named(kind, name, slug, copies))
        if firsts:
            named.append(Named("first", name, slug, firsts))
    return named
