"""Rows side by side, as staff compare them before they say that two are one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import change_url
from catalog.constants import Mergeable
from catalog.models import Edition, Person, Publisher, Series, Work
from catalog.services.merging import name_of

Line = tuple[str | Promise, Callable[[Any], object]]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the rows."""

    pk: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows, and what they say line by line; ``differs`` marks a line in which they don't agree."""

    rows: list[Side]
    lines: list[tuple[str | Promise, list[str], bool]]
    # The row to keep unless staff know better: the one that most hangs on.
    best: int | None


_WORK: Sequence[Line] = (
    (_("Title"), lambda w: w.title),
    (_("Subtitle"), lambda w: w.subtitle),
    (_("Authors"), lambda w: w.author_line),
    (_("Original title"), lambda w: w.original_title),
    (_("Original language"), lambda w: w.language_name),
    (_("First published"), lambda w: w.first_published),
    (_("Description"), lambda w: w.description[:200]),
    (_("Completeness"), lambda w: w.completeness),
    (_("Editions"), lambda w: w.hanging),
)
_EDITION: Sequence[Line] = (
    (_("Title"), lambda e: e.title),
    (_("Subtitle"), lambda e: e.subtitle),
    (_("Work"), lambda e: name_of(e.work)),
    (_("Identifiers"), lambda e: ", ".join(str(i) for i in e.identifiers.all())),
    (_("Publisher"), lambda e: e.publisher or ""),
    (_("Place"), lambda e: e.place),
    (_("Published"), lambda e: e.published),
    (_("Form"), lambda e: e.form_label),
    (_("Language"), lambda e: e.language_name),
    (_("Pages"), lambda e: e.pages),
    (_("Statement"), lambda e: e.statement),
    (_("Completeness"), lambda e: e.completeness),
    (_("Copies"), lambda e: e.hanging),
)
_PERSON: Sequence[Line] = (
    (_("Name"), lambda p: p.name),
    (_("Sorted as"), lambda p: p.sort_name),
    (_("In its own script"), lambda p: p.native_name),
    (_("Other names"), lambda p: ", ".join(p.other_names)),
    (_("Born"), lambda p: p.born),
    (_("Died"), lambda p: p.died),
    (_("About"), lambda p: p.bio[:200]),
    (_("Parts in books"), lambda p: p.hanging),
)
_PUBLISHER: Sequence[Line] = (
    (_("Name"), lambda p: p.name),
    (_("Editions"), lambda p: p.hanging),
)
_SERIES: Sequence[Line] = (
    (_("Name"), lambda s: s.name),
    (_("Description"), lambda s: s.description[:200]),
    (_("Books"), lambda s: s.hanging),
)

# Model, lines, what hangs on a row, what to load with it.
_KINDS: dict[str, tuple[type[Model], Sequence[Line], str]] = {
    Mergeable.WORK: (Work, _WORK, "editions"),
    Mergeable.EDITION: (Edition, _EDITION, "listings"),
    Mergeable.PERSON: (Person, _PERSON, "contributions"),
    Mergeable.PUBLISHER: (Publisher, _PUBLISHER, "editions"),
    Mergeable.SERIES: (Series, _SERIES, "entries"),
}


def compare(kind: str, pks: Iterable[int]) -> Compared:
    """Return the rows of ``kind`` with these keys side by side; keys without a row are left out."""
    model, lines, hanging = _KINDS[kind]
    found = model._base_manager.filter(pk__in=list(pks))  # noqa: SLF001 any of the five
    if model is Edition:
        found = found.select_related("work", "publisher").prefetch_related("identifiers")
    rows: list[Any] = list(found.annotate(hanging=Count(hanging)).order_by("pk"))
    table = []
    for label, value in lines:
        texts = ["" if (said := value(row)) is None else str(said) for row in rows]
        table.append((label, texts, len(set(texts)) > 1))
    best = max(rows, key=lambda r: (r.hanging, getattr(r, "completeness", 0), -r.pk), default=None)
    return Compared(
        rows=[Side(row.pk, name_of(row), change_url(row)) for row in rows],
        lines=table,
        best=best.pk if best else None,
    )
