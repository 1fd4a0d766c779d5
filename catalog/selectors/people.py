"""People and series: who wrote, and what belongs together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.lookups import Unaccent
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Left, Lower, Upper

from catalog.constants import Role
from catalog.models import Contribution, Person, Series, Work
from catalog.querysets import WorkQuerySet
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import Page, bounds, page_number

PEOPLE_A_PAGE = 120
WORKS_A_PAGE = 24
HELPED_SHOWN = 24
SERIES_A_PAGE = 48
# Where names stand whose first letter is not one of A to Z.
ELSEWHERE = "#"

_FIRST = Upper(Left(Unaccent("sort_name"), 1))
_LETTER = Case(When(first__regex=r"^[A-Z]$", then=F("first")), default=Value(ELSEWHERE))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the index and how many authors stand under it."""

    letter: str
    people: int


@dataclass(frozen=True, slots=True)
class AuthorsPage:
    """Authors under one letter, with the letters to choose from."""

    letters: list[Letter]
    letter: str
    people: Page[Person]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person: what they wrote, and what they translated, illustrated or edited."""

    person: Person
    works: Page[WorkCard]
    helped: Sequence[WorkCard]


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """A series in order; ``entries`` pair the number as printed with the book."""

    series: Series
    entries: Page[tuple[str, WorkCard]]


def authors_page(*, letter: str = "", number: int = 1) -> AuthorsPage:
    """Return authors by the first letter they are sorted under (A to Z, else ``#``).

    An unknown or empty ``letter`` opens the first that has anybody.
    """
    authors = Person.objects.filter(
        Exists(Contribution.objects.filter(person=OuterRef("pk"), role=Role.AUTHOR))
    ).annotate(first=_FIRST, letter=_LETTER)
    counted = authors.order_by().values("letter").annotate(people=Count("pk"))
    letters = [Letter(row["letter"], row["people"]) for row in counted]
    letters.sort(key=lambda row: (row.letter == ELSEWHERE, row.letter))
    known = {row.letter: row.people for row in letters}
    if letter not in known:
        letter = letters[0].letter if letters else ""
    number = page_number(number)
    works = Count("contributions__work", filter=Q(contributions__role=Role.AUTHOR), distinct=True)
    rows = (
        authors.filter(letter=letter)
        .annotate(books=works)
        .order_by(Lower(Unaccent("sort_name")), "pk")[bounds(number, PEOPLE_A_PAGE)]
    )
    people = Page(list(rows), number, PEOPLE_A_PAGE, known.get(letter, 0))
    return AuthorsPage(letters=letters, letter=letter, people=people)


def _works_of(person: Person, *, wrote: bool) -> WorkQuerySet:
    parts = Contribution.objects.filter(person=person)
    authored = parts.filter(role=Role.AUTHOR).values("work")
    if wrote:
        return Work.objects.filter(pk__in=authored)
    return Work.objects.filter(pk__in=parts.values("work")).exclude(pk__in=authored)


def person_page(*, slug: str, country: str, number: int = 1) -> PersonPage:
    """Read a person's page in four queries: works in the order they were published.

    Raises:
        Person.DoesNotExist: there is nobody of that name.
    """
    person = Person.objects.get(slug=slug)
    number = page_number(number)
    wrote = _works_of(person, wrote=True)
    total = wrote.count()
    works = wrote.order_by(F("first_published").asc(nulls_last=True), "sort_title", "pk")
    helped = _works_of(person, wrote=False).by_popularity()
    return PersonPage(
        person=person,
        works=Page(
            cards_for(works[bounds(number, WORKS_A_PAGE)], country), number, WORKS_A_PAGE, total
        ),
        helped=cards_for(helped[:HELPED_SHOWN], country),
    )


def series_page(*, slug: str, country: str, number: int = 1) -> SeriesPage:
    """Read a series in its order, in three queries.

    Raises:
        Series.DoesNotExist: there is no such series.
    """
    series = Series.objects.annotate(total=Count("entries")).get(slug=slug)
    number = page_number(number)
    places = list(
        series.entries.order_by("position", "pk").values_list("work_id", "number")[
            bounds(number, SERIES_A_PAGE)
        ]
    )
    numbers = dict(places)
    cards = cards_for([work for work, _ in places], country)
    entries = [(numbers[card.work.pk], card) for card in cards]
    return SeriesPage(series, Page(entries, number, SERIES_A_PAGE, series.total))
