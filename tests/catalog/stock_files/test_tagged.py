"""UIEE and HomeBase files as programs write them, and as they get damaged on the way."""

import io

from catalog.importers.record import Severity
from catalog.importers.stock import StockAction, StockFormat, open_stock

_ONE = "UR|{sku}\nAA|Eliot, George\nTI|Middlemarch\nBD|Cloth\nCN|VG/G\nNT|Tight.\nPR|12.50\nBN|0140443878\nXB|1\nXD|S\n"
_FILLZ = "seller1234\nBOOKS\n2024-05-02\n13:40:39\n\n"


def read(text, encoding="utf-8", name="stock.txt"):
    file = open_stock(io.BytesIO(text.encode(encoding)), name)
    return file, list(file.rows)


def codes(row):
    return [problem.code for problem in row.problems]


def test_a_record_becomes_a_copy_and_its_book():
    file, [row] = read(
        _FILLZ
        + _ONE.format(sku="A1").replace("\n", "\r\n")
        + "LO|B3\r\nKE|signed, scarce\r\nWT|1 lb\r\nCA|Novels\r\nMT|Fiction\r\nPC|4\r\nCO|2\r\n"
    )
    assert (file.format, file.head, file.encoding) == (
        StockFormat.UIEE,
        _FILLZ.rstrip("\n") + "\n",
        "utf-8",
    )
    assert (row.sku, row.price_minor, row.currency, row.quantity, row.cost_minor) == (
        "A1",
        1250,
        "GBP",
        2,
        400,
    )
    assert (row.condition, row.jacket, row.signed, row.shelf, row.weight_g) == (
        "very_good",
        "good",
        True,
        "B3",
        454,
    )
    assert (row.categories, row.keywords, row.notes) == (
        ("Novels", "Fiction"),
        "signed, scarce",
        "Tight.",
    )
    assert (row.book.title, row.book.form, row.book.identifiers[0].value) == (
        "Middlemarch",
        "BB",
        "9780140443875",
    )
    assert row.book.contributors[0].name == "George Eliot"
    assert row.line == 6
    assert row.problems == []


def test_what_is_not_for_sale():
    actions = [row.action for row in read("\n".join(
        _ONE.format(sku=f"A{at}").replace("XB|1\nXD|S", fields) for at, fields in enumerate(
            ["XB|5\nXD|S", "XB|2\nXD|S", "XB|7", "XD|W\nXB|1", "IS|sold", "XB|1\nXD|S\nCO|0", "XB|1\nXD|S"])))[1]]  # fmt: skip
    assert [str(action) for action in actions] == [
        "sold",
        "delete",
        "delete",
        "ignore",
        "sold",
        "sold",
        "upsert",
    ]


def test_a_lost_blank_line_loses_no_record():
    _file, rows = read(
        _ONE.format(sku="A1") + _ONE.format(sku="A2") + "\n\n" + _ONE.format(sku="A3")
    )
    assert [row.sku for row in rows] == ["A1", "A2", "A3"]
    assert [codes(row) for row in rows] == [[], ["blank_line_missing"], []]
    assert rows[1].raw == _ONE.format(sku="A2").rstrip("\n")


def test_a_line_without_a_tag_goes_on_with_the_field_before():
    _file, [row] = read(
        _ONE.format(sku="A1").replace("NT|Tight.", "NT|Tight.\n   Second line\n\nthird | line")
    )
    assert row.notes == "Tight.\nSecond line\n\nthird | line"


def test_tags_in_small_letters_and_tags_nobody_knows():
    _file, [row] = read(
        _ONE.format(sku="A1").replace("TI|", "ti|").replace("AA|", "aa |") + "ZZ|what\n"
    )
    assert (row.book.title, row.book.contributors[0].inverted) == ("Middlemarch", "Eliot, George")
    assert [(problem.code, problem.field, problem.value) for problem in row.problems] == [
        ("tag_unknown", "ZZ", "what")
    ]


def test_a_file_that_breaks_off_says_so():
    _file, rows = read(_ONE.format(sku="A1") + "\n" + "UR|A2\nTI|Trunca")
    assert codes(rows[1])[0] == "truncated"
    assert rows[1].refused
    _file, rows = read(_ONE.format(sku="A1") + "\n" + _ONE.format(sku="A2").rstrip("\n"))
    assert codes(rows[1]) == []
    _file, rows = read(
        _ONE.format(sku="A1") + "\n" + _ONE.format(sku="A2").partition("XB")[0].rstrip("\n")
    )
    assert [(problem.code, problem.severity) for problem in rows[1].problems] == [
        ("truncated", Severity.WARNING)
    ]


def test_the_quantity_that_fillz_finds_in_notes():
    _file, rows = read("\n".join(_ONE.format(sku=f"A{at}").replace("NT|Tight.", f"NT|{notes}") for at, notes in enumerate(
        ["Tight. Q2", "Tight Q-3. Clean", "Q4 report of 1999", "FAQ2", "Q1 and Q2 results"])))  # fmt: skip
    assert [(row.quantity, row.notes) for row in rows] == [
        (2, "Tight."), (3, "Tight Q-3. Clean"), (1, "Q4 report of 1999"), (1, "FAQ2"), (1, "Q1 and Q2 results"),
    ]  # fmt: skip


def test_amazons_isbn_stands_in_the_notes():
    _file, rows = read("\n".join(_ONE.format(sku=f"A{at}").replace("BN|0140443878\n", "").replace("NT|Tight.", f"NT|{notes}") for at, notes in enumerate(
        ["ISBN: 0-14-044387-8. Tight", "978-0-14-044387-5", "Tel. 9781234567890", "x" * 200 + " 9780140443875"])))  # fmt: skip
    assert [[one.value for one in row.book.identifiers] for row in rows] == [
        ["9780140443875"],
        ["9780140443875"],
        [],
        [],
    ]


def test_what_must_be_there_is_named_with_its_tag_line_and_remedy():
    _file, rows = read(
        _ONE.format(sku="A1")
        + "\n"
        + _ONE.format(sku="A2")
        .replace("PR|12.50", "PR|1,234")
        .replace("TI|Middlemarch\n", "")
        .replace("VG/G", "Spiffy")
    )
    found = {problem.code: problem for problem in rows[1].problems}
    assert set(found) == {"title_missing", "condition_unknown"}
    # The other price shows what the sign means.
    assert rows[1].price_minor == 123400
    assert (
        found["condition_unknown"].field,
        found["condition_unknown"].value,
        found["condition_unknown"].line,
    ) == ("CN", "Spiffy", 12)
    assert "Near fine" in found["condition_unknown"].remedy


def test_homebase():
    text = (
        "BOOK|H1\nTRAN|A\nANAM|Eliot, George\nTNAM|Romola\nPBLS|Smith, Elder\nDESC|First edition. Foxed.\nPRIC|120.00\nPPRC|60.00\nUBID|1\nBIND|M\n"
        "BNDC|Half Calf\nSTAT|For Sale\nABLE|1\nLOCA|R2\nBOOC|Good\nISBN|\nBCAT|Fiction\nPBYR|1863\nSGNT|Signed by Author\nJCKC|No Jacket\n"
    )  # fmt: skip
    file, rows = read(
        text
        + "\n"
        + text.replace("H1", "H2").replace("TRAN|A", "TRAN|D")
        + "\n"
        + text.replace("H1", "H3").replace("For Sale", "Sold")
    )
    assert file.format == StockFormat.HOMEBASE
    assert [row.action for row in rows] == [
        StockAction.UPSERT,
        StockAction.DELETE,
        StockAction.SOLD,
    ]
    row = rows[0]
    assert (row.signed, row.first_edition, row.defects, row.jacket, row.cost_minor) == (
        True,
        True,
        ("foxing",),
        "missing",
        6000,
    )
    assert (row.book.form, row.book.published, row.book.publisher) == ("BG", "1863", "Smith, Elder")


def test_letters_beyond_the_encoding_come_as_references():
    _file, [row] = read(
        _ONE.format(sku="A1").replace(
            "Middlemarch", "&#1042;&#1086;&#1081;&#1085;&#1072; &amp; Frieden – “A”"
        ),
        "cp1252",
    )
    assert row.book.title == "Война & Frieden – “A”"


def test_a_name_with_purge_asks_for_the_whole_stock():
    assert read(_ONE.format(sku="A1"), name="stock_purge.txt")[0].purge
    assert not read(_ONE.format(sku="A1"), name="spurgeon.txt")[0].purge
