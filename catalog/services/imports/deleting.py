"""Records that ask for a book to be taken away (ONIX notification 05)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from catalog.constants import CoverSource, Outcome
from catalog.importers.record import BookRecord, Problem
from catalog.models import (
    CatalogueImport,
    Contribution,
    Cover,
    Edition,
    EditionSource,
    Identifier,
    MatchDoubt,
    PersonName,
    SearchDocument,
    SeriesEntry,
    Work,
    WorkSubject,
)
from catalog.services.imports import rows
from catalog.services.imports.results import Result, reference_of, source_name
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import Shelf

# What goes with an edition or a work: parts of its description, and what is worked out from it.
PARTS: dict[type[Model], tuple[type[Model], ...]] = {
    Edition: (Identifier, EditionSource, Contribution),
    Work: (Contribution, WorkSubject, SeriesEntry),
}
_DERIVED: tuple[type[Model], ...] = (MatchDoubt, SearchDocument, PersonName)
# Covers that a publisher's file named were fetched because of it; others are somebody's work.
_FED = {Cover: f"source <> '{CoverSource.FEED.value}'"}


def take_away(catalogue_import: CatalogueImport, records: Sequence[BookRecord]) -> list[Result]:
    """Delete the editions that the records name, where nothing depends on them and nobody else
    has described them; the works that are left without an edition too."""
    source = source_name(catalogue_import)
    shelf = Shelf(records, source)
    asked: dict[Row, BookRecord] = {}
    results: list[Result] = []
    for record in records:
        hits = [edition for _kind, edition in shelf.numbered(record)]
        own = shelf.by_reference.get(reference_of(record))
        edition = own or (hits[0] if len(hits) == 1 else None)
        if edition is None:
            said = _("Skipped: there is no such book to delete.")
            results.append(Result(record, Outcome.SKIPPED, said))
        elif any(s != source for s, *_rest in edition.extra.sources) or not edition.extra.sources:
            said = _("Kept: somebody else has described it too.")
            results.append(Result(record, Outcome.SKIPPED, said, edition, edition.extra.work))
        else:
            asked[edition] = record
            results.append(Result(record, Outcome.DELETED, _("Deleted."), edition))
    needed = referred(Edition, [edition.key for edition in asked if edition.key])
    gone = [edition for edition in asked if edition.key not in needed]
    for result in results:
        if result.outcome == Outcome.DELETED and result.edition not in gone:
            result.outcome = Outcome.SKIPPED
            result.said = _("Kept: copies of it are on file, or something else refers to it.")
            result.problems.append(
                Problem(code="in_use", field="NotificationType", value="05", message=result.said)
            )
    _remove(catalogue_import, gone, records[0].number)
    return results


def _remove(catalogue_import: CatalogueImport, editions: Sequence[Row], number: int) -> None:
    keys = [edition.key for edition in editions if edition.key]
    works = sorted({edition.values["work_id"] for edition in editions})
    journal = _with_parts(Edition, keys)
    left = set(
        Edition.objects.filter(work_id__in=works).order_by().values_list("work_id", flat=True)
    )
    empty = [work for work in works if work not in left]
    journal += _with_parts(Work, [w for w in empty if w not in referred(Work, empty)])
    rows.keep_journal(catalogue_import, number, journal)


def _with_parts(model: type[Model], keys: Sequence[int]) -> list[tuple[Any, ...]]:
    found: list[Row] = []
    name = model.__name__.lower()
    for part in (*PARTS[model], model):
        lookup = "pk__in" if part is model else f"{name}_id__in"
        columns = [f.attname for f in part._meta.concrete_fields]  # noqa: SLF001 documented
        query = part._default_manager.filter(**{lookup: keys}).order_by("pk")  # noqa: SLF001
        found += [Row(part, values, values["id"]) for values in query.values(*columns)]
    forget_derived(model, keys)
    return rows.remove(found)


def forget_derived(model: type[Model], keys: Sequence[int]) -> None:
    """Delete what is worked out from rows that go."""
    for relation in model._meta.related_objects:  # noqa: SLF001 documented
        other: Any = relation.related_model
        if other is Cover:
            Cover.objects.filter(edition_id__in=keys, source=CoverSource.FEED).delete()
        elif other in _DERIVED:
            other._default_manager.filter(**{f"{relation.field.attname}__in": keys}).delete()  # noqa: SLF001


def referred(
    model: type[Model], keys: Sequence[int], *, besides: Sequence[type[Model]] = ()
) -> set[int]:
    """Return those of ``keys`` that rows refer to which are no part of the row's own description.

    Rows of the models ``besides`` are not asked for.
    """
    needed: set[int] = set()
    for relation in model._meta.related_objects:  # noqa: SLF001 documented
        other: Any = relation.related_model
        own = other in PARTS.get(model, ()) or other in _DERIVED or other in besides
        if own or relation.many_to_many or not getattr(relation.field, "db_constraint", True):
            continue
        column = relation.field.column
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT DISTINCT "{column}" FROM "{other._meta.db_table}"'  # noqa: S608, SLF001 names of columns
                f' WHERE "{column}" = ANY(%s) AND {_FED.get(other, "true")}',
                [list(keys)],
            )
            needed |= {row[0] for row in cursor.fetchall()}
    return needed
