"""A smallest order that is raised while somebody checks out: one comes after the other."""

import threading

import pytest
from django.db import connection, transaction

from accounts.models import Seller
from accounts.services import fronts
from orders.errors import BasketChangedError
from orders.models import Order
from orders.services import checkout
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import basket_with, prepare

WAIT = 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "control"])
def test_no_order_is_written_below_a_smallest_order_that_stands(
    shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control leaves the shop's lock out of checkout, and an order slips through."""
    if not shared:
        monkeypatch.setattr(checkout, "_share_sellers", lambda _lines: None)
    copy = ListingFactory(price_minor=600)
    basket = basket_with(copy)
    raised, ordered = threading.Event(), threading.Event()

    def raise_it() -> None:
        try:
            with transaction.atomic():
                fronts.change(seller=Seller.objects.get(), actor=None, minimum_minor=700)
                raised.set()
                # Time for a checkout that does not wait; one that does is let go by the commit.
                ordered.wait(1)
        finally:
            connection.close()

    other = threading.Thread(target=raise_it)
    other.start()
    assert raised.wait(WAIT)
    refused = False
    try:
        prepare(basket)
    except BasketChangedError:
        refused = True
    ordered.set()
    other.join(WAIT)
    assert Seller.objects.get().minimum_minor == 700
    assert refused is shared
    assert Order.objects.exists() is not shared
