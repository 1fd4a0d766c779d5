"""A seller's way from application to shop and out of it: the service, and staff's buttons for it."""

import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.constants import SELLER_TRANSITIONS, SellerKind, SellerStatus
from accounts.errors import SellerIncompleteError, SellerTransitionError
from accounts.models import Seller, User
from accounts.services import sellers
from tests.factories.accounts import CompleteSellerFactory, StaffFactory, UserFactory

STEPS = {
    SellerStatus.READY_FOR_REVIEW: sellers.submit,
    SellerStatus.APPROVED: sellers.approve,
    SellerStatus.CHANGES_REQUESTED: sellers.request_changes,
    SellerStatus.REJECTED: sellers.reject,
    SellerStatus.SUSPENDED: sellers.suspend,
    SellerStatus.CLOSED: sellers.close,
}


def make_seller(status: str = SellerStatus.READY_FOR_REVIEW, **fields: object) -> Seller:
    seller: Seller = CompleteSellerFactory(status=status, **fields)
    return seller


def act_url(seller: Seller, action: str) -> str:
    return reverse("admin:accounts_seller_act", args=[seller.pk, action])


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("to", STEPS)
@pytest.mark.parametrize("status", SellerStatus.values)
def test_every_step_is_allowed_or_refused_as_written(status: str, to: SellerStatus) -> None:
    seller = make_seller(status)
    if to in SELLER_TRANSITIONS[status]:
        assert STEPS[to](seller=seller).status == to
    else:
        with pytest.raises(SellerTransitionError):
            STEPS[to](seller=seller)
    seller.refresh_from_db()
    assert seller.status == (to if to in SELLER_TRANSITIONS[status] else status)


@pytest.mark.django_db
def test_a_trader_without_an_address_is_not_approved() -> None:
    seller = make_seller(street="")
    with pytest.raises(SellerIncompleteError) as refused:
        sellers.approve(seller=seller)
    assert "street" in refused.value.fields
    seller.refresh_from_db()
    assert seller.status == SellerStatus.READY_FOR_REVIEW


@pytest.mark.django_db
def test_a_private_seller_needs_no_street() -> None:
    seller = make_seller(kind=SellerKind.PRIVATE, street="", postcode="")
    assert sellers.approve(seller=seller).status == SellerStatus.APPROVED


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one() -> None:
    """Approving and rejecting at the same time: the second waits for the first, and is refused."""
    seller = make_seller()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(step) -> None:  # type: ignore[no-untyped-def]
        try:
            start.wait(timeout=10)
            step(seller=seller)
            outcomes.append("done")
        except SellerTransitionError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(s,)) for s in (sellers.approve, sellers.reject)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["done", "refused"]


@pytest.mark.django_db(transaction=True)
def test_suspending_waits_for_a_checkout_that_reads_the_shop() -> None:
    seller = make_seller(SellerStatus.APPROVED)
    done = threading.Event()

    def suspend() -> None:
        try:
            sellers.suspend(seller=seller)
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=suspend)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_seller WHERE id = %s FOR SHARE", [seller.pk])
        thread.start()
        assert not done.wait(timeout=0.5)
    thread.join(timeout=10)
    assert done.is_set()


@pytest.mark.django_db
def test_the_page_offers_what_can_happen_next(staff_client: Client) -> None:
    waiting = make_seller()
    page = staff_client.get(
        reverse("admin:accounts_seller_change", args=[waiting.pk])
    ).content.decode()
    assert act_url(waiting, "approve") in page
    assert act_url(waiting, "reject") in page
    assert act_url(waiting, "suspend") not in page


@pytest.mark.django_db
def test_approving_by_the_button_is_kept_in_the_history(staff_client: Client) -> None:
    seller = make_seller()
    response = staff_client.post(act_url(seller, "approve"), follow=True)
    seller.refresh_from_db()
    assert seller.status == SellerStatus.APPROVED
    assert "approved." in response.content.decode()
    assert LogEntry.objects.get(object_id=str(seller.pk)).change_message == "Approve"


@pytest.mark.django_db
def test_suspending_asks_first_and_wants_a_reason(staff_client: Client) -> None:
    seller = make_seller(SellerStatus.APPROVED)
    url = act_url(seller, "suspend")
    assert "All copies leave the search" in staff_client.get(url).content.decode()
    assert "This field is required" in staff_client.post(url, {"reason": ""}).content.decode()
    seller.refresh_from_db()
    assert seller.status == SellerStatus.APPROVED
    staff_client.post(url, {"reason": "Sends the wrong books"})
    seller.refresh_from_db()
    assert seller.status == SellerStatus.SUSPENDED
    entry = LogEntry.objects.get(object_id=str(seller.pk))
    assert "Sends the wrong books" in entry.change_message


@pytest.mark.django_db
def test_an_error_is_a_message_and_changes_nothing(staff_client: Client) -> None:
    seller = make_seller(street="")
    page = staff_client.post(act_url(seller, "approve"), follow=True).content.decode()
    assert "Give the street and postcode" in page
    seller.refresh_from_db()
    assert seller.status == SellerStatus.READY_FOR_REVIEW
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_several_are_approved_at_once_and_the_rest_told(staff_client: Client) -> None:
    good, bad = make_seller(), make_seller(SellerStatus.CLOSED)
    data = {"action": "approve", "_selected_action": [good.pk, bad.pk]}
    url = reverse("admin:accounts_seller_changelist")
    page = staff_client.post(url, data, follow=True).content.decode()
    assert "1 row: approved." in page
    assert "can’t become" in page
    assert set(Seller.objects.values_list("status", flat=True)) == {"approved", "closed"}


@pytest.mark.django_db
def test_several_are_suspended_only_after_a_page_that_asks(staff_client: Client) -> None:
    shops = [make_seller(SellerStatus.APPROVED) for _ in range(2)]
    url = reverse("admin:accounts_seller_changelist")
    data = {"action": "suspend", "_selected_action": [shop.pk for shop in shops]}
    assert "All copies leave the search" in staff_client.post(url, data).content.decode()
    assert not Seller.objects.filter(status=SellerStatus.SUSPENDED).exists()
    staff_client.post(url, {**data, "confirmed": "yes", "reason": "Unpaid fees"})
    assert Seller.objects.filter(status=SellerStatus.SUSPENDED).count() == 2


@pytest.mark.django_db
def test_who_may_only_look_sees_no_buttons_and_gets_none(client: Client) -> None:
    user: User = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_seller"))
    client.force_login(user)
    seller = make_seller()
    page = client.get(reverse("admin:accounts_seller_change", args=[seller.pk])).content.decode()
    assert act_url(seller, "approve") not in page
    client.raise_request_exception = False
    client.post(act_url(seller, "approve"))
    client.post(
        reverse("admin:accounts_seller_changelist"),
        {"action": "approve", "_selected_action": [seller.pk]},
    )
    seller.refresh_from_db()
    assert seller.status == SellerStatus.READY_FOR_REVIEW


@pytest.mark.django_db
def test_staff_can_not_raise_themselves(client: Client) -> None:
    user: User = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_user"))
    reader, boss = UserFactory(), StaffFactory()
    client.force_login(user)
    url = reverse("admin:accounts_user_change", args=[reader.pk])
    assert 'name="is_superuser"' not in client.get(url).content.decode()
    assert (
        'name="_save"'
        not in client.get(reverse("admin:accounts_user_change", args=[boss.pk])).content.decode()
    )


@pytest.mark.django_db
def test_a_new_password_set_by_staff_ends_all_tokens(staff_client: Client) -> None:
    reader = UserFactory()
    url = reverse("admin:auth_user_password_change", args=[reader.pk])
    new = "a quite long new password"
    staff_client.post(url, {"password1": new, "password2": new, "usable_password": "true"})
    before = reader.token_epoch
    reader.refresh_from_db()
    assert reader.check_password(new)
    assert reader.token_epoch == before + 1
