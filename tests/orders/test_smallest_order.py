"""A parcel below a shop's smallest order: it says how much is missing, and can't be ordered."""

from typing import Any

import pytest
from django.test import Client

from accounts.services import fronts
from books4all.lib.money import Money
from orders.errors import BasketChangedError
from orders.models import Order
from orders.selectors.baskets import view_of
from orders.selectors.quotes import Problem
from orders.services import baskets, checkout
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import ADDRESS, basket_with

pytestmark = pytest.mark.django_db
SAME = {"Sec-Fetch-Site": "same-origin"}
BUYER = checkout.Buyer(email="ann@example.org")


def prepare(basket: Any, total: Money) -> Order:
    return checkout.prepare(basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER)


@pytest.mark.parametrize(("copies", "short"), [(1, 400), (2, 0), (3, 0)])
def test_the_quote_says_what_is_missing(copies: int, short: int) -> None:
    copy = ListingFactory(price_minor=600, on_hand=5, seller__minimum_minor=1000)
    basket = basket_with(copy)
    if copies > 1:
        baskets.add(basket=basket, listing_id=copy.pk, quantity=copies - 1)
    quote = view_of(basket, country="GB").quote
    assert quote.parcels[0].missing == Money(short, "GBP")
    assert (Problem.BELOW_MINIMUM in quote.problems) is bool(short)
    assert quote.can_be_ordered is not bool(short)
    if short:
        with pytest.raises(BasketChangedError):
            prepare(basket, quote.total)
        assert not Order.objects.exists()
    else:
        prepare(basket, quote.total)


def test_each_shop_has_its_own_and_delivery_does_not_count() -> None:
    strict = ListingFactory(price_minor=900, seller__minimum_minor=1000)
    easy = ListingFactory(price_minor=2000, seller=SellerFactory())
    quote = view_of(basket_with(strict, easy), country="GB").quote
    assert {p.seller_id: p.missing.minor for p in quote.parcels} == {
        strict.seller_id: 100, easy.seller_id: 0,
    }  # fmt: skip


def test_a_smallest_order_raised_meanwhile_is_met() -> None:
    """Decided again under the locks of checkout, whatever the page said."""
    copy = ListingFactory(price_minor=600)
    basket = basket_with(copy)
    total = view_of(basket, country="GB").quote.total
    fronts.change(seller=copy.seller, actor=None, minimum_minor=700)
    with pytest.raises(BasketChangedError) as refused:
        prepare(basket, total)
    quote = refused.value.extra["quote"]
    assert quote.parcels[0].missing == Money(100, "GBP")  # type: ignore[attr-defined]  # a Quote


def test_pages_and_api_say_so(client: Client) -> None:
    copy = ListingFactory(price_minor=600, seller__minimum_minor=1000, seller__name="Strict")
    client.post("/basket/add/", {"listing": copy.pk}, headers=SAME)
    said = "This shop’s smallest order is £10.00 of books: £4.00 is missing."
    page = client.get("/basket/").content.decode()
    assert said in page
    assert "Go to checkout" not in page
    form = {**ADDRESS, "email": "ann@example.org", "total": "880"}
    answer = client.post("/checkout/", form)
    assert answer.status_code == 409
    assert f"Strict: {said}" in answer.content.decode()

    token = Client().post(
        "/api/v1/basket/lines/", {"listing": copy.pk}, content_type="application/json"
    ).json()["token"]  # fmt: skip
    headers = {"X-Basket-Token": token}
    quote = Client().get("/api/v1/basket/", headers=headers).json()["quote"]
    (parcel,) = quote["parcels"]
    assert quote["can_be_ordered"] is False
    assert parcel["problems"] == ["below_minimum"]
    assert parcel["missing"] == {"amount_minor": 400, "currency": "GBP"}
    assert parcel["minimum"]["amount_minor"] == 1000
    body = {"email": "ann@example.org", "address": ADDRESS, "expected_total_minor": 880}
    refused = Client().post(
        "/api/v1/checkout/", body, content_type="application/json",
        headers={**headers, "Idempotency-Key": "a" * 20},
    )  # fmt: skip
    assert refused.status_code == 409
    assert refused.json()["code"] == "basket_changed"
    assert not Order.objects.exists()
