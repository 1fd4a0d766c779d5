"""Telling people of copies: at once or once a day, one letter each, never of what is gone."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from redis import Redis

from accounts.signals import visitor_signed_in
from catalog import jobs
from catalog.constants import WantNotice, WantStatus
from catalog.models import Listing, Want, WantMatch
from catalog.selectors import waiting
from catalog.selectors.waiting import Waiter
from catalog.services import want_letters, want_matching, wants
from tests.factories.accounts import SellerMemberFactory, UserFactory
from tests.factories.catalog import EditionFactory, ListingFactory, WantFactory, WorkFactory
from tests.orders.journeys import run_jobs

pytestmark = pytest.mark.django_db
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def nothing_counted(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()


def list_copies(*works: Any) -> list[Listing]:
    """List a copy of each, as one batch of an import."""
    copies = [ListingFactory(edition=EditionFactory(work=work)) for work in works]
    want_matching.match(listing_ids=[copy.pk for copy in copies])
    return copies


def text_of(message: Any) -> str:
    return str(message.body)


def html_of(message: Any) -> str:
    return str(message.alternatives[0][0])


def test_a_batch_of_copies_is_one_letter_with_all_that_one_decides_by() -> None:
    hester = UserFactory(email="hester@example.org")
    works = [WorkFactory(title=title) for title in ("Cane", "Emma")]
    made = [WantFactory(user=hester, work=work, notice=WantNotice.AT_ONCE) for work in works]
    copies = list_copies(*works)
    assert mail.outbox == []
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["hester@example.org"]
    assert letter.subject == "Found for you: Cane and more"
    link = f"/books/{works[0].slug}/#copy-{copies[0].pk}"
    for body in (text_of(letter), html_of(letter)):
        for words in ("Cane", "Emma", "£8.80", "Very good", copies[0].seller.name, "(shop)", link):
            assert words in body
        assert f"/account/wants/#want-{made[0].pk}" in body
    assert f"/books/{works[0].slug}/cover.png" in html_of(letter)
    # Once.
    run_jobs()
    jobs.sweep_wants_each_minute(0)
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_letter_stops_with_one_click_by_a_mail_program() -> None:
    want = WantFactory(notice=WantNotice.AT_ONCE)
    other = WantFactory(notice=WantNotice.AT_ONCE, work=want.work)
    list_copies(want.work)
    run_jobs()
    letter = next(one for one in mail.outbox if one.to == [want.user.email])
    headers: EmailMessage = letter.message()
    address = str(headers["List-Unsubscribe"]).strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text_of(letter)
    path = address.removeprefix("http://testserver").partition("://")[2].partition("/")[2]
    path = f"/{path}" if path else address.removeprefix("http://testserver")
    # Looking at the page changes nothing: programs follow links.
    assert Client().get(path).status_code == 200
    want.refresh_from_db()
    assert want.notice == WantNotice.AT_ONCE
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path, {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": ""})
    assert answer.status_code == 200
    assert answer.cookies == {}
    want.refresh_from_db()
    other.refresh_from_db()
    assert (want.notice, want.status) == (WantNotice.PAGE, WantStatus.ACTIVE)
    assert other.notice == WantNotice.AT_ONCE
    assert Client().post("/wants/stop/nonsense/").status_code == 404


def test_what_is_sold_before_the_letter_goes_is_not_told_and_may_be_later() -> None:
    want = WantFactory(notice=WantNotice.AT_ONCE)
    (copy,) = list_copies(want.work)
    run_jobs(only=["catalog.tell_wants_at_once"])
    assert WantMatch.objects.get().told_at
    Listing.objects.filter(pk=copy.pk).update(held=1)
    run_jobs()
    assert mail.outbox == []
    # The checkout is left, and the copy is free again.
    Listing.objects.filter(pk=copy.pk).update(held=0)
    jobs.sweep_wants_each_minute(0)
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_want_that_is_closed_or_paused_is_not_told_of() -> None:
    for status in (WantStatus.CLOSED, WantStatus.PAUSED):
        want = WantFactory(notice=WantNotice.AT_ONCE)
        list_copies(want.work)
        Want.objects.filter(pk=want.pk).update(status=status)
    run_jobs()
    assert mail.outbox == []


def test_nobody_gets_more_letters_in_an_hour_than_are_read() -> None:
    want = WantFactory(notice=WantNotice.AT_ONCE)
    for _ in range(want_letters.LETTERS_AN_HOUR + 2):
        list_copies(want.work)
        run_jobs()
    assert len(mail.outbox) == want_letters.LETTERS_AN_HOUR
    # The rest is one letter, an hour later.
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        jobs.sweep_wants_each_minute(0)
        run_jobs()
    assert len(mail.outbox) == want_letters.LETTERS_AN_HOUR + 1
    assert not WantMatch.objects.filter(told_at=None).exists()


def test_the_digest_is_one_letter_a_day_and_the_page_none() -> None:
    hester, cormac = UserFactory(), UserFactory()
    works = [WorkFactory(), WorkFactory()]
    for work in works:
        WantFactory(user=hester, work=work, notice=WantNotice.DAILY)
        WantFactory(user=cormac, work=work, notice=WantNotice.PAGE)
    for work in works:
        list_copies(work)
    run_jobs()
    jobs.sweep_wants_each_minute(0)
    run_jobs()
    assert mail.outbox == []
    for _ in range(2):
        jobs.tell_wants_each_day(0)
        run_jobs()
    assert [letter.to for letter in mail.outbox] == [[hester.email]]


def test_a_long_letter_names_some_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(want_letters, "COPIES_A_LETTER", 2)
    want = WantFactory(notice=WantNotice.AT_ONCE)
    list_copies(*[want.work] * 5)
    run_jobs()
    assert "3 more copies are on your list" in text_of(mail.outbox[0])


def test_a_shop_is_not_told_of_its_own_stock_and_nobody_who_is_gone() -> None:
    listing = ListingFactory()
    own = SellerMemberFactory(seller=listing.seller).user
    gone = UserFactory(is_active=False)
    for user in (own, gone):
        WantFactory(user=user, work=listing.edition.work, notice=WantNotice.AT_ONCE)
    assert want_matching.match(listing_ids=[listing.pk]) == 1
    run_jobs()
    assert mail.outbox == []


# --- Guests -----------------------------------------------------------------------------------
def leave(email: str = "guest@example.net", **fields: Any) -> Any:
    work = fields.pop("work", None)
    address = f"/wants/new/?work={work.pk}" if work else "/wants/new/"
    sent = {"email": email, "notice": "at_once", "country": "GB", **fields}
    return Client(headers=OWN).post(address, sent)


def path_in(message: Any, begin: str) -> str:
    body = text_of(message)
    at = body.index(begin)
    return body[at:].split()[0]


def test_a_guest_confirms_by_a_link_is_told_and_looks_after_the_want() -> None:
    work = WorkFactory(title="Cane")
    answer = leave(work=work, max_price="12", least_condition="good", jacket="")
    assert answer["Location"] == "/wants/sent/"
    want = Want.objects.get()
    assert (want.email, want.status, want.max_price_minor) == (
        "guest@example.net", WantStatus.UNCONFIRMED, 1200,
    )  # fmt: skip
    # Nothing happens before the link is followed, and nothing by a program that looks at it.
    list_copies(work)
    run_jobs()
    (asking,) = mail.outbox
    assert "Cane" in asking.subject
    path = path_in(asking, "/wants/confirm/")
    assert Client().get(path).status_code == 200
    want.refresh_from_db()
    assert want.status == WantStatus.UNCONFIRMED
    assert not WantMatch.objects.exists()
    browser = Client(headers=OWN)
    page = browser.post(path)
    want.refresh_from_db()
    assert (want.status, bool(want.confirmed_at)) == (WantStatus.ACTIVE, True)
    html = browser.get(page["Location"]).content.decode()
    assert "1 copy matches" in html  # what is on sale already is shown, and no letter is sent of it
    list_copies(work)
    run_jobs()
    told = mail.outbox[-1]
    assert len(mail.outbox) == 2
    assert told.to == ["guest@example.net"]
    # The letter leads to the page where the want is changed, paused and closed.
    mine = path_in(told, "/wants/mine/").partition("#")[0]
    browser.post(f"{mine}{want.pk}/", {"max_price": "", "notice": "daily", "least_condition": ""})
    want.refresh_from_db()
    assert (want.max_price_minor, want.notice, want.least_condition) == (None, "daily", "")
    for act, status in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert browser.post(f"{mine}{want.pk}/act/", {"act": act}).status_code == 302
        want.refresh_from_db()
        assert want.status == status
    assert browser.post(f"{mine}{want.pk}/act/", {"act": "close"}).status_code == 404


def test_a_guest_s_link_opens_nobody_else_s_wants() -> None:
    own = WantFactory(user=None, email="guest@example.net")
    others = [WantFactory(user=None, email="other@example.net"), WantFactory()]
    token = waiting.guest_token("guest@example.net")
    browser = Client(headers=OWN)
    assert browser.get(f"/wants/mine/{token}/{own.pk}/").status_code == 200
    for other in others:
        assert browser.get(f"/wants/mine/{token}/{other.pk}/").status_code == 404
        assert browser.post(f"/wants/mine/{token}/{other.pk}/act/").status_code == 404
    # A link for one thing is no link for another.
    stop = waiting.stop_token(Waiter(email="guest@example.net"))
    assert browser.get(f"/wants/mine/{stop}/").status_code == 404
    assert browser.get(f"/wants/confirm/{token}/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert waiting.to_confirm(waiting.confirm_token(own))
    old = waiting.confirm_token(own)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert browser.get(f"/wants/confirm/{old}/").status_code == 404


def test_a_stranger_cannot_change_what_a_guest_has_confirmed() -> None:
    want = WantFactory(user=None, email="guest@example.net", max_price_minor=500)
    assert leave(work=want.work, max_price="99")["Location"] == "/wants/sent/"
    want.refresh_from_db()
    assert want.max_price_minor == 500
    run_jobs()
    assert mail.outbox == []


def test_an_address_is_not_flooded_by_others() -> None:
    for _ in range(7):
        answer = leave(work=WorkFactory())
    assert "Too many attempts" in answer.content.decode()
    run_jobs()
    assert len(mail.outbox) == 5


def test_a_guest_stops_everything_and_is_forgotten() -> None:
    want = WantFactory(user=None, email="guest@example.net")
    kept = WantFactory(user=None, email="other@example.net")
    wants.stop_letters(who=Waiter(email="guest@example.net"))
    want.refresh_from_db()
    assert want.status == WantStatus.CLOSED
    late = WantFactory(user=None, email="never@example.net", status="unconfirmed")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        want_letters.tidy()
    assert not Want.objects.filter(pk__in=[want.pk, late.pk]).exists()
    assert Want.objects.filter(pk=kept.pk).exists()


def test_who_signs_in_with_the_same_proven_address_finds_what_they_left(rf: Any) -> None:
    user = UserFactory(email="guest@example.net")
    left = WantFactory(user=None, email="guest@example.net")
    twice = WantFactory(user=None, email="guest@example.net")
    already = WantFactory(user=user, work=twice.work)
    request = rf.get("/")
    request.session = {}
    visitor_signed_in.send(sender=None, request=request, user=user)
    left.refresh_from_db()
    assert left.user is None
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    visitor_signed_in.send(sender=None, request=request, user=user)
    for row in (left, twice, already):
        row.refresh_from_db()
    assert (left.user, left.email) == (user, "")
    assert (twice.status, already.status) == (WantStatus.CLOSED, WantStatus.ACTIVE)
