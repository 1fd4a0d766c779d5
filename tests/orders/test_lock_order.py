"""In which order rows are locked: whoever takes two of them in another order may wait for ever."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.payments.sandbox import bank
from orders.services import case_answers, cases, payments, promotions, seller_orders
from orders.services.case_answers import Arrived
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.factories.promotions import GiftCardFactory
from tests.orders.after.steps import part_of
from tests.orders.cases import READER, complain, posted_basket, shop
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, placed
from tests.orders.test_disputes import tell

pytestmark = pytest.mark.django_db
__all__ = ["tell"]
TABLES = (
    "orders_order",
    "orders_payment",
    "orders_sellerorder",
    "catalog_listing",
    "orders_giftcard",
)


def locks_of(work: Callable[[], Any]) -> list[str]:
    """Return the tables whose rows ``work`` locks or, by a trigger, has locked, in this order."""
    with CaptureQueriesContext(connection) as asked:
        work()
    found = []
    for query in asked.captured_queries:
        sql = query["sql"]
        if sql.startswith('INSERT INTO "orders_refund" '):
            found.append("orders_payment")
        elif (locked := re.search(r" FOR (?:NO KEY )?UPDATE(?: OF (.*))?$", sql)) is not None:
            of = re.findall(r'"(\w+)"', locked[1] or "") or re.findall(r'FROM "(\w+)"', sql)[:1]
            found += [name for name in of if name in TABLES]
    return [name for n, name in enumerate(found) if name not in found[:n]]


def with_a_card(**listing: Any) -> Any:
    """Return a basket that a gift card pays a part of: money goes back to both."""
    basket = basket_with(ListingFactory(price_minor=2000, on_hand=2, **listing), quantity=2)
    promotions.type_code(basket=basket, code=GiftCardFactory(initial_minor=4200).typed)
    return basket


def bought(basket: Any) -> Order:
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    return payments.settle(payment_id=order.payment.pk).order


def test_copies_that_are_refused() -> None:
    part = part_of(bought(with_a_card()))
    assert locks_of(
        lambda: seller_orders.cancel(
            seller_order_id=part.pk, reason="Lost", restock=True, actor=None
        )
    ) == [
        "orders_order",
        "orders_sellerorder",
        "catalog_listing",
        "orders_payment",
        "orders_giftcard",
    ]


def test_copies_that_come_back() -> None:
    part = posted_basket(with_a_card())
    case = complain(part)
    nell = shop(part.seller)
    case_answers.approve(case_id=case.pk, label=b"%PDF-1", by=nell)
    cases.post_back(case_id=case.pk, carrier="Royal Mail", tracking="X", by=READER)
    arrived = {line.pk: Arrived(2, 2) for line in part.lines.all()}
    assert locks_of(lambda: case_answers.receive(case_id=case.pk, arrived=arrived, by=nell)) == [
        "orders_order", "orders_sellerorder", "catalog_listing", "orders_payment", "orders_giftcard",
    ]  # fmt: skip


def test_news_of_a_payment(tell: Callable[..., None]) -> None:
    """Orders come before seller orders wherever both are locked, so that nobody holds what another needs."""
    first = ListingFactory(seller=SellerFactory())
    # Of the shop whose part comes second, a listing with a lower key: they are locked together, sorted.
    order = placed(ListingFactory(seller=SellerFactory()), first)
    made = bank.dispute(reference=order.payment.reference)
    tell(made.reference)
    bank.decide_dispute(reference=made.reference, won=False)
    with CaptureQueriesContext(connection) as asked:
        names = locks_of(lambda: tell(made.reference))
    assert names == ["orders_order", "orders_payment", "orders_sellerorder", "catalog_listing"]
    locking = [
        q for q in asked.captured_queries if re.search(r'"catalog_listing".* FOR NO KEY', q["sql"])
    ]
    assert len(locking) == 1
