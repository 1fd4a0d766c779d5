"""Text with the markup that sellers' programs put in it, read once; and written so that it reads back."""

import html
import re

from catalog.importers.stock.source import doubtful

_NAMES = r"p|br|b|i|u|em|strong|div|span|ul|ol|li|a|h[1-6]|sup|sub|font|center|small|big|blockquote|cite|table|tr|td|hr|img"
_TAG = re.compile(rf"<(/?)({_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
# What may become a tag, by what follows it.
_OPENS = re.compile(rf"<(?=/?(?:{_NAMES})(?:[\s/>]|$))", re.IGNORECASE)
_BREAKS = frozenset(["br", "li", "tr", "td"])
_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "table",
        "blockquote",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "center",
    ]
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Half of a character that was encoded twice, and what follows it then.
SUSPECT = re.compile("[ÂÃÄÅÐÑâ-ô](?=[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ?])")


_HIGH = re.compile(rb"[\x80-\xff]+")


def _plain(match: re.Match[bytes]) -> bytes:
    """Return bytes as they are where nobody can take them for another encoding's, else as references."""
    raw, data = match[0], match.string
    around = (
        data[max(0, match.start() - 1) : match.start()],
        raw,
        data[match.end() : match.end() + 1],
    )
    if len(raw) == 1 and not doubtful(around):
        return raw
    return "".join(f"&#{ord(char)};" for char in raw.decode("cp1252")).encode()


def read(text: str) -> str:
    """Return ``text`` with its tags gone (a break is a line's end) and its references read, once."""
    if "<" in text:
        text = _TAG.sub(_space, text)
    if "&" in text:
        text = ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _space(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name in _BREAKS and not match[1]:
        return "\n"
    return "\n\n" if name in _PARAGRAPHS else ""


def written(text: str, encoding: str = "utf-8", *, breaks: str = "<br>") -> str:
    """Return ``text`` so that ``read`` gives it back, in characters that ``encoding`` has."""
    if "&" in text:
        text = ENTITY.sub(lambda match: f"&amp;{match[0][1:]}", text)
    if "<" in text:
        text = _OPENS.sub("&lt;", text)
    if not text.isascii():
        text = SUSPECT.sub(lambda match: f"&#{ord(match[0])};", text)
        data = text.encode(encoding, "xmlcharrefreplace")
        text = (_HIGH.sub(_plain, data) if encoding == "cp1252" else data).decode(encoding)
    return text.replace("\n", breaks) if breaks and "\n" in text else text
