"""What the words of a query are the name of, and what they were meant to be when they are not."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from django.db import connection

from catalog.search.results import Landmark
from catalog.search.text import asked, tsquery, words

# Share of letters that two spellings of a word have in common: "dck" and "Dick" have 0.86, "naive"
# and "Naidu" 0.6.
LEAST_LIKENESS = 0.7
# Nobody is called by more words, and nothing is compared with more.
MOST_WORDS = 8

Likeness = dict[tuple[str, str], float]

_NEAREST = "SELECT folded, names FROM catalog_nearest_names(%s)"

_LANDMARK = """
    WITH asked AS (SELECT lower(unaccent(%(text)s)) AS name)
    SELECT kind, name, slug FROM (
        SELECT 1 AS rank, 'author' AS kind, p.name, p.slug FROM catalog_person p, asked
        WHERE lower(unaccent(p.name)) = asked.name OR lower(unaccent(p.native_name)) = asked.name
            OR EXISTS (SELECT FROM unnest(p.other_names) AS other WHERE lower(unaccent(other)) = asked.name)
        UNION ALL
        SELECT 2, 'shop', s.name, s.slug FROM accounts_seller s, asked
        WHERE s.status = 'approved' AND lower(unaccent(s.name)) = asked.name
        UNION ALL
        SELECT 3, 'series', s.name, s.slug FROM catalog_series s, asked
        WHERE lower(unaccent(s.name)) = asked.name
        UNION ALL
        SELECT 4, 'subject', s.name, s.slug FROM catalog_subject s, asked
        WHERE lower(unaccent(s.name)) = asked.name
    ) AS named
    ORDER BY rank, slug LIMIT 1
"""


_SHOP = """
    SELECT 'shop', s.name, s.slug FROM accounts_seller s
    WHERE s.status = 'approved' AND to_tsvector('books4all', s.name) @@ {query}
    ORDER BY s.name, s.id LIMIT 1
"""


def nearest(text: str) -> str:
    """Return the words that ``text`` was probably meant to be, or nothing to suggest.

    They all occur in the names of one book, so a search for them finds at least that one. A word
    that no name comes near is left out.
    """
    required = asked(text)[:MOST_WORDS]
    if not required:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [required])
        rows = cursor.fetchall()
    if not rows:
        return ""
    folded: list[str] = rows[0][0]
    books = [names.split() for _, names in rows]
    likeness = _likeness(folded, {name for names in books for name in names})
    closest = max(books, key=lambda names: _closeness(folded, names, likeness))
    meant = [_likest(word, closest, likeness) for word in folded]
    return " ".join(dict.fromkeys(filter(None, meant)))


def _likeness(asked_for: Sequence[str], names: Iterable[str]) -> Likeness:
    """Return how alike each word and name are, of those that are alike enough."""
    known = {}
    for word in asked_for:
        # What it is compared with comes second: its letters are counted once.
        matcher = SequenceMatcher(b=word, autojunk=False)
        for name in names:
            matcher.set_seq1(name)
            if matcher.real_quick_ratio() >= LEAST_LIKENESS and matcher.ratio() >= LEAST_LIKENESS:
                known[word, name] = matcher.ratio()
    return known


def _closeness(asked_for: Sequence[str], names: Sequence[str], likeness: Likeness) -> float:
    return sum(max((likeness.get((w, n), 0) for n in names), default=0) for w in asked_for)


def _likest(word: str, names: Sequence[str], likeness: Likeness) -> str:
    best = max(names, key=lambda name: likeness.get((word, name), 0), default="")
    return best if likeness.get((word, best)) else ""


def landmark(text: str) -> Landmark | None:
    """Return the person, shop, series or subject called ``text``, if there is one."""
    if len(words(text)) > MOST_WORDS:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LANDMARK, {"text": text})
        row = cursor.fetchone()
    return Landmark(*row) if row else None


def shop(text: str) -> Landmark | None:
    """Return the shop whose name has all words of ``text``, the last one as a beginning."""
    required = asked(text)
    if not required or len(required) > MOST_WORDS:
        return None
    query, params = tsquery(required)
    with connection.cursor() as cursor:
        cursor.execute(_SHOP.format(query=query), params)
        row = cursor.fetchone()
    return Landmark(*row) if row else None
