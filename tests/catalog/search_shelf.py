"""A small shelf of real books for the tests of search."""

from typing import Any

from catalog import search as engine
from catalog.constants import Role
from catalog.models import Person, Subject, Work
from catalog.search import Query, Results, Suggestions, index
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

BOOKS: list[dict[str, Any]] = [
    {"title": "Middlemarch", "year": 1871, "author": "George Eliot", "popularity": 90},
    {"title": "Silas Marner", "year": 1861, "author": "George Eliot", "popularity": 60},
    {"title": "Emma", "year": 1815, "author": "Jane Austen", "popularity": 80},
    {"title": "The Singing Bone", "year": 1912, "author": "R. Austin Freeman", "popularity": 10},
    {"title": "Les Misérables", "year": 1862, "author": "Victor Hugo", "popularity": 70},
    {"title": "Tess of the d’Urbervilles", "year": 1891, "author": "Thomas Hardy", "popularity": 65},
    {"title": "Moby-Dick; or, The Whale", "year": 1851, "author": "Herman Melville", "popularity": 75},
    {
        "title": "Crime and Punishment", "original": "Преступление и наказание", "year": 1866,
        "author": "Fyodor Dostoyevsky", "native": "Фёдор Достоевский",
        "others": ["Dostoevsky"], "popularity": 85,
    },
    {
        "title": "The Analects", "original": "論語", "year": -450, "author": "Confucius",
        "native": "孔子", "others": ["Kong Qiu"], "popularity": 30,
    },
    {"title": "Hamlet", "year": 1603, "author": "William Shakespeare", "popularity": 95},
    {"title": "Ærø Digte", "year": 1840, "author": "Søren Ødegård", "popularity": 5},
]  # fmt: skip


def person_called(name: str, native: str = "", others: list[str] | None = None) -> Person:
    found = Person.objects.filter(name=name).first()
    return found or PersonFactory(name=name, native_name=native, other_names=others or [])


def stand(*, copies: bool = True) -> dict[str, Work]:
    """Put the books on the shelf, each with one copy unless told otherwise, and index them."""
    works = {}
    for book in BOOKS:
        work = WorkFactory(
            title=book["title"],
            sort_title=book["title"].lower().removeprefix("the "),
            original_title=book.get("original", ""),
            first_published=book["year"],
            author_line=book["author"],
            popularity=book["popularity"],
        )
        person = person_called(book["author"], book.get("native", ""), book.get("others"))
        ContributionFactory(work=work, person=person, role=Role.AUTHOR)
        if copies:
            ListingFactory(edition=EditionFactory(work=work))
        works[book["title"]] = work
    return works


def search(query: Query) -> Results:
    """Search when the index has caught up: in the shop the keeper does that all the time."""
    index.catch_up()
    return engine.search(query)


def suggest(text: str) -> Suggestions:
    """Suggest when the index has caught up."""
    catch_up()
    return engine.suggest(text, to="GB")


def shelve(work: Work, subject: Subject) -> None:
    WorkSubjectFactory(work=work, subject=subject, is_main=False)


def tree() -> dict[str, Subject]:
    """Two upper subjects, and two under the first."""
    fiction = SubjectFactory(code="fiction", name="Fiction")
    return {
        "fiction": fiction,
        "novels": SubjectFactory(code="novels", name="Novels", parent=fiction),
        "gothic": SubjectFactory(code="gothic", name="Gothic", parent=fiction),
        "travel": SubjectFactory(code="travel", name="Travel"),
    }


def catch_up() -> None:
    """Let the index follow what was changed: in the shop the keeper does that all the time."""
    index.catch_up()
