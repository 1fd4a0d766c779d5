"""Numbers of a MARC record: 010, 020, 024, 035, and those of related books in 776."""

import re

from catalog.importers import identifiers as numbers
from catalog.importers.marc.structure import Field, MarcRecord
from catalog.importers.problems import Problems
from catalog.importers.record import IdentifierIn, RelatedIn
from catalog.importers.text import clean

_NUMBER = re.compile(r"^(?:ISBN[:\s]*)?([0-9][0-9Xx\-\u2010-\u2015]*)")
# 024: by first indicator, or by the scheme in $2.
_BY_INDICATOR = {"1": "04", "2": "25", "3": "03"}
_BY_SCHEME = {"doi": "06", "urn": "22", "ark": "35", "isbn": "15", "uri": "22"}


def read_identifiers(marc: MarcRecord, problems: Problems) -> list[IdentifierIn]:
    """Return the identifiers of a record. Those that it calls wrong itself ($z) identify nothing."""
    found: list[IdentifierIn | None] = []
    for field in marc.all("020"):
        for code in ("a", "z"):
            found += [_isbn(value, code, problems) for value in field.all(code)]
    for field in marc.all("010"):
        found.append(numbers.identifier("13", field.get("a"), problems, field="010 $a"))
    for field in marc.all("024"):
        kind = _BY_INDICATOR.get(field.first) or _BY_SCHEME.get(field.get("2").lower(), "")
        if kind:
            found.append(numbers.identifier(kind, field.get("a"), problems, field="024 $a"))
    found += [
        _control_number(field, value, problems)
        for field in marc.all("035")
        for value in field.all("a")
    ]
    return numbers.merged([one for one in found if one is not None])


def _control_number(field: Field, value: str, problems: Problems) -> IdentifierIn | None:
    if "ocolc" in value.lower() or value.lower().startswith(("ocm", "ocn")):
        return numbers.identifier("23", value, problems, field=f"{field.tag} $a")
    return None


def _isbn(value: str, code: str, problems: Problems) -> IdentifierIn | None:
    """Return the ISBN at the beginning of a subfield: "0123456789 (pbk.) :"."""
    printed = clean(value)
    if not printed:
        return None
    match = _NUMBER.match(printed)
    figures = re.sub(r"[^0-9Xx]", "", match[1]) if match else ""
    if len(figures) > 10 and not numbers.is_isbn13(figures):
        figures = _without_price(figures, printed, code, problems)
    where = f"020 ${code}"
    if code == "a":
        return numbers.isbn_in(figures or printed, problems, field=where)
    quiet = Problems(problems.line)
    found = numbers.isbn_in(figures or printed, quiet, field=where)
    if not found.valid:
        problems.items.extend(quiet.items)
    return IdentifierIn(found.type, found.value, printed[:80], valid=False)


def _without_price(figures: str, printed: str, code: str, problems: Problems) -> str:
    """Return an ISBN that a price was run into ("089542262X295" is 089542262X for $2.95)."""
    for length in (13, 10):
        head = figures[:length]
        if numbers.is_isbn13(head) or numbers.from_isbn10(head):
            problems.warn("isbn_run_on", f"020 ${code}", printed,
                          "More figures follow the ISBN.", remedy=f"It was read as {head}.")  # fmt: skip
            return head
    return figures


def read_related(marc: MarcRecord, problems: Problems) -> list[RelatedIn]:
    """Return other forms of the book (776) by their ISBNs."""
    found = []
    for field in marc.all("776"):
        isbns = [numbers.isbn_in(_figures(v), problems, field="776 $z") for v in field.all("z")]
        valid = tuple(one for one in isbns if one.valid)
        if valid:
            found.append(RelatedIn("06", valid))
    return found


def _figures(value: str) -> str:
    match = _NUMBER.match(clean(value))
    return match[1] if match else value
