"""Wants and the reading list: one's own, and saved across a sign-in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.signals import visitor_signed_in
from books4all.lib.errors import ConflictError
from books4all.lib.money import Money
from catalog.constants import Condition, WantStatus
from catalog.models import ReadingListItem, Want
from catalog.selectors import lists
from catalog.selectors.waiting import Waiter
from catalog.services import reading_lists, wants
from tests.factories.accounts import UserFactory
from tests.factories.catalog import (
    EditionFactory,
    ListingFactory,
    ReadingListItemFactory,
    WantFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def hester():
    return UserFactory(email="hester@example.org")


@pytest.fixture
def client(hester) -> Client:
    client = Client(headers=OWN)
    client.force_login(hester)
    return client


def test_a_want_is_added_changed_and_removed(client: Client, hester) -> None:
    work = WorkFactory(title="Cane")
    assert client.post("/account/wants/add/", {"work": work.pk}).status_code == 302
    terms = {"work": work.pk, "max_price": "£12.50", "least_condition": "good"}
    client.post("/account/wants/add/", terms)
    want = Want.objects.get()
    assert (want.user, want.max_price_minor, want.least_condition) == (hester, 1250, "good")
    html = client.get("/account/wants/").content.decode()
    assert "Good or better" in html
    assert "up to £12.50 delivered" in html
    assert client.post(f"/account/wants/{want.pk}/act/").status_code == 302
    want.refresh_from_db()
    assert want.status == WantStatus.CLOSED


@pytest.mark.parametrize("price", ["abc", "-4", "0", "1.234", "99999999999"])
def test_a_price_that_is_none_is_named(client: Client, price: str) -> None:
    work = WorkFactory()
    response = client.post(
        "/account/wants/add/", {"work": work.pk, "max_price": price}, follow=True
    )
    assert "like 4.50" in response.content.decode()
    assert not Want.objects.exists()


@pytest.mark.parametrize("key", ["", "0", "x", "99999999", "9" * 40])
def test_a_book_that_is_not_there_is_404(client: Client, key: str) -> None:
    for path in ("wants", "reading-list"):
        assert client.post(f"/account/{path}/add/", {"work": key}).status_code == 404


def test_other_peoples_wants_are_not_there(client: Client) -> None:
    other = WantFactory(work__title="Somebody Else’s Book")
    assert b"Somebody Else" not in client.get("/account/wants/").content
    assert client.post(f"/account/wants/{other.pk}/act/").status_code == 404
    other.refresh_from_db()
    assert other.status == WantStatus.ACTIVE


def test_other_sites_may_not_post(hester) -> None:
    work = WorkFactory()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        client = Client(headers=headers)
        client.force_login(hester)
        for path in (
            "wants/add/",
            "reading-list/add/",
            "reading-list/remove/",
            "wants/1/act/",
            "wants/seen/",
            "wants/1/",
        ):
            assert client.post(f"/account/{path}", {"work": work.pk}).status_code == 403
    assert not Want.objects.exists()
    assert not ReadingListItem.objects.exists()


@pytest.mark.parametrize(("path", "model"), [("wants", Want), ("reading-list", ReadingListItem)])
def test_a_stranger_signs_in_and_finds_it_saved(path: str, model, rf, hester) -> None:
    work = WorkFactory()
    client = Client(headers=OWN)
    response = client.post(f"/account/{path}/add/", {"work": work.pk})
    assert response.status_code == 302
    assert f"next=/account/{path}/" in response["Location"]
    assert not model.objects.exists()
    request = rf.get("/")
    request.session = client.session
    visitor_signed_in.send(sender=None, request=request, user=hester)
    assert model.objects.get().work == work
    # Once: the session has forgotten it.
    model.objects.all().delete()
    visitor_signed_in.send(sender=None, request=request, user=hester)
    assert not model.objects.exists()


def test_the_pages_need_a_sign_in() -> None:
    for path in ("wants", "reading-list"):
        response = Client().get(f"/account/{path}/")
        assert (response.status_code, "/login/" in response["Location"]) == (302, True)


def test_a_want_counts_the_copies_that_meet_its_terms(hester) -> None:
    edition = EditionFactory()
    ListingFactory(edition=edition, condition=Condition.FAIR, price_minor=100)
    ListingFactory(edition=edition, condition=Condition.GOOD, price_minor=500)
    ListingFactory(edition=edition, condition=Condition.FINE, price_minor=900)
    ListingFactory(edition=edition, condition=Condition.FINE, price_minor=901)
    terms = Money(900 + 280, "GBP")
    asked = {"least_condition": "good", "max_price": terms}
    want = wants.add(user=hester, work=edition.work, terms=asked)
    still = wants.add(user=hester, work=WorkFactory())
    me = Waiter(user=hester)
    found, looking = lists.wants_of(me).items
    assert (found.matches, found.from_price) == (2, Money(780, "GBP"))
    assert (looking.want, looking.matches, looking.from_price) == (still, 0, None)
    # A country that nobody posts to.
    wants.change(who=me, want_id=want.pk, terms={"country": "JP"})
    assert [row.matches for row in lists.wants_of(me).items] == [0, 0]


def test_lists_take_the_same_queries_at_any_size(client: Client, hester) -> None:
    counts = []
    for times in (2, 10):
        for _ in range(times):
            wants.add(user=hester, work=ListingFactory().edition.work)
            reading_lists.add(user=hester, work=ListingFactory().edition.work)
        for path in ("wants", "reading-list"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/account/{path}/").status_code == 200
            counts.append(len(captured))
    # the session; the user; how many; the rows; what meets them now; those copies
    assert counts[0] == counts[2] <= 6
    # the session; the user; how many; the rows (perhaps one more where Redis has the session)
    assert counts[1] == counts[3] <= 5


def test_the_reading_list_keeps_a_book_once_and_lets_it_go(client: Client) -> None:
    work = WorkFactory(title="Emma")
    for _ in range(2):
        client.post("/account/reading-list/add/", {"work": work.pk})
    assert ReadingListItem.objects.count() == 1
    other = ReadingListItemFactory(work=work)
    assert b"Emma" in client.get("/account/reading-list/").content
    client.post("/account/reading-list/remove/", {"work": work.pk})
    assert list(ReadingListItem.objects.all()) == [other]


def test_after_saving_only_our_own_pages_follow(client: Client) -> None:
    work = WorkFactory()
    path = "/account/reading-list/add/"
    back = client.post(path, {"work": work.pk, "next": work.get_absolute_url()})
    assert back["Location"] == work.get_absolute_url()
    away = client.post(path, {"work": work.pk, "next": "https://evil.example/"})
    assert away["Location"] == "/account/reading-list/"


def test_a_list_is_full_at_some_point(monkeypatch, hester) -> None:
    monkeypatch.setattr(wants, "MOST_WANTS", 1)
    monkeypatch.setattr(reading_lists, "MOST_BOOKS", 1)
    for add in (wants.add, reading_lists.add):
        add(user=hester, work=WorkFactory())
        with pytest.raises(ConflictError):
            add(user=hester, work=WorkFactory())
