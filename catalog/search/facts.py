"""What one copy offers, packed into a number, and the lexemes that lead to it.

The number (``facts``) holds what filters ask about, so that a search compares bits and never joins
listings or editions. Lexemes stand in a document's ``facets``; each begins with "=", which no word
can. They say what any of the work's copies has: enough for an index to leave most works out.

    bits 0–2  class of the condition, 1 is the first of CONDITION_CLASSES
    bits 3–5  class of the form, 1 is the first of FormClass
    bits 6–13 flags
    bits 16–30 language, five bits a letter, "a" is 1
    bits 32–46 year of the edition, else of the work, plus YEAR_ZERO; 0 when neither is known
    bits 47–62 what it weighs in a parcel (g); 0 when nobody has said
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntFlag

from django.conf import settings

from catalog.constants import HEAVIEST_G, JACKETED, Condition, Defect
from catalog.search.vocabulary import (
    CONDITION_CLASSES,
    FORM_CLASSES,
    PERIODS,
    FormClass,
    Period,
)

FORM_SHIFT, LANGUAGE_SHIFT, YEAR_SHIFT, WEIGHT_SHIFT = 3, 16, 32, 47
CLASS_MASK, LANGUAGE_MASK, YEAR_MASK = 7, 0x7FFF, 0x7FFF
YEAR_ZERO = 10_000

CONDITIONS = [str(name) for name in CONDITION_CLASSES]
FORMS = [*(str(name) for name in FORM_CLASSES), str(FormClass.OTHER)]

JACKETS = JACKETED

# Lexemes of prices: the first price, in pence, above each step. The steps are near enough to each
# other that an index leaves out most copies beyond a price, and few enough to be listed in a query.
PRICE_STEPS = (
    100, 200, 300, 400, 500, 700, 1000, 1500, 2000, 2500, 3500, 5000, 7500, 10_000, 15_000,
    25_000, 50_000, 100_000, 250_000, 1_000_000,
)  # fmt: skip
# Seconds since then are kept in four bytes: enough until 2088.
EPOCH = "2020-01-01 00:00:00+00"


class Flag(IntFlag):
    """Yes or no of a copy."""

    RARE = 1 << 6
    SIGNED = 1 << 7
    INSCRIBED = 1 << 8
    FIRST = 1 << 9
    JACKET = 1 << 10
    EX_LIBRARY = 1 << 11
    BOOK_CLUB = 1 << 12
    ON_DEMAND = 1 << 13


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


# How each flag is read from a listing ``l``.
_FLAGS = {
    Flag.RARE: "l.rare",
    Flag.SIGNED: "l.signed",
    Flag.INSCRIBED: "l.inscribed",
    Flag.FIRST: "l.first_edition",
    Flag.JACKET: f"l.jacket IN ({_listed(JACKETS)})",
    Flag.EX_LIBRARY: f"'{Defect.EX_LIBRARY}' = ANY(l.defects)",
    Flag.BOOK_CLUB: f"'{Defect.BOOK_CLUB}' = ANY(l.defects)",
    Flag.ON_DEMAND: "l.print_on_demand",
}


def _class_of(column: str, classes: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    """Return SQL for the place, from 1, of the class that a code belongs to."""
    whens = " ".join(
        f"WHEN {column} IN ({_listed(classes[name])}) THEN {at}"
        for at, name in enumerate(names, start=1)
        if name in classes
    )
    return f"CASE {whens} ELSE {len(names) if len(names) > len(classes) else 0} END"


def step_of(column: str, steps: Mapping[str, int], last: str) -> str:
    """Return SQL for the step that a number stands on; NULL for no number."""
    whens = " ".join(f"WHEN {column} < {end} THEN '{name}'" for name, end in steps.items())
    return f"CASE {whens} WHEN {column} IS NOT NULL THEN '{last}' END"


# What is known of the weight of listing ``l`` of edition ``e``.
WEIGHT = "coalesce(nullif(l.weight_g, 0), e.weight_g, 0)"


def grams(packed: str) -> str:
    """Return SQL for what one copy weighs in a parcel of its own, from its facts."""
    return f"coalesce(nullif(({packed} >> {WEIGHT_SHIFT})::int, 0), {settings.UNWEIGHED_FIRST_G:d})"


def packed() -> str:
    """Return SQL that packs listing ``l`` of edition ``e`` of work ``w``."""
    parts = [
        _class_of("l.condition", CONDITION_CLASSES, CONDITIONS),
        f"(({_class_of('e.form', FORM_CLASSES, FORMS)}) << {FORM_SHIFT})",
        *(f"CASE WHEN {sql} THEN {flag.value} ELSE 0 END" for flag, sql in _FLAGS.items()),
    ]
    letters = " | ".join(
        f"(((ascii(substr(e.language, {at + 1}, 1)) - 96) & 31) << {10 - 5 * at})"
        for at in range(3)
    )
    year = "coalesce(e.published_year, w.first_published)"
    wide = (
        f"(({letters})::bigint << {LANGUAGE_SHIFT})"
        f" | (coalesce({year} + {YEAR_ZERO}, 0)::bigint << {YEAR_SHIFT})"
        f" | (least({WEIGHT}, {HEAVIEST_G})::bigint << {WEIGHT_SHIFT})"
    )
    return f"(({' | '.join(parts)})::bigint | {wide})"


def lexemes() -> str:
    """Return SQL of the lexemes of listing ``l``, all of one length: "=on" fills what is not."""
    year = "coalesce(e.published_year, w.first_published)"
    flags = [
        f"CASE WHEN {sql} THEN '{lexeme_of_flag(flag)}' ELSE '=on' END"
        for flag, sql in _FLAGS.items()
    ]
    steps = ", ".join(str(step) for step in PRICE_STEPS)
    parts = [
        f"'=c:' || ({_class_of('l.condition', CONDITION_CLASSES, CONDITIONS)})",
        f"'=f:' || ({_class_of('e.form', FORM_CLASSES, FORMS)})",
        "'=l:' || e.language",
        "'=k:' || s.country",
        f"'=p:' || width_bucket(l.price_minor, ARRAY[{steps}]::bigint[])",
        f"'=y:' || coalesce(floor({year} / 10.0)::text, 'none')",
        f"'=z:' || coalesce(floor({year} / 100.0)::text, 'none')",
        f"CASE WHEN l.condition <> '{Condition.NEW}' THEN '=used' ELSE '=on' END",
        *flags,
    ]
    return f"ARRAY[{', '.join(parts)}]"


def period(column: str) -> str:
    """Return SQL for the period that a year belongs to; NULL for no year."""
    return step_of(column, PERIODS, Period.C21)


def place_of_period(column: str) -> str:
    """Return SQL for the place, from 0, of the period that a year belongs to; NULL for no year."""
    return f"width_bucket({column}::int, ARRAY[{', '.join(map(str, PERIODS.values()))}])"


def lexeme_of_flag(flag: Flag) -> str:
    """Return the lexeme of a copy with ``flag``."""
    return f"={(flag.name or '').lower()}"


def language_code(language: str) -> int:
    """Return three letters as the number that facts hold."""
    code = 0
    for letter in language.ljust(3)[:3]:
        code = code << 5 | ((ord(letter) - 96) & 31)
    return code


def language_of(code: int) -> str:
    """Return the three letters of a number made by ``language_code``."""
    return "".join(chr(96 + (code >> shift & 31)) for shift in (10, 5, 0))


def country_code(country: str) -> int:
    """Return two capitals as the number that statements hold."""
    return (ord(country[0]) - 64) << 5 | (ord(country[1]) - 64)


def country_of(code: int) -> str:
    """Return the two capitals of a number made by ``country_code``."""
    return chr(64 + (code >> 5)) + chr(64 + (code & 31))


def prices_between(low: int, high: int | None) -> list[str]:
    """Return the lexemes of all prices from ``low`` to ``high`` pence."""
    first = sum(step <= low for step in PRICE_STEPS)
    last = len(PRICE_STEPS) if high is None else sum(step <= high for step in PRICE_STEPS)
    return [f"=p:{step}" for step in range(first, last + 1)]


def years_between(low: int, high: int) -> list[str]:
    """Return lexemes of decades and centuries that cover the years from ``low`` to ``high``.

    Both ends may cover too much, up to nine years: facts decide.
    """
    found: list[str] = []
    decade, end = low // 10, high // 10
    while decade <= end:
        if decade % 10 == 0 and decade + 9 <= end:
            found.append(f"=z:{decade // 10}")
            decade += 10
        else:
            found.append(f"=y:{decade}")
            decade += 1
    return found


def any_of(found: Iterable[str]) -> str:
    """Return the text of a tsquery for any of these lexemes; they hold no quote."""
    return " | ".join(f"'{lexeme}'" for lexeme in found) or "'=never'"
