"""Stock as tagged lines: UIEE and HomeBase 2.x."""

from collections.abc import Iterator

from catalog.exporters.stock.copy import StockOut
from catalog.exporters.stock.values import Values
from catalog.importers.stock import bindings
from catalog.importers.stock.books import isbn_in_notes
from catalog.importers.stock.tagged import COPIES


def uiee(copy: StockOut, values: Values) -> Iterator[str]:
    """Yield the lines of a copy in UIEE.

    It can't hold: private notes, the language, pages; people whose names hold ";", "/" or "&"; a
    printing in other words than "2nd printing" (they join the edition's); a number of a series that
    isn't one; the border between title and subtitle.
    """
    notes = values.notes(copy)
    if not copy.isbn13 and isbn_in_notes(notes[:200]):
        # An ISBN in words would be taken for this book's.
        notes = (
            notes.replace("97", "&#57;7").replace("ISBN", "&#73;SBN").replace("isbn", "&#105;sbn")
        )
    fields = [
        ("UR", values.text(copy.sku)), ("AA", values.people(copy.authors)), ("TI", values.title(copy)),
        ("AI", values.people(copy.illustrators)), ("PU", values.text(copy.publisher)), ("PP", values.text(copy.place)),
        ("DP", copy.published), ("ED", values.edition(copy)), ("SE", values.series(copy)),
        ("BD", bindings.written(copy.form)), ("CN", values.condition(copy)), ("JK", values.jacket(copy)),
        ("NT", COPIES.sub(lambda match: f"&#81;{match[0][1:]}", notes)), ("KE", values.text(copy.keywords)),
        ("PR", values.price(copy)), ("PC", values.cost(copy)), ("CO", str(copy.quantity)), ("BN", copy.isbn13),
        *(("CA", values.text(one)) for one in copy.categories), ("LO", values.text(copy.shelf)),
        ("WT", f"{copy.weight_g} g" if copy.weight_g else ""), *(("IM", one) for one in copy.images),
        ("XA", "4"), ("XB", "1"), ("XC", "BO"), ("XD", "S"),
    ]  # fmt: skip
    yield from (f"{tag}|{value}" for tag, value in fields if value)


def homebase(copy: StockOut, values: Values) -> Iterator[str]:
    """Yield the lines of a copy for HomeBase.

    It can't hold: place, illustrators, series, keywords, weight, pictures, language, pages, private
    notes; and of people, printings and subtitles what UIEE can't.
    """
    fields = [
        ("BOOK", values.text(copy.sku)), ("TRAN", "A"), ("ANAM", values.people(copy.authors)), ("TNAM", values.title(copy)),
        ("PBLS", values.text(copy.publisher)), ("DESC", values.notes(copy, keywords=False)), ("PRIC", values.price(copy)),
        ("PPRC", values.cost(copy)), ("BIND", "M"), ("BNDC", bindings.written(copy.form)), ("STAT", "For Sale"),
        ("ABLE", str(copy.quantity)), ("LOCA", values.text(copy.shelf)), ("BOOC", values.condition(copy)),
        ("ISBN", copy.isbn13), *(("BCAT", values.text(one)) for one in copy.categories), ("PBYR", copy.published),
        ("SGNT", values.signed(copy)), ("EDNT", values.edition(copy)), ("JCKC", values.jacket(copy)),
    ]  # fmt: skip
    yield from (f"{tag}|{value}" for tag, value in fields if value)
