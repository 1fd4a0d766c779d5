"""What the tax office may have to be told of a shop: given by its owner, seen by staff alone."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.constants import SellerKind
from accounts.models import Seller, SellerDetails, SellerEvent
from accounts.selectors.checklist import checklist
from accounts.services import applications, retention, sellers
from tests.factories.accounts import CompleteSellerFactory, SellerMemberFactory, StaffFactory

pytestmark = pytest.mark.django_db
GIVEN = {
    "tax_number": " 11223\t44556 ",
    "birth_date": "1970-12-31",
    "home_street": "3 Quay Street",
    "home_postcode": "nr23 1ab",
}
KEPT = ("11223 44556", date(1970, 12, 31), "3 Quay Street", "NR23 1AB")


@pytest.fixture
def shop(client: Client) -> Seller:
    """A private seller, whose owner is signed in."""
    shop: Seller = CompleteSellerFactory(kind=SellerKind.PRIVATE)
    client.force_login(SellerMemberFactory(seller=shop).user)
    return shop


def at(shop: Seller) -> str:
    return reverse("selling:tax_facts", args=[shop.slug])


def kept(shop: Seller) -> tuple[Any, ...]:
    return tuple(SellerDetails.objects.values_list(*applications.TAX_FACTS).get(seller=shop))


def test_the_owner_gives_them_and_can_wait(client: Client, shop: Seller) -> None:
    item = next(one for one in checklist(shop).items if one.code == "tax")
    assert (item.done, item.required) == (False, False)
    assert set(item.lacking) == {"tax_number", "birth_date", "home_street"}
    assert client.post(at(shop), GIVEN).status_code == 302
    assert kept(shop) == KEPT
    page = client.get(at(shop)).content.decode()
    assert 'value="1970-12-31"' in page
    assert next(one for one in checklist(Seller.objects.get()).items if one.code == "tax").done
    event = SellerEvent.objects.latest("pk")
    assert event.details["fields"] == list(applications.TAX_FACTS)
    assert "11223" not in str(event.details)


def test_a_trader_is_asked_for_the_number_alone(client: Client) -> None:
    shop = CompleteSellerFactory()
    client.force_login(SellerMemberFactory(seller=shop).user)
    assert "home_street" not in client.get(at(shop)).content.decode()
    answer = client.post(at(shop), {**GIVEN, "birth_date": ""})
    assert answer.status_code == 302
    assert kept(shop) == ("11223 44556", None, "", "")
    assert next(one for one in checklist(Seller.objects.get()).items if one.code == "tax").done


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("tax_number", "12", "as it stands on a letter"),
        ("tax_number", "=SUM(1)", "as it stands on a letter"),
        ("birth_date", "31.12.1970", "like 1970-12-31"),
        ("birth_date", "2999-01-01", "Check the year"),
        ("birth_date", "1066-01-01", "Check the year"),
        ("home_postcode", "Wells", "should look like"),
    ],
)
def test_what_can_t_be_right_is_named(
    client: Client, shop: Seller, field: str, value: str, says: str
) -> None:
    page = client.post(at(shop), {**GIVEN, field: value}).content.decode()
    assert says in page
    assert f'id="id_{field}-error"' in page or 'aria-invalid="true"' in page
    assert "3 Quay Street" in page, "what was typed is kept"
    assert kept(shop) == ("", None, "", "")


def test_buyers_never_see_them_and_staff_do(client: Client, shop: Seller) -> None:
    client.post(at(shop), GIVEN)
    for url in (f"/shops/{shop.slug}/", f"/api/v1/shops/{shop.slug}/"):
        page = client.get(url).content.decode()
        assert not any(secret in page for secret in ("11223", "1970-12-31", "Quay Street", "NR23"))
    client.force_login(StaffFactory())
    url = reverse("admin:accounts_sellerdetails_change", args=[shop.pk])
    assert "11223 44556" in client.get(url).content.decode()


def test_they_are_kept_as_long_as_tax_offices_may_ask(client: Client, shop: Seller) -> None:
    client.post(at(shop), GIVEN)
    sellers.close(seller=shop)
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=184)):
        assert retention.forget_closed() == 1
    assert kept(shop) == KEPT
    assert SellerDetails.objects.get().account_number == ""
    with time_machine.travel(now + timedelta(days=6 * 366 + 1)):
        assert retention.forget_closed() == 1
        assert retention.forget_closed() == 0
    assert kept(shop) == ("", None, "", "")
