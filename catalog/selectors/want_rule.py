"""When a copy meets a want: the one rule, as SQL over pairs of the two.

A copy on sale meets an active want when it is of the book, the edition or what the words find, when its
condition and marks are no less than asked for, when it can be sent to the person's country for no more
than they would pay, and when it is not their own shop's. Imports, the sweep, letters and pages ask this
rule and no other; ``tests/catalog/test_want_matching.py`` holds it to its plain meaning.
"""
# ruff: noqa: S608 - the pieces are ours; values go in as parameters

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from catalog.constants import (
    ANYWHERE,
    EU,
    EU_ZONE,
    GRADES,
    JACKETED,
    Defect,
    IdentifierType,
    WantNotice,
    WantStatus,
)
from catalog.selectors.sql import GRAMS, ON_SALE, RATES, postage, terms

# An ISBN among the anchors of a want: no word of a search document begins like that.
ISBN_ANCHOR = "=i:"
LOOKED_UP = (IdentifierType.ISBN13, IdentifierType.ISBN10, IdentifierType.GTIN13)

# The copies looked at, ``l``: those on sale that ``{which}`` names.
_OFFERS = f"""
    offers AS MATERIALIZED (
        SELECT l.id, l.seller_id, l.edition_id, e.work_id, l.price_minor, l.jacket, l.signed,
            l.first_edition, l.print_on_demand, l.defects, {GRAMS} AS grams,
            array_position(%(grades)s::varchar[], l.condition) AS grade,
            coalesce(e.published_year, k.first_published) AS year
        FROM catalog_listing l
        JOIN accounts_seller s ON s.id = l.seller_id
        JOIN catalog_edition e ON e.id = l.edition_id
        JOIN catalog_work k ON k.id = e.work_id
        WHERE {{which}} AND {ON_SALE}
    )
"""

# Pairs worth a look, by what is waited for. Words: what stands in a document leads by the anchors to a
# few wants, and those are then asked in full; an ISBN leads from an edition the same way. Of a document
# only titles, names, series, publishers, subjects and numbers count, not its description.
_BY_BOOK = """
    documents AS MATERIALIZED (
        SELECT d.work_id, d.head
        FROM (SELECT DISTINCT work_id FROM offers) AS o JOIN catalog_searchdocument d USING (work_id)
        WHERE EXISTS (SELECT FROM catalog_want w WHERE w.status = %(waiting)s AND w.query <> '')
    ),
    words AS MATERIALIZED (
        SELECT d.work_id, x.lexeme
        FROM documents d CROSS JOIN LATERAL unnest(tsvector_to_array(d.head)) AS x (lexeme)
    ),
    numbers AS MATERIALIZED (
        SELECT i.edition_id, %(isbn)s || i.value AS lexeme
        FROM catalog_identifier i
        WHERE i.type = ANY(%(looked_up)s) AND i.edition_id IN (SELECT edition_id FROM offers)
    ),
    reached AS MATERIALIZED (
        SELECT DISTINCT a.want_id AS id, words.work_id
        FROM words JOIN catalog_wantanchor a ON a.lexeme = words.lexeme
    ),
    told AS MATERIALIZED (
        SELECT r.id, r.work_id FROM reached r
        JOIN catalog_want w ON w.id = r.id AND w.status = %(waiting)s AND {whose}
        JOIN documents d ON d.work_id = r.work_id
        WHERE d.head @@ w.sought
    ),
    pairs AS (
        SELECT w.id AS want, o.id AS listing FROM offers o
        JOIN catalog_want w ON w.work_id = o.work_id AND w.status = %(waiting)s AND {whose}
        UNION ALL
        SELECT w.id, o.id FROM offers o
        JOIN catalog_want w ON w.edition_id = o.edition_id AND w.status = %(waiting)s AND {whose}
        UNION ALL
        SELECT t.id, o.id FROM told t JOIN offers o ON o.work_id = t.work_id
        UNION ALL
        SELECT w.id, o.id FROM numbers n
        JOIN catalog_wantanchor a ON a.lexeme = n.lexeme
        JOIN catalog_want w ON w.id = a.want_id AND w.status = %(waiting)s AND {whose}
        JOIN offers o ON o.edition_id = n.edition_id
    )
"""
# Pairs that were found before: is it still so?
_KNOWN = """
    pairs AS (
        SELECT m.want_id AS want, m.listing_id AS listing FROM catalog_wantmatch m
        JOIN catalog_want w ON w.id = m.want_id AND w.status = %(waiting)s
        WHERE {whose}
    )
"""

# The terms, then the price with delivery: the post from each shop to each country once.
_MET = f"""
    team AS MATERIALIZED (
        SELECT m.seller_id, u.id, u.email FROM accounts_sellermember m
        JOIN accounts_user u ON u.id = m.user_id
        WHERE m.seller_id IN (SELECT seller_id FROM offers)
    ),
    fit AS MATERIALIZED (
        SELECT DISTINCT p.want, p.listing, o.seller_id, o.price_minor, o.grams, w.country,
            w.max_price_minor
        FROM pairs p
        JOIN catalog_want w ON w.id = p.want
        JOIN offers o ON o.id = p.listing
        WHERE (w.least_condition = ''
                OR o.grade <= array_position(%(grades)s::varchar[], w.least_condition))
            AND (NOT w.jacket OR o.jacket = ANY(%(jacketed)s))
            AND (NOT w.signed OR o.signed)
            AND (NOT w.first_edition OR o.first_edition)
            AND NOT (w.no_ex_library AND %(ex_library)s = ANY(o.defects))
            AND NOT (w.no_print_on_demand AND o.print_on_demand)
            AND (w.year_min IS NULL OR o.year >= w.year_min)
            AND (w.year_max IS NULL OR o.year <= w.year_max)
            AND NOT EXISTS (
                SELECT FROM team t
                WHERE t.seller_id = o.seller_id AND (t.id = w.user_id OR t.email = w.email))
    ),
    sellers AS (
        SELECT DISTINCT seller_id, country, CASE
            WHEN country = ANY(%(eu)s) THEN ARRAY[country, %(zone)s, %(anywhere)s]
            ELSE ARRAY[country, %(anywhere)s] END::varchar[] AS destinations
        FROM fit
    ),
    rates AS MATERIALIZED (
        SELECT sellers.country, sellers.seller_id, rate.*
        FROM sellers CROSS JOIN LATERAL (
            {RATES.replace("%(destinations)s", "sellers.destinations")}
        ) AS rate
    ),
    met AS (
        SELECT f.want, f.listing, f.price_minor + min({postage("r", "f.grams")}) AS landed
        FROM fit f JOIN rates r ON r.seller_id = f.seller_id AND r.country = f.country
        GROUP BY f.want, f.listing, f.price_minor, f.max_price_minor
        HAVING f.max_price_minor IS NULL
            OR f.price_minor + min({postage("r", "f.grams")}) <= f.max_price_minor
    )
"""

_BY_LISTINGS = "l.id = ANY(%(listings)s)"
_BY_WORKS = "l.edition_id IN (SELECT id FROM catalog_edition WHERE work_id = ANY(%(works)s))"
_OF_MATCHES = (
    "l.id IN (SELECT m.listing_id FROM catalog_wantmatch m JOIN catalog_want w ON w.id = m.want_id"
    " WHERE {whose})"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A ``WITH`` clause whose last table, ``met (want, listing, landed)``, holds the pairs that match."""

    sql: str
    params: dict[str, Any]


def of_listings(keys: Collection[int]) -> Rule:
    """Return the rule over these copies and everybody's wants."""
    return _rule(_BY_LISTINGS, _BY_BOOK, "true", listings=sorted(keys))


def of_works(keys: Collection[int], wants: Collection[int] | None = None) -> Rule:
    """Return the rule over the copies of these works, and everybody's wants or ``wants`` alone."""
    if wants is None:
        return _rule(_BY_WORKS, _BY_BOOK, "true", works=sorted(keys))
    return _rule(
        _BY_WORKS, _BY_BOOK, "w.id = ANY(%(wants)s)", works=sorted(keys), wants=sorted(wants)
    )


def of_matches(wants: Collection[int]) -> Rule:
    """Return the rule over what was found for ``wants`` before."""
    return _rule(_OF_MATCHES, _KNOWN, "w.id = ANY(%(wants)s)", wants=sorted(wants))


def of_untold(notice: WantNotice) -> Rule:
    """Return the rule over what people with ``notice`` have not been told of yet."""
    whose = "m.told_at IS NULL AND w.notice = %(notice)s AND w.status = %(waiting)s"
    return _rule(_OF_MATCHES, _KNOWN, whose, notice=notice.value)


def _rule(which: str, pairs: str, whose: str, **params: object) -> Rule:
    parts = (_OFFERS.format(which=which.format(whose=whose)), pairs.format(whose=whose), _MET)
    # No country: each want has its own.
    values = terms(settings.DEFAULT_COUNTRY) | {
        "grades": [str(code) for code in sorted(GRADES, key=lambda code: GRADES[code].rank)],
        "waiting": WantStatus.ACTIVE.value,
        "isbn": ISBN_ANCHOR,
        "looked_up": [str(code) for code in LOOKED_UP],
        "jacketed": [str(code) for code in JACKETED],
        "ex_library": Defect.EX_LIBRARY.value,
        "eu": sorted(EU),
        "zone": EU_ZONE,
        "anywhere": ANYWHERE,
        **params,
    }
    return Rule(f"WITH {', '.join(parts)}", values)


@dataclass(frozen=True, slots=True)
class Met:
    """A copy that meets a want, what it costs delivered (minor units), and whether it is news."""

    want_id: int
    listing_id: int
    landed_minor: int
    is_new: bool


def still_met(wants: Collection[int]) -> list[Met]:
    """Return those of the matches of ``wants`` that hold now, the cheapest first; one query."""
    if not wants:
        return []
    rule = of_matches(wants)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{rule.sql} SELECT m.want, m.listing, m.landed, k.seen_at IS NULL FROM met m"
            " JOIN catalog_wantmatch k ON k.want_id = m.want AND k.listing_id = m.listing"
            " ORDER BY m.landed, m.listing",
            rule.params,
        )
        return [Met(*row) for row in cursor.fetchall()]
