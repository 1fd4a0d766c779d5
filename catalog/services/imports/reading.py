"""Opening an import's file, and reading its records on from a position."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, cast

from catalog.importers.detect import Kind, Source, open_source
from catalog.importers.record import BookRecord
from catalog.models import CatalogueImport


@contextmanager
def opened(catalogue_import: CatalogueImport) -> Iterator[Source]:
    """Open the file of an import, packed or not, as what staff say it is.

    Raises:
        RefusedFileError: it is of no format that can be read.
    """
    with catalogue_import.file.open("rb") as stream:
        source = open_source(cast("BinaryIO", stream))
        source.kind = Kind(catalogue_import.format)
        yield source


def records(catalogue_import: CatalogueImport, source: Source) -> Iterator[BookRecord]:
    """Yield the records that have not been dealt with, numbered by their place in the file.

    Raises:
        RefusedFileError: the file can't be read on.
    """
    first = catalogue_import.position
    for number, record in enumerate(islice(source.records(), first, None), start=first + 1):
        record.number = number
        yield record
