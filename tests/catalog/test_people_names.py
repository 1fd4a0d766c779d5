"""Names in every spelling and script, and the people they mean."""

import pytest
from django.core.management import call_command
from django.db import connection

from books4all.lib.names import Agreement, agreement, is_nobody, sound_key, spelling_key
from books4all.lib.scripts import romanise
from catalog.models import Person, PersonName
from catalog.selectors.names import find_by_names
from catalog.services import people
from tests.factories.catalog import PersonFactory

DOSTOEVSKY = (
    "Fyodor Dostoevsky",
    "Fyodor Dostoyevsky",
    "Dostoyevsky, Fyodor, 1821-1881",
    "Dostoevskii, Fiodor",
    "Fjodor Dostojewski",
    "Fiodor Dostoïevski",
    "Фёдор Достоевский",
    "Достоевский, Фёдор",
)


@pytest.mark.parametrize("name", DOSTOEVSKY)
def test_transliterations_share_a_key(name: str) -> None:
    assert spelling_key(name) == spelling_key(DOSTOEVSKY[0])
    assert agreement(name, "Fyodor Dostoevsky") >= Agreement.SPELLING


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("George Eliot", "Eliot, George, 1819-1880", Agreement.SAME),
        ("Ursula K. Le Guin", "Le Guin, Ursula K.", Agreement.SAME),
        ("J. R. R. Tolkien", "J.R.R. Tolkien", Agreement.SAME),
        ("Karel Čapek", "Karel Capek", Agreement.SAME),
        ("Haruki Murakami", "Murakami Haruki", Agreement.SPELLING),
        ("Михаил Горбачёв", "Mikhail Gorbachev", Agreement.SPELLING),
        ("Νίκος Καζαντζάκης", "Nikos Kazantzakis", Agreement.SPELLING),
        ("Οδυσσέας Ελύτης", "Odysseas Elytis", Agreement.SPELLING),
        ("Aleksandr Pushkin", "Александр Пушкин", Agreement.SPELLING),
        ("F. M. Dostoevsky", "Фёдор Михайлович Достоевский", Agreement.INITIALS),
        ("Федор Достоевский", "Fyodor Dostoevsky", Agreement.INITIALS),
        ("Anton Tschechow", "Anton Chekhov", Agreement.SOUND),
        ("Leo Tolstoy", "Лев Толстой", Agreement.SOUND),
        ("John Smith", "Jane Smith", Agreement.SOUND),
        ("Leo Tolstoy", "Alexei Tolstoy", Agreement.NONE),
        ("George Eliot", "T. S. Eliot", Agreement.NONE),
        ("Charlotte Brontë", "Emily Brontë", Agreement.NONE),
        ("Unknown", "Unknown", Agreement.NONE),
        ("????", "????", Agreement.NONE),
    ],
)
def test_how_two_names_agree(one: str, other: str, how: Agreement) -> None:
    assert agreement(one, other) == agreement(other, one) == how


@pytest.mark.parametrize(
    "name", ["", "????", "Anonymous", "VARIOUS", "Various Authors", "n/a", "[unknown]", "-", "123"]
)
def test_nobody_is_nobody(name: str) -> None:
    assert is_nobody(name)


def test_somebody_is_somebody() -> None:
    assert not any(
        is_nobody(name) for name in ("Homer", "O", "Nobody Owens", "村上春樹", "Ann Other")
    )


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Щедрин", "shchedrin"),
        ("Τζωρτζ", "tzortz"),
        ("Łódź", "lodz"),
        ("박", "bak"),
        ("שלום", "shlvm"),
    ],
)
def test_other_scripts_in_latin_letters(text: str, latin: str) -> None:
    assert romanise(text) == latin


@pytest.mark.django_db
def test_people_are_found_by_every_name_in_one_query(django_assert_num_queries) -> None:
    fyodor = PersonFactory(
        name="Fyodor Dostoevsky",
        sort_name="Dostoevsky, Fyodor",
        native_name="Фёдор Достоевский",
    )
    evans = PersonFactory(
        name="George Eliot", sort_name="Eliot, George", other_names=["Mary Ann Evans"]
    )
    PersonFactory(name="T. S. Eliot", sort_name="Eliot, T. S.")
    people.keep_names(Person.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        found = find_by_names(
            [
                "Достоевский, Федор Михайлович",
                "Dostojewski, Fjodor",
                "Evans, Mary Ann",
                "Nobody",
                "Ada",
            ]
        )
    assert [n.person_id for n in found["Достоевский, Федор Михайлович"]] == [fyodor.pk]
    assert found["Достоевский, Федор Михайлович"][0].agreement == Agreement.INITIALS
    assert found["Dostojewski, Fjodor"][0].agreement == Agreement.SPELLING
    assert [(n.person_id, n.matched) for n in found["Evans, Mary Ann"]] == [
        (evans.pk, "Mary Ann Evans")
    ]
    assert found["Nobody"] == found["Ada"] == []


@pytest.mark.django_db
def test_nobody_is_found_as_unknown(django_assert_num_queries) -> None:
    person = PersonFactory(name="Unknown", sort_name="Unknown")
    people.keep_names([person.pk])
    with django_assert_num_queries(0):
        assert find_by_names(["Unknown", "????"]) == {"Unknown": [], "????": []}


@pytest.mark.django_db
def test_a_name_changed_by_hand_finds_nobody_until_it_is_kept_again() -> None:
    person = PersonFactory(name="Currer Bell", sort_name="Bell, Currer")
    people.keep_names([person.pk])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_person SET name = 'Charlotte Brontë', sort_name = 'Brontë, Charlotte'"
        )
    assert find_by_names(["Currer Bell"])["Currer Bell"] == []
    call_command("keep_person_names")
    assert find_by_names(["Bronte, Charlotte"])["Bronte, Charlotte"][0].person_id == person.pk
    assert set(PersonName.objects.values_list("name", flat=True)) == {"Charlotte Brontë"}


@pytest.mark.django_db
def test_names_that_sound_alike_are_found_after_those_spelt_alike() -> None:
    tschechow = PersonFactory(name="Anton Tschechow", sort_name="Tschechow, Anton")
    chekhov = PersonFactory(name="Anton Chekhov", sort_name="Chekhov, Anton")
    people.keep_names([tschechow.pk, chekhov.pk])
    found = find_by_names(["Антон Чехов"])["Антон Чехов"]
    assert [n.person_id for n in found] == [chekhov.pk, tschechow.pk]
    assert sound_key("Čechov, Anton") == sound_key("Chekhov, Anton")
