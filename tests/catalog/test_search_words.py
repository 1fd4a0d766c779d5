"""Finding books by words: as they are, as people remember them, and as nobody would type them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.constants import ListingStatus, Role
from catalog.models import Listing, SearchDocument, Work
from catalog.search import Query, Results, index, rebuild
from catalog.search.text import asked, clean, words
from tests.catalog import search_shelf
from tests.catalog.search_shelf import search
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    PublisherFactory,
    SeriesEntryFactory,
    SeriesFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> dict[str, Work]:
    return search_shelf.stand()


def find(text: str, **filters: object) -> Results:
    return search(Query(text=clean(text), **filters))  # type: ignore[arg-type]


def titles(results: Results) -> list[str]:
    return [hit.card.work.title for hit in results.hits]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("middlemarch", "Middlemarch"),
        ("MIDDLEMARCH  by George Eliot", "Middlemarch"),
        ("eliot silas", "Silas Marner"),
        ("les miserables", "Les Misérables"),
        ("Les Misérables", "Les Misérables"),
        ("les mise", "Les Misérables"),
        ("d'urbervilles", "Tess of the d’Urbervilles"),
        ("durbervilles", "Tess of the d’Urbervilles"),
        ("urbervilles tess", "Tess of the d’Urbervilles"),
        ("moby dick", "Moby-Dick; or, The Whale"),
        ("moby-dick", "Moby-Dick; or, The Whale"),
        ("whales", "Moby-Dick; or, The Whale"),
        ("достоевский", "Crime and Punishment"),
        ("преступление", "Crime and Punishment"),
        ("dostoevsky crime", "Crime and Punishment"),
        ("論語", "The Analects"),
        ("孔子", "The Analects"),
        ("soren odegard", "Ærø Digte"),
        ("aero digte", "Ærø Digte"),
        ("ﬁnd the whale", None),
    ],
)
def test_a_book_is_found_however_it_is_spelt(
    shelf: dict[str, Work], text: str, title: str | None
) -> None:
    results = find(text)
    if title is None:
        assert results.corrected
    else:
        assert titles(results)[0] == title
        assert not results.corrected


@pytest.mark.parametrize(
    ("typed", "meant", "title"),
    [
        ("midlemarch", "middlemarch", "Middlemarch"),
        ("midlemarch elliot", "middlemarch eliot", "Middlemarch"),
        ("middlemarch signed elliot", "middlemarch eliot", "Middlemarch"),
        ("dostojewsky", "dostoyevsky", "Crime and Punishment"),
        ("shakspere", "shakespeare", "Hamlet"),
        ("Jane Austin", "jane austen", "Emma"),
        ("moby dck", "moby dick", "Moby-Dick; or, The Whale"),
        ("les misrables", "les miserables", "Les Misérables"),
        ("tess durbervile", "tess durbervilles", "Tess of the d’Urbervilles"),
    ],
)
def test_misspelt_words_are_read_as_the_names_nearest_to_all_of_them(
    shelf: dict[str, Work], typed: str, meant: str, title: str
) -> None:
    results = find(typed)
    assert results.corrected == meant
    assert titles(results)[0] == title


def test_words_like_nothing_find_nothing(shelf: dict[str, Work]) -> None:
    results = find("zzyzx qwrtp")
    assert (results.hits, results.corrected, results.matched) == ([], "", 0)


def test_right_words_are_not_corrected_because_of_filters(shelf: dict[str, Work]) -> None:
    results = find("middlemarch", signed=True)
    assert (results.hits, results.corrected, results.matched) == ([], "", 1)


def test_the_very_title_comes_before_more_popular_books(shelf: dict[str, Work]) -> None:
    other = WorkFactory(
        title="Emma and Her Friends", sort_title="emma and her friends", popularity=9999
    )
    ListingFactory(edition=EditionFactory(work=other))
    index.refresh([other.pk])
    assert titles(find("emma")) == ["Emma", "Emma and Her Friends"]


def test_titles_and_authors_weigh_more_than_descriptions(shelf: dict[str, Work]) -> None:
    told = WorkFactory(
        title="A Reader’s Companion", popularity=90, description="On George Eliot and George Eliot."
    )
    ListingFactory(edition=EditionFactory(work=told))
    index.refresh([told.pk])
    assert titles(find("george eliot")) == ["Middlemarch", "Silas Marner", "A Reader’s Companion"]


def test_publishers_series_translators_and_other_titles_are_searched() -> None:
    work = WorkFactory(title="War and Peace")
    edition = EditionFactory(
        work=work, title="Krieg und Frieden", publisher=PublisherFactory(name="Insel Verlag")
    )
    ContributionFactory(
        work=work,
        edition=edition,
        person=PersonFactory(name="Marianne Kegel"),
        role=Role.TRANSLATOR,
    )
    SeriesEntryFactory(work=work, series=SeriesFactory(name="Everyman’s Library"))
    ListingFactory(edition=edition)
    index.refresh([work.pk])
    for text in ("insel", "kegel", "everyman library", "everymans library", "krieg frieden"):
        assert titles(find(text)) == ["War and Peace"], text


def test_nothing_typed_is_everything_on_sale_by_popularity(shelf: dict[str, Work]) -> None:
    Listing.objects.filter(edition__work=shelf["Hamlet"]).update(status=ListingStatus.PAUSED)
    results = find("")
    assert titles(results)[:3] == ["Middlemarch", "Crime and Punishment", "Emma"]
    assert "Hamlet" not in titles(results)
    assert (results.works, results.copies, results.unsold) == (10, 10, 0)


def test_books_without_a_copy_stand_last_and_only_for_words_without_filters(
    shelf: dict[str, Work],
) -> None:
    Listing.objects.filter(edition__work=shelf["Middlemarch"]).update(status=ListingStatus.SOLD)
    results = find("eliot")
    assert titles(results) == ["Silas Marner", "Middlemarch"]
    assert (results.works, results.unsold, results.hits[1].card.copies) == (1, 1, 0)
    filtered = find("eliot", form=("hardback",))
    assert (titles(filtered), filtered.unsold) == (["Silas Marner"], 0)


def test_what_is_called_just_that_is_named(shelf: dict[str, Work]) -> None:
    SellerFactory(name="Saltmarsh Books", slug="saltmarsh")
    ContributionFactory(work=shelf["Emma"], person=PersonFactory(name="Emma"))
    author = find("kong qiu").landmark
    assert author
    assert (author.kind, author.name) == ("author", "Confucius")
    assert find("george").landmark is None


def test_the_index_follows_changes(shelf: dict[str, Work]) -> None:
    work = shelf["Emma"]
    work.title = "Sanditon"
    work.save()
    work.editions.update(title="Sanditon")
    assert index.refresh([work.pk, work.pk, 0]) == 1
    assert titles(find("sanditon")) == ["Sanditon"]
    assert not find("emma").hits
    SearchDocument.objects.all().delete()
    assert rebuild() == len(shelf)
    assert titles(find("middlem")) == ["Middlemarch"]


HOSTILE = [
    "\x00", "a\x00b", "'", '"', "\\", "!!!", "& | !", "<->", ":*", "a:*B & !c", "(((", "%s %(p0)s",
    "'; DROP TABLE catalog_work; --", "😀", "👩‍👩‍👧‍👦 books", "שלום עולם", "\u202eevil", "مرحبا",
    "a" * 5000, "word " * 500, "\ud800", "ß", "İstanbul", "1e999", "NaN", "-" * 200, "x y " * 60,
    "नमस्ते", "กขค", "http://example.org/a?b=c", "a@b.example", "١٢٣٤٥٦٧٨٩٠", "½", "٪", "\u0301",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_makes_a_search_fail(shelf: dict[str, Work], text: str) -> None:
    query = Query(text=clean(text))
    assert len(query.text) <= 200
    search(query)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=300))
def test_no_text_at_all_makes_a_search_fail(db: None, text: str) -> None:
    search(Query(text=clean(text)))


@given(st.text(max_size=300))
def test_words_hold_no_operator(text: str) -> None:
    for word in asked(clean(text)):
        assert not set(word) & set("'\"&|!():*<>\\ \0")
    assert len(asked(text)) <= 16
    assert all(word == "".join(words(word)) for word in words(text)[:3])
