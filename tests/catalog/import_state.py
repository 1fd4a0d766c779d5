"""The whole state of the catalogue, without keys and times: equal when two histories end alike."""

from typing import Any

from catalog.models import (
    Contribution,
    Edition,
    EditionSource,
    Identifier,
    Person,
    PersonName,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)

_TABLES: dict[Any, dict[str, str]] = {
    Person: {},
    PersonName: {"person": "person__slug"},
    Publisher: {},
    Series: {},
    Subject: {"parent": "parent__slug"},
    Work: {},
    Edition: {"work": "work__slug", "publisher": "publisher__slug"},
    Identifier: {"edition": "edition__work__slug"},
    Contribution: {"work": "work__slug", "person": "person__slug"},
    WorkSubject: {"work": "work__slug", "subject": "subject__slug"},
    SeriesEntry: {"work": "work__slug", "series": "series__slug"},
    EditionSource: {"edition": "edition__work__slug"},
}
_LEFT_OUT = {"id", "import_id", "created_at", "updated_at"}


def catalogue() -> dict[str, list[str]]:
    """Return every row of the catalogue by its values, relations by the slugs of what they name."""
    found = {}
    for model, named in _TABLES.items():
        columns = []
        for field in model._meta.concrete_fields:
            if field.name in named:
                columns.append(named[field.name])
            elif field.name not in _LEFT_OUT and not field.is_relation:
                columns.append(field.name)
        if model in {Contribution, Identifier, EditionSource}:
            columns += ["edition__title", "edition__published", "edition__form"]
        found[model.__name__] = sorted(repr(row) for row in model.objects.values_list(*columns))
    return found
