"""What the words of a query are the name of, and what they were meant to be when misspelt."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import log10
from typing import Any

from django.db import connection

from books4all.lib.text import name_key
from catalog.search import sounds
from catalog.search.lexicon import hashed, less_one
from catalog.search.likeness import quality
from catalog.search.results import Landmark
from catalog.search.text import LINKS, asked, clean, folded

# Nobody is called by more words, and no more are looked up.
MOST_WORDS = 8
MOST_ALTERNATIVES = 8
LEAST_QUALITY = 0.45
LIKELY = 0.65
# Words of few books may be slips themselves; those of many are not taken apart.
RARE, COMMON = 3, 30
# Words of two letters that others are typed together with.
_SHORT = LINKS | frozenset(
    [
        "my",
        "no",
        "so",
        "me",
        "we",
        "he",
        "is",
        "it",
        "be",
        "do",
        "go",
        "up",
        "us",
        "if",
        "as",
        "at",
        "am",
        "all",
        "not",
        "ii",
    ]
)
# Words of fewer letters are near to too many others.
SHORTEST = 3
LONGEST = 24
# Shorter words have too few letters for two errors.
SHORTEST_FOR_TWO = 5
MOST_PARTS = 600
# Names are misspelt more than other words; an author's is looked for before a translator's that is
# as much like what was typed, but not before one that is more like it.
NAME, AUTHOR = 0.02, 0.02

# Near by one letter or by sound; for a word that is unknown and near to none, alike in trigrams.
_NEAR = """
    WITH a (at, word, near) AS (SELECT * FROM unnest(%s::int[], %s::text[], %s::text[])),
    near AS MATERIALIZED (
        SELECT a.at, n.word, n.works, n.name, n.author, n.errors
        FROM a CROSS JOIN LATERAL (
            SELECT s.word, s.works, s.name, s.author, levenshtein_less_equal(s.word, a.word, 3) AS errors
            FROM catalog_searchword s WHERE s.near && a.near::int[]
            ORDER BY levenshtein_less_equal(s.word, a.word, 3) - ln(s.works + 1) / 4, s.works DESC LIMIT 40
        ) AS n
    ),
    lost AS MATERIALIZED (
        SELECT a.at, a.word FROM a
        WHERE length(a.word) > 5 AND NOT EXISTS (
            SELECT FROM near WHERE near.at = a.at AND near.errors <= 1
        )
        ORDER BY length(a.word) DESC LIMIT 2
    )
    SELECT at, word, works, name, author FROM near
    UNION ALL
    SELECT lost.at, s.word, s.works, s.name, s.author FROM lost CROSS JOIN LATERAL (
        SELECT word, works, name, author FROM catalog_searchword
        WHERE word %% lost.word AND levenshtein_less_equal(word, lost.word, 3) <= 3
        ORDER BY levenshtein_less_equal(word, lost.word, 3), works DESC LIMIT 20
    ) AS s
    UNION ALL
    SELECT -1, word, works, name, author FROM catalog_searchword WHERE word = ANY(%s::text[])
"""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a word may have been meant to be: one word, or several that were typed as one."""

    words: tuple[str, ...]
    quality: float
    works: int

    @property
    def worth(self) -> float:
        """How likely it is what was meant: likeness first, then how common it is."""
        return self.quality + 0.05 * log10(1 + self.works)


@dataclass(slots=True)
class Spellings:
    """What the lexicon says of the words asked for.

    ``works`` counts the works of each word that is known; ``meant`` has the alternatives of each
    word, the likeliest first.
    """

    works: dict[str, int] = field(default_factory=dict)
    meant: dict[str, list[Alternative]] = field(default_factory=dict)

    def likely(self, word: str) -> bool:
        """Whether there is something that ``word`` was probably meant to be."""
        return any(other.quality >= LIKELY for other in self.meant.get(word, ()))

    def corrected(self, spelt: Sequence[str]) -> str:
        """Return the words with unknown ones as they were probably meant; "" if none changes."""
        out: list[str] = []
        for word in spelt:
            alternatives = () if self.works.get(word) else self.meant.get(word, ())
            out += alternatives[0].words if alternatives else (word,)
        return " ".join(out) if out != list(spelt) else ""


def look_up(asked_for: Sequence[str]) -> Spellings:
    """Look the words up in the lexicon, with what is spelt or sounds like them: one statement."""
    wanted = [word for word in dict.fromkeys(asked_for) if len(word) > 1][:MOST_WORDS]
    if not wanted:
        return Spellings()
    fuzzy = [word for word in wanted if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    arrays = ["{" + ",".join(map(str, nearness(word))) + "}" for word in fuzzy]
    parts = {part for word in fuzzy for part in _parts(word)}
    exact = [*wanted, *sorted(parts, key=len)[: MOST_PARTS - len(wanted)]]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [list(range(len(fuzzy))), fuzzy, arrays, exact])
        rows = cursor.fetchall()
    return _read(wanted, fuzzy, rows)


def nearness(word: str) -> list[int]:
    """Return the hashes that words near to ``word`` share with it.

    Beside those that the lexicon keeps, of the word less any two letters: then one letter too many
    and another one wrong still lead to what was meant.
    """
    forms = less_one(word)
    if len(word) >= SHORTEST_FOR_TWO:
        forms |= {
            word[:a] + word[a + 1 : b] + word[b + 1 :]
            for a, b in combinations(range(min(len(word), 14)), 2)
        }
    keys = {hashed(form) for form in forms}
    return sorted(keys | {hashed(f"~{code}") for code in sounds.codes(word)})


def _parts(word: str) -> Iterable[str]:
    """Return the pieces that ``word`` may have been joined from."""
    if len(word) < 5 or not word.isascii():
        return ()
    size = len(word)
    return (word[a:b] for a in range(size) for b in range(a + 2, size + 1) if b - a < size)


def _read(
    wanted: Sequence[str], fuzzy: Sequence[str], rows: Sequence[tuple[int, str, int, bool, bool]]
) -> Spellings:
    found = Spellings()
    known = {word: works for at, word, works, *_ in rows if at < 0}
    found.works = {word: known.get(word, 0) for word in wanted}
    near: defaultdict[str, list[Alternative]] = defaultdict(list)
    for at, word, works, name, author in rows:
        if at < 0 or word == fuzzy[at]:
            continue
        alike = quality(fuzzy[at], word) + NAME * name + AUTHOR * author
        if alike >= LEAST_QUALITY:
            near[fuzzy[at]].append(Alternative((word,), min(alike, 0.97), works))
    for word in fuzzy:
        pieces = _split(word, known) if found.works.get(word, 0) <= RARE else ()
        if pieces:
            common = min(known[piece] for piece in pieces)
            near[word].append(Alternative(pieces, 0.95 - 0.05 * (len(pieces) - 2), common))
        likely = sorted(dict.fromkeys(near[word]), key=lambda a: -a.worth)
        if found.works.get(word, 0) > COMMON:
            # Many books have the word: it is only a slip if many more have the other one.
            likely = [other for other in likely if other.works > found.works[word]]
        found.meant[word] = likely[:MOST_ALTERNATIVES]
    return found


def _split(word: str, known: dict[str, int]) -> tuple[str, ...]:
    """Return known words that make up ``word``, as few and as common as can be; or nothing."""
    if len(word) < 5 or not word.isascii():
        return ()
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - LONGEST), end - 1):
            before = best[start]
            piece = word[start:end]
            if before is None or piece == word or not known.get(piece):
                continue
            if len(piece) < 3 and piece not in _SHORT:
                continue
            # Each piece costs; rare and short ones more: "in" is likelier than "nd".
            cost = before[0] + 3 + 3 / len(piece) - 0.5 * log10(known[piece])
            there = best[end]
            if there is None or cost < there[0]:
                best[end] = (cost, (*before[1], piece))
    last = best[-1]
    return last[1] if last and 1 < len(last[1]) <= 5 else ()


# People by any of their names among those whose books were found, or by their name as shown.
_LANDMARK = """
    SELECT kind, name, slug FROM (
        SELECT 1 AS rank, 'author' AS kind, p.name, p.slug FROM catalog_person p
        WHERE p.name_key = ANY(%(keys)s)
        UNION ALL
        SELECT 1, 'author', p.name, p.slug FROM catalog_contribution c
        JOIN catalog_person p ON p.id = c.person_id
        WHERE c.work_id = ANY(%(works)s) AND EXISTS (
            SELECT FROM unnest(p.other_names || p.native_name::text) AS other
            WHERE lower(unaccent(other)) = ANY(%(texts)s)
        )
        UNION ALL
        SELECT 2, 'shop', s.name, s.slug FROM accounts_seller s
        WHERE s.status = 'approved' AND lower(unaccent(s.name)) = ANY(%(texts)s)
        UNION ALL
        SELECT 3, 'series', s.name, s.slug FROM catalog_series s WHERE s.name_key = ANY(%(keys)s)
        UNION ALL
        SELECT 4, 'subject', s.name, s.slug FROM catalog_subject s
        WHERE lower(s.name) = ANY(%(texts)s)
        UNION ALL
        SELECT 5, 'shop', s.name, s.slug FROM accounts_seller s
        WHERE s.status = 'approved' AND to_tsvector('books4all', s.name) @@ %(shop)s::tsquery
    ) AS named
    ORDER BY rank, name, slug LIMIT 1
"""
# Works found first, whose people are looked at.
MOST_WORKS = 24


def landmark(
    text: str, corrected: str = "", works: Sequence[int] = (), *, shops: bool = False
) -> Landmark | None:
    """Return the person, shop, series or subject called ``text`` or as corrected, if there is one.

    ``works`` are those found: their people are known by any of their names. With ``shops``, a shop
    whose name has all words counts too, the last one as a beginning.
    """
    text = clean(text)
    required = asked(text)
    if not required or len(required) > MOST_WORDS:
        return None
    names = [name for name in (text, corrected) if name]
    shop = "&".join(f"'{word}'" for word in required) + ":*" if shops else ""
    values: dict[str, Any] = {
        "keys": [name_key(name) for name in names],
        "texts": [folded(name).strip() for name in names],
        "works": list(works)[:MOST_WORKS],
        "shop": shop,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LANDMARK, values)
        row = cursor.fetchone()
    return Landmark(*row) if row else None
