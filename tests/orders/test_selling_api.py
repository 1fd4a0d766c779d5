"""A shop's orders over the API."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from redis import Redis
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.models import Seller, User
from accounts.services import tokens
from orders.constants import SellerOrderStatus
from orders.models import IdempotencyKey, Refund, Shipment
from tests.factories.accounts import SellerFactory, UserFactory
from tests.orders.selling import member_of, sold

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/selling/saltmarsh/orders/"
PRINT = "/api/v1/selling/saltmarsh/documents/"


@pytest.fixture(autouse=True)
def no_old_counts(settings: Any) -> None:
    Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def shop() -> Seller:
    return SellerFactory(slug="saltmarsh")


def program_of(user: User) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user).access}")
    return api


@pytest.fixture
def api(shop: Seller) -> APIClient:
    return program_of(member_of(shop, SellerRole.ORDERS))


def send(api: APIClient, part: Any, what: str, key: str = "", **body: object) -> Any:
    url = f"{ORDERS}{part.order.number}/{what}/"
    return api.post(url, body, format="json", HTTP_IDEMPOTENCY_KEY=key or str(uuid4()))


def test_one_order(api: APIClient, shop: Seller) -> None:
    part = sold(shop, copies=(2,), country="DE", city="Köln", postcode="50667")
    found = api.get(f"{ORDERS}{part.order.number.lower()}/").json()
    assert found["label"] == ["Hester Lamb", "1 Mill Lane", "50667 Köln", "GERMANY"]
    line = found["lines"][0]
    assert (line["quantity"], line["left"], line["sku"]) == (2, 2, part.lines.get().sku)
    assert found["total"] == {"amount_minor": 1480, "currency": "GBP"}
    assert found["post_by"] > found["placed_at"][:10]


def test_polled_by_what_has_changed(api: APIClient, shop: Seller) -> None:
    parts = [sold(shop) for _n in range(3)]
    sold(shop, status="pending")
    sold(SellerFactory())
    newest = [row["number"] for row in api.get(ORDERS).json()["results"]]
    assert newest == [part.order.number for part in reversed(parts)]
    moment = parts[2].updated_at + timedelta(microseconds=1)
    since = {"updated_since": moment.isoformat(), "limit": 1}
    assert api.get(ORDERS, since).json()["results"] == []
    for part in parts[:2]:
        assert api.post(f"{ORDERS}{part.order.number}/accept/").json()["status"] == "accepted"
    page = api.get(ORDERS, since).json()
    assert page["results"][0]["number"] == parts[0].order.number
    page = api.get(page["next"]).json()
    assert page["results"][0]["number"] == parts[1].order.number
    assert page["next"] is None
    placed = api.get(ORDERS, {"status": "placed"}).json()["results"]
    assert [row["number"] for row in placed] == [parts[2].order.number]


def test_posted_once_a_key(api: APIClient, shop: Seller) -> None:
    part = sold(shop, copies=(2, 1), status="accepted")
    two, _one = part.lines.order_by("pk")
    body = {
        "carrier": "UPS",
        "tracking_number": "1z 999 aa1 01 2345 6784",
        "lines": [{"line": str(two.pk), "quantity": 1}],
    }
    first = send(api, part, "shipments", key="a", **body)
    assert first.status_code == 201, first.json()
    assert first.json()["tracking_url"] == "https://www.ups.com/track?tracknum=1Z999AA10123456784"
    again = send(api, part, "shipments", key="a", **body)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    # A crash between the parcel and its answer: the same request finds the parcel.
    IdempotencyKey.objects.all().delete()
    assert send(api, part, "shipments", key="a", **body).json() == first.json()
    assert Shipment.objects.count() == 1
    assert send(api, part, "shipments", key="b", carrier="My van").status_code == 201
    shown = api.get(f"{ORDERS}{part.order.number}/").json()
    assert shown["status"] == SellerOrderStatus.SHIPPED
    assert [[copy["quantity"] for copy in s["lines"]] for s in shown["shipments"]] == [[1], [1, 1]]
    refused = send(api, part, "shipments", key="c", carrier="My van")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition")


def test_refused_once_a_key(api: APIClient, shop: Seller) -> None:
    part = sold(shop, copies=(2,))
    line = str(part.lines.get().pk)
    body = {"reason": "damaged", "lines": [{"line": line, "quantity": 1}]}
    first = send(api, part, "refusals", key="a", **body)
    assert first.json()["refund"] == {"amount_minor": 600, "currency": "GBP"}
    IdempotencyKey.objects.all().delete()
    assert send(api, part, "refusals", key="a", **body).json()["id"] == first.json()["id"]
    assert Refund.objects.count() == 1
    rest = send(api, part, "refusals", reason="other", words="Sold in the shop")
    assert rest.json()["refund"]["amount_minor"] == 880
    assert api.get(f"{ORDERS}{part.order.number}/").json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("shipments", {}, "carrier"),
        ("shipments", {"carrier": "UPS", "tracking_number": "12"}, "tracking_number"),
        ("shipments", {"carrier": "UPS", "lines": [{"line": str(uuid4()), "quantity": 1}]}, "copies"),
        ("shipments", {"carrier": "UPS", "lines": "all"}, "lines"),
        ("refusals", {"reason": "bored"}, "reason"),
        ("refusals", {"reason": "other"}, "words"),
        ("refusals", {"reason": "damaged", "refund": 1}, "refund"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    api: APIClient, shop: Seller, what: str, body: dict[str, Any], field: str
) -> None:
    part = sold(shop)
    answer = send(api, part, what, **body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field
    assert not Refund.objects.exists()
    assert not Shipment.objects.exists()


def test_a_key_is_needed(api: APIClient, shop: Seller) -> None:
    url = f"{ORDERS}{sold(shop).order.number}/shipments/"
    assert api.post(url, {"carrier": "DHL"}).json()["code"] == "idempotency_key_missing"


def test_documents(api: APIClient, shop: Seller) -> None:
    part, foreign = sold(shop), sold()
    for name in ("labels", "packing-slips", "pick-list"):
        asked = urlencode({"order": part.order.number})
        answer = api.get(f"{PRINT}{name}/?{asked}", HTTP_ACCEPT="application/pdf, */*")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert api.get(f"{PRINT}{name}/").status_code == 400
        assert api.get(f"{PRINT}{name}/?order={foreign.order.number}").status_code == 404
        assert api.get(f"{PRINT}{name}/?tab=to-accept").status_code == 200
    assert api.get(f"{PRINT}labels/?tab=to-accept&paper=a3").status_code == 400


def test_others_are_told_nothing(api: APIClient, shop: Seller) -> None:
    foreign = sold()
    for what in ("shipments", "refusals", "accept"):
        assert send(api, foreign, what, carrier="DHL", reason="damaged").status_code == 404
        stranger = program_of(UserFactory())
        assert send(stranger, sold(shop), what, carrier="DHL").status_code == 404
        clerk = program_of(member_of(shop, SellerRole.ACCOUNTING))
        assert send(clerk, sold(shop), what, carrier="DHL").status_code == 403
    assert api.get(f"{ORDERS}{foreign.order.number}/").status_code == 404


def test_query_count(api: APIClient, shop: Seller, django_assert_num_queries: Any) -> None:
    for n in (1, 3):
        for _n in range(n):
            part = sold(shop, copies=(1, 1))
            send(api, part, "shipments", carrier="DHL", lines=[{"line": str(part.lines.first().pk), "quantity": 1}])  # fmt: skip
            send(api, part, "refusals", reason="damaged")
        # user, membership; orders, lines with books, parcels, what is in them, refusals, their lines,
        # extra postage
        with django_assert_num_queries(9):
            api.get(ORDERS)
