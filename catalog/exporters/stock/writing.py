"""Stock files written: copies in, bytes out, one at a time."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from catalog.exporters.stock import tables, tagged
from catalog.exporters.stock.copy import StockOut
from catalog.exporters.stock.values import Values
from catalog.importers.stock.row import StockFormat

_TAGGED = {StockFormat.UIEE: tagged.uiee, StockFormat.HOMEBASE: tagged.homebase}
# What the readers of each format expect: the old programs Windows-1252 (other letters are written as
# references of HTML, as their own exports do), spreadsheets a mark before UTF-8, the rest UTF-8.
ENCODINGS = {
    StockFormat.UIEE: "cp1252",
    StockFormat.HOMEBASE: "cp1252",
    StockFormat.TABLE: "utf-8-sig",
}
WRITTEN = (*_TAGGED, *tables.COLUMNS)
MIME = {
    True: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    False: "text/plain",
}


def stock_lines(
    copies: Iterable[StockOut], kind: StockFormat, *, encoding: str = "", currency: str = "GBP"
) -> Iterator[bytes]:
    """Yield a stock file piece by piece, for a response that streams.

    ``encoding`` is "utf-8", "utf-8-sig" or "cp1252", by itself that of the format; ``currency`` the one
    whose prices stand without its name. What a format can't hold is said beside its columns.
    """
    encoding = encoding or ENCODINGS.get(kind, "utf-8")
    letters = "utf-8" if encoding.startswith("utf") else encoding
    if encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
    for text in _records(copies, kind, letters, currency):
        yield text.encode(letters)


def _records(
    copies: Iterable[StockOut], kind: StockFormat, letters: str, currency: str
) -> Iterator[str]:
    if kind in _TAGGED:
        values = Values(letters, currency)
        for copy in copies:
            yield "\r\n".join([*_TAGGED[kind](copy, values), "", ""])
        return
    columns = tables.COLUMNS[kind]
    delimiter = tables.DELIMITERS.get(kind, "\t")
    values = Values(letters, currency, breaks="" if delimiter == "," else "<br>")
    if kind not in tables.HEADLESS:
        yield tables.line([name for name, _cell in columns], delimiter) + "\r\n"
    for copy in copies:
        yield (
            tables.line([tables.inert(cell(copy, values)) for _name, cell in columns], delimiter)
            + "\r\n"
        )


def write_stock(
    out: BinaryIO, copies: Iterable[StockOut], kind: StockFormat, *, encoding: str = "", currency: str = "GBP"
) -> None:  # fmt: skip
    """Write a stock file of ``kind`` (one of ``WRITTEN``)."""
    out.writelines(stock_lines(copies, kind, encoding=encoding, currency=currency))


def write_workbook(
    out: BinaryIO,
    copies: Iterable[StockOut],
    kind: StockFormat = StockFormat.TABLE,
    *,
    currency: str = "GBP",
) -> None:
    """Write the table of ``kind`` as a workbook (XLSX), every cell as text: ISBNs keep their zeros."""
    columns = tables.COLUMNS[kind]
    values = Values("utf-8", currency, breaks="")
    rows = ([tables.inert(cell(copy, values)) for _name, cell in columns] for copy in copies)
    write_sheet(out, [name for name, _cell in columns], rows)


def write_sheet(out: BinaryIO, header: list[str], rows: Iterable[list[str]]) -> None:
    """Write a workbook of one sheet, row by row. The cells are text, made inert by the caller."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Stock")
    if header:
        sheet.append(header)
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_767] for cell in row])
    book.save(out)
