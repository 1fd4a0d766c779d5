"""What an XML parser would choke on and a reader of books need not: put right, and noted.

Control characters, named characters without a DTD, stray ampersands. A DOCTYPE is looked at and never
handed on, so that no parser ever hears of an entity.
"""

import re

from catalog.importers.problems import Notes, refused
from catalog.importers.xmlfeed.encoding import ENTITIES

PROLOG_LIMIT = 64 * 1024

_MISC = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_QUOTED = rb"""(?:"[^"<>]*"|'[^'<>]*')"""
_DOCTYPE = re.compile(
    rb"<!DOCTYPE\s+[^\s<>\[\]\"']+(?:\s+SYSTEM\s+"
    + _QUOTED
    + rb"|\s+PUBLIC\s+"
    + _QUOTED
    + rb"(?:\s*"
    + _QUOTED
    + rb")?)?\s*>"
)
_NOT_NEWLINE = re.compile(rb"[^\n]")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")
_TO_SPACE = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_LOOSE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]{1,8}|x[0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"
_SECTIONS = re.compile(rb"(<!\[CDATA\[|\]\]>)")
# A reference or delimiter cut by the end of a chunk waits for the next.
_BREAKS = (b">", b";", b"\n", b" ")
_TAIL = 256


class Cleaner:
    """Cleans UTF-8 chunk by chunk."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.line = 1
        self._prolog: bytes | None = b""
        self._held = b""
        self._in_cdata = False

    def feed(self, data: bytes, *, final: bool = False) -> bytes:
        """Return clean bytes for the parser; some may wait for what follows."""
        if self._prolog is not None:
            data = self._past_prolog(self._prolog + data, final=final)
            if not data:
                return b""
        data = self._held + data
        cut = len(data) if final else _safe_end(data)
        data, self._held = data[:cut], data[cut:]
        cleaned = self._references(self._controls(data))
        self.line += data.count(b"\n")
        return cleaned

    def _past_prolog(self, data: bytes, *, final: bool) -> bytes:
        """Blank out declaration, comments and DOCTYPE, keeping the lines, once all of it is here."""
        end = _prolog_end(data)
        if end is None:
            if final or len(data) > PROLOG_LIMIT:
                raise _not_xml(data)
            self._prolog = data
            return b""
        self._prolog = None
        return _NOT_NEWLINE.sub(b" ", data[:end]) + data[end:]

    def _controls(self, data: bytes) -> bytes:
        cleaned = data.translate(_TO_SPACE)
        if cleaned == data:
            return data
        for number, (old, new) in enumerate(
            zip(data.split(b"\n"), cleaned.split(b"\n"), strict=True)
        ):
            if old != new:
                codes = sorted({f"U+{c:04X}" for c in old if c in _CONTROLS})
                self.notes.each(
                    "control_characters",
                    " ".join(codes),
                    "Control characters, which XML does not allow.",
                    remedy="They were read as spaces.",
                    line=self.line + number,
                )
        return cleaned

    def _references(self, data: bytes) -> bytes:
        if not _LOOSE.search(data):
            opened, closed = data.rfind(_CDATA), data.rfind(_CDATA_END)
            if opened >= 0 or closed >= 0:
                self._in_cdata = opened > closed
            return data
        pieces, line = [], self.line
        for piece in _SECTIONS.split(data):
            if piece == _CDATA:
                self._in_cdata = True
            elif piece == _CDATA_END:
                self._in_cdata = False
            elif not self._in_cdata:
                pieces.append(self._mend(piece, line))
                line += piece.count(b"\n")
                continue
            pieces.append(piece)
            line += piece.count(b"\n")
        return b"".join(pieces)

    def _mend(self, data: bytes, line: int) -> bytes:
        def mended(match: re.Match[bytes]) -> bytes:
            number, name = match[1], match[2]
            at = line + data.count(b"\n", 0, match.start())
            if number:
                return self._numbered(match[0], number, at)
            if name:
                return self._named(match[0], name.decode("ascii"), at)
            self.notes.each(
                "ampersand",
                data[match.start() : match.start() + 20].decode("utf-8", "ignore"),
                "An ampersand that begins no reference.",
                remedy="It was read as the character; write &amp; instead.",
                line=at,
            )
            return b"&amp;"

        return _LOOSE.sub(mended, data)

    def _numbered(self, whole: bytes, number: bytes, line: int) -> bytes:
        code = int(number[1:], 16) if number[:1] == b"x" else int(number)
        if code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE:
            return whole
        if 0x10000 <= code < 0x110000:
            return whole
        self.notes.each(
            "control_characters",
            whole.decode("ascii"),
            "A reference to a character that XML does not allow.",
            remedy="It was read as a space.",
            line=line,
        )
        return b" "

    def _named(self, whole: bytes, name: str, line: int) -> bytes:
        known = ENTITIES.get(name)
        self.notes.once(
            "entity" if known else "entity_unknown",
            whole.decode("ascii"),
            "A named character that the file does not define.",
            remedy=f"It was read as “{known}”." if known else "It was kept as it stands.",
            line=line,
        )
        return known.encode() if known else b"&amp;" + whole[1:]


def _safe_end(data: bytes) -> int:
    start = max(0, len(data) - _TAIL)
    last = max(data.rfind(sign, start) for sign in _BREAKS)
    return last + 1 if last >= 0 else len(data)


def _prolog_end(data: bytes) -> int | None:
    """Return where the root element begins, or None while that can't be said."""
    at = 0
    while True:
        if misc := _MISC.match(data, at):
            at = misc.end()
        elif data.startswith(b"<!DOCTYPE", at):
            if not (doctype := _DOCTYPE.match(data, at)):
                _refuse_doctype(data, at)
                return None
            at = doctype.end()
        elif re.match(rb"<[A-Za-z_:\x80-\xff]", data[at : at + 2]):
            return at
        elif len(data) - at < 9 or data.startswith((b"<?", b"<!--"), at):
            return None
        else:
            raise _not_xml(data)


def _refuse_doctype(data: bytes, at: int) -> None:
    opened, closed = data.find(b"[", at), data.find(b">", at)
    if opened < 0 and closed < 0:
        return
    line = data.count(b"\n", 0, at) + 1
    if opened >= 0 and (closed < 0 or opened < closed):
        raise refused(
            "doctype",
            "The file’s DOCTYPE declares entities or elements of its own, which is how XML is made "
            "to read other files or to grow without end. We read none of it.",
            remedy="Take the part in square brackets out of the DOCTYPE, or the whole DOCTYPE.",
            line=line,
            value=data[at : at + 80].decode("utf-8", "replace"),
        )
    raise refused(
        "doctype",
        "The file’s DOCTYPE can’t be understood.",
        remedy="Take the DOCTYPE out: ONIX 3 needs none.",
        line=line,
        value=data[at : at + 80].decode("utf-8", "replace"),
    )


def _not_xml(data: bytes) -> Exception:
    shown = data[:60].decode("utf-8", "replace").strip()
    return refused(
        "not_xml",
        "The file is empty." if not shown else "The file is not XML: no element begins it.",
        remedy="Send the message itself, from <?xml or <ONIXMessage> on.",
        line=1,
        value=shown,
    )
