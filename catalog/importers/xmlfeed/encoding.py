"""From the bytes of an XML file to UTF-8, whatever they claim to be (XML 1.0, appendix F).

A wrong claim is put right only when the bytes leave one answer, and never in silence: stray bytes of
Windows-1252 in a file that says UTF-8 are read as such, with a warning on each record that has some;
anything else that does not fit is refused with its line and column.
"""

import codecs
import re
from collections.abc import Callable
from html.entities import html5

from catalog.importers.problems import Notes, refused

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
HEAD = 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The first characters of a file without a mark: "<?" or "<O" in the wide encodings.
_WIDE = (
    (re.compile(rb"<\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<"), "utf-32-be"),
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[^\x00]"), "utf-16-be"),
)
# Python knows codecs that are no encodings of text (zip, rot13): these are the ones that are.
_READ = re.compile(
    r"(iso8859-\d+|latin-1|ascii|cp(125\d|437|850|852|866|874|932|949|950|936)|koi8-[rtu]|mac-roman|"
    r"big5|gb2312|gbk|gb18030|shift_jis|euc_jp|euc_kr|utf-8|utf-8-sig|utf-16|utf-16-[lb]e|utf-32|"
    r"utf-32-[lb]e)"
)
_WIDE_NAMES = ("utf-16", "utf-32")
_STRAY = re.compile("[\udc80-\udcff]+")
# Accents stand alone in the languages of Windows-1252; a long run is some other alphabet.
_LONGEST_RUN = 4
_C1 = re.compile("[\x80-\x9f]")
# Bytes 80-9F in Windows-1252; five of them mean nothing there.
WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0x100)}


# Signs of Windows-1252 that stand inside words; any other between two letters is a letter of DOS.
_INSIDE_WORDS = frozenset("’‘-–—·\xad")


def _single_bytes(raw: bytes, before: str, after: str) -> tuple[str, str]:
    """Return stray bytes as text, with the code page's name. "Patr\\xa1cia" is DOS for "Patrícia"."""
    windows = "".join(WINDOWS[byte] for byte in raw)
    if len(raw) == 1 and before.isalpha() and after.isalpha() and after.islower():
        dos = raw.decode("cp850")
        if not windows.isalpha() and windows not in _INSIDE_WORDS and dos.isalpha():
            return dos, "code page 850"
    return windows, "Windows-1252"


def _known(name: str) -> str:
    """Return Python's name of an encoding that text may have, or an empty string."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    found = {"iso8859-1": "latin-1"}.get(found, found)
    return found if _READ.fullmatch(found) else ""


def declared(head: bytes) -> str:
    """Return the encoding that the XML declaration names, or an empty string."""
    match = _DECLARED.search(head[:HEAD].replace(b"\x00", b""))
    return match[1].decode("ascii").lower() if match else ""


class Decoder:
    """Decodes a file chunk by chunk. ``line`` is where the next chunk begins."""

    def __init__(self, head: bytes, notes: Notes, *, lenient: bool = False) -> None:
        """Decide by the first bytes: a byte order mark, then their shape, then the declaration.

        ``lenient`` reads a byte that means nothing as U+FFFD, with a note: one cell of a table is
        lost by it, and no more.
        """
        self.notes = notes
        self.lenient = lenient
        self.line = 1
        self.column = 0
        self.skip = 0
        self.name = self._decide(head)
        if self.name == "utf-8":
            self._feed: Callable[[bytes, bool], str] = self._utf8
        else:
            incremental = codecs.getincrementaldecoder(
                "cp1252" if self.name == "latin-1" else self.name
            )
            self._decoder = incremental("surrogateescape" if self.name == "latin-1" else "strict")
            self._feed = self._other
        self._held = b""

    def _decide(self, head: bytes) -> str:
        claimed = declared(head)
        known = _known(claimed) if claimed else "utf-8"
        if not known:
            raise refused(
                "encoding_unknown",
                f"The file says that its encoding is “{claimed}”, which is none that we read.",
                remedy="Save it as UTF-8.",
                line=1,
                value=claimed,
            )
        real = self._shape(head)
        if real:
            if claimed and not known.startswith(real[:6]) and not real.startswith(known[:6]):
                self._contradiction(claimed, real)
            return real
        if known.startswith(_WIDE_NAMES):
            self._contradiction(claimed, "utf-8")
            return "utf-8"
        return "utf-8" if known in {"ascii", "utf-8-sig"} else known

    def _shape(self, head: bytes) -> str:
        for mark, name in _BOMS:
            if head.startswith(mark):
                self.skip = len(mark)
                return name
        return next((name for shape, name in _WIDE if shape.match(head)), "")

    def _contradiction(self, claimed: str, real: str) -> None:
        self.notes.once(
            "encoding_declaration",
            claimed,
            f"The file says {claimed}, but its first bytes are {real}.",
            remedy=f"It was read as {real}.",
            line=1,
        )

    def feed(self, data: bytes, *, final: bool = False) -> bytes:
        """Return as much of ``data`` as is whole characters, in UTF-8."""
        if self.skip:
            data, self.skip = data[self.skip :], max(0, self.skip - len(data))
        text = self._feed(data, final)
        lines = text.count("\n")
        self.line += lines
        self.column = len(text) - text.rfind("\n") - 1 + (0 if lines else self.column)
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            raise self._wrong(error.reason, text[: error.start]) from error

    def _utf8(self, data: bytes, final: bool) -> str:  # noqa: FBT001
        data = self._held + data
        try:
            text, used = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError:
            # Only the end of a chunk may be half a character.
            text, used = codecs.utf_8_decode(data, "surrogateescape", final)
            text = self._mend(text)
        self._held = data[used:]
        return text

    def _mend(self, text: str) -> str:
        """Read stray bytes as Windows-1252, or refuse the file where they can't be."""

        def read(match: re.Match[str]) -> str:
            start, end = match.span()
            raw = bytes(ord(c) - 0xDC00 for c in match[0])
            mended, page = _single_bytes(raw, text[max(0, start - 1) : start], text[end : end + 1])
            lost = len(mended) < len(raw)
            if len(raw) >= _LONGEST_RUN or (lost and not self.lenient):
                raise self._wrong("they are neither UTF-8 nor Windows-1252", text[:start])
            if lost:
                mended, page = "\ufffd" * len(raw), "unknown characters"
            around = re.split("[\n>]", text[max(0, start - 20) : start])[-1]
            self.notes.each(
                "bytes_mended",
                around + mended,
                "Bytes that are not UTF-8, which the file should be.",
                remedy=f"They were read as {page}; check the accents.",
                line=self.line + text.count("\n", 0, start),
            )
            return mended

        return _STRAY.sub(read, text)

    def _other(self, data: bytes, final: bool) -> str:  # noqa: FBT001
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self.name, "ignore")
            raise self._wrong(error.reason, before) from error
        if self.name == "latin-1" and not text.isascii():
            text = self._as_windows(text, data)
        return text

    def _as_windows(self, text: str, data: bytes) -> str:
        """Note bytes 80-9F: in Latin-1 they are controls, and everybody means Windows-1252."""
        if data.translate(None, _NOT_C1):
            self.notes.once(
                "encoding_declaration",
                "iso-8859-1",
                "The file says ISO-8859-1, but has bytes that only Windows-1252 uses.",
                remedy="It was read as Windows-1252.",
                line=self.line,
            )
        # The five bytes without a meaning stay the controls that Latin-1 says they are.
        return _STRAY.sub(lambda m: "".join(chr(ord(c) - 0xDC00) for c in m[0]), text)

    def _wrong(self, reason: str, before: str) -> Exception:
        line = self.line + before.count("\n")
        column = len(before) - before.rfind("\n") + (self.column if "\n" not in before else 0)
        return refused(
            "encoding_broken",
            f"Line {line}, column {column}: bytes that are not {self.name.upper()} ({reason}).",
            remedy="Save the file as UTF-8, and let its first line say so.",
            line=line,
        )


_NOT_C1 = bytes(c for c in range(256) if not 0x80 <= c <= 0x9F)


def windows_controls(text: str) -> str:
    """Return ``text`` with C1 controls read as the Windows-1252 characters that were meant.

    ``&#146;`` is no apostrophe in XML, but no feed that has it means the control.
    """
    return _C1.sub(lambda m: WINDOWS[ord(m[0])], text)


# Named characters of HTML, which contain those of the ONIX 2.1 DTD; not those that are markup.
ENTITIES = {
    name.rstrip(";"): text
    for name, text in html5.items()
    if name.endswith(";") and not set(text) & {"<", ">", "&", '"', "'"}
}
