"""Text as books should have it: one line, composed, without markup and double encoding."""

import html
import re
import unicodedata
from typing import Any

from catalog.importers.xmlfeed.encoding import windows_controls

# Invisible and meaningless in a title: zero-width space, marks of order, soft hyphen.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u2060\u00ad\ufffe"), None)
_C1 = re.compile("[\x80-\x9f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|div|span|ul|ol|li|a|h[1-6]|sup|sub|font|blockquote|cite|table|tr|td|hr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "table",
        "tr",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "pre",
        "hr",
    ]
)
_LINES = frozenset(["br", "li", "dt", "dd", "td", "th"])
_DROPPED = frozenset(
    ["script", "style", "head", "title", "iframe", "object", "template", "noscript"]
)
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n ?")
_PARAGRAPHS = re.compile(r"\n{3,}")


def clean(value: str | None) -> str:
    """Return ``value`` on one line: composed (NFC), without runs of space and invisible signs."""
    if not value:
        return ""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value.translate(_INVISIBLE))
        if _C1.search(value):
            value = windows_controls(value)
    return " ".join(value.split())


def has_entities(value: str) -> bool:
    """Whether ``value`` still has references of HTML in it ("&eacute;")."""
    return "&" in value and _ENTITY.search(value) is not None


def unescape(value: str) -> str:
    """Return ``value`` with references of HTML read, twice where they were escaped twice."""
    for _round in range(2):
        if not has_entities(value):
            break
        value = html.unescape(value)
    return clean(value)


def strip_markup(value: str) -> str:
    """Return the words of a piece of HTML as paragraphs of plain text.

    Tags, comments, scripts and styles are gone; paragraphs are parted by an empty line, items and
    breaks by a line's end. Linear in the length of ``value``, whatever it holds.
    """
    for _round in range(2):
        value = html.unescape(_without_tags(value))
        if not _TAG.search(value):
            break
    return tidy(value)


def plain(value: str) -> str:
    """Return text that may or may not be HTML as plain text."""
    if "<" in value or has_entities(value):
        return strip_markup(value)
    return tidy(value)


def tidy(value: str) -> str:
    """Return ``value`` composed, with its lines kept and its other space put in order."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value.translate(_INVISIBLE))
        if _C1.search(value):
            value = windows_controls(value)
    if "\n" not in value and "\r" not in value:
        return " ".join(value.split())
    value = _SPACES.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    return _PARAGRAPHS.sub("\n\n", _NEWLINES.sub("\n", value)).strip()


def _without_tags(value: str) -> str:
    out: list[str] = []
    at = 0
    lowered = ""
    while (opened := value.find("<", at)) >= 0:
        out.append(value[at:opened])
        if value.startswith("<!--", opened):
            closed = value.find("-->", opened + 4)
            at = closed + 3 if closed >= 0 else len(value)
            continue
        name = _NAME.match(value, opened + (2 if value.startswith("</", opened) else 1))
        if not name and value[opened + 1 : opened + 2] not in {"!", "?"}:
            out.append("<")
            at = opened + 1
            continue
        closed = value.find(">", opened)
        if closed < 0:
            out.append(value[opened:])
            return "".join(out)
        at = closed + 1
        word = name[0].lower() if name else ""
        if word in _DROPPED and value[opened + 1] != "/" and value[closed - 1] != "/":
            lowered = lowered or value.lower()
            ended = lowered.find(f"</{word}", at)
            at = len(value) if ended < 0 else ended
        out.append("\n\n" if word in _BLOCKS else "\n" if word in _LINES else "")
    out.append(value[at:])
    return "".join(out)


def xhtml_text(element: Any) -> str:
    """Return the plain text of an XML element that may have XHTML inside it."""
    if not len(element):
        return plain(element.text or "")
    out: list[str] = []
    _walk(element, out)
    return tidy("".join(out))


def _walk(element: Any, out: list[str]) -> None:
    out.append(element.text or "")
    for child in element:
        name = str(child.tag).rpartition("}")[2].lower()
        if name not in _DROPPED:
            gap = "\n\n" if name in _BLOCKS else "\n" if name in _LINES else ""
            out.append(gap)
            _walk(child, out)
            out.append(gap if name in _BLOCKS else "")
        out.append(child.tail or "")


# UTF-8 that was read as Windows-1252 or Latin-1 and written as UTF-8 again.
_DOUBLE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_BACK = {
    ord(bytes([c]).decode("cp1252")): c
    for c in range(0x80, 0xA0)
    if c not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


def mend_mojibake(value: str) -> str | None:
    """Return text that was encoded twice as it was meant, or None when that is not certain.

    Certain: every sign beyond ASCII belongs to a sequence that is UTF-8 once its characters are
    taken as bytes again. "ErzÃ¤hlungen" is; "Ã" alone is not.
    """
    mended = value
    # A step of the way turned U+0083 into "?", and nothing but UTF-8 has "Ã?Â" in it.
    mended = mended.replace("Ã?Â", "Ã\x83Â")
    for _round in range(2):
        if not _DOUBLE.search(mended):
            break
        try:
            raw = bytes(_BACK.get(ord(c), ord(c)) for c in mended)
            mended = raw.decode("utf-8")
        except ValueError:
            return None
    else:
        if _DOUBLE.search(mended):
            return None
    return clean(mended) if mended != value else None
