"""The texts of a document: what a work is found by, gathered from the catalogue."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import QuerySet

from catalog.constants import IdentifierType, Role
from catalog.models import (
    Contribution,
    Edition,
    Identifier,
    SeriesEntry,
    Work,
    WorkSubject,
)
from catalog.search.text import name_words, stored, title_keys

# An exact title is a lexeme of the head: "=t:middlemarch".
KEY = "=t:"
# Nobody reads more to rank a book, and a description beyond this says nothing new.
MOST_TITLES, MOST_PEOPLE, LONGEST_BODY = 12, 16, 8000
LOOKED_UP = (IdentifierType.ISBN13, IdentifierType.ISBN10, IdentifierType.GTIN13)


class Row(NamedTuple):
    """A work's words by weight (a, b, c), those of its description (d), keys, texts and names.

    ``authors`` has the words of the names of those who wrote it, which stand in ``b`` too.
    """

    id: int
    a: str
    b: str
    c: str
    d: str
    keys: list[str]
    texts: str
    names: str
    authors: str


# People, publishers and subjects are those of many works.
@lru_cache(maxsize=50_000)
def _name(name: str) -> str:
    return name_words(name)


@lru_cache(maxsize=50_000)
def _shared(text: str) -> str:
    return stored([text])


@dataclass(slots=True)
class Texts:
    """A work's texts by weight: A titles, B people, C series, publishers, subjects, numbers."""

    titles: list[str] = field(default_factory=list)
    subtitles: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    body: str = ""

    def row(self, pk: int) -> Row:
        """Return what the index writes of the work."""
        a = stored(_once([*self.titles, *self.subtitles]))
        b = " ".join(_name(name) for name in _once(self.people))
        c = " ".join(_shared(text) for text in _once([*self.series, *self.others]))
        return Row(
            id=pk, a=a, b=b, c=c, d=stored([self.body[:LONGEST_BODY]]), keys=self._keys(),
            texts=self._display(), names=" ".join(_once([*a.split(), *b.split()])),
            authors=" ".join(_name(name) for name in _once(self.authors)),
        )  # fmt: skip

    def _keys(self) -> list[str]:
        first, *others = _once(self.titles)[:MOST_TITLES] or [""]
        keys = title_keys(first, self.subtitles[0] if self.subtitles else "")
        for title in others:
            keys += title_keys(title)
        return [KEY + key for key in _once(keys)]

    def _display(self) -> str:
        return json.dumps(
            [
                _once(self.titles)[:MOST_TITLES],
                self.subtitles[0] if self.subtitles else "",
                _once(self.people)[:MOST_PEOPLE],
                _once(self.series)[:MOST_TITLES],
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        )


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))


def gather(keys: Sequence[int]) -> dict[int, Texts]:
    """Return the texts of the works that exist, in six queries."""
    texts: dict[int, Texts] = {}
    works = Work.objects.filter(pk__in=keys).values_list(
        "pk", "title", "subtitle", "original_title", "description", "first_lines"
    )
    for pk, title, subtitle, original, description, lines in works.order_by("pk"):
        texts[pk] = Texts(
            titles=[title, original], subtitles=[subtitle], body=f"{description} {lines}"
        )
    _add_people(texts)
    _add_editions(texts)
    _add_shelves(texts)
    return texts


def _add_people(texts: dict[int, Texts]) -> None:
    rows: QuerySet[Any, Any] = Contribution.objects.filter(work_id__in=texts).values_list(
        "work_id", "edition_id", "role", "name_as_printed",
        "person__name", "person__native_name", "person__other_names",
    )  # fmt: skip
    for work_id, edition_id, role, printed, name, native, others in rows.order_by("sequence", "pk"):
        part = texts[work_id]
        # Authors first: they are what a book is remembered by.
        at = len(part.authors) if role == Role.AUTHOR and edition_id is None else len(part.people)
        part.people[at:at] = [name, native, printed, *others]
        if role == Role.AUTHOR and edition_id is None:
            part.authors += [name, native, printed, *others]


def _add_editions(texts: dict[int, Texts]) -> None:
    """Add other titles (translations have them), publishers and what editions are numbered."""
    rows = Edition.objects.filter(work_id__in=texts).values_list(
        "work_id", "title", "subtitle", "publisher__name", "imprint"
    )
    for work_id, title, subtitle, publisher, imprint in rows.order_by("pk"):
        part = texts[work_id]
        part.titles.append(title)
        part.subtitles.append(subtitle)
        part.others += [publisher or "", imprint]
    numbers = Identifier.objects.filter(edition__work_id__in=texts).exclude(type__in=LOOKED_UP)
    for work_id, value in numbers.order_by("pk").values_list("edition__work_id", "value"):
        texts[work_id].others.append(value)


def _add_shelves(texts: dict[int, Texts]) -> None:
    subjects = WorkSubject.objects.filter(work_id__in=texts).values_list(
        "work_id", "subject__name", "subject__parent__name"
    )
    for work_id, name, parent in subjects.order_by("pk"):
        texts[work_id].others += [name, parent or ""]
    series = SeriesEntry.objects.filter(work_id__in=texts).values_list(
        "work_id", "series__name", "number"
    )
    for work_id, name, number in series.order_by("pk"):
        texts[work_id].series.append(f"{name} {number}".strip())
