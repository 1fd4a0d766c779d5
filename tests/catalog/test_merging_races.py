"""Merges at the same time as others, and controls which show that the race is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from books4all.lib.errors import DomainError
from catalog.errors import MergeError
from catalog.models import Contribution, Edition, Listing, Merge, Person, Redirect, Want, Work
from catalog.services import merging, wants
from catalog.services.merging import rows
from orders.selectors.stock_check import stock_differences
from orders.services import checkout
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    ListingFactory,
    PersonFactory,
    WorkFactory,
)
from tests.orders.journeys import ADDRESS, BUYER, basket_with, total_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same time; returns results, or the errors that came instead."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            return work()
        except (DomainError, Error, ValueError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def pause(seconds: float = 0.5) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def merged(kept: int, gone: int, kind: str = "person") -> Callable[[], Any]:
    return lambda: merging.merge(kind=kind, kept_id=kept, gone_ids=[gone], actor=None)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have merges look, wait, and then act on what they have seen."""

    def unlocked(model, kept, gone):
        found = {row["id"]: row for row in rows.read(model, "id", [kept, gone], lock=False)}
        pause()
        return found[kept], found[gone]

    monkeypatch.setattr("catalog.services.merging.merges.lock_both", unlocked)


def each_into_the_other() -> tuple[list[Any], int]:
    one, other = PersonFactory(), PersonFactory()
    ContributionFactory(person=one)
    ContributionFactory(person=other)
    results = at_once([merged(one.pk, other.pk), merged(other.pk, one.pk)])
    return results, Person.objects.count()


def test_two_merged_into_each_other_at_once_leave_one() -> None:
    results, left = each_into_the_other()
    assert left == 1
    refused = [r for r in results if isinstance(r, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], MergeError)
    assert Contribution.objects.filter(person=Person.objects.get()).count() == 2
    assert Merge.objects.count() == Redirect.objects.count() == 1


def test_overlapping_merges_in_a_ring_lose_nothing() -> None:
    people = [PersonFactory() for _n in range(6)]
    for person in people:
        ContributionFactory(person=person)
    ring = [
        merged(kept.pk, gone.pk) for kept, gone in zip(people, people[1:] + people[:1], strict=True)
    ]
    results = at_once(ring)
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert wrong == []
    done = [r for r in results if not isinstance(r, Exception)]
    assert Person.objects.count() == 6 - len(done)
    assert Contribution.objects.count() == 6
    targets = set(Redirect.objects.values_list("target_id", flat=True))
    assert targets <= set(Person.objects.values_list("pk", flat=True)), "no redirect leads nowhere"
    assert len(done) >= 1


def test_control_without_the_locks_a_merge_acts_on_what_is_gone(monkeypatch) -> None:
    without_locks(monkeypatch)
    results, left = each_into_the_other()
    broken = [r for r in results if isinstance(r, Exception) and not isinstance(r, MergeError)]
    assert broken or left == 0


def bought_while_merged() -> tuple[Any, Any, Listing]:
    kept = EditionFactory()
    listing = ListingFactory(edition=EditionFactory(work=kept.work))
    basket = basket_with(listing)
    total = total_of(basket)
    buy = lambda: checkout.submit(  # noqa: E731
        basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER
    )
    bought, done = at_once([buy, merged(kept.pk, listing.edition_id, "edition")])
    listing.refresh_from_db()
    assert listing.edition_id == kept.pk
    return bought, done, listing


def test_a_copy_bought_while_its_edition_is_merged_is_held_once() -> None:
    for _round in range(4):
        bought, done, listing = bought_while_merged()
        assert isinstance(bought, checkout.Submitted), bought
        assert not isinstance(done, Exception)
        line = listing.order_lines.get()
        assert (listing.held, line.title) == (1, "Book " + line.title.removeprefix("Book "))
    assert stock_differences() == []


def test_control_writing_whole_rows_would_forget_the_hold(monkeypatch) -> None:
    """What a merge would be that loads listings, changes their edition and saves them."""
    looked, held = Event(), Event()

    def whole(model, column, keys, *, old, new):
        if model is not Listing:
            return list(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
        stale = list(Listing.objects.filter(pk__in=keys))
        looked.set()
        held.wait(20)
        for listing in stale:
            listing.edition_id = new
            listing.save()
        return keys

    monkeypatch.setattr(rows, "point", whole)
    monkeypatch.setattr(rows, "lock", lambda model, column, values, removing=False: list(
        model._base_manager.filter(**{f"{column}__in": values}).values_list("pk", flat=True)
    ))  # fmt: skip
    kept = EditionFactory()
    listing = ListingFactory(edition=EditionFactory(work=kept.work))
    basket = basket_with(listing)
    total = total_of(basket)

    def buy() -> None:
        looked.wait(20)
        checkout.prepare(basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER)
        held.set()

    at_once([buy, merged(kept.pk, listing.edition_id, "edition")])
    listing.refresh_from_db()
    assert listing.held == 0, "the hold was overwritten"


def wanted_while_merged(begin: Event | None = None) -> tuple[Any, Any, Work]:
    kept, gone = WorkFactory(), WorkFactory()
    reader = UserFactory()
    slow = Event()

    def want() -> Any:
        with transaction.atomic():
            made = wants.add(user=reader, work=gone)
            slow.set()
            pause()
        return made

    def merge() -> Any:
        slow.wait(20)
        return merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)

    wanted, done = at_once([want, merge])
    return wanted, done, kept


def test_a_want_written_while_its_book_is_merged_is_not_lost_silently() -> None:
    wanted, done, kept = wanted_while_merged()
    if isinstance(wanted, Exception):
        # The reader is told: the book is gone, and the page they ask again leads on.
        assert isinstance(wanted, IntegrityError)
        assert not Want.objects.exists()
    else:
        assert Want.objects.get().work_id == kept.pk
    assert not isinstance(done, Exception), done
    assert not Want.objects.exclude(work__in=Work.objects.all()).exists()


def test_merging_and_undoing_at_once_ends_in_one_of_the_two() -> None:
    kept, gone, third = (WorkFactory() for _n in range(3))
    EditionFactory(work=gone)
    (done,) = merging.merge(kind="work", kept_id=kept.pk, gone_ids=[gone.pk], actor=None)
    results = at_once(
        [
            lambda: merging.undo(merge_id=done.pk, actor=None),
            lambda: merging.undo(merge_id=done.pk, actor=None),
            merged(third.pk, kept.pk, "work"),
        ]
    )
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert sum(not isinstance(r, Exception) for r in results[:2]) <= 1
    edition = Edition.objects.get()
    assert Work.objects.filter(pk=edition.work_id).exists()
