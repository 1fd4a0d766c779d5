"""Which reader a file is for, by what is in it: names and types of uploads say anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from catalog.importers import marc, onix, table
from catalog.importers.onix.tags import ROOTS
from catalog.importers.problems import refused
from catalog.importers.record import BookRecord
from catalog.importers.unpack import GZIP, ZIP, Counted, unpacked

HEAD = 64 * 1024
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_MARC_ROOTS = frozenset(["collection", "record"])
_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"),
)  # fmt: skip
_OTHERS = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"), (b"\xd0\xcf\x11\xe0", "a workbook of an old spreadsheet"),
    (b"{", "JSON"), (b"[{", "JSON"), (b"SQLite format", "a database"), (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"), (b"BZh", "packed with bzip2"), (b"\xfd7zXZ", "packed with xz"),
)  # fmt: skip


class Kind(StrEnum):
    """The formats that are read."""

    ONIX = "onix"
    MARC = "marc"
    MARCXML = "marcxml"
    TABLE = "table"


@dataclass(slots=True)
class Source:
    """A file that was looked into. ``stream`` is its data, unpacked; read it once, then close."""

    kind: Kind
    stream: BinaryIO
    _packed: Counted
    _opened: BinaryIO

    def close(self) -> None:
        """Give up what unpacking needs (a zip waits on disk); the file itself stays open."""
        if not isinstance(self._opened, Counted):
            self._opened.close()

    @property
    def taken(self) -> int:
        """Bytes of the file itself (packed, if it is) that were read: for a progress bar."""
        return self._packed.taken

    def records(self, *, mapping: dict[str, str] | None = None) -> Iterator[BookRecord]:
        """Yield the records; ``mapping`` is for tables. Raises RefusedFileError, and nothing else."""
        if self.kind == Kind.ONIX:
            return onix.read(self.stream)
        if self.kind == Kind.MARC:
            return marc.read(self.stream)
        if self.kind == Kind.MARCXML:
            return marc.read_xml(self.stream)
        return table.read(self.stream, mapping=mapping)


def open_source(stream: BinaryIO) -> Source:
    """Return what a file is: ONIX, MARC 21, MARCXML or a table, packed (gzip, zip) or not.

    The stream is read from where it stands and need not be seekable. Raises RefusedFileError for
    what is none of them.
    """
    packed = Counted(stream)
    opened = unpacked(packed)
    data = Counted(opened)
    head = data.peek(HEAD)
    if head.startswith((GZIP, ZIP)):
        raise refused("packed_twice", "A packed file inside a packed file.", remedy="Pack it once.")
    return Source(kind_of(head), data, packed, opened)  # type: ignore[arg-type]  # a raw stream is one to read from


def unpack_only(stream: BinaryIO) -> BinaryIO:
    """Return the data of a file that may be packed, whatever it is."""
    return unpacked(Counted(stream))


def kind_of(head: bytes) -> Kind:
    """Return the format of a file by its first bytes. Raises RefusedFileError for no known one."""
    if not head.strip():
        raise refused("empty", "The file is empty.", remedy="Send the file itself.")
    for magic, name in _OTHERS:
        if head.startswith(magic):
            raise refused("format_unknown", f"The file is {name}.",
                          remedy="Send ONIX, MARC 21, MARCXML, CSV or TSV.")  # fmt: skip
    if head[:5].isdigit() and (b"\x1e" in head or b"\x1f" in head):
        return Kind.MARC
    text = _text(head)
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return _of_xml(text)
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused("format_unknown", "The file is no text.",
                      remedy="Send ONIX, MARC 21, MARCXML, CSV or TSV.")  # fmt: skip
    return Kind.TABLE


def _text(head: bytes) -> str:
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode("utf-8", "replace")


def _of_xml(text: str) -> Kind:
    at = 1 if text.startswith("\ufeff") else 0
    while match := _PROLOG.match(text, at):
        at = match.end()
    root = _ROOT.match(text, at)
    name = root[1] if root else ""
    if name in _MARC_ROOTS:
        return Kind.MARCXML
    if name in ROOTS or not name:
        # A prolog that can't be read is for the reader to refuse, with its line.
        return Kind.ONIX
    raise refused(
        "not_onix",
        f"The file is XML, but neither ONIX nor MARCXML: its first element is <{name}>.",
        remedy="Send an ONIX message or a MARCXML collection.",
        line=text.count("\n", 0, at) + 1,
        value=name,
    )


def read(stream: BinaryIO, *, mapping: dict[str, str] | None = None) -> Iterator[BookRecord]:
    """Yield the records of a file of any format that is read."""
    source = open_source(stream)
    try:
        yield from source.records(mapping=mapping)
    finally:
        source.close()
