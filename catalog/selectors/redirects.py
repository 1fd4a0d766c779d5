"""Where a row of the catalogue went that was merged into another."""

from typing import Any

from django.db.models import Model

from catalog.constants import Mergeable
from catalog.models import Edition, Person, Publisher, Redirect, Series, Work

_WITH_ADDRESS = {
    Mergeable.WORK: Work,
    Mergeable.PERSON: Person,
    Mergeable.PUBLISHER: Publisher,
    Mergeable.SERIES: Series,
}


def slug_now(kind: str, old_slug: str) -> str | None:
    """Return the slug that the old address of a work, person, publisher or series leads to.

    None if nothing of the kind was ever there, or what it was merged into is gone.
    """
    model: Any = _WITH_ADDRESS[Mergeable(kind)]
    target = Redirect.objects.filter(kind=kind, old_slug=old_slug).values("target_id")
    rows = model._base_manager.filter(pk__in=target)  # noqa: SLF001 any of the four
    found: str | None = rows.values_list("slug", flat=True).first()
    return found


def work_now(old_id: int) -> int | None:
    """Return the key of the work that ``old_id`` was merged into, or None."""
    return _key_now(Work, Mergeable.WORK, old_id)


def edition_now(old_id: int) -> int | None:
    """Return the key of the edition that ``old_id`` was merged into, or None."""
    return _key_now(Edition, Mergeable.EDITION, old_id)


def _key_now(model: type[Model], kind: str, old_id: int) -> int | None:
    target = Redirect.objects.filter(kind=kind, old_id=old_id).values("target_id")
    rows = model._base_manager.filter(pk__in=target)  # noqa: SLF001
    found: int | None = rows.values_list("pk", flat=True).first()
    return found
