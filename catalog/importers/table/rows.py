"""Rows of a table: encoding and delimiter found out, broken rows put together again."""

import csv
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from catalog.importers.problems import Notes, refused
from catalog.importers.table.columns import meaning
from catalog.importers.xmlfeed.encoding import HEAD, Decoder

CHUNK = 64 * 1024
DELIMITERS = "\t,;|"
FIELD_LIMIT = 1024 * 1024
LINE_LIMIT = 4 * 1024 * 1024
# A cell that ends in half a reference was cut at its semicolon: "W. W. Norton &amp".
_HALF_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,8})$")


def text_lines(stream: BinaryIO, notes: Notes) -> Iterator[str]:
    """Yield the lines of a text file in UTF-8, UTF-16 (marked) or, said so in a note, Windows-1252.

    Raises RefusedFileError for bytes that are neither.
    """
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    if not head.strip():
        raise refused("empty", "The file is empty.", remedy="Send the table itself.")
    decoder, held, data = Decoder(head, notes, lenient=True), "", head
    while True:
        held += decoder.feed(data, final=not data).decode("utf-8")
        # What is held may be half a line; at the end it is a whole one.
        lines = held.splitlines(keepends=True)
        held = lines.pop() if data and lines else ""
        yield from _whole(lines)
        if len(held) > LINE_LIMIT:
            raise refused("line_too_long", "A line of more than 4 MB.",
                          remedy="Check that the file is a table.", line=decoder.line)  # fmt: skip
        if not data:
            return
        data = stream.read(CHUNK)


def _whole(lines: list[str]) -> Iterator[str]:
    """Yield lines that end in CR or LF: ``splitlines`` parts at form feeds and U+2028 too."""
    held = ""
    for line in lines:
        held += line
        if line.endswith(("\n", "\r")):
            yield held.replace("\x00", "")
            held = ""
    if held:
        yield held.replace("\x00", "")


def find_delimiter(line: str) -> str:
    """Return the delimiter that parts a header into the most columns we know, else into the most."""
    best, most = ",", (-1, -1)
    for delimiter in DELIMITERS:
        cells = _cells(line, delimiter)
        score = (sum(bool(meaning(cell)) for cell in cells), len(cells))
        if score > most:
            best, most = delimiter, score
    return best


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the line that each begins in.

    Tabs come without quotes: a quotation mark in such a cell is one. Raises RefusedFileError for a
    quotation mark that never ends.
    """
    if delimiter == "\t":
        for number, line in enumerate(lines, start=1):
            if stripped := line.rstrip("\r\n"):
                yield number, [_unquoted(cell) for cell in stripped.split("\t")]
        return
    old = csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(lines, delimiter=delimiter)
    begun = 1
    try:
        for row in reader:
            if row:
                yield begun, row
            begun = reader.line_num + 1
    except csv.Error as error:
        raise refused(
            "table_broken",
            f"The row that begins in line {begun} can’t be read: {error}.",
            remedy="A quotation mark may open there and never close. What was read before stands.",
            line=begun,
        ) from error
    finally:
        csv.field_size_limit(old)


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def fitted(row: list[str], width: int) -> tuple[list[str], str]:
    """Return a row of ``width`` cells with what was done: "", "padded", "rejoined" or "broken".

    Two ways of breaking can be undone with certainty: a cell cut at the semicolon of "&amp;", and a
    comma that somebody forgot to quote, which a space follows where delimiters have none.
    """
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    if len(row) == width:
        return row, ""
    if len(row) < width:
        return row + [""] * (width - len(row)), "padded"
    joined = _joined(row, lambda left, _right: bool(_HALF_ENTITY.search(left)), ";", width)
    while len(joined) > width and not joined[-1].strip():
        joined = joined[:-1]
    if len(joined) > width:
        joined = _joined(joined, lambda _left, right: right[:1] == " ", ",", width)
    return joined, ("rejoined" if len(joined) == width else "broken")


def _joined(
    row: list[str], belongs: Callable[[str, str], bool], sign: str, width: int
) -> list[str]:
    joined, extra = [row[0]], len(row) - width
    for cell in row[1:]:
        if extra > 0 and belongs(joined[-1], cell):
            joined[-1] = f"{joined[-1]}{sign}{cell}"
            extra -= 1
        else:
            joined.append(cell)
    return joined
