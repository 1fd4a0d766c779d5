"""The lexicon of the catalogue's words, and what misspelt ones were meant to be."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from catalog.models import SearchWord, Work
from catalog.search import Query, index, lexicon
from catalog.search.spelling import look_up
from tests.catalog import search_shelf
from tests.factories.catalog import ContributionFactory, PersonFactory, WorkFactory

pytestmark = pytest.mark.django_db

WORDS = [
    "shadows",
    "edge",
    "birds",
    "bride",
    "night",
    "nine",
    "understanding",
    "undertaking",
    "spencerville",
    "dubliners",
    "woman",
    "twilight",
    "sanctuary",
    "wonderful",
    "warrior",
    "seven",
    "the",
    "and",
    "son",
    "not",
    "so",
    "smart",
]
NAMES = ["faulkner", "seuss", "dostoevsky", "достоевскии", "saramago", "rowling"]


@pytest.fixture
def known() -> None:
    lexicon.learn(WORDS, NAMES)


def first(word: str) -> tuple[str, ...]:
    meant = look_up([word]).meant.get(word, [])
    return meant[0].words if meant else ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("brids", "birds"), ("warfior", "warrior"), ("wamon", "woman"), ("nigth", "night"),
        ("twulight", "twilight"), ("sancctuary", "sanctuary"), ("wonderfull", "wonderful"),
        ("falkner", "faulkner"), ("suess", "seuss"), ("seramago", "saramago"), ("roling", "rowling"),
        # two letters wrong in one word
        ("spencevlile", "spencerville"), ("undesrtandig", "understanding"), ("sanctuayr", "sanctuary"),
    ],
)  # fmt: skip
def test_a_misspelt_word_leads_to_what_was_meant(known: None, typed: str, meant: str) -> None:
    assert first(typed) == (meant,)


def test_an_author_comes_before_a_translator_of_nearly_the_same_name() -> None:
    lexicon.learn([], ["dickens", "dickins"], ["dickens"])
    SearchWord.objects.filter(word="dickins").update(works=2)
    assert first("dickns") == ("dickens",)
    # A name that is more like what was typed still comes first.
    assert first("dickinss") == ("dickins",)
    # Translators who turn out to have written too are authors from then on.
    assert lexicon.learn([], ["dickins"], ["dickins"]) == 1
    assert SearchWord.objects.get(word="dickins").author


def test_another_script_is_found_by_its_sound(known: None) -> None:
    meant = {other.words[0] for other in look_up(["dostoyevsky"]).meant["dostoyevsky"]}
    assert meant == {"dostoevsky", "достоевскии"}


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [("shadowsedge", ("shadows", "edge")), ("notsosmart", ("not", "so", "smart"))],
)
def test_words_typed_as_one_are_taken_apart(
    known: None, typed: str, pieces: tuple[str, ...]
) -> None:
    assert first(typed) == pieces


def test_a_word_like_nothing_has_no_alternative(known: None) -> None:
    found = look_up(["zzyzx", "qwrtp"])
    assert found.meant == {"zzyzx": [], "qwrtp": []}
    assert found.corrected(["zzyzx", "qwrtp"]) == ""


def test_all_words_are_looked_up_in_one_statement(
    known: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # The words near to any of the eight, their pieces and how many works have them.
    with django_assert_num_queries(1):
        look_up(
            ["brids", "warfior", "wamon", "nigth", "twulight", "falkner", "suess", "notsosmart"]
        )
    # Nothing to look up: single letters alone.
    with django_assert_num_queries(0):
        assert look_up(["a", "b"]).meant == {}


def test_words_are_learnt_once_and_names_are_marked(known: None) -> None:
    assert lexicon.learn(WORDS, NAMES) == 0
    assert lexicon.learn(["saramago", "lisbon"], ["son"]) == 2  # a new word, and a new name
    assert SearchWord.objects.get(word="son").name
    assert SearchWord.objects.get(word="saramago").name
    assert not SearchWord.objects.filter(word__in=["1984", "x"]).exists()


def test_numbers_and_single_letters_are_not_learnt() -> None:
    assert lexicon.learn(["1984", "x", "", "y" * 61]) == 0


def test_writing_documents_learns_their_words_and_rebuilding_counts_them() -> None:
    search_shelf.stand()
    WorkFactory(title="Sanditon")
    index.catch_up()
    assert SearchWord.objects.get(word="middlemarch").works == 1
    assert SearchWord.objects.get(word="eliot").name
    assert lexicon.rebuild() == SearchWord.objects.count()
    assert SearchWord.objects.get(word="eliot").works == 2
    Work.objects.get(title="Sanditon").delete()
    index.catch_up()
    lexicon.rebuild()
    assert not SearchWord.objects.filter(word="sanditon").exists()


def test_a_correction_is_of_words_some_book_has_together() -> None:
    search_shelf.stand()
    work = WorkFactory(title="The Birds of Brazil")
    ContributionFactory(work=work, person=PersonFactory(name="Helmut Sick"))
    results = search_shelf.search(Query(text="brids of brasil sik"))
    assert [hit.card.work for hit in results.hits][:1] == [work]
    assert results.corrected == "birds brazil sick"


def test_a_lookup_never_reads_the_whole_lexicon(known: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT word FROM catalog_searchword WHERE near && %s", [lexicon.near("brids")]
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "searchword_near" in plan
