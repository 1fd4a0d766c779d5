"""Records of MARC 21, one record each."""

from collections.abc import Iterator
from typing import BinaryIO

from catalog.importers.marc.mapping import map_record
from catalog.importers.marc.structure import from_xml, parse, raw_records
from catalog.importers.problems import Problems, refused
from catalog.importers.record import BookRecord
from catalog.importers.xmlfeed.stream import ElementStream

_ROOTS = frozenset(["collection", "record"])


def read(stream: BinaryIO) -> Iterator[BookRecord]:
    """Yield the records of a file of MARC 21 (ISO 2709). One that is broken never stops the rest.

    Raises RefusedFileError when the file is no MARC, and where it was cut off.
    """
    misdeclared = False
    for number, raw in enumerate(raw_records(stream), start=1):
        problems = Problems()
        marc = parse(raw, problems)
        # A sender gets it wrong in all records alike: said once.
        wrong = [one for one in problems.items if one.code == "encoding_declaration"]
        if misdeclared:
            problems.items[:] = [one for one in problems.items if one not in wrong]
        misdeclared = misdeclared or bool(wrong)
        yield map_record(marc, number, problems)


def read_xml(stream: BinaryIO) -> Iterator[BookRecord]:
    """Yield the records of MARCXML, under the same guards as all XML."""
    elements = ElementStream(stream, ("record",))
    for number, element in enumerate(elements, start=1):
        if elements.root not in _ROOTS:
            break
        line = int(element.sourceline or 0)
        problems = Problems(line)
        problems.items.extend(elements.notes.take())
        record = map_record(from_xml(element), number, problems)
        record.line = line
        yield record
    if elements.root not in _ROOTS:
        raise refused(
            "not_marc",
            f"The file’s first element is <{elements.root}>, not <collection> or <record>.",
            remedy="Send MARCXML.",
            line=1,
            value=elements.root,
        )
