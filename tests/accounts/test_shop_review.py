"""Staff look at an application: words, decisions, letters, history."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import tasks
from accounts.constants import SellerRole, SellerStatus
from accounts.errors import SellerTransitionError
from accounts.models import Seller, SellerEvent, User
from accounts.services import applications, sellers
from books4all.lib.errors import DomainError
from orders.constants import SellerOrderStatus
from orders.services import seller_orders
from tests.factories.accounts import (
    CompleteSellerFactory,
    SellerMemberFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import basket_with, placed, prepare

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    user: User = UserFactory(email="hester@example.org", name="Hester Vane")
    return user


@pytest.fixture
def shop(owner: User) -> Seller:
    """A complete application that waits, with an owner and somebody who only packs."""
    seller: Seller = CompleteSellerFactory(status=SellerStatus.READY_FOR_REVIEW)
    SellerMemberFactory(seller=seller, user=owner)
    SellerMemberFactory(seller=seller, user=UserFactory(), roles=[SellerRole.ORDERS])
    return seller


def letters() -> list[Any]:
    """Run the jobs as the worker would, and return what was sent."""
    for job in ProcrastinateJob.objects.filter(task_name="accounts.send_news").order_by("pk"):
        tasks.send_news(**job.args)
    return mail.outbox


def act(client: Client, shop: Seller, name: str, **data: str) -> str:
    url = reverse("admin:accounts_seller_act", args=[shop.pk, name])
    return client.post(url, data, follow=True).content.decode()


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory(name="Staff Person"))
    return client


DECISIONS = [
    # action, from, to, words of the letter's subject
    ("approve", SellerStatus.READY_FOR_REVIEW, SellerStatus.APPROVED, "is open"),
    ("request-changes", SellerStatus.READY_FOR_REVIEW, SellerStatus.CHANGES_REQUESTED, "mend"),
    ("reject", SellerStatus.READY_FOR_REVIEW, SellerStatus.REJECTED, "Your application"),
    ("suspend", SellerStatus.APPROVED, SellerStatus.SUSPENDED, "is suspended"),
    ("approve", SellerStatus.SUSPENDED, SellerStatus.APPROVED, "is open again"),
    ("close", SellerStatus.APPROVED, SellerStatus.CLOSED, "is closed"),
    ("submit", SellerStatus.CLOSED, SellerStatus.READY_FOR_REVIEW, "We have your application"),
]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda one: f"{one[1]}-{one[0]}")
def test_each_decision_is_logged_and_told_to_the_owners(
    staff_client: Client, shop: Seller, decision: tuple[str, str, str, str]
) -> None:
    action, before, after, subject = decision
    Seller.objects.filter(pk=shop.pk).update(status=before)
    act(staff_client, shop, action, reason="The address is a letter box.")
    shop.refresh_from_db()
    assert shop.status == after
    event = SellerEvent.objects.get()
    assert event.actor is not None
    assert event.actor.is_staff
    [letter] = letters()
    assert letter.to == ["hester@example.org"]
    assert subject in letter.subject
    assert reverse("selling:application", args=[shop.slug]) in letter.body
    assert "Staff Person" not in letter.body
    if action in {"request-changes", "reject", "suspend", "close"}:
        assert "The address is a letter box." in letter.body
        assert "The address is a letter box." in letter.alternatives[0][0]


def test_remarks_stand_beside_their_items_until_it_is_sent_again(
    staff_client: Client, shop: Seller, owner: User
) -> None:
    act(staff_client, shop, "request-changes", remark_identity="The picture is too dark.")
    [letter] = letters()
    assert "A document that shows who you are: The picture is too dark." in letter.body
    theirs = Client()
    theirs.force_login(owner)
    url = reverse("selling:application", args=[shop.slug])
    page = theirs.get(url).content.decode()
    assert "The picture is too dark." in page
    assert "Send it again" in page
    theirs.post(reverse("selling:submit", args=[shop.slug]))
    shop.refresh_from_db()
    assert shop.status == SellerStatus.READY_FOR_REVIEW
    assert "The picture is too dark." not in theirs.get(url).content.decode()


def test_changes_are_not_asked_for_without_a_word(staff_client: Client, shop: Seller) -> None:
    assert "Say what to mend" in act(staff_client, shop, "request-changes")
    shop.refresh_from_db()
    assert shop.status == SellerStatus.READY_FOR_REVIEW
    assert not SellerEvent.objects.exists()


def test_the_page_shows_everything_beside_the_checklist(staff_client: Client, shop: Seller) -> None:
    url = reverse("admin:accounts_seller_change", args=[shop.pk])
    page = staff_client.get(url).content.decode()
    for shown in ("Vane Books Ltd", "GB•••• 5432", "passport.pdf", "The business", "Approve"):
        assert shown in page
    assert "GB82WEST" not in page
    assert shop.name in staff_client.get("/admin/").content.decode()


def test_the_seller_closes_and_needs_staff_to_open_again(shop: Seller, owner: User) -> None:
    sellers.approve(seller=shop)
    theirs = Client()
    theirs.force_login(owner)
    url = reverse("selling:close", args=[shop.slug])
    assert "Keep it open" in theirs.get(url).content.decode()
    theirs.post(url, {"reason": "Retiring"})
    shop.refresh_from_db()
    assert shop.status == SellerStatus.CLOSED
    assert theirs.get(reverse("selling:application", args=[shop.slug])).status_code == 200
    theirs.post(reverse("selling:submit", args=[shop.slug]))
    shop.refresh_from_db()
    assert shop.status == SellerStatus.READY_FOR_REVIEW
    assert theirs.get(f"/shops/{shop.slug}/").status_code == 404
    sellers.approve(seller=shop)
    assert theirs.get(f"/shops/{shop.slug}/").status_code == 200


def test_paid_orders_of_a_closed_shop_are_still_worked_on(shop: Seller, owner: User) -> None:
    sellers.approve(seller=shop)
    listing = ListingFactory(seller=shop, on_hand=5)
    part = placed(listing).seller_orders.get()
    basket = basket_with(listing)
    sellers.close(seller=shop, actor=owner)
    seller_orders.accept(seller_order_id=part.pk, actor=owner)
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.ACCEPTED
    with pytest.raises(DomainError):
        prepare(basket)


def test_a_decision_that_fails_tells_nobody(shop: Seller) -> None:
    with pytest.raises(SellerTransitionError):
        sellers.suspend(seller=shop)
    assert not SellerEvent.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="accounts.send_news").exists()


def test_owners_are_told_when_their_money_goes_elsewhere(shop: Seller, owner: User) -> None:
    given = {"account_holder": "Hester Vane", "account_number": "DE89 3704 0044 0532 0130 00"}
    applications.set_account(seller=shop, actor=owner, **given)
    [letter] = letters()
    assert "payment account" in letter.subject
    for part in (letter.body, letter.alternatives[0][0]):
        assert "DE89" not in part
    applications.set_account(seller=shop, actor=owner, **given)
    assert ProcrastinateJob.objects.filter(task_name="accounts.send_news").count() == 1


def test_closed_accounts_get_no_letters(shop: Seller, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    sellers.approve(seller=shop)
    assert letters() == [], "somebody whose account is closed was written to"
