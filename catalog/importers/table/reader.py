"""Rows of a table, one record each."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from books4all.lib import isbn
from catalog.importers import dates, names
from catalog.importers.identifiers import ean_is_right, from_isbn10, identifier, isbn_in, merged
from catalog.importers.problems import Notes, Problems, refused
from catalog.importers.record import Action, BookRecord, IdentifierIn, SeriesIn, SubjectIn
from catalog.importers.table import cells as values
from catalog.importers.table.cells import Cells
from catalog.importers.table.columns import SYNONYMS, understood, unknown
from catalog.importers.table.rows import find_delimiter, fitted, rows, text_lines
from catalog.importers.text import clean, mend_mojibake, plain

# What a spreadsheet makes of thirteen figures: nine of them are gone for good.
_FLOAT = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+|\d{9,13}\.0+")
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_SERIES_IN_TITLE = re.compile(r"^(.+?)\s+\(([^()]+?),?\s+#([\w.\-–&+/ ]{1,20})\)$")
_BINDING = re.compile(r"\([^()]*\)")
# Eight or nine figures are an SBN or a lost zero, which the ISBN's own reader knows.
_ZEROS_LOST = re.compile(r"\d{5,6}[\dXx]")
_EAN = re.compile(r"(?!97[89])\d{13}")
_URL = re.compile(r"https?://[^\s<>\"]{3,1900}", re.IGNORECASE)
_NUMBERED = re.compile(
    r"^(.*?)\s*[;,:]?\s*,?\s*(?:no\.|vol\.|bd\.|#|t\.|book)\s*([\w.\-]{1,12})\.?$", re.IGNORECASE
)
_NOT_A_SUBJECT = re.compile(r"^\W*$")


def read(stream: BinaryIO, *, mapping: dict[str, str] | None = None) -> Iterator[BookRecord]:
    """Yield the books of a table with a header (or, with a ``mapping`` by position, without one).

    ``mapping`` leads headers or positions ("1" is the first column) to the names of
    ``columns.SYNONYMS``. A broken row is a record with an error. Raises RefusedFileError when the
    file is no table of books, or can't be read on.
    """
    _check(mapping)
    notes = Notes()
    lines = text_lines(stream, notes)
    first = next(lines, "")
    delimiter = find_delimiter(first)
    table = rows(_chained(first, lines), delimiter)
    line, header = next(table, (1, []))
    columns = understood(header, mapping)
    positions_only = bool(mapping) and all(key.strip().isdigit() for key in mapping or {})
    if not columns or not columns.keys() & {"title", "isbn", "isbn13"}:
        raise refused(
            "no_columns",
            "The first row names no column with titles or ISBNs.",
            remedy="Name the columns (title, authors, isbn …), or say which is which.",
            line=line,
            value=delimiter.join(header),
        )
    number = 0
    if positions_only and not _is_header(header):
        number = 1
        yield _record(header, line, number, header, columns, notes)
    for line, row in table:
        number += 1
        yield _record(row, line, number, header, columns, notes)


def _check(mapping: dict[str, str] | None) -> None:
    if wrong := unknown(mapping or {}):
        raise refused(
            "mapping",
            f"These are no names of columns: {', '.join(wrong)}.",
            remedy=f"Use {', '.join(SYNONYMS)}.",
        )


def _is_header(row: list[str]) -> bool:
    return len(understood(row)) >= 2


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _record(  # noqa: PLR0917 - a private step of the loop above
    row: list[str], line: int, number: int, header: list[str], columns: dict[str, int], notes: Notes
) -> BookRecord:
    problems = Problems(line)
    record = BookRecord(number=number, line=line, problems=problems.items)
    if notes:
        problems.items.extend(notes.take(line))
    row, done = fitted(row, len(header))
    if done == "broken":
        problems.fail(
            "row_length", "", " | ".join(row), f"The row has {len(row)} cells, the header {len(header)}.",
            remedy="Quote cells that have the delimiter in them.",
        )  # fmt: skip
        return record
    if done == "rejoined":
        problems.warn("row_length", "", " | ".join(row), "A cell of the row was cut in two.",
                      remedy="It was put together again.")  # fmt: skip
    elif done == "padded":
        problems.warn("row_length", "", " | ".join(row), "The row has fewer cells than the header.",
                      remedy="The missing ones were taken as empty.")  # fmt: skip
    _fill(record, Cells(row, columns, header, problems))
    if "title" not in columns:
        # Such a table adds to books that are known.
        record.action = Action.PARTIAL
        if not any(one.valid for one in record.identifiers):
            problems.fail(
                "identifier_missing", "isbn", " | ".join(row), "Nothing says which book is meant."
            )
    elif not record.title:
        problems.fail("title_missing", "title", record.reference, "The row has no title.")
    return record


def _fill(record: BookRecord, cells: Cells) -> None:
    record.reference = cells.text("reference")[:200]
    record.work_reference = cells.text("work_key")[:200]
    record.identifiers = _identifiers(cells)
    _titles(record, cells)
    _people(record, cells)
    _dates(record, cells)
    record.publisher = cells.text("publisher")[:200]
    record.imprint = cells.text("imprint")[:200]
    record.place = cells.text("place")[:120]
    record.pages = cells.number("pages")
    record.weight_g = cells.number("weight_g")
    record.height_mm = cells.number("height_mm", 3000)
    record.width_mm = cells.number("width_mm", 3000)
    record.thickness_mm = cells.number("thickness_mm", 1000)
    record.edition_statement = cells.text("edition")[:120]
    record.edition_number = cells.number("edition_number", 999) or values.edition_number(
        record.edition_statement
    )
    record.language = _language(cells, "language")
    record.original_language = _language(cells, "original_language")
    record.form = _form(cells)
    record.subjects = _subjects(cells)
    description = plain(cells.raw("description"))
    if description.casefold() not in {"n/a", "nan", "null"}:
        record.description = (mend_mojibake_lines(description))[:20_000]
    cover = cells.raw("cover_url")
    record.cover_url = cover if _URL.fullmatch(cover) and "nophoto" not in cover else ""
    record.publishing_status = cells.text("status")[:2]
    record.availability = cells.text("availability")[:2]
    record.present = {
        name
        for name in BookRecord.__dataclass_fields__
        if name not in {"number", "line", "reference", "action", "present", "problems"}
        and getattr(record, name) not in ("", None, [])
    }


def mend_mojibake_lines(text: str) -> str:
    """Return a longer text with each of its lines mended where that is certain."""
    if text.isascii():
        return text
    return "\n".join((mend_mojibake(line) or line) if line else "" for line in text.split("\n"))


def _identifiers(cells: Cells) -> list[IdentifierIn]:
    found: list[IdentifierIn | None] = []
    lost: list[str] = []
    for name in ("isbn13", "isbn"):
        for printed in _numbers(cells.text(name)):
            if _FLOAT.fullmatch(printed):
                lost.append(printed)
            elif _ASIN.fullmatch(printed.upper()):
                found.append(IdentifierIn("01", printed.upper()))
            else:
                found.append(_isbn(printed, cells, cells.header(name)))
    if lost:
        made = any(one and one.valid and one.type == "15" for one in found)
        cells.problems.warn(
            "isbn_float", cells.header("isbn13" if cells.raw("isbn13") else "isbn"), lost[0],
            "A spreadsheet has rounded this ISBN.",
            remedy="It was worked out anew from the ISBN-10." if made else "It was left out.",
        )  # fmt: skip
    for name, kind in (("oclc", "23"), ("lccn", "13"), ("doi", "06")):
        if value := cells.text(name):
            found.append(identifier(kind, value, cells.problems, field=cells.header(name)))
    return merged([one for one in found if one is not None])


def _isbn(printed: str, cells: Cells, header: str) -> IdentifierIn:
    """Return an ISBN, one that lost its leading zeros, or another article's number in its place."""
    if _ZEROS_LOST.fullmatch(printed) and (whole := from_isbn10(printed.zfill(10))):
        cells.problems.warn("isbn_zeros", header, printed, "An ISBN that lost its leading zeros.",
                            remedy=f"It was read as {printed.zfill(10)}.")  # fmt: skip
        return IdentifierIn("15", whole, printed)
    if _EAN.fullmatch(printed) and ean_is_right(printed):
        return IdentifierIn("03", printed)
    return isbn_in(printed, cells.problems, field=header)


def _numbers(text: str) -> list[str]:
    """Return the numbers in a cell without their wrappings: ="0439023483", [0439023483], "... (pbk.)"."""
    bare = _BINDING.sub(" ", text)
    if isbn.parse(bare):
        return [bare]
    return [part for part in re.split(r"[|;,\s=\"\[\]:]+", bare) if part]


def _titles(record: BookRecord, cells: Cells) -> None:
    # A title page on several lines has the title on the first.
    first, *others = cells.lines("title") or [""]
    title = cells.text("title") and first
    record.subtitle = (cells.text("subtitle") or " ".join(others))[:500]
    series, number = cells.text("series"), cells.text("series_number")
    if match := _SERIES_IN_TITLE.match(title):
        title = match[1].rstrip()
        series, number = series or match[2].strip(), number or match[3].strip()
    elif series and not number and (numbered := _NUMBERED.match(series.split(", ", 1)[0])):
        series, number = numbered[1], numbered[2]
    record.title = title[:500]
    original = cells.text("original_title")[:500]
    record.original_title = original if original != record.title else ""
    if series:
        record.series = [
            SeriesIn(clean(series).rstrip(" ;,")[:200], number.removesuffix(".0")[:20])
        ]


def _people(record: BookRecord, cells: Cells) -> None:
    found = values.people(cells.text("authors")) if cells.text("authors") else []
    dates_of = cells.raw("author_dates")
    if dates_of and len(found) == 1:
        _bare, born, died = names.split_dates(f"x, {dates_of}")
        one = found[0]
        found = [type(one)(one.name, one.inverted, one.roles, 1, (), one.corporate, born, died)]
    for name, role in (
        ("additional_authors", "A01"), ("editors", "B01"), ("translators", "B06"),
        ("illustrators", "A12"), ("narrators", "E07"),
    ):  # fmt: skip
        if text := cells.text(name):
            known = {one.name for one in found}
            more = values.people(text, role, len(found) + 1)
            found += [one for one in more if one.name not in known]
    record.contributors = found


def _dates(record: BookRecord, cells: Cells) -> None:
    for name in ("date", "year"):
        text = cells.text(name)
        if text and text.strip("0.") and not record.published:
            record.published = dates.free(text)
            if not record.published:
                cells.problems.warn("date", cells.header(name), text, "This is not a date.",
                                    remedy="It was left out.")  # fmt: skip
    text = cells.text("original_year")
    if text and text.strip("0."):
        record.first_published = dates.year_of(dates.free(text))


def _language(cells: Cells, name: str) -> str:
    text = cells.text(name)
    code = values.language(text) if text else ""
    if code == "und":
        return ""
    if text and not code:
        cells.problems.warn("language", cells.header(name), text, "There is no such language in ISO 639-2.",
                            remedy="It was left out.")  # fmt: skip
    return code


def _form(cells: Cells) -> str:
    text = cells.text("form")
    if not text:
        return ""
    if re.fullmatch(r"[A-Z][A-Z]", text):
        return text
    form = values.FORMS.get(text.casefold())
    if form is None:
        cells.problems.warn("form", cells.header("form"), text, "A binding we have no code for.",
                            remedy="It was left out.")  # fmt: skip
    return form or ""


def _subjects(cells: Cells) -> list[SubjectIn]:
    found: list[SubjectIn] = []
    for name, scheme in (
        ("thema", "93"),
        ("bisac", "10"),
        ("lcc", "03"),
        ("lcsh", "04"),
        ("subjects", "20"),
    ):
        for position, part in enumerate(cells.several(name)):
            if not _NOT_A_SUBJECT.match(part):
                coded = scheme in {"93", "10", "03"}
                found.append(SubjectIn(scheme, part[:60], "" if coded else part[:200],
                                       main=scheme in {"93", "10"} and position == 0))  # fmt: skip
    return list({(one.scheme, one.code.casefold()): one for one in found}.values())[:100]
