"""What was wrong goes back in the file that was sent; put right there, it is taken."""

import io

from catalog.exporters.stock import StockOut, shape_of, write_report, write_stock, write_workbook
from catalog.importers.stock import StockFormat, open_stock


def report(data, fix=None):
    """Return the report of every row with a problem, as a file; and the rows it has when sent again."""
    file = open_stock(io.BytesIO(data))
    wrong = [
        (row.raw, "; ".join(f"{one.field}: {one.message} {one.remedy}" for one in row.problems))
        for row in file.rows
        if row.problems
    ]
    out = io.BytesIO()
    write_report(out, shape_of(file), wrong)
    again = open_stock(io.BytesIO(out.getvalue().replace(*fix) if fix else out.getvalue()))
    return out.getvalue(), list(again.rows), again


def test_a_tagged_file_gets_a_line():
    data = "user\r\nBOOKS\r\n2024\r\n1:1\r\n\r\nUR|A1\r\nTI|Été\r\nPR|POA\r\nXD|S\r\n\r\nUR|A2\r\nTI|B\r\nPR|5.00\r\nXD|S\r\n\r\n".encode(
        "cp1252"
    )
    sent, [row], file = report(data, (b"PR|POA", b"PR|7.50"))
    assert sent.startswith(b"user\r\nBOOKS\r\n")
    assert "UR|A1\r\nTI|Été\r\nPR|POA\r\nXD|S\r\nERROR|PR: ".encode("cp1252") in sent
    assert (row.sku, row.book.title, row.price_minor, row.problems) == ("A1", "Été", 750, [])
    assert file.format == StockFormat.UIEE


def test_a_table_gets_a_column():
    data = b'SKU;Title;Price;Description\nA1;"Ro;mola";;"two\nlines"\nA2;B;4,50;=cmd()\nA3;C;x\nA4;D;5,00\n'
    sent, rows, _file = report(data, (b'"Ro;mola";;', b'"Ro;mola";6,00;'))
    assert sent.decode().splitlines()[0] == "SKU;Title;Price;Description;Books4All: please correct"
    assert [(row.sku, row.price_minor, row.notes) for row in rows] == [
        ("A1", 600, "two\nlines"),
        ("A3", None, ""),
        ("A4", 500, ""),
    ]
    assert [[one.code for one in row.problems] for row in rows] == [[], ["price_shape"], []]


def test_no_cell_of_a_report_is_a_formula():
    sent, [row], _file = report(b"SKU,Title,Price\n=A1,@B,\n")
    assert b"'=A1,'@B,," in sent
    assert (row.sku, row.book.title) == ("=A1", "@B")


def test_a_table_without_a_header_and_a_workbook():
    out = io.BytesIO()
    copies = [
        StockOut(sku=f"A{at}", quantity=1, price_minor=450, title="T", condition="good")
        for at in range(3)
    ]
    write_stock(out, copies, StockFormat.CHRISLANDS)
    sent, [row], file = report(out.getvalue().replace(b"Good", b"Grim", 1), (b"Grim", b"Fine"))
    assert (file.format, row.condition, row.problems) == (StockFormat.CHRISLANDS, "fine", [])
    out = io.BytesIO()
    write_workbook(out, [*copies, StockOut(sku="", quantity=1, price_minor=1, title="=T")])
    sent, [row], file = report(out.getvalue())
    assert (file.workbook, row.book.title, [one.code for one in row.problems]) == (
        True,
        "=T",
        ["sku_missing"],
    )
    assert sent[:2] == b"PK"
