"""What staff and shops type about promotions and gift cards: every error stands at its field, and none breaks a page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orders.models import GiftCard, Promotion, StaffRequest
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.promotions import PromotionFactory
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db

INLINES = {
    f"{name}-{what}_FORMS": "0" for name in ("shops", "uses") for what in ("TOTAL", "INITIAL")
}


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def errors_of(client: Client, model: str, sent: dict[str, Any]) -> dict[str, list[str]]:
    """Return what the admin says of a new row, by field; nothing when it took it."""
    answer = client.post(reverse(f"admin:orders_{model}_add"), sent)
    assert answer.status_code in (200, 302)
    return {} if answer.status_code == 302 else answer.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"initial_minor": "0"}, "initial_minor", "Say what the card is worth."),
        ({"initial_minor": "99999999999.99"}, "initial_minor", "Write at most £10,000,000"),
        ({"initial_minor": "9" * 40}, "initial_minor", "Write at most"),
        ({"initial_minor": "1e999999"}, "initial_minor", "Use a point"),
        (
            {"expires_at_0": "01/01/2020", "expires_at_1": "12:00"},
            "expires_at",
            "This day has passed.",
        ),
    ],
)
def test_a_gift_card_that_makes_no_sense(
    staff: Client, wrong: dict[str, str], field: str, words: str
) -> None:
    card = {"initial_minor": "7.00", "funding": "goodwill", "note": "Sorry"}
    assert words in errors_of(staff, "giftcard", {**card, **wrong})[field][0]
    assert not GiftCard.objects.exists()
    assert not StaffRequest.objects.exists()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"kind": "percent"}, "percent_bp"),
        ({"kind": "percent", "percent_bp": "20000"}, "percent_bp"),
        ({"kind": "fixed"}, "amount_minor"),
        ({"kind": "fixed", "amount_minor": "0"}, "amount_minor"),
        ({"kind": "bundle", "percent_bp": "5000", "reduced": "1"}, "bundle"),
        ({"kind": "bundle", "percent_bp": "5000", "bundle": "3", "reduced": "3"}, "reduced"),
        ({"kind": "percent", "percent_bp": "1000", "borne_bp": "20000"}, "borne_bp"),
        ({"kind": "percent", "percent_bp": "1000", "code": " spring7 "}, "code"),
    ],
)
def test_a_promotion_that_does_not_say_what_it_takes_off(
    staff: Client, terms: dict[str, str], field: str
) -> None:
    PromotionFactory(code="SPRING7")
    now = timezone.localtime()
    offer = {
        "name": "Autumn",
        "code": "AUTUMN",
        "starts_at_0": f"{now:%d/%m/%Y}",
        "starts_at_1": "00:00",
        "position": "100",
        "borne_bp": "0",
        "active": "on",
        **INLINES,
    }
    assert list(errors_of(staff, "promotion", {**offer, **terms})) == [field]
    assert Promotion.objects.count() == 1
    good = {"kind": "percent", "percent_bp": "1000", "code": " autumn "}
    assert errors_of(staff, "promotion", {**offer, **good}) == {}
    assert Promotion.objects.filter(code="AUTUMN", percent_bp=1000).exists()


@pytest.mark.parametrize("field", ["first_day", "last_day"])
def test_an_offer_of_a_shop_ends_before_the_calendar_does(client: Client, field: str) -> None:
    shop = SellerFactory()
    client.force_login(member_of(shop))
    day = timezone.localdate()
    offer = {
        "name": "Sale",
        "kind": "percent",
        "percent": "10",
        "first_day": f"{day}",
        "last_day": f"{day + timedelta(days=7)}",
    }
    where = reverse("selling:offer_new", args=[shop.slug])
    answer = client.post(where, {**offer, "last_day": "", field: "9999-12-31"})
    assert answer.status_code == 200
    assert "before the year 3000" in answer.context["form"].errors[field][0]
    assert 'value="9999-12-31"' in answer.content.decode()
    assert client.post(where, offer).status_code == 302
