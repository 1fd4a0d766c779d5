"""Opening a shop's file as what it was found to be, and reading its rows on from a position."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from typing import Any, BinaryIO, cast

from django.conf import settings

from catalog.importers.record import RefusedFileError
from catalog.importers.stock import open_stock
from catalog.importers.stock.row import Choices, StockFile, StockRow
from catalog.models import InventoryImport


@contextmanager
def opened(inventory_import: InventoryImport) -> Iterator[StockFile]:
    """Open the file of an import, with what was said of its columns.

    Raises:
        RefusedFileError: it is of no format that can be read.
    """
    with (
        inventory_import.file.open("rb") as stream,
        looked_into(
            cast("BinaryIO", stream),
            inventory_import.file_name,
            mapping=inventory_import.mapping,
            choices=inventory_import.choices,
        ) as file,
    ):
        yield file


@contextmanager
def looked_into(
    stream: BinaryIO, name: str, *, mapping: dict[str, str], choices: dict[str, Any]
) -> Iterator[StockFile]:
    """Open ``stream``, and give up what that took when the block ends. Raises RefusedFileError."""
    known = {one.name for one in fields(Choices)}
    given = {"currency": settings.MARKETPLACE_CURRENCY, **choices}
    said = Choices(**{key: value for key, value in given.items() if key in known})
    file = open_stock(stream, name, mapping or None, choices=said)
    try:
        yield file
    finally:
        file.close()


def rows(inventory_import: InventoryImport, file: StockFile) -> Iterator[StockRow]:
    """Yield the rows that have not been dealt with, numbered by their place in the file.

    Raises:
        RefusedFileError: the file can't be read on.
    """
    first = inventory_import.position
    for number, row in enumerate(islice(file.rows, first, None), start=first + 1):
        row.number = number
        yield row


def batches(
    inventory_import: InventoryImport, file: StockFile, size: int
) -> Iterator[list[StockRow]]:
    """Yield the rows that have not been dealt with, ``size`` at a time.

    Read here and not ahead in a thread, as feeds of books are: rows are read in a tenth of the time
    that they take, and every answer of the database would wait for the reader to let go.

    Raises:
        RefusedFileError: the file can't be read on; the rows before have been handed on.
    """
    source = rows(inventory_import, file)
    while True:
        batch: list[StockRow] = []
        error: RefusedFileError | None = None
        try:
            # Extended and not made: what came before an error is kept.
            batch.extend(islice(source, size))
        except RefusedFileError as refused:
            error = refused
        if batch:
            yield batch
        if error is not None:
            raise error
        if not batch:
            return
