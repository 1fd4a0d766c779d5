"""Imports of files of books: what becomes of each record, and that nothing is lost or done twice."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.constants import ImportStatus, SourceRank
from catalog.errors import ImportBusyError, ImportStateError
from catalog.models import (
    CatalogueImport,
    Contribution,
    Edition,
    EditionSource,
    Identifier,
    ImportChange,
    ImportRecord,
    MatchDoubt,
    Person,
    PersonName,
    Publisher,
    Work,
)
from catalog.services import imports
from catalog.services.imports import running
from tests.catalog.import_files import feed, imported, isbn, onix, product, started
from tests.catalog.import_state import catalogue
from tests.factories.catalog import (
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }


def outcomes(done: CatalogueImport) -> list[str]:
    return list(done.records.order_by("number").values_list("outcome", flat=True))


def test_a_book_comes_with_all_that_is_said_of_it() -> None:
    done = imported(
        onix(
            product(
                1, title="The Sea Road", subtitle="A Voyage", author="Margit Holm",
                publisher="Quay Press", date="19870301", pages=212, form="BB", language="nor",
                subject="WTL", series="Northern Lights", description="Ships.",
            )
        )
    )  # fmt: skip
    assert (done.status, done.counts, done.position) == (ImportStatus.DONE, {"created": 1}, 1)
    work = Work.objects.get()
    edition = work.editions.get()
    assert (work.title, work.sort_title, work.author_line) == (
        "The Sea Road", "sea road", "Margit Holm",
    )  # fmt: skip
    assert work.slug == "the-sea-road"
    assert (edition.published, edition.published_year, edition.pages) == ("1987-03-01", 1987, 212)
    assert (edition.form, edition.language, edition.publisher.name) == ("BB", "nor", "Quay Press")
    assert edition.identifiers.get().value == isbn(1)
    assert work.series_entries.get().series.name == "Northern Lights"
    assert work.work_subjects.get().is_main
    person = Person.objects.get()
    assert (person.name_key, person.names.count()) == ("margit holm", 1)
    record = ImportRecord.objects.get()
    assert (record.edition, record.work, record.reference) == (edition, work, "ref.1")


def test_the_same_file_twice_changes_nothing() -> None:
    data = feed(120, corrected=False)
    imported(data)
    before = catalogue()
    again = imported(data)
    assert set(again.counts) == {"unchanged"}
    assert catalogue() == before
    assert not ImportChange.objects.filter(catalogue_import=again).exists()


def test_a_table_that_contradicts_itself_changes_nothing_the_second_time() -> None:
    head = "isbn,title,author,pages\n"
    data = f"{head}{isbn(1)},Sea Road,Ann Writer,200\n{isbn(1)},Sea Road,Ann Writer,210\n".encode()
    assert outcomes(imported(data, format="table", source="Quay")) == ["created", "updated"]
    assert outcomes(imported(data, format="table", source="Quay")) == ["unchanged", "unchanged"]
    assert Edition.objects.get().pages == 210
    # Of another file it is a correction.
    first = data[: data.index(b"210") - len(f"{isbn(1)},Sea Road,Ann Writer,")]
    imported(f"{head}{isbn(1)},Sea Road,Ann Writer,220\n".encode(), format="table", source="Quay")
    assert outcomes(imported(first, format="table", source="Quay")) == ["updated"]
    assert Edition.objects.get().pages == 200


def test_editions_of_one_work_in_a_file_stand_together() -> None:
    imported(
        onix(
            product(1, title="The Trial", author="Franz Kafka", form="BB"),
            product(2, title="The trial : a novel", author="Kafka, Franz", form="BC"),
            product(3, title="The Trial", author="Somebody Else"),
        )
    )
    kafka = Work.objects.filter(author_line="Franz Kafka")
    assert [work.editions.count() for work in kafka] == [2]
    assert Work.objects.count() == 2


def test_it_makes_no_difference_where_a_batch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    data = feed(60)
    imported(data)
    at_once = catalogue()
    imports.run_undo(catalogue_import=imports.undo(
        catalogue_import=CatalogueImport.objects.get(), enqueue=False
    ))  # fmt: skip
    assert not Work.objects.exists()
    monkeypatch.setattr(running, "BATCH", 7)
    imported(data)
    assert catalogue() == at_once


def test_a_better_source_is_not_overwritten_and_says_so() -> None:
    imported(onix(product(1, title="Sea Road", pages=200, publisher="Quay Press")))
    table = imported(
        f"isbn,title,author,pages,language\n{isbn(1)},Sea Road,Ann Writer,999,nor\n".encode(),
        format="table", name="list.csv",
    )  # fmt: skip
    edition = Edition.objects.get()
    # A gap filled, a contradiction reported.
    assert (edition.pages, edition.language) == (200, "nor")
    record = table.records.get()
    assert record.outcome == "updated"
    assert [p["field"] for p in record.problems if p["code"] == "kept_better"] == ["pages"]


def test_a_source_corrects_itself() -> None:
    imported(onix(product(1, pages=200)))
    done = imported(onix(product(1, pages=210, title="Book One")))
    assert outcomes(done) == ["updated"]
    edition = Edition.objects.get()
    assert (edition.pages, edition.title, edition.work.title) == (210, "Book One", "Book One")


def test_what_staff_wrote_stays() -> None:
    edition = EditionFactory(
        title="Sea Road", pages=100, work=WorkFactory(title="Sea Road", author="Ann Writer")
    )
    IdentifierFactory(edition=edition, value=isbn(1))
    done = imported(onix(product(1, title="Sea Road", pages=200, language="nor")))
    edition.refresh_from_db()
    assert (edition.pages, edition.language) == (100, "eng")
    assert outcomes(done) == ["matched"]
    ranks = EditionSource.objects.filter(edition=edition).values_list("rank", flat=True)
    assert max(ranks) == SourceRank.STAFF


def test_who_staff_vouch_for_is_not_overwritten_again() -> None:
    imported(onix(product(1, pages=200)))
    edition = Edition.objects.get()
    imports.vouch(edition=edition)
    assert outcomes(imported(onix(product(1, pages=210)))) == ["matched"]
    edition.refresh_from_db()
    assert edition.pages == 200


def test_a_title_that_contradicts_the_isbn_is_asked_about() -> None:
    imported(onix(product(1, title="Sea Road")))
    done = imported(onix(product(1, reference="x", title="Gardening on Mars", author="Zed")))
    assert outcomes(done) == ["doubtful"]
    assert Edition.objects.count() == 2
    assert set(Identifier.objects.values_list("conflict", flat=True)) == {True}
    doubt = MatchDoubt.objects.get()
    assert (doubt.reason, doubt.state) == ("title_contradicts", "open")
    assert doubt.candidate.title == "Sea Road"
    assert doubt.candidates[0]["evidence"][0]["what"] == "title"
    again = imported(onix(product(1, reference="x", title="Gardening on Mars", author="Zed")))
    assert outcomes(again) == ["unchanged"]


def test_a_thin_record_is_matched_with_nothing() -> None:
    imported(onix(product(1, title="Sea Road")))
    done = imported(onix(product(1, reference="x", title="Sea Road", author="Unknown")))
    assert outcomes(done) == ["doubtful"]
    assert MatchDoubt.objects.get().reason == "thin_record"


def test_a_person_is_known_by_every_name() -> None:
    person = PersonFactory(name="Fyodor Dostoevsky", other_names=["Фёдор Достоевский"])
    from catalog.services.people import keep_names

    keep_names([person.pk])
    imported(
        onix(
            product(1, title="The Double", author="Fyodor Dostoyevsky"),
            product(2, title="Двойник", author="Достоевский, Фёдор"),
        )
    )
    assert Person.objects.get() == person
    assert Contribution.objects.filter(person=person).count() == 2


def test_another_form_of_a_book_joins_its_work() -> None:
    imported(onix(product(1, title="The Sea Road", author="Margit Holm")))
    done = imported(
        onix(product(2, title="Havveien", author="Margit Holm", form="ED", related=isbn(1)))
    )
    assert outcomes(done) == ["created"]
    assert Work.objects.get().editions.count() == 2


def test_deleted_unless_a_copy_is_on_sale() -> None:
    imported(onix(product(1), product(2, author="Other Hand")))
    kept = Identifier.objects.get(value=isbn(2)).edition
    ListingFactory(edition=kept)
    done = imported(onix(product(1, notification="05"), product(2, notification="05")))
    assert outcomes(done) == ["deleted", "skipped"]
    assert list(Edition.objects.all()) == [kept]
    assert list(Work.objects.all()) == [kept.work]


def test_partial_update_of_an_unknown_book_is_refused() -> None:
    done = imported(onix(product(1, notification="04")))
    assert outcomes(done) == ["refused"]
    assert done.records.get().problems[-1]["code"] == "nothing_to_update"


def test_a_dry_run_says_what_would_be_done_and_does_nothing() -> None:
    imported(onix(product(1)))
    before = catalogue()
    done = imported(onix(product(1, pages=7), product(2, title="New")), dry_run=True)
    assert outcomes(done) == ["updated", "created"]
    assert catalogue() == before
    assert not ImportChange.objects.filter(catalogue_import=done).exists()
    # Nothing is promised about rows that are not there.
    assert done.records.get(number=2).edition_id is None
    assert not imports.may_become(done, ImportStatus.UNDOING)
    real = imports.run(catalogue_import=imports.run_for_real(catalogue_import=done, actor=None))
    assert outcomes(real) == ["updated", "created"]


def test_a_file_broken_in_the_middle_keeps_what_came_before() -> None:
    whole = onix(product(1), product(2), product(3))
    done = imported(whole[: whole.index(b"Book 3")])
    assert done.status == ImportStatus.FAILED
    assert done.failure["message"]
    assert Edition.objects.count() == 2


def test_one_record_that_cannot_be_stored_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog.services.imports.applying import Applier

    real = Applier.create

    def create(self, record, work, reference):
        edition = real(self, record, work, reference)
        if record.number == 3:
            edition.values["published"] = "not a date"
        return edition

    monkeypatch.setattr(Applier, "create", create)
    done = imported(onix(*(product(n) for n in range(1, 7))))
    assert done.counts == {"created": 5, "refused": 1}
    assert done.records.get(number=3).problems[-1]["code"] == "not_storable"


def test_pause_go_on_cancel() -> None:
    waiting = started(feed(20))
    paused = imports.pause(catalogue_import=waiting)
    with pytest.raises(ImportStateError):
        imports.run(catalogue_import=paused)
    going = imports.resume(catalogue_import=paused, enqueue=False)
    assert imports.run(catalogue_import=going).status == ImportStatus.DONE
    with pytest.raises(ImportStateError):
        imports.cancel(catalogue_import=going)


def test_paused_while_running_and_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 5)
    data = feed(30)
    imported(data)
    whole = catalogue()
    imports.run_undo(
        catalogue_import=imports.undo(catalogue_import=CatalogueImport.objects.get(), enqueue=False)
    )
    done = imports.run(
        catalogue_import=started(data), told=lambda found: imports.pause(catalogue_import=found)
    )
    assert done.position == 5
    rounds = 0
    while (found := CatalogueImport.objects.get(pk=done.pk)).status == ImportStatus.PAUSED:
        resumed = imports.resume(catalogue_import=found, enqueue=False)

        def tell(row: CatalogueImport) -> None:
            if row.position % 10 == 0:
                imports.pause(catalogue_import=row)

        imports.run(catalogue_import=resumed, told=tell)
        rounds += 1
    assert rounds > 1
    assert found.status == ImportStatus.DONE
    assert catalogue() == whole


def test_queries_of_a_batch_do_not_grow_with_it() -> None:
    imported(feed(10, seed=5))

    def queries(count: int, seed: int) -> int:
        waiting = started(feed(count, seed=seed))
        with CaptureQueriesContext(connection) as captured:
            imports.run(catalogue_import=waiting)
        return len(captured)

    # The lock, and the import's row three times with its savepoints: 10. What is read: people and
    # their names, numbers, references, works by title, editions of works, works, contributions with
    # people and names, subjects, series, editions, identifiers, sources, publishers, counts: 20.
    # Publishers, series and subjects by name: 4. Slugs: 10. Keys: 1. Each table copied into: 12.
    # Tables updated and removed from: 5. Doubts, journal and report: 4.
    most = 66
    assert queries(60, 1) <= most
    assert queries(400, 2) <= most


# ---- undo ----


def test_undo_takes_everything_back() -> None:
    imported(feed(30, seed=3))
    before = catalogue()
    done = imported(feed(90))
    assert catalogue() != before
    undone = imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert undone.status == ImportStatus.UNDONE
    assert catalogue() == before
    assert not ImportChange.objects.filter(kind="kept").exists()


def test_undo_leaves_what_is_on_sale_or_changed_and_says_so() -> None:
    done = imported(onix(product(1), product(2, author="Other Hand"), product(3, author="Third")))
    sold, changed, plain = (Identifier.objects.get(value=isbn(n)).edition for n in (1, 2, 3))
    listing = ListingFactory(edition=sold)
    changed.pages = 77
    changed.save()
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert set(Edition.objects.all()) == {sold, changed}
    listing.refresh_from_db()
    assert not Work.objects.filter(pk=plain.work_id).exists()
    kept = ImportChange.objects.filter(kind="kept", table="catalog_edition")
    assert {key for change in kept for key in change.keys} == {sold.pk, changed.pk}
    assert all(change.note for change in kept)


def test_undo_of_a_delete_brings_the_book_back() -> None:
    imported(onix(product(1, publisher="Quay", pages=3)))
    before = catalogue()
    done = imported(onix(product(1, notification="05")))
    assert not Edition.objects.exists()
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert catalogue() == before


def test_undo_sets_values_back_but_not_over_later_ones() -> None:
    imported(onix(product(1, pages=100), product(2, author="Other", pages=100)))
    done = imported(onix(product(1, pages=150), product(2, author="Other", pages=150)))
    later = Identifier.objects.get(value=isbn(2)).edition
    later.pages = 175
    later.save()
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    pages = dict(Identifier.objects.values_list("value", "edition__pages"))
    assert pages == {isbn(1): 100, isbn(2): 175}
    assert ImportChange.objects.filter(kind="kept").count() == 1


# ---- one at a time ----


@pytest.mark.django_db(transaction=True)
def test_two_imports_do_not_run_at_once() -> None:
    first, second = started(feed(10)), started(feed(10, seed=9))
    said: list[str] = []

    def other() -> None:
        try:
            imports.run(catalogue_import=second)
        except ImportBusyError as error:
            said.append(error.message)
        finally:
            connection.close()

    def tell(_row: CatalogueImport) -> None:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    imports.run(catalogue_import=first, told=tell)
    assert said
    assert "is being imported" in said[0]
    assert imports.run(catalogue_import=second).status == ImportStatus.DONE


@pytest.mark.django_db(transaction=True)
def test_a_runner_that_lost_its_place_does_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 5)
    waiting = started(feed(20))

    def taken_over(row: CatalogueImport) -> None:
        CatalogueImport.objects.filter(pk=row.pk).update(
            runner="00000000-0000-7000-8000-000000000000"
        )

    done = imports.run(catalogue_import=waiting, told=taken_over)
    assert (done.status, done.position) == (ImportStatus.RUNNING, 5)


def test_the_command(tmp_path, capsys) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(12))
    call_command("import_catalogue", str(path), format="onix")
    found = CatalogueImport.objects.get()
    assert f"Import {found.pk}" in capsys.readouterr().out
    call_command("import_catalogue", undo=found.pk)
    assert not Work.objects.exists()
    assert not Publisher.objects.exists()
    assert not PersonName.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_catalogue", resume=found.pk)
    with pytest.raises(CommandError):
        call_command("import_catalogue", str(tmp_path / "missing.xml"))


def test_works_of_staff_are_found_by_title_and_author() -> None:
    work = WorkFactory(title="Middlemarch: A Study", author="George Eliot")
    from catalog.services.people import keep_names

    keep_names(Person.objects.values_list("pk", flat=True))
    imported(onix(product(1, title="MIDDLEMARCH", author="Eliot, George")))
    assert Edition.objects.get().work == work
