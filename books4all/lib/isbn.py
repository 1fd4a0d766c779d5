"""ISBNs as people and files write them (ISO 2108; SBN before 1970)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum import isbn as stdnum_isbn

_LABEL = re.compile(r"^\s*(?:e-?)?(?:isbn|sbn|ean)(?:[-\s]?1[03])?\s*[:.#]?\s*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u00ad._/]+")


@dataclass(frozen=True, slots=True)
class ParsedIsbn:
    """What a text that looks like an ISBN turned out to be.

    ``isbn13`` is the 13-digit form, or empty when the check digit is wrong; ``digits`` is what was
    typed, without label and separators.
    """

    digits: str
    isbn13: str

    @property
    def valid(self) -> bool:
        """Whether the check digit is right."""
        return bool(self.isbn13)


def _digits(text: str) -> str:
    # NFKC folds full-width figures; int() knows the other decimal digits of Unicode.
    folded = _LABEL.sub("", unicodedata.normalize("NFKC", text))
    joined = _SEPARATORS.sub("", folded).upper()
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in joined)


def parse(text: str) -> ParsedIsbn | None:
    """Read an ISBN-13, ISBN-10, SBN (nine digits) or an ISBN-10 that lost its leading zeros.

    Returns None when the text does not have the shape of one. Spreadsheets drop leading zeros: nine
    characters are tried with a zero in front, which is also how an SBN becomes an ISBN-10.
    """
    digits = _digits(text)
    if not re.fullmatch(r"\d{8,9}[\dX]|\d{12,13}|\d{8}", digits):
        return None
    if len(digits) == 12:
        return ParsedIsbn(digits, "")
    if len(digits) == 13:
        # A 13-digit number of another prefix is some other article number, not a book.
        if not digits.startswith(("978", "979")):
            return None
        return ParsedIsbn(digits, digits if stdnum_isbn.is_valid(digits) else "")
    ten = digits.zfill(10)
    return ParsedIsbn(digits, stdnum_isbn.to_isbn13(ten) if stdnum_isbn.is_valid(ten) else "")


def to_isbn13(text: str) -> str:
    """Return the 13-digit form of a valid ISBN in any spelling, or an empty string."""
    parsed = parse(text)
    return parsed.isbn13 if parsed else ""


def to_isbn10(isbn13: str) -> str:
    """Return the 10-digit form of a 978 ISBN-13; 979 has none, and gives an empty string."""
    return stdnum_isbn.to_isbn10(isbn13) if isbn13.startswith("978") else ""


# The ranges are looked up in a tree of text: a page of forty editions would spend its time there.
@lru_cache(maxsize=10_000)
def hyphenate(isbn13: str) -> str:
    """Return the ISBN with hyphens where the range message of the ISBN agency puts them."""
    return stdnum_isbn.format(isbn13) or isbn13
