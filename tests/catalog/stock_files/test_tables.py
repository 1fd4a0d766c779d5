"""Tables of stock: every layout's header, and what spreadsheets and people do to rows."""

import io

import pytest
from openpyxl import Workbook

from catalog.importers.record import Severity
from catalog.importers.stock import Choices, StockAction, StockFormat, open_stock
from catalog.importers.table.cells import people

F, A = StockFormat, StockAction
_ABE = (
    "listingid\ttitle\tauthor\tillustrator\tprice\tquantity\tproducttype\tdescription\tbindingtext\tbookcondition\tpublishername\tplacepublished\t"
    "yearpublished\tisbn\tsellercatalog1\tsellercatalog2\tkeywords\tjacketcondition\teditiontext\tprintingtext\tsignedtext\tweight\tweightunit\tlanguage\n"
)  # fmt: skip
_ROW = (
    "A1\tMiddlemarch\tEliot, George\t\t12.50\t1\tbook\tLight wear.\tHardcover\tVery Good\tPenguin\tLondon\t1994\t9780140443875\tNovels\tClassics\t"
    "rural\tGood\t1st Edition\t2nd printing\tUnsigned\t450\tg\teng\n"
)  # fmt: skip


def read(text, encoding="utf-8", mapping=None, **choices):
    file = open_stock(
        io.BytesIO(text.encode(encoding)), "stock.txt", mapping, choices=Choices(**choices)
    )
    return file, list(file.rows)


def codes(row):
    return [problem.code for problem in row.problems]


def test_abebooks():
    file, [row] = read(_ABE + _ROW)
    assert (file.format, file.delimiter) == (F.ABEBOOKS, "\t")
    assert (row.quantity, row.price_minor, row.condition, row.jacket, row.weight_g) == (
        1,
        1250,
        "very_good",
        "good",
        450,
    )
    assert (row.categories, row.edition_text, row.printing, row.first_edition, row.signed) == (
        ("Novels", "Classics"),
        "1st Edition",
        "2nd printing",
        False,
        False,
    )
    assert (row.book.language, row.book.place, row.book.form, row.raw) == (
        "eng",
        "London",
        "BB",
        _ROW.rstrip("\n"),
    )
    assert row.problems == []


@pytest.mark.parametrize(("cell", "quantity", "action", "code"), [
    ("", 1, A.UPSERT, ""), ("0", 0, A.DELETE, ""), ("1200", 999, A.UPSERT, "quantity_high"), ("3.0", 3, A.UPSERT, ""), ("many", 1, A.UPSERT, "quantity_shape"),
    ("-1", 0, A.DELETE, "quantity_shape"),
])  # fmt: skip
def test_quantities_of_abebooks(cell, quantity, action, code):
    _file, [row] = read(_ABE + _ROW.replace("12.50\t1\t", f"12.50\t{cell}\t"))
    assert (row.quantity, row.action, "".join(codes(row))) == (quantity, action, code)


@pytest.mark.parametrize(("cell", "isbn", "code"), [
    ("9.78014E+12", [], "isbn_scientific"), ("140443878", ["9780140443875"], "isbn_zero_lost"), ("0140443878", ["9780140443875"], ""),
    ("978-0-14-044387-5", ["9780140443875"], ""), ("9780140443876", ["9780140443876"], "isbn_check_digit"), ("N/A", [], ""),
    ("9780140443875; 0345441184", ["9780140443875", "9780345441188"], ""), ("9780140443875.0", ["9780140443875"], ""),
])  # fmt: skip
def test_what_spreadsheets_do_to_isbns(cell, isbn, code):
    _file, [row] = read(_ABE + _ROW.replace("9780140443875", cell))
    assert ([one.value for one in row.book.identifiers], "".join(codes(row))) == (isbn, code)


def test_ragged_rows():
    long = _ROW.replace("Light wear.", "Light\twear.")
    _file, rows = read(
        _ABE
        + long
        + _ROW[: _ROW.index("9780140443875")]
        + "9780140443875\n"
        + _ROW.rstrip("\n")
        + "\t\t\t\n"
        + _ROW.replace("1994", "a\tb\tc\td\te")
    )
    assert [codes(row) for row in rows] == [
        ["row_long"],
        ["row_short"],
        [],
        ["row_long", *codes(rows[3])[1:]],
    ]
    assert (rows[0].notes, rows[0].condition, rows[0].price_minor) == (
        "Light wear.",
        "very_good",
        1250,
    )
    assert rows[0].problems[0].severity == Severity.WARNING
    assert rows[3].refused


def test_amazon():
    head = (
        "sku\tproduct-id\tproduct-id-type\tprice\titem-condition\tquantity\tadd-delete\titem-note\n"
    )
    file, rows = read(
        head
        + "Z1\t0140443878\t2\t2.55\t2\t1\ta\tEx-lib.\n"
        + "Z2\t9780140443875\t2\t\t\t\td\t\n"
        + "Z3\t\t\t\t\t\tx\t\n"
        + "Z4\tB01ABCDEFG\t1\t9.99\t11\t3\ta\t\n"
    )
    assert file.format == F.AMAZON
    assert [row.action for row in rows] == [A.UPSERT, A.DELETE, A.DELETE, A.UPSERT]
    assert (rows[0].condition, rows[0].defects, rows[0].book.identifiers[0].value) == (
        "very_good",
        ("ex_library",),
        "9780140443875",
    )
    assert codes(rows[3]) == ["book_unknown"]
    assert not rows[1].problems


@pytest.mark.parametrize("header", [
    "Händler-SKU\tArtikelbezeichnung\tPreis\tMenge\tArtikel-ID-Typ\tArtikelzustand\tProdukt-ID",
    "sku-vendeur\tnom-produit\tprix\tquantité\ttype-id-produit\tétat-produit\tid-produit",
    "seller-sku\titem-name\tprice\tquantity\tproduct-id-type\titem-condition\tproduct-id",
])  # fmt: skip
def test_amazons_marketplaces_have_headers_of_their_own(header):
    file, [row] = read(f"{header}\nZ1\tMiddlemarch\t4,50\t2\t2\t11\t0140443878\n")
    assert (file.format, file.missing) == (F.AMAZON, ())
    assert (row.sku, row.book.title, row.price_minor, row.quantity, row.condition) == (
        "Z1",
        "Middlemarch",
        450,
        2,
        "new",
    )


def test_bookrouter_biblio_and_homebase3():
    file, [row] = read("sku\tauthor\ttitle\tsubtitle\tplace_pub\tpublisher\tdate_pub\tisbn\tdescription\tbinding\tcondition\tjacket_cond\tcomments\tdj\tsigned\tfirst_ed\tsubject1\tsubject2\tprice\tquantity\n"
                       "B1\tEliot, George\tMiddlemarch\tA study\tLondon\tPenguin\t1994\t\tThe novel.\tHB\tVG\tG\tFoxed.\tY\tY\tN\tNovels\tRural\t4.50\t\n")  # fmt: skip
    assert (
        file.format,
        row.notes,
        row.signed,
        row.first_edition,
        row.categories,
        row.quantity,
    ) == (F.BOOKROUTER, "The novel.\nFoxed.", True, False, ("Novels", "Rural"), 1)
    file, rows = read(
        "ID|STATUS(D=remove)|PRICE|AUTHOR|TITLE|CONDITION|First(1=True)|DESCRIPTION\nB1|S|4.50|Eliot, George|Romola|Fine|1|Clean\nB2|D|4.50|Eliot|Romola|Fine||\n"
    )
    assert (file.format, [row.action for row in rows], rows[0].first_edition) == (
        F.BIBLIO,
        [A.UPSERT, A.DELETE],
        True,
    )
    file, rows = read("BOOK|TRAN|ANAM|TNAM|PRIC|BOOC\nH1|A|Eliot|Romola|4.50|Fine\n")
    assert (file.format, rows[0].sku, rows[0].price_minor) == (F.HOMEBASE3, "H1", 450)


def test_chrislands_has_no_header():
    row = [
        "C1",
        "Eliot, George",
        "Romola",
        "",
        "Good",
        "8vo",
        "Fine",
        "Cloth",
        "Book",
        "9780140443875",
        "Penguin",
        "London",
        "1994",
        "1st",
        "Signed",
        "Foxed",
        "",
        "8.88",
        "",
        "Art",
        "Prose",
    ]
    for sign in "\t,":
        file, rows = read(
            "\n".join(
                sign.join(f'"{cell}"' if "," in cell else cell for cell in [*row, *[""] * 14])
                for _copy in range(3)
            )
            + "\n"
        )
        assert (file.format, file.delimiter, len(rows)) == (F.CHRISLANDS, sign, 3)
        assert (rows[0].price_minor, rows[0].quantity, rows[0].signed, rows[0].categories) == (
            888,
            1,
            True,
            ("Art", "Prose"),
        )


@pytest.mark.parametrize(("header", "sign"), [
    ("Artikelnummer;Titel;Autor;Verlag;Jahr;Zustand;Einband;Preis;Menge;Beschreibung", ";"), ("Référence;Titre;Auteur;Éditeur;Année;État;Reliure;Prix;Quantité;Description", ";"),
    ("Codice|Titolo|Autore|Editore|Anno|Condizione|Legatura|Prezzo|Quantità|Descrizione", "|"), ("Código\tTítulo\tAutor\tEditorial\tAño\tEstado\tEncuadernación\tPrecio\tCantidad\tDescripción", "\t"),
])  # fmt: skip
def test_columns_are_guessed_in_several_languages(header, sign):
    text = (
        f"{header}\n"
        + sign.join(
            [
                "X1",
                "Romola",
                "Eliot, George",
                "Smith",
                "1863",
                "Gut",
                "Leinen",
                "1.234,50",
                "1",
                "ok",
            ]
        )
        + "\n"
    )
    file, [row] = read(text, "utf-16")
    assert (
        file.delimiter,
        file.missing,
        [column.field for column in file.columns if not column.field],
    ) == (sign, (), [])
    assert (row.sku, row.book.title, row.price_minor, row.quantity) == ("X1", "Romola", 123450, 1)


def test_a_mapping_says_what_columns_are():
    text = "Stock of 2024;;;\n;;;\nNr;Was;Kostet;Wo\n7;Romola;4,50;B3\n"
    file, rows = read(text, mapping={"Nr": "sku", "was": "title", "Kostet": "price", "4": "shelf"})
    assert (file.missing, [column.field for column in file.columns]) == (
        (),
        ["sku", "title", "price", "shelf"],
    )
    assert (rows[0].sku, rows[0].price_minor, rows[0].shelf, rows[0].line) == ("7", 450, "B3", 4)
    file, rows = read(
        "7;Romola;4,50;B3\n", mapping={"1": "sku", "2": "title", "3": "price"}, header=False
    )
    assert (rows[0].sku, rows[0].shelf, file.columns[2].samples) == ("7", "", ("4,50",))


def test_what_a_guess_lacks_is_said():
    file, _rows = read("Foo;Bar;Baz\n1;2;3\n")
    assert file.missing == ("sku", "price", "title")
    assert [column.header for column in file.columns] == ["Foo", "Bar", "Baz"]


def test_quotes_totals_bom_and_crs():
    text = 'SKU,Title,Price,Description\r"A1","He said ""no""",4.50,"two\rlines"\rA2,6" rule,5.00,x\r\rA3,Open,6.00,"never closed\rA4,Romola,7.00,y\rTOTAL,,22.50\r'
    file, rows = read("\ufeff" + text)
    assert file.encoding == "utf-8-sig"
    assert [(row.sku, row.book.title, row.notes) for row in rows] == [
        ("A1", 'He said "no"', "two\nlines"), ("A2", '6" rule', "x"), ("A3", "Open", '"never closed'), ("A4", "Romola", "y")]  # fmt: skip
    assert [codes(row) for row in rows] == [[], [], ["quote_open"], []]
    assert [row.line for row in rows] == [2, 4, 6, 7]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_encodings(encoding):
    title = (
        "Étude d’un château: «l’été à Besançon»"
        if encoding not in {"cp850", "mac_roman"}
        else "Étude à Besançon, été, über Größe"
    )
    file, [row] = read(
        f'SKU,Title,Price,Description\nA1,"{title}",£4.50,Très bon état; reliure abîmée\n', encoding
    )
    assert row.book.title == title
    assert (row.price_minor, row.currency, row.notes) == (
        450,
        "GBP",
        "Très bon état; reliure abîmée",
    )
    assert file.encoding.partition("-sig")[0] in {encoding, "utf-8", "utf-16-le"}


def test_accents_far_into_the_file():
    plain = "".join(f"A{at},{'Romola ' * 20},4.50\n" for at in range(4_000))
    file, rows = read(f"SKU,Title,Price\n{plain}B1,Café,4.50\n", "cp1252")
    assert (rows[-1].book.title, file.encoding) == ("Café", "latin-1")
    file = open_stock(
        io.BytesIO(
            f"SKU,Title,Price\nB0,Été,4.50\n{plain}".encode() + "B1,Café,4.50\n".encode("cp1252")
        )
    )
    last = list(file.rows)[-1]
    assert (last.book.title, codes(last), last.problems[0].line) == (
        "Café",
        ["bytes_mended"],
        4_003,
    )


def test_text_that_was_encoded_twice():
    _file, [row] = read("SKU,Title,Price\nA1,Les Ã‰crivains franÃ§ais,4.50\n")
    assert (row.book.title, codes(row)) == ("Les Écrivains français", ["mojibake"])


def test_currencies():
    _file, rows = read("SKU,Title,Price (EUR)\nA1,Romola,4.50\nA2,Romola,£5.00\n")
    assert [(row.price_minor, row.currency) for row in rows] == [(450, "EUR"), (500, "GBP")]
    _file, rows = read(
        "SKU,Title,Price,Currency\nA1,Romola,4.50,usd\nA2,Romola,£5.00,EUR\nA3,Romola,5,groats\n"
    )
    assert [codes(row) for row in rows] == [[], ["currency_contradicts"], ["currency_unknown"]]
    assert rows[0].currency == "USD"


def test_a_workbook():
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for cells in (["My stock"], [], ["SKU", "ISBN", "Title", "Price", "Qty", "Year", "Signed"], ["A1", 9780140443875, "Romola", 4.1, 2.0, 1863, True],
                  [7, 140443878.0, "=1+1", "5,25", None, None, None], [None, None, "", None], ["TOTAL", None, None, 9.35]):  # fmt: skip
        sheet.append(cells)
    sheet["C5"].data_type = "s"
    book.save(out)
    file = open_stock(io.BytesIO(out.getvalue()), "stock.xlsx")
    rows = list(file.rows)
    assert (file.workbook, file.format, file.head.splitlines()[0]) == (True, F.TABLE, "My stock")
    assert [(row.sku, row.price_minor, row.quantity, row.signed) for row in rows] == [
        ("A1", 410, 2, True),
        ("7", 525, 1, False),
    ]
    assert (rows[0].book.published, rows[1].book.identifiers[0].value, rows[0].raw) == (
        "1863",
        "9780140443875",
        "A1,9780140443875,Romola,4.1,2,1863,yes",
    )


@pytest.mark.parametrize(
    "name",
    [
        "Eliot, George",
        "Martin, George R. R",
        "Seuss, Dr",
        "Press, Oxford",
        "King, Martin Luther",
        "Pratchett, Sir",
        "Čapek, Karel",
        "漢字, 太郎",
    ],
)
def test_names_are_read_as_in_every_table(name):
    _file, [row] = read(f"SKU;Title;Price;Author\nA1;t;4.50;{name}\n")
    assert row.book.contributors == people(name)
