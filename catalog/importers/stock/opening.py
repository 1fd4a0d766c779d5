"""A stock file opened: what it is, what it is written in, and its rows."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from catalog.importers.problems import Notes, refused
from catalog.importers.record import RefusedFileError
from catalog.importers.stock import amounts, columns, layouts, table, tagged, workbook
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import Choices, Column, StockFile, StockFormat, StockRow
from catalog.importers.stock.source import Text
from catalog.importers.stock.table import Cut, Cutter, Layout
from catalog.importers.unpack import GZIP, ZIP, Counted, unpacked

# What is looked at before the first row is given: enough to tell a format and its decimals by.
LINES_AHEAD, ROWS_AHEAD = 2000, 200
_PURGE = re.compile(r"(?<![a-z])purge(?![a-z])", re.IGNORECASE)
_OTHERS = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "a workbook or document of an old office program"), (b"{\\rtf", "a document of a word processor"),
    (b"SQLite format", "a database"), (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7z archive"),
    (b"BZh", "packed with bzip2"), (b"\xfd7zXZ", "packed with xz"),
)  # fmt: skip
_MARKED = (
    (
        re.compile(rb"<(?:[?!]|html\b|[A-Za-z][\w:.-]{3,}(?:\s[^<|\t]*)?>)", re.IGNORECASE),
        "XML or a page of the web",
    ),
    (re.compile(rb"[\[{]\s*[\[{]?\s*\"[^\"]{1,80}\"\s*:"), "JSON"),
)
_REMEDY = "Send UIEE, HomeBase, or a table: text with tabs, CSV or XLSX."


def open_stock(
    stream: BinaryIO, name: str = "", mapping: dict[str, str] | None = None, *, choices: Choices = Choices(),  # noqa: B008 - frozen
) -> StockFile:  # fmt: skip
    """Return a stock file looked into, its rows unread. ``name`` is the file's own.

    ``mapping`` says what columns of a table are: a header or a position ("1" is the first) to a field
    of ``columns.FIELDS``, or to "" for a column to pass over. The stream is read from where it stands
    and need not be seekable. Raises RefusedFileError for what is no stock file.
    """
    packed = Counted(stream)
    magic = packed.peek(8)
    closing: list[Callable[[], None]] = []
    try:
        if magic.startswith(ZIP):
            copy = workbook.kept(packed)
            closing.append(copy.close)
            if workbook.is_workbook(copy):
                file = _of_cuts(workbook.cuts(copy), mapping, choices, None)
                file.workbook, file.encoding = True, "utf-8"
            else:
                file = _of_text(Counted(unpacked(Counted(copy))), mapping, choices)
        else:
            data = Counted(unpacked(packed)) if magic.startswith(GZIP) else packed
            file = _of_text(data, mapping, choices)
    except RefusedFileError:
        for close in closing:
            close()
        raise
    file.rows = _closing(file.rows, closing)
    file.purge = bool(_PURGE.search(name))
    file._taken = lambda: packed.taken  # noqa: SLF001 - ours to fill
    file._close = lambda: [close() for close in closing]  # noqa: SLF001
    return file


def _closing(rows: Iterator[StockRow], closing: list[Callable[[], None]]) -> Iterator[StockRow]:
    """Yield rows, and give up what reading them needed when they end or are left."""
    try:
        yield from rows
    finally:
        for close in closing:
            close()


def _of_text(data: Counted, mapping: dict[str, str] | None, choices: Choices) -> StockFile:
    head = data.peek(64 * 1024)
    _refuse_others(head)
    text = Text(data, Notes(), choices.encoding)
    lines = enumerate(iter(text), start=1)
    ahead = list(itertools.islice(lines, LINES_AHEAD))
    sample = [line for _number, line in ahead]
    kind = choices.format or _tagged_kind(sample)
    every: Iterator[tuple[int, str]] = itertools.chain(ahead, lines)
    if kind in tagged.TAGS:
        return _of_tags(text, every, sample, StockFormat(kind), choices)
    if sample and sample[0].casefold().startswith("sep=") and len(sample[0]) == 5:
        choices = _with_delimiter(choices, sample[0][4])
        sample, every = sample[1:], itertools.islice(every, 1, None)
    delimiter = choices.delimiter or table.delimiter_of(
        [line for line in sample[:60] if line.strip()]
    )
    file = _of_cuts(iter(Cutter(every, delimiter)), mapping, choices, text)
    file.delimiter = delimiter
    return file


def _with_delimiter(choices: Choices, delimiter: str) -> Choices:
    return Choices(
        choices.encoding,
        choices.delimiter or delimiter,
        choices.decimal,
        choices.currency,
        choices.header,
        choices.format,
    )


def _refuse_others(head: bytes) -> None:
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare.strip(b"\x00\xff\xfe"):
        raise refused("empty", "The file is empty.", remedy="Send the list itself.")
    if head.startswith((GZIP, ZIP)):
        raise refused("packed_twice", "A packed file inside a packed file.", remedy="Pack it once.")
    if what := _other(bare):
        raise refused("format_unknown", f"The file is {what}.", remedy=_REMEDY)


def _other(head: bytes) -> str:
    """Return what a file is that is no list of stock, or an empty string."""
    for magic, what in _OTHERS:
        if head.startswith(magic):
            return what
    for shape, what in _MARKED:
        if shape.match(head):
            return what
    if head[:5].isdigit() and b"\x1e" in head[:4096]:
        return "MARC: books, and no stock"
    # Text has next to none of these, in any encoding.
    return "no text" if sum(head[:4096].count(byte) for byte in range(1, 9)) > 40 else ""


def _tagged_kind(sample: list[str]) -> str:
    """Return UIEE or HomeBase when a third of the lines are of it: notes may go on for many, or an empty string."""
    lines = [line for line in sample[:400] if line.strip()]
    for kind, tags in tagged.TAGS.items():
        known = [
            match[1].upper()
            for line in lines
            if (match := tagged.LINES[kind].fullmatch(line)) and match[1].upper() in tags
        ]
        if len(known) * 3 >= len(lines) and len(set(known)) > 1:
            return kind
    return ""


def _of_tags(
    text: Text,
    lines: Iterator[tuple[int, str]],
    sample: list[str],
    kind: StockFormat,
    choices: Choices,
) -> StockFile:
    head = tagged.head_of(sample, kind)
    prices = [
        match[1]
        for line in sample
        if (match := re.match(r"\s*(?:PR|PRIC)\s?\|(.*)", line, re.IGNORECASE))
    ]
    meanings = tagged.TAGS[kind]
    names: dict[str, str] = {}
    for tag, field in meanings.items():
        names.setdefault(field, tag)
    reading = Reading(
        kind,
        choices,
        names=names,
        fields=frozenset(meanings.values()) - {""},
        decimal=amounts.decimal_sign(prices),
    )
    rest = itertools.islice(lines, len(head), None)
    file = StockFile(format=kind, encoding=text.encoding, head="\n".join(head), rows=iter(()))
    file.rows = _followed(tagged.rows(text, rest, reading, kind), file, text)
    return file


def _of_cuts(
    cuts: Iterator[Cut], mapping: dict[str, str] | None, choices: Choices, text: Text | None
) -> StockFile:
    if mapping and (unknown := columns.unknown(mapping)):
        raise refused(
            "mapping_unknown",
            f"There is no field “{unknown[0]}”.",
            remedy="Choose one of the list.",
            value=unknown[0],
        )
    first = list(itertools.islice(cuts, ROWS_AHEAD))
    if not first:
        raise refused("empty", "The file has no rows.", remedy="Send the list itself.")
    head = layouts.understood(first, mapping, header=choices.header)
    skipped, ahead = first[: head.skipped], first[head.skipped :]
    layout = Layout(head.header, head.fields)
    fields = frozenset(head.fields) - {""}
    priced = next(
        (name for name, field in zip(head.header, head.fields, strict=True) if field == "price"), ""
    )
    reading = Reading(
        StockFormat(choices.format or head.kind), choices, names=layout.names, fields=fields,
        decimal=layouts.decimal_sign(layout, ahead), currency=columns.currency_of(priced),
    )  # fmt: skip
    found = tuple(
        Column(at + 1, name.strip(), field, layouts.samples(ahead, at))
        for at, (name, field) in enumerate(zip(head.header, head.fields, strict=True))
    )
    file = StockFile(
        format=reading.kind, encoding=text.encoding if text else "", columns=found, missing=_missing(fields),
        head="\n".join(raw for _line, raw, _cells, _wrong in skipped), rows=iter(()),
    )  # fmt: skip
    file.rows = _followed(
        table.rows(itertools.chain(ahead, cuts), layout, reading, text), file, text
    )
    return file


def _missing(fields: frozenset[str]) -> tuple[str, ...]:
    """Return what a table must have and this one hasn't: a column for it is to be chosen."""
    out = [field for field in ("sku", "price") if field not in fields]
    # Amazon's list of deletions has no prices; ISBNs alone are enough where the catalogue knows them.
    if "price" in out and "action" in fields:
        out.remove("price")
    if not fields & {"title", "isbn", "product_id", "asin"}:
        out.append("title")
    return tuple(out)


def _followed(rows: Iterator[StockRow], file: StockFile, text: Text | None) -> Iterator[StockRow]:
    """Yield rows, and keep what the file turns out to be written in."""
    yield from rows
    if text is not None:
        file.encoding = text.encoding
