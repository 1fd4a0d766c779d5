"""From the fields of a record, whatever format it came in, to a ``StockRow``."""

from catalog.importers.problems import Problems
from catalog.importers.record import BookRecord
from catalog.importers.stock import books, copies, terms
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import StockRow


def build(file: Reading, number: int, line: int, raw: str, values: dict[str, str]) -> StockRow:
    """Return a row of a record's ``values`` by field, cells that are not empty alone."""
    problems = Problems(line)
    book = BookRecord(number=number, line=line)
    row = StockRow(
        number=number, line=line, raw=raw, book=book, said=file.said, problems=problems.items
    )
    terms.asked(file, row, values, problems)
    copies.described(file, row, values, problems)
    books.named(file, row, values, problems)
    return row
