"""Stock as tables: the columns of each layout, and what no layout of the trade has room for."""

import re
from collections.abc import Callable

from catalog.constants import Condition, Defect
from catalog.exporters.stock.copy import StockOut
from catalog.exporters.stock.values import Values
from catalog.importers.stock import bindings
from catalog.importers.stock.row import StockFormat

Columns = tuple[tuple[str, Callable[[StockOut, Values], str]], ...]
_ACTIVE = re.compile(r"'*[=+\-@\t\r\n]")
# Amazon has four grades of used books; ours are told by the nearest below.
_AMAZON = {
    Condition.NEW: "11", Condition.AS_NEW: "1", Condition.FINE: "1", Condition.NEAR_FINE: "2", Condition.VERY_GOOD: "2",
    Condition.GOOD: "3", Condition.FAIR: "4", Condition.POOR: "4",
}  # fmt: skip


def inert(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, and that is read back as it is."""
    return f"'{text}" if _ACTIVE.match(text) else text


def _empty(_copy: StockOut, _values: Values) -> str:
    return ""


def _sku(copy: StockOut, values: Values) -> str:
    return values.text(copy.sku)


def _title(copy: StockOut, values: Values) -> str:
    return values.title(copy)


def _authors(copy: StockOut, values: Values) -> str:
    return values.people(copy.authors)


def _illustrators(copy: StockOut, values: Values) -> str:
    return values.people(copy.illustrators)


def _quantity(copy: StockOut, _values: Values) -> str:
    return str(copy.quantity)


def _binding(copy: StockOut, _values: Values) -> str:
    return bindings.written(copy.form)


def _isbn(copy: StockOut, _values: Values) -> str:
    return copy.isbn13


def _price(copy: StockOut, values: Values) -> str:
    return values.price(copy)


def _notes(copy: StockOut, values: Values) -> str:
    return values.notes(copy)


def _condition(copy: StockOut, values: Values) -> str:
    return values.condition(copy)


def _jacket(copy: StockOut, values: Values) -> str:
    return values.jacket(copy)


def _text(name: str) -> Callable[[StockOut, Values], str]:
    return lambda copy, values: values.text(getattr(copy, name))


def _category(position: int) -> Callable[[StockOut, Values], str]:
    return lambda copy, values: (
        values.text(copy.categories[position]) if len(copy.categories) > position else ""
    )


def _year(copy: StockOut, _values: Values) -> str:
    return copy.published[:4]


def _date(copy: StockOut, _values: Values) -> str:
    return copy.published


def _images(copy: StockOut, _values: Values) -> str:
    return "; ".join(copy.images)


def _weight(copy: StockOut, _values: Values) -> str:
    return str(copy.weight_g) if copy.weight_g else ""


def _flag(name: str, yes: str = "yes", no: str = "no") -> Callable[[StockOut, Values], str]:
    return lambda copy, _values: yes if getattr(copy, name) else no


# AbeBooks can't hold: series, cost, shelf, private notes, pages, more than three categories, a date
# finer than its year, and of people and subtitles what UIEE can't.
ABEBOOKS: Columns = (
    ("listingid", _sku), ("title", _title), ("author", _authors), ("illustrator", _illustrators), ("price", _price),
    ("quantity", _quantity), ("producttype", lambda _copy, _values: "book"), ("description", _notes), ("bindingtext", _binding),
    ("bookcondition", _condition), ("publishername", _text("publisher")), ("placepublished", _text("place")), ("yearpublished", _year),
    ("isbn", _isbn), ("sellercatalog1", _category(0)), ("sellercatalog2", _category(1)), ("sellercatalog3", _category(2)),
    ("abecategory", _empty), ("keywords", _text("keywords")), ("jacketcondition", _jacket), ("editiontext", _text("edition_text")),
    ("printingtext", _text("printing")), ("signedtext", lambda copy, values: values.signed(copy)), ("volume", _empty), ("size", _empty),
    ("imgurl", _images), ("weight", _weight), ("weightunit", lambda copy, _values: "g" if copy.weight_g else ""),
    ("shippingtemplateid", _empty), ("language", _text("language")),
)  # fmt: skip
# Amazon holds SKU, ISBN, price, quantity, grade (As new, Very good, Good, Fair and New alone: others
# are told by the nearest below, Fine as As new) and the notes with their flags. The rest it knows.
AMAZON: Columns = (
    ("sku", _sku), ("product-id", _isbn), ("product-id-type", lambda copy, _values: "2" if copy.isbn13 else ""), ("price", _price),
    ("minimum-seller-allowed-price", _empty), ("maximum-seller-allowed-price", _empty),
    ("item-condition", lambda copy, _values: _AMAZON[Condition(copy.condition)] if copy.condition else ""), ("quantity", _quantity),
    ("add-delete", lambda _copy, _values: "a"), ("will-ship-internationally", _empty), ("expedited-shipping", _empty),
    ("item-note", lambda copy, values: values.notes(copy, keywords=False, edition=False)), ("fulfillment-center-id", _empty),
)  # fmt: skip
# BookRouter can't hold: cost, shelf, weight, language, series, pages, private notes, more than five
# categories, and of people and printings what UIEE can't.
BOOKROUTER: Columns = (
    ("sku", _sku), ("author", _authors), ("title", _text("title")), ("subtitle", _text("subtitle")), ("place_pub", _text("place")),
    ("publisher", _text("publisher")), ("date_pub", _date), ("edition", lambda copy, values: values.edition(copy)), ("isbn", _isbn),
    ("description", _notes), ("binding", _binding), ("condition", _condition), ("jacket_cond", _jacket), ("comments", _empty),
    ("dj", lambda copy, _values: {"": "", "missing": "N", "none_as_issued": "N"}.get(copy.jacket, "Y")),
    ("signed", _flag("signed", "Y", "N")), ("first_ed", _flag("first_edition", "Y", "N")), ("illustrator", _illustrators),
    ("keywords", _text("keywords")), *((f"subject{at + 1}", _category(at)) for at in range(5)), ("alt_1", _empty), ("alt_2", _empty),
    ("type", lambda _copy, _values: "book"), ("image_url", _images), ("price", _price), ("quantity", _quantity),
)  # fmt: skip
# ChrisLands can't hold: cost, shelf, weight, language, series, pages, private notes, more than five
# categories or one picture, and of people, printings and subtitles what UIEE can't. It has no header.
CHRISLANDS: Columns = (
    ("id", _sku), ("author", _authors), ("title", _title), ("illustrator", _illustrators), ("condition", _condition), ("size", _empty),
    ("jacket", _jacket), ("binding", _binding), ("book type", lambda _copy, _values: "Book"), ("ISBN", _isbn), ("publisher", _text("publisher")),
    ("place", _text("place")), ("date", _date), ("edition", lambda copy, values: values.edition(copy)),
    ("inscription", lambda copy, values: values.signed(copy)), ("description", _notes), ("quantity", _quantity), ("price", _price),
    ("image", lambda copy, _values: copy.images[0] if copy.images else ""), *((f"category{at + 1}", _category(at)) for at in range(5)),
    ("keywords", _text("keywords")), *((f"column {at}", _empty) for at in range(26, 36)),
)  # fmt: skip
# Biblio takes any columns that its header names. It can't hold: cost, shelf, weight, language, series,
# pages, private notes, illustrators, categories, and of people, printings and subtitles what UIEE can't.
BIBLIO: Columns = (
    ("ID", _sku), ("STATUS(D=remove)", lambda _copy, _values: "S"), ("PRICE", _price), ("AUTHOR", _authors), ("TITLE", _title),
    ("CONDITION", _condition), ("First(1=True)", _flag("first_edition", "1", "0")), ("Format", _binding), ("ISBN", _isbn),
    ("DESCRIPTION", _notes), ("QUANTITY", _quantity), ("PUBLISHER", _text("publisher")), ("PLACE", _text("place")), ("YEAR", _date),
    ("EDITION", lambda copy, values: values.edition(copy)), ("JACKET", _jacket), ("SIGNED", _flag("signed", "1", "0")),
    ("KEYWORDS", _text("keywords")), ("IMAGE", _images),
)  # fmt: skip
# Our own table holds all of it, but for people whose names hold ";", "/" or "&".
TABLE: Columns = (
    ("SKU", _sku), ("ISBN", _isbn), ("Title", _text("title")), ("Subtitle", _text("subtitle")), ("Author", _authors),
    ("Illustrator", _illustrators), ("Publisher", _text("publisher")), ("Place", _text("place")), ("Date", _date), ("Binding", _binding),
    ("Series", _text("series")), ("Volume", _text("series_number")), ("Language", _text("language")),
    ("Pages", lambda copy, _values: str(copy.pages or "")), ("Edition", _text("edition_text")), ("Printing", _text("printing")),
    ("Condition", _condition), ("Jacket", _jacket), ("Defects", lambda copy, _values: ", ".join(str(Defect(one).value) for one in copy.defects) or "none"),
    ("Signed", _flag("signed")), ("Inscribed", _flag("inscribed")), ("First edition", _flag("first_edition")),
    ("Print on demand", _flag("print_on_demand")), ("Description", _text("notes")), ("Keywords", _text("keywords")),
    ("Category", lambda copy, values: "\n".join(values.text(one) for one in copy.categories)), ("Quantity", _quantity),
    ("Price", lambda copy, values: values.amount(copy.price_minor, copy.currency)), ("Currency", lambda copy, _values: copy.currency),
    ("Cost", lambda copy, values: values.cost(copy)), ("Shelf", _text("shelf")), ("Weight (g)", _weight),
    ("Image", lambda copy, _values: "\n".join(copy.images)), ("Private notes", _text("private_notes")),
)  # fmt: skip
# HomeBase 3 imports a table whose columns we name by its own tags; it holds what HomeBase 2 does, but
# one category.
HOMEBASE3: Columns = (
    ("BOOK", _sku), ("TRAN", lambda _copy, _values: "A"), ("ANAM", _authors), ("TNAM", _title), ("PBLS", _text("publisher")),
    ("DESC", lambda copy, values: values.notes(copy, keywords=False)), ("PRIC", _price), ("PPRC", lambda copy, values: values.cost(copy)),
    ("BNDC", _binding), ("STAT", lambda _copy, _values: "For Sale"), ("ABLE", _quantity), ("LOCA", _text("shelf")), ("BOOC", _condition),
    ("ISBN", _isbn), ("BCAT", _category(0)), ("PBYR", _date), ("SGNT", lambda copy, values: values.signed(copy)),
    ("EDNT", lambda copy, values: values.edition(copy)), ("JCKC", _jacket),
)  # fmt: skip
COLUMNS = {
    StockFormat.HOMEBASE3: HOMEBASE3,
    StockFormat.ABEBOOKS: ABEBOOKS, StockFormat.AMAZON: AMAZON, StockFormat.BOOKROUTER: BOOKROUTER,
    StockFormat.CHRISLANDS: CHRISLANDS, StockFormat.BIBLIO: BIBLIO, StockFormat.TABLE: TABLE,
}  # fmt: skip
DELIMITERS = {StockFormat.TABLE: ","}
HEADLESS = frozenset([StockFormat.CHRISLANDS])


def line(cells: list[str], delimiter: str) -> str:
    """Return cells as a line: quoted where they must be; a tab's cell only where it opens with a quote."""
    return delimiter.join(_quoted(cell, delimiter) for cell in cells)


def _quoted(cell: str, delimiter: str) -> str:
    if (
        cell.startswith('"')
        or "\n" in cell
        or delimiter in cell
        or (delimiter == "," and '"' in cell)
    ):
        return '"' + cell.replace('"', '""') + '"'
    return cell
