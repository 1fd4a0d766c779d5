"""Whatever somebody sends, no page and no endpoint of orders breaks."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from orders.models import Basket, PaymentEvent
from orders.payments.sandbox.signatures import signed_headers
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, placed

pytestmark = pytest.mark.django_db

NUL = "a%00b"
STRANGE = ["", "x", "-1", "0", "1e9", "9" * 40, "٣", "\x00", "1\x00", "😀", "' OR 1=1 --", "1.5"]
# Nobody delivers there, there is no such country, and what is no country at all.
PLACES = ["AQ", "ZZ", "gb", "GBR", "", "\x00", "*", "EU"]


@pytest.fixture
def visitor(settings: Any) -> Client:
    """Somebody with a book in the basket, whose server errors are answers and not exceptions."""
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "100000/minute")
    client = Client(raise_request_exception=False)
    client.post(
        "/basket/add/", {"listing": ListingFactory(on_hand=5).pk}, HTTP_SEC_FETCH_SITE="same-origin"
    )
    return client


@pytest.mark.parametrize(
    "path",
    [
        f"/orders/{NUL}/",
        f"/account/orders/{NUL}/",
        f"/sandbox-pay/{NUL}/",
        f"/api/v1/orders/track/{NUL}/",
        f"/api/v1/orders/{NUL}/",
        "/checkout/return/0198f000-0000-7000-8000-000000000001/",
        "/checkout/return/not-a-uuid/",
        f"/orders/{'x' * 5000}/",
        f"/account/orders/{'x' * 5000}/",
        "/orders/%ff%fe/",
        "/account/orders/%ed%a0%80/",
    ],
)
def test_addresses_that_lead_nowhere(visitor: Client, path: str) -> None:
    visitor.force_login(UserFactory())
    assert visitor.get(path).status_code in (400, 401, 404)
    assert visitor.post(path).status_code in (400, 401, 403, 404, 405)


@pytest.mark.parametrize("path", ["/account/orders/?page=", "/checkout/?address=", "/basket/?x="])
@pytest.mark.parametrize("value", ["%00", "-1", "9" * 400, "%ff", "[]"])
def test_parameters_of_pages(visitor: Client, path: str, value: str) -> None:
    visitor.force_login(UserFactory())
    assert visitor.get(path + value).status_code in (200, 302, 400)


@pytest.mark.parametrize("value", STRANGE)
def test_forms_of_the_basket(visitor: Client, value: str) -> None:
    line = Basket.objects.get().lines.get()
    fields = {"listing": value, "quantity": value, "seller": value, "service": value}
    known = {"listing": line.listing_id, "seller": line.listing.seller_id, "service": "standard"}
    for path in ("/basket/add/", "/basket/delivery/", f"/basket/lines/{line.pk}/"):
        for data in ({}, fields, {**fields, **known}):
            answer = visitor.post(path, data, HTTP_SEC_FETCH_SITE="same-origin")
            assert answer.status_code == 302, (path, data)
    assert all(0 < n <= 5 for n in Basket.objects.get().lines.values_list("quantity", flat=True))


@pytest.mark.parametrize("value", STRANGE)
def test_fields_of_the_checkout(visitor: Client, value: str) -> None:
    names = [
        "email",
        "phone",
        "full_name",
        "line1",
        "line2",
        "city",
        "region",
        "postcode",
        "country",
        "total",
    ]
    good = {
        "email": "a@example.org", "full_name": "Ada", "line1": "1 Quay", "city": "York",
        "postcode": "YO1 7HH", "country": "GB", "total": "1",
    }  # fmt: skip
    assert visitor.post("/checkout/", {}).status_code == 422
    for name in names:
        answer = visitor.post("/checkout/", {**good, name: value})
        assert answer.status_code in (409, 422), name


@pytest.mark.parametrize("country", PLACES)
def test_countries(visitor: Client, country: str) -> None:
    visitor.cookies["country"] = country.replace("\x00", "%00")
    for path in ("/basket/", "/checkout/"):
        assert visitor.get(path).status_code == 200
    line = Basket.objects.get().lines.get()
    data = {
        "email": "a@example.org", "full_name": "Ada", "line1": "1 Quay", "city": "York",
        "postcode": "YO1 7HH", "country": country, "total": "0",
        f"service-{line.listing.seller_id}": "express\x00",
    }  # fmt: skip
    assert visitor.post("/checkout/", data).status_code in (409, 422)
    token = Basket.objects.get().token
    answer = visitor.get("/api/v1/basket/", {"country": country}, HTTP_X_BASKET_TOKEN=token)
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "value", [*STRANGE, None, [], {}, [1], True, 1.5, -1, 2**70, "\ud800", "a" * 10_000]
)
def test_bodies_over_the_api(visitor: Client, value: Any) -> None:
    basket = Basket.objects.get()
    line = basket.lines.get()
    good: dict[str, Any] = {
        "email": "a@example.org", "expected_total_minor": 1, "language": "en-gb",
        "address": {"full_name": "Ada", "line1": "1", "city": "York", "postcode": "YO1 7HH", "country": "GB"},
    }  # fmt: skip
    bodies = [
        ("post", "/api/v1/basket/lines/", {"listing": value, "quantity": 1}),
        ("post", "/api/v1/basket/lines/", {"listing": line.listing_id, "quantity": value}),
        ("patch", f"/api/v1/basket/lines/{line.pk}/", {"quantity": value}),
        ("put", "/api/v1/basket/delivery/", {"seller": value, "service": value}),
        ("post", "/api/v1/checkout/", value),
        *[("post", "/api/v1/checkout/", {**good, name: value}) for name in good],
        *[
            ("post", "/api/v1/checkout/", {**good, "address": {**good["address"], name: value}})
            for name in good["address"]
        ],
    ]
    for method, path, body in bodies:
        answer = getattr(visitor, method)(
            path,
            json.dumps(body),
            content_type="application/json",
            HTTP_X_BASKET_TOKEN=basket.token,
            HTTP_IDEMPOTENCY_KEY=str(uuid4()),
        )
        assert answer.status_code in (200, 201, 400, 404, 409), (path, body)


@pytest.mark.parametrize("header", ["\x00", "a\x00b", "é" * 40, "x" * 4000])
def test_headers_over_the_api(visitor: Client, header: str) -> None:
    for method, path in (
        ("get", "basket/"),
        ("post", "basket/lines/"),
        ("post", "basket/reopen/"),
        ("post", "checkout/"),
    ):
        answer = getattr(visitor, method)(
            f"/api/v1/{path}",
            {"listing": 1} if method == "get" else json.dumps({"listing": 1}),
            content_type="application/json",
            HTTP_X_BASKET_TOKEN=header,
            HTTP_IDEMPOTENCY_KEY=header,
        )
        assert answer.status_code in (200, 400, 404, 409), (path, answer.content)


@pytest.mark.parametrize("length", ["-1", "", "99999999999999"])
def test_length_of_a_webhook(visitor: Client, length: str) -> None:
    answer = visitor.post(
        "/webhooks/payments/sandbox/", b"{}", content_type="application/json", CONTENT_LENGTH=length
    )
    assert answer.status_code in (400, 413)


def test_a_webhook_that_is_too_long(visitor: Client) -> None:
    answer = visitor.post(
        "/webhooks/payments/sandbox/", b" " * 70_000, content_type="application/json"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 2**70},
        {"amount": 2**70, "key": "nobody"},
        {"amount": -1},
        {"amount": 1.5},
        {"amount": None},
        {"amount": True},
        {"currency": "POUND"},
        {"currency": None},
        {"currency": "G\x00P"},
        {"reference": "a\x00b"},
        {"reference": "x" * 5000},
        {"reference": {}},
        {"key": "\x00"},
        {"key": None},
        {"status": []},
        {"status": "refunded"},
        {"note": "\x00"},
    ],
)
def test_signed_nonsense_is_refused_or_kept_but_never_breaks(
    visitor: Client, change: dict[str, Any]
) -> None:
    order = at_the_provider(basket_with(ListingFactory()))
    data = {
        "reference": order.payment.reference, "key": str(order.payment.pk), "status": "succeeded",
        "amount": order.total_minor, "currency": "GBP", **change,
    }  # fmt: skip
    _send(visitor, {"type": "payment.succeeded", "data": data})
    order.refresh_from_db()
    assert order.status == "pending"


@pytest.mark.parametrize(
    "body", [[], "x", None, 1, {"data": 1}, {"data": []}, {"type": {}, "data": {}}]
)
def test_signed_bodies_of_another_shape(visitor: Client, body: Any) -> None:
    _send(visitor, body)
    _send(visitor, None, raw=b"[" * 50_000)
    _send(visitor, None, raw=b"\xff\xfe")
    assert not PaymentEvent.objects.exists()


def _send(client: Client, said: Any, *, raw: bytes | None = None) -> None:
    body = json.dumps(said).encode() if raw is None else raw
    headers = signed_headers("whsec_test", uuid4().hex, body)
    answer = client.post(
        "/webhooks/payments/sandbox/", body, content_type="application/json", headers=headers
    )
    assert answer.status_code in (204, 400, 503), answer.status_code


def test_pages_of_orders_tell_nobody_elses(visitor: Client) -> None:
    mine, theirs = UserFactory(), UserFactory()
    order = placed(ListingFactory(), user=theirs)
    visitor.force_login(mine)
    for path in (f"/account/orders/{order.number}/", f"/api/v1/orders/{order.number}/"):
        assert visitor.get(path).status_code in (401, 404)
    # A number, a key or an id is not the order's secret.
    for guess in (
        order.number,
        order.pk,
        order.payment.pk,
        order.payment.reference,
        order.basket.token,
    ):
        assert visitor.get(f"/orders/{guess}/").status_code == 404
        assert visitor.get(f"/api/v1/orders/track/{guess}/").status_code == 404
