"""Tables, as spreadsheets and strangers leave them."""

import io

import pytest

from catalog.importers import table
from catalog.importers.record import Action, BookRecord, RefusedFileError, SeriesIn


def read(text: str | bytes, **kwargs: dict[str, str]) -> list[BookRecord]:
    data = text.encode() if isinstance(text, str) else text
    return list(table.read(io.BytesIO(data), **kwargs))


def codes(book: BookRecord) -> list[str]:
    return [one.code for one in book.problems]


def test_a_plain_table() -> None:
    [book] = read(
        "isbn13,title,authors,publication_year,publisher,  num_pages,language_code,binding,genre\n"
        '9780141439549,"Salt, and Light",George Eliot,1871.0,Quay,304,en-GB,Paperback,Novels;Sea\n'
    )
    assert book.problems == []
    assert (book.title, book.published, book.publisher, book.pages) == (
        "Salt, and Light",
        "1871",
        "Quay",
        304,
    )
    assert (book.language, book.form) == ("eng", "BC")
    assert [(p.name, p.inverted) for p in book.contributors] == [("George Eliot", "Eliot, George")]
    assert [s.code for s in book.subjects] == ["Novels", "Sea"]
    assert book.line == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["ISBN", "Book-Title", "Book-Author"], ["0141439548", 'A "b" c', "X Y"]]
    [book] = read("\r\n".join(delimiter.join(row) for row in rows))
    assert (book.title, book.identifiers[0].value) == ('A "b" c', "9780141439549")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    [book] = read("title,author\nCafé,Zoé R\n".encode(encoding))
    assert book.title == "Café"
    assert codes(book) == (["bytes_mended"] if encoding == "cp1252" else [])


def test_a_byte_that_means_nothing_costs_one_cell_and_not_the_file() -> None:
    first, second = read(b"title,author\nOne man\x81Es,A B\nSalt,C D\n")
    assert (first.title, codes(first)) == ("One man\ufffdEs", ["bytes_mended"])
    assert (second.title, codes(second)) == ("Salt", [])


def test_what_spreadsheets_do_to_isbns() -> None:
    books = read(
        "isbn,isbn13,title\n"
        "141439548,9.78014143955e+12,lost zero and rounded\n"
        "1857,9.78014143955e+12,rounded for good\n"
        ",9780141439549.0,a float\n"
        '"=""0141439548""",,a formula\n'
        "B002XZLEBE,,an ASIN\n"
        "0141439540,0785342303476,wrong and an article\n"
        "6480098,,three zeros\n"
    )
    assert [codes(book) for book in books] == [
        ["isbn_float"], ["isbn_shape", "isbn_float"], ["isbn_float"], [], [], ["isbn_check_digit"], ["isbn_zeros"],
    ]  # fmt: skip
    valid = [[i.value for i in book.identifiers if i.valid] for book in books]
    assert valid == [
        ["9780141439549"], [], [], ["9780141439549"], ["B002XZLEBE"], ["0785342303476"], ["9780006480099"],
    ]  # fmt: skip
    assert "worked out anew" in books[0].problems[0].remedy


def test_rows_cut_in_two_are_put_together() -> None:
    books = read(
        "isbn,title,author,publisher\n"
        "0141439548,One,Sam Warner, Jr.,Quay\n"
        "0141439548,Two,A B,C\n"
        "0141439548,Three,X,Y,Z,W\n"
        "0141439548,Four\n"
    )
    assert books[0].contributors[0].name == "Sam Warner, Jr."
    assert [codes(book) for book in books] == [["row_length"], [], ["row_length"], ["row_length"]]
    assert [book.refused for book in books] == [False, False, True, False]
    [book] = read("ISBN\tTitle\tPublisher\tYear\n0141439548\tOne\tNorton &amp\t Company\t1999\t\n")
    assert (book.publisher, book.published) == ("Norton & Company", "1999")


def test_text_encoded_twice_is_mended_only_when_it_is_certain() -> None:
    books = read(
        "title,author\nErzÃ¤hlungen,A B\nErzÃ?Â¤hlungen,A B\nÃ la carte,A B\nNaïve Ünder,A B\nÂ£5 &amp; more,A B\n"
    )
    assert [book.title for book in books] == [
        "Erzählungen",
        "Erzählungen",
        "Ã la carte",
        "Naïve Ünder",
        "£5 & more",
    ]
    assert [codes(book) for book in books] == [
        ["mojibake"],
        ["mojibake"],
        [],
        [],
        ["markup", "mojibake"],
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("J.K. Rowling, Mary GrandPré", ["J.K. Rowling", "Mary GrandPré"]),
        ("Rowling, J. K.", ["J. K. Rowling"]), ("A B|C D", ["A B", "C D"]), ("A B/C D", ["A B", "C D"]),
        ("Le Guin, Ursula K.", ["Ursula K. Le Guin"]), ("Warner, Sam, Jr.", ["Sam Warner, Jr."]),
        ("Orwell, George; Huxley, Aldous", ["George Orwell", "Aldous Huxley"]),
        ("A B & C D", ["A B", "C D"]), ("N/A", []), ("Jefferson, Thomas, 1743-1826", ["Thomas Jefferson"]),
        ("University of Leeds, Press", ["University of Leeds", "Press"]),
    ],
)  # fmt: skip
def test_names_in_a_cell(text: str, names: list[str]) -> None:
    [book] = read(f'title;author\nX;"{text}"\n')
    assert [p.name for p in book.contributors] == names


def test_roles_in_brackets() -> None:
    [book] = read('title;author\nX;"Ann Orr|Cy Lo (Illustrator)"\n')
    assert [p.roles for p in book.contributors] == [("A01",), ("A12",)]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("9/16/2006", "2006-09-16"), ("July 1, 2001", "2001-07-01"), ("September 2006", "2006-09"),
        ("2006-09-16", "2006-09-16"), ("c1989.", "1989"), ("746 [1985 or 1986]", "1985"), ("-750", "-750"),
        ("0", ""), ("16.9.2006", "2006-09-16"), ("1871.0", "1871"), ("13/2/1999", "1999-02-13"),
    ],
)  # fmt: skip
def test_dates(text: str, read_as: str) -> None:
    [book] = read(f'title;date\nX;"{text}"\n')
    assert book.published == read_as


def test_empty_in_many_words() -> None:
    [book] = read("title\tlanguage\tpublisher\tpages\nNull Island\tN/A\tnan\tN/A\n")
    assert (book.title, book.language, book.publisher, book.pages, book.problems) == (
        "Null Island",
        "",
        "",
        None,
        [],
    )


def test_series_in_titles_and_works_by_key() -> None:
    [first, second] = read(
        'title,work_key,series,series_number\n"Salt (Quays, #2)",salt/x,,\nSalt,salt/x,Quays,2.0\n'
    )
    assert first.title == second.title == "Salt"
    assert first.series == second.series == [SeriesIn("Quays", "2")]
    assert first.work_reference == second.work_reference == "salt/x"


def test_a_mapping_says_what_columns_are() -> None:
    [book] = read("Kennung,Werk\n0141439548,Salz\n", mapping={"Kennung": "isbn", "werk": "title"})
    assert (book.title, book.identifiers[0].valid) == ("Salz", True)
    [first, _second] = read(
        "0141439548,x,Salz\n0141439548,x,Licht\n", mapping={"1": "isbn", "3": "title"}
    )
    assert (first.title, first.number, first.line) == ("Salz", 1, 1)


def test_a_table_without_titles_adds_to_known_books() -> None:
    [book] = read("isbn13,description\n9780141439549,Long.\n")
    assert (book.action, book.refused, book.present) == (
        Action.PARTIAL,
        False,
        {"identifiers", "description"},
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), ("tag_id,tag_name\n1,x\n", "no_columns"), ('title,isbn\n"open,1\n' + "x" * 1_100_000, "table_broken"),
        (b"title\n" + "Привет".encode("cp1251"), "encoding_broken"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(RefusedFileError) as caught:
        read(text)
    assert caught.value.problem.code == code
    with pytest.raises(RefusedFileError):
        read("a\n", mapping={"a": "nonsense"})


def test_titles_on_two_lines_and_authors_with_dates() -> None:
    [book] = read(
        'gutenberg_id,title,authors,author_dates\n7,"Salt\nA Tale","Orr, Ann",1743-1826\n'
    )
    assert (book.title, book.subtitle, book.reference) == ("Salt", "A Tale", "7")
    assert (book.contributors[0].born, book.contributors[0].died) == (1743, 1826)
