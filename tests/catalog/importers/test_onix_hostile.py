"""XML that is wrong, or means harm."""

import io
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from catalog.importers.onix import read
from catalog.importers.record import BookRecord, Problem, RefusedFileError
from catalog.importers.xmlfeed import stream as xml_stream
from tests.catalog.importers.onix_files import FULL, IDENTIFIER, codes, message, read_text

DTD = '<!DOCTYPE ONIXMessage SYSTEM "http://www.editeur.org/onix/2.1/reference/onix-international.dtd">'
SMALL = f"<RecordReference>r</RecordReference><NotificationType>03</NotificationType>{IDENTIFIER}"


def titled(title: str) -> str:
    return (
        f"{SMALL}<DescriptiveDetail><TitleDetail><TitleType>01</TitleType><TitleElement>"
        f"<TitleElementLevel>01</TitleElementLevel><TitleText>{title}</TitleText></TitleElement>"
        "</TitleDetail></DescriptiveDetail>"
    )


def refusal(text: str | bytes) -> tuple[list[BookRecord], Problem]:
    found: list[BookRecord] = []
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(RefusedFileError) as caught:
        found.extend(iter(read(io.BytesIO(data))))
    return found, caught.value.problem


def counted(records: Iterator[BookRecord], seen: list[int]) -> None:
    for record in records:
        seen.append(record.number)  # noqa: PERF401 - what was seen before an error counts


def before_the_break(data: bytes) -> tuple[int, Problem]:
    seen: list[int] = []
    with pytest.raises(RefusedFileError) as caught:
        counted(read(io.BytesIO(data)), seen)
    return len(seen), caught.value.problem


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;',
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        "<!ELEMENT ONIXMessage ANY>",
        "",
    ],
    ids=["file", "parameter", "billion laughs", "element", "empty"],
)
def test_a_doctype_with_declarations_is_refused_with_its_line(declarations: str) -> None:
    found, problem = refusal(
        message(
            titled("&x;&c;"), head=f"<?xml version='1.0'?>\n<!DOCTYPE ONIXMessage [{declarations}]>"
        )
    )
    assert (found, problem.code, problem.line) == ([], "doctype", 2)
    assert problem.remedy


@pytest.mark.parametrize(
    "doctype", [DTD, "<!DOCTYPE ONIXMessage>", DTD.replace("SYSTEM", 'PUBLIC "-//x//y"')]
)
def test_a_plain_doctype_is_harmless_and_never_fetched(doctype: str) -> None:
    # The tests have no network but this machine's: fetching would fail.
    [book] = read_text(message(titled("Salt"), head=doctype, namespace=""))
    assert book.title == "Salt"


def test_named_characters_are_read_and_reported_once() -> None:
    books = read_text(
        message(
            titled("Caf&eacute;&reg; &amp; more"), titled("&eacute;&reg;"), head=DTD, namespace=""
        )
    )
    assert [book.title for book in books] == ["Café® & more", "é®"]
    assert [codes(book) for book in books] == [["entity", "entity"], []]
    assert books[0].problems[0].value == "&eacute;"


def test_unknown_names_and_bare_ampersands_stay_as_they_stand() -> None:
    [book] = read_text(message(titled("Simon & Schuster &nosuch; AT&T")))
    assert book.title == "Simon & Schuster &nosuch; AT&T"
    assert codes(book) == ["ampersand", "entity_unknown", "ampersand"]


def test_ampersands_in_cdata_are_nobodys_business() -> None:
    [book] = read_text(message(titled("<![CDATA[Simon & Schuster]]>")))
    assert (book.title, book.problems) == ("Simon & Schuster", [])


def test_latin_bytes_in_a_file_of_utf_8_are_read_and_reported_with_each_record() -> None:
    text = message(titled("Patrícia"), titled("Salt"), titled("Don’t"))
    data = text.replace("í", "\udced").replace("’", "\udc92").encode("utf-8", "surrogateescape")
    books = read_text(data)
    assert [book.title for book in books] == ["Patrícia", "Salt", "Don’t"]
    assert [codes(book) for book in books] == [["bytes_mended"], [], ["bytes_mended"]]
    assert [book.problems[0].line for book in (books[0], books[2])] == [
        books[0].line,
        books[2].line,
    ]


def test_bytes_of_another_alphabet_are_not_guessed_at() -> None:
    good = message(titled("Salt")).rpartition("</ONIXMessage>")[0].encode()
    _found, problem = refusal(
        good + b"\n<Product>" + titled("ZZ").encode().replace(b"ZZ", "Привет".encode("cp1251"))
    )
    assert problem.code == "encoding_broken"
    assert problem.message.startswith("Line 5, column")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"),
        ("iso-8859-1", "iso-8859-1"), ("windows-1252", "windows-1252"), ("utf-8", "UTF-16"),
        ("utf-16", "utf-8"),
    ],
)  # fmt: skip
def test_encodings(encoding: str, declared: str) -> None:
    text = message(titled("Zoé"), head=f'<?xml version="1.0" encoding="{declared}"?>')
    [book] = read_text(text.encode(encoding))
    assert book.title == "Zoé"
    lies = (encoding, declared) in {("utf-8", "UTF-16"), ("utf-16", "utf-8")}
    assert codes(book) == (["encoding_declaration"] if lies else [])


def test_windows_bytes_in_latin_1() -> None:
    data = message(titled("Don’t"), head='<?xml version="1.0" encoding="ISO-8859-1"?>').encode(
        "cp1252"
    )
    [book] = read_text(data)
    assert (book.title, codes(book)) == ("Don’t", ["encoding_declaration"])


@pytest.mark.parametrize("name", ["rot13", "zip", "x-unknown", "utf-7", "unicode_escape"])
def test_encodings_that_are_none(name: str) -> None:
    _found, problem = refusal(message(titled("x"), head=f'<?xml version="1.0" encoding="{name}"?>'))
    assert (problem.code, problem.value) == ("encoding_unknown", name)


def test_control_characters_are_spaces() -> None:
    [first, second] = read_text(message(titled("A\x0bB&#11;C"), titled("D")))
    assert first.title == "A B C"
    assert set(codes(first)) == {"control_characters"}
    assert second.problems == []


def test_what_stands_before_a_break_is_read() -> None:
    text = message(titled("One"), titled("Two"), titled("Three"))
    count, problem = before_the_break(text[: text.index("Three")].encode())
    assert (count, problem.code) == (2, "truncated")
    count, problem = before_the_break(text.replace("Three</TitleText>", "Three</Oops>").encode())
    assert (count, problem.code, problem.line) == (2, "not_well_formed", 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("   ", "not_xml"), ("hello", "not_xml"), ("<html><body/></html>", "not_onix"),
        ("<rss><Product/></rss>", "not_onix"), ("<a>" * 400, "limits"),
        ("<!-- " + "x" * 70_000, "not_xml"), ("<!DOCTYPE html>", "not_xml"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(text: str, code: str) -> None:
    assert refusal(text)[1].code == code


def test_a_record_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "RECORD_LIMIT", 300_000)
    _found, problem = refusal(f"<ONIXMessage><Product>{'<x/>' * 200_000}")
    assert problem.code == "record_too_large"


def test_a_message_without_products_is_empty() -> None:
    assert read_text("<ONIXMessage release='3.0'><Header/><NoProduct/></ONIXMessage>") == []


class Endless(io.RawIOBase):
    """A message as long as one likes, that is nowhere as a whole."""

    def __init__(self, products: int) -> None:
        self._pieces = self._message(products)
        self._held = b""

    @staticmethod
    def _message(products: int) -> Iterator[bytes]:
        yield b"<ONIXMessage>"
        for _ in range(products):
            yield b"<Noise/><Product>" + FULL.encode() + b"</Product>\n"
        yield b"</ONIXMessage>"

    def read(self, size: int = -1) -> bytes:
        while len(self._held) < size and (piece := next(self._pieces, b"")):
            self._held += piece
        data, self._held = self._held[:size], self._held[size:]
        return data


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(products: int) -> int:
        tracemalloc.start()
        count = sum(1 for _ in read(Endless(products)))  # type: ignore[arg-type]
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == products
        return most

    peak(5)
    assert peak(300) < peak(60) + 300_000


def test_many_attributes_and_long_texts_take_no_time() -> None:
    attributes = " ".join(f'a{n}="{n}"' for n in range(20_000))
    begun = time.perf_counter()
    read_text(message(f"{titled('x')}<Note {attributes}/>"))
    # Tags that open and never close, in a description of half a megabyte.
    opened = "<![CDATA[" + "<!-- <p <" * 60_000 + "]]>"
    read_text(
        message(
            f"{titled('x')}<CollateralDetail><TextContent><TextType>03</TextType><Text>{opened}</Text></TextContent></CollateralDetail>"
        )
    )
    assert time.perf_counter() - begun < 5
