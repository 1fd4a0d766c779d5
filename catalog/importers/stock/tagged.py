"""Tagged files: UIEE ("TI|Middlemarch") and HomeBase 2.x ("TNAM|Middlemarch"), one field a line."""

import re
from collections.abc import Iterator

from catalog.importers.problems import refused
from catalog.importers.record import Problem, Severity
from catalog.importers.stock.build import build
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import StockFormat, StockRow
from catalog.importers.stock.source import Text

UIEE = {
    "UR": "sku", "AA": "author", "TI": "title", "AI": "illustrator", "PU": "publisher", "PP": "place", "DP": "date",
    "ED": "edition", "SE": "series", "BD": "binding", "CN": "condition", "JK": "jacket", "NT": "notes", "KE": "keywords",
    "PR": "price", "PC": "cost", "CO": "quantity", "BN": "isbn", "NC": "isbn", "CA": "category", "MT": "category",
    "LO": "shelf", "IM": "image", "IS": "status", "WT": "weight", "XB": "action", "XD": "status", "LA": "language",
    # Of no use to us: when it was changed, and FillZ's own switches.
    "SD": "", "XA": "", "XC": "", "XE": "", "SZ": "size", "SG": "signed", "CU": "currency",
}  # fmt: skip
HOMEBASE = {
    "BOOK": "sku", "TRAN": "action", "ANAM": "author", "TNAM": "title", "PBLS": "publisher", "DESC": "notes",
    "PRIC": "price", "PPRC": "cost", "UBID": "", "BIND": "", "BNDC": "binding", "STAT": "status", "ABLE": "quantity",
    "LOCA": "shelf", "BOOC": "condition", "ISBN": "isbn", "BCAT": "category", "PBYR": "date",
    # HomeBase 3 adds these, and programs that write for it the rest.
    "SGNT": "signed", "EDNT": "edition", "JCKC": "jacket", "PTYP": "", "ILLU": "illustrator", "PLAC": "place",
    "KEYW": "keywords", "QUAN": "quantity", "IMGU": "image", "LANG": "language", "WGHT": "weight", "SIZE": "size", "SERI": "series", "TYPE": "", "DATE": "", "USER": "", "PRVN": "private_notes",
}  # fmt: skip
TAGS = {StockFormat.UIEE: UIEE, StockFormat.HOMEBASE: HOMEBASE}
FIRST = {StockFormat.UIEE: "UR", StockFormat.HOMEBASE: "BOOK"}
# The tag of the line that our error files add to a record; passed over when it comes back.
ERROR_TAG = "ERROR"
LINES = {
    StockFormat.UIEE: re.compile(r"\s{0,3}([A-Za-z][A-Za-z0-9]|ERROR)\s?\|(.*)", re.DOTALL),
    StockFormat.HOMEBASE: re.compile(r"\s{0,3}([A-Za-z]{4}|ERROR)\s?\|(.*)", re.DOTALL),
}
RECORD_LIMIT = 1024 * 1024
# FillZ: 1 for sale, 5 sold; Amazon: 2 to 7 delete.
_XB = {"1": "add", "0": "add", "5": "sold", **dict.fromkeys("23467", "delete")}
_XD = {"S": "for sale", "W": "want"}
# " Q2" or " Q-2" at the end of a sentence in the notes is FillZ's way to say the quantity.
COPIES = re.compile(r"(?:^|(?<=\s))Q-?(\d{1,3})(?=\s*(?:[.;,]|$))")


class Record:
    """The lines of one record, as they come."""

    def __init__(self, line: int, *, joined: bool = False) -> None:
        self.line = line
        self.lines: list[str] = []
        self.fields: list[tuple[str, list[str]]] = []
        self.tags: set[str] = set()
        # The blank line before it was lost.
        self.joined = joined
        self.size = 0

    def add(self, raw: str, tag: str, value: str) -> None:
        """Add a tagged line."""
        self.keep(raw)
        self.fields.append((tag, [value]))
        self.tags.add(tag)

    def go_on(self, raw: str) -> None:
        """Add a line without a tag: the field before it goes on."""
        self.keep(raw)
        if self.fields:
            self.fields[-1][1].append(raw.rstrip().lstrip(" "))

    def keep(self, raw: str) -> None:
        """Keep a line as it stands. Raises RefusedFileError for a record without an end."""
        self.size += len(raw) + 1
        if self.size > RECORD_LIMIT:
            raise refused("record_too_long", "A record of more than a million characters.",
                          remedy="A blank line belongs between records.", line=self.line)  # fmt: skip
        self.lines.append(raw)


def head_of(lines: list[str], kind: StockFormat) -> list[str]:
    """Return the lines before the first record (FillZ writes five; some programs a word of greeting)."""
    for position, line in enumerate(lines):
        match = LINES[kind].fullmatch(line)
        if match and match[1].upper() in TAGS[kind]:
            return lines[:position]
    return []


def records(lines: Iterator[tuple[int, str]], kind: StockFormat) -> Iterator[Record]:
    """Yield records: a blank line parts them, and so does the number of the next copy where it is lost."""
    pattern, first = LINES[kind], FIRST[kind]
    record: Record | None = None
    blank = False
    for number, line in lines:
        if not line or line.isspace():
            blank = True
            continue
        match = pattern.fullmatch(line)
        if match:
            tag = match[1].upper()
            if record and _begins(record, tag, first, blank=blank):
                yield record
                record = Record(number, joined=not blank)
            record = record or Record(number)
            record.add(line, tag, match[2].strip())
        elif record:
            record.go_on(f"\n{line}" if blank else line)
        blank = False
    if record:
        yield record


_REPEATED = frozenset(["CA", "MT", "IM", "BCAT", "IMGU", ERROR_TAG])


def _begins(record: Record, tag: str, first: str, *, blank: bool) -> bool:
    """Whether a tag begins the next record, and doesn't go on with this one after a stray blank line."""
    if tag == first:
        return True
    again = tag in record.tags and tag not in _REPEATED
    return blank and (again or _complete(record, first))


def _complete(record: Record, first: str) -> bool:
    return first in record.tags and len(record.tags) > 3


def rows(
    text: Text, lines: Iterator[tuple[int, str]], reading: Reading, kind: StockFormat
) -> Iterator[StockRow]:
    """Yield the rows of a tagged file."""
    number, held, last = 0, None, ""
    for record in records(lines, kind):
        if held:
            last = held.fields[-1][0]
            number += 1
            yield _row(held, number, reading, text)
        held = record
    if held:
        row = _row(held, number + 1, reading, text)
        if not text.whole and last and held.fields and last not in held.tags:
            _cut_off(row)
        yield row


def _cut_off(row: StockRow) -> None:
    """Report the last record as broken off: an error where what it needs went with its end."""
    severity = Severity.ERROR if row.refused else Severity.WARNING
    row.problems.insert(0, Problem(
        "truncated", "", row.raw[-60:], "The file breaks off inside this record.",
        "Export the file again; the last copies are missing.", row.line, severity,
    ))  # fmt: skip


def _row(record: Record, number: int, reading: Reading, text: Text) -> StockRow:
    values, problems = _values(record, reading)
    row = build(reading, number, record.line, "\n".join(record.lines), values)
    if problems:
        row.problems.extend(problems)
    if text.notes:
        row.problems.extend(text.notes.take(record.line + len(record.lines)))
    return row


def _values(record: Record, reading: Reading) -> tuple[dict[str, str], list[Problem]]:
    meanings = TAGS[reading.kind]
    values: dict[str, str] = {}
    problems: list[Problem] = []
    if record.joined:
        problems.append(Problem("blank_line_missing", FIRST[reading.kind], record.lines[0], "No blank line before this record.",
                                "Read as a record of its own.", record.line))  # fmt: skip
    for tag, parts in record.fields:
        value = parts[0] if len(parts) == 1 else "\n".join(parts).strip()
        field = meanings.get(tag)
        if field is None:
            if tag != ERROR_TAG:
                problems.append(
                    Problem(
                        "tag_unknown",
                        tag,
                        value[:200],
                        "A tag we don’t know.",
                        "Left out.",
                        record.line,
                    )
                )
        elif value and field:
            _put(values, tag, field, value)
    if reading.kind == StockFormat.UIEE and "notes" in values:
        _copies_in_notes(values, problems, record.line)
    return values, problems


def _put(values: dict[str, str], tag: str, field: str, value: str) -> None:
    if tag == "XB":
        value = _XB.get(value, value)
    elif tag == "XD":
        value = _XD.get(value.upper(), value)
    elif field == "quantity" and tag == "ABLE" and value.upper() in {"Y", "N"}:
        value = "1" if value.upper() == "Y" else "0"
    if field == "status" and field in values:
        # A want is none of our stock, and a sold copy is sold, whatever else is said.
        if value.casefold() in {"for sale", "available", "s"}:
            return
    elif field in {"category", "image", "notes"} and field in values:
        value = f"{values[field]}\n{value}"
    elif field in values and field != "status":
        return
    values[field] = value if field in {"category", "image", "notes"} else value.replace("\n", " ")


def _copies_in_notes(values: dict[str, str], problems: list[Problem], line: int) -> None:
    match = COPIES.search(values["notes"])
    if not match:
        return
    problems.append(Problem("quantity_in_notes", "NT", match[0], "The notes say how many copies there are.",
                            f"Taken as {int(match[1])}, as FillZ does.", line))  # fmt: skip
    values["quantity"] = match[1]
    if match.end() == len(values["notes"]):
        values["notes"] = values["notes"][: match.start()].rstrip()
