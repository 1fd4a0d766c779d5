"""What every reader of sellers' stock files gives, whatever the format: one row a copy.

The readers know formats and nothing of the database; the pipeline (``catalog.services``) knows the
database and nothing of formats. This is what they share. The book that a copy is of comes as a
``BookRecord``, as from every other file; what is wrong, as a ``Problem``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from catalog.importers.record import BookRecord, Problem, Severity


class StockFormat(StrEnum):
    """The layouts that are read. A workbook (XLSX) has one of the layouts of tables inside."""

    UIEE = "uiee"
    HOMEBASE = "homebase"
    # The tables that HomeBase 3 writes, by tabs or by pipes.
    HOMEBASE3 = "homebase3"
    ABEBOOKS = "abebooks"
    AMAZON = "amazon"
    BOOKROUTER = "bookrouter"
    CHRISLANDS = "chrislands"
    BIBLIO = "biblio"
    # Any other table, by the names of its columns or by a mapping.
    TABLE = "table"


class StockAction(StrEnum):
    """What a row asks for."""

    # Put the copy on sale, or change the one that has this SKU.
    UPSERT = "upsert"
    # Take the copy off sale: it is gone, or was never meant to be there.
    DELETE = "delete"
    # Take it off sale because somebody bought it elsewhere.
    SOLD = "sold"
    # Not stock at all (a book that the shop is looking for): change nothing.
    IGNORE = "ignore"


@dataclass(slots=True, kw_only=True)
class StockRow:
    """One copy, or pile of identical copies, as a file describes it.

    ``raw`` is the record's own text, its line breaks and all, so that it can be given back with what
    was wrong. ``said`` names the fields of this class, and of ``BookRecord`` as "book.title", that the
    file has a place for: an update leaves the others as they are (a shared set: don't change it).
    ``quantity`` is None where the file has no place for it, and 1 where its cell is empty. Money is in
    minor units of ``currency``; a wrong price is None, with a problem. ``condition``, ``jacket`` and
    ``defects`` are values of catalog.constants; an empty ``condition`` is one that the file doesn't
    give. All problems stand here, those of the book too (``book.problems`` is empty).
    """

    number: int
    line: int = 0
    raw: str = ""
    action: StockAction = StockAction.UPSERT
    sku: str = ""
    quantity: int | None = None
    price_minor: int | None = None
    currency: str = ""
    cost_minor: int | None = None
    condition: str = ""
    jacket: str = ""
    defects: tuple[str, ...] = ()
    signed: bool = False
    inscribed: bool = False
    first_edition: bool = False
    print_on_demand: bool = False
    notes: str = ""
    private_notes: str = ""
    shelf: str = ""
    weight_g: int | None = None
    keywords: str = ""
    categories: tuple[str, ...] = ()
    edition_text: str = ""
    printing: str = ""
    images: tuple[str, ...] = ()
    book: BookRecord
    said: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether something is so wrong that the row can't be taken."""
        return any(problem.severity == Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: where it stands (from 1), its header, the field it was taken for ("" when
    none: see ``catalog.importers.stock.columns.FIELDS``), and its first values."""

    position: int
    header: str
    field: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said of a file where guessing isn't enough; empty leaves it to the guess.

    ``decimal`` is "." or ","; ``currency`` is that of prices that name none; ``header`` says whether
    the first row of a table holds names; ``format`` one of StockFormat.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    currency: str = "GBP"
    header: bool | None = None
    format: str = ""


@dataclass(slots=True, kw_only=True)
class StockFile:
    """A file that was looked into. ``rows`` may be read once; it raises RefusedFileError alone.

    ``head`` is the text before the first record as it stood (a table's header row, the five lines of
    FillZ), ``encoding`` what the file was read as (exact once the rows are read), ``delimiter`` empty
    where lines are tagged, ``workbook`` true for XLSX (``raw`` and ``head`` are CSV then), ``purge``
    true when the file's name asks to replace the whole stock. ``columns`` are empty for tagged files.
    """

    format: StockFormat
    encoding: str
    delimiter: str = ""
    workbook: bool = False
    purge: bool = False
    head: str = ""
    columns: tuple[Column, ...] = ()
    # What must be mapped before the file can be taken ("sku", "title" …): empty when all is there.
    missing: tuple[str, ...] = ()
    rows: Iterator[StockRow]
    _taken: object = None
    _close: object = None

    @property
    def taken(self) -> int:
        """Bytes of the file itself (packed, if it is) that were read: for a progress bar."""
        return self._taken() if callable(self._taken) else 0

    def close(self) -> None:
        """Give up what reading needs (a workbook waits on disk); the file itself stays open."""
        if callable(self._close):
            self._close()
