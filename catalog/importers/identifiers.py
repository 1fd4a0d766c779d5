"""Identifiers as files have them, normalised; a wrong one is kept, and said to be wrong."""

import re
from collections.abc import Callable

from books4all.lib import isbn
from catalog.importers.problems import Problems
from catalog.importers.record import IdentifierIn
from catalog.importers.text import clean

ISBN10, GTIN13, DOI, LCCN, ISBN13, OCLC = "02", "03", "06", "13", "15", "23"
_BOOKLAND = ("978", "979")
_ISBN_TYPES = frozenset([ISBN10, ISBN13])
_TYPE = re.compile(r"[0-9A-Z]{2}")
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_OCLC = re.compile(r"^(?:\(ocolc\))?\s*(?:ocm|ocn|on|ocolc)?\s*0*(?=\d)", re.IGNORECASE)
_LCCN = re.compile(r"^([a-z]{0,3})\s*(\d{2}|\d{4})-?(\d{1,6})\b")
VALUE_LENGTH = 60


def ean_is_right(digits: str) -> bool:
    """Whether the check digit of thirteen figures is right (weights 1 and 3)."""
    odd = sum(map(int, digits[0:12:2]))
    even = sum(map(int, digits[1:12:2]))
    return (10 - (odd + 3 * even) % 10) % 10 == int(digits[12])


def is_isbn13(value: str) -> bool:
    """Whether ``value`` is thirteen ASCII figures of a right ISBN: the usual case, in no time."""
    return (
        len(value) == 13
        and value.isascii()
        and value.isdigit()
        and value.startswith(_BOOKLAND)
        and ean_is_right(value)
    )


def from_isbn10(value: str) -> str:
    """Return the thirteen figures of a right ISBN-10 in plain ASCII, or an empty string."""
    if len(value) != 10 or not value.isascii() or not value[:9].isdigit():
        return ""
    last = 10 if value[9] in "Xx" else int(value[9]) if value[9].isdigit() else -1
    total = sum(
        weight * int(figure) for weight, figure in zip(range(10, 1, -1), value[:9], strict=True)
    )
    if last < 0 or (total + last) % 11:
        return ""
    stem = f"978{value[:9]}"
    odd, even = sum(map(int, stem[0::2])), sum(map(int, stem[1::2]))
    return f"{stem}{(10 - (odd + 3 * even) % 10) % 10}"


def identifier(
    kind: str, printed: str, problems: Problems, *, field: str = "IDValue", line: int = 0
) -> IdentifierIn | None:
    """Return an identifier by its type (list 5), or None when nothing is there.

    An ISBN-10, an SBN and a GTIN of Bookland become type 15. Reports what is wrong.
    """
    printed = clean(printed)
    if not printed:
        return None
    if kind in _ISBN_TYPES:
        return isbn_in(printed, problems, kind=kind, field=field, line=line)
    if kind == GTIN13:
        return _gtin(printed, problems, field=field, line=line)
    value = _NORMAL.get(kind, str)(printed)
    if not _TYPE.fullmatch(kind):
        problems.warn(
            "identifier_type", field, f"{kind} {printed}", "An identifier of no type of list 5.",
            remedy="It was left out.", line=line,
        )  # fmt: skip
        return None
    if len(value) > VALUE_LENGTH:
        problems.warn(
            "identifier_long", field, printed, "An identifier of more than 60 characters.",
            remedy="It was left out.", line=line,
        )  # fmt: skip
        return None
    return IdentifierIn(kind, value, printed if printed != value else "")


def isbn_in(
    printed: str, problems: Problems, *, kind: str = ISBN13, field: str = "IDValue", line: int = 0
) -> IdentifierIn:
    """Return an ISBN in any spelling as type 15, or as it came with ``valid=False``."""
    printed = clean(printed)
    if is_isbn13(printed):
        return IdentifierIn(ISBN13, printed)
    if usual := from_isbn10(printed):
        return IdentifierIn(ISBN13, usual, printed)
    parsed = isbn.parse(printed)
    if parsed and parsed.valid:
        return IdentifierIn(ISBN13, parsed.isbn13, printed[:80])
    if parsed:
        problems.warn(
            "isbn_check_digit", field, printed, "The check digit of this ISBN is wrong.",
            remedy="It was kept as it stands, and identifies nothing.", line=line,
        )  # fmt: skip
        right = ISBN10 if len(parsed.digits) <= 10 else ISBN13
        return IdentifierIn(right, parsed.digits, printed[:80], valid=False)
    problems.warn(
        "isbn_shape", field, printed, "This is not the shape of an ISBN.",
        remedy="It was kept as it stands, and identifies nothing.", line=line,
    )  # fmt: skip
    return IdentifierIn(kind, printed[:VALUE_LENGTH], printed[:80], valid=False)


def _gtin(printed: str, problems: Problems, *, field: str, line: int) -> IdentifierIn:
    if is_isbn13(printed):
        return IdentifierIn(ISBN13, printed)
    digits = re.sub(r"[\s-]", "", printed)
    if digits.startswith(_BOOKLAND) and len(digits) == 13:
        return isbn_in(printed, problems, kind=GTIN13, field=field, line=line)
    right = len(digits) == 13 and digits.isascii() and digits.isdigit() and ean_is_right(digits)
    if not right:
        problems.warn(
            "gtin_check_digit", field, printed, "This article number (GTIN-13) is wrong.",
            remedy="It was kept as it stands, and identifies nothing.", line=line,
        )  # fmt: skip
    return IdentifierIn(GTIN13, digits[:VALUE_LENGTH], printed[:80], valid=right)


def _lccn(printed: str) -> str:
    """Return a control number of the Library of Congress in its normal form: "n78-890351" is n78890351."""
    text = printed.partition("/")[0].strip().lower()
    if match := _LCCN.match(text):
        return f"{match[1]}{match[2]}{match[3].zfill(6)}"
    return text.replace(" ", "")


_NORMAL: dict[str, Callable[[str], str]] = {
    LCCN: _lccn,
    OCLC: lambda printed: _OCLC.sub("", printed),
    DOI: lambda printed: _DOI.sub("", printed).lower(),
}


def merged(identifiers: list[IdentifierIn]) -> list[IdentifierIn]:
    """Return the identifiers without repeats: the same ISBN comes as types 02, 03 and 15."""
    kept: dict[tuple[str, str], IdentifierIn] = {}
    for one in identifiers:
        kept.setdefault((one.type, one.value), one)
    return list(kept.values())
