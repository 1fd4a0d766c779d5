"""What browsing reads stays true, whoever writes to the catalogue, and however many at once."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from catalog.constants import SubjectScheme
from catalog.models import (
    AuthorEntry,
    BoughtTogether,
    Person,
    Subject,
    SubjectTally,
    SubjectWork,
    Work,
    WorkSubject,
)
from catalog.services import browsing
from tests.factories.catalog import (
    PersonFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


def should_be() -> set[tuple[int, int, int]]:
    """Work out by hand which works stand on which shelves, and how popular they are."""
    parents = dict(Subject.objects.values_list("pk", "parent"))
    found = set()
    for work, subject, popularity in WorkSubject.objects.values_list(
        "work", "subject", "work__popularity"
    ):
        at, met = subject, set()
        while at and at not in met:
            met.add(at)
            found.add((work, at, popularity))
            at = parents[at]
    return found


def is_true() -> bool:
    """Whether shelves and tallies are what they should be."""
    there = set(SubjectWork.objects.values_list("work", "subject", "popularity"))
    assert there == should_be()
    sums = (
        SubjectTally.objects.values("subject").annotate(n=Sum("works")).values_list("subject", "n")
    )
    counted = {subject: n for subject, n in sums if n}
    assert counted == dict(Counter(subject for _work, subject, _popularity in there))
    return bool(there)


def tree() -> tuple[Subject, Subject, Subject]:
    fiction = SubjectFactory(name="Fiction")
    novels = SubjectFactory(name="Novels", parent=fiction)
    return fiction, novels, SubjectFactory(name="Gothic", parent=novels)


def test_a_work_stands_on_every_shelf_above_its_own_and_once() -> None:
    fiction, novels, gothic = tree()
    work = WorkFactory(subject=gothic, popularity=7)
    WorkSubjectFactory(work=work, subject=novels, is_main=False)
    assert is_true()
    assert set(SubjectWork.objects.values_list("subject", flat=True)) == {
        fiction.pk, novels.pk, gothic.pk,
    }  # fmt: skip


def test_shelves_follow_every_kind_of_change() -> None:
    fiction, novels, gothic = tree()
    history = SubjectFactory()
    works = [WorkFactory(subject=gothic, popularity=n) for n in range(4)]
    Work.objects.filter(pk=works[0].pk).update(popularity=99)
    assert is_true()
    Work.objects.update(popularity=5)
    assert is_true()
    WorkSubject.objects.filter(work=works[1]).update(subject=history)
    assert is_true()
    # As a merge moves them: rows of one work become those of another.
    WorkSubject.objects.filter(work=works[2]).update(is_main=False)
    WorkSubject.objects.filter(work=works[2]).update(work=works[1])
    assert is_true()
    WorkSubject.objects.filter(work=works[3]).delete()
    assert is_true()
    gothic.parent = history
    gothic.save()
    assert is_true()
    assert not SubjectWork.objects.filter(subject=fiction).exists()
    gothic.parent = None
    gothic.save()
    assert is_true()
    works[0].delete()
    assert is_true()
    novels.delete()
    fiction.delete()
    assert is_true()


def test_a_loop_of_parents_ends() -> None:
    first = SubjectFactory()
    second = SubjectFactory(parent=first)
    WorkFactory(subject=second)
    first.parent = second
    first.save()
    assert is_true()


def test_many_rows_in_one_statement() -> None:
    _fiction, novels, gothic = tree()
    works = WorkFactory.create_batch(20)
    WorkSubject.objects.bulk_create(
        WorkSubject(work=work, subject=subject) for work in works for subject in (novels, gothic)
    )
    assert is_true()
    # One row a shelf and statement, not one a book.
    assert SubjectTally.objects.count() == 3


def test_tallies_are_folded_without_changing_a_sum() -> None:
    fiction, *_, gothic = tree()
    for _ in range(5):
        WorkFactory(subject=gothic)
    WorkSubject.objects.first().delete()
    assert SubjectTally.objects.filter(subject=fiction).count() == 6
    browsing.fold_tallies()
    assert SubjectTally.objects.filter(subject=fiction).count() == 1
    assert is_true()
    WorkSubject.objects.all().delete()
    browsing.fold_tallies()
    assert not SubjectTally.objects.exists()


def test_all_is_worked_out_anew_for_rows_that_came_past_the_triggers() -> None:
    *_, gothic = tree()
    person = PersonFactory(
        name="George Eliot", sort_name="Eliot, George", other_names=["Mary Ann Evans"]
    )
    work = WorkFactory(subject=gothic)
    SubjectTally.objects.create(subject=gothic, works=40)
    SubjectWork.objects.filter(work=work).delete()
    AuthorEntry.objects.all().delete()
    told = []
    browsing.rebuild(progress=lambda what, done: told.append((what, done)))
    assert is_true()
    assert set(AuthorEntry.objects.values_list("name", flat=True)) >= {
        "Eliot, George", "Evans, Mary Ann",
    }  # fmt: skip
    assert person.pk
    assert told == [("works", 1), ("people", Person.objects.count())]


# ---- the index of people -----------------------------------------------------------------------


def lines(person: Person) -> set[tuple[str, str, bool]]:
    found = AuthorEntry.objects.filter(person=person)
    return set(found.values_list("letter", "name", "is_main"))


def test_a_person_stands_under_every_name_in_its_own_alphabet() -> None:
    person = PersonFactory(
        name="Fyodor Dostoevsky",
        sort_name="Dostoevsky, Fyodor",
        native_name="Фёдор Достоевский",
        # The second would stand beside the first anyway.
        other_names=["Fedor Dostoevskii", "Theodore D."],
    )
    assert lines(person) == {
        ("D", "Dostoevsky, Fyodor", True),
        ("Д", "Достоевский, Фёдор", False),
        ("D", "D., Theodore", False),
    }
    person.other_names = []
    person.native_name = ""
    person.save()
    assert lines(person) == {("D", "Dostoevsky, Fyodor", True)}
    Person.objects.filter(pk=person.pk).update(sort_name="Èze, Ýrsa")
    assert lines(person) == {("E", "Èze, Ýrsa", True)}
    keys = AuthorEntry.objects.filter(person=person).values_list("key", flat=True)
    assert list(keys) == ["eze yrsa"]
    person.delete()
    assert not AuthorEntry.objects.exists()


@pytest.mark.parametrize(
    ("sort_name", "other", "line"),
    [
        ("Brontë, Charlotte", "Currer Bell", "Bell, Currer"),
        ("Confucius", "Kong Qiu", "Kong Qiu"),
        ("Dumas, Alexandre", "Alexandre Dumas père", "Alexandre Dumas père"),
        ("Petőfi, Sándor", "Petőfi Sándor", ""),
        ("Le Fanu, Sheridan", "Joseph Sheridan Le Fanu", ""),
        ("Twain, Mark", "Samuel Langhorne Clemens", "Clemens, Samuel Langhorne"),
        ("Boccaccio, Giovanni", "Σαπφώ", "Σαπφώ"),
        ("Basho, Matsuo", "松尾芭蕉", "松尾芭蕉"),
        ("O’Leary, Peter", "Peadar Ua Laoghaire", "Laoghaire, Peadar Ua"),
    ],
)
def test_other_names_are_inverted_where_that_is_the_custom(
    sort_name: str, other: str, line: str
) -> None:
    person = PersonFactory(sort_name=sort_name, other_names=[other])
    found = {name for _letter, name, main in lines(person) if not main}
    # A line of a name with the surname at its end would stand under the same letter: it is left out.
    assert found == ({line} if line else found - {other})
    assert len(found) <= 1


def test_names_without_letters_have_a_place_too() -> None:
    for name in ("50 Cent", "---", "孔子", "かな", "한강", "'Abd al-Rahman"):
        PersonFactory(sort_name=name)
    found = dict(AuthorEntry.objects.values_list("name", "letter"))
    assert found == {
        "50 Cent": "#", "---": "#", "孔子": "漢", "かな": "か", "한강": "한", "'Abd al-Rahman": "A",
    }  # fmt: skip


# ---- books bought together ---------------------------------------------------------------------


def test_what_is_bought_together_is_replaced_as_a_whole() -> None:
    first, second, third = WorkFactory.create_batch(3)
    assert browsing.write_bought_together(pairs=[(first.pk, second.pk, 3)]) == 1
    pairs = [(first.pk, third.pk, 2), (third.pk, first.pk, 2)]
    assert browsing.write_bought_together(pairs=iter(pairs)) == 2
    assert set(BoughtTogether.objects.values_list("work", "other", "orders")) == set(pairs)


# ---- at once -----------------------------------------------------------------------------------


def at_once(*doings: Callable[[], object]) -> None:
    """Do everything in threads of its own, from one start."""
    start = threading.Barrier(len(doings))
    problems: list[BaseException] = []

    def run(doing: Callable[[], object]) -> None:
        try:
            start.wait()
            doing()
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[doing]) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


@pytest.mark.django_db(transaction=True)
def test_shelves_stay_true_when_subjects_come_and_go_at_once() -> None:
    fiction, novels, gothic = tree()
    short = SubjectFactory(name="Short stories", parent=fiction)
    for _ in range(15):
        work = WorkFactory(subject=novels)
        row = WorkSubject.objects.get(work=work)

        def put(work: Work = work) -> None:
            WorkSubject.objects.create(work=work, subject=short)

        def take(row: WorkSubject = row) -> None:
            row.delete()

        def move() -> None:
            with transaction.atomic():
                parent = Subject.objects.select_for_update(no_key=True).get(pk=gothic.pk).parent_id
                Subject.objects.filter(pk=gothic.pk).update(
                    parent=fiction.pk if parent == novels.pk else novels.pk
                )

        def shelve() -> None:
            WorkFactory(subject=gothic)

        at_once(put, take, move, shelve)
        assert is_true()


def one_puts_while_the_other_takes() -> bool:
    """Put a work on a shelf of fiction while another takes it off one; say whether it is in fiction."""
    fiction, novels, _gothic = tree()
    short = SubjectFactory(name="Short stories", parent=fiction)
    work = WorkFactory(subject=novels)
    added, taken = threading.Event(), threading.Event()

    def add() -> None:
        with transaction.atomic():
            WorkSubject.objects.create(work=work, subject=short)
            added.set()
            # The other can't finish before this does, unless nothing makes it wait.
            taken.wait(1)

    def take() -> None:
        added.wait(5)
        WorkSubject.objects.filter(work=work, subject=novels).delete()
        taken.set()

    at_once(add, take)
    return SubjectWork.objects.filter(work=work, subject=fiction).exists()


@pytest.mark.django_db(transaction=True)
def test_changes_of_one_work_wait_for_each_other() -> None:
    assert one_puts_while_the_other_takes()
    assert is_true()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_shelf_loses_a_book() -> None:
    """The control: the same two, with the lock of the work's row taken out."""
    lock = "PERFORM 1 FROM catalog_work WHERE id = ANY (works) ORDER BY id FOR NO KEY UPDATE;"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('b4a_shelve(bigint[])'::regprocedure)")
        written = cursor.fetchone()[0]
        assert lock in written
        cursor.execute(written.replace(lock, ""))
    try:
        assert not one_puts_while_the_other_takes()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(written)


@pytest.mark.django_db(transaction=True)
def test_tallies_can_be_folded_by_two_while_books_come() -> None:
    *_, gothic = tree()
    for _ in range(10):
        at_once(
            browsing.fold_tallies,
            browsing.fold_tallies,
            lambda: WorkFactory(subject=gothic),
            lambda: WorkFactory(subject=gothic),
        )
        assert is_true()


def test_schemes_of_the_trade_have_shelves_as_the_shops_own() -> None:
    above = SubjectFactory(scheme=SubjectScheme.THEMA, code="F", slug="thema-f")
    below = SubjectFactory(scheme=SubjectScheme.THEMA, code="FB", slug="thema-fb", parent=above)
    WorkFactory(subject=below)
    assert is_true()
