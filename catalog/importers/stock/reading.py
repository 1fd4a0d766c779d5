"""How the fields of a record are read, whatever format it came in: names, texts and their lengths."""

import re

from catalog.importers.problems import Problems
from catalog.importers.stock import amounts, markup
from catalog.importers.stock.row import Choices, StockFormat
from catalog.importers.text import clean, mend_mojibake, tidy

# Lengths of the listing's columns; longer texts are cut, and said to be.
LENGTHS = {"sku": 60, "notes": 4000, "private_notes": 4000, "shelf": 40, "edition": 120, "printing": 60,
           "keywords": 500, "title": 500, "publisher": 200, "place": 100}  # fmt: skip
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


class Reading:
    """What holds for every record of one file: its format, and what was said or found of it."""

    def __init__(
        self, kind: StockFormat, choices: Choices, *, names: dict[str, str] | None = None,
        fields: frozenset[str], decimal: str = "", currency: str = "",
    ) -> None:  # fmt: skip
        """Take the file's own ``names`` of our ``fields`` (for its problems), and its sign of decimals."""
        self.kind, self.fields, self.decimal = kind, fields, choices.decimal or decimal
        self._names = names or {}
        self.currency = amounts.currency(currency, choices.currency) or choices.currency
        self.said = _said(fields)
        # A list without titles is one of ISBNs that the catalogue knows.
        self.titled = "title" in fields

    def name(self, field: str) -> str:
        """Return the file's own word for a field."""
        return self._names.get(field, field)

    def line(self, field: str, text: str, problems: Problems) -> str:
        """Return a text on one line, composed, with references of HTML read."""
        if text.isascii() and "&" not in text and "<" not in text:
            return " ".join(text.split())
        return clean(self.words(field, text, problems))

    def words(self, field: str, text: str, problems: Problems) -> str:
        """Return a text with its lines, composed, without markup."""
        if not text:
            return ""
        if (
            not text.isascii()
            and markup.SUSPECT.search(text)
            and (mended := mend_mojibake(text)) is not None
        ):
            problems.warn("mojibake", self.name(field), text, "Text that was encoded twice.",
                          remedy=f"It was read as “{mended[:80]}”.")  # fmt: skip
            text = mended
        return tidy(markup.read(text))

    def cut(self, field: str, text: str, problems: Problems) -> str:
        """Return a text no longer than its column, and report what was cut."""
        most = LENGTHS[field]
        if len(text) <= most:
            return text
        if field == "sku":
            problems.fail("sku_long", self.name(field), text, f"A SKU has at most {most} characters.",
                          remedy="Shorten it.")  # fmt: skip
            return text[:most]
        problems.warn("text_long", self.name(field), text, f"Only {most} characters fit here.",
                      remedy="The end was cut off.")  # fmt: skip
        return text[:most].rstrip()


def _said(fields: frozenset[str]) -> frozenset[str]:
    """Return the names of StockRow's and BookRecord's fields that ``fields`` of a file fill."""
    out: set[str] = set()
    for field in fields:
        out.update(_FILLS.get(field, (field,)))
    return frozenset(out)


_FILLS: dict[str, tuple[str, ...]] = {
    "price": ("price_minor", "currency"), "cost": ("cost_minor",), "weight": ("weight_g",), "category": ("categories",),
    "edition": ("edition_text",), "image": ("images",), "title": ("book.title",), "subtitle": ("book.subtitle",),
    "author": ("book.contributors",), "illustrator": ("book.contributors",), "editor": ("book.contributors",),
    "translator": ("book.contributors",), "publisher": ("book.publisher",), "place": ("book.place",),
    "date": ("book.published",), "isbn": ("book.identifiers",), "product_id": ("book.identifiers",), "asin": ("book.identifiers",),
    "binding": ("book.form",), "series": ("book.series",), "language": ("book.language",), "pages": ("book.pages",),
    "notes": ("notes", "defects", "signed", "inscribed", "first_edition", "print_on_demand"), "ex_library": ("defects",), "book_club": ("defects",),
    "oclc": ("book.identifiers",), "lccn": ("book.identifiers",), "volume": ("book.series",), "action": (), "status": (), "product_id_type": (), "weight_unit": (), "size": (), "kind": (),
}  # fmt: skip


def unguarded(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if _GUARDED.match(text) else text
