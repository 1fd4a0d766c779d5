"""The demo's catalogue: subjects, people and works."""

from typing import Any

from books4all.demo.source import Source, dice, unique_slugs
from books4all.demo.subjects import ROOMS
from books4all.lib.text import sort_title
from catalog.constants import Role
from catalog.models import Contribution, Person, Series, SeriesEntry, Subject, Work, WorkSubject

# Surnames whose books more people look for, so that the demo's front page feels familiar.
BELOVED = frozenset(
    [
        "austen",
        "dickens",
        "eliot",
        "bronte",
        "shakespeare",
        "tolstoy",
        "dostoevsky",
        "homer",
        "dante",
        "cervantes",
        "hugo",
        "flaubert",
        "murasaki",
        "tagore",
        "wilde",
        "woolf",
        "melville",
        "carroll",
        "shelley",
        "stoker",
        "hardy",
        "verne",
        "doyle",
        "conrad",
    ]
)


def add_subjects() -> dict[str, Subject]:
    """Write the rooms and their shelves. Returns them by key."""
    rooms = {key: Subject(code=key, slug=key, name=name) for key, (name, _shelves) in ROOMS.items()}
    Subject.objects.bulk_create(rooms.values())
    shelves = {
        key: Subject(code=key, slug=key, name=name, parent=rooms[room])
        for room, (_name, inside) in ROOMS.items()
        for key, name in inside.items()
    }
    Subject.objects.bulk_create(shelves.values())
    return rooms | shelves


def add_people(source: Source) -> dict[str, Person]:
    """Write the people that the works name. Returns them by key."""
    named = {
        key
        for work in source.works.values()
        for role in ("authors", "translators", "illustrators")
        for key in work.get(role, [])
    }
    slug = unique_slugs()
    people = {
        key: Person(
            slug=slug(row["name"], fallback=key),
            name=row["name"],
            sort_name=row["sort"],
            native_name=row.get("native", ""),
            other_names=row.get("other", []),
            born=row.get("born"),
            died=row.get("died"),
            bio=row.get("bio", ""),
        )
        for key, row in source.people.items()
        if key in named
    }
    Person.objects.bulk_create(people.values())
    return people


def _author_line(row: dict[str, Any], people: dict[str, Person]) -> str:
    names = [people[key].name for key in row.get("authors", [])]
    return " and ".join(names[:2]) if len(names) < 3 else f"{names[0]} and others"


def _popularity(key: str, row: dict[str, Any]) -> int:
    surname = (row.get("authors") or [""])[0].split("-")[0]
    luck = min(dice("popularity", key).paretovariate(1.3), 40)
    return int(luck * (900 if surname in BELOVED else 120))


def add_works(
    source: Source, people: dict[str, Person], subjects: dict[str, Subject]
) -> dict[str, Work]:
    """Write the works with their people, subjects and series. Returns them by key."""
    slug = unique_slugs()
    works = {
        key: Work(
            slug=slug(row["title"], fallback=key),
            title=row["title"],
            subtitle=row.get("subtitle", ""),
            sort_title=sort_title(row["title"]),
            original_title=row.get("original_title", ""),
            original_language=row["language"],
            first_published=row.get("year"),
            first_published_circa=row.get("circa", False),
            description=row["blurb"],
            first_lines=row.get("first_line", ""),
            author_line=_author_line(row, people),
            cover_subject=subjects[row["subjects"][0]].name.casefold(),
            popularity=_popularity(key, row),
        )
        for key, row in source.works.items()
    }
    Work.objects.bulk_create(works.values())
    WorkSubject.objects.bulk_create(
        WorkSubject(work=works[key], subject=subjects[subject], is_main=i == 0)
        for key, row in source.works.items()
        for i, subject in enumerate(row["subjects"])
    )
    Contribution.objects.bulk_create(
        Contribution(work=works[key], person=people[person], role=Role.AUTHOR, sequence=i)
        for key, row in source.works.items()
        for i, person in enumerate(row.get("authors", []), 1)
    )
    _add_series(source, works)
    return works


def _add_series(source: Source, works: dict[str, Work]) -> None:
    names = dict.fromkeys(row["series"] for row in source.works.values() if row.get("series"))
    slug = unique_slugs()
    series = {name: Series(slug=slug(name, fallback="series"), name=name) for name in names}
    Series.objects.bulk_create(series.values())
    places: dict[str, int] = dict.fromkeys(names, 0)
    entries = []
    for key, row in source.works.items():
        if name := row.get("series"):
            places[name] += 1
            number = str(row.get("series_number", ""))
            position = int(number) if number.isdecimal() else places[name]
            entries.append(
                SeriesEntry(series=series[name], work=works[key], number=number, position=position)
            )
    SeriesEntry.objects.bulk_create(entries)
