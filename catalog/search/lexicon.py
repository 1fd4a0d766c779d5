"""Keeping the words of the catalogue: learnt as documents are written, counted by rebuilding."""

from collections.abc import Iterable
from zlib import crc32

from django.db import connection, transaction

from catalog.search import sounds
from catalog.search.text import LONGEST_WORD

BATCH = 5000
LONGEST_NEAR = 24

_LEARN = """
    INSERT INTO catalog_searchword AS w (word, works, name, author, near)
    SELECT word, 1, name, author, near::int[]
    FROM unnest(%s::text[], %s::boolean[], %s::boolean[], %s::text[]) AS t (word, name, author, near)
    ON CONFLICT (word) DO UPDATE SET name = w.name OR excluded.name, author = w.author OR excluded.author
    WHERE excluded.name > w.name OR excluded.author > w.author
"""
_KNOWN = """
    SELECT word FROM catalog_searchword
    WHERE word = ANY(%s::text[]) AND (name OR word <> ALL(%s::text[]))
        AND (author OR word <> ALL(%s::text[]))
"""
# Lexemes of the documents and how many have them. What no document has any more goes.
_COUNT = """
    CREATE TEMPORARY TABLE search_lexemes ON COMMIT DROP AS
    SELECT word, ndoc FROM ts_stat('SELECT head FROM catalog_searchdocument', 'abc')
"""
_RECOUNT = """
    UPDATE catalog_searchword w SET works = l.ndoc
    FROM search_lexemes l WHERE l.word = w.word AND w.works <> l.ndoc
"""
_FORGET = """
    DELETE FROM catalog_searchword w
    WHERE NOT EXISTS (SELECT FROM search_lexemes l WHERE l.word = w.word)
"""


def hashed(text: str) -> int:
    """Return ``text`` as a signed number of 32 bits."""
    number = crc32(text.encode())
    return number - (1 << 32) if number >> 31 else number


def less_one(word: str) -> set[str]:
    """Return ``word`` without each of its letters, and as it is."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def near(word: str) -> list[int]:
    """Return the hashes under which ``word`` is found: by spelling, and by sound."""
    if len(word) < 2 or len(word) > LONGEST_NEAR or not word.isalpha():
        return [hashed(word)]
    spelt = {hashed(form) for form in less_one(word)}
    return sorted(spelt | {hashed(f"~{code}") for code in sounds.codes(word)})


def learn(words: Iterable[str], names: Iterable[str] = (), authors: Iterable[str] = ()) -> int:
    """Add the words that are not known yet, and return how many those are.

    ``names`` are the words of people's names, ``authors`` those of people who wrote books. Nothing is locked but the new rows. Words are written
    in their order, so that two writers can't wait for each other.
    """
    wrote = {word for word in authors if _learnable(word)}
    named = wrote | {word for word in names if _learnable(word)}
    every = named | {word for word in words if _learnable(word)}
    if not every:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(every), list(named), list(wrote)])
        new = sorted(every - {row[0] for row in cursor.fetchall()})
        for at in range(0, len(new), BATCH):
            batch = new[at : at + BATCH]
            arrays = ["{" + ",".join(map(str, near(word))) + "}" for word in batch]
            marks = [[word in kind for word in batch] for kind in (named, wrote)]
            cursor.execute(_LEARN, [batch, *marks, arrays])
    return len(new)


def _learnable(word: str) -> bool:
    """Whether somebody may misspell it: numbers and single letters are not words."""
    return 1 < len(word) <= LONGEST_WORD and not word.isdecimal()


@transaction.atomic
def rebuild() -> int:
    """Count anew in how many works each word stands, forget those in none; return how many remain.

    Words are learnt as documents are written: this is for after the documents were.
    """
    with connection.cursor() as cursor:
        for statement in (
            # From a rebuilding earlier in the same transaction, as tests have them.
            "DROP TABLE IF EXISTS search_lexemes",
            _COUNT,
            "CREATE INDEX ON search_lexemes (word)",
            "ANALYZE search_lexemes",
        ):
            cursor.execute(statement)
        cursor.execute(_RECOUNT)
        cursor.execute(_FORGET)
        cursor.execute("SELECT count(*) FROM catalog_searchword")
        count: int = cursor.fetchone()[0]
    return count
