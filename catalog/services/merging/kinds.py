"""What can be merged, and what is derived from each."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from catalog.constants import Mergeable
from catalog.models import Edition, Person, Publisher, Series, Work
from catalog.services import derived

MODELS: dict[str, type[Model]] = {
    Mergeable.WORK: Work,
    Mergeable.EDITION: Edition,
    Mergeable.PERSON: Person,
    Mergeable.PUBLISHER: Publisher,
    Mergeable.SERIES: Series,
}


def kind_of(model: type[Model]) -> str:
    """Return the kind of a model that can be merged."""
    return next(str(kind) for kind, known in MODELS.items() if known is model)


def name_of(obj: Any) -> str:
    """Return how staff know the row: a book with its author, a person with their years."""
    match obj:
        case Work():
            named = f"{obj.title} ({obj.author_line})" if obj.author_line else obj.title
        case Person():
            years = f"{obj.born or ''}–{obj.died or ''}"
            named = obj.name if years == "–" else f"{obj.name} ({years})"
        case _:
            named = str(obj)
    return named[:300]


def refresh(kind: str, pks: Iterable[int]) -> None:
    """Write anew what is derived from these rows."""
    derived.refresh(MODELS[kind], pks)
