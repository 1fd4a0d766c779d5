"""What is derived from a row of the catalogue, written anew when the row has changed.

For whoever changes a person, a subject, a series or a publisher by itself: the works that show them
keep a line of their own.
"""

from collections.abc import Iterable

from django.db.models import Model

from catalog.models import (
    Contribution,
    Edition,
    Person,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)
from catalog.search import index
from catalog.services import completeness, people, works


def refresh(model: type[Model], pks: Iterable[int]) -> None:
    """Write anew what is derived from these rows: names, lines of authors, completeness, search.

    Call it in the transaction that changed them. Models that nothing is derived from are none of its
    business.
    """
    keys = list(pks)
    if model is Work:
        works.refresh_many(keys)
        completeness.refresh_works(keys)
    elif model is Edition:
        completeness.refresh_completeness(keys)
        index.refresh(_ids(Edition, "pk__in", keys))
    elif model is Person:
        people.keep_names(keys)
        works.refresh_many(_ids(Contribution, "person__in", keys))
    elif model is Subject:
        works.refresh_many(_ids(WorkSubject, "subject__in", keys))
    elif model is Series:
        index.refresh(_ids(SeriesEntry, "series__in", keys))
    elif model is Publisher:
        index.refresh(_ids(Edition, "publisher__in", keys))


def _ids(model: type[Model], lookup: str, keys: list[int]) -> list[int]:
    """Return the keys of the works that rows of ``model`` belong to."""
    rows = model._base_manager.filter(**{lookup: keys}).order_by("work_id")  # noqa: SLF001
    return list(rows.values_list("work_id", flat=True).distinct())
