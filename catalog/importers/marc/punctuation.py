"""The punctuation of library catalogues (ISBD), which parts fields and belongs to none."""

import re

_TRAILING = re.compile(r"\s*[/:;=,]+\s*$")
_INITIAL = re.compile(
    r"(?:^|[\s.\-])\w\.$|\b(?:Jr|Sr|Dr|St|etc|Inc|Ltd|Co|Corp|ed|vol|no|Bros|Ph\.D|M\.D)\.$",
    re.IGNORECASE,
)


def strip_isbd(text: str) -> str:
    """Return ``text`` without the sign that leads to the next part; a dot stays behind an initial."""
    text = _TRAILING.sub("", text.strip())
    if text.endswith(".") and not text.endswith("..") and not _INITIAL.search(text):
        text = text[:-1].rstrip()
    return _TRAILING.sub("", text)


def unbracketed(text: str) -> str:
    """Return ``text`` without the brackets of what a cataloguer added."""
    return text.replace("[", "").replace("]", "").strip()
