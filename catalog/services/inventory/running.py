"""Running a stock file: first the check, then the publishing, a batch after the other.

Each batch writes the position reached in its own transaction. Files of one shop follow each other;
those of different shops run beside each other.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import activity
from books4all.lib import collecting
from books4all.lib.jobs import enqueue
from catalog.constants import InventoryMode, InventoryStatus, RowOutcome
from catalog.errors import ImportBusyError, ImportStateError
from catalog.importers.record import Problem, RefusedFileError, Severity
from catalog.importers.stock.row import StockFile, StockRow
from catalog.models import InventoryImport
from catalog.services.imports.locks import again, alone
from catalog.services.inventory import batches, reading, withdrawing

BATCH = 1000
# After each batch the worker leaves the processors to those who visit the shop, for this share of its time.
REST = 0.1
# Whoever has waited longer for the check has gone on to other things, and is told by mail.
TOLD_AFTER = timedelta(seconds=20)
# Advisory locks: this service, and the shop.
LOCK = 0xB4B

Told = Callable[[InventoryImport], object]


def run(
    *,
    inventory_import: InventoryImport,
    told: Told | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> InventoryImport:
    """Check or publish a file, or go on where a worker died, to the end or until it is paused.

    ``told`` is called after each batch; when ``go_on`` says no, the file is left for another worker.
    Shelves and position are always of one moment, whenever the process dies.

    Raises:
        ImportBusyError: another file of the shop is being worked on.
        ImportStateError: it is not in a state to be run.
    """
    with collecting.seldom(), alone((LOCK, inventory_import.seller_id)) as mine:
        if not mine:
            raise ImportBusyError(busy(inventory_import))
        while True:
            runner = uuid4()
            found = _begin(inventory_import.pk, runner)
            found = _pass(found, runner, told, go_on)
            # What is published without a look goes on at once.
            if not (found.is_moving and found.runner is None and go_on()):
                return found


def busy(inventory_import: InventoryImport) -> str:
    """Say which file of the shop an import waits for."""
    other = (
        InventoryImport.objects.filter(seller_id=inventory_import.seller_id, runner__isnull=False)
        .exclude(pk=inventory_import.pk)
        .order_by("-heartbeat")
        .first()
    )
    if other is None:
        return _("Another worker is at this file already.")
    return _("“%(other)s” is being worked on. This file goes on after it.") % {"other": other}


@transaction.atomic
def _begin(pk: UUID, runner: UUID) -> InventoryImport:
    found = InventoryImport.objects.select_for_update().get(pk=pk)
    if not found.is_moving:
        state = _("paused") if found.paused else str(found.get_status_display()).lower()
        raise ImportStateError(_("This file is %(status)s.") % {"status": state})
    found.runner, found.heartbeat = runner, timezone.now()
    found.started_at = found.started_at or found.heartbeat
    found.save(update_fields=["runner", "heartbeat", "started_at", "updated_at"])
    return found


def _pass(
    inventory_import: InventoryImport,
    runner: UUID,
    told: Told | None,
    go_on: Callable[[], bool],
) -> InventoryImport:
    try:
        with reading.opened(inventory_import) as file:
            found = _rows(inventory_import, runner, file, told, go_on)
    except RefusedFileError as error:
        return _fail(inventory_import.pk, runner, error.problem)
    except OSError as error:
        return _fail(inventory_import.pk, runner, _unreadable(error))
    while _is_ours(found, runner) and found.position >= (found.total or 0) and go_on():
        # The rows are done: what the file does not have is left.
        found = again(partial(_finish, found.pk, runner), inventory_import=str(found.pk))
        if told is not None:
            told(found)
    return found


def _is_ours(inventory_import: InventoryImport, runner: UUID) -> bool:
    return (
        inventory_import.is_moving
        and inventory_import.runner == runner
        and inventory_import.total is not None
    )


def _rows(
    inventory_import: InventoryImport,
    runner: UUID,
    file: StockFile,
    told: Told | None,
    go_on: Callable[[], bool],
) -> InventoryImport:
    found = inventory_import
    begun = time.monotonic()
    for rows in reading.batches(inventory_import, file, BATCH):
        deal = partial(_deal, found.pk, runner, rows, file.taken, begun)
        found = again(deal, inventory_import=str(found.pk))
        if not (found.is_moving and found.runner == runner and go_on()):
            return found
        if told is not None:
            told(found)
        time.sleep(REST * (time.monotonic() - begun))
        begun = time.monotonic()
    return _read_to_the_end(found.pk, runner, file.encoding)


@transaction.atomic
def _deal(
    pk: UUID, runner: UUID, rows: Sequence[StockRow], taken: int, begun: float
) -> InventoryImport:
    found = _lock(pk)
    if not (found.is_moving and found.runner == runner):
        # Paused, cancelled, or taken over by another runner: nothing more is done by this one.
        return found
    checking = found.status == InventoryStatus.CHECKING
    outcomes = batches.apply(found, rows, dry_run=checking)
    found.position = rows[-1].number
    _add_up(found, outcomes)
    found.heartbeat = timezone.now()
    found.bytes_read = max(taken, found.bytes_read)
    found.worked += time.monotonic() - begun
    found.save(update_fields=[*_FIGURES, "bytes_read"])
    return found


_FIGURES = ("position", "checked", "counts", "heartbeat", "worked", "updated_at")


def _lock(pk: UUID) -> InventoryImport:
    rows = InventoryImport.objects.select_related("seller", "started_by")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _add_up(found: InventoryImport, outcomes: Counter[str]) -> None:
    if found.status == InventoryStatus.CHECKING:
        found.checked = dict(Counter(found.checked) + outcomes)
    else:
        found.counts = dict(Counter(found.counts) + outcomes)


@transaction.atomic
def _read_to_the_end(pk: UUID, runner: UUID, encoding: str) -> InventoryImport:
    found = _lock(pk)
    if found.is_moving and found.runner == runner and found.total is None:
        # Which letters a file is written in may show in its last line only.
        found.total, found.encoding = found.position, encoding[:40]
        found.save(update_fields=["total", "encoding", "updated_at"])
    return found


@transaction.atomic
def _finish(pk: UUID, runner: UUID) -> InventoryImport:
    """Go one step behind the last row: foretell or withdraw what the file does not have, then end."""
    found = _lock(pk)
    if not (found.is_moving and found.runner == runner):
        return found
    if found.status == InventoryStatus.CHECKING:
        _checked(found)
    elif found.mode == InventoryMode.REPLACE and not found.failure and (gone := _withdrawn(found)):
        _add_up(found, gone)
        found.position += sum(gone.values())
        found.heartbeat = timezone.now()
    elif not found.failure:
        found.status = InventoryStatus.PUBLISHED
        _ended(found)
    found.save()
    return found


def _withdrawn(found: InventoryImport) -> Counter[str]:
    # Before the first copy goes: is it what the shop has seen?
    if found.position == found.total and (problem := withdrawing.surprise(found)):
        found.failure = _as_json(problem)
        found.status = InventoryStatus.FAILED
        _ended(found)
        return Counter()
    return withdrawing.batch(found, BATCH)


def _checked(found: InventoryImport) -> None:
    gone = withdrawing.foretell(found)
    if gone:
        found.checked = {**found.checked, RowOutcome.WITHDRAWN.value: gone}
    found.runner = None
    if found.at_once and found.seller.is_approved and not withdrawing.is_bold(found, gone):
        begin_publishing(found)
        return
    found.status = InventoryStatus.CHECKED
    if timezone.now() - found.created_at > TOLD_AFTER:
        enqueue("catalog.tell_stock_checked", pk=str(found.pk))


def begin_publishing(found: InventoryImport) -> None:
    """Turn a checked file, locked and to be saved, into one that is being published."""
    withdrawing.forget(found)
    found.may_withdraw = int(found.checked.get(RowOutcome.WITHDRAWN.value, 0))
    found.status, found.position, found.bytes_read, found.counts = (
        InventoryStatus.PUBLISHING, 0, 0, {},
    )  # fmt: skip


def _ended(found: InventoryImport) -> None:
    found.runner, found.finished_at = None, timezone.now()
    activity.record(
        seller=found.seller,
        actor=found.started_by,
        action="stock.published",
        subject=found.file_name,
        **{name: n for name, n in found.counts.items() if n},
    )


@transaction.atomic
def _fail(pk: UUID, runner: UUID, problem: Problem) -> InventoryImport:
    found = _lock(pk)
    if found.is_moving and found.runner == runner:
        found.status, found.runner = InventoryStatus.FAILED, None
        found.finished_at = timezone.now()
        found.failure = _as_json(problem)
        found.save()
    return found


def _as_json(problem: Problem) -> dict[str, object]:
    return {**asdict(problem), "severity": str(problem.severity)}


def _unreadable(error: OSError) -> Problem:
    return Problem(
        code="file_unreadable",
        field="",
        value="",
        message=_("The file can’t be opened: %(why)s") % {"why": error.strerror or str(error)},
        remedy=_("Upload it again."),
        severity=Severity.ERROR,
    )
