"""The editions that a seller may hold in hand: by ISBN, by words, or of one work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from books4all.lib import isbn as isbns
from catalog.constants import Form
from catalog.models import Edition, Work
from catalog.search import Query, identifiers, search, suggest
from catalog.selectors import collections
from catalog.selectors.offers import edition_line

WORKS_SHOWN = 8
EDITIONS_EACH = 4
EDITIONS_SHOWN = 60
MOST_ALIKE = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """An edition to choose, with what tells it from its neighbours."""

    edition: Edition
    line: str
    isbns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Book:
    """A work with the editions to choose from; ``more`` counts those that are not shown."""

    work: Work
    choices: Sequence[Choice]
    more: int


@dataclass(frozen=True, slots=True)
class Found:
    """What an ISBN or words have found. ``wrong``: the ISBN's check digit is not right."""

    text: str
    books: Sequence[Book]
    is_isbn: bool = False
    wrong: bool = False
    corrected: str = ""


def find(text: str) -> Found:
    """Return the editions that ``text`` means, in at most a search's statements and one more."""
    parsed = identifiers.find(text)
    if parsed is not None:
        answer = identifiers.answer(parsed, to=settings.DEFAULT_COUNTRY)
        editions = [one.edition for one in (*answer.editions, *answer.meant)]
        if editions or parsed.valid:
            books = _books(_rows().filter(pk__in=[edition.pk for edition in editions]))
            return Found(text, books, is_isbn=True, wrong=not parsed.valid)
    results = search(Query(text=text[:200], to=settings.DEFAULT_COUNTRY))
    works = [hit.card.work for hit in results.hits[:WORKS_SHOWN]]
    rows = _rows().filter(work__in=works, nth__lte=EDITIONS_EACH)
    order = {work.pk: at for at, work in enumerate(works)}
    books = sorted(_books(rows), key=lambda book: order[book.work.pk])
    return Found(text, books, corrected=results.corrected)


def editions_of_work(work: Work, text: str = "") -> Found:
    """Return all editions of one work, the fullest described first."""
    return Found(text, _books(_rows().filter(work=work, nth__lte=EDITIONS_SHOWN)))


def work_named(slug: str) -> Work | None:
    """Return the work of a slug, without the NUL that PostgreSQL refuses."""
    wanted = slug.replace("\0", "")[:100]
    return Work.objects.filter(slug=wanted).first() if wanted else None


def work_by_key(key: Any) -> Work | None:
    """Return the work of a key as it stands in a form."""
    text = str(key or "")
    return (
        Work.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    )


def like(title: str, authors: str) -> list[Work]:
    """Return works of the catalogue that a title, half typed perhaps, may be; two statements at most."""
    words = f"{title} {authors}".strip()
    if len(title.strip()) < 3:
        return []
    books = suggest(words, to=settings.DEFAULT_COUNTRY).books or (
        suggest(title, to=settings.DEFAULT_COUNTRY).books if authors else ()
    )
    return [card.work for card in books[:MOST_ALIKE]]


def guess(text: str) -> dict[str, str]:
    """Return what a search that found nothing says of the book: an ISBN, or else a title."""
    if isbn := isbns.to_isbn13(text):
        return {"isbn": isbn, "form": Form.PAPERBACK}
    return {"title": text[:500]}


def _rows() -> Any:
    """Return editions with their place among their work's and how many those are."""
    partition = [F("work_id")]
    return collections.editions().annotate(
        nth=Window(
            RowNumber(), partition_by=partition, order_by=(F("completeness").desc(), F("pk").asc())
        ),
        of_work=Window(Count("pk"), partition_by=partition),
    )


def _books(rows: Any) -> list[Book]:
    """Return editions under their works, the fullest first."""
    by_work: dict[int, list[Any]] = {}
    for edition in rows.order_by("work_id", "nth"):
        by_work.setdefault(edition.work_id, []).append(edition)
    return [
        Book(
            work=editions[0].work,
            choices=[_choice(edition) for edition in editions],
            more=editions[0].of_work - len(editions),
        )
        for editions in by_work.values()
    ]


def _choice(edition: Any) -> Choice:
    return Choice(
        edition=edition,
        line=edition_line(edition),
        isbns=[isbns.hyphenate(number) for number in edition.isbns],
    )
