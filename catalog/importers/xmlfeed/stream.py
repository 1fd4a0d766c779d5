"""Elements of a large XML file, one after the other, at constant memory."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from lxml import etree

from catalog.importers.problems import Notes, refused
from catalog.importers.record import RefusedFileError
from catalog.importers.xmlfeed.cleaning import Cleaner
from catalog.importers.xmlfeed.encoding import HEAD, Decoder

CHUNK = 64 * 1024
# What libxml2 says when one of its limits is met.
_LIMIT = re.compile(r"excessive depth|resource limit|XML_PARSE_HUGE", re.IGNORECASE)
# More than this between two records is no book.
RECORD_LIMIT = 16 * 1024 * 1024


def local_name(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


class ElementStream:
    """The elements of some names directly under the root (or the root itself), as they end.

    ``notes`` holds what was put right on the way. An element lives until the next is asked for.
    Raises RefusedFileError where the file can't be read on; what came before it stands.
    """

    def __init__(self, stream: BinaryIO, names: Sequence[str]) -> None:
        self.notes = Notes()
        self.root = ""
        self._stream = stream
        # No entity, no DTD and no network ever: what the cleaner lets pass has no DOCTYPE. The
        # limits of libxml2 on depth and text hold (huge_tree is off).
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=[f"{{*}}{name}" for name in names],
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
        )

    def __iter__(self) -> Iterator[Any]:
        """Yield lxml elements."""
        since = 0
        for chunk in self._chunks():
            since += len(chunk)
            broken = None
            try:
                self._parser.feed(chunk)
            except etree.XMLSyntaxError as error:
                broken = error
            for _event, element in self._parser.read_events():
                if self._counts(element):
                    since = 0
                    yield element
                    _forget(element)
            if broken is not None:
                raise _syntax(broken) from broken
            if since > RECORD_LIMIT:
                raise refused(
                    "record_too_large",
                    f"No record ends within {RECORD_LIMIT // 1024 // 1024} MB.",
                    remedy="Check that the file is what it should be.",
                )
        yield from self._rest()

    def _chunks(self) -> Iterator[bytes]:
        head = _at_least(self._stream, HEAD)
        if not head:
            raise refused("empty", "The file is empty.", remedy="Send the message itself.")
        decoder, cleaner = Decoder(head, self.notes), Cleaner(self.notes)
        data = head
        while data:
            if clean := cleaner.feed(decoder.feed(data)):
                yield clean
            data = self._stream.read(CHUNK)
        if clean := cleaner.feed(decoder.feed(b"", final=True), final=True):
            yield clean

    def _rest(self) -> Iterator[Any]:
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise _syntax(error, at_end=True) from error
        self.root = local_name(root.tag)
        for _event, element in self._parser.read_events():
            if self._counts(element):
                yield element

    def _counts(self, element: Any) -> bool:
        parent = element.getparent()
        if parent is None:
            self.root = self.root or local_name(element.tag)
            return True
        if not self.root:
            self.root = local_name(element.getroottree().getroot().tag)
        return parent.getparent() is None


def _at_least(stream: BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _forget(element: Any) -> None:
    """Free an element and whatever stands before it."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def last_line(element: Any) -> int:
    """Return the line of the last element within ``element``."""
    while len(element):
        element = element[-1]
    return int(element.sourceline or 0)


def _syntax(error: etree.XMLSyntaxError, *, at_end: bool = False) -> RefusedFileError:
    line, column = error.position
    if at_end:
        return refused(
            "truncated",
            f"The file ends too early, in line {line}: it was cut off.",
            remedy="Send the whole file again. What was read before stands.",
            line=line,
        )
    if _LIMIT.search(str(error.msg)):
        return refused(
            "limits",
            f"Line {line}, column {column}: elements are nested too deep, or a text is too long.",
            remedy="No book needs that much: it was not read on. What was read before stands.",
            line=line,
        )
    return refused(
        "not_well_formed",
        f"Line {line}, column {column}: {str(error.msg).partition(', line')[0]}.",
        remedy="The file is not well-formed XML; the sender must mend it. What was read before stands.",
        line=line,
    )
