"""What the words of a want ask of a book: worked out once, kept on its row.

A want's words mean what they mean to the search, read strictly (``attempts.strict``): every word that is
not a mere link stands in the book's titles, names, series, publishers, subjects or numbers, phrases side
by side, fields where they belong, what is excluded nowhere; or the book is called just that. Differently
from a search nothing is guessed: the last word is no beginning, misspelt words are not corrected, and
words of a description alone do not count: a letter must not be sent for what may have been meant. An ISBN
among the words means the editions that bear it.
"""
# ruff: noqa: S608 - the pieces are ours; what visitors type goes in as parameters

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from books4all.lib import isbn
from catalog.models import Identifier, SearchWord
from catalog.search import attempts, identifiers
from catalog.search.documents import KEY
from catalog.search.engine import SHORT_NUMBER
from catalog.search.meaning import meaning_of
from catalog.search.tsquery import And, Node, Not, Or, Word, parsed
from catalog.selectors.want_rule import ISBN_ANCHOR, LOOKED_UP

# Words that find more books than this say too little to wait for.
MOST_BOOKS = 1000


@dataclass(frozen=True, slots=True)
class Sought:
    """``query`` is the text of a tsquery, empty for an ISBN.

    One of ``anchors`` (lexemes, or ISBNs behind ``ISBN_ANCHOR``) is in every document that ``query``
    matches: the rarest that will do.
    """

    query: str
    anchors: tuple[str, ...]
    years: tuple[int | None, int | None] = (None, None)


def sought(text: str) -> Sought | None:
    """Return what ``text`` asks of a book; None if it holds nothing that a book could have."""
    number = identifiers.find(text)
    if number and number.valid and len(number.digits) > SHORT_NUMBER:
        return Sought("", tuple(ISBN_ANCHOR + spelling for spelling in _spellings(number.isbn13)))
    meaning = replace(meaning_of(text), open=False)
    if not meaning.words:
        return None
    attempt = next((one for one in attempts.strict(meaning) if one.name == "words"), None)
    if attempt is None:
        return None
    keys = [f"'{KEY}{key}'" for key in attempt.keys]
    query = "|".join([f"({attempt.params[0]})", *keys])
    anchors = _anchors(parsed(query))
    return Sought(query, anchors, meaning.years or (None, None)) if anchors else None


def _spellings(isbn13: str) -> list[str]:
    return [one for one in (isbn13, isbn.to_isbn10(isbn13)) if one]


def _anchors(tree: Node) -> tuple[str, ...]:
    """Return lexemes of which a document that ``tree`` matches must have one, the rarest to be had."""
    works = dict(SearchWord.objects.filter(word__in=set(_words(tree))).values_list("word", "works"))
    return tuple(sorted(_needed(tree, works) or ()))


def _words(tree: Node) -> Iterable[str]:
    match tree:
        case Word(lexeme):
            yield lexeme
        case And(parts) | Or(parts):
            for part in parts:
                yield from _words(part)


def _needed(tree: Node, works: dict[str, int]) -> frozenset[str] | None:
    """Return the anchors of a part of the query; None when it may be met by a document without any."""
    match tree:
        case Word(lexeme):
            return frozenset([lexeme])
        case And(parts):
            sets = [found for part in parts if (found := _needed(part, works))]
            return min(sets, key=lambda one: _weight(one, works)) if sets else None
        case Or(parts):
            all_sets = [_needed(part, works) for part in parts]
            if any(one is None for one in all_sets):
                return None
            return frozenset().union(*(one for one in all_sets if one))
        case Not():
            return None


def _weight(lexemes: Iterable[str], works: dict[str, int]) -> tuple[int, int]:
    """Return in how many works any of them may stand; of equals, long words are rarer."""
    found = list(lexemes)
    return sum(works.get(word, 0) for word in found), -max(len(word) for word in found)


def books(found: Sought, *, most: int = MOST_BOOKS + 1) -> list[int]:
    """Return at most ``most`` works that have what is sought; each tier has its own index."""
    if not found.query:
        numbers = [anchor.removeprefix(ISBN_ANCHOR) for anchor in found.anchors]
        bearing = Identifier.objects.filter(value__in=numbers, type__in=LOOKED_UP).order_by("pk")
        return list(dict.fromkeys(bearing.values_list("edition__work_id", flat=True)[:most]))
    tiers: Sequence[str] = [
        f"SELECT work_id FROM catalog_searchdocument WHERE tier = {tier} AND head @@ %(query)s::tsquery"
        for tier in range(4)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{' UNION ALL '.join(tiers)} LIMIT %(most)s", {"query": found.query, "most": most}
        )
        return [row[0] for row in cursor.fetchall()]
