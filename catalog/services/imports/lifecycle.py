"""An import's way from the upload to its end, as staff steer it."""

from datetime import timedelta
from typing import BinaryIO, cast

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.constants import ImportFormat, ImportStatus, SourceRank
from catalog.errors import ImportStateError
from catalog.importers.detect import open_source
from catalog.models import CatalogueImport
from catalog.tasks import run_import

_RANKS: dict[str, SourceRank] = {
    ImportFormat.ONIX: SourceRank.ONIX,
    ImportFormat.MARC: SourceRank.MARC,
    ImportFormat.MARCXML: SourceRank.MARC,
    ImportFormat.TABLE: SourceRank.TABLE,
}
# From → to, as staff may ask. What the runner does itself is in catalog.services.imports.running.
_TRANSITIONS: dict[str, frozenset[str]] = {
    ImportStatus.WAITING: frozenset({ImportStatus.PAUSED, ImportStatus.CANCELLED}),
    ImportStatus.RUNNING: frozenset({ImportStatus.PAUSED, ImportStatus.CANCELLED}),
    ImportStatus.PAUSED: frozenset(
        {ImportStatus.WAITING, ImportStatus.CANCELLED, ImportStatus.UNDOING}
    ),
    ImportStatus.DONE: frozenset({ImportStatus.UNDOING}),
    ImportStatus.FAILED: frozenset({ImportStatus.WAITING, ImportStatus.UNDOING}),
    ImportStatus.CANCELLED: frozenset({ImportStatus.UNDOING}),
    ImportStatus.UNDOING: frozenset(),
    ImportStatus.UNDONE: frozenset(),
}


def may_become(catalogue_import: CatalogueImport, to: ImportStatus) -> bool:
    """Whether staff may bring an import to the state ``to`` from the one it is in."""
    if to == ImportStatus.UNDOING and catalogue_import.dry_run:
        return False
    return to in _TRANSITIONS[catalogue_import.status]


def start(
    *,
    file: BinaryIO,
    name: str,
    format: str = "",  # noqa: A002 the word for it
    source: str = "",
    dry_run: bool = False,
    actor: User | None = None,
    enqueue: bool = True,
) -> CatalogueImport:
    """Keep a file of books and have it imported; ``format`` is found out when it isn't given.

    Raises:
        RefusedFileError: it is of no format that can be read.
    """
    file.seek(0)
    format = format or open_source(file).kind  # noqa: A001 the word for it
    file.seek(0)
    catalogue_import = CatalogueImport(
        file_name=name[-200:],
        format=ImportFormat(format),
        source=(source.strip() or _unnamed(format, name))[:80],
        rank=_RANKS[format].value,
        dry_run=dry_run,
        started_by=actor,
    )
    catalogue_import.file.save(f"{format}-{timezone.now():%Y%m%d-%H%M%S}", File(file), save=False)
    catalogue_import.bytes_total = catalogue_import.file.size
    with transaction.atomic():
        catalogue_import.save()
        if enqueue:
            _enqueue(catalogue_import)
    return catalogue_import


def pause(*, catalogue_import: CatalogueImport) -> CatalogueImport:
    """Have an import stop after the batch it is at; ``resume`` goes on from there."""
    return _become(catalogue_import, ImportStatus.PAUSED)


@transaction.atomic
def resume(*, catalogue_import: CatalogueImport, enqueue: bool = True) -> CatalogueImport:
    """Have a paused import go on, or a failed one try its next record again."""
    found = _become(catalogue_import, ImportStatus.WAITING)
    if found.failure:
        found.failure, found.finished_at, found.total = {}, None, None
        found.save(update_fields=["failure", "finished_at", "total", "updated_at"])
    if enqueue:
        _enqueue(found)
    return found


def cancel(*, catalogue_import: CatalogueImport) -> CatalogueImport:
    """Have an import end after the batch it is at. What it has done stays until it is undone."""
    return _become(catalogue_import, ImportStatus.CANCELLED)


@transaction.atomic
def undo(*, catalogue_import: CatalogueImport, enqueue: bool = True) -> CatalogueImport:
    """Have everything taken back that an import did, but what others have changed since."""
    found = _become(catalogue_import, ImportStatus.UNDOING)
    if enqueue:
        _enqueue(found)
    return found


def run_for_real(*, catalogue_import: CatalogueImport, actor: User | None) -> CatalogueImport:
    """Import the file of a dry run."""
    if not catalogue_import.dry_run or catalogue_import.status != ImportStatus.DONE:
        raise ImportStateError(_("Only a finished dry run can be run for real."))
    with catalogue_import.file.open("rb") as file:
        return start(
            file=cast("BinaryIO", file),
            name=catalogue_import.file_name,
            format=catalogue_import.format,
            source=catalogue_import.source,
            actor=actor,
        )


def tend(*, silence: float = 60) -> int:
    """Have every import that nobody has been heard of for ``silence`` seconds run by somebody."""
    early = timezone.now() - timedelta(seconds=silence)
    states = (ImportStatus.WAITING, ImportStatus.RUNNING, ImportStatus.UNDOING)
    silent = CatalogueImport.objects.filter(status__in=states, updated_at__lt=early)
    found = list(silent.order_by("pk")[:100])
    for catalogue_import in found:
        _enqueue(catalogue_import)
    return len(found)


def _unnamed(kind: str, name: str) -> str:
    """Return what a source is called that nobody has named.

    Tables of two names are of two sources, and one never corrects the other; a feed comes in a file
    of another name every day.
    """
    return name if kind == ImportFormat.TABLE else ""


@transaction.atomic
def _become(catalogue_import: CatalogueImport, to: ImportStatus) -> CatalogueImport:
    found = CatalogueImport.objects.select_for_update().get(pk=catalogue_import.pk)
    if not may_become(found, to):
        raise ImportStateError(
            _("That can’t be done with an import that is %(status)s.")
            % {"status": str(found.get_status_display()).lower()}
        )
    found.status = to
    if to in {ImportStatus.PAUSED, ImportStatus.CANCELLED}:
        found.runner = None
    if to == ImportStatus.CANCELLED:
        found.finished_at = timezone.now()
    found.save(update_fields=["status", "runner", "finished_at", "updated_at"])
    return found


def _enqueue(catalogue_import: CatalogueImport) -> None:
    run_import(catalogue_import.pk)
