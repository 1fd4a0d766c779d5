"""What a record says, as it is looked up and compared."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from books4all.lib.names import is_nobody, spelling_key
from catalog.importers.record import BookRecord, ContributorIn, IdentifierIn
from catalog.services.imports.rows import name_key
from catalog.services.matching import Described, is_placeholder

# Types of identifiers that name one product the world over. An EAN of a book is its ISBN.
_ISBN_TYPES = {"15": "isbn", "03": "isbn", "02": "isbn"}
WORLDWIDE = {**_ISBN_TYPES, "06": "06", "13": "13", "23": "23"}


def worldwide(identifiers: Iterable[IdentifierIn]) -> Iterator[tuple[str, str]]:
    """Yield the keys by which a record's valid identifiers are looked up: ("isbn", "978…")."""
    for one in identifiers:
        kind = WORLDWIDE.get(one.type)
        if kind and one.valid and one.value:
            yield kind, one.value


@lru_cache(maxsize=20_000)
def names_of(contributor: ContributorIn) -> tuple[str, ...]:
    """Return every name that a record has of a contributor; none for "unknown"."""
    names = (contributor.name, contributor.inverted, *contributor.other_names)
    return tuple(name for name in dict.fromkeys(names) if name and not is_nobody(name))


def year_of(published: str) -> int | None:
    """Return the year of a partial date, or None for none and for one that only fills a field."""
    if not published or is_placeholder(published):
        return None
    sign = -1 if published.startswith("-") else 1
    digits = published.lstrip("-").split("-")[0]
    return sign * int(digits) if digits.isdigit() else None


def titles_of(record: BookRecord) -> list[str]:
    """Return every title that a record has, the book's own first."""
    return [
        t for t in dict.fromkeys([record.title, record.original_title, *record.other_titles]) if t
    ]


def describe(record: BookRecord) -> Described:
    """Return what can be compared of a record."""
    others = [title for title in titles_of(record) if title != record.title]
    return Described(
        title=record.title,
        subtitle=record.subtitle,
        other_titles=tuple(others),
        people=frozenset(spelling_key(n) for c in record.contributors for n in names_of(c)),
        published=record.published,
        year=year_of(record.published),
        publisher=name_key(record.publisher),
        form=record.form,
        language=record.language,
        pages=record.pages,
        isbns=frozenset(v for k, v in worldwide(record.identifiers) if k == "isbn"),
    )
