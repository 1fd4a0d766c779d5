"""Whether two descriptions are of one book: the weights, the threshold, and what is too thin."""

import pytest

from books4all.lib.names import spelling_key
from catalog.services.matching import (
    DATE_MISMATCH,
    DOUBTFUL,
    ISBN,
    ISBN_MISMATCH,
    KEYWORDS,
    THRESHOLD,
    Described,
    is_thin,
    same_title,
    score,
    share_people,
    title_contradicts,
    title_keys,
)


def book(title: str = "The Sea Road", *people: str, **more: object) -> Described:
    keys = frozenset(spelling_key(name) for name in people or ("Margit Holm",))
    year = more.pop("year", None)
    published = str(more.pop("published", "") or year or "")
    return Described(
        title=title,
        people=keys,
        published=published,
        year=int(published[:4]) if published else None,
        **more,  # type: ignore[arg-type]
    )


def points(one: Described, other: Described) -> dict[str, int]:
    return {fact.what: fact.points for fact in score(one, other).evidence}


def test_title_author_and_date_are_enough() -> None:
    assert score(book(year=1987), book(year=1987)).points == 600 + 125 + 200 >= THRESHOLD


def test_title_and_author_alone_are_asked_about() -> None:
    found = score(book(), book())
    assert DOUBTFUL <= found.points < THRESHOLD
    assert not found.contradicted


def test_an_isbn_alone_proves_little() -> None:
    number = frozenset({"9780141439549"})
    found = score(book(isbns=number), book("Gardening on Mars", "Zed", isbns=number))
    assert points(book(isbns=number), book(isbns=number))["isbn"] == ISBN == 85
    assert found.points < 0
    assert points(book(isbns=number), book(isbns=frozenset({"9780000000002"})))["isbn"] == (
        ISBN_MISMATCH
    )


def test_a_wrong_date_outweighs_everything() -> None:
    everything = {"publisher": "quay press", "pages": 212, "form": "BB"}
    found = score(book(year=1987, **everything), book(year=1988, **everything))
    assert points(book(year=1987), book(year=1988))["date"] == DATE_MISMATCH
    assert found.points < DOUBTFUL


def test_a_partial_date_agrees_with_a_fuller_one() -> None:
    assert points(book(published="1987"), book(published="1987-03-01"))["date"] == 200
    assert points(book(published="1987-04"), book(published="1987-03"))["date"] == DATE_MISMATCH


def test_keywords_are_worth_less_than_a_whole_title() -> None:
    found = points(book("The Sea Road to Bergen"), book("Sea Road North"))["title"]
    assert 0 < found <= KEYWORDS


def test_hardback_and_paperback_are_two() -> None:
    found = score(book(year=1987, form="BB"), book(year=1987, form="BC"))
    assert found.points < THRESHOLD
    assert found.contradicted


def test_a_translation_is_another_edition() -> None:
    assert score(book(year=1987, language="eng"), book(year=1987, language="nor")).contradicted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The Trial", "Trial: A Novel", True),
        ("THE TRIAL", "Trial (Penguin Classics)", True),
        ("Gulliver’s Travels", "Gulliver's travels", True),
        ("Sense & Sensibility", "Sense and Sensibility", True),
        ("Don Quixote", "Don Quixote: Part 2", False),
        ("Henry IV: Part 1", "Henry IV: Part 2", False),
        ("Bleak House", "The Bleak Houses", False),
        ("Преступление и наказание", "ПРЕСТУПЛЕНИЕ И НАКАЗАНИЕ", True),
        ("罪と罰", "罪と罰", True),
        ("???", "!!!", False),
    ],
)
def test_titles_of_one_work(one: str, other: str, same: bool) -> None:
    assert same_title(title_keys(one), title_keys(other)) is same


@pytest.mark.parametrize(
    ("title", "people", "published", "publisher", "thin"),
    [
        ("Sea Road", ["Margit Holm"], "1987", "Quay", False),
        ("Sea Road", [], "1987", "", False),
        ("", ["Margit Holm"], "1987", "Quay", True),
        ("????", ["Margit Holm"], "1987", "Quay", True),
        ("Sea Road", ["Unknown"], "1987", "Quay", True),
        ("Sea Road", ["Unknown", "Margit Holm"], "1987", "Quay", False),
        ("Sea Road", ["Margit Holm"], "1900-01-01", "", True),
        ("Sea Road", ["Margit Holm"], "1900", "Quay", False),
    ],
)
def test_thin_records(
    title: str, people: list[str], published: str, publisher: str, thin: bool
) -> None:
    found = is_thin(title=title, people=people, published=published, publisher=publisher)
    assert found is thin


def test_people_share_a_name_in_any_spelling_or_with_initials() -> None:
    def shared(one: str, other: str) -> bool:
        return bool(share_people([spelling_key(one)], [spelling_key(other)]))

    assert shared("Tolkien, J. R. R.", "J.R.R. Tolkien")
    assert shared("J. Tolkien", "John Ronald Reuel Tolkien")
    assert shared("Fyodor Dostoyevsky", "Фёдор Достоевский")
    assert not shared("John Smith", "Mary Smith")
    assert not shared("Smith", "Mary Smithson")


def test_when_a_title_contradicts_an_isbn() -> None:
    assert title_contradicts(book(), book("Gardening on Mars", "Zed"))
    assert not title_contradicts(book(), book("The Sea Road (Northern Lights, #1)"))
    # A translation under one number, or the title in its own script, is no contradiction.
    assert not title_contradicts(
        book("The Double", "Fyodor Dostoevsky", language="eng"),
        book("Двойник", "Фёдор Достоевский", language="rus"),
    )
