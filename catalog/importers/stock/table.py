"""Tables of stock: rows parted by tabs, commas, semicolons or pipes, with what programs did to them."""

import csv
import re
from collections.abc import Callable, Iterator

from catalog.importers.record import Problem, Severity
from catalog.importers.stock import amounts, columns, grades
from catalog.importers.stock.build import build
from catalog.importers.stock.reading import Reading, unguarded
from catalog.importers.stock.row import StockRow
from catalog.importers.stock.source import Text

# A quotation mark that does not close within this was never meant to open.
LINES_A_CELL = 400
COLUMNS = columns.MOST
_TOTALS = frozenset(["total", "totals", "totale", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "somme", "suma", "totaal", "count", "anzahl"])  # fmt: skip
_YEAR = re.compile(r"\d{4}")
_ISBNISH = re.compile(r"[\dXx-]{9,17}")
_UNITS = frozenset(["g", "kg", "oz", "lb", "lbs"])

Cut = tuple[int, str, list[str], str]


class Cutter:
    """Cuts lines into rows. A quoted cell may go on over lines; a tab file's cells seldom do."""

    def __init__(self, lines: Iterator[tuple[int, str]], delimiter: str) -> None:
        self._lines, self.delimiter = lines, delimiter
        self._back: list[tuple[int, str]] = []

    def _next(self) -> tuple[int, str] | None:
        return self._back.pop() if self._back else next(self._lines, None)

    def __iter__(self) -> Iterator[Cut]:
        """Yield line, text, cells and what is wrong with the quoting ("" or "quote_open")."""
        delimiter = self.delimiter
        while (taken := self._next()) is not None:
            number, line = taken
            if not line:
                continue
            if '"' not in line:
                yield number, line, line.split(delimiter), ""
            else:
                yield self._quoted(number, line)

    def _quoted(self, number: int, line: str) -> Cut:
        cells = self._cells(line)
        if cells is not None:
            return number, line, cells, ""
        text = line
        taken: list[tuple[int, str]] = []
        while len(taken) < LINES_A_CELL and (more := self._next()) is not None:
            taken.append(more)
            text = f"{text}\n{more[1]}"
            if '"' in more[1] and (cells := self._cells(text)) is not None:
                return number, text, cells, ""
        self._back.extend(reversed(taken))
        return number, line, line.split(self.delimiter), "quote_open"

    def _cells(self, text: str) -> list[str] | None:
        """Return the cells of a text, or None while a quotation mark in it is open."""
        try:
            row: list[str] = next(csv.reader((f"{text}\n",), delimiter=self.delimiter), [])
        except csv.Error:
            return text.split(self.delimiter)
        return None if row and row[-1].endswith("\n") else row


def rows(
    cuts: Iterator[Cut], layout: "Layout", reading: Reading, text: Text | None
) -> Iterator[StockRow]:
    """Yield the rows of a table whose columns are understood."""
    width, number = layout.width, 0
    for line, raw, given, wrong in cuts:
        cells, problem = given, None
        if len(cells) != width:
            if not any(cells):
                continue
            cells, problem = layout.fitted(cells, raw, line)
            if text is None and len(given) < width:
                # A sheet has no cells where nothing stands.
                problem = None
        values = layout.values([unguarded(cell.strip()) for cell in cells] if "'" in raw else cells)
        if not values or (len(values) < 4 and "title" not in values and _is_total(cells)):
            continue
        number += 1
        row = build(reading, number, line, raw, values)
        if problem or wrong:
            found = (problem, _open_quote(line, raw) if wrong else None)
            row.problems[:0] = [one for one in found if one]
        if text is not None and text.notes:
            row.problems.extend(text.notes.take(line + raw.count("\n")))
        yield row


def _is_total(cells: list[str]) -> bool:
    """Whether a row is the sum that a spreadsheet wrote below its table."""
    first = next((cell for cell in cells if cell.strip()), "")
    return (
        first.strip(" :").casefold() in _TOTALS and sum(bool(cell.strip()) for cell in cells) <= 4
    )


def _open_quote(line: int, raw: str) -> Problem:
    return Problem("quote_open", "", raw[:120], "A quotation mark opens in this row and never closes.",
                   "The row was read without quoting: check its cells.", line, Severity.WARNING)  # fmt: skip


class Layout:
    """Which field stands where, and how a row that is too long or too short is put right."""

    def __init__(self, header: list[str], fields: list[str]) -> None:
        self.header, self.fields, self.width = header, fields, len(fields)
        places: dict[str, list[int]] = {}
        for position, field in enumerate(fields):
            if field:
                places.setdefault(field, []).append(position)
        self.pairs = tuple((field, at[0]) for field, at in places.items() if len(at) == 1)
        self.several = tuple(
            (field, tuple(at), _BETWEEN.get(field, "\n"))
            for field, at in places.items()
            if len(at) > 1
        )
        self._first = {field: at[0] for field, at in places.items()}
        checks = (
            (at, _CHECKS[field])
            for field, places_of in places.items()
            if field in _CHECKS
            for at in places_of
        )
        self._checks = tuple(checks)

    def values(self, cells: list[str]) -> dict[str, str]:
        """Return the cells that are not empty by field; what several columns say is one value."""
        values = {field: cell for field, at in self.pairs if (cell := cells[at].strip())}
        for field, places, sign in self.several:
            if parts := [part for at in places if (part := cells[at].strip())]:
                values[field] = sign.join(parts)
        return values

    @property
    def names(self) -> dict[str, str]:
        """The file's own words for our fields."""
        return {
            field: self.header[at].strip() or f"column {at + 1}"
            for field, at in self._first.items()
        }

    def fitted(self, cells: list[str], raw: str, line: int) -> tuple[list[str], Problem | None]:
        """Return a row of the right width, and what was done to it.

        Cells missing at the end are empty. Of a cell too many two neighbours are one: those that leave
        price, grade, year and ISBN in columns where they make sense.
        """
        width, whole = self.width, cells
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) == width and (len(whole) > width + 1 or self._sensible(cells) >= 0):
            return cells, None
        cells = cells if len(cells) != width else whole
        said = f"The row has {len(cells)} cells, and the table {width} columns."
        if len(cells) < width:
            short = cells + [""] * (width - len(cells))
            return short, Problem(
                "row_short",
                "",
                raw[:120],
                said,
                "What is missing at its end was taken as empty.",
                line,
            )
        if len(cells) - width <= 3 and (joined := self._joined(cells)):
            at, mended = joined
            return mended, Problem("row_long", self.header[at].strip(), mended[at][:200], said,
                                   "Two cells were read as one: check it.", line)  # fmt: skip
        return cells[:width], Problem("row_long", "", raw[:120], said, "Take the delimiter out of the text, or quote the text.",
                                      line, Severity.ERROR)  # fmt: skip

    def _sensible(self, cells: list[str]) -> int:
        """Return how well the values fit their columns: below nothing, some stand in the wrong one."""
        return sum(
            2 if check(cells[at].strip()) else -3 for at, check in self._checks if cells[at].strip()
        )

    def _joined(self, cells: list[str]) -> tuple[int, list[str]] | None:
        extra = len(cells) - self.width
        best: tuple[int, int, list[str]] | None = None
        for at, field in enumerate(self.fields):
            if field not in _TEXTS:
                continue
            joined = [*cells[:at], " ".join(cells[at : at + extra + 1]), *cells[at + extra + 1 :]]
            score = self._sensible(joined)
            # Of two readings that are equally good, the one in the longer text.
            score = score * 10 + (3 if field == "notes" else 1 if field == "title" else 0)
            if best is None or score > best[0]:
                best = (score, at, joined)
        checked = sum(1 for place, _check in self._checks if best and best[2][place].strip())
        return (
            (best[1], best[2]) if best and best[0] >= checked * 20 - 25 and checked >= 3 else None
        )


_BETWEEN = {"isbn": "; ", "keywords": ", "}
_TEXTS = frozenset(["title", "subtitle", "author", "notes", "publisher", "place", "keywords", "illustrator", "edition", "category", "private_notes"])  # fmt: skip
_CHECKS: dict[str, Callable[[str], bool]] = {
    "price": lambda text: not amounts.price(text, "GBP", ".").wrong,
    "quantity": lambda text: amounts.whole(text) is not None,
    "condition": lambda text: grades.condition(text) is not None,
    "jacket": lambda text: grades.jacket(text) is not None,
    "date": lambda text: bool(_YEAR.search(text)) and len(text) < 25,
    "isbn": lambda text: bool(_ISBNISH.fullmatch(text)),
    "weight": lambda text: text[:1].isdigit() and len(text) < 12,
    "weight_unit": lambda text: text.casefold() in _UNITS,
    "language": lambda text: len(text) < 12 and not text[:1].isdigit(),
    "currency": lambda text: bool(amounts.currency(text)),
    "image": lambda text: text.startswith("http"),
}  # fmt: skip


def delimiter_of(lines: list[str]) -> str:
    """Return the sign that parts the columns: the one that makes known headers, else the steadiest."""
    best, most = ",", (-1, -1)
    for sign in "\t;|,^~":
        counts = [_count(line, sign) for line in lines[:20] if line]
        if not counts or max(counts) < 2:
            continue
        known = max(known_headers(line, sign) for line in lines[:10])
        common = max(set(counts), key=counts.count)
        score = (known, counts.count(common) * min(common, 40) if common > 1 else 0)
        if score > most:
            best, most = sign, score
    return best


def _count(line: str, sign: str) -> int:
    # An odd quotation mark is one of inches, or of a cell that goes on in the next line.
    if '"' not in line or line.count('"') % 2:
        return line.count(sign) + 1
    return len(next(csv.reader((line,), delimiter=sign), []))


def known_headers(line: str, delimiter: str) -> int:
    """Return how many cells of a line are names of columns."""
    try:
        cells = next(csv.reader((line,), delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(bool(columns.meaning(cell)) for cell in cells[:COLUMNS] if len(cell) < 60)
