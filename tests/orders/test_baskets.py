"""Baskets: adding, changing, delivery, and merging at sign-in."""

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from accounts.signals import visitor_signed_in
from catalog.models import Listing
from orders.constants import BasketStatus
from orders.errors import (
    BasketFullError,
    BasketLineNotFoundError,
    CheckoutInProgressError,
    NotOnSaleError,
)
from orders.models import Basket
from orders.selectors.baskets import copies_in, find_basket, view_of
from orders.services import baskets
from tests.factories.accounts import UserFactory
from tests.factories.catalog import DeliveryRateFactory, ListingFactory
from tests.factories.orders import BasketFactory
from tests.orders.journeys import at_the_provider, basket_with, prepare

pytestmark = pytest.mark.django_db


def test_adding_takes_no_more_than_are_free():
    listing, basket = ListingFactory(on_hand=3, held=1), BasketFactory()
    first = baskets.add(basket=basket, listing_id=listing.pk)
    assert (first.added, first.clamped) == (1, False)
    second = baskets.add(basket=basket, listing_id=listing.pk, quantity=5)
    assert (second.added, second.clamped, second.line.quantity) == (1, True, 2)
    third = baskets.add(basket=basket, listing_id=listing.pk)
    assert (third.added, third.clamped) == (0, True)


@pytest.mark.parametrize("state", [{"status": "paused"}, {"on_hand": 0}, {"status": "blocked"}])
def test_what_is_not_on_sale_is_not_added(state):
    listing = ListingFactory(**state)
    with pytest.raises(NotOnSaleError):
        baskets.add(basket=BasketFactory(), listing_id=listing.pk)
    with pytest.raises(NotOnSaleError):
        baskets.add(basket=BasketFactory(), listing_id=10**9)


def test_a_basket_is_bounded(monkeypatch):
    monkeypatch.setattr(baskets, "MOST_LINES", 2)
    basket = basket_with(ListingFactory(), ListingFactory())
    with pytest.raises(BasketFullError):
        baskets.add(basket=basket, listing_id=ListingFactory().pk)


def test_quantity_is_changed_clamped_and_removed():
    basket = basket_with(ListingFactory(on_hand=4))
    line = basket.lines.get()
    assert baskets.set_quantity(basket=basket, line_id=line.pk, quantity=9).quantity == 4
    assert baskets.set_quantity(basket=basket, line_id=line.pk, quantity=0) is None
    with pytest.raises(BasketLineNotFoundError):
        baskets.remove(basket=basket, line_id=line.pk)


def test_lines_of_another_basket_are_not_found():
    line = basket_with(ListingFactory()).lines.get()
    with pytest.raises(BasketLineNotFoundError):
        baskets.remove(basket=BasketFactory(), line_id=line.pk)


def test_delivery_is_chosen_for_a_seller_in_the_basket():
    listing = ListingFactory()
    DeliveryRateFactory(seller=listing.seller, service="express", first_minor=500)
    basket = basket_with(listing)
    baskets.choose_delivery(basket=basket, seller_id=listing.seller_id, service="express")
    assert view_of(basket, country="GB").quote.total.minor == 1100
    for seller_id, service in ((listing.seller_id, "pigeon"), (10**6, "standard")):
        with pytest.raises(NotOnSaleError):
            baskets.choose_delivery(basket=basket, seller_id=seller_id, service=service)


def test_a_basket_that_waits_for_payment_is_not_changed():
    basket = basket_with(ListingFactory())
    order = prepare(basket)
    with pytest.raises(CheckoutInProgressError) as refused:
        baskets.add(basket=basket, listing_id=ListingFactory().pk)
    assert refused.value.extra["order"] == order


def test_a_token_opens_only_baskets_of_nobody():
    mine = BasketFactory(user=UserFactory())
    assert find_basket(user=None, token=mine.token) is None
    assert find_basket(user=mine.user) == mine
    assert find_basket(user=None, token="") is None
    assert copies_in(user=None, token="nothing") == 0


def test_merging_keeps_the_larger_number_and_reports_the_rest():
    user = UserFactory()
    both, gone, few = ListingFactory(on_hand=5), ListingFactory(), ListingFactory(on_hand=2)
    mine = basket_with(both, user=user)
    source = basket_with(both, quantity=3)
    for listing, quantity in ((gone, 1), (few, 2)):
        baskets.add(basket=source, listing_id=listing.pk, quantity=quantity)
    Listing.objects.filter(pk=gone.pk).update(status="withdrawn")
    Listing.objects.filter(pk=few.pk).update(on_hand=1)
    merged = baskets.merge(source=source, user=user)
    assert merged.basket == mine
    assert dict(mine.lines.values_list("listing_id", "quantity")) == {both.pk: 3, few.pk: 1}
    assert merged.dropped == (gone.edition.title,)
    assert merged.clamped == (few.edition.title,)
    assert len(merged.messages) == 2
    source.refresh_from_db()
    assert source.status == BasketStatus.MERGED
    assert baskets.merge(source=source, user=user).dropped == ()


def test_merging_while_the_other_basket_is_being_ordered_loses_no_book(monkeypatch):
    user, listing = UserFactory(), ListingFactory()
    mine, source = basket_with(ListingFactory(), user=user), basket_with(listing)
    real = baskets.get_or_create_basket

    def ordered_just_then(**who):
        found = real(**who)
        Basket.objects.filter(pk=mine.pk).update(status=BasketStatus.ORDERED)
        return found

    monkeypatch.setattr(baskets, "get_or_create_basket", ordered_just_then)
    merged = baskets.merge(source=source, user=user)
    assert merged.basket not in (mine, source)
    assert find_basket(user=user) == merged.basket
    assert copies_in(user=user) == 1


def _sign_in(user, basket):
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session["basket"] = basket.token
    request._messages = FallbackStorage(request)
    visitor_signed_in.send(sender=None, user=user, request=request)
    return request


def test_signing_in_brings_the_basket_along():
    user, basket = UserFactory(), basket_with(ListingFactory())
    request = _sign_in(user, basket)
    assert copies_in(user=user) == 1
    assert "basket" not in request.session
    assert find_basket(user=None, token=basket.token) is None


def test_signing_in_while_an_order_waits_gives_the_payment_up_and_keeps_the_books():
    user, listing = UserFactory(), ListingFactory()
    basket = basket_with(listing)
    order = at_the_provider(basket)
    _sign_in(user, basket)
    order.refresh_from_db()
    listing.refresh_from_db()
    assert (order.status, listing.held, copies_in(user=user)) == ("expired", 0, 1)


def test_get_or_create_finds_the_same_basket():
    user = UserFactory()
    assert baskets.get_or_create_basket(user=user) == baskets.get_or_create_basket(user=user)
    visitor = baskets.get_or_create_basket(user=None)
    assert baskets.get_or_create_basket(user=None, token=visitor.token) == visitor
    assert Basket.objects.count() == 2
