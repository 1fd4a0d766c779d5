"""A shop's money over the API."""

import pytest
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.services import tokens
from orders.services import payouts
from tests.factories.payouts import paid_out, payable, ready
from tests.orders.selling import member_of

pytestmark = pytest.mark.django_db


def test_what_a_shop_has_its_lines_and_its_payouts(api: APIClient) -> None:
    shop = payable(slug="vane")
    ready(shop, 3000)
    payout = payouts.make_for(seller=shop, currency="GBP")
    assert payout is not None
    ready(shop, 1250)
    access = tokens.issue(user=member_of(shop, SellerRole.ACCOUNTING)).access
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")

    state = api.get("/api/v1/selling/vane/money/").json()
    assert state["position"]["ready"] == {"amount_minor": 1250, "currency": "GBP"}
    assert state["on_the_way"]["amount_minor"] == 3000
    assert state["account"] == "Hester Vane GB•••• 5432"

    page = api.get("/api/v1/selling/vane/money/lines/?limit=2").json()
    first = [(line["kind"], line["balance"]["amount_minor"]) for line in page["results"]]
    assert first == [("adjusted", 1250), ("payout_made", 0)]
    assert page["results"][1]["payout"] == payout.number
    rest = api.get(page["next"]).json()
    assert [line["balance"]["amount_minor"] for line in rest["results"]] == [3000]

    [listed] = api.get("/api/v1/selling/vane/money/payouts/").json()["results"]
    assert (listed["number"], listed["status"]) == (payout.number, "pending")
    one = api.get(f"/api/v1/selling/vane/money/payouts/{payout.pk}/").json()
    assert one == listed
    paid = api.get(f"/api/v1/selling/vane/money/payouts/{payout.pk}/lines/").json()
    assert [line["amount"]["amount_minor"] for line in paid["results"]] == [3000]

    other = paid_out()
    assert api.get(f"/api/v1/selling/vane/money/payouts/{other.pk}/").status_code == 404
    asked = api.get("/api/v1/selling/vane/money/lines/?until=2020-01-01T00:00:00Z").json()
    assert asked["results"] == []


def test_who_sells_does_not_see_the_money(api: APIClient) -> None:
    shop = payable(slug="vane")
    access = tokens.issue(user=member_of(shop, SellerRole.ORDERS)).access
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert api.get("/api/v1/selling/vane/money/").status_code == 403
