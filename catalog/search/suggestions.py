"""Suggestions while somebody types: books, then people, series and shops.

The tiers of catalog_suggestion are asked one after the other and only until there is enough: one
letter begins a tenth of all words, but among the best known two thousand that is little. What begins
with no word asked for is looked for once more with a slip of the finger forgiven, in the same
statement.
"""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.errors import SearchTooBroadError
from catalog.models import Listing
from catalog.models.suggestions import Suggested
from catalog.search import statement
from catalog.search.beginnings import KEY_LENGTH, whole
from catalog.search.facts import Flag
from catalog.search.sql import Sql
from catalog.search.text import asked, clean, words
from catalog.selectors.cards import WorkCard, cards_for

MOST_OPTIONS = 6
# Nobody needs more words to tell what is meant, and each costs.
MOST_WORDS = 8
# A slip in a shorter beginning leaves nothing to go by.
LEAST_MISSPELT = 5
# Counting on would cost more than anybody learns from it.
MOST_COPIES = 1_000
MOST_WORKS_COUNTED = 200

_NAMES = {Suggested.AUTHOR: "author", Suggested.SERIES: "series", Suggested.SHOP: "shop"}

_FIRSTS = f"(SELECT count(*) FROM unnest(d.facts) AS fact WHERE fact & {Flag.FIRST.value} <> 0)"
_DETAILS = """
    WITH found AS (
        SELECT f.kind, f.object_id, f.place FROM (
            SELECT code & 7 AS kind, code >> 3 AS object_id, min(place) AS place,
                row_number() OVER (PARTITION BY code & 7 ORDER BY min(place)) AS n
            FROM unnest({suggested}) WITH ORDINALITY AS c (code, place) GROUP BY code
        ) AS f WHERE f.n <= (ARRAY[3, 2, 1, 1])[f.kind]
    ),
    on_sale (seller_id) AS NOT MATERIALIZED ({on_sale})
    SELECT f.kind, f.object_id, n.name, n.slug, c.copies, c.firsts, c.more
    FROM found AS f
    LEFT JOIN LATERAL (
        SELECT name, slug FROM catalog_person WHERE f.kind = 2 AND id = f.object_id
        UNION ALL
        SELECT name, slug FROM catalog_series WHERE f.kind = 3 AND id = f.object_id
        UNION ALL
        SELECT name, slug FROM accounts_seller
        WHERE f.kind = 4 AND id = f.object_id AND status = 'approved'
    ) AS n ON true
    LEFT JOIN LATERAL (
        SELECT true AS kind, least(count(*), {most}) AS copies, 0 AS firsts, count(*) > {most} AS more FROM (
            SELECT FROM on_sale o WHERE o.seller_id = f.object_id LIMIT {most} + 1
        ) AS o
        WHERE f.kind = 4
        UNION ALL
        SELECT false, coalesce(sum(d.copies), 0), coalesce(sum({firsts}), 0), count(*) > {works} FROM (
            (SELECT DISTINCT c.work_id FROM catalog_contribution c
             WHERE f.kind = 2 AND c.person_id = f.object_id AND c.role = 'A01' LIMIT {works} + 1)
            UNION ALL
            (SELECT e.work_id FROM catalog_seriesentry e
             WHERE f.kind = 3 AND e.series_id = f.object_id LIMIT {works} + 1)
        ) AS of JOIN catalog_searchdocument d ON d.work_id = of.work_id
        WHERE f.kind IN (2, 3)
    ) AS c ON c.kind = (f.kind = 4)
    ORDER BY f.kind, f.place
"""


@dataclass(frozen=True, slots=True)
class Named:
    """An author, a series, a shop, or an author's first editions (``kind`` "first").

    ``copies`` is what is on sale, of a shop or of so many works; ``more`` says that there are more.
    """

    kind: str
    name: str
    slug: str
    copies: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At most six options: books first."""

    books: Sequence[WorkCard]
    named: Sequence[Named]


def suggest(text: str, *, to: str) -> Suggestions:
    """Return what the beginning ``text`` may become, priced for the country ``to``.

    Two SQL statements at most; none for a text without words.
    """
    text = clean(text)
    required = asked(text)[:MOST_WORDS]
    if not required:
        return Suggestions((), ())
    try:
        rows = _rows(text, required)
    except SearchTooBroadError:
        # The next letter may do better; nobody waits for suggestions.
        return Suggestions((), ())
    books = cards_for([row[1] for row in rows if row[0] == Suggested.WORK], to)
    return Suggestions(books, _named(rows)[: MOST_OPTIONS - len(books)])


def _rows(text: str, required: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return kind, key, name, slug, copies, first editions, and whether there are more."""
    sql = Sql()
    listings = Listing.objects.on_sale().order_by()
    details = _DETAILS.format(
        suggested=_suggested(sql, text, required),
        on_sale=sql.inline(*listings.values_list("seller_id").query.sql_with_params()),
        firsts=_FIRSTS,
        most=MOST_COPIES,
        works=MOST_WORKS_COUNTED,
    )
    return statement.run(details, sql)


def _suggested(sql: Sql, text: str, required: Sequence[str]) -> str:
    """Return the call of the database's function that looks for what begins so."""
    *before, last = required
    spelt = [f"'{word}'" for word in before]
    beginning = f"'{last}':*"
    # So many words begin with a letter or two that an index would read more of them than the words
    # before leave.
    apart = before and len(last) < 3
    asked_for = sql.param(" & ".join(spelt if apart else [*spelt, beginning]))
    rest = sql.param(beginning if apart else None)
    title = sql.param(whole(text)[:KEY_LENGTH])
    name = sql.param(" ".join(words(text))[:KEY_LENGTH])
    forgiven = any(len(word) >= LEAST_MISSPELT for word in required)
    misspelt = sql.param(list(required) if forgiven else None)
    # A single Latin letter begins a word of every other name: the name itself has to begin with it.
    initial = sql.param(last if not before and len(last) == 1 and last.isascii() else None)
    return (
        f"catalog_suggest({asked_for}::tsquery, {rest}::tsquery, {title}, {name},"
        f" {misspelt}::text[], {initial}::text)"
    )


def _named(rows: Sequence[tuple[Any, ...]]) -> list[Named]:
    named = []
    for kind, _pk, name, slug, copies, firsts, more in rows:
        # A shop is worth a visit with nothing on sale; a name without a copy leads nowhere.
        if kind == Suggested.WORK or name is None or not (copies or kind == Suggested.SHOP):
            continue
        named.append(Named(_NAMES[kind], name, slug, int(copies), more))
        if kind == Suggested.AUTHOR and firsts and not more:
            named.append(Named("first", name, slug, int(firsts)))
    return named
