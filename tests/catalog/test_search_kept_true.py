"""Whatever changes, search follows: triggers name it, and the keeper loses nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.constants import SellerStatus
from catalog import search as engine
from catalog.constants import Condition, IdentifierType, ListingStatus
from catalog.models import Listing, SearchChange, SearchDocument, Work
from catalog.search import Query, index, keeping, rebuild
from catalog.search.documents import gather
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    PublisherFactory,
    SeriesEntryFactory,
    SeriesFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)


class Book:
    """A book with all that search knows of one, and a copy of it."""

    def __init__(self) -> None:
        self.publisher = PublisherFactory(name="Insel Verlag")
        self.work = WorkFactory(title="War and Peace", description="Long.")
        self.edition = EditionFactory(work=self.work, publisher=self.publisher)
        self.person = PersonFactory(name="Leo Tolstoy")
        self.part = ContributionFactory(work=self.work, person=self.person)
        self.top = SubjectFactory(code="fiction", name="Fiction")
        self.subject = SubjectFactory(code="novels", name="Novels", parent=self.top)
        self.place = WorkSubjectFactory(work=self.work, subject=self.subject)
        self.series = SeriesFactory(name="Everyman")
        self.entry = SeriesEntryFactory(work=self.work, series=self.series)
        self.number = IdentifierFactory(edition=self.edition, type=IdentifierType.LCCN, value="n42")
        self.listing = ListingFactory(edition=self.edition, price_minor=500, movement=False)
        index.catch_up()


@pytest.fixture
def book(db: None) -> Book:
    return Book()


def change(one: Any, **values: Any) -> None:
    """Change a row behind the back of all Python: as an import or psql does."""
    type(one)._default_manager.filter(pk=one.pk).update(**values)


def finds(text: str = "", **filters: Any) -> bool:
    return bool(engine.search(Query(text=text, **filters)).works)


def _lose_edition(book: Book) -> None:
    Listing.objects.all().delete()
    book.edition.delete()


def _lose_work(book: Book) -> None:
    _lose_edition(book)
    with connection.cursor() as cursor:  # not by Django, which would delete the document too
        for table in ("contribution", "worksubject", "seriesentry"):
            cursor.execute(f"DELETE FROM catalog_{table} WHERE work_id = %s", [book.work.pk])
        cursor.execute("DELETE FROM catalog_work WHERE id = %s", [book.work.pk])


Changing = tuple[str, Callable[[Book], Any], Callable[[], bool]]
# What changes, how, and what search then says that it did not before.
CHANGES: list[Changing] = [
    ("title", lambda b: change(b.work, title="Voyna"), lambda: finds("voyna")),
    ("description", lambda b: change(b.work, description="Cossacks"), lambda: finds("cossacks")),
    ("year", lambda b: change(b.work, first_published=1605), lambda: finds(period=("1600s",))),
    ("edition", lambda b: change(b.edition, title="Krieg und Frieden"), lambda: finds("krieg")),
    ("form", lambda b: change(b.edition, form="AC"), lambda: finds(form=("other",))),
    ("language", lambda b: change(b.edition, language="wel"), lambda: finds(language=("wel",))),
    ("new edition", lambda b: EditionFactory(work=b.work, title="Sota"), lambda: finds("sota")),
    ("edition gone", _lose_edition, lambda: not finds("war")),
    ("person", lambda b: change(b.person, other_names=["Lew Graf"]), lambda: finds("graf")),
    ("contribution", lambda b: ContributionFactory(
        work=b.work, person=PersonFactory(name="Louise Maude")), lambda: finds("maude")),
    ("contribution gone", lambda b: b.part.delete(), lambda: not finds("tolstoy")),
    ("publisher", lambda b: change(b.publisher, name="Vintage"), lambda: finds("vintage")),
    ("series", lambda b: change(b.series, name="Oxford Classics"), lambda: finds("oxford")),
    ("entry gone", lambda b: b.entry.delete(), lambda: not finds("everyman")),
    ("subject", lambda b: change(b.subject, name="Sagas"), lambda: finds("sagas")),
    ("subject moved", lambda b: change(
        b.subject, parent=SubjectFactory(code="russia", slug="russia", name="Russia")),
        lambda: finds(subject=("russia",))),
    ("off the shelf", lambda b: b.place.delete(), lambda: not finds("novels")),
    ("number", lambda b: change(b.number, value="n77"), lambda: finds("n77")),
    ("number gone", lambda b: b.number.delete(), lambda: not finds("n42")),
    ("price", lambda b: change(b.listing, price_minor=9_000), lambda: finds(price=("25-100",))),
    ("condition", lambda b: change(b.listing, condition=Condition.POOR),
        lambda: finds(condition=("acceptable",))),
    ("signed", lambda b: change(b.listing, signed=True), lambda: finds(signed=True)),
    ("sold", lambda b: change(b.listing, on_hand=0), lambda: not finds()),
    ("held", lambda b: change(b.listing, held=b.listing.on_hand), lambda: not finds()),
    ("withdrawn", lambda b: change(b.listing, status=ListingStatus.WITHDRAWN), lambda: not finds()),
    ("another copy", lambda b: ListingFactory(edition=b.edition, first_edition=True),
        lambda: finds(first=True)),
    ("suspended", lambda b: change(b.listing.seller, status=SellerStatus.SUSPENDED),
        lambda: not finds()),
    ("moved", lambda b: change(b.listing.seller, country="FR"), lambda: finds(country=("FR",))),
    ("work gone", _lose_work, lambda: not SearchDocument.objects.exists()),
]  # fmt: skip


@pytest.mark.parametrize(("how", "seen"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_change_is_named_and_followed(
    book: Book, how: Callable[[Book], Any], seen: Callable[[], bool]
) -> None:
    assert not seen() or not SearchDocument.objects.exists()
    assert not SearchChange.objects.exists()
    how(book)
    assert set(SearchChange.objects.values_list("work_id", flat=True)) == {book.work.pk}
    index.catch_up()
    assert seen()
    assert not SearchChange.objects.exists()


def test_without_its_trigger_a_change_is_not_seen(book: Book) -> None:
    """The control: it is the triggers that the test above proves."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE catalog_listing DISABLE TRIGGER catalog_listing_search_update")
    change(book.listing, signed=True)
    index.catch_up()
    assert not finds(signed=True)


@pytest.mark.parametrize(
    "quietly",
    [
        lambda b: change(b.listing, private_notes="x", shelf="A3"),
        lambda b: change(b.listing, on_hand=7),
        lambda b: change(b.listing, price_minor=500),
        lambda b: change(b.work, slug="other", rating_sum=0),
        lambda b: change(b.edition, pages=12),
        lambda b: IdentifierFactory(edition=b.edition, value="9780141439549"),
        lambda b: ListingFactory(edition=b.edition, status=ListingStatus.DRAFT),
        lambda b: SellerFactory(),
    ],
)
def test_what_search_does_not_show_is_not_named(book: Book, quietly: Callable[[Book], Any]) -> None:
    change(book.listing, on_hand=5)
    index.catch_up()
    quietly(book)
    assert not SearchChange.objects.exists()


def test_single_changes_go_before_those_of_a_whole_shop(book: Book) -> None:
    for _ in range(30):
        ListingFactory(edition=EditionFactory(work=WorkFactory()))
    index.catch_up()
    Listing.objects.exclude(pk=book.listing.pk).update(price_minor=777)
    change(book.listing, signed=True)
    assert SearchChange.objects.filter(bulk=True).count() == 30
    index.take(1)
    assert finds(signed=True)
    assert SearchChange.objects.count() == 30


def test_holidays_begin_and_end_with_a_day(book: Book) -> None:
    today = timezone.now().date()
    seller = book.listing.seller
    change(seller, closed_from=today + timedelta(days=1), closed_to=today + timedelta(days=2))
    keeping.sweep()
    index.catch_up()
    assert finds("tolstoy")
    assert SearchDocument.objects.get().copies == 1
    for days, copies in ((1, 0), (2, 0), (3, 1)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            # A shop that is closed is left out at once, whatever the document says.
            assert finds() == (copies > 0 and SearchDocument.objects.get().copies > 0)
            keeping.sweep()
            index.catch_up()
            assert SearchDocument.objects.get().copies == copies
            assert finds() == bool(copies)


def test_a_change_that_cannot_be_written_holds_nobody_up(
    book: Book, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    others = [ListingFactory(edition=EditionFactory(), movement=False) for _ in range(3)]
    index.catch_up()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE catalog_searchdocument ADD CONSTRAINT bad"
            f" CHECK (work_id <> {book.work.pk} OR NOT 700 = ANY(prices))"
        )
    change(book.listing, price_minor=700)
    for other in others:
        change(other, signed=True)
    monkeypatch.setattr(keeping, "PAUSE", 0)
    monkeypatch.setattr(keeping, "PATIENCE", 0)
    turns = iter(range(30))
    keeping.keep(lambda: next(turns, None) is None)
    assert engine.search(Query(signed=True)).works == len(others)
    # It waits, and is said, until it can be written.
    assert set(SearchChange.objects.values_list("work_id", flat=True)) == {book.work.pk}
    assert "Could not write the search index" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_searchdocument DROP CONSTRAINT bad")
    index.catch_up()
    assert SearchDocument.objects.get(work=book.work).prices == [700]


# ---- crashes and races ---------------------------------------------------------------------------


def in_thread(run: Callable[[], Any]) -> Any:
    """Run in a thread's own connection, closed at its end."""
    try:
        return run()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_keeper_that_is_killed_loses_nothing() -> None:
    book = Book()
    change(book.listing, signed=True)
    change(book.work, title="Voyna")
    taken, killed = Event(), Event()
    backend: list[int] = []

    def keep() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend.append(cursor.fetchone()[0])
        with transaction.atomic():
            assert index.take(100) == 2
            taken.set()
            killed.wait(10)

    with ThreadPoolExecutor(1) as pool:
        keeper = pool.submit(in_thread, keep)
        assert taken.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", backend)
        killed.set()
        with pytest.raises(OperationalError):
            keeper.result(10)
    assert SearchChange.objects.count() == 2
    assert not finds(signed=True)
    index.catch_up()
    assert finds("voyna", signed=True)


@pytest.mark.django_db(transaction=True)
def test_two_keepers_share_the_work_and_both_end() -> None:
    works = [ListingFactory(edition=EditionFactory()).edition.work for _ in range(24)]
    index.catch_up()
    together = Barrier(3)

    def keep() -> int:
        together.wait(10)
        return sum(iter(lambda: index.take(3), 0))

    def sell() -> int:
        together.wait(10)
        for work in works:
            Listing.objects.filter(edition__work=work).update(signed=True)
        return 0

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(in_thread, job) for job in (keep, keep, sell)]
        [job.result(30) for job in jobs]
    index.catch_up()
    assert engine.search(Query(signed=True)).works == len(works)


@pytest.mark.django_db(transaction=True)
def test_a_change_during_the_keepers_transaction_is_taken_next() -> None:
    book = Book()
    change(book.listing, price_minor=600)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert index.take(100) == 1
        pool.submit(in_thread, lambda: change(book.listing, price_minor=700)).result(10)
    assert SearchDocument.objects.get().prices == [600]
    index.catch_up()
    assert SearchDocument.objects.get().prices == [700]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_an_older_reading_never_overwrites_a_newer_one(locked: bool) -> None:
    """Without the writer's lock it does: the control."""
    book = Book()
    keys, read, written = [book.work.pk], Event(), Event()

    def slow() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if locked:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [index.LOCK])
            rows = [text.row(pk) for pk, text in gather(keys).items()]
            read.set()
            written.wait(2)
            cursor.execute(*index._statement(rows, index.DOCUMENTS))

    def quick() -> None:
        read.wait(10)
        Work.objects.filter(pk=book.work.pk).update(title="Voyna")
        index.catch_up()
        written.set()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(in_thread, job) for job in (slow, quick)]
        [job.result(30) for job in jobs]
    assert not SearchChange.objects.exists()
    assert finds("voyna") is locked


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_misses_nothing_that_changes_meanwhile() -> None:
    book, other = Book(), ListingFactory(edition=EditionFactory(work=WorkFactory()))
    index.catch_up()

    def meanwhile(doing: str, _share: float) -> None:
        if doing == "Writing documents" and not other.signed:
            # Written by the keeper into the table that is about to go.
            other.signed = True
            other.save()
            index.catch_up()
        if doing.startswith("Building index") and book.listing.price_minor == 500:
            book.listing.price_minor = 9_000
            book.listing.save()

    assert rebuild(meanwhile) == 2
    index.catch_up()
    assert finds(signed=True)
    assert finds("tolstoy", price=("25-100",))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'catalog_searchdocument'"
        )
        names = {row[0] for row in cursor.fetchall()}
    assert names >= {index.name for index in SearchDocument._meta.indexes}
    assert not [name for name in names if name.endswith("_next")]
