"""Indexes of names: who wrote, who published, which series there are, letter by letter.

Lists of hundreds of thousands of names, so nothing is counted and no page is reached by skipping:
a page begins after a place, which is a folded name and a key ("smith john 812").
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.constants import Role
from catalog.selectors.paging import Slice

NAMES_A_PAGE = 120
# Counting the books of a name stops here: the index says "100+".
MOST_BOOKS = 100
# Where names stand whose first sign is no letter.
ELSEWHERE = "#"
LATIN = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Greater than any sign that a name can have.
_LAST = "\U0010ffff"

# Letters of one alphabet stand together; what is in no alphabet here is called other.
SCRIPTS: dict[str, str | Promise] = {
    "LATIN": _("Latin letters"),
    "GREEK": _("Greek"),
    "CYRILLIC": _("Cyrillic"),
    "ARMENIAN": _("Armenian"),
    "GEORGIAN": _("Georgian"),
    "HEBREW": _("Hebrew"),
    "ARABIC": _("Arabic"),
    "DEVANAGARI": _("Devanagari"),
    "BENGALI": _("Bengali"),
    "TAMIL": _("Tamil"),
    "CJK": _("Chinese and Japanese"),
    "HIRAGANA": _("Kana"),
    "HANGUL": _("Korean"),
}
_OTHER = _("Other scripts")


@dataclass(frozen=True, slots=True)
class Script:
    """An alphabet with the letters that have names."""

    name: str | Promise
    letters: list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an index. ``see`` is the name to look under, empty for the name itself.

    ``books`` is at most ``MOST_BOOKS`` and one: then there are more.
    """

    name: str
    slug: str
    note: str
    see: str
    books: int

    @property
    def many(self) -> bool:
        """Whether there are more books than were counted."""
        return self.books > MOST_BOOKS


@dataclass(frozen=True, slots=True)
class IndexPage:
    """Names under one letter: the letters to choose from, beginnings to jump to, the names."""

    scripts: list[Script]
    letter: str
    beginnings: list[str]
    entries: Slice[Entry]

    @property
    def in_other_script(self) -> bool:
        """Whether the letter is of another alphabet than the first."""
        return any(self.letter in script.letters for script in self.scripts[1:])


# Which letters have names: one step through the index for each, however many names there are.
_AUTHOR_LETTERS = """
    WITH RECURSIVE letters (letter) AS (
        (SELECT min(letter) FROM catalog_authorentry)
        UNION ALL
        SELECT (SELECT min(e.letter) FROM catalog_authorentry e WHERE e.letter > letters.letter)
        FROM letters WHERE letters.letter IS NOT NULL
    )
    SELECT letter FROM letters
    WHERE letter IS NOT NULL AND EXISTS (
        SELECT FROM catalog_authorentry e WHERE e.letter = letters.letter AND EXISTS (
            -- OFFSET 0: asked of one person after another until one did, not joined to all who did.
            SELECT FROM catalog_contribution c
            WHERE c.person_id = e.person_id AND c.role = %(role)s OFFSET 0
        )
    )
    ORDER BY letter
"""
_AUTHOR_BEGINNINGS = """
    WITH RECURSIVE starts (start) AS (
        (SELECT left(min(key), 2) FROM catalog_authorentry WHERE letter = %(letter)s)
        UNION ALL
        SELECT (
            SELECT left(min(e.key), 2) FROM catalog_authorentry e
            WHERE e.letter = %(letter)s AND e.key > starts.start || %(last)s
        )
        FROM starts WHERE starts.start IS NOT NULL
    )
    SELECT start FROM starts WHERE start IS NOT NULL LIMIT 200
"""
_AUTHORS = """
    SELECT e.name, p.slug, CASE WHEN e.is_main THEN p.native_name ELSE '' END,
        CASE WHEN e.is_main THEN '' ELSE p.name END,
        (SELECT count(*) FROM (
            SELECT DISTINCT c.work_id FROM catalog_contribution c
            WHERE c.person_id = p.id AND c.role = %(role)s LIMIT {most}
        ) AS few),
        e.key, e.id
    FROM catalog_authorentry e JOIN catalog_person p ON p.id = e.person_id
    WHERE e.letter = %(letter)s AND (e.key, e.id) {beyond} (%(key)s COLLATE "C", %(id)s)
        AND EXISTS (
            SELECT FROM catalog_contribution c
            WHERE c.person_id = p.id AND c.role = %(role)s OFFSET 0
        )
    ORDER BY e.key {order}, e.id {order}
    LIMIT %(limit)s
"""

_NAMED_LETTERS = """
    SELECT letter FROM unnest(%(letters)s::text[], %(froms)s::text[], %(tos)s::text[])
        AS wanted (letter, first, beyond)
    WHERE EXISTS (
        SELECT FROM {table} WHERE name_key >= wanted.first AND name_key < wanted.beyond
    )
"""
_NAMED_BEGINNINGS = """
    WITH RECURSIVE starts (start) AS (
        (SELECT left(min(name_key), 2) FROM {table}
         WHERE name_key >= %(first)s AND name_key < %(beyond)s)
        UNION ALL
        SELECT (
            SELECT left(min(t.name_key), 2) FROM {table} t
            WHERE t.name_key > starts.start || %(last)s AND t.name_key < %(beyond)s
        )
        FROM starts WHERE starts.start IS NOT NULL
    )
    SELECT start FROM starts WHERE start IS NOT NULL LIMIT 200
"""
_NAMED = """
    SELECT t.name, t.slug, '', '',
        (SELECT count(*) FROM (
            SELECT DISTINCT b.work_id FROM {books} b WHERE b.{column} = t.id LIMIT {most}
        ) AS few),
        t.name_key, t.id
    FROM {table} t
    WHERE t.name_key >= %(first)s AND t.name_key < %(end)s
        AND (t.name_key, t.id) {beyond} (%(key)s, %(id)s)
    ORDER BY t.name_key {order}, t.id {order}
    LIMIT %(limit)s
"""


def authors_index(*, letter: str = "", after: str = "", before: str = "") -> IndexPage:
    """Return people who wrote, under one letter, from a place on; in three queries.

    People stand under the name they are sorted by, and with a reference under their other names. An
    unknown or empty ``letter`` opens the first that has anybody; ``after`` (or ``before``) is a place
    as ``Slice`` gives it, or the beginning of a name.
    """
    letters = [row[0] for row in _rows(_AUTHOR_LETTERS, {"role": Role.AUTHOR})]
    letter = _chosen(letter, letters)
    terms = {"letter": letter, "role": Role.AUTHOR}
    return IndexPage(
        scripts=_scripts(letters),
        letter=letter,
        beginnings=_beginnings(_AUTHOR_BEGINNINGS, terms) if letter else [],
        entries=_slice(_AUTHORS, terms, after, before),
    )


def publishers_index(*, letter: str = "", after: str = "", before: str = "") -> IndexPage:
    """Return publishers under one letter, as ``authors_index`` does."""
    return _named_index(
        {"table": "catalog_publisher", "books": "catalog_edition", "column": "publisher_id"},
        letter,
        after,
        before,
    )


def series_index(*, letter: str = "", after: str = "", before: str = "") -> IndexPage:
    """Return series under one letter, as ``authors_index`` does."""
    return _named_index(
        {"table": "catalog_series", "books": "catalog_seriesentry", "column": "series_id"},
        letter,
        after,
        before,
    )


def _named_index(names: dict[str, str], letter: str, after: str, before: str) -> IndexPage:
    ranges = {ELSEWHERE: ("0", "a"), **{c: (c.lower(), chr(ord(c.lower()) + 1)) for c in LATIN}}
    # What is neither a figure nor one of A to Z comes after them.
    ranges["…"] = ("{", _LAST)
    wanted = {
        "letters": list(ranges),
        "froms": [first for first, _ in ranges.values()],
        "tos": [beyond for _, beyond in ranges.values()],
    }
    letters = [row[0] for row in _rows(_NAMED_LETTERS.format(**names), wanted)]
    letter = _chosen(letter, letters)
    first, end = ranges.get(letter, ("", ""))
    terms = {"first": first, "end": end, "beyond": end}
    return IndexPage(
        scripts=[Script(SCRIPTS["LATIN"], letters)] if letters else [],
        letter=letter,
        beginnings=_beginnings(_NAMED_BEGINNINGS.format(**names), terms) if letter else [],
        entries=_slice(_NAMED, terms, after, before, names),
    )


def _rows(sql: str, terms: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, terms)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _chosen(letter: str, letters: Sequence[str]) -> str:
    if letter in letters:
        return letter
    return next((known for known in letters if known != ELSEWHERE), next(iter(letters), ""))


def _beginnings(sql: str, terms: dict[str, Any]) -> list[str]:
    """Return the pairs of letters that names begin with, where there are enough to need them."""
    found = [row[0].strip() for row in _rows(sql, {**terms, "last": _LAST})]
    return [start for start in dict.fromkeys(found) if len(start) == 2]


def _slice(
    sql: str,
    terms: dict[str, Any],
    after: str,
    before: str,
    names: dict[str, str] | None = None,
) -> Slice[Entry]:
    """Read a page on from ``after``, or back from ``before``."""
    backwards = bool(before) and not after
    key, pk = _place(before if backwards else after)
    statement = sql.format(
        **(names or {}),
        most=MOST_BOOKS + 1,
        beyond="<" if backwards else ">",
        order="DESC" if backwards else "ASC",
    )
    rows = _rows(statement, {**terms, "key": key, "id": pk, "limit": NAMES_A_PAGE + 1})
    more = len(rows) > NAMES_A_PAGE
    rows = rows[:NAMES_A_PAGE]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (bool(after), more)
    return Slice(
        items=[Entry(*row[:5]) for row in rows],
        before=f"{rows[0][5]} {rows[0][6]}" if rows and has_before else "",
        after=f"{rows[-1][5]} {rows[-1][6]}" if rows and has_after else "",
    )


def _place(text: str) -> tuple[str, int]:
    """Read a place; a name without a key begins with all of that name."""
    key, _space, number = text.rpartition(" ")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return key, int(number)
    return text, 0


def _scripts(letters: Sequence[str]) -> list[Script]:
    """Sort letters into their alphabets, in the order of ``SCRIPTS``, each as it is recited."""
    found: dict[str, list[str]] = {}
    for letter in letters:
        found.setdefault(_script(letter), []).append(letter)
    # Names that begin with no letter stand at the end of the first row.
    elsewhere = found.pop(ELSEWHERE, [])
    rows = [Script(SCRIPTS[code], found.pop(code)) for code in SCRIPTS if code in found]
    rest = [letter for row in found.values() for letter in row]
    if rest:
        rows.append(Script(_OTHER, rest))
    if elsewhere:
        first = rows.pop(0) if rows else Script(SCRIPTS["LATIN"], [])
        rows.insert(0, Script(first.name, [*first.letters, ELSEWHERE]))
    return rows


def _script(letter: str) -> str:
    if letter == ELSEWHERE:
        return ELSEWHERE
    return unicodedata.name(letter, "OTHER").partition(" ")[0]
