""" "Nothing has changed" is said quickly, and never when something has."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.constants import SellerStatus
from catalog import jobs
from catalog.constants import ReviewStatus
from catalog.models import Edition, Listing, Person, Review, Subject, Work
from catalog.selectors.versions import page_version
from catalog.services import stock, versions
from catalog.views import unchanged
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    ReviewFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WorkFactory,
)
from tests.factories.covers import CoverFactory

pytestmark = pytest.mark.django_db

# What nobody is shown, or what changes only together with what is watched.
NOT_WATCHED = {
    "accounts_address": "a person's own",
    "accounts_closure": "copied to the seller, whom pages read",
    "accounts_frontpicture": "not shown before it is made",
    "accounts_sellerdetails": "never shown",
    "accounts_sellerevent": "a shop's own",
    "accounts_sellerinvitation": "a shop's own",
    "accounts_sellermember": "a shop's own",
    "accounts_user": "a person's own",
    "catalog_bulkchange": "a shop's own; the listings it changes are watched",
    "catalog_bulkedit": "a shop's own; the listings it changes are watched",
    "catalog_catalogueimport": "staff's",
    "catalog_coveroriginal": "never shown; its cover is watched",
    "catalog_duplicate": "staff's",
    "catalog_editionsource": "staff's",
    "catalog_importchange": "staff's",
    "catalog_importrecord": "staff's",
    "catalog_inventoryimport": "the shop's own",
    "catalog_inventoryrow": "the shop's own",
    "catalog_inventorysettings": "the shop's own",
    "catalog_matchdoubt": "staff's",
    "catalog_merge": "staff's; what it changes is watched",
    "catalog_photooriginal": "never shown; its photograph is watched",
    "catalog_pricechange": "written with a listing, which is watched",
    "catalog_readinglist": "a reader's own",
    "catalog_readinglistitem": "a reader's own",
    "catalog_searchchange": "a queue",
    "catalog_searchdocument": "searches are made each time",
    "catalog_searchstate": "searches are made each time",
    "catalog_searchword": "searches are made each time",
    "catalog_stockmovement": "a shop's own; the stock is watched",
    "catalog_stocktally": "a shop's own",
    "catalog_subjecttally": "summed up each minute without changing a sum; what is counted is watched",
    "catalog_suggestion": "suggestions are made each time",
    "catalog_suggestionword": "suggestions are made each time",
    "catalog_want": "a reader's own",
    "catalog_wantanchor": "a reader's own",
    "catalog_wantmatch": "a reader's own",
    "catalog_wantsweep": "how far a job is",
}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    unchanged.memory.forget()
    yield
    unchanged.memory.forget()


def watched() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'page_changed'"
        )
        return {row[0] for row in cursor.fetchall()}


def test_every_table_is_watched_or_known_not_to_be_shown() -> None:
    tables = {
        model._meta.db_table
        for name in ("accounts", "catalog")
        for model in apps.get_app_config(name).get_models()
    }
    assert watched() | set(NOT_WATCHED) == tables
    assert not watched() & set(NOT_WATCHED)


class Visitor:
    """A browser that has a page and asks whether it is still the same."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.etag = Client().get(path).headers["ETag"]

    def ask(self, **headers: str) -> Any:
        asked = {"If-None-Match": self.etag, **headers}
        return Client().get(self.path, headers=asked)  # type: ignore[arg-type]


@pytest.fixture
def book() -> Work:
    work = WorkFactory(author="Ada Writer", subject=SubjectFactory())
    ListingFactory(edition__work=work)
    return work


def test_the_second_time_it_costs_one_query(book: Work) -> None:
    visitor = Visitor(book.get_absolute_url())
    assert visitor.ask().status_code == 304  # made, to see that it is the same
    with CaptureQueriesContext(connection) as captured:
        answer = visitor.ask()
    assert answer.status_code == 304
    assert len(captured) == 1, captured.captured_queries
    assert answer.headers["ETag"] == visitor.etag
    made = Client().get(visitor.path)
    for name in ("Cache-Control", "Vary"):
        assert answer.headers.get(name) == made.headers.get(name)
    assert answer.content == b""


CHANGES: dict[str, Callable[[Work], object]] = {
    "price": lambda w: Listing.objects.filter(edition__work=w).update(price_minor=555),
    "sold": lambda w: stock.sell_free(
        quantities={Listing.objects.get(edition__work=w).pk: 1}, reference="1"
    ),
    "another copy": lambda w: ListingFactory(edition__work=w),
    "another shop's copy": lambda w: ListingFactory(edition=w.editions.first()),
    "title": lambda w: Work.objects.filter(pk=w.pk).update(title="Another title"),
    "edition": lambda w: EditionFactory(work=w),
    "edition's title": lambda w: Edition.objects.filter(work=w).update(title="Other"),
    "author": lambda w: Person.objects.update(name="Another name"),
    "second author": lambda w: ContributionFactory(work=w),
    "series": lambda w: SeriesEntryFactory(work=w),
    "subject": lambda w: Subject.objects.update(name="Another shelf"),
    "review": lambda w: ReviewFactory(work=w),
    "cover": lambda w: CoverFactory(edition=w.editions.first()),
    "shop's name": lambda w: w.editions.first().listings.first().seller.__class__.objects.update(name="X"),
    "shop closed": lambda w: w.editions.first().listings.first().seller.__class__.objects.update(
        status=SellerStatus.SUSPENDED
    ),
    "post": lambda w: DeliveryRateFactory(
        seller=w.editions.first().listings.first().seller, destination="*", first_minor=1
    ),
    "raw": lambda _w: connection.cursor().execute("UPDATE catalog_listing SET notes = 'By hand'"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_the_page_is_made_again(book: Work, name: str) -> None:
    visitor = Visitor(book.get_absolute_url())
    assert visitor.ask().status_code == visitor.ask().status_code == 304
    CHANGES[name](book)
    answer = visitor.ask()
    made = Client().get(visitor.path)
    assert answer.status_code == (304 if made.headers["ETag"] == visitor.etag else 200)
    if name != "another shop's copy":
        assert answer.status_code == 200 or name == "post", name


def test_a_change_elsewhere_makes_the_page_again_and_finds_it_the_same(book: Work) -> None:
    visitor = Visitor(book.get_absolute_url())
    visitor.ask()
    ListingFactory()
    with CaptureQueriesContext(connection) as captured:
        assert visitor.ask().status_code == 304
    assert len(captured) > 1
    with CaptureQueriesContext(connection) as captured:
        assert visitor.ask().status_code == 304
    assert len(captured) == 1


def test_choices_of_the_visitor_are_kept_apart(book: Work) -> None:
    visitor = Visitor(book.get_absolute_url())
    visitor.ask()
    visitor.ask()
    assert visitor.ask(Cookie="country=US").status_code == 200
    assert visitor.ask(Cookie="theme=dark").status_code == 200
    other = Visitor(f"{book.get_absolute_url()}?kind=new")
    assert other.etag != visitor.etag
    visitor.path = other.path
    assert visitor.ask().status_code == 200


def test_another_day_is_another_page(book: Work) -> None:
    """A shop's holiday begins without anything being written."""
    visitor = Visitor(book.get_absolute_url())
    visitor.ask()
    seller = Listing.objects.get().seller
    with time_machine.travel("2030-05-01 12:00", tick=False):
        seller.closed_from, seller.closed_to = "2030-05-02", "2030-05-20"
        seller.save()
        today = Visitor(book.get_absolute_url())
        assert today.ask().status_code == today.ask().status_code == 304
    with time_machine.travel("2030-05-02 00:30", tick=False):
        assert today.ask().status_code == 200


@pytest.mark.parametrize("asked", ['"other"', 'W/"other"', "other", '"', "", '"a", "b"'])
def test_another_etag_gets_the_page(book: Work, asked: str) -> None:
    visitor = Visitor(book.get_absolute_url())
    visitor.ask()
    visitor.etag = asked
    assert visitor.ask().status_code == 200


def test_weak_and_several_etags_are_understood(book: Work) -> None:
    """nginx makes them weak when it compresses."""
    visitor = Visitor(book.get_absolute_url())
    etag = visitor.etag
    visitor.ask()
    for asked in (f"W/{etag}", f'"a", W/{etag}', f'{etag}, "b"'):
        visitor.etag = asked
        with CaptureQueriesContext(connection) as captured:
            assert visitor.ask().status_code == 304
        assert len(captured) == 1


def test_what_is_not_there_is_not_remembered() -> None:
    for _ in range(2):
        answer = Client().get("/books/nothing/", headers={"If-None-Match": '"x"'})
        assert answer.status_code == 404
    WorkFactory(slug="nothing")
    answer = Client().get("/books/nothing/", headers={"If-None-Match": '"x"'})
    assert answer.status_code == 200


def test_memory_is_bounded() -> None:
    memory = unchanged.Memory(most=3)
    for n in range(9):
        memory.keep((str(n),), unchanged.Seen(1, '"x"', {}, float("inf")))
    assert memory.recall(("5",)) is None
    assert memory.recall(("8",)) is not None
    memory.keep(("old",), unchanged.Seen(1, '"x"', {}, 0))
    assert memory.recall(("old",)) is None


# ---- the count itself --------------------------------------------------------------------------


def test_a_rollback_counts_for_nothing() -> None:
    before = page_version()
    with transaction.atomic():
        WorkFactory()
        transaction.set_rollback(True)
    assert page_version() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_counts_at_the_moment_it_is_seen() -> None:
    """Not before, when the page would still be the old one; and transactions do not wait for it."""
    WorkFactory(title="Before")
    begin = page_version()
    written, checked = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with transaction.atomic():
                Work.objects.update(title="After")
                PersonFactory()
                written.set()
                checked.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    assert written.wait(10)
    PersonFactory()  # of another transaction, which does not wait
    versions_seen = page_version()
    assert versions_seen > begin
    assert Work.objects.get().title == "Before"
    checked.set()
    thread.join()
    assert Work.objects.get().title == "After"
    assert page_version() > versions_seen


@pytest.mark.django_db(transaction=True)
def test_adding_up_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FEW", 3)
    for _ in range(6):
        PersonFactory()
    before = page_version()
    jobs.add_up_changes_each_minute(timestamp=0)
    assert page_version() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_pagechange")
        assert cursor.fetchone() == (0,)
    PersonFactory()
    assert page_version() > before


def test_hidden_reviews_are_seen_to_go(book: Work) -> None:
    ReviewFactory(work=book)
    visitor = Visitor(book.get_absolute_url())
    visitor.ask()
    Review.objects.update(status=ReviewStatus.REJECTED)
    assert visitor.ask().status_code == 200


def test_a_shop_s_page_and_the_front_page_too() -> None:
    seller = SellerFactory(name="Quay Books")
    listing = ListingFactory(seller=seller)
    for path in ("/", f"/shops/{seller.slug}/", "/shops/", "/new/"):
        visitor = Visitor(path)
        assert visitor.ask().status_code == visitor.ask().status_code == 304, path
        seller.name = f"{seller.name}!"
        seller.save()
        assert visitor.ask().status_code == 200, path
    assert listing.pk
