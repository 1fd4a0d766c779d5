"""Taking an import back: its journal read backwards, and whatever others have changed since left."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.constants import ChangeKind, ImportStatus
from catalog.errors import ImportStateError
from catalog.models import CatalogueImport, Edition, ImportChange, Person, Work
from catalog.services import people
from catalog.services.imports.deleting import forget_derived, referred
from catalog.services.imports.rows import DERIVED, copy, digest, plain, rewrite
from catalog.services.imports.running import exclusive

_LAST = ("created_at", "updated_at")

Told = Callable[[CatalogueImport, int], object]
# A row that stays: its table, its key, and why.
Kept: TypeAlias = tuple[str, int, str]


def run_undo(*, catalogue_import: CatalogueImport, told: Told | None = None) -> CatalogueImport:
    """Take back what an import did, the last first, in short transactions; go on where one died.

    What was changed since by anybody else stays as it is, and so does what something else refers to
    (copies on sale, a reader's list): each such row is written to the journal as kept, with why.

    Raises:
        ImportBusyError: another import is running.
        ImportStateError: nobody has asked for it to be undone.
    """
    if catalogue_import.status != ImportStatus.UNDOING:
        raise ImportStateError(_("This import is not to be undone."))
    with exclusive(catalogue_import):
        while left := _step(catalogue_import):
            if told is not None:
                told(catalogue_import, left)
        return _end(catalogue_import)


@transaction.atomic
def _step(catalogue_import: CatalogueImport) -> int:
    """Take back the last batch that there is; return how many entries it had, 0 for none left."""
    now = timezone.now()
    CatalogueImport.objects.filter(pk=catalogue_import.pk).update(heartbeat=now, updated_at=now)
    left = ImportChange.objects.filter(catalogue_import=catalogue_import, undone=False)
    last = left.order_by("-number").values_list("number", flat=True).first()
    if last is None:
        return 0
    entries = list(left.filter(number=last).order_by("-pk"))
    kept: list[Kept] = []
    for kind, group in groupby(entries, key=_group):
        run = list(group)
        if kind[0] == ChangeKind.REMOVED:
            for entry in run:
                kept += _restore(_model(entry.table), entry)
        elif kind[0] == ChangeKind.UPDATED:
            kept += _set_back(_model(run[0].table), run)
        else:
            kept += _remove_created(run)
    ImportChange.objects.filter(pk__in=[entry.pk for entry in entries]).update(undone=True)
    _report(catalogue_import, last, kept)
    return len(entries)


def _group(entry: ImportChange) -> tuple[str, ...]:
    """Return what entries have in common that are taken back together."""
    if entry.kind == ChangeKind.UPDATED:
        return (entry.kind, entry.table, *entry.fields)
    return (entry.kind,)


def _remove_created(entries: Sequence[ImportChange]) -> list[Kept]:
    """Delete the rows that a batch has made, the last tables first.

    What somebody has changed since stays, what something else refers to, and every part of a work
    or an edition that stays: its numbers, people and subjects.
    """
    by_model = {_model(entry.table): entry for entry in entries}
    kept: list[Kept] = []
    stay: dict[type[models.Model], set[int]] = {Edition: set(), Work: set()}
    whole: tuple[type[models.Model], ...] = (Edition, Work)
    for model in whole:
        if entry := by_model.get(model):
            going = set(by_model[Edition].keys) - stay[Edition] if Edition in by_model else set()
            reasons = _reasons_to_stay(model, entry, going)
            stay[model] = set(reasons)
            kept += [(entry.table, key, why) for key, why in sorted(reasons.items())]
    for model, entry in by_model.items():
        if model in stay:
            _delete(model, [key for key in entry.keys if key not in stay[model]])
            continue
        found = _parts_that_stay(model, entry.keys, stay)
        now = _digests(model, entry.fields, entry.keys)
        written = dict(zip(entry.keys, entry.digests, strict=True))
        changed = {key for key, value in now.items() if value != written[key]} - found
        going_keys = [key for key in entry.keys if key in now and key not in changed | found]
        needed = referred(model, going_keys)
        kept += [(entry.table, key, _("It has been changed since.")) for key in sorted(changed)]
        # People, publishers and subjects that others share: no more than to be expected.
        _delete(model, [key for key in going_keys if key not in needed])
    return kept


def _reasons_to_stay(
    model: type[models.Model], entry: ImportChange, going: set[int]
) -> dict[int, str]:
    """Return why editions or works can't go, by their keys; editions that ``go`` hold no work."""
    written = dict(zip(entry.keys, entry.digests, strict=True))
    now = _digests(model, entry.fields, entry.keys)
    found = {
        key: _("It has been changed since.") for key, value in now.items() if value != written[key]
    }
    needed = referred(model, entry.keys, besides=(Edition,) if model is Work else ())
    if model is Work:
        others = Edition.objects.filter(work_id__in=entry.keys).exclude(pk__in=going).order_by()
        needed |= set(others.values_list("work_id", flat=True))
    for key in needed:
        found.setdefault(key, _("Something else refers to it now."))
    return found


def _parts_that_stay(
    model: type[models.Model], keys: Sequence[int], stay: dict[type[models.Model], set[int]]
) -> set[int]:
    """Return those rows that are parts of editions and works that stay."""
    columns = {field.column for field in model._meta.concrete_fields}  # noqa: SLF001 documented
    rows = model._default_manager.filter(pk__in=keys).order_by()  # noqa: SLF001 documented
    found: set[int] = set()
    if "edition_id" in columns:
        kept = rows.filter(edition_id__in=stay[Edition])
        found |= set(kept.values_list("pk", flat=True))
        rows = rows.filter(edition_id__isnull=True)
    if "work_id" in columns:
        found |= set(rows.filter(work_id__in=stay[Work]).values_list("pk", flat=True))
    return found


def _delete(model: type[models.Model], keys: Sequence[int]) -> None:
    forget_derived(model, keys)
    table = model._meta.db_table  # noqa: SLF001 documented
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}" WHERE id = ANY(%s)', [list(keys)])  # noqa: S608 a name of a table


def _digests(
    model: type[models.Model], fields: Sequence[str], keys: Sequence[int]
) -> dict[int, int]:
    found = model._default_manager.filter(pk__in=keys).order_by("pk")  # noqa: SLF001 documented
    found = found.select_for_update(no_key=True)
    names = {field.column: field.attname for field in model._meta.concrete_fields}  # noqa: SLF001
    rows = found.values_list("pk", *(names[column] for column in fields))
    return {row[0]: digest(row[1:]) for row in rows}


def _set_back(model: type[models.Model], entries: Sequence[ImportChange]) -> list[Kept]:
    fields = entries[0].fields
    keys = [entry.keys[0] for entry in entries]
    compared = [column for column in fields if column not in DERIVED]
    query = model._default_manager.filter(pk__in=keys).order_by("pk")  # noqa: SLF001 documented
    query = query.select_for_update(no_key=True)
    now = {row["pk"]: row for row in query.values("pk", *compared)}
    kept, rows = [], []
    for entry in entries:
        row = now.get(entry.keys[0])
        if row is None:
            kept.append((entry.table, entry.keys[0], _("It is gone.")))
        elif any(plain(row[column]) != entry.after[column] for column in compared):
            kept.append((entry.table, entry.keys[0], _("It has been changed since.")))
        else:
            rows.append({"id": entry.keys[0], **entry.before})
    rewrite(model, fields, rows)
    if model is Person and {"other_names", "name"} & set(fields):
        people.keep_names([row["id"] for row in rows])
    return kept


def _restore(model: type[models.Model], entry: ImportChange) -> list[Kept]:
    """Write a row again that was deleted, with its own key."""
    if model._default_manager.filter(pk=entry.keys[0]).exists():  # noqa: SLF001 documented
        return []
    for field in model._meta.concrete_fields:  # noqa: SLF001 documented
        key = entry.before.get(field.column)
        if field.is_relation and key is not None:
            target: Any = field.related_model
            if not target.objects.filter(pk=key).exists():
                return [(entry.table, entry.keys[0], _("What it belonged to is gone."))]
    dates = {n: parse_datetime(v) for n, v in entry.before.items() if n in _LAST and v}
    values = {**entry.before, **dates}
    copy(model, list(values), [list(values.values())])
    return []


def _report(catalogue_import: CatalogueImport, number: int, kept: Sequence[Kept]) -> None:
    ImportChange.objects.bulk_create(
        ImportChange(
            catalogue_import=catalogue_import,
            number=number,
            kind=ChangeKind.KEPT,
            table=table,
            keys=[key],
            note=why,
            undone=True,
        )
        for table, key, why in kept
    )


@transaction.atomic
def _end(catalogue_import: CatalogueImport) -> CatalogueImport:
    found = CatalogueImport.objects.select_for_update().get(pk=catalogue_import.pk)
    found.status, found.finished_at = ImportStatus.UNDONE, timezone.now()
    found.save(update_fields=["status", "finished_at", "updated_at"])
    return found


def _model(table: str) -> type[models.Model]:
    return next(m for m in apps.get_models() if m._meta.db_table == table)  # noqa: SLF001 documented
