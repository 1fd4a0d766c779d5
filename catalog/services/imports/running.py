"""Running an import: a batch after the other, each with the position in its own transaction."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.constants import ImportStatus
from catalog.errors import ImportBusyError, ImportStateError
from catalog.importers.detect import Source
from catalog.importers.record import BookRecord, Problem, RefusedFileError, Severity
from catalog.models import CatalogueImport
from catalog.services.imports import batches, reading
from catalog.services.imports.ahead import Ahead
from catalog.services.imports.locks import again, alone

BATCH = 500
# Advisory locks: this service, and the kind of import. Another kind (sellers' stock) may run beside.
LOCK = (0xB4A, 1)

Told = Callable[[CatalogueImport], object]


def run(
    *,
    catalogue_import: CatalogueImport,
    told: Told | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> CatalogueImport:
    """Run a waiting import, or go on with one whose worker died, to its end or until it is paused.

    ``told`` is called after each batch; when ``go_on`` says no, the import is left running for
    another worker to go on with. The state of the catalogue and the position reached are
    always of one moment, whenever the process dies.

    Raises:
        ImportBusyError: another import is running.
        ImportStateError: it is not in a state to be run.
    """
    with exclusive(catalogue_import):
        runner = uuid4()
        catalogue_import = _begin(catalogue_import.pk, runner)
        try:
            with reading.opened(catalogue_import) as source:
                return _work(catalogue_import, runner, source, told, go_on)
        except RefusedFileError as error:
            return _end(catalogue_import, runner, ImportStatus.FAILED, error.problem)
        except OSError as error:
            return _end(catalogue_import, runner, ImportStatus.FAILED, _unreadable(error))


@contextmanager
def exclusive(catalogue_import: CatalogueImport) -> Iterator[None]:
    """Hold the advisory lock of imports while the block runs; it goes with the connection.

    Raises:
        ImportBusyError: another holds it.
    """
    with alone(LOCK) as mine:
        if not mine:
            raise ImportBusyError(_busy(catalogue_import))
        yield


def _busy(catalogue_import: CatalogueImport) -> str:
    other = (
        CatalogueImport.objects.filter(status__in=(ImportStatus.RUNNING, ImportStatus.UNDOING))
        .exclude(pk=catalogue_import.pk)
        .order_by("-heartbeat")
        .first()
    )
    if other is None:
        return _("This import is running already.")
    return _("%(other)s is being imported. This one waits its turn.") % {"other": other}


@transaction.atomic
def _begin(pk: int, runner: UUID) -> CatalogueImport:
    found = CatalogueImport.objects.select_for_update().get(pk=pk)
    if found.status not in {ImportStatus.WAITING, ImportStatus.RUNNING}:
        raise ImportStateError(
            _("This import is %(status)s: it can’t be run.")
            % {"status": str(found.get_status_display()).lower()}
        )
    found.status, found.runner = ImportStatus.RUNNING, runner
    found.heartbeat = timezone.now()
    found.started_at = found.started_at or found.heartbeat
    found.save(update_fields=["status", "runner", "heartbeat", "started_at", "updated_at"])
    return found


def _work(
    catalogue_import: CatalogueImport,
    runner: UUID,
    source: Source,
    told: Told | None,
    go_on: Callable[[], bool],
) -> CatalogueImport:
    ahead = Ahead(reading.records(catalogue_import, source), BATCH)
    try:
        while True:
            begun = time.monotonic()
            batch = next(ahead, None)
            if batch is None:
                return _end(catalogue_import, runner, ImportStatus.DONE, None)
            catalogue_import = _one(catalogue_import.pk, runner, batch, source.taken, begun)
            if catalogue_import.status != ImportStatus.RUNNING or not go_on():
                return catalogue_import
            if told is not None:
                told(catalogue_import)
    finally:
        ahead.close()


def _one(
    pk: int, runner: UUID, batch: list[BookRecord], read: int, begun: float
) -> CatalogueImport:
    """Deal with a batch, again if it met a lock that somebody else held."""
    return again(lambda: _deal(pk, runner, batch, read, begun), catalogue_import=pk)


@transaction.atomic
def _deal(
    pk: int, runner: UUID, batch: list[BookRecord], read: int, begun: float
) -> CatalogueImport:
    found = CatalogueImport.objects.select_for_update().get(pk=pk)
    if found.status != ImportStatus.RUNNING or found.runner != runner:
        # Paused, cancelled, or taken over by another runner: nothing more is done by this one.
        return found
    outcomes = batches.apply(found, batch)
    found.position = batch[-1].number
    found.counts = dict(Counter(found.counts) + outcomes)
    found.heartbeat = timezone.now()
    found.bytes_read = max(read, found.bytes_read)
    found.worked += time.monotonic() - begun
    found.save(
        update_fields=["position", "counts", "heartbeat", "bytes_read", "worked", "updated_at"]
    )
    return found


@transaction.atomic
def _end(
    catalogue_import: CatalogueImport, runner: UUID, status: ImportStatus, problem: Problem | None
) -> CatalogueImport:
    found = CatalogueImport.objects.select_for_update().get(pk=catalogue_import.pk)
    if found.status != ImportStatus.RUNNING or found.runner != runner:
        return found
    found.status, found.runner = status, None
    found.finished_at = timezone.now()
    found.total = found.position
    if problem is not None:
        found.failure = {**asdict(problem), "severity": str(problem.severity)}
    found.save(update_fields=["status", "runner", "finished_at", "total", "failure", "updated_at"])
    return found


def _unreadable(error: OSError) -> Problem:
    return Problem(
        code="file_unreadable",
        field="",
        value="",
        message=_("The file can’t be opened: %(why)s") % {"why": error.strerror or str(error)},
        remedy=_("Upload it again."),
        severity=Severity.ERROR,
    )
