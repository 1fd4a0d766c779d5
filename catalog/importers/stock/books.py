"""What a record says of the book that the copy is one of."""

import re
from functools import lru_cache

from catalog.importers import dates
from catalog.importers.identifiers import from_isbn10, is_isbn13, isbn_in
from catalog.importers.problems import Problems
from catalog.importers.record import BookRecord, ContributorIn, IdentifierIn, SeriesIn
from catalog.importers.stock import amounts
from catalog.importers.stock.bindings import form
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import StockAction, StockFormat, StockRow
from catalog.importers.table import cells

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
NUMBERED = re.compile(r"(.+?)(?:,)?\s+(?:(?:#|No\.?|Vol\.?|Bd\.?|--)\s*)?(\d{1,4}(?:\.\d)?)$")
_ISBN_PARTS = re.compile(r"\s*[;,|]\s*|\s+/\s+|\s{2,}")
_ISBN_IN_NOTES = re.compile(
    r"\b(?:97[89][\d -]{10,14}\d|(?:ISBN(?:[- ]?1[03](?!\d))?[-:. ]*)(\d[\d -]{7,11}[\dX]))",
    re.IGNORECASE,
)
_PEOPLE = (("author", "A01"), ("editor", "B01"), ("translator", "B06"), ("illustrator", "A12"))
_UNDATED = frozenset(
    [
        "n.d.",
        "n.d",
        "nd",
        "no date",
        "n/a",
        "na",
        "undated",
        "o.j.",
        "o. j.",
        "s.d.",
        "s.a.",
        "unknown",
        "none",
        "null",
        "-",
        "?",
        "not stated",
    ]
)
_ASIN = re.compile(r"[Bb]0[0-9A-Za-z]{8}")
_FITTING = {"1": (10,), "2": (10, 13), "3": (12,), "4": (13,)}


def named(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    """Fill in the book."""
    get, book = values.get, row.book
    _numbers(file, book, values, problems)
    book.title = file.cut("title", file.line("title", get("title", ""), problems), problems)
    if row.action is StockAction.UPSERT and not book.title:
        _untitled(file, book, values, problems)
    if text := get("subtitle"):
        book.subtitle = file.line("subtitle", text, problems)[:500]
    for field, role in _PEOPLE:
        if text := get(field):
            names = file.line(field, text, problems)
            book.contributors += _people(names, role, len(book.contributors) + 1)
    if text := get("publisher"):
        book.publisher = file.cut("publisher", file.line("publisher", text, problems), problems)
    if text := get("place"):
        book.place = file.cut("place", file.line("place", text, problems), problems)
    if text := get("series"):
        _series(file, book, text, get("volume", ""), problems)
    _coded(file, book, values, problems)


def _untitled(file: Reading, book: BookRecord, values: dict[str, str], problems: Problems) -> None:
    if file.titled:
        problems.fail("title_missing", file.name("title"), "", "The book has no title.",
                      remedy="Write its title.")  # fmt: skip
    elif not book.identifiers:
        problems.fail("book_unknown", file.name("isbn"), values.get("isbn", ""),
                      "Neither a title nor an ISBN says which book this is.",
                      remedy="Give an ISBN, or a title.")  # fmt: skip


def _coded(file: Reading, book: BookRecord, values: dict[str, str], problems: Problems) -> None:
    """Fill in what has a code or a shape: date, binding, language, pages."""
    get = values.get
    if text := get("date"):
        _date(file, book, text, problems)
    if text := get("binding"):
        book.form = form(text)
        if not book.form:
            problems.warn("binding_unknown", file.name("binding"), text, "A binding we have no word for.",
                          remedy="Left out.")  # fmt: skip
    if text := get("language"):
        book.language = _language(text)
        if not book.language:
            problems.warn("language_unknown", file.name("language"), text, "There is no such language in ISO 639-2.",
                          remedy="Left out.")  # fmt: skip
    if (text := get("pages")) and (pages := amounts.whole(text)) and pages < 100_000:
        book.pages = pages


def _date(file: Reading, book: BookRecord, text: str, problems: Problems) -> None:
    book.published = _free_date(text)
    if not book.published and text.strip("0.") and text.casefold() not in _UNDATED:
        problems.warn("date_shape", file.name("date"), text, "This is not a date.",
                      remedy="Left out. Write the year.")  # fmt: skip


def _series(file: Reading, book: BookRecord, text: str, number: str, problems: Problems) -> None:
    if "volume" not in file.fields and (match := NUMBERED.fullmatch(text)):
        text, number = match[1].rstrip(" ,;-"), match[2]
    book.series = [SeriesIn(file.line("series", text, problems)[:200], number[:20])]


def _numbers(file: Reading, book: BookRecord, values: dict[str, str], problems: Problems) -> None:
    field, text = _numbered(file, values, problems)
    if is_isbn13(text):
        book.identifiers.append(IdentifierIn("15", text))
    elif usual := from_isbn10(text):
        book.identifiers.append(IdentifierIn("15", usual, text))
    elif text:
        for part in _ISBN_PARTS.split(text):
            if part:
                _isbn(file, book, field, part, problems)
    for field, kind in (("oclc", "23"), ("lccn", "13")):
        if text := values.get(field, ""):
            book.identifiers.append(IdentifierIn(kind, text[:60]))


def _numbered(file: Reading, values: dict[str, str], problems: Problems) -> tuple[str, str]:
    """Return the field that has the book's number, and the number; an ASIN may be an ISBN-10."""
    if text := values.get("isbn", ""):
        return "isbn", text
    if text := values.get("product_id", ""):
        kind = values.get("product_id_type", "")
        if len(text) not in _FITTING.get(kind, (len(text),)):
            problems.warn("product_id_type", file.name("product_id_type"), kind,
                          f"{text} is not a number of this kind.", remedy="It was read as what it is.")  # fmt: skip
        return "product_id", "" if _ASIN.fullmatch(text) else text
    if (text := values.get("asin", "")) and from_isbn10(text):
        return "asin", text
    if file.kind == StockFormat.UIEE:
        return "notes", isbn_in_notes(values.get("notes", "")[:200])
    return "isbn", ""


def _isbn(file: Reading, book: BookRecord, field: str, text: str, problems: Problems) -> None:
    if _SCIENTIFIC.fullmatch(text):
        problems.warn("isbn_scientific", file.name(field), text, "A spreadsheet has rounded this ISBN.",
                      remedy="Left out. Make the column one of text, and type the ISBN again.")  # fmt: skip
        return
    if 7 <= len(text) < 10 and (whole := from_isbn10(text.zfill(10))):
        problems.warn("isbn_zero_lost", file.name(field), text, "A spreadsheet has taken the zeros before this ISBN.",
                      remedy=f"Read as {text.zfill(10)}.")  # fmt: skip
        book.identifiers.append(IdentifierIn("15", whole, text))
        return
    if text.casefold() not in _UNDATED:
        one = isbn_in(text.removesuffix(".0"), problems, field=file.name(field))
        if one not in book.identifiers:
            book.identifiers.append(one)


@lru_cache(maxsize=8192)
def _people(text: str, role: str, first: int) -> tuple[ContributorIn, ...]:
    if (match := _TURNED.fullmatch(text)) and not _UNUSUAL.intersection(
        text.casefold().replace(",", "").split()
    ):
        # The usual case, "Eliot, George", in no time.
        return (ContributorIn(f"{match[2]} {match[1]}", text, (role,), first),)
    return tuple(cells.people(text, role, first))


_TURNED = re.compile(r"([^\W\d_]{2,30}), ([^\W\d_]{2,20}(?: [^\W\d_]\.?){0,3})")
# Words that make a name a body's, a title or a suffix: names.py knows what to do with them.
_UNUSUAL = frozenset(
    [
        "jr",
        "sr",
        "jnr",
        "snr",
        "junior",
        "senior",
        "ii",
        "iii",
        "iv",
        "esq",
        "phd",
        "md",
        "ma",
        "ba",
        "obe",
        "mbe",
        "cbe",
        "kc",
        "qc",
        "sj",
        "sir",
        "dame",
        "lord",
        "lady",
        "dr",
        "prof",
        "professor",
        "rev",
        "reverend",
        "saint",
        "st",
        "baron",
        "baroness",
        "count",
        "countess",
        "duke",
        "duchess",
        "earl",
        "viscount",
        "prince",
        "princess",
        "king",
        "queen",
        "graf",
        "freiherr",
        "mrs",
        "mr",
        "miss",
        "ms",
        "abbé",
        "père",
        "rabbi",
        "pope",
        "cardinal",
        "bishop",
        "archbishop",
        "captain",
        "colonel",
        "general",
        "major",
        "ltd",
        "limited",
        "inc",
        "llc",
        "plc",
        "gmbh",
        "corp",
        "corporation",
        "company",
        "university",
        "universität",
        "université",
        "universidad",
        "college",
        "institute",
        "institut",
        "instituto",
        "society",
        "association",
        "museum",
        "library",
        "press",
        "committee",
        "commission",
        "council",
        "ministry",
        "department",
        "office",
        "bureau",
        "agency",
        "foundation",
        "organisation",
        "organization",
        "federation",
        "congress",
        "parliament",
        "church",
        "academy",
        "académie",
        "publishing",
        "publishers",
        "magazine",
        "centre",
        "center",
        "national",
        "international",
        "nations",
        "team",
        "group",
        "and",
        "und",
        "et",
        "unknown",
        "none",
        "null",
        "na",
        "nan",
        "van",
        "von",
        "de",
        "der",
        "le",
        "la",
        "du",
    ]
)


_free_date = lru_cache(maxsize=4096)(dates.free)
_language = lru_cache(maxsize=1024)(cells.language)


def isbn_in_notes(text: str) -> str:
    """Return an ISBN that stands in words: Amazon looks for it at the beginning of the notes."""
    for match in _ISBN_IN_NOTES.finditer(text):
        digits = re.sub(r"[ -]", "", match[1] or match[0]).upper()
        if is_isbn13(digits) or from_isbn10(digits):
            return digits
    return ""
