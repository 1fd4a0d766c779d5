"""What every option of a filter would bring, how much there is in all, and the page's prices.

Counted over the copies of a pool of works: of all that match while there are at most ``EXACT``, else
of a sample, a sixteenth or a 256th of the catalogue chosen by chance, and then the counts are
multiplied and only about right. So a word in every tenth book costs no more than a rare one.

A copy's ``misses`` has the bit of every filter that it does not meet. The copies found miss
nothing; those that an option of one filter would bring miss nothing but that filter. With filters
on there are two pools: works that may have a copy found, and (sampled by itself) works that may have
one that misses a single filter.
"""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from catalog.constants import SubjectScheme
from catalog.search import facts, statement
from catalog.search.candidates import GUESSED, Guess
from catalog.search.facts import Flag
from catalog.search.filters import (
    BAND,
    NEW,
    Bearings,
    Filter,
    all_but_one_met,
    all_met,
    has,
    lexemes,
    misses,
)
from catalog.search.query import PAGE_SIZE, Query
from catalog.search.sql import Sql
from catalog.search.statement import DOCUMENTS, OFFERS, Matching
from catalog.search.vocabulary import Bit, Period, PriceBand, Sort

# Works that are counted one by one; with more, a sample is.
EXACT = 1_200
# Works are counted to here; then there are "more than".
COUNTED = 10_000
# How many times fewer works a sample has: level 0 is all of them.
RATES = (1, 16, 64, 256, 1024)
# So few works in the guessing sample mean that all of them may be counted one by one.
DOUBT = 14
# As many works of a sample say enough, for the least that can be done.
ENOUGH = 700
# The place of a price or a period that nobody knows.
UNKNOWN = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What the copies of a work cost that meet the filters, in pence with delivery."""

    work_id: int
    copies: int
    price: int | None
    new_price: int | None
    used_price: int | None
    rare_price: int | None


@dataclass(slots=True, kw_only=True)
class Counted:
    """What was counted. ``about`` says that counts other than of works come from a sample.

    ``works`` and ``matched`` are exact up to ``COUNTED``; ``more`` says that there are more, and
    ``works_about`` that with several filters even ``works`` comes from a sample.
    ``page`` holds the works asked for, or the page of an order by copies; it is None when that
    needs a statement of its own, which ``bound`` narrows.
    """

    works: int
    copies: int
    sellers: int
    matched: int
    more: bool
    about: bool
    works_about: bool
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    subjects: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    page: list[Priced] | None = None
    bound: tuple[int, int] | None = None


PRICED = f"""
    count(*) AS copies, min(c.landed) AS price, min(c.landed) FILTER (WHERE {NEW}) AS new_price,
    min(c.landed) FILTER (WHERE NOT ({NEW})) AS used_price,
    min(c.landed) FILTER (WHERE {has(Flag.RARE)}) AS rare_price
"""

# One side's works. A small sample tells about how many there are; then all of them are taken, if
# they are few indeed, or the sample that has about enough.
_POOL = """
    {side}_guess AS MATERIALIZED ({guess}),
    {side}_all AS MATERIALIZED (
        SELECT * FROM ({all}) AS d
        WHERE (SELECT n FROM {side}_guess) <= {doubt} AND {wanted} LIMIT {exact} + 1
    ),
    {side}_level AS MATERIALIZED (
        SELECT CASE
            WHEN (SELECT n FROM {side}_guess) <= {doubt}
                AND (SELECT count(*) FROM {side}_all) <= {exact} THEN 0
            {levels} ELSE {last} END AS level
    ),
    {side} AS MATERIALIZED (
        SELECT *, 1 AS weight FROM {side}_all WHERE (SELECT level FROM {side}_level) = 0
        {samples}
    )
"""
_SAMPLED = """
    UNION ALL SELECT {columns}, {rate} FROM {documents} d
    WHERE (SELECT level FROM {side}_level) = {level} AND {sampled} AND {wanted}
"""
_COLUMNS = f"{OFFERS}, d.copies AS on_sale"

# Narrow rows of whole numbers: they are gone through several times.
_COPIES = """
    copies AS MATERIALIZED (
        SELECT * FROM (
            SELECT c.work_id, c.weight, c.near, c.seller, c.country, c.landed, c.facts, c.year, c.period,
                c.listed_at, {misses} AS misses
            FROM {copies}
        ) AS c WHERE {kept}
    ),
    found AS MATERIALIZED (
        SELECT c.work_id, c.near, c.weight, count(*) * c.weight AS n, {ordered} AS ordered
        FROM copies c WHERE c.misses = 0 GROUP BY c.work_id, c.near, c.weight
    )
"""

# Exact to a limit, where the sample says that there may not be more.
_WORKS = """
    SELECT least(count(*), {counted}), least(count(*) FILTER (WHERE on_sale > 0), {counted}),
        count(*) > {counted}
    FROM (
        SELECT d.on_sale FROM ({works}) AS d
        WHERE (SELECT level FROM a_level) > 0 AND (SELECT n FROM a_guess) * {rate} <= {counted} * 1.5
        LIMIT {counted} + 1
    ) AS counted
"""

_TOTALS = """
    SELECT json_build_array(
        coalesce(sum(weight), 0), coalesce(sum(n), 0),
        (SELECT count(*) FROM (SELECT FROM copies WHERE misses = 0 GROUP BY seller) AS sellers),
        (SELECT coalesce(sum(weight), 0) FROM a),
        (SELECT level FROM a_level), {near},
        (SELECT json_build_array(s.matched, s.works, s.more)
            FROM ({works}) AS s (matched, works, more)),
        CASE WHEN EXISTS (SELECT FROM found) THEN 1 ELSE ({any_matched}) END)
    FROM found
"""

# What is counted at once: facts that fit into one number, which has few values in all.
_KEYS = (
    f"c.facts & {(1 << facts.LANGUAGE_SHIFT) - 1}",
    f"(c.facts >> {facts.LANGUAGE_SHIFT} & {facts.LANGUAGE_MASK}) << 10 | c.country",
    f"coalesce({BAND}, {UNKNOWN}) << 4 | coalesce(c.period, {UNKNOWN})",
)
_COUNTS = """
    SELECT coalesce(json_agg(json_build_array({at}, key, misses, n)), '[]')
    FROM (SELECT {key} AS key, misses, sum(weight) AS n FROM copies c GROUP BY 1, 2) AS counts
"""

# The two upper levels of a tree, and what lies under the subjects chosen and those above them.
_SHELVES = """
    SELECT coalesce(json_agg(json_build_array(s.slug, s.name, parent.slug, s.scheme, shelf.n)
                             ORDER BY s.name, s.id), '[]')
    FROM (
        SELECT subject, sum(stock.n) AS n FROM {stock} AS stock
        JOIN pool p ON p.work_id = stock.work_id AND p.near = stock.near
        CROSS JOIN LATERAL unnest(p.subjects) AS subject
        GROUP BY subject
    ) AS shelf
    JOIN catalog_subject s ON s.id = shelf.subject
    LEFT JOIN catalog_subject parent ON parent.id = s.parent_id
    WHERE s.scheme IN ('{shelf}', '{thema}') AND (s.parent_id IS NULL
        OR parent.parent_id IS NULL OR s.parent_id = ANY({opened}))
"""
# Without the choice of subjects: what others would bring.
_STOCK = """
    (SELECT work_id, near, count(*) * weight AS n FROM copies WHERE misses & ~{bit} = 0
    GROUP BY work_id, near, weight)
"""

# What each order compares, and how: the last of it is the popularity.
ORDERS = {
    Sort.PRICE: ("min(c.landed)", "ASC"),
    Sort.NEWEST: ("max(c.listed_at)", "DESC"),
    Sort.PUBLISHED: ("max(c.year)", "DESC"),
}


def count(
    query: Query,
    matching: Matching,
    filters: Sequence[Filter],
    at: Bearings,
    sql: Sql,
    *,
    page: Sequence[int] | None,
    guess: Guess | None = None,
) -> Counted:
    """Count what ``query`` finds, in one statement.

    ``filters`` are made with ``sql``. ``page`` are the works that the page shows, to be priced; None
    for an order by copies, whose page comes of the pool, or else a bound for ``ordering``.
    ``guess`` is what the candidates' statement has guessed of their number.
    """
    rows = statement.run(_text(query, matching, filters, at, sql, page=page, guess=guess), sql)
    totals, shown, counts, subjects, bounds = (loaded(column) for column in rows[0])
    works, copies, sellers, matched, level, near, counted, any_matched = totals
    more = guessed = False
    if level and not countable(filters) and works < COUNTED:
        works, guessed = _rounded(works, level), True
    elif level:
        matched, works, more = counted
        if not works:
            # More than anybody counts.
            matched, works, more = COUNTED, COUNTED, True
    if filters:
        matched = any_matched
    most = max(near, level)
    return Counted(
        works=works, copies=_rounded(copies, level), sellers=sellers, matched=matched, more=more,
        about=bool(most), works_about=guessed,
        counts={option: _rounded(n, most) for option, n in _options(counts).items()},
        subjects=[(*row[:4], _rounded(row[4], most)) for row in subjects],
        page=None if page is None and level else [priced(row) for row in shown],
        bound=tuple(bounds) if level and bounds else None,
    )  # fmt: skip


def loaded(column: Any) -> Any:
    """Return a JSON column, whichever way the driver hands it over."""
    return json.loads(column) if isinstance(column, str) else column


def _rounded(n: int, level: int) -> int:
    """Return two figures of a number that is only about right."""
    if not level or n < 100:
        return int(n)
    digits = len(str(int(n))) - 2
    return round(int(n), -digits)


def _options(counts: Iterable[Sequence[Sequence[int]]]) -> dict[tuple[str, str], int]:
    """Return the copies that each option would bring, its own filter left out."""
    found: Counter[tuple[str, str]] = Counter()
    for at, key, missed, n in chain.from_iterable(counts):
        for facet, value, bit in _READERS[at](key):
            if not missed & ~bit:
                found[facet, value] += n
    return dict(found)


Read = Iterator[tuple[str, str, Bit]]

# Each flag that is counted, and whether it is those with it that are, or those without.
_FLAGS = (
    ("rare", Flag.RARE, Bit.RARE, True),
    ("first", Flag.FIRST, Bit.FIRST, True),
    ("signed", Flag.SIGNED, Bit.SIGNED, True),
    ("jacket", Flag.JACKET, Bit.JACKET, True),
    ("ex_library", Flag.EX_LIBRARY, Bit.EX_LIBRARY, False),
    ("book_club", Flag.BOOK_CLUB, Bit.BOOK_CLUB, False),
    ("on_demand", Flag.ON_DEMAND, Bit.ON_DEMAND, False),
)


def _read_facts(key: int) -> Read:
    place = key & facts.CLASS_MASK
    if place:
        yield "condition", facts.CONDITIONS[place - 1], Bit.CONDITION
    form = key >> facts.FORM_SHIFT & facts.CLASS_MASK
    yield "form", facts.FORMS[form - 1], Bit.FORM
    yield ("flag", "new", Bit.NEW) if place == 1 else ("flag", "used", Bit.USED)
    for name, flag, bit, wanted in _FLAGS:
        if bool(key & flag) is wanted:
            yield "flag", name, bit


def _read_places(key: int) -> Read:
    yield "language", facts.language_of(key >> 10), Bit.LANGUAGE
    yield "country", facts.country_of(key & 1023), Bit.COUNTRY


def _read_numbers(key: int) -> Read:
    if key >> 4 != UNKNOWN:
        yield "price", PriceBand.values[key >> 4], Bit.PRICE
    if key & 15 != UNKNOWN:
        yield "period", Period.values[key & 15], Bit.PERIOD


_READERS = (_read_facts, _read_places, _read_numbers)


def priced(row: Sequence[Any]) -> Priced:
    """Return a row of ``PRICED`` after its work."""
    work_id, copies, price, new, used, rare = row
    return Priced(
        work_id=work_id, copies=copies, price=price, new_price=new, used_price=used, rare_price=rare
    )


def _text(
    query: Query,
    matching: Matching,
    filters: Sequence[Filter],
    at: Bearings,
    sql: Sql,
    *,
    page: Sequence[int] | None,
    guess: Guess | None,
) -> str:
    text = not matching.everything
    met = lexemes(sql, all_met(filters), text=text)
    missed = misses(filters)
    near = bool(filters)
    tables = [statement.shops(sql, query.to)]
    mine, theirs = guess or (None, None)
    if near:
        nearly = lexemes(sql, all_but_one_met(filters), text=text)
        tables.append(_pool("b", matching, nearly, "true", theirs))
    wanted = "(SELECT level FROM b_level) > 0" if near else "true"
    tables.append(_pool("a", matching, met, wanted, mine))
    works = "SELECT *, false AS near FROM a"
    kept = "true"
    if near:
        works += " UNION ALL SELECT *, true FROM b"
        kept = (
            "CASE WHEN NOT c.near THEN c.misses = 0 ELSE c.misses & (c.misses - 1) = 0"
            " AND (c.misses <> 0 OR (SELECT level FROM b_level) = 0) END"
        )
    ordered = "NULL" if page is not None else ORDERS[Sort(query.sort)][0]
    tables += [
        f"pool AS ({works})",
        _COPIES.format(
            misses=missed, copies=statement.copies("pool", "weight near"), kept=kept,
            ordered=ordered,
        ),
    ]  # fmt: skip
    counts = (_COUNTS.format(at=place, key=key) for place, key in enumerate(_KEYS))
    return f"""
        WITH {", ".join(tables)}
        SELECT ({_totals(matching, met, filters, guess=mine)}),
            ({_page(query, sql, page, missed)}),
            (SELECT json_agg(counted) FROM ({" UNION ALL ".join(counts)}) AS c (counted)),
            ({_shelves(sql, at, query)}),
            ({_bound(query) if page is None else "NULL"})
    """


def _pool(side: str, matching: Matching, facets: str, wanted: str, guess: int | None) -> str:
    met = f" AND {facets}" if facets else ""
    levels = list(range(1, len(RATES)))
    if guess is None:
        guessed = f"SELECT count(*) AS n FROM {DOCUMENTS} d WHERE {matching.of(GUESSED)}{met} AND {wanted}"
    else:
        # The level is known: what would not be done need not be planned.
        guessed = f"SELECT {guess} AS n"
        levels = [level for level in levels if guess * RATES[GUESSED] <= ENOUGH * RATES[level]][:1]
        levels = levels or [len(RATES) - 1]
    some = guess is None or guess <= DOUBT
    return _POOL.format(
        side=side, documents=DOCUMENTS, wanted=wanted, doubt=DOUBT, exact=EXACT, guess=guessed,
        all=statement.documents(_COLUMNS, matching, facets)
        if some
        else f"SELECT {_COLUMNS} FROM {DOCUMENTS} d WHERE false",
        last=levels[-1],
        levels=" ".join(
            f"WHEN (SELECT n FROM {side}_guess) * {RATES[GUESSED]} <= {ENOUGH * RATES[level]}"
            f" THEN {level}"
            for level in levels[:-1]
        ),
        samples=" ".join(
            _SAMPLED.format(
                columns=_COLUMNS, rate=RATES[level], documents=DOCUMENTS, side=side, level=level,
                sampled=matching.of(level) + met, wanted=wanted,
            )
            for level in levels
        ),
    )  # fmt: skip


def _totals(matching: Matching, met: str, filters: Sequence[Filter], *, guess: int | None) -> str:
    any_matched, counted = "0", "SELECT 0, 0, true"
    if filters:
        some = statement.documents("1", matching, "")
        any_matched = f"SELECT count(*) FROM (SELECT FROM ({some}) AS d LIMIT 1) AS one"
    if guess is None or guess * RATES[GUESSED] <= COUNTED * 1.5:
        works = statement.documents(_COLUMNS, matching, met)
        counted = _WORKS.format(works=works, counted=COUNTED, rate=RATES[GUESSED])
    return _TOTALS.format(
        works=counted if countable(filters) else "SELECT 0, 0, true",
        near="(SELECT level FROM b_level)" if filters else "0",
        any_matched=any_matched,
    )


def countable(filters: Sequence[Filter]) -> bool:
    """Whether works can be counted without looking at their copies: by one filter at most."""
    return not filters or (len(filters) == 1 and filters[0].exact)


def _page(query: Query, sql: Sql, page: Sequence[int] | None, missed: str) -> str:
    """Return SQL of the page's works in their order, with their prices."""
    if page is None:
        shown = _sorted(query)
    else:
        shown = (
            "SELECT work_id, place"
            f" FROM unnest({sql.param(list(page))}::bigint[]) WITH ORDINALITY AS p (work_id, place)"
        )
    columns = "s.work_id, coalesce(p.copies, 0), p.price, p.new_price, p.used_price, p.rare_price"
    return f"""
        WITH shown AS MATERIALIZED ({shown}), priced AS (
            SELECT c.work_id, {PRICED} FROM {statement.copies(_OF_PAGE)}
            WHERE {missed} = 0 GROUP BY c.work_id
        )
        SELECT coalesce(json_agg(json_build_array({columns}) ORDER BY s.place), '[]')
        FROM shown s LEFT JOIN priced p ON p.work_id = s.work_id
    """


_OF_PAGE = f"""
    (SELECT {OFFERS} FROM {DOCUMENTS} d WHERE d.work_id = ANY(ARRAY(SELECT work_id FROM shown)))
"""


def _sorted(query: Query) -> str:
    """Return SQL of the page in an order by copies, while all works are in the pool."""
    # Works without a copy on sale stand last, and only for words without filters.
    join = "LEFT JOIN" if query.text and not query.filtered else "JOIN"
    _, direction = ORDERS[Sort(query.sort)]
    ordered = "w.year" if query.sort == Sort.PUBLISHED else "f.ordered"
    return f"""
        SELECT w.work_id, row_number() OVER (
            ORDER BY f.work_id IS NULL, {ordered} {direction} NULLS LAST, w.standing DESC) AS place
        FROM pool AS w {join} found f ON f.work_id = w.work_id AND f.near = w.near
        WHERE w.weight = 1
        ORDER BY place LIMIT {PAGE_SIZE} OFFSET {(query.page - 1) * PAGE_SIZE}
    """


def _bound(query: Query) -> str:
    """Return SQL of the value, and standing, that enough works of the sample come before."""
    _, direction = ORDERS[Sort(query.sort)]
    # By chance a sample has fewer than its share: three deviations more, and a few.
    shares = [query.page * PAGE_SIZE / rate for rate in RATES]
    after = [int(share + 3 * share**0.5 + 4) for share in shares]
    return f"""
        SELECT json_build_array(f.ordered, w.standing)
        FROM found f JOIN a w ON w.work_id = f.work_id WHERE f.ordered IS NOT NULL
        ORDER BY f.ordered {direction}, w.standing DESC
        OFFSET (ARRAY{after})[1 + (SELECT level FROM a_level)] LIMIT 1
    """


def _shelves(sql: Sql, at: Bearings, query: Query) -> str:
    opened = f"{sql.param(list(at.opened))}::bigint[]"
    stock = _STOCK.format(bit=Bit.SUBJECT.value) if query.subject else "found"
    return _SHELVES.format(
        shelf=SubjectScheme.SHELF, thema=SubjectScheme.THEMA, opened=opened, stock=stock
    )
