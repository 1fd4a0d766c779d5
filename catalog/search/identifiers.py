"""ISBNs in what people type, and the editions that bear them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from django.conf import settings
from django.db.models import Count, Min
from stdnum import isbn as stdnum_isbn

from books4all.lib import isbn
from books4all.lib.money import Money
from catalog.models import Edition, Identifier, Listing
from catalog.search.results import EditionFound, IsbnAnswer
from catalog.search.text import clean

MOST_EDITIONS = 5
MOST_ROWS = 40
# An ISBN among other words: ten or thirteen figures, perhaps with hyphens or spaces.
_GAP = r"[\s\u2010-\u2015\u2212\ufe58\ufe63\uff0d.-]?"
_AMONG_WORDS = re.compile(
    rf"(?<![\dXx])(?:9{_GAP}7{_GAP}[89]{_GAP})?\d(?:{_GAP}\d){{8}}{_GAP}[\dXx](?![\dXx])"
)
_LABEL = re.compile(r"\b(?:isbn|ean)\b", re.IGNORECASE)


def find(text: str) -> isbn.ParsedIsbn | None:
    """Return the ISBN that ``text`` is, or that stands among its words.

    Among words, a number with a wrong check digit is taken for one only if it is labelled so, or
    has thirteen figures and begins like one.
    """
    text = clean(text)
    whole = isbn.parse(text)
    if whole:
        return whole
    wrong = None
    for candidate in _AMONG_WORDS.findall(text):
        parsed = isbn.parse(candidate)
        if parsed and parsed.valid:
            return parsed
        if parsed and (len(parsed.digits) == 13 or _LABEL.search(text)):
            wrong = wrong or parsed
    return wrong


def expected_digit(digits: str) -> str:
    """Return the check digit that the other digits call for; empty for an incomplete number."""
    if len(digits) == 13:
        weighted = sum(int(d) * (1, 3)[at % 2] for at, d in enumerate(digits[:12]))
        return str(-weighted % 10)
    ten = digits.zfill(10)
    if len(ten) != 10 or not ten[:9].isdigit():
        return ""
    weighted = sum(int(d) * (10 - at) for at, d in enumerate(ten[:9]))
    return "0123456789X"[-weighted % 11]


def slips(digits: str) -> list[str]:
    """Return the ISBN-13s that differ from a wrong number by one slip, the likeliest first.

    A wrong check digit, two neighbours swapped, one other digit wrong, one digit left out.
    """
    number = digits.zfill(10) if len(digits) < 10 else digits
    found = (isbn.to_isbn13(form) for form in _slipped(number))
    return list(dict.fromkeys(one for one in found if one))


def _slipped(number: str) -> Iterator[str]:
    if len(number) == 12:
        # One digit is missing; 978 is seldom what is left out.
        for at in range(12, -1, -1):
            yield from (f"{number[:at]}{d}{number[at:]}" for d in "0123456789")
        return
    yield number[:-1] + expected_digit(number)
    for at, (one, other) in enumerate(pairwise(number)):
        if one != other:
            yield f"{number[:at]}{other}{one}{number[at + 2 :]}"
    for at in range(len(number) - 1):
        yield from (f"{number[:at]}{d}{number[at + 1 :]}" for d in "0123456789")


def _spellings(parsed: isbn.ParsedIsbn) -> set[str]:
    spellings = {parsed.digits, parsed.digits.zfill(10)}
    if parsed.valid:
        spellings |= {parsed.isbn13, isbn.to_isbn10(parsed.isbn13)}
    elif len(parsed.digits) == 10 and stdnum_isbn.is_valid(parsed.digits):
        spellings.add(stdnum_isbn.to_isbn13(parsed.digits))
    return spellings - {""}


def answer(parsed: isbn.ParsedIsbn, *, to: str) -> IsbnAnswer:
    """Find the editions that bear the ISBN, with their copies, in at most two queries.

    A number with a wrong check digit is looked for as it stands too: some were printed wrong. If
    none bears it, those are named whose ISBN is one slip away.
    """
    spellings = _spellings(parsed)
    near = [] if parsed.valid else slips(parsed.digits)
    tens = {ten: number for number in near if (ten := isbn.to_isbn10(number))}
    rows = (
        Identifier.objects.filter(value__in=spellings | set(near) | set(tens))
        .select_related("edition__work", "edition__publisher")
        .order_by("edition_id", "pk")[:MOST_ROWS]
    )
    exact: dict[int, Edition] = {}
    meant: dict[int, tuple[int, Edition]] = {}
    for row in rows:
        if row.value in spellings:
            exact.setdefault(row.edition_id, row.edition)
        else:
            place = near.index(tens.get(row.value, row.value))
            meant.setdefault(row.edition_id, (place, row.edition))
    likely = [edition for _, edition in sorted(meant.values(), key=lambda one: one[0])]
    found = _with_copies((list(exact.values()) or likely)[:MOST_EDITIONS], to)
    if not exact:
        found = [replace(one, number=near[meant[one.edition.pk][0]]) for one in found]
    return IsbnAnswer(
        digits=parsed.digits,
        isbn13=parsed.isbn13,
        expected="" if parsed.valid else expected_digit(parsed.digits),
        editions=found if exact else [],
        meant=[] if exact else found,
    )


def _with_copies(editions: Sequence[Edition], to: str) -> list[EditionFound]:
    if not editions:
        return []
    rows = (
        Listing.objects.on_sale()
        .filter(edition__in=editions)
        .with_landed_price(to)
        .order_by()
        .values_list("edition_id")
        .annotate(lowest=Min("landed_minor"), copies=Count("pk"))
    )
    on_sale = {row[0]: row[1:] for row in rows}
    found = []
    for edition in editions:
        lowest, copies = on_sale.get(edition.pk, (None, 0))
        price = None if lowest is None else Money(lowest, settings.MARKETPLACE_CURRENCY)
        found.append(EditionFound(edition=edition, from_price=price, copies=copies))
    return sorted(found, key=lambda row: -row.copies)
