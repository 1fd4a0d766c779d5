"""Stock files that a shop's own program drops into a folder, by SFTP or a mount: taken, published, answered.

``<root>/<shop>/incoming`` is looked at. A file that is complete is published without a look at the check and
moved to ``done`` or ``failed``, with ``<name>.report.csv`` beside it. What would withdraw a large part of the
stock waits in ``failed`` for somebody who says yes on the page.
"""

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller
from books4all.lib.csv_cells import inert
from books4all.lib.errors import DomainError
from catalog.constants import InventoryStatus, RowOutcome
from catalog.importers.record import RefusedFileError
from catalog.models import InventoryImport
from catalog.services.inventory import lifecycle, running
from catalog.services.inventory.error_file import said

log = structlog.get_logger(__name__)

# Unchanged for so long (seconds) a file is complete; one that is being written ends in ".part".
QUIET = 10.0
_PART = (".part", ".tmp", ".filepart")


@dataclass(slots=True)
class Watch:
    """The folders under ``root``, and how files looked when they were last seen."""

    root: Path
    quiet: float = QUIET
    _seen: dict[Path, tuple[int, int, float]] = field(default_factory=dict)

    def look(self) -> int:
        """Take every file that is complete; return how many were taken."""
        taken = 0
        for seller in _shops(self.root):
            for path in _files(self.root / seller.slug / "incoming"):
                taken += self._is_complete(path) and _took(seller, path)
        self._seen = {path: seen for path, seen in self._seen.items() if path.exists()}
        return taken

    def _is_complete(self, path: Path) -> bool:
        if path.name.startswith(".") or path.suffix in _PART or path.is_symlink():
            return False
        try:
            stat = path.stat()
        except OSError:
            return False
        if not path.is_file():
            return False
        now = time.monotonic()
        size, changed, since = self._seen.get(path, (-1, -1, now))
        if (size, changed) != (stat.st_size, stat.st_mtime_ns):
            self._seen[path] = (stat.st_size, stat.st_mtime_ns, now)
            return self.quiet == 0
        return now - since >= self.quiet


def _shops(root: Path) -> Iterator[Seller]:
    """Yield the shops that have a folder; a folder of no shop is nobody's."""
    slugs = [path.name for path in root.iterdir() if (path / "incoming").is_dir()]
    yield from Seller.objects.filter(slug__in=slugs[:10_000]).order_by("pk")


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        log.warning("stock_folder_closed", folder=str(folder), why=error.strerror)
        return []


def _took(seller: Seller, path: Path) -> bool:
    """Take a file, whatever is wrong with it: one shop's must not keep those of others waiting."""
    try:
        take(seller, path)
    except (InterfaceError, OperationalError):
        # The database is away: all wait.
        raise
    except OSError as error:
        # Of another owner, say: it is looked at again.
        log.warning(
            "stock_file_closed", shop=seller.slug, file=ascii(path.name), why=error.strerror
        )
        return False
    except Exception:
        log.exception("stock_file_broke", shop=seller.slug, file=ascii(path.name))
        wrong = _("This file broke something here. Give it a plain name, or upload it on the page.")
        _report(_move(path, "failed"), None, wrong)
    return True


def take(seller: Seller, path: Path) -> InventoryImport | None:
    """Publish a complete file and move it to ``done`` or ``failed``; None for one that can't be read."""
    found: InventoryImport | None = None
    try:
        with path.open("rb") as file:
            found = lifecycle.upload(
                seller=seller, file=file, name=path.name, at_once=True, enqueue=False
            )
        if found.is_moving:
            found = running.run(inventory_import=found)
        wrong = _wrong(found)
    except RefusedFileError as error:
        wrong = f"{error.problem.message} {error.problem.remedy}".strip()
    except DomainError as error:
        if found is not None:
            # Another file of the shop is being worked on: the tending job goes on with this one.
            log.info("stock_file_waits", shop=seller.slug, file=path.name, why=error.message)
        wrong = "" if found is not None else error.message
    moved = _move(path, "failed" if wrong else "done")
    _report(moved, found, wrong)
    return found


def _wrong(found: InventoryImport) -> str:
    if found.failure:
        return f"{found.failure['message']} {found.failure['remedy']}".strip()
    if found.status == InventoryStatus.MATCHING:
        return _("Match the columns of this file on the page once: they are remembered.")
    if found.status == InventoryStatus.CHECKED:
        return _("Much of the stock would be withdrawn. Look at the check, and publish it there.")
    return ""


def _move(path: Path, where: str) -> Path:
    folder = path.parents[1] / where
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}-{timezone.now():%Y%m%d-%H%M%S}{path.suffix}"
    path.replace(target)
    return target


def _report(moved: Path, found: InventoryImport | None, wrong: str) -> None:
    """Write what became of the rows beside the file: those that need a correction, and the numbers."""
    unfinished = moved.with_name(f".{moved.name}.report.csv")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["row", "sku", "title", "outcome", "problem"])
        if wrong:
            out.writerow(["", "", "", "failed", inert(wrong)])
        if found is not None:
            for outcome, n in sorted(found.figures.items()):
                out.writerow(["", "", "", outcome, n])
            rows = found.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
            for row in rows.iterator(chunk_size=2000):
                cells = [row.sku, row.title, row.outcome, said(row.problems)]
                out.writerow([row.number, *map(inert, cells)])
    unfinished.replace(moved.with_name(f"{moved.name}.report.csv"))
