"""MARC 21, binary and XML."""

import io
from typing import Any

import pytest
from pymarc import Field, Indicators, Record, Subfield

from catalog.importers import marc
from catalog.importers.record import Action, BookRecord, RefusedFileError, SeriesIn


def field(tag: str, indicators: str = "  ", **subfields: Any) -> Field:
    parts = []
    for code, values in subfields.items():
        several = values if isinstance(values, list) else [values]
        parts += [Subfield(code.strip("_"), value) for value in several]
    return Field(tag=tag, indicators=Indicators(*indicators), subfields=parts)


def record(
    *fields: Field, fixed: str = "891108s1989    enk           000 1 eng d", status: str = "n"
) -> Record:
    made = Record(force_utf8=True)
    made.leader = f"00000{status}am a2200000   4500"  # type: ignore[assignment]
    made.add_field(Field(tag="001", data="ocm1"), Field(tag="008", data=fixed), *fields)
    return made


def read(*records: Record) -> list[BookRecord]:
    return list(marc.read(io.BytesIO(b"".join(one.as_marc() for one in records))))


TITLE = field(
    "245",
    "14",
    a="The lamp :",
    b="a tale /",
    c="by Ann Orr ; translated by Ben Ray ; illustrated by Cy Lo.",
)


def test_a_whole_record() -> None:
    [book] = read(record(
        TITLE,
        field("010", a="   89012345 "), field("020", a="0141439548 (pbk.) :", c="£2"),
        field("020", z="9780141439549"), field("035", a="(OCoLC)ocm00012345"),
        field("041", "1 ", a="eng", h="rus"), field("240", "10", a="Lampa.", l="English"),
        field("100", "1 ", a="Orr, Ann,", d="1812-1870"), field("246", "3 ", a="Lamp, The"),
        field("250", a="2nd ed., revised."),
        field("264", " 1", a="London :", b="Quay Press,", c="[1989]"), field("264", " 4", c="©1988"),
        field("300", a="xii, 304 p. :", c="23 cm."), field("490", "1 ", a="Quays ;", v="v. 3"),
        field("830", " 0", a="Quays (London) ;", v="3."), field("520", a="About a lamp."),
        field("650", " 0", a="Lamps", x="History", y="19th century."), field("653", a="light"),
        field("655", " 7", a="Tales.", _2="lcgft"), field("700", "1 ", a="Ray, Ben."),
        field("700", "1 ", a="Lo, Cy,", e="illustrator."), field("700", "12", a="Poe, E.", t="Raven."),
        field("710", "2 ", a="Quay Press,", e="publisher."), field("776", z="9780141439549"),
    ))  # fmt: skip
    assert book.problems == []
    assert (book.title, book.subtitle, book.sort_title) == ("The lamp", "a tale", "Lamp")
    assert book.original_title == "Lampa"
    assert book.other_titles == ["Lamp, The"]
    assert [(p.name, p.inverted, p.roles, p.born) for p in book.contributors] == [
        ("Ann Orr", "Orr, Ann", ("A01",), 1812),
        ("Ben Ray", "Ray, Ben", ("B06",), None),
        ("Cy Lo", "Lo, Cy", ("A12",), None),
    ]
    assert {(i.type, i.value, i.valid) for i in book.identifiers} == {
        ("15", "9780141439549", True), ("13", "89012345", True), ("23", "12345", True),
    }  # fmt: skip
    assert (book.language, book.original_language) == ("eng", "rus")
    assert (book.place, book.publisher, book.published) == ("London", "Quay Press", "1989")
    assert (book.edition_number, book.pages, book.height_mm) == (2, 304, 230)
    assert book.series == [SeriesIn("Quays (London)", "3")]
    assert [(s.scheme, s.code) for s in book.subjects] == [
        ("04", "Lamps -- History -- 19th century"), ("19", "Tales"), ("20", "light"),
    ]  # fmt: skip
    assert (book.description, book.form) == ("About a lamp.", "")
    assert book.related[0].relation == "06"


def test_other_scripts_are_other_names_and_titles() -> None:
    [book] = read(record(
        field("100", "1 ", _6="880-01", a="Ṭal, Avraham."), field("245", "10", _6="880-02", a="Sefer :", b="shir."),
        field("880", "1 ", _6="100-01/(2/r", a="טל, אברהם."), field("880", "10", _6="245-02/(2/r", a="ספר :", b="שיר."),
    ))  # fmt: skip
    assert book.contributors[0].other_names == ("טל, אברהם",)
    assert book.other_titles == ["ספר", "ספר: שיר"]


@pytest.mark.parametrize(
    ("printed", "value", "valid", "problem"),
    [
        ("0141439548", "9780141439549", True, []), ("0-14-143954-8 (hbk.)", "9780141439549", True, []),
        ("0141439548295", "9780141439549", True, ["isbn_run_on"]),
        ("0141439540", "0141439540", False, ["isbn_check_digit"]),
        ("HL00361126 :", "HL00361126 :", False, ["isbn_shape"]),
    ],
)  # fmt: skip
def test_isbns_gone_wrong(printed: str, value: str, valid: bool, problem: list[str]) -> None:
    [book] = read(record(TITLE, field("020", a=printed)))
    assert (book.identifiers[0].value, book.identifiers[0].valid) == (value, valid)
    assert [p.code for p in book.problems] == problem


def test_marc_8() -> None:
    data = record(field("245", "10", a="Caf#e")).as_marc()
    # The acute stands before its letter, in one byte.
    [book] = marc.read(io.BytesIO(data[:9] + b" " + data[10:].replace(b"Caf#e", b"Caf\xe2e")))
    assert (book.title, book.problems) == ("Café", [])


def test_a_leader_that_lies_about_utf_8_is_reported_once() -> None:
    made = record(field("245", "10", a="Café"))
    data = made.as_marc()
    data = data[:9] + b" " + data[10:]
    books = list(marc.read(io.BytesIO(data + data)))
    assert [book.title for book in books] == ["Café", "Café"]
    assert [[p.code for p in book.problems] for book in books] == [["encoding_declaration"], []]


def test_a_broken_record_never_stops_the_file() -> None:
    good = record(TITLE).as_marc()
    lies = good[:12] + b"99999" + good[17:]
    books = list(
        marc.read(io.BytesIO(good + b"00026garbage without fields\x1d" + lies + b"\r\n" + good))
    )
    assert [book.title for book in books] == ["The lamp", "", "The lamp", "The lamp"]
    assert [book.refused for book in books] == [False, True, False, False]
    assert [p.code for p in books[2].problems] == ["marc_directory"]


def test_files_that_are_no_marc_or_cut_off() -> None:
    with pytest.raises(RefusedFileError) as caught:
        list(marc.read(io.BytesIO(b"Dear Sir,\x1d")))
    assert caught.value.problem.code == "not_marc"
    good = record(TITLE).as_marc()
    records = marc.read(io.BytesIO(good + good[:-40]))
    assert next(records).title == "The lamp"
    with pytest.raises(RefusedFileError) as caught:
        next(records)
    assert caught.value.problem.code == "truncated"


def test_deletions() -> None:
    [book] = read(record(TITLE, status="d"))
    assert book.action == Action.DELETE


def test_marcxml_under_the_guards_of_xml() -> None:
    xml = (
        '<collection xmlns="http://www.loc.gov/MARC21/slim">\n<record><leader>00663nam a2200229Ia 4500</leader>'
        '<controlfield tag="001">x1</controlfield><datafield tag="245" ind1="1" ind2="2">'
        '<subfield code="a">A carol</subfield></datafield></record></collection>'
    )
    [book] = marc.read_xml(io.BytesIO(xml.encode()))
    assert (book.title, book.sort_title, book.reference, book.line) == ("A carol", "Carol", "x1", 2)
    with pytest.raises(RefusedFileError) as caught:
        list(marc.read_xml(io.BytesIO(b'<!DOCTYPE a [<!ENTITY x "y">]>' + xml.encode())))
    assert caught.value.problem.code == "doctype"
