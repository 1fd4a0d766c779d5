"""A person with what they wrote and helped with, and a series in its order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from catalog.constants import Role, role_label
from catalog.models import Contribution, Person, Series, Work
from catalog.querysets import WorkQuerySet
from catalog.selectors.cards import WorkCard, cards_for
from catalog.selectors.paging import MOST_COUNTED, Page, bounds, page_number

WORKS_A_PAGE = 24
HELPED_SHOWN = 12
MOST_ROLES = 8
TRANSLATORS_SHOWN = 12
SERIES_A_PAGE = 48

# How many works in each role, and the best known of those that somebody else wrote. "Anonymous" has
# tens of thousands: at most 10,000 parts are looked at, and the count says so.
_ROLES = """
    WITH parts AS (
        SELECT DISTINCT role, work_id FROM (
            SELECT role, work_id FROM catalog_contribution WHERE person_id = %(person)s LIMIT %(most)s
        ) AS few
    ),
    ranked AS (
        SELECT parts.role, parts.work_id, row_number() OVER (
            PARTITION BY parts.role ORDER BY w.popularity DESC, w.id
        ) AS place
        FROM parts JOIN catalog_work w ON w.id = parts.work_id
        WHERE parts.role <> %(author)s
    )
    SELECT role, count(*), (
        SELECT array_agg(ranked.work_id ORDER BY ranked.place) FROM ranked
        WHERE ranked.role = parts.role AND ranked.place <= %(shown)s
    )
    FROM parts GROUP BY role ORDER BY count(*) DESC, role
"""
# Who has translated this person's works, those with most of them first.
_TRANSLATORS = """
    SELECT p.name, p.slug, count(DISTINCT t.work_id)
    FROM (
        SELECT DISTINCT work_id FROM catalog_contribution
        WHERE person_id = %(person)s AND role = %(author)s LIMIT 1000
    ) AS wrote
    JOIN catalog_contribution t ON t.work_id = wrote.work_id AND t.role = %(translator)s
    JOIN catalog_person p ON p.id = t.person_id
    WHERE t.person_id <> %(person)s
    GROUP BY p.id ORDER BY count(DISTINCT t.work_id) DESC, p.sort_name, p.id LIMIT %(shown)s
"""

# A series with its size, and who wrote its first books: one or two, unless it is a publisher's.
_SERIES = """
    SELECT s.*, (SELECT count(*) FROM catalog_seriesentry e WHERE e.series_id = s.id) AS total, (
        SELECT coalesce(json_agg(row), '[]') FROM (
            SELECT p.name, p.slug FROM (
                SELECT work_id FROM catalog_seriesentry e WHERE e.series_id = s.id
                ORDER BY e.position, e.id LIMIT 50
            ) AS first
            JOIN catalog_contribution c
                ON c.work_id = first.work_id AND c.role = %(author)s AND c.edition_id IS NULL
            JOIN catalog_person p ON p.id = c.person_id
            GROUP BY p.id ORDER BY count(DISTINCT c.work_id) DESC, p.sort_name, p.id LIMIT 4
        ) AS row
    ) AS people
    FROM catalog_series s WHERE s.slug = %(slug)s
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody did besides writing: the role in words, how many books, the best known of them."""

    role: str
    label: str
    books: int
    cards: Sequence[WorkCard]


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who translated a person's works, and how many of them."""

    name: str
    slug: str
    books: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person: what they wrote, what else they did, and who translated them."""

    person: Person
    works: Page[WorkCard]
    parts: Sequence[Part]
    translators: Sequence[Helper]

    @property
    def is_first(self) -> bool:
        """Whether this is the whole page, not just more of the books."""
        return self.works.number == 1


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """A series in order; ``entries`` pair the number as printed with the book."""

    series: Series
    entries: Page[tuple[str, WorkCard]]
    authors: Sequence[dict[str, str]]


def person_page(*, slug: str, country: str, number: int = 1) -> PersonPage:
    """Read a person's page in five queries: works in the order they were published.

    Raises:
        Person.DoesNotExist: there is nobody of that name.
    """
    person = Person.objects.get(slug=slug)
    number = page_number(number)
    roles = _rows(_ROLES, person, most=MOST_COUNTED + 1, shown=HELPED_SHOWN)
    total = next((count for role, count, _works in roles if role == Role.AUTHOR), 0)
    works = _works_of(person).order_by(
        F("first_published").asc(nulls_last=True), "sort_title", "pk"
    )
    return PersonPage(
        person=person,
        works=Page(
            cards_for(works[bounds(number, WORKS_A_PAGE)], country) if total else [],
            number,
            WORKS_A_PAGE,
            total,
        ),
        parts=_parts(roles, country) if number == 1 else [],
        translators=_translators(person) if total and number == 1 else [],
    )


def _works_of(person: Person) -> WorkQuerySet:
    wrote = Contribution.objects.filter(person=person, role=Role.AUTHOR).values("work")
    return Work.objects.filter(pk__in=wrote[: MOST_COUNTED + 1])


def _parts(roles: list[tuple[Any, ...]], country: str) -> list[Part]:
    """Return the other roles, each with its cards; all cards are read in one query."""
    others = [row for row in roles if row[0] != Role.AUTHOR][:MOST_ROLES]
    wanted = list(dict.fromkeys(work for _role, _count, works in others for work in works))
    cards = {card.work.pk: card for card in cards_for(wanted, country)}
    return [
        Part(role, role_label(role), count, [cards[work] for work in works if work in cards])
        for role, count, works in others
    ]


def _translators(person: Person) -> list[Helper]:
    rows = _rows(_TRANSLATORS, person, translator=Role.TRANSLATOR, shown=TRANSLATORS_SHOWN)
    return [Helper(*row) for row in rows]


def _rows(sql: str, person: Person, **terms: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"person": person.pk, "author": Role.AUTHOR, **terms})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def series_page(*, slug: str, country: str, number: int = 1) -> SeriesPage:
    """Read a series in its order, in three queries.

    Raises:
        Series.DoesNotExist: there is no such series.
    """
    series = _series(slug)
    number = page_number(number)
    places = list(
        series.entries.order_by("position", "pk").values_list("work_id", "number")[
            bounds(number, SERIES_A_PAGE)
        ]
    )
    numbers = dict(places)
    cards = cards_for([work for work, _number in places], country)
    entries = [(numbers[card.work.pk], card) for card in cards]
    return SeriesPage(
        series=series,
        entries=Page(entries, number, SERIES_A_PAGE, series.total),
        authors=series.people,
    )


def _series(slug: str) -> Any:
    for series in Series.objects.raw(_SERIES, {"slug": slug, "author": Role.AUTHOR}):
        return series
    raise Series.DoesNotExist
