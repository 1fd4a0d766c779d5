"""A stock file's way from the upload to the shelves, as the shop steers it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import ShopNotOpenError
from accounts.models import Seller, User
from accounts.services import activity
from catalog.constants import InventoryMode, InventoryStatus
from catalog.errors import ImportStateError
from catalog.importers.stock.row import Column, StockFile
from catalog.models import InventoryImport, InventorySettings
from catalog.models.inventory import MOVING
from catalog.services.inventory import reading, running, withdrawing
from catalog.tasks import run_stock_file

MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file was found to be."""

    format: str
    encoding: str
    purge: bool
    columns: tuple[Column, ...]
    missing: tuple[str, ...]


def upload(
    *,
    seller: Seller,
    file: BinaryIO,
    name: str,
    mode: str = "",
    choices: Mapping[str, Any] | None = None,
    at_once: bool = False,
    actor: User | None = None,
    enqueue: bool = True,
) -> InventoryImport:
    """Keep a shop's stock file and have it checked, as soon as its columns are known.

    Columns that the shop has matched before are remembered. With ``at_once`` it is published without
    a look at the check, unless a large part of the stock would be withdrawn.

    Raises:
        RefusedFileError: it is of no format that can be read.
    """
    given = {key: value for key, value in (choices or {}).items() if value not in {"", None}}
    looked = _look(file, name, {}, given)
    mapping: dict[str, str] = {}
    remembered = _remembered(seller, looked.columns)
    if remembered is not None:
        mapping, given = remembered.mapping, {**remembered.choices, **given}
        looked = _look(file, name, mapping, given)
    new = InventoryImport(
        seller=seller,
        file_name=name[-200:],
        digest=_digest(file),
        format=looked.format,
        encoding=looked.encoding[:40],
        mapping=mapping,
        choices=given,
        mode=mode or (InventoryMode.REPLACE if looked.purge else InventoryMode.UPDATE),
        at_once=at_once,
        started_by=actor,
    )
    asks = _must_ask(looked, new.mode, said=remembered is not None)
    new.status = InventoryStatus.MATCHING if asks else InventoryStatus.CHECKING
    file.seek(0)
    new.file.save(f"{seller.pk}-{new.pk}", File(file), save=False)
    new.size = new.file.size
    with transaction.atomic():
        new.save()
        activity.record(
            seller=seller, actor=actor, action="stock.uploaded", subject=name, mode=new.mode
        )
        if enqueue and new.is_moving:
            _enqueue(new)
    return new


def look_at(inventory_import: InventoryImport) -> Looked:
    """Return what a file is, by what is known of it now. Raises RefusedFileError."""
    with reading.opened(inventory_import) as file:
        return _looked(file)


@transaction.atomic
def match_columns(
    *,
    inventory_import: InventoryImport,
    mapping: Mapping[str, str],
    choices: Mapping[str, Any],
    mode: str = "",
    enqueue: bool = True,
) -> InventoryImport:
    """Take the shop's word for its columns, remember it, and have the file checked anew.

    Raises:
        ImportStateError: it is being worked on, or published.
        RefusedFileError: it can't be read like that.
    """
    found = _locked(inventory_import.pk)
    if found.status not in {
        InventoryStatus.MATCHING,
        InventoryStatus.CHECKED,
        InventoryStatus.CHECKING,
    }:
        raise ImportStateError(_("This file is on the shelves already: upload it again."))
    found.mapping, found.choices = dict(mapping), {k: v for k, v in choices.items() if v != ""}
    found.mode = mode or found.mode
    looked = look_at(found)
    found.format, found.encoding = looked.format, looked.encoding[:40]
    if looked.columns:
        InventorySettings.objects.update_or_create(
            seller_id=found.seller_id,
            columns=_signature(looked.columns),
            defaults={"mapping": found.mapping, "choices": found.choices},
        )
    _start_checking(found, missing=_must_ask(looked, found.mode, said=True))
    if enqueue and found.is_moving:
        _enqueue(found)
    return found


def _start_checking(found: InventoryImport, *, missing: bool) -> None:
    found.rows.all().delete()
    found.status = InventoryStatus.MATCHING if missing else InventoryStatus.CHECKING
    found.position, found.total, found.bytes_read, found.runner = 0, None, 0, None
    found.checked, found.counts, found.failure, found.paused = {}, {}, {}, False
    found.save()


@transaction.atomic
def change_mode(
    *, inventory_import: InventoryImport, mode: str, enqueue: bool = True
) -> InventoryImport:
    """Take a checked file for something else, and have it checked anew. Raises ImportStateError."""
    found = _locked(inventory_import.pk)
    if found.status != InventoryStatus.CHECKED:
        raise ImportStateError(_("This file is not waiting to be published."))
    found.mode = mode
    _start_checking(found, missing=False)
    if enqueue:
        _enqueue(found)
    return found


@transaction.atomic
def publish(
    *,
    inventory_import: InventoryImport,
    actor: User | None,
    confirmed: bool = False,
    enqueue: bool = True,
) -> InventoryImport:
    """Have a checked file put on the shelves; rows that need a correction wait, the others don't.

    Raises:
        ShopNotOpenError: the shop is not approved: its file would bring books to everybody's catalogue.
        ImportStateError: it has not been checked; or a large part of the stock would be withdrawn
            and nobody has ``confirmed`` that.
    """
    found = _locked(inventory_import.pk)
    if found.status != InventoryStatus.CHECKED:
        raise ImportStateError(_("This file is not waiting to be published."))
    if not found.seller.is_approved:
        raise ShopNotOpenError
    gone = found.count("withdrawn")
    if not confirmed and withdrawing.is_bold(found, gone):
        message = _(
            "%(n)d copies that are not in the file would be withdrawn. Say that you mean it."
        )
        raise ImportStateError(
            message % {"n": gone}, fields={"withdraw": [message % {"n": gone}]}, withdrawn=gone
        )
    running.begin_publishing(found)
    found.started_by = actor or found.started_by
    found.save()
    if enqueue:
        _enqueue(found)
    return found


@transaction.atomic
def pause(*, inventory_import: InventoryImport) -> InventoryImport:
    """Have a file stop after the batch it is at; ``resume`` goes on from there. Raises ImportStateError."""
    found = _locked(inventory_import.pk)
    if not found.is_moving:
        raise ImportStateError(_("Nobody is at work on this file."))
    found.paused, found.runner = True, None
    found.save(update_fields=["paused", "runner", "updated_at"])
    return found


@transaction.atomic
def resume(*, inventory_import: InventoryImport, enqueue: bool = True) -> InventoryImport:
    """Have a paused file go on. Raises ImportStateError."""
    found = _locked(inventory_import.pk)
    if not found.paused:
        raise ImportStateError(_("This file is not paused."))
    found.paused = False
    found.save(update_fields=["paused", "updated_at"])
    if enqueue and found.is_moving:
        _enqueue(found)
    return found


@transaction.atomic
def cancel(*, inventory_import: InventoryImport, actor: User | None) -> InventoryImport:
    """Have a file end after the batch it is at. What is on the shelves stays. Raises ImportStateError."""
    found = _locked(inventory_import.pk)
    if found.status not in {*MOVING, InventoryStatus.MATCHING, InventoryStatus.CHECKED}:
        raise ImportStateError(_("This file has ended already."))
    found.status, found.runner, found.finished_at = InventoryStatus.CANCELLED, None, timezone.now()
    found.paused = False
    found.save()
    activity.record(
        seller=found.seller, actor=actor, action="stock.cancelled", subject=found.file_name
    )
    return found


def tend(*, silence: float = 60) -> int:
    """Have every file that nobody has been heard of for ``silence`` seconds worked on by somebody."""
    early = timezone.now() - timedelta(seconds=silence)
    silent = InventoryImport.objects.filter(status__in=MOVING, paused=False, updated_at__lt=early)
    found = list(silent.order_by("pk")[:100])
    for inventory_import in found:
        _enqueue(inventory_import)
    return len(found)


# --- Looking into a file --------------------------------------------------------------------------


def _look(file: BinaryIO, name: str, mapping: dict[str, str], choices: dict[str, Any]) -> Looked:
    file.seek(0)
    with reading.looked_into(file, name, mapping=mapping, choices=choices) as found:
        return _looked(found)


def _looked(file: StockFile) -> Looked:
    return Looked(str(file.format), file.encoding, file.purge, file.columns, file.missing)


def _must_ask(looked: Looked, mode: str, *, said: bool) -> bool:
    """Whether nothing can be done before a person has matched the columns.

    Without SKUs nothing can be done at all. Deletions need no more; and a file of SKUs and prices is one
    too, once somebody has ``said`` that this is all.
    """
    return "sku" in looked.missing or bool(
        looked.missing and not said and mode != InventoryMode.DELETE
    )


def _remembered(seller: Seller, columns: tuple[Column, ...]) -> InventorySettings | None:
    if not columns:
        return None
    return InventorySettings.objects.filter(seller=seller, columns=_signature(columns)).first()


def _signature(columns: tuple[Column, ...]) -> str:
    names = "\0".join(one.header.strip().casefold() for one in columns)
    return hashlib.sha256(names.encode("utf-8", "replace")).hexdigest()


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while data := file.read(1024 * 1024):
        found.update(data)
    return found.hexdigest()


def _locked(pk: UUID) -> InventoryImport:
    rows = InventoryImport.objects.select_related("seller", "started_by")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _enqueue(inventory_import: InventoryImport) -> None:
    run_stock_file(str(inventory_import.pk), inventory_import.seller_id)
