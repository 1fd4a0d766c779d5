"""Files made to break a reader: refused with a word, or read; never a traceback, never without bounds."""

import gzip
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.importers.record import RefusedFileError
from catalog.importers.stock import Choices, open_stock

_HEAD = "SKU,Title,Price,Description\n"


def read(data, **choices):
    file = open_stock(io.BytesIO(data), "stock", choices=Choices(**choices))
    try:
        return list(file.rows)
    finally:
        file.close()


def refusal(data, **choices):
    with pytest.raises(RefusedFileError) as caught:
        read(data, **choices)
    assert caught.value.problem.remedy
    return caught.value.problem.code


def workbook(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty"), (b" \r\n\n", "empty"), (b"\xff\xfe", "empty"), (b"%PDF-1.7", "format_unknown"), (b"\x89PNG....", "format_unknown"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "format_unknown"), (b'<?xml version="1.0"?><ONIXMessage>', "format_unknown"), (b'{"sku": 1}', "format_unknown"),
    (b"\x01\x02\x03" * 100, "format_unknown"), (b"PK\x03\x04 and no zip", "packed_damaged"), (gzip.compress(gzip.compress(b"x" * 99, mtime=0), mtime=0), "packed_twice"),
    (gzip.compress(b"SKU,Title,Price\n" * 9, mtime=0)[:30], "packed_damaged"), (b"x" * 3_000_000, "line_too_long"), (b"UR|1\nTI|x\nNT|y\n\n" * 200 + b"UR|1\nNT|x\n" + b"more\n" * 300_000, "record_too_long"),
])  # fmt: skip
def test_what_is_refused(data, code):
    assert refusal(data).replace("workbook_damaged", "packed_damaged") == code


def test_an_unknown_encoding_or_field():
    assert refusal(b"a,b\n", encoding="rot13") == "encoding_unknown"
    with pytest.raises(RefusedFileError) as caught:
        open_stock(io.BytesIO(b"a,b\n1,2\n"), "x", {"a": "nonsense"})
    assert caught.value.problem.code == "mapping_unknown"


def test_packed_files():
    text = (_HEAD + "A1,Romola,4.50,x\n").encode()
    assert [row.sku for row in read(gzip.compress(text))] == ["A1"]
    assert [row.sku for row in read(workbook(stock_csv=text))] == ["A1"]


def test_bombs_in_workbooks():
    assert (
        refusal(workbook(xl__workbook_xml="<x/>", xl__sharedStrings_xml=b" " * (160 * 1024 * 1024)))
        == "packed_bomb"
    )
    assert (
        refusal(workbook(xl__workbook_xml='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'))
        == "workbook_entities"
    )
    assert refusal(workbook(xl__workbook_xml="<x/>")) == "workbook_damaged"
    assert (
        refusal(workbook(mimetype="application/vnd.oasis.opendocument.spreadsheet"))
        == "spreadsheet"
    )


def test_huge_fields_zeros_and_controls_are_rows_with_problems():
    rows = read(
        (
            _HEAD + f"A1,{'x' * 900_000},4.50,\nA\x002,Ro\x00mola\x07,4.50,y\n{'A' * 100},t,1.00,\n"
        ).encode()
    )
    assert len(rows[0].book.title) == 500
    assert (rows[1].sku, rows[0].problems[0].code) == ("A2", "text_long") or any(
        one.code == "control_characters" for row in rows for one in row.problems
    )
    assert [one.code for one in rows[2].problems] == ["sku_long"]
    assert len(rows[0].problems[0].value) <= 200


def test_words_do_not_take_long():
    words = (
        "not " * 2000
        + "no " * 500
        + "name on " * 500
        + "inscription by " * 200
        + "first edition, " * 300
        + "<a " * 1000
        + "&#" * 1000
        + "[" * 500
    )
    rows = read(f'{_HEAD}A1,t,1.00,"{words}"\n'.encode())
    assert len(rows[0].notes) <= 4000


def test_memory_does_not_grow_with_the_file():
    line = b"A%d,A title of some length,4.50,A description that is a little longer than the title\n"

    class Endless(io.RawIOBase):
        def __init__(self, rows):
            self.rows, self.at = rows, 0

        def read(self, size=-1):
            self.at += 1000
            if self.at > self.rows:
                return b""
            return (_HEAD.encode() if self.at == 1000 else b"") + b"".join(
                line % (self.at + one) for one in range(1000)
            )

    def peak(rows):
        tracemalloc.start()
        count = sum(1 for _row in open_stock(Endless(rows)).rows)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == rows
        return most

    peak(1000)
    # A file of more than twice the size may not take more than the caches' little.
    assert peak(10_000) < peak(4_000) + 2_000_000


@given(
    data=st.binary(max_size=600)
    | st.text(max_size=300).map(lambda text: (_HEAD + text).encode())
    | st.text('|URTIPN\n"\t;,19.', max_size=300).map(str.encode)
)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_but_a_refusal_is_raised(data):
    try:
        for row in read(data):
            assert row.raw is not None
    except RefusedFileError:
        # Said in words, with a remedy: see ``refusal``.
        pass
