"""From the fields of a record, whatever format it came in, to a ``StockRow``."""

import re
from functools import lru_cache

from catalog.constants import Defect
from catalog.importers import dates
from catalog.importers.identifiers import from_isbn10, is_isbn13, isbn_in
from catalog.importers.problems import Problems
from catalog.importers.record import BookRecord, ContributorIn, IdentifierIn, SeriesIn
from catalog.importers.stock import amounts, grades, markup, words
from catalog.importers.stock.bindings import form
from catalog.importers.stock.row import Choices, StockAction, StockFormat, StockRow
from catalog.importers.table import cells
from catalog.importers.text import clean, mend_mojibake, tidy

# Lengths of the listing's columns; longer texts are cut, and said to be.
LENGTHS = {"sku": 60, "notes": 4000, "private_notes": 4000, "shelf": 40, "edition": 120, "printing": 60,
           "keywords": 500, "title": 500, "publisher": 200, "place": 100}  # fmt: skip
MOST_COPIES = 999
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_YES = frozenset(
    ["1", "y", "yes", "true", "t", "x", "ja", "oui", "si", "sí", "j", "wahr", "vrai", "on"]
)
_NO = frozenset(
    [
        "",
        "0",
        "n",
        "no",
        "false",
        "f",
        "nein",
        "non",
        "falsch",
        "faux",
        "off",
        "none",
        "unsigned",
        "not signed",
        "n/a",
        "-",
    ]
)
NUMBERED = re.compile(r"(.+?)(?:,)?\s+(?:(?:#|No\.?|Vol\.?|Bd\.?|--)\s*)?(\d{1,4}(?:\.\d)?)$")
_ISBN_PARTS = re.compile(r"\s*[;,|]\s*|\s+/\s+|\s{2,}")
_ISBN_IN_NOTES = re.compile(
    r"\b(?:97[89][\d -]{10,14}\d|(?:ISBN[-:. 103]*)(\d[\d -]{7,11}[\dX]))", re.IGNORECASE
)
_FLAG_FIELDS = (
    "signed",
    "inscribed",
    "first_edition",
    "print_on_demand",
    "ex_library",
    "book_club",
)
_DEFECTS = {str(one): one for one in Defect.values} | {
    str(one.label).casefold(): one.value for one in Defect
}
_GONE = {
    "d": StockAction.DELETE, "delete": StockAction.DELETE, "deleted": StockAction.DELETE, "x": StockAction.DELETE,
    "r": StockAction.DELETE, "remove": StockAction.DELETE, "removed": StockAction.DELETE, "purge": StockAction.DELETE,
    "inactive": StockAction.DELETE, "withdrawn": StockAction.DELETE, "löschen": StockAction.DELETE,
    "sold": StockAction.SOLD, "verkauft": StockAction.SOLD, "vendu": StockAction.SOLD, "vendido": StockAction.SOLD,
    "venduto": StockAction.SOLD, "unavailable": StockAction.SOLD, "not available": StockAction.SOLD, "out of stock": StockAction.SOLD,
    "want": StockAction.IGNORE, "wanted": StockAction.IGNORE, "w": StockAction.IGNORE,
}  # fmt: skip
_STAYS = frozenset(
    [
        "",
        "a",
        "add",
        "u",
        "update",
        "s",
        "for sale",
        "available",
        "active",
        "in stock",
        "on sale",
        "modify",
        "m",
        "c",
        "new",
        "insert",
        "i",
        "y",
        "yes",
        "true",
        "1",
        "on hold",
        "listed",
        "live",
        "open",
        "hinzufügen",
        "partialupdate",
        "0",
    ]
)
_LETTERED = frozenset(["a", "d", "x", "s", "r", "w", "u", "m", "c", "i"])


class Builder:
    """Builds the rows of one file: its format's rules, and what was said or found of the whole file."""

    def __init__(
        self, kind: StockFormat, choices: Choices, *, names: dict[str, str] | None = None,
        fields: frozenset[str], decimal: str = "", currency: str = "",
    ) -> None:  # fmt: skip
        """Take the file's own ``names`` of our ``fields`` (for its problems), and its sign of decimals."""
        self.kind, self.fields, self.decimal = kind, fields, choices.decimal or decimal
        self._names = names or {}
        self._currency = amounts.currency(currency, choices.currency) or choices.currency
        self.said = _said(fields)
        # A list without titles is one of ISBNs that the catalogue knows.
        self._titled = "title" in fields

    def name(self, field: str) -> str:
        """Return the file's own word for a field."""
        return self._names.get(field, field)

    def row(self, number: int, line: int, raw: str, values: dict[str, str]) -> StockRow:
        """Return a row of the record's ``values`` by field, cells that are not empty alone."""
        problems = Problems(line)
        book = BookRecord(number=number, line=line)
        row = StockRow(
            number=number, line=line, raw=raw, book=book, said=self.said, problems=problems.items
        )
        get = values.get
        self._action(row, values, problems)
        row.sku = self._cut("sku", self._line("sku", get("sku", ""), problems), problems)
        if not row.sku:
            problems.fail("sku_missing", self.name("sku"), "", "The copy has no number of yours.",
                          remedy="Give every copy its own SKU: letters and figures, 60 at most.")  # fmt: skip
        if "quantity" in self.fields:
            self._quantity(row, get("quantity", ""), problems)
        if row.action is StockAction.UPSERT:
            self._price(row, values, problems)
        self._copy(row, values, problems)
        self._book(row, values, problems)
        return row

    # What is asked.

    def _action(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        for field in ("action", "status"):
            text = values.get(field)
            if not text:
                continue
            word = text.casefold()
            if word in _GONE:
                # Said twice, it is gone in the way that says more: sold.
                if row.action is StockAction.UPSERT or _GONE[word] is StockAction.SOLD:
                    row.action = _GONE[word]
            elif word not in _STAYS:
                problems.warn(f"{field}_unknown", self.name(field), text, "We don’t know what this asks for.",
                              remedy="The copy was taken as one for sale. Write D to delete.")  # fmt: skip

    def _quantity(self, row: StockRow, text: str, problems: Problems) -> None:
        count = amounts.whole(text) if text else 1
        if count is None:
            below = (
                text.lstrip().startswith("-")
                and amounts.whole(text.strip().lstrip("-")) is not None
            )
            count = 0 if below else 1
            problems.warn("quantity_shape", self.name("quantity"), text, "This is not a number of copies.",
                          remedy="Taken as none." if below else "Taken as one copy. Write a whole number.")  # fmt: skip
        elif count > MOST_COPIES:
            problems.warn("quantity_high", self.name("quantity"), text, "A listing holds at most 999 copies.",
                          remedy="Taken as 999.")  # fmt: skip
            count = MOST_COPIES
        row.quantity = count
        if not count and row.action is StockAction.UPSERT:
            row.action = (
                StockAction.DELETE if self.kind == StockFormat.ABEBOOKS else StockAction.SOLD
            )

    def _price(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        currency = self._currency
        if named := values.get("currency"):
            currency = amounts.currency(named, currency)
            if not currency:
                problems.fail("currency_unknown", self.name("currency"), named, "This is no currency we know.",
                              remedy="Write its three letters: GBP, EUR, USD …")  # fmt: skip
                return
        text = values.get("price", "")
        if not text:
            if "price" in self.fields:
                problems.fail("price_missing", self.name("price"), "", "The copy has no price.",
                              remedy="Write one, such as 4.50.")  # fmt: skip
        else:
            found = amounts.price(text, currency, self.decimal)
            if found.wrong:
                message, remedy = _price_words(found.wrong, text)
                problems.fail(found.wrong, self.name("price"), text, message, remedy=remedy)
            elif values.get("currency") and found.currency != currency:
                problems.fail("currency_contradicts", self.name("price"), text,
                              f"The price is in {found.currency}, and the currency beside it {currency}.",
                              remedy="Leave one of the two out.")  # fmt: skip
            else:
                row.price_minor, currency = found.minor, found.currency
        row.currency = currency
        if cost := values.get("cost"):
            found = amounts.price(cost, currency, self.decimal)
            if found.wrong == "price_zero":
                row.cost_minor = 0
            elif found.wrong or found.currency != currency:
                problems.warn("cost_shape", self.name("cost"), cost, "We can’t read what the copy cost you.",
                              remedy=f"Left out. Write it in {currency}, such as 4.50.")  # fmt: skip
            else:
                row.cost_minor = found.minor

    # The copy.

    def _copy(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        get = values.get
        self._condition(row, get("condition", ""), get("jacket", ""), problems)
        notes, spoken = self._words("notes", get("notes", ""), problems), {}
        if "defects" not in self.fields:
            notes, spoken = words.ending(notes)
        row.notes = self._cut("notes", notes, problems)
        row.keywords = self._cut(
            "keywords", self._line("keywords", get("keywords", ""), problems), problems
        )
        self._edition(row, get("edition", ""), get("printing", ""), problems)
        self._flags(row, values, spoken, problems)
        if text := get("private_notes"):
            row.private_notes = self._cut(
                "private_notes", self._words("private_notes", text, problems), problems
            )
        if text := get("shelf"):
            row.shelf = self._cut("shelf", self._line("shelf", text, problems), problems)
        if text := get("category"):
            parts = (self._line("category", part, problems)[:100] for part in text.split("\n"))
            row.categories = tuple(dict.fromkeys(part for part in parts if part))[:20]
        if text := get("image"):
            self._images(row, text, problems)
        if "weight" in values or "weight_g" in values:
            self._weight(row, values, problems)

    def _condition(self, row: StockRow, text: str, jacket: str, problems: Problems) -> None:
        if text:
            if self.kind == StockFormat.AMAZON and text in grades.AMAZON:
                row.condition = grades.AMAZON[text]
            elif found := grades.condition(text):
                row.condition = found.condition
                row.jacket = found.jacket
                if found.assumed:
                    problems.warn("condition_assumed", self.name("condition"), text, "This grade is not one of ours.",
                                  remedy=found.assumed)  # fmt: skip
            elif row.action is StockAction.UPSERT:
                problems.fail("condition_unknown", self.name("condition"), text, "We don’t know this grade.",
                              remedy=grades.REMEDY)  # fmt: skip
        if jacket:
            graded = grades.jacket(jacket)
            if graded is None:
                problems.warn("jacket_unknown", self.name("jacket"), jacket, "We don’t know this grade of a jacket.",
                              remedy=f"Left out. {grades.JACKET_REMEDY}")  # fmt: skip
            elif graded:
                row.jacket = graded

    def _edition(self, row: StockRow, text: str, printing: str, problems: Problems) -> None:
        if text and "printing" not in self.fields:
            head, _, last = text.rpartition("; ")
            if words.PRINTING.fullmatch(last):
                text, printing = head, last
        text, printing = (
            self._line("edition", text, problems),
            self._line("printing", printing, problems),
        )
        row.edition_text = self._cut("edition", text, problems)
        row.printing = self._cut("printing", printing, problems)

    def _flags(
        self, row: StockRow, values: dict[str, str], spoken: dict[str, bool], problems: Problems
    ) -> None:
        found = words.heard(row.notes, row.keywords, row.edition_text, row.printing)
        for flag, so in spoken.items():
            (found.add if so else found.discard)(flag)
        for field in _FLAG_FIELDS:
            if field in values:
                self._flag(found, field, values[field])
        if "defects" in values:
            found -= set(Defect.values)
            for part in re.split(r"[;,|]\s*", values["defects"]):
                if part.casefold() == "none":
                    continue
                if one := _DEFECTS.get(part.strip().casefold()):
                    found.add(one)
                elif part.strip():
                    heard = words.flags(part) & set(Defect.values)
                    found |= heard
                    if not heard:
                        problems.warn("defect_unknown", self.name("defects"), part, "We have no flag for this defect.",
                                      remedy="Left out; say it in the description.")  # fmt: skip
        row.signed, row.inscribed = "signed" in found, "inscribed" in found
        row.first_edition, row.print_on_demand = (
            "first_edition" in found,
            "print_on_demand" in found,
        )
        if found:
            row.defects = tuple(one for one in _DEFECT_ORDER if one in found)

    def _flag(self, found: set[str], field: str, text: str) -> None:
        word = text.casefold().strip(" .")
        if word in _NO:
            found.discard(field)
        elif word in _YES or field != "signed":
            found.add(field)
        else:
            heard = words.flags(word)
            found |= heard & {"signed", "inscribed"}
            if "inscribed" in word and "signed" not in heard:
                found.add("inscribed")
            elif (
                "signed" not in heard
                and ("sign" in word or "autogra" in word or "dédicac" in word)
                and "unsign" not in word
                and "not " not in word
            ):
                found.add("signed")

    def _images(self, row: StockRow, text: str, problems: Problems) -> None:
        found = []
        for part in re.split(r"[\n;| ]+|,(?=\s*https?:)", text):
            if part.startswith(("http://", "https://")) and len(part) <= 1000:
                found.append(part)
            elif part:
                problems.warn("image_address", self.name("image"), part, "This is not the address of a picture.",
                              remedy="Left out. Write it from https:// on.")  # fmt: skip
        row.images = tuple(dict.fromkeys(found))[:20]

    def _weight(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        field = "weight_g" if "weight_g" in values else "weight"
        unit = "g" if field == "weight_g" else values.get("weight_unit", "")
        text = values[field]
        if not text.strip("0., "):
            return
        row.weight_g = amounts.grams(text.casefold(), unit.casefold())
        if row.weight_g is None:
            problems.warn("weight_shape", self.name(field), f"{text} {unit}".strip(), "We can’t read this weight.",
                          remedy="Left out. Write it with its unit: 450 g, 0.45 kg, 1 lb 4 oz.")  # fmt: skip

    # The book.

    def _book(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        get, book = values.get, row.book
        title = self._cut("title", self._line("title", get("title", ""), problems), problems)
        book.title = title
        if self._titled and not title and row.action is StockAction.UPSERT:
            problems.fail(
                "title_missing",
                self.name("title"),
                "",
                "The book has no title.",
                remedy="Write its title.",
            )
        if text := get("subtitle"):
            book.subtitle = self._line("subtitle", text, problems)[:500]
        self._isbns(row, values, problems)
        if not self._titled and not book.identifiers and row.action is StockAction.UPSERT:
            problems.fail("book_unknown", self.name("isbn"), get("isbn", ""), "Neither a title nor an ISBN says which book this is.",
                          remedy="Give an ISBN, or a title.")  # fmt: skip
        for field, role in _PEOPLE:
            if text := get(field):
                book.contributors += _people(
                    self._line(field, text, problems), role, len(book.contributors) + 1
                )
        if text := get("publisher"):
            book.publisher = self._cut(
                "publisher", self._line("publisher", text, problems), problems
            )
        if text := get("place"):
            book.place = self._cut("place", self._line("place", text, problems), problems)
        if text := get("date"):
            self._date(book, text, problems)
        if text := get("binding"):
            book.form = form(text)
            if not book.form:
                problems.warn(
                    "binding_unknown",
                    self.name("binding"),
                    text,
                    "A binding we have no word for.",
                    remedy="Left out.",
                )
        if text := get("series"):
            self._series(book, text, get("volume", ""), problems)
        if text := get("language"):
            book.language = _language(text)
            if not book.language:
                problems.warn(
                    "language_unknown",
                    self.name("language"),
                    text,
                    "There is no such language in ISO 639-2.",
                    remedy="Left out.",
                )
        if (text := get("pages")) and (pages := amounts.whole(text)) and pages < 100_000:
            book.pages = pages
        for field, kind in (("oclc", "23"), ("lccn", "13")):
            if text := get(field):
                book.identifiers.append(IdentifierIn(kind, text[:60]))

    def _date(self, book: BookRecord, text: str, problems: Problems) -> None:
        book.published = _date(text)
        if not book.published and text.strip("0.") and text.casefold() not in _UNDATED:
            problems.warn(
                "date_shape",
                self.name("date"),
                text,
                "This is not a date.",
                remedy="Left out. Write the year.",
            )

    def _series(self, book: BookRecord, text: str, number: str, problems: Problems) -> None:
        if "volume" not in self.fields and (match := NUMBERED.fullmatch(text)):
            text, number = match[1].rstrip(" ,;-"), match[2]
        book.series = [SeriesIn(self._line("series", text, problems)[:200], number[:20])]

    def _isbns(self, row: StockRow, values: dict[str, str], problems: Problems) -> None:
        book = row.book
        field, text = "isbn", values.get("isbn", "")
        if not text and (text := values.get("product_id", "")):
            field = "product_id"
            if not _fits(text, values.get("product_id_type", "")):
                problems.warn("product_id_type", self.name("product_id_type"), values.get("product_id_type", ""),
                              f"{text} is not a number of this kind.", remedy="It was read as what it is.")  # fmt: skip
            if text[:1] in "Bb" and len(text) == 10:
                return
        if not text and (asin := values.get("asin", "")) and from_isbn10(asin):
            field, text = "asin", asin
        if not text and self.kind == StockFormat.UIEE:
            text = isbn_in_notes(values.get("notes", "")[:200])
        if not text:
            return
        if is_isbn13(text):
            book.identifiers.append(IdentifierIn("15", text))
            return
        if usual := from_isbn10(text):
            book.identifiers.append(IdentifierIn("15", usual, text))
            return
        for part in _ISBN_PARTS.split(text):
            if part:
                self._isbn(book, field, part, problems)

    def _isbn(self, book: BookRecord, field: str, text: str, problems: Problems) -> None:
        if _SCIENTIFIC.fullmatch(text):
            problems.warn("isbn_scientific", self.name(field), text, "A spreadsheet has rounded this ISBN.",
                          remedy="Left out. Make the column one of text, and type the ISBN again.")  # fmt: skip
            return
        if (
            len(text) < 10
            and text.rstrip("Xx").isdigit()
            and (whole := from_isbn10(text.zfill(10)))
        ):
            if len(text) >= 7:
                problems.warn("isbn_zero_lost", self.name(field), text, "A spreadsheet has taken the zeros before this ISBN.",
                              remedy=f"Read as {text.zfill(10)}.")  # fmt: skip
                book.identifiers.append(IdentifierIn("15", whole, text))
                return
        if text.casefold() not in _UNDATED:
            one = isbn_in(text.removesuffix(".0"), problems, field=self.name(field))
            if one not in book.identifiers:
                book.identifiers.append(one)

    # Text.

    def _line(self, field: str, text: str, problems: Problems) -> str:
        """Return a text on one line, composed, with references of HTML read."""
        if text.isascii() and "&" not in text and "<" not in text:
            return " ".join(text.split())
        return clean(self._words(field, text, problems))

    def _words(self, field: str, text: str, problems: Problems) -> str:
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

    def _cut(self, field: str, text: str, problems: Problems) -> str:
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


_DEFECT_ORDER = tuple(Defect.values)
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
_FITTING = {"1": 10, "2": (10, 13), "3": 12, "4": 13}
_PRICE_WORDS = {
    "price_shape": ("We can’t read this price.", "Write it in figures, such as 4.50."),
    "price_on_application": ("A price on application can’t be paid online.", "Write a price, or leave the copy out."),
    "price_zero": ("A copy costs at least a penny.", "Write a price above nothing."),
    "price_negative": ("A price can’t be below nothing.", "Write it without the minus."),
    "price_high": ("This price is too high to be one.", "Check the column."),
    "price_too_exact": ("The price has more figures after the point than its currency.", "Write two, such as 4.50."),
    "currency_unknown": ("We don’t know what the price is in.", "Write £4.50, or GBP 4.50."),
}  # fmt: skip


def _price_words(code: str, text: str) -> tuple[str, str]:
    """Return what is wrong with a price, and the remedy."""
    if code == "price_ambiguous":
        figures = re.sub(r"[^\d.,]", "", text)
        grouped, pointed = re.sub(r"[.,]", "", figures), figures.replace(",", ".")
        return (f"This may be {grouped} or {pointed}.",
                f"Write {grouped}.00 if it is the first.")  # fmt: skip
    return _PRICE_WORDS[code]


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


@lru_cache(maxsize=4096)
def _people(text: str, role: str, first: int) -> tuple[ContributorIn, ...]:
    return tuple(cells.people(text, role, first))


_date = lru_cache(maxsize=4096)(dates.free)
_language = lru_cache(maxsize=1024)(cells.language)


def _fits(text: str, kind: str) -> bool:
    lengths = _FITTING.get(kind)
    return lengths is None or len(text) in (lengths if isinstance(lengths, tuple) else (lengths,))


def isbn_in_notes(text: str) -> str:
    """Return an ISBN that stands in words: Amazon looks for it at the beginning of the notes."""
    for match in _ISBN_IN_NOTES.finditer(text):
        digits = re.sub(r"[ -]", "", match[1] or match[0]).upper()
        if is_isbn13(digits) or from_isbn10(digits):
            return digits
    return ""


def unguarded(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return text[1:] if _GUARDED.match(text) else text
