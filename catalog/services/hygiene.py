"""What is not metadata though it stands where metadata should: placeholders, by rule and reason.

Pure functions for whoever takes records in. They say what is wrong and what may be kept; they change
nothing. The rules are those that book systems learned late: a date that a program filled in, a title
of question marks, an author called "Unknown" who wrote forty thousand books.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from books4all.lib.names import is_nobody
from books4all.lib.text import fold

__all__ = ["Finding", "check_date", "check_title", "is_nobody", "is_placeholder"]

# Dates that programs write when they know none: an empty spreadsheet cell, the epoch of Unix, of
# SQL Server and of Excel, "no year".
_FILLED_IN = frozenset(
    ("0000", "0001-01-01", "1000-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01",
     "1900-01", "1901-01-01", "1970-01-01", "9999", "9999-12-31", "2100-01-01", "1111", "1111-11-11")
)  # fmt: skip
# The first printed ISBNs are of 1966 to 1970: an older date beside one is a reprint's original date.
FIRST_ISBN_YEAR = 1966
_MOST_AHEAD = 5
_DATE = re.compile(r"^(-?\d{1,4})(?:-(\d{2})(?:-(\d{2}))?)?$")

_EMPTY_WORDS = frozenset(
    (
        "n a", "na", "nan", "nil", "none", "null", "tba", "tbc", "tbd", "test", "title",
        "titel", "unknown", "unknown title", "no title", "not available", "untitled book",
        "ohne titel", "sans titre", "sin titulo", "xxx", "asdf", "to be announced",
        "to be confirmed", "please delete", "do not use", "dummy", "default", "undefined",
    )
)  # fmt: skip
_REPLACED = re.compile(r"\?{2,}|\ufffd")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a value (``code`` for programs, ``message`` for people), and what is kept.

    ``kept`` is the value to write in its place, often none. ``fatal``: without it there is no record.
    """

    code: str
    message: str
    kept: str = ""
    fatal: bool = False


def is_placeholder(text: str) -> bool:
    """Whether ``text`` says nothing: empty, "N/A", "TBA", only signs or question marks."""
    plain = " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())
    return plain in _EMPTY_WORDS or (not plain and not _has_symbol(text))


def check_title(title: str) -> Finding | None:
    """Return what is wrong with a title, or None. *1984*, *S.* and *π* are titles; "????" is none."""
    if is_placeholder(title):
        return Finding("title_placeholder", f"“{title[:80]}” is no title.", fatal=True)
    lost = sum(len(found) for found in _REPLACED.findall(title))
    letters = sum(c.isalnum() for c in title)
    if lost > letters:
        return Finding(
            "title_lost", "The title’s letters were lost on the way: only “?” is left.", fatal=True
        )
    if "\ufffd" in title or (lost and re.search(r"\w\?{2,}\w", title)):
        return Finding("title_damaged", "Some letters of the title were lost.", kept=title)
    return None


def check_date(published: str, *, today: date, has_isbn: bool = False) -> Finding | None:
    """Return what is wrong with a partial date ("1871", "1871-12", "1871-12-01"), or None.

    A date that a program filled in is dropped. The bare year 1900 is kept (books were published then)
    unless the edition has an ISBN. A year before ISBNs beside one is kept and flagged: it is the
    original's date more often than this edition's. Years more than five ahead are no dates.
    """
    if not published:
        return None
    if published in _FILLED_IN or published.lstrip("-").startswith("0000"):
        return Finding("date_placeholder", f"{published} is a program’s word for “no date”.")
    match = _DATE.match(published)
    if match is None or not _is_real(match):
        return Finding("date_impossible", f"There is no date {published[:20]}.")
    year = int(match[1])
    if year > today.year + _MOST_AHEAD:
        return Finding("date_far_ahead", f"{published} is too far ahead to be known.")
    if has_isbn and year == 1900:
        return Finding("date_placeholder", "1900, with an ISBN: a program’s word for “no date”.")
    if has_isbn and year < FIRST_ISBN_YEAR:
        message = f"ISBNs are younger than {year}: that may be the date of the original."
        return Finding("date_before_isbn", message, kept=published)
    return None


def _is_real(match: re.Match[str]) -> bool:
    year, month, day = int(match[1]), match[2], match[3]
    if year == 0 or (month and not 1 <= int(month) <= 12):
        return False
    if not day:
        return True
    try:
        # The calendar of 2000 stands for years that ``date`` doesn't know.
        date(year if year > 0 else 2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _has_symbol(text: str) -> bool:
    return any(unicodedata.category(c) in {"Sm", "Sc", "So"} for c in text)
