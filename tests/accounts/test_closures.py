"""Holidays: planned, followed by the clock, seen by buyers and by search at midnight."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import Closure, Seller, SellerEvent
from accounts.services import closures
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from catalog.search import Query, index, keeping, search
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import EditionFactory, ListingFactory, WorkFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


def plan(shop: Seller, first: int, last: int | None, note: str = "") -> Closure:
    return closures.plan(
        seller=shop,
        actor=None,
        first_day=date(2027, 3, first),
        last_day=date(2027, 3, last) if last else None,
        note=note,
    )


def columns(shop: Seller) -> tuple[int | None, int | None, str]:
    shop.refresh_from_db()
    first, last = shop.closed_from, shop.closed_to
    return first and first.day, last and last.day, shop.closure_note


@time_machine.travel(NOON, tick=False)
def test_the_columns_hold_what_is_on_or_comes_next() -> None:
    shop = SellerFactory()
    later = plan(shop, 20, 22, "Leipzig")
    assert columns(shop) == (20, 22, "Leipzig")
    plan(shop, 5, 7, "Ski")
    assert columns(shop) == (5, 7, "Ski")
    closures.remove(seller=shop, actor=None, closure_id=shop.closures.get(note="Ski").pk)
    assert columns(shop) == (20, 22, "Leipzig")
    closures.remove(seller=shop, actor=None, closure_id=later.pk)
    assert columns(shop) == (None, None, "")
    assert list(SellerEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "closure.planned", "closure.planned", "closure.removed", "closure.removed",
    ]  # fmt: skip


def test_the_clock_takes_up_the_next_one() -> None:
    shop = SellerFactory()
    with time_machine.travel(at(1), tick=False):
        plan(shop, 3, 4)
        plan(shop, 6, 6)
    for day, closed, shown in ((2, False, 3), (3, True, 3), (4, True, 3), (5, False, 6),
                               (6, True, 6), (7, False, None)):  # fmt: skip
        with time_machine.travel(at(day, 0, 30), tick=False):
            closures.follow_the_clock()
            assert columns(shop)[0] == shown, day
            assert shop.is_closed_now is closed, day
            assert Seller.objects.open().filter(pk=shop.pk).exists() is not closed, day


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("first", "last"), [(5, 5), (4, 4), (9, 12), (10, None), (1, None), (6, 7)]
)
def test_holidays_are_a_day_apart(first: int, last: int | None) -> None:
    shop, other = SellerFactory(), SellerFactory()
    plan(shop, 5, 9)
    with pytest.raises(ConflictError) as refused:
        plan(shop, first, last)
    assert "first_day" in refused.value.fields
    plan(other, first, last)
    plan(shop, 11, None)
    assert shop.closures.count() == 2


@time_machine.travel(NOON, tick=False)
def test_days_that_are_over_or_in_the_wrong_order_are_refused() -> None:
    shop = SellerFactory()
    for first, last in ((9, 8), (8, 8)):
        with time_machine.travel(at(10), tick=False), pytest.raises(DomainError) as refused:
            plan(shop, first, last)
        assert list(refused.value.fields) == ["last_day"]
    with pytest.raises(NotFoundError):
        closures.remove(seller=shop, actor=None, closure_id=10**30)


def found(words: str) -> int:
    return sum(hit.card.copies for hit in search(Query(text=words, to="GB")).hits)


def test_search_follows_at_midnight_and_back() -> None:
    """Offers are hidden without touching them, whether or not anybody writes anything that night."""
    with time_machine.travel(at(1), tick=False):
        shop = SellerFactory(slug="away")
        work = WorkFactory(title="Quagmire Days")
        listing = ListingFactory(seller=shop, edition=EditionFactory(work=work))
        index.catch_up()
        keeping.sweep()
        plan(shop, 2, 3, "At the fair")
        index.catch_up()
        before = type(listing).objects.values().get()
        assert found("quagmire") == 1
    with time_machine.travel(at(2, 0, 1), tick=False):
        # Nothing has been written since: the clock alone hides it, everywhere.
        assert found("quagmire") == 0
        page = Client().get("/shops/away/").content.decode()
        assert "closed until 3 March" in page
        assert "At the fair" in page
        assert not type(listing).objects.on_sale().exists()
        assert "Add to basket" not in Client().get(work.get_absolute_url()).content.decode()
        keeping.sweep()
        index.catch_up()
        assert found("quagmire") == 0
    with time_machine.travel(at(4, 0, 1), tick=False):
        assert type(listing).objects.on_sale().exists()
        keeping.sweep()
        index.catch_up()
        assert found("quagmire") == 1
    assert type(listing).objects.values().get() == before


def test_the_keeper_sweeps_as_the_day_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes after the last look is too late for a shop that is back at midnight."""
    days: list[date] = []
    monkeypatch.setattr(keeping, "look_after", lambda: days.append(datetime.now(UTC).date()))
    with time_machine.travel(at(1, 23, 59), tick=False) as clock:
        turns = iter(range(6))

        def stopped() -> bool:
            turn = next(turns, None)
            if turn == 3:
                clock.move_to(at(2, 0, 0))
            return turn is None

        monkeypatch.setattr(keeping, "_wait", lambda *_: None)
        keeping.keep(stopped)
    assert [day.day for day in days] == [1, 2]


@time_machine.travel(NOON, tick=False)
def test_an_owner_plans_a_holiday_on_the_page(client: Client) -> None:
    owner = SellerMemberFactory(seller__slug="salt")
    client.force_login(owner.user)
    to = "/selling/salt/front/closures/"
    given = {"first_day": "2027-03-24", "last_day": "2027-03-28", "note": "Easter"}
    assert client.post(to, given).status_code == 302
    page = client.get("/selling/salt/front/").content.decode()
    assert "24 March 2027 to 28 March 2027" in page
    again = client.post(to, given | {"note": "Kept as typed"}).content.decode()
    assert "Another closure takes up some of these days" in again
    assert "Kept as typed" in again
    wrong = client.post(to, {"first_day": "soon"}).content.decode()
    assert "Enter a day, like" in wrong
    closure = Closure.objects.get()
    theirs = plan(SellerFactory(), 10, 12)
    assert client.post(f"{to}{theirs.pk}/remove/").status_code == 404
    assert client.post(f"{to}{closure.pk}/remove/").status_code == 302
    assert list(Closure.objects.all()) == [theirs]
