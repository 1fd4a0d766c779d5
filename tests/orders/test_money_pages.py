"""A shop's money: its page, its table, its payouts, and who may see and change what."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.constants import SellerRole
from accounts.models import Seller, SellerDetails
from orders.constants import AccountKind as A
from orders.models import PayoutAccount
from orders.selectors import money as reads
from orders.selectors.ledger import balances_of_seller
from orders.services import paying_out, payout_accounts, payouts, seller_orders
from tests.factories.accounts import PASSWORD
from tests.factories.catalog import ListingFactory
from tests.factories.payouts import PayoutTermsFactory, paid_out, payable, ready
from tests.orders.journeys import placed, run_jobs
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Seller:
    return payable(slug="vane", name="Vane Books")


def as_member(client: Client, shop: Seller, *roles: SellerRole) -> Client:
    client.force_login(member_of(shop, *roles))
    return client


def to(name: str, shop: Seller, *args: object) -> str:
    return reverse(f"selling:{name}", args=[shop.slug, *args])


def test_the_page_of_a_shop_that_has_earned_nothing(client: Client, shop: Seller) -> None:
    page = as_member(client, shop, SellerRole.ACCOUNTING).get(to("money", shop)).content.decode()
    assert "Nothing has been earned yet" in page
    assert "Paid to Hester Vane GB•••• 5432" in page
    assert "12345698765432" not in page


def test_every_line_and_what_stood_after_it(
    client: Client, shop: Seller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ready(shop, 3000)
    payout = payouts.make_for(seller=shop, currency="GBP")
    ready(shop, 1250)
    ready(shop, -250)
    as_member(client, shop, SellerRole.ACCOUNTING)
    client.get(to("money", shop))
    # Session, user, membership, months, lines, terms, the account (those written down, and what the
    # shop has given), what there is, what is on its way, what the lines moved, their payouts, what
    # there was after the first of them, and for the menu: orders and messages that wait.
    with django_assert_num_queries(14):
        page = client.get(to("money", shop)).content.decode()
    assert payout is not None
    assert page.count(payout.number) == 1
    for words in ("£10.00", "£12.50", "−£2.50", "£30.00", "−£30.00"):
        assert words in page


def test_a_sale_from_posting_to_payout(client: Client, shop: Seller) -> None:
    order = placed(ListingFactory(seller=shop, price_minor=2000))
    part = order.seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    payouts.release(part)
    as_member(client, shop)
    page = client.get(to("money", shop)).content.decode()
    assert "Earned by posting" in page
    assert "Completed: ready for payout" in page
    assert to("order", shop, order.number) in page
    PayoutTermsFactory(seller=shop, minimum_minor=0)
    payout = payouts.make_for(seller=shop, currency="GBP")
    assert payout is not None
    page = client.get(to("payout", shop, payout.pk)).content.decode()
    assert to("order", shop, order.number) in page
    assert str(payout.amount) in page


def test_released_twice_is_released_once_and_a_reserve_is_kept(shop: Seller) -> None:
    PayoutTermsFactory(seller=shop, reserve_bp=1000, reserve_days=10)
    order = placed(ListingFactory(seller=shop, price_minor=2000))
    part = order.seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    earned = balances_of_seller(shop, "GBP")[A.SELLER_PENDING]
    payouts.release(part)
    assert payouts.release(part) is None
    kept = earned.minor // 10
    has = balances_of_seller(shop, "GBP")
    assert [
        has[kind].minor for kind in (A.SELLER_PENDING, A.SELLER_AVAILABLE, A.SELLER_RESERVE)
    ] == [
        0,
        earned.minor - kept,
        kept,
    ]
    today = timezone.now().date()
    assert payouts.free_reserves(today=today + timedelta(days=9)) == 0
    assert payouts.free_reserves(today=today + timedelta(days=10)) == 1
    assert payouts.free_reserves(today=today + timedelta(days=10)) == 0
    assert balances_of_seller(shop, "GBP")[A.SELLER_AVAILABLE] == earned


def test_the_table_says_the_same(client: Client, shop: Seller) -> None:
    ready(shop, 3000)
    payouts.make_for(seller=shop, currency="GBP")
    ready(shop, 1250)
    as_member(client, shop, SellerRole.ACCOUNTING)
    response = client.get(to("money_csv", shop))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Balance"] for row in rows] == ["12.50", "0.00", "30.00"]
    assert [row["Ready"] for row in rows] == ["12.50", "-30.00", "30.00"]
    assert response["Content-Disposition"].endswith('money-vane-all.csv"')


def test_a_day_shows_what_stood_then(client: Client, shop: Seller) -> None:
    ready(shop, 3000)
    as_member(client, shop, SellerRole.ACCOUNTING)
    today = timezone.now().date()
    page = client.get(to("money", shop), {"day": f"{today - timedelta(days=1)}"}).content.decode()
    assert "Nothing happened then." in page
    page = client.get(to("money", shop), {"day": f"{today}"}).content.decode()
    assert "£30.00" in page
    page = client.get(to("money", shop), {"month": f"{today:%Y-%m}"}).content.decode()
    assert "All lines together" in page


@pytest.mark.parametrize(
    "query", [{"day": "x"}, {"month": "2026-99"}, {"day": "9999-12-31"}, {"day": "0001-01-01"}]
)
def test_what_makes_no_sense_is_left_out(
    client: Client, shop: Seller, query: dict[str, str]
) -> None:
    as_member(client, shop, SellerRole.ACCOUNTING)
    assert client.get(to("money", shop), query).status_code == 200
    assert client.get(to("money_csv", shop), query).status_code == 200


def test_lines_go_on_over_pages_without_a_gap(shop: Seller) -> None:
    for _time in range(7):
        ready(shop, 100)
    rows = reads.entries_of(shop, "GBP").order_by("-created_at", "-pk")
    whole = [line.balance.minor for line in reads.told(shop, "GBP", list(rows))]
    assert whole == [700, 600, 500, 400, 300, 200, 100]
    parts = [
        line.balance.minor
        for first in (0, 3, 6)
        for line in reads.told(shop, "GBP", list(rows[first : first + 3]))
    ]
    assert parts == whole
    assert [line.balance.minor for line in reads.all_lines(shop, "GBP", reads.Period())] == whole


def test_who_sells_does_not_see_the_money(client: Client, shop: Seller) -> None:
    as_member(client, shop, SellerRole.ORDERS)
    for name in ("money", "money_csv", "payouts"):
        assert client.get(to(name, shop)).status_code == 403


def test_another_shop_s_payout_is_not_there(client: Client, shop: Seller) -> None:
    other = paid_out()
    as_member(client, shop)
    assert client.get(to("payout", shop, other.pk)).status_code == 404


def test_a_failed_payout_says_why(client: Client, shop: Seller) -> None:
    payout = paid_out(shop)
    paying_out.on_its_way(payout)
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    page = as_member(client, shop).get(to("payout", shop, payout.pk)).content.decode()
    assert "Account closed" in page
    assert client.get(to("payouts", shop)).content.decode().count("badge--bad") == 1
    assert "by now" not in page
    ready(shop, -500)
    page = client.get(to("payout", shop, payout.pk)).content.decode()
    assert "The shop owes £5.00 by now" in page


def test_the_shop_is_told(shop: Seller) -> None:
    payout = paid_out(shop)
    paying_out.on_its_way(payout)
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    run_jobs()
    subjects = [letter.subject for letter in mail.outbox]
    assert subjects == ["£25.00 is on its way to you", f"Payout {payout.number} could not be paid"]
    assert "Account closed" in mail.outbox[1].body
    assert mail.outbox[0].to == [shop.email]


# ---- where it goes ----


def test_only_owners_change_the_account(client: Client, shop: Seller) -> None:
    as_member(client, shop, SellerRole.ACCOUNTING)
    assert client.get(to("payout_account", shop)).status_code == 403


def test_the_password_is_asked_for_first(client: Client, shop: Seller) -> None:
    as_member(client, shop)
    response = client.get(to("payout_account", shop))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_reauthenticate"))


def owner(client: Client, shop: Seller) -> Client:
    """Have an owner who has given their password just now."""
    as_member(client, shop)
    asked = client.get(to("payout_account", shop))
    client.post(asked["Location"], {"password": PASSWORD})
    return client


def test_an_owner_changes_the_account(client: Client, shop: Seller) -> None:
    owner(client, shop)
    payout_accounts.current(seller=shop)
    given = {"account_holder": "Vane Books Ltd", "account_number": "DE89 3704 0044 0532 0130 00"}
    response = client.post(to("payout_account", shop), given, follow=True)
    page = response.content.decode()
    assert "Payouts go to it from" in page
    assert "nothing is paid to it before" in page
    latest = PayoutAccount.objects.filter(seller=shop).first()
    assert latest is not None
    assert (latest.holder, latest.number) == ("Vane Books Ltd", "DE89370400440532013000")
    run_jobs()
    assert any("account" in letter.subject for letter in mail.outbox)


def test_an_open_shop_s_checklist_is_no_way_around_the_password(
    client: Client, shop: Seller
) -> None:
    as_member(client, shop)
    given = {"account_holder": "Eve", "account_number": "DE89 3704 0044 0532 0130 00"}
    response = client.post(to("account", shop), given, follow=True)
    assert response.redirect_chain[0][0] == to("payout_account", shop)
    assert "password" in response.content.decode()
    assert SellerDetails.objects.get(seller=shop).account_holder != "Eve"


def test_a_wrong_number_is_named(client: Client, shop: Seller) -> None:
    owner(client, shop)
    payout_accounts.current(seller=shop)
    given: dict[str, Any] = {"account_holder": "Vane", "account_number": "DE89 0000"}
    page = client.post(to("payout_account", shop), given).content.decode()
    assert "This is no IBAN" in page
    assert PayoutAccount.objects.filter(seller=shop).count() == 1
