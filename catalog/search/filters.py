"""The filters that are on: as a test of a copy, and as lexemes that an index can answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from catalog.constants import HEAVIEST_G, destinations_for
from catalog.search import facts
from catalog.search.facts import Flag, any_of
from catalog.search.query import YEARS, Query
from catalog.search.sql import Sql
from catalog.search.vocabulary import (
    KIND_BITS,
    PRICE_BANDS,
    WITHOUT_BITS,
    Bit,
    FormClass,
    Kind,
    Period,
    PriceBand,
    Without,
)

ON_SALE = "'=on'"
# What is not rare enough to tell: the language and country of most copies, prices (pence) between
# these, and editions of more than so many years since so long.
HOME_LANGUAGE = "eng"
CHEAP, DEAR = 200, 2_000
FEW_YEARS, OLD = 10, 1900

# What the statements call the parts of a copy ``c``: unpacked once, used by filters and counts.
CONDITION = f"(c.facts & {facts.CLASS_MASK})"
FORM = f"(c.facts >> {facts.FORM_SHIFT} & {facts.CLASS_MASK})"
LANGUAGE = f"(c.facts >> {facts.LANGUAGE_SHIFT} & {facts.LANGUAGE_MASK})"
YEAR = f"(c.facts >> {facts.YEAR_SHIFT} & {facts.YEAR_MASK})"
BAND = f"width_bucket(c.landed, ARRAY[{', '.join(map(str, PRICE_BANDS.values()))}]::bigint[])"
NEW = f"{CONDITION} = 1"

FLAGS = {
    "first": (Bit.FIRST, Flag.FIRST),
    "signed": (Bit.SIGNED, Flag.SIGNED),
    "jacket": (Bit.JACKET, Flag.JACKET),
}
_WITHOUT = {
    Without.EX_LIBRARY: Flag.EX_LIBRARY,
    Without.BOOK_CLUB: Flag.BOOK_CLUB,
    Without.ON_DEMAND: Flag.ON_DEMAND,
}


def has(flag: Flag) -> str:
    """Return SQL for a copy that has ``flag``."""
    return f"c.facts & {flag.value} <> 0"


def lacks(out: str) -> str:
    """Return SQL for a copy that is not what ``out`` (of ``Without``) leaves out."""
    return f"c.facts & {_WITHOUT[Without(out)].value} = 0"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is on. ``lexemes`` (of a tsquery) may find too much, ``meets`` decides.

    ``meets`` is SQL over a copy ``c``. ``lexemes`` is empty when none helps: what nearly every book
    has a copy of takes an index longer to leave out than the copies take to be looked at. ``exact``
    says that works with these lexemes are just those with a copy that meets the filter.
    """

    bit: Bit
    meets: str
    lexemes: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Bearings:
    """What must be known before filters can be asked of an index.

    ``keys`` are the subjects chosen, ``opened`` those and all above them; unknown ones lead to
    nothing. ``dearest`` is the most that any shop asks for sending a book there.
    """

    keys: tuple[int, ...] = ()
    opened: tuple[int, ...] = ()
    dearest: int = 0


_BEARINGS = """
    WITH RECURSIVE up (root, id, parent_id) AS (
        SELECT id, id, parent_id FROM catalog_subject WHERE slug = ANY(%s)
        UNION SELECT up.root, s.id, s.parent_id FROM up JOIN catalog_subject s ON s.id = up.parent_id
    )
    SELECT root, id, 0 FROM up
    UNION ALL
    SELECT NULL, NULL, max(
        catalog_postage(basis = 'weight', first_minor, further_minor, first_g, further_g, %s)
    ) FROM catalog_deliveryrate WHERE destination = ANY(%s)
"""


def bearings(query: Query) -> Bearings:
    """Return what the filters of ``query`` have to know: one statement, or none if it is nothing.

    A subject chosen together with one under it only leads there: it does not widen the choice.
    """
    if not query.subject and not _lowest(query):
        return Bearings()
    with connection.cursor() as cursor:
        cursor.execute(
            _BEARINGS, [list(query.subject), HEAVIEST_G, list(destinations_for(query.to))]
        )
        *pairs, (_, _, dearest) = cursor.fetchall()
    above = {key for root, key, _ in pairs if key != root}
    return Bearings(
        keys=tuple(sorted({root for root, _, _ in pairs} - above)),
        opened=tuple(sorted({key for _, key, _ in pairs})),
        dearest=dearest or 0,
    )


def _lowest(query: Query) -> int:
    """Return the lowest price with delivery, in pence, that bands or the range let pass."""
    low = query.least.minor if query.least else 0
    return max(low, min(_band(name)[0] for name in query.price) if query.price else 0)


def _band(name: str) -> tuple[int, int | None]:
    """Return the first price of a band, and the last; None where it has none."""
    ends = [0, *PRICE_BANDS.values()]
    at = PriceBand.values.index(name)
    return ends[at], ends[at + 1] - 1 if at + 1 < len(ends) else None


def chosen(query: Query, sql: Sql, at: Bearings) -> list[Filter]:
    """Return the filters that are on."""
    return [
        *_classes(query, sql),
        *_prices(query, sql, at.dearest),
        *_years(query),
        *_subjects(query, sql, at),
        *_flags(query),
    ]


def _one_of(sql: Sql, column: str, values: Sequence[object]) -> str:
    return f"{column} = ANY({sql.param(list(values))})"


def _classes(query: Query, sql: Sql) -> list[Filter]:
    made = []
    if query.condition:
        places = [facts.CONDITIONS.index(name) + 1 for name in query.condition]
        made.append(Filter(Bit.CONDITION, _one_of(sql, CONDITION, places)))
    if query.form:
        places = [facts.FORMS.index(name) + 1 for name in query.form]
        rare = query.form == (FormClass.OTHER,)
        lexemes = any_of(f"=f:{place}" for place in places) if rare else ""
        made.append(Filter(Bit.FORM, _one_of(sql, FORM, places), lexemes, exact=rare))
    if query.language:
        codes = [facts.language_code(code) for code in query.language]
        rare = HOME_LANGUAGE not in query.language
        lexemes = any_of(f"=l:{code}" for code in query.language) if rare else ""
        made.append(Filter(Bit.LANGUAGE, _one_of(sql, LANGUAGE, codes), lexemes, exact=rare))
    if query.country:
        codes = [facts.country_code(code) for code in query.country]
        rare = settings.DEFAULT_COUNTRY not in query.country
        lexemes = any_of(f"=k:{code}" for code in query.country) if rare else ""
        made.append(Filter(Bit.COUNTRY, _one_of(sql, "c.country", codes), lexemes, exact=rare))
    if query.period:
        places = [Period.values.index(name) for name in query.period]
        rare = not {Period.C20, Period.C21} & {*query.period}
        lexemes = any_of(f"=o:{Period(name).value}" for name in query.period) if rare else ""
        made.append(Filter(Bit.PERIOD, _one_of(sql, "c.period", places), lexemes, exact=rare))
    return made


def _prices(query: Query, sql: Sql, dearest: int) -> list[Filter]:
    """Return filters of prices with delivery: the price alone is at most that much less."""
    made = []
    if query.price:
        places = [PriceBand.values.index(name) for name in query.price]
        bands = [_band(name) for name in query.price]
        rare = all(_telling(low - dearest, high) for low, high in bands)
        steps = [step for low, high in bands for step in facts.prices_between(low - dearest, high)]
        lexemes = any_of(dict.fromkeys(steps)) if rare else ""
        made.append(Filter(Bit.PRICE, _one_of(sql, BAND, places), lexemes))
    if query.least or query.most:
        low = query.least.minor if query.least else 0
        high = query.most.minor if query.most else None
        meets = (
            f"c.landed BETWEEN {sql.param(low)} AND {sql.param(2**62 if high is None else high)}"
        )
        rare = _telling(low - dearest, high)
        lexemes = any_of(facts.prices_between(low - dearest, high)) if rare else ""
        made.append(Filter(Bit.RANGE, meets, lexemes))
    return made


def _telling(low: int, high: int | None) -> bool:
    """Whether few books have a copy of such a price (without delivery)."""
    return low >= DEAR or (high is not None and high <= CHEAP)


def _years(query: Query) -> list[Filter]:
    if query.year_min is None and query.year_max is None:
        return []
    low = YEARS[0] if query.year_min is None else query.year_min
    high = YEARS[-1] if query.year_max is None else query.year_max
    meets = f"{YEAR} BETWEEN {low + facts.YEAR_ZERO} AND {high + facts.YEAR_ZERO}"
    rare = high - low <= FEW_YEARS or high <= OLD
    return [Filter(Bit.YEARS, meets, any_of(facts.years_between(low, high)) if rare else "")]


def _subjects(query: Query, sql: Sql, at: Bearings) -> list[Filter]:
    if not query.subject:
        return []
    meets = f"c.subjects && {sql.param(list(at.keys))}::int[]"
    return [Filter(Bit.SUBJECT, meets, any_of(f"=s:{key}" for key in at.keys), exact=True)]


def _flags(query: Query) -> list[Filter]:
    kinds = {
        Kind.NEW: (NEW, "'=c:1'"),
        Kind.USED: (f"NOT ({NEW})", ""),
        Kind.RARE: (has(Flag.RARE), any_of([facts.lexeme_of_flag(Flag.RARE)])),
    }
    made = [
        Filter(KIND_BITS[Kind(kind)], *kinds[Kind(kind)], exact=kind != Kind.USED)
        for kind in query.kind
    ]
    made += [Filter(WITHOUT_BITS[Without(out)], lacks(out)) for out in query.without]
    made += [
        Filter(bit, has(flag), any_of([facts.lexeme_of_flag(flag)]), exact=True)
        for name, (bit, flag) in FLAGS.items()
        if getattr(query, name)
    ]
    return made


def all_met(filters: Sequence[Filter]) -> str:
    """Return the text of a tsquery for works that may have a copy which meets all filters.

    Empty when no lexeme tells.
    """
    return " & ".join(f"({f.lexemes})" for f in filters if f.lexemes)


def all_but_one_met(filters: Sequence[Filter]) -> str:
    """Return the text of a tsquery for works that may have a copy which misses one filter at most.

    Empty when no lexeme tells.
    """
    telling = [f for f in filters if f.lexemes]
    if len(telling) < 2:
        return ""
    without_one = (all_met([f for f in telling if f is not left_out]) for left_out in telling)
    return " | ".join(f"({rest})" for rest in without_one)


def lexemes(sql: Sql, query: str, *, text: bool) -> str:
    """Return a condition on the facets of a document ``d``: ``query``, or else to be on sale.

    With words to go by, that is left to the copies too.
    """
    query = query or ("" if text else ON_SALE)
    return f"d.facets @@ {sql.param(query)}::tsquery" if query else ""


def misses(filters: Sequence[Filter]) -> str:
    """Return SQL of the bits of the filters that a copy does not meet.

    A filter by something that is not known (a price where nothing can be sent) is not met.
    """
    bits = [f"CASE WHEN {f.meets} THEN 0 ELSE {f.bit.value} END" for f in filters]
    return " | ".join(bits) or "0"
