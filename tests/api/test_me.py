"""A user's own things; everybody else's do not exist."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Address, User
from tests.api.conftest import verified
from tests.factories.accounts import AddressFactory
from tests.factories.orders import OrderFactory, PaymentFactory, SellerOrderFactory

V1 = "/api/v1/"
HOME = {
    "full_name": "Hester",
    "line1": "1 Mill Lane",
    "city": "Ludlow",
    "postcode": "sy81ab",
    "country": "gb",
}
Client = Callable[[User], APIClient]


def test_me(reader: User, signed_in: Client) -> None:
    client = signed_in(reader)
    assert set(client.get(f"{V1}me/").json()) == {
        "email",
        "name",
        "language",
        "date_joined",
        "shops",
    }
    assert client.patch(f"{V1}me/", {"name": "Hester L."}).json()["name"] == "Hester L."
    for field in ("email", "is_staff", "password", "token_epoch", "id"):
        refused: Any = client.patch(f"{V1}me/", {field: "1"})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == field


def test_the_address_book(reader: User, signed_in: Client) -> None:
    client = signed_in(reader)
    first: Any = client.post(f"{V1}addresses/", HOME)
    assert first.status_code == 201
    assert first.json()["postcode"] == "SY8 1AB"
    assert first.json()["country"] == "GB"
    assert first.json()["is_default"] is True
    second: Any = client.post(
        f"{V1}addresses/", {**HOME, "city": "Paris", "country": "FR", "postcode": "75005"}
    )
    url = f"{V1}addresses/{second.json()['id']}/"
    assert client.patch(url, {"is_default": True}).json()["is_default"] is True
    assert client.patch(url, {"country": "GB"}).json()["errors"][0]["field"] == "postcode"
    assert client.patch(url, {"city": "Lyon"}).json()["line1"] == HOME["line1"]
    assert len(client.get(f"{V1}addresses/?limit=1").json()["results"]) == 1
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    bad: Any = client.post(f"{V1}addresses/", {**HOME, "postcode": "nowhere", "user": 1})
    assert bad.status_code == 400


def test_other_peoples_rows_do_not_exist(reader: User, signed_in: Client) -> None:
    other = verified()
    address, order = AddressFactory(user=other), OrderFactory(user=other)
    PaymentFactory(order=order)
    client = signed_in(reader)
    for answer in (
        client.get(f"{V1}addresses/{address.pk}/"),
        client.patch(f"{V1}addresses/{address.pk}/", {"city": "Bath"}),
        client.delete(f"{V1}addresses/{address.pk}/"),
        client.get(f"{V1}orders/{order.number}/"),
    ):
        assert answer.status_code == 404
    assert client.get(f"{V1}addresses/").json()["results"] == []
    assert client.get(f"{V1}orders/").json()["results"] == []
    assert Address.objects.get(pk=address.pk).city == "Ludlow"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["me/", "addresses/", "orders/", "orders/AAAA-BBBB/"])
def test_visitors_are_asked_to_sign_in(api: APIClient, address: str) -> None:
    assert api.get(V1 + address).status_code == 401


def test_my_lists_cost_the_same_at_any_size(reader: User, signed_in: Client) -> None:
    client = signed_in(reader)
    for size in (2, 5):
        for order in OrderFactory.create_batch(size, user=reader):
            SellerOrderFactory(order=order)
            SellerOrderFactory(order=order)
        AddressFactory.create_batch(size, user=reader)
        # The user of the token; the orders; their parcels; the sellers of those.
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{V1}orders/").status_code == 200
        assert len(queries) == 4
        # The user of the token; the addresses.
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{V1}addresses/").status_code == 200
        assert len(queries) == 2


def test_my_orders_by_pages_and_one_in_full(reader: User, signed_in: Client) -> None:
    orders = OrderFactory.create_batch(3, user=reader)
    for order in orders:
        PaymentFactory(order=order)
        SellerOrderFactory(order=order)
    client = signed_in(reader)
    page: Any = client.get(f"{V1}orders/?limit=2").json()
    rest: Any = client.get(page["next"]).json()
    numbers = [row["number"] for row in page["results"] + rest["results"]]
    assert numbers == [order.number for order in reversed(orders)]
    full: Any = client.get(f"{V1}orders/{numbers[0]}/").json()
    assert full["total"] == {"amount_minor": 880, "currency": "GBP"}
    assert full["address"]["country"] == "GB"
