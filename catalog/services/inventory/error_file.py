"""A stock file given back with what is wrong, to be mended in the shop's own program and uploaded again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import Any

from catalog.constants import RowOutcome
from catalog.exporters.stock import report_lines, shape_of, write_report
from catalog.importers.record import Severity
from catalog.models import InventoryImport
from catalog.services.inventory import reading

CHUNK = 64 * 1024


def name_of(inventory_import: InventoryImport) -> str:
    """Return the name of the file that is given back."""
    path = PurePath(inventory_import.file_name)
    suffix = path.suffix if path.suffix.lower() != ".zip" else ".txt"
    return f"{path.stem}-corrections{suffix}"


def content(inventory_import: InventoryImport, *, only_wrong: bool) -> Iterator[bytes]:
    """Yield the file in its own layout, encoding and order, each row with what is wrong with it.

    ``only_wrong`` leaves the others out.

    Raises:
        RefusedFileError: the file can't be read.
    """
    wrong = _wrong(inventory_import)
    # From the first row, however far the import has come.
    inventory_import.position = 0
    with reading.opened(inventory_import) as file:
        shape = replace(shape_of(file), encoding=inventory_import.encoding)
        rows = (
            (row.raw, wrong.get(row.number, ""))
            for row in reading.rows(inventory_import, file)
            if not only_wrong or row.number in wrong
        )
        if not shape.workbook:
            yield from report_lines(shape, rows)
            return
        with TemporaryFile() as made:
            write_report(made, shape, rows)
            made.seek(0)
            while data := made.read(CHUNK):
                yield data


def said(problems: Sequence[Mapping[str, Any]]) -> str:
    """Return what is wrong with a row in one line."""
    return " ".join(
        " ".join(filter(None, (_named(one), one["message"], one["remedy"])))
        for one in problems
        if one["severity"] == Severity.ERROR
    )


def _wrong(inventory_import: InventoryImport) -> dict[int, str]:
    lines = inventory_import.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
    return {
        number: said(problems)
        for number, problems in lines.values_list("number", "problems").iterator(chunk_size=5000)
    }


def _named(problem: Mapping[str, Any]) -> str:
    return f"{problem['field']}:" if problem["field"] else ""
