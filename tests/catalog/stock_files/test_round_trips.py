"""What is written as a stock file reads back the same: everything that its format can hold."""

import dataclasses
import io
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.constants import Condition, Defect, Form, Jacket
from catalog.exporters.stock import StockOut, write_stock, write_workbook
from catalog.importers.stock import StockFormat, StockRow, open_stock
from catalog.importers.text import clean, tidy

F = StockFormat
# Letters of several scripts, and every sign that a format has a use for itself.
_LETTERS = st.sampled_from(string.ascii_letters + "éüßñŒ’—“”Ã©ÐљЖяשלוםعربदेवः漢字かな한글🎈")
_SIGNS = st.sampled_from(list("\t|;,\"'=+-@#&<>/[]().:!?Q0123456789 "))
_TRAPS = st.sampled_from([
    "&amp;", "&eacute;", "&#233;", "<br>", "<p>", "</b>", "Q2", " Q-3 ", "UR|X1", "BOOK|2", "\"quoted\"", "=1+1", "'=x", "''@", "@me",
    "-5", "ISBN 0140443878", "9780140443875", "Ã©", "â€”", "[Signed.]", "[Foxing. Not: Signed.]", "not ex-library", "unsigned",
    "Signed by the author.", "First edition.", "no foxing", "'s-Gravenhage", "12,50", "TOTAL", "1E+5", "; 2nd printing",
])  # fmt: skip
_PIECES = st.lists(st.one_of(_LETTERS, _SIGNS, _TRAPS), min_size=1, max_size=25).map("".join)
_LINE = _PIECES.map(clean)
_WORDS = st.lists(_PIECES, max_size=4).map("\n".join).map(tidy)
_NAME = st.text("abcdefgéüñяשд漢", min_size=2, max_size=8).map(str.capitalize).map(clean)
_PEOPLE = st.lists(st.builds("{}, {}".format, _NAME, _NAME), max_size=2, unique=True).map(tuple)
_ISBNS = st.sampled_from(["", "9780140443875", "9791090724112", "9788496454347"])
_IMAGES = st.lists(
    st.sampled_from(["https://shop.example/a.jpg", "https://shop.example/b.png"]), unique=True
)

copies = st.builds(
    StockOut,
    sku=_LINE.map(lambda text: text[:60].strip()).filter(bool).filter(lambda text: clean(text) == text),
    quantity=st.integers(1, 999),
    price_minor=st.integers(1, 10_000_000),
    currency=st.sampled_from(["GBP", "EUR", "USD", "JPY", "KWD"]),
    cost_minor=st.none() | st.integers(0, 1_000_000),
    condition=st.sampled_from(Condition.values),
    jacket=st.sampled_from(Jacket.values),
    defects=st.sets(st.sampled_from(Defect.values)).map(lambda some: tuple(one for one in Defect.values if one in some)),
    signed=st.booleans(), inscribed=st.booleans(), first_edition=st.booleans(), print_on_demand=st.booleans(),
    notes=_WORDS, private_notes=_WORDS, shelf=_LINE.map(lambda text: text[:40].strip()), weight_g=st.none() | st.integers(1, 9000),
    keywords=_LINE, categories=st.lists(_LINE.map(lambda text: text[:100].strip()).filter(bool), max_size=3, unique=True).map(tuple),
    edition_text=_LINE.map(lambda text: text[:100].strip()), printing=st.sampled_from(["", "2nd printing", "third impression"]),
    images=_IMAGES.map(tuple), title=_LINE.filter(bool), subtitle=st.just(""), authors=_PEOPLE, illustrators=_PEOPLE,
    publisher=_LINE.map(lambda text: text[:200].strip()), place=_LINE.map(lambda text: text[:100].strip()),
    published=st.sampled_from(["", "1623", "1998", "2011-05", "2020-02-29"]), isbn13=_ISBNS,
    form=st.sampled_from(["", *(one for one in Form.values if one != "00")]), series=_LINE.map(lambda text: text[:150].strip()),
    series_number=st.just(""), language=st.sampled_from(["", "eng", "ger", "fre", "chi"]), pages=st.none() | st.integers(1, 3000),
).filter(lambda copy: all(clean(value) == value for name, value in [*dataclasses.asdict(copy).items(), *(('category', one) for one in copy.categories)]
                          if isinstance(value, str) and name not in {"notes", "private_notes"}))  # fmt: skip

_COMMON = {"sku", "quantity", "price_minor", "condition", "flags", "notes", "isbn13"}
_BOOK = _COMMON | {
    "jacket",
    "title",
    "authors",
    "publisher",
    "form",
    "edition_text",
    "printing",
    "currency",
}
HELD = {
    F.UIEE: _BOOK | {"place", "illustrators", "published", "series", "keywords", "cost_minor", "categories", "shelf", "weight_g", "images"},
    F.HOMEBASE: _BOOK | {"published", "cost_minor", "categories", "shelf"},
    F.HOMEBASE3: _BOOK | {"published", "cost_minor", "shelf"},
    F.ABEBOOKS: _BOOK | {"place", "illustrators", "keywords", "categories", "weight_g", "images", "language"},
    F.AMAZON: _COMMON - {"condition"},
    F.BOOKROUTER: _BOOK | {"place", "illustrators", "published", "keywords", "categories", "images", "subtitle"},
    F.CHRISLANDS: _BOOK | {"place", "illustrators", "published", "keywords", "categories"},
    F.BIBLIO: _BOOK | {"place", "published", "keywords", "images"},
    F.TABLE: _BOOK | {"place", "illustrators", "published", "keywords", "categories", "images", "language", "cost_minor", "private_notes",
                      "shelf", "weight_g", "series", "pages", "subtitle", "series_number"},
}  # fmt: skip


def held_of(row: StockRow) -> dict[str, object]:
    """Return what a row says, in the words of ``StockOut``."""
    book = row.book
    people = {
        role: tuple(one.inverted for one in book.contributors if one.roles == (role,))
        for role in ("A01", "A12")
    }
    flags = set(row.defects) | {
        name
        for name in ("signed", "inscribed", "first_edition", "print_on_demand")
        if getattr(row, name)
    }
    return {
        **{name: getattr(row, name) for name in (
            "sku", "quantity", "price_minor", "currency", "cost_minor", "condition", "jacket", "notes", "private_notes", "shelf",
            "weight_g", "keywords", "categories", "edition_text", "printing", "images")},
        **{name: getattr(book, name) for name in ("title", "subtitle", "publisher", "place", "published", "form", "language", "pages")},
        "flags": frozenset(flags), "authors": people["A01"], "illustrators": people["A12"],
        "isbn13": next((one.value for one in book.identifiers if one.type == "15"), ""),
        "series": book.series[0].name if book.series else "", "series_number": book.series[0].number if book.series else "",
    }  # fmt: skip


def assert_same(copy: StockOut, row: StockRow, kind: StockFormat) -> None:
    assert not row.refused, row.problems
    found = held_of(row)
    for name in HELD[kind]:
        assert found[name] == getattr(copy, name), name


@pytest.mark.parametrize("encoding", ["", "cp1252"])
@pytest.mark.parametrize("kind", HELD)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_reads_back(kind, encoding, data):
    some = data.draw(st.lists(copies, min_size=1, max_size=3, unique_by=lambda copy: copy.sku))
    if kind == F.AMAZON:
        some = [dataclasses.replace(copy, isbn13=copy.isbn13 or "9780140443875") for copy in some]
    out = io.BytesIO()
    write_stock(out, some, kind, encoding=encoding)
    file = open_stock(io.BytesIO(out.getvalue()), "stock.txt")
    assert file.format == kind
    rows = list(file.rows)
    assert len(rows) == len(some)
    for copy, row in zip(some, rows, strict=True):
        assert_same(copy, row, kind)


@given(some=st.lists(copies, min_size=1, max_size=3))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_workbook_reads_back(some):
    out = io.BytesIO()
    write_workbook(out, some)
    file = open_stock(io.BytesIO(out.getvalue()), "stock.xlsx")
    assert (file.format, file.workbook) == (F.TABLE, True)
    for copy, row in zip(some, file.rows, strict=True):
        assert_same(copy, row, F.TABLE)
