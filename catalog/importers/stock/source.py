"""The text of a stock file line by line, whatever its encoding, in constant memory."""

import codecs
import itertools
import re
from collections.abc import Iterator

from catalog.importers.problems import Notes, refused
from catalog.importers.unpack import Counted

HEAD = 256 * 1024
CHUNK = 256 * 1024
LINE_LIMIT = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_STRAY = re.compile("[\udc80-\udcff]+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_MULTIBYTE = re.compile("[^\x00-\x7f\udc80-\udcff]")
# The encodings of one byte a character that sellers' programs wrote, the likeliest first.
SINGLE_BYTE = ("cp1252", "mac_roman", "cp850")
_ACCENTS = frozenset("éèêëàâäáãåçñöóôòõøüúùûíìîïßœæÿýšžðþčćřěůłżźęąı")
_CAPITALS = frozenset("ÉÈÊËÀÂÄÁÃÅÇÑÖÓÔÒÕØÜÚÙÛÍÌÎÏŒÆŠŽÐÞÝŸ")
_OPENING, _CLOSING = frozenset("‘“«„‚¿¡£©®€§¶‹"), frozenset("’”»…™°ªº²³½¼¾›€")
_DASHES = frozenset("–—·\xad\u00a0×±•†‡")
# What a person may call an encoding, and Python's name of it.
ENCODINGS = frozenset(
    [
        "utf-8",
        "utf-8-sig",
        "cp1252",
        "latin-1",
        "mac_roman",
        "cp850",
        "cp437",
        "cp1250",
        "cp1251",
        "cp1253",
        "cp1254",
        "cp1257",
        "koi8-r",
        "iso8859-2",
        "iso8859-15",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "shift_jis",
        "euc_jp",
        "gb18030",
        "big5",
        "euc_kr",
    ]
)


class Text:
    """The lines of a file. ``encoding`` is what it is read as, and may still change while only ASCII
    was met; ``whole`` says whether the last line was ended."""

    def __init__(self, stream: Counted, notes: Notes, encoding: str = "") -> None:
        """Decide by the first bytes, or by what somebody said (one of ``ENCODINGS``)."""
        self._stream, self.notes = stream, notes
        head = stream.peek(HEAD)
        if encoding and encoding not in ENCODINGS:
            raise refused("encoding_unknown", f"“{encoding}” is no encoding that we read.",
                          remedy="Choose another, or save the file as UTF-8.", value=encoding)  # fmt: skip
        self._skip = 0
        self.encoding = encoding or self._decide(head)
        if encoding:
            self._skip = next((len(mark) for mark, _name in _BOMS if head.startswith(mark)), 0)
        self._settled = bool(encoding)
        self.line = 0
        self.whole = True
        self._accents = self._carried = False
        self._decoder = _decoder(self.encoding)

    def _decide(self, head: bytes) -> str:
        for mark, name in _BOMS:
            if head.startswith(mark):
                self._skip = len(mark)
                return name
        if len(head) > 3 and (wide := _wide(head)):
            return wide
        # The last character may be cut in half.
        text = head.decode("utf-8", "surrogateescape") if len(head) < HEAD else _cut(head)
        strays = len(_STRAY.findall(text))
        if not strays or strays * 3 < len(_MULTIBYTE.findall(text)):
            return "utf-8"
        return single_byte(head)

    def __iter__(self) -> Iterator[str]:
        """Yield lines without their ends (LF, CR LF or CR). Raises RefusedFileError."""
        held = ""
        while True:
            data = self._stream.read(CHUNK)
            lines = (held + self._ended(self._decoded(data[self._skip :]))).split("\n")
            self._skip = 0
            held = lines.pop()
            for line in lines:
                self.line += 1
                yield line
            if len(held) > LINE_LIMIT:
                raise refused("line_too_long", "A line of more than a million characters.",
                              remedy="Check that the file is a list of books.", line=self.line + 1)  # fmt: skip
            if not data:
                break
        self.whole = not held
        if held:
            self.line += 1
            yield held

    def _ended(self, text: str) -> str:
        """Return a piece of text with LF at the end of its lines, whatever ends them; without zeros."""
        if self._carried and text.startswith("\n"):
            text = text[1:]
        self._carried = text.endswith("\r") if text else self._carried
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\x00" in text:
            text = text.replace("\x00", "")
            self.notes.once("control_characters", "", "The file has zero bytes in it.",
                            remedy="They were left out.", line=self.line + 1)  # fmt: skip
        return text

    def _decoded(self, data: bytes) -> str:
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            if self.encoding == "latin-1" and not self._settled and _C1.search(data):
                self.encoding = "cp1252"
            text = self._decoder.decode(data, not data)
            if "\ufffd" in text:
                self._unknown(text)
            return text
        before = self._decoder.getstate()
        try:
            text = self._decoder.decode(data, not data)
        except UnicodeDecodeError:
            return self._not_utf8(before[0] + data, final=not data)
        # Once there was a letter of UTF-8, the file is UTF-8, whatever strays into it.
        self._accents = self._accents or not text.isascii()
        return text

    def _not_utf8(self, data: bytes, *, final: bool) -> str:
        """Read on where UTF-8 ends: in Windows-1252 when nothing but ASCII came before, else byte by byte."""
        text, used = codecs.utf_8_decode(data, "surrogateescape", final)
        strays, characters = len(_STRAY.findall(text)), len(_MULTIBYTE.findall(text))
        if (
            self.encoding == "utf-8"
            and not self._settled
            and not self._accents
            and strays > characters
        ):
            self.encoding = single_byte(data)
            self._decoder = _decoder(self.encoding)
            return self._decoder.decode(data, final)
        self._decoder = _decoder("utf-8")
        self._decoder.setstate((data[used:], 0))
        return _STRAY.sub(lambda match: self._mended(match, text), text)

    def _mended(self, match: re.Match[str], text: str) -> str:
        raw = match[0].encode("utf-8", "surrogateescape")
        mended = raw.decode("cp1252", "replace")
        self.notes.each(
            "bytes_mended", text[max(0, match.start() - 20) : match.start()].rpartition("\n")[2] + mended,
            "Bytes that are not UTF-8, which the rest of the file is.",
            remedy="They were read as Windows-1252; check the accents.",
            line=self.line + 1 + text.count("\n", 0, match.start()),
        )  # fmt: skip
        return mended

    def _unknown(self, text: str) -> None:
        self.notes.once(
            "bytes_unknown", "", f"Bytes that mean nothing in {self.encoding}.",
            remedy="They were read as �; choose another encoding if there are many.",
            line=self.line + 1 + text.count("\n", 0, text.index("\ufffd")),
        )  # fmt: skip


_C1 = re.compile(rb"[\x80-\x9f]")


def _cut(head: bytes) -> str:
    return codecs.utf_8_decode(head, "surrogateescape", False)[0]  # noqa: FBT003 - a positional-only flag


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    # Everybody who says Latin-1 means Windows-1252, which has the same letters and more signs.
    name = {"latin-1": "cp1252", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    errors = "strict" if name == "utf-8" else "replace"
    return codecs.getincrementaldecoder(name)(errors)


def _wide(head: bytes) -> str:
    """Return UTF-16 without a mark by its zeros, which text has nowhere else."""
    sample = head[: len(head) // 2 * 2][:4096]
    even, odd, half = sample[0::2].count(0), sample[1::2].count(0), len(sample) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def single_byte(data: bytes) -> str:
    """Return the likeliest encoding of one byte a character, by the letters it makes of ``data``.

    Accents stand among small letters, quotation marks and dashes at the ends of words; whatever makes
    signs inside words is wrong. "latin-1" is Windows-1252 without the signs that Latin-1 lacks.
    """
    data = data[:HEAD]
    found = itertools.islice(_HIGH.finditer(data), 4000)
    pieces = [
        (data[max(0, m.start() - 1) : m.start()], m[0], data[m.end() : m.end() + 1]) for m in found
    ]
    scores = {name: sum(_likely(piece, name) for piece in pieces) for name in SINGLE_BYTE}
    best = max(SINGLE_BYTE, key=lambda name: (scores[name], name == "cp1252"))
    return "latin-1" if best == "cp1252" and not _C1.search(data) else best


def _likely(piece: tuple[bytes, bytes, bytes], encoding: str) -> int:
    before, raw, after = piece
    text = raw.decode(encoding, "replace")
    return sum(_fitness(char, before, after) for char in text)


def _fitness(char: str, before: bytes, after: bytes) -> int:
    """Return how well a character stands between its neighbours: 3 where it belongs, below 0 where not."""
    if char in _ACCENTS:
        return 3 if before.isalpha() else 1
    if char in _CAPITALS:
        if before.isalpha():
            return 3 if before.isupper() else -2
        return 3 if after.isalpha() else 1
    if before.isalpha() and after.isalpha():
        return 3 if char == "’" or char in _DASHES else -2
    if char in _OPENING and not before.isalpha():
        return 3
    if char in _DASHES or (char in _CLOSING and not after.isalpha()):
        return 3
    return -1 if char in _OPENING or char in _CLOSING else -3


def doubtful(piece: tuple[bytes, bytes, bytes]) -> bool:
    """Whether a byte of Windows-1252 looks more like one of another encoding, where it stands."""
    own = _likely(piece, SINGLE_BYTE[0])
    return any(_likely(piece, name) > own for name in SINGLE_BYTE[1:])
