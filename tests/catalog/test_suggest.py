"""Suggestions under the search field."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.constants import SellerStatus
from accounts.models import Seller
from catalog.models import Suggestion, Work
from catalog.models.suggestions import Suggested
from catalog.search import beginnings, suggestions
from tests.catalog import search_shelf
from tests.catalog.test_search_words import HOSTILE
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    EditionFactory,
    ListingFactory,
    SeriesEntryFactory,
    SeriesFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Work]:
    return search_shelf.stand()


def settle() -> None:
    search_shelf.catch_up()
    beginnings.settle()


def answer(client: Client, text: str, **headers: str) -> str:
    search_shelf.catch_up()
    return asked(client, text, **headers)


def asked(client: Client, text: str, **headers: str) -> str:
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
    assert search_shelf.suggest(text).books[0].work.title == first


def test_a_title_that_begins_so_comes_first(shelf: dict[str, Work]) -> None:
    assert search_shelf.suggest("emm").books[0].work.title == "Emma"


def test_people_shops_and_first_editions_follow_the_books(shelf: dict[str, Work]) -> None:
    shop = SellerFactory(name="Georgian House Books", slug="georgian")
    ListingFactory(
        edition=EditionFactory(work=shelf["Silas Marner"]), first_edition=True, seller=shop
    )
    found = search_shelf.suggest("george")
    assert [(n.kind, n.name, n.copies) for n in found.named] == [
        ("author", "George Eliot", 3),
        ("first", "George Eliot", 1),
    ]
    assert [(n.kind, n.copies) for n in search_shelf.suggest("georgian").named] == [("shop", 1)]


def test_there_are_six_options_at_most(shelf: dict[str, Work]) -> None:
    for letter in "abcdeghmst":
        found = search_shelf.suggest(letter)
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


def test_it_asks_the_database_two_things(
    shelf: dict[str, Work],
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    search_shelf.catch_up()
    # 1. works, people, series and shops that begin so, with copies  2. the works' cards
    settle()
    for text in ("george e", "gerge eliot"):
        with django_assert_num_queries(2):
            assert "Middlemarch" in asked(client, text)
    # 1. nothing begins so
    with django_assert_num_queries(1):
        asked(client, "zzyzx")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("midle", "Middlemarch"), ("middel", "Middlemarch"), ("niddl", "Middlemarch"),
        ("midddle", "Middlemarch"), ("gorge eliot", "Middlemarch"), ("emma jane asuten", "Emma"), ("gerog", "Middlemarch"),
        ("shakesqe", "Hamlet"), ("hsakes", "Hamlet"), ("dostojev", "Crime and Punishment"),
        ("crime punisment", "Crime and Punishment"),
    ],
)  # fmt: skip
def test_a_slip_is_forgiven_from_the_fifth_letter_on(
    shelf: dict[str, Work], text: str, first: str
) -> None:
    settle()
    assert search_shelf.suggest(text).books[0].work.title == first
    assert not search_shelf.suggest("hmal").books


def test_a_slip_is_forgiven_only_where_nothing_begins_so(shelf: dict[str, Work]) -> None:
    for title in ("Middlemarsh Revisited", "Another Middlemarsh"):
        WorkFactory(title=title, popularity=0)
    settle()
    titles = [card.work.title for card in search_shelf.suggest("middlemars").books]
    assert titles == ["Middlemarsh Revisited", "Another Middlemarsh"]


def test_what_is_called_just_that_is_there_however_little_known(shelf: dict[str, Work]) -> None:
    for n in range(5):
        WorkFactory(title=f"Emmaus {n}", popularity=100 + n)
    settle()
    Suggestion.objects.filter(key="emma").update(tier=3)
    assert [c.work.title for c in search_shelf.suggest("emma").books] == [
        "Emma",
        "Emmaus 4",
        "Emmaus 3",
    ]


def test_series_are_suggested(shelf: dict[str, Work], client: Client) -> None:
    series = SeriesFactory(name="Provincial Lives", slug="provincial-lives")
    SeriesEntryFactory(series=series, work=shelf["Middlemarch"])
    assert [(n.kind, n.name, n.copies) for n in search_shelf.suggest("provin").named] == [
        ("series", "Provincial Lives", 1)
    ]
    assert 'href="/series/provincial-lives/"' in answer(client, "provincial l")


def test_shops_follow_their_name_and_status_at_once(client: Client) -> None:
    shop = SellerFactory(name="Smith’s Ångström & Söhne", slug="smiths")
    for text in ("smiths", "angstrom so", "sohne"):
        assert 'href="/shops/smiths/"' in answer(client, text), text
    Seller.objects.filter(pk=shop.pk).update(name="Quill")
    assert [n.name for n in search_shelf.suggest("quil").named] == ["Quill"]
    assert not search_shelf.suggest("smiths").named
    Seller.objects.filter(pk=shop.pk).update(status=SellerStatus.SUSPENDED)
    assert not Suggestion.objects.filter(kind=Suggested.SHOP).exists()


def test_more_copies_than_anybody_counts(
    shelf: dict[str, Work], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "MOST_WORKS_COUNTED", 1)
    assert "more than 2 copies" in answer(client, "george eliot")


def test_what_is_gone_is_not_suggested() -> None:
    search_shelf.stand(copies=False)["Emma"].delete()
    assert not search_shelf.suggest("emma").books
    settle()
    assert not Suggestion.objects.filter(key="emma").exists()


def test_tiers_are_by_weight(shelf: dict[str, Work], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "TIERS", (1, 3, 6))
    settle()
    tiers = dict(Suggestion.objects.filter(kind=Suggested.WORK).values_list("key", "tier"))
    assert (tiers["hamlet"], tiers["middlemarch"], tiers["crime and punishment"]) == (0, 1, 1)
    assert sorted(tiers.values()) == [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]
    # An author weighs as much as the books.
    assert Suggestion.objects.get(key="george eliot").weight == 150


def test_the_answer_is_kept_for_a_minute(shelf: dict[str, Work], client: Client) -> None:
    for name in ("suggest", "suggest_json"):
        response = client.get(reverse(f"catalog:{name}"), {"q": "emma"})
        assert "public, max-age=60" in response.headers["Cache-Control"]


def test_a_browser_gets_the_four_arrays_of_opensearch(
    shelf: dict[str, Work], client: Client, settings: Any
) -> None:
    search_shelf.catch_up()
    response = client.get(reverse("catalog:suggest_json"), {"q": "george e"})
    assert response.headers["Content-Type"] == "application/x-suggestions+json"
    text, names, lines, urls = response.json()
    assert text == "george e"
    assert names == ["Middlemarch", "Silas Marner", "George Eliot"]
    assert lines == ["George Eliot", "George Eliot", "author, 2 copies"]
    assert urls[0] == settings.PUBLIC_URL + shelf["Middlemarch"].get_absolute_url()
    assert client.get(reverse("catalog:suggest_json")).json() == ["", [], [], []]
