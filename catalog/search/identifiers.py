"""ISBNs in what people type, and the editions that bear them."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.db.models import Count, Min
from stdnum import isbn as stdnum_isbn

from books4all.lib import isbn
from books4all.lib.money import Money
from catalog.models import Edition, Listing
from catalog.search.results import EditionFound, IsbnAnswer

MOST_EDITIONS = 5
# An ISBN among other words: ten or thirteen figures, perhaps with hyphens or spaces.
_AMONG_WORDS = re.compile(
    r"(?<![\dXx])(?:97[89][\s‐-―-]?)?\d(?:[\s‐-―-]?\d){8}[\s‐-―-]?[\dXx](?![\dXx])"
)


def find(text: str) -> isbn.ParsedIsbn | None:
    """Return the ISBN that ``text`` is, or that stands among its words if it is a valid one."""
    whole = isbn.parse(text)
    if whole:
        return whole
    for candidate in _AMONG_WORDS.findall(text):
        parsed = isbn.parse(candidate)
        if parsed and parsed.valid:
            return parsed
    return None


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


def answer(parsed: isbn.ParsedIsbn, *, to: str) -> IsbnAnswer:
    """Find the editions that bear the ISBN, with their copies, in at most two queries.

    A number with a wrong check digit is looked for as it stands too: some were printed wrong.
    """
    spellings = {parsed.digits, parsed.digits.zfill(10)}
    if parsed.valid:
        spellings |= {parsed.isbn13, isbn.to_isbn10(parsed.isbn13)}
    elif len(parsed.digits) == 10 and stdnum_isbn.is_valid(parsed.digits):
        spellings.add(stdnum_isbn.to_isbn13(parsed.digits))
    editions = (
        Edition.objects.filter(identifiers__value__in=spellings - {""})
        .select_related("work", "publisher")
        .order_by("pk")
        .distinct()[:MOST_EDITIONS]
    )
    return IsbnAnswer(
        digits=parsed.digits,
        isbn13=parsed.isbn13,
        expected="" if parsed.valid else expected_digit(parsed.digits),
        editions=_with_copies(list(editions), to),
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
