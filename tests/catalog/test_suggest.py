"""Suggestions under the search field."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Work
from catalog.search import suggest
from tests.catalog import search_shelf
from tests.catalog.test_search_words import HOSTILE
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import EditionFactory, ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Work]:
    return search_shelf.stand()


def answer(client: Client, text: str, **headers: str) -> str:
    response = client.get(reverse("catalog:suggest"), {"q": text}, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("m", "Middlemarch"), ("middl", "Middlemarch"), ("george e", "Middlemarch"),
        ("les mis", "Les Misérables"), ("dosto", "Crime and Punishment"), ("孔", "The Analects"),
        ("tess of", "Tess of the d’Urbervilles"), ("austen em", "Emma"),
    ],
)  # fmt: skip
def test_books_are_suggested_from_their_beginnings(
    shelf: dict[str, Work], text: str, first: str
) -> None:
    assert suggest(text, to="GB").books[0].work.title == first


def test_a_title_that_begins_so_comes_first(shelf: dict[str, Work]) -> None:
    assert suggest("emm", to="GB").books[0].work.title == "Emma"


def test_people_shops_and_first_editions_follow_the_books(shelf: dict[str, Work]) -> None:
    shop = SellerFactory(name="Georgian House Books", slug="georgian")
    ListingFactory(
        edition=EditionFactory(work=shelf["Silas Marner"]), first_edition=True, seller=shop
    )
    found = suggest("george", to="GB")
    assert [(n.kind, n.name, n.copies) for n in found.named] == [
        ("author", "George Eliot", 3),
        ("first", "George Eliot", 1),
    ]
    assert [(n.kind, n.copies) for n in suggest("georgian", to="GB").named] == [("shop", 1)]


def test_there_are_six_options_at_most(shelf: dict[str, Work]) -> None:
    for letter in "abcdeghmst":
        found = suggest(letter, to="GB")
        assert len(found.books) <= 3
        assert len(found.books) + len(found.named) <= 6


def test_the_answer_is_options_in_two_named_groups(shelf: dict[str, Work], client: Client) -> None:
    plain = answer(client, "george eliot")
    assert plain == answer(client, "george eliot", hx_request="true")
    assert plain.count('role="option"') == 3
    assert plain.count('role="group"') == 2
    assert 'aria-labelledby="suggest-books"' in plain
    assert shelf["Middlemarch"].get_absolute_url() in plain
    assert "2 copies" in plain
    assert "<html" not in plain


def test_nothing_typed_suggests_nothing(shelf: dict[str, Work], client: Client) -> None:
    for text in ("", "  ", "!?", "zzzz"):
        assert "option" not in answer(client, text)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "\ud800"])
def test_no_text_makes_it_fail(shelf: dict[str, Work], client: Client, text: str) -> None:
    answer(client, text)


def test_it_asks_the_database_three_things(
    shelf: dict[str, Work],
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # 1. the works whose names begin so  2. their cards  3. people and shops with their copies
    with django_assert_num_queries(3):
        answer(client, "george e")
