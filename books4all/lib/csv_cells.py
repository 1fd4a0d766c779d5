"""Cells of tables that people open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before one.

    Numbers stay as they are.
    """
    text = str(value)
    if isinstance(value, int | float | Decimal) or not text.startswith(_ACTIVE):
        return text
    return f"'{text}"


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield ``rows`` as the lines of a CSV file, every cell guarded by ``inert``."""
    writer = csv.writer(_Echo())
    # Spreadsheets take a file with this mark for UTF-8.
    yield "\ufeff"
    for row in rows:
        yield str(writer.writerow([inert(cell) for cell in row]))


class _Echo:
    """Hands each line of a csv.writer on."""

    @staticmethod
    def write(line: str) -> str:
        """Return the line."""
        return line
