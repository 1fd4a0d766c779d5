"""The first sheet of a workbook (XLSX) as rows of text, read as it streams, within bounds."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO, cast

from openpyxl import load_workbook

from catalog.importers.problems import refused
from catalog.importers.record import RefusedFileError
from catalog.importers.stock.table import COLUMNS, Cut
from catalog.importers.unpack import Counted

# Uncompressed: a sheet of a million rows has 500 MB or so; all its words are kept in memory.
SHEET_LIMIT, WORDS_LIMIT, FILE_LIMIT = 1024 * 1024 * 1024, 150 * 1024 * 1024, 200 * 1024 * 1024
MEMBERS = 2000
EMPTY_ROWS = 2000
CELL_LIMIT = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_CHUNK = 256 * 1024
_WORKBOOK, _SHARED = "xl/workbook.xml", "xl/sharedStrings.xml"


def kept(source: Counted) -> BinaryIO:
    """Return a zip as a file that can be read from its end. It waits on disk when it is large."""
    copy: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as its rows
    while data := source.read(_CHUNK):
        copy.write(data)
        if source.taken > FILE_LIMIT:
            copy.close()
            raise refused(
                "file_large", "A packed file of more than 200 MB.", remedy="Send it as CSV."
            )
    copy.seek(0)
    return cast("BinaryIO", copy)


def is_workbook(copy: BinaryIO) -> bool:
    """Whether a zip is a workbook that we read. Raises RefusedFileError for one that we don't."""
    try:
        with zipfile.ZipFile(copy) as archive:
            names = set(archive.namelist()[: MEMBERS * 10])
            if _WORKBOOK in names:
                _bounded(archive)
                return True
            if (
                "mimetype" in names
                or "Index/Document.iwa" in names
                or "xl/workbook.bin" in names
                or "[Content_Types].xml" in names
            ):
                raise refused("spreadsheet", "The file is a document of an office program that we don’t read.",
                              remedy="Save the table as XLSX or CSV.")  # fmt: skip
            return False
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, RefusedFileError):
            raise
        raise _damaged(error) from error
    finally:
        copy.seek(0)


def _bounded(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that unpacks to more than any stock, or has definitions that grow."""
    members = archive.infolist()
    for member in members[: MEMBERS + 1]:
        most = WORDS_LIMIT if member.filename == _SHARED else SHEET_LIMIT
        bomb = member.file_size > 32 * 1024 * 1024 and member.file_size > 500 * max(
            member.compress_size, 1
        )
        if member.file_size > most or bomb or len(members) > MEMBERS:
            raise refused("packed_bomb", "The workbook unpacks to more than a stock list can be.",
                          remedy="Save the table as CSV.", value=member.filename)  # fmt: skip
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as opened:
                if b"<!DOCTYPE" in opened.read(64 * 1024):
                    raise refused("workbook_entities", "The workbook defines entities, which no spreadsheet does.",
                                  remedy="Save the table as CSV.", value=member.filename)  # fmt: skip


def _damaged(error: Exception) -> RefusedFileError:
    return refused("workbook_damaged", f"The workbook can’t be read: {type(error).__name__}.",
                   remedy="Open it, save it again as XLSX or CSV, and send that.")  # fmt: skip


def cuts(copy: BinaryIO) -> Iterator[Cut]:
    """Yield the rows of the first sheet that has any: line, text as CSV, cells, nothing wrong."""
    try:
        book = load_workbook(copy, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _rows(book)
        finally:
            book.close()
    except RefusedFileError:
        raise
    except Exception as error:
        # Whatever a made-up workbook breaks in the parser, it is the file that is wrong.
        raise _damaged(error) from error


def _rows(book: Any) -> Iterator[Cut]:
    for sheet in book.worksheets[:20]:
        found, empty = False, 0
        if not hasattr(sheet, "reset_dimensions"):
            continue
        # What a sheet says of its own size may be wrong either way.
        sheet.reset_dimensions()
        for number, values in enumerate(
            sheet.iter_rows(values_only=True, max_col=COLUMNS), start=1
        ):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                empty += 1
                if empty > EMPTY_ROWS:
                    break
                continue
            found, empty = True, 0
            yield number, as_csv(cells), cells, ""
        if found:
            return


def _text(value: object) -> str:
    """Return a cell as a person sees it: whole numbers without a point, days without an hour."""
    if isinstance(value, str):
        return (
            value[:CELL_LIMIT]
            .replace("_x000D_", "")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\x00", "")
        )
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Fifteen figures are what a spreadsheet knows; the rest is binary dust. Never in powers of ten.
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def as_csv(cells: list[str]) -> str:
    """Return cells as a line of CSV, its end not with it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
