"""Buyers on the bank's statement: orders paid by transfer, and refunds that were sent by it."""

from typing import Any

import pytest

from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import MatchKind, OrderStatus, RefundStatus
from orders.models import BankMatch, Order, TransferReceipt
from orders.selectors.ledger import balance
from orders.selectors.reconciliation import unmatched_lines
from orders.services import checkout, matching, seller_orders
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.payouts import BankLineFactory
from tests.orders.journeys import ADDRESS, basket_with, total_of

pytestmark = pytest.mark.django_db
BUYER = checkout.Buyer(email="hester@example.org", provider="transfer")


@pytest.fixture
def order(settings: Any) -> Order:
    settings.PAYMENT_PROVIDERS = ["sandbox", "transfer"]
    settings.BANK_TRANSFER_IBAN = "GB33BUKB20201555555555"
    settings.BANK_TRANSFER_NAME = "Books4All Ltd"
    basket = basket_with(ListingFactory())
    submitted = checkout.submit(
        basket_id=basket.pk, expected_total=total_of(basket), address=ADDRESS, buyer=BUYER
    )
    return Order.objects.get(pk=submitted.order.pk)


def came(order: Order, pence: int) -> BankMatch | None:
    line = BankLineFactory(amount_minor=pence, text=f"Books, {order.payment.reference}, thanks")
    return matching.match(line_id=line.pk)


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def test_an_order_is_placed_by_the_line_that_pays_it(order: Order) -> None:
    match = came(order, order.total_minor)
    assert match is not None
    assert (match.kind, match.order) == (MatchKind.ORDER, order)
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED
    assert balance(A.BANK, "GBP") == order.total
    assert balance(A.CLEARING, "GBP") == gbp(0)


def test_too_little_waits_for_the_rest(order: Order) -> None:
    came(order, order.total_minor - 100)
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING
    assert balance(A.BANK, "GBP") == order.total - gbp(100)
    came(order, 100)
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED
    assert balance(A.CLEARING, "GBP") == gbp(0)


def test_a_reference_that_nobody_waits_for_is_left_to_people() -> None:
    line = BankLineFactory(text="RF18539007547034")
    assert matching.match(line_id=line.pk) is None
    assert unmatched_lines().count() == 1
    assert TransferReceipt.objects.count() == 0


def test_a_refund_that_was_sent(order: Order) -> None:
    came(order, order.total_minor)
    part = order.seller_orders.get()
    seller_orders.refuse(
        seller_order_id=part.pk,
        reason="not_found",
        restock=False,
        asked=seller_orders.Asked(None),
    )
    refund = order.payment.refunds.get()
    line = BankLineFactory(amount_minor=-refund.amount_minor, text="?")
    with pytest.raises(matching.MatchError):
        matching.to_refund(line_id=line.pk, number="NONE", note="", actor=UserFactory())
    matching.to_refund(line_id=line.pk, number=order.number, note="", actor=UserFactory())
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SETTLED
    assert balance(A.REFUNDS_PAYABLE, "GBP") == gbp(0)
    assert (balance(A.BANK, "GBP"), balance(A.CLEARING, "GBP")) == (gbp(0), gbp(0))
