"""Every program's words for a book's grade and a jacket's, as ours."""

import pytest

from catalog.constants import Condition, Form, Jacket
from catalog.importers.stock import bindings
from catalog.importers.stock.grades import condition, jacket

C = Condition


@pytest.mark.parametrize(("text", "grade"), [
    ("New", C.NEW), ("As New", C.AS_NEW), ("FINE", C.FINE), ("Near Fine", C.NEAR_FINE), ("VG+", C.VERY_GOOD), ("VG-", C.VERY_GOOD),
    ("Very Good+", C.VERY_GOOD), ("Used - Acceptable", C.FAIR), ("UsedLikeNew", C.AS_NEW), ("used_very_good", C.VERY_GOOD),
    ("Collectible; Good", C.GOOD), ("Reading copy", C.POOR), ("Gebraucht - Sehr gut", C.VERY_GOOD), ("très bon état", C.VERY_GOOD),
    ("Good.", C.GOOD), ("good condition", C.GOOD), ("NF", C.NEAR_FINE), ("Fine-", C.FINE), ("Good to Very Good", C.GOOD), ("VG-Fine", C.VERY_GOOD),
    ("10/10", C.AS_NEW), ("9/10", C.NEAR_FINE), ("Very Good Plus", C.VERY_GOOD), ("Brand New", C.NEW),
])  # fmt: skip
def test_grades(text, grade):
    assert condition(text).condition == grade


@pytest.mark.parametrize(("text", "book", "dj"), [
    ("VG/G", C.VERY_GOOD, Jacket.GOOD), ("VG+/VG", C.VERY_GOOD, Jacket.VERY_GOOD), ("Fine in Near Fine jacket", C.FINE, Jacket.VERY_GOOD),
    ("Good/No DJ", C.GOOD, Jacket.MISSING), ("F/F", C.FINE, Jacket.FINE), ("VG / --", C.VERY_GOOD, Jacket.MISSING), ("Good/n/a", C.GOOD, ""),
])  # fmt: skip
def test_a_grade_with_its_jacket(text, book, dj):
    assert condition(text)[:2] == (book, dj)


@pytest.mark.parametrize("text", ["Spiffy", "Used", "8vo", "Very", "1", "", "Good grief", "/"])
def test_unknown_grades(text):
    assert condition(text) is None


@pytest.mark.parametrize(("text", "grade"), [
    ("No Jacket As Issued", Jacket.NONE_AS_ISSUED), ("No Jacket", Jacket.MISSING), ("No DJ", Jacket.MISSING), ("No dust jacket.", Jacket.MISSING),
    ("None", Jacket.MISSING), ("N/A", ""), ("Very Good DJ", Jacket.VERY_GOOD), ("Near Fine", Jacket.VERY_GOOD), ("Fair", Jacket.WORN), ("Worn", Jacket.WORN),
    ("issued without", Jacket.NONE_AS_ISSUED), ("Good dust wrapper", Jacket.GOOD), ("Dust Jacket Included", ""), ("purple", None),
])  # fmt: skip
def test_jackets(text, grade):
    assert jacket(text) == grade


@pytest.mark.parametrize(("text", "code"), [
    ("Hardcover", "BB"), ("HB w/ dust jacket", "BB"), ("Mass Market Paperback", "BC"), ("Quarter Calf", "BG"), ("Original cloth, gilt", "BB"),
    ("Leinen", "BB"), ("Broschiert", "BC"), ("Stapled Wraps", "BF"), ("Board Book", "BH"), ("BB", "BB"), ("wibble", ""), ("ZZ", "ZZ"),
])  # fmt: skip
def test_bindings(text, code):
    assert bindings.form(text) == code


def test_every_form_that_is_written_reads_back():
    assert {
        code: bindings.form(bindings.written(code)) for code in Form.values if code != "00"
    } == {code: code for code in Form.values if code != "00"}
