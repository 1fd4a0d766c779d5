"""Dates of books, which are often less than a day: "1871", "1871-12" or "1871-12-01"."""

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?")
_DIGITS = re.compile(r"\d+")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",),
            ("jun", "june"), ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"),
            ("oct", "october"), ("nov", "november"), ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[/.](\d{1,2})")
_PLAIN_YEAR = re.compile(r"(-?\d{1,4})(?:\.0+)?")
# A year among other words: "c1989.", "[1961]", "746 [1985 or 1986]", "London, 1871".
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_BEFORE_CHRIST = re.compile(r"(\d{1,4})\s*(?:b\.?\s*c\.?(?:\s*e\.?)?|v\.?\s*chr\.?)", re.IGNORECASE)
EARLIEST, LATEST = -4000, 2100


def partial(year: int, month: int = 0, day: int = 0) -> str:
    """Return a partial date, as exact as it is possible: a wrong day leaves year and month.

    Empty when not even the year can be one.
    """
    if not EARLIEST <= year <= LATEST or year == 0:
        return ""
    if year < 0:
        return str(year)
    if not 1 <= month <= 12:
        return str(year) if year < 1000 else f"{year:04d}"
    if day:
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            pass
    return f"{year:04d}-{month:02d}"


def year_of(value: str) -> int | None:
    """Return the year of a partial date."""
    if not value:
        return None
    sign, rest = (-1, value[1:]) if value.startswith("-") else (1, value)
    return sign * int(rest.partition("-")[0])


def free(text: str) -> str:
    """Return the partial date in words or figures, or an empty string when there is none to be sure of.

    "9/16/2006" is read as Americans write it unless the first number can't be a month; "1.9.2006"
    as Germans do. Of several years the first counts ("746 [1985 or 1986]" is 1985).
    """
    text = text.strip().strip("[]().,;").strip()
    if match := _PLAIN_YEAR.fullmatch(text):
        return partial(int(match[1]))
    for read in (_iso, _figures, _words):
        if found := read(text):
            return found
    if match := _BEFORE_CHRIST.search(text):
        return partial(-int(match[1]))
    match = _YEAR.search(text)
    return partial(int(match[1])) if match else ""


def _iso(text: str) -> str:
    if match := _ISO.fullmatch(text):
        return partial(int(match[1]), int(match[2]), int(match[3] or 0))
    if match := _YEAR_MONTH.fullmatch(text):
        return partial(int(match[1]), int(match[2]))
    if len(text) == 8 and text.isascii() and text.isdigit():
        return partial(int(text[:4]), int(text[4:6]), int(text[6:]))
    return ""


def _figures(text: str) -> str:
    if match := _SLASHED.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        month, day = (first, second) if first <= 12 else (second, first)
        return partial(year, month, day)
    if match := _DOTTED.fullmatch(text):
        return partial(int(match[3]), int(match[2]), int(match[1]))
    return ""


def _words(text: str) -> str:
    if match := _MONTH_FIRST.fullmatch(text):
        return partial(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2] or 0))
    if match := _DAY_FIRST.fullmatch(text):
        return partial(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    return ""


def onix(value: str, form: str = "") -> str:
    """Return the partial date of an ONIX date by its format (list 55), or an empty string.

    Without a format the number of figures tells. Weeks give their month, quarters and seasons their
    year, spreads what both their ends have in common. A Hijri year spans two of ours: it gives none.
    """
    value = value.strip()
    if form in _HIJRI:
        return ""
    if form == "12":
        return free(value)
    digits = _leading_digits(value)
    if not digits:
        return free(value)
    if form in _SPREADS:
        half = _SPREADS[form][1]
        return _common(*(onix(part, _SPREADS[form][0]) for part in (digits[:half], digits[half:])))
    if form == "02" and len(digits) == 6:
        return _of_week(int(digits[:4]), int(digits[4:]))
    if form in {"03", "04"}:
        return partial(int(digits[:4]))
    return _of_figures(digits)


_HIJRI = frozenset(["20", "21", "25", "32"])
_SPREADS = {
    "06": ("00", 8), "07": ("01", 6), "08": ("02", 6), "09": ("03", 5), "10": ("04", 5),
    "11": ("05", 4),
}  # fmt: skip


def _leading_digits(value: str) -> str:
    if _ISO.fullmatch(value):
        return value[:10].replace("-", "")
    match = _DIGITS.match(value)
    return match[0] if match and value.isascii() and len(match[0]) >= 4 else ""


def _of_figures(digits: str) -> str:
    if len(digits) in {4, 5}:
        return partial(int(digits[:4]))
    if len(digits) in {6, 7}:
        return partial(int(digits[:4]), int(digits[4:6]))
    return partial(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def _of_week(year: int, week: int) -> str:
    try:
        return date.fromisocalendar(year, week, 1).strftime("%Y-%m")
    except ValueError:
        return partial(year)


def _common(first: str, last: str) -> str:
    for length in (10, 7, 4):
        if first[:length] == last[:length] and len(first) >= length:
            return first[:length]
    return first[:4]
