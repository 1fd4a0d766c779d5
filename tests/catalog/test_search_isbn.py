"""An ISBN in any form leads to the edition that bears it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import isbn as stdnum_isbn

from catalog.constants import IdentifierType
from catalog.models import Edition
from catalog.search import Query
from catalog.search.identifiers import expected_digit
from tests.catalog import search_shelf
from tests.catalog.search_shelf import search
from tests.factories.catalog import EditionFactory, IdentifierFactory, ListingFactory

pytestmark = pytest.mark.django_db

ISBN = "9780141439549"
# 0-19-853453-1 lost its zero in somebody's spreadsheet.
ZERO = "9780198534532"


@pytest.fixture
def edition() -> Edition:
    works = search_shelf.stand()
    edition: Edition = EditionFactory(work=works["Middlemarch"])
    IdentifierFactory(edition=edition, value=ISBN)
    IdentifierFactory(edition=EditionFactory(work=works["Emma"]), value=ZERO)
    ListingFactory(edition=edition, price_minor=450)
    ListingFactory(edition=edition, price_minor=900)
    return edition


@pytest.mark.parametrize(
    "text",
    [
        ISBN, "978-0-14-143954-9", "978 0 14 143954 9", "ISBN 978-0-14-143954-9", "isbn:9780141439549",
        "ISBN-13: 978‑0‑14‑143954‑9", "0141439548", "0-14-143954-8", "ISBN-10 0 14 143954 8",
        "141439548", "９７８０１４１４３９５４９", " 9780141439549 ", "EAN 9780141439549",
        "Middlemarch 9780141439549", "middlemarch penguin 978-0-14-143954-9",
    ],
)  # fmt: skip
def test_any_form_of_an_isbn_finds_its_edition_on_top(edition: Edition, text: str) -> None:
    results = search(Query(text=text))
    assert results.isbn
    assert [(f.edition.pk, f.copies) for f in results.isbn.editions] == [(edition.pk, 2)]
    assert str(results.isbn.editions[0].from_price) == "£7.30"  # £4.50 and £2.80 post
    assert [hit.card.work.title for hit in results.hits] == ["Middlemarch"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ten=st.booleans(),
    label=st.sampled_from(["", "ISBN ", "isbn:", "ISBN-13 ", "e-ISBN "]),
    gaps=st.lists(st.sampled_from(["", "", "-", " ", "–"]), min_size=13, max_size=13),
)
def test_separators_may_stand_anywhere(
    edition: Edition, ten: bool, label: str, gaps: list[str]
) -> None:
    digits = "0141439548" if ten else ISBN
    text = label + "".join(d + g for d, g in zip(digits, gaps, strict=False))
    results = search(Query(text=text))
    assert results.isbn
    assert [found.edition.pk for found in results.isbn.editions] == [edition.pk]


def test_a_lost_leading_zero_is_put_back(edition: Edition) -> None:
    results = search(Query(text="198534531"))
    assert [hit.card.work.title for hit in results.hits] == ["Emma"]


def test_a_wrong_check_digit_is_said_with_the_right_one(edition: Edition) -> None:
    results = search(Query(text="978-0-14-143954-8"))
    assert not results.hits
    assert results.isbn
    assert (results.isbn.isbn13, results.isbn.expected) == ("", "9")


@pytest.mark.parametrize(
    "text",
    [
        "978-0-14-143954-8",  # the check digit
        "9780141493549",  # two neighbours swapped
        "9780141438549",  # one digit wrong
        "978014143949",  # one left out
        "0-14-143954-1", "isbn 0141439541 middlemarch",
    ],
)  # fmt: skip
def test_a_wrong_number_names_the_book_one_slip_away(edition: Edition, text: str) -> None:
    results = search(Query(text=text))
    assert results.isbn
    assert not results.isbn.editions
    assert [found.edition.pk for found in results.isbn.meant] == [edition.pk]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("LCCN 78-890351", "78890351", IdentifierType.LCCN),
        ("lccn:2001-2", "2001000002", IdentifierType.LCCN),
        ("OCLC 12345678", "12345678", IdentifierType.OCLC),
        ("(OCoLC)ocm00012345", "12345", IdentifierType.OCLC),
    ],
)
def test_a_library_s_number_leads_to_its_book(
    edition: Edition, text: str, value: str, kind: IdentifierType
) -> None:
    IdentifierFactory(edition=edition, value=value, type=kind)
    results = search(Query(text=text))
    assert [hit.card.work for hit in results.hits] == [edition.work]


def test_a_number_printed_wrong_in_the_book_is_found_all_the_same(edition: Edition) -> None:
    misprinted = EditionFactory(work=edition.work)
    IdentifierFactory(edition=misprinted, value="9780141439541", type=IdentifierType.ISBN13)
    results = search(Query(text="9780141439541"))
    assert results.isbn
    assert [found.edition.pk for found in results.isbn.editions] == [misprinted.pk]


def test_a_right_isbn_that_nobody_lists_finds_nothing_else(edition: Edition) -> None:
    results = search(Query(text="9780306406157"))
    assert results.isbn
    assert (results.isbn.isbn13, results.hits) == ("9780306406157", [])


def test_a_short_number_is_an_isbn_only_if_it_is_no_word(edition: Edition) -> None:
    assert search(Query(text="1984")).isbn is None
    # A right ISBN-10 but for its zeros, and a date.
    assert search(Query(text="19840101")).isbn
    work = edition.work
    work.title = "Diary 19840101"
    work.save()
    results = search(Query(text="19840101"))
    assert (results.isbn, results.works) == (None, 1)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_the_digit_said_to_be_right_is(first: str) -> None:
    ten = first + expected_digit(first + "0")
    assert stdnum_isbn.is_valid(ten)
    thirteen = "978" + first
    assert stdnum_isbn.is_valid(thirteen + expected_digit(thirteen + "0"))
