"""The file that was sent, with what is wrong beside each record: put right there, and sent again.

A table gets one more column at its end, a tagged record one more line; readers pass both over.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from books4all.lib.csv_cells import inert
from catalog.exporters.stock import tables
from catalog.exporters.stock.writing import write_sheet
from catalog.importers.stock.columns import ERROR_COLUMN
from catalog.importers.stock.row import StockFile
from catalog.importers.stock.tagged import ERROR_TAG, TAGS


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be known of a file to write it again: keep it with the import. ``header`` are its
    columns' names, empty for a table without any and for tagged files; ``width`` their number."""

    format: str
    encoding: str
    delimiter: str = ""
    workbook: bool = False
    head: str = ""
    header: tuple[str, ...] = ()
    width: int = 0


def shape_of(file: StockFile) -> Shape:
    """Return the shape of a file whose rows were read."""
    names = tuple(column.header for column in file.columns)
    return Shape(file.format, file.encoding, file.delimiter, file.workbook, file.head,
                 names if any(names) else (), len(names))  # fmt: skip


def write_report(out: BinaryIO, shape: Shape, rows: Iterable[tuple[str, str]]) -> None:
    """Write rows (``StockRow.raw`` and what to say of it) as a file of the shape that was sent."""
    if shape.workbook:
        width = shape.width
        header = [*shape.header, ERROR_COLUMN] if shape.header else []
        write_sheet(
            out,
            header,
            (
                [inert(cell) for cell in [*_padded(_cells(raw, ","), width), words]]
                for raw, words in rows
            ),
        )
        return
    out.writelines(report_lines(shape, rows))


def report_lines(shape: Shape, rows: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Yield a report that is no workbook piece by piece, in the encoding of the file."""
    name = {"latin-1": "cp1252", "": "utf-8", "utf-8-sig": "utf-8"}.get(
        shape.encoding, shape.encoding
    )
    if shape.encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
    parts = _tagged(shape, rows) if shape.format in TAGS else _table(shape, rows)
    for text in parts:
        # What stood for unreadable bytes, and our own signs, may not be in an old encoding.
        yield text.replace("\n", "\r\n").encode(name, "xmlcharrefreplace")


def _tagged(shape: Shape, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    if shape.head:
        yield f"{shape.head}\n"
    for raw, said in rows:
        errors = "".join(f"\n{ERROR_TAG}|{one}" for one in said.splitlines() if one)
        yield f"{raw}{errors}\n\n"


def _table(shape: Shape, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    delimiter = shape.delimiter or ","
    if shape.header:
        yield tables.line([*shape.header, ERROR_COLUMN], delimiter) + "\n"
    for raw, said in rows:
        cells = _cells(raw, delimiter)
        words = " ".join(said.split())
        guarded = [inert(cell) for cell in cells]
        # As it stood, unless a spreadsheet would take a cell of it for a formula.
        text = raw if guarded == cells else tables.line(guarded, delimiter)
        missing = max(0, shape.width - len(cells))
        yield f"{text}{delimiter * missing}{delimiter}{tables.line([inert(words)], delimiter)}\n"


def _cells(raw: str, delimiter: str) -> list[str]:
    if '"' not in raw:
        return raw.split(delimiter)
    try:
        return next(csv.reader(raw.splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error:
        return raw.split(delimiter)


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))
