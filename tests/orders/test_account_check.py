"""What stands on the accounts of shops, payouts, reserves, disputes and gift cards is held against its rows."""

from collections.abc import Callable

import pytest
from django.db import transaction

from orders.models import Order, Payout
from orders.selectors.account_check import ACCOUNT_CHECKS
from orders.selectors.ledger_check import LEDGER_CHECKS, ledger_differences
from orders.selectors.order_check import ORDER_CHECKS
from orders.services import completion, paying_out, seller_orders
from tests.factories.payouts import PayoutTermsFactory, paid_out
from tests.factories.promotions import GiftCardFactory
from tests.orders import test_books_check
from tests.orders.after.steps import fresh, until_due
from tests.orders.test_books_check import broken, moved
from tests.orders.test_disputes import decided, sold, taken_back, tell  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tell: Callable[..., None]) -> tuple[Payout, Order]:  # noqa: F811
    """A payout that waits, a dispute of £5.00, a reserve of a tenth, and a gift card."""
    payout = paid_out()
    GiftCardFactory(initial_minor=2000)
    order = sold(posted=True)
    taken_back(order, tell, 500)
    kept = sold(posted=True)
    part = kept.seller_orders.get()
    PayoutTermsFactory(seller=part.seller, reserve_bp=1000, reserve_days=10)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    until_due(fresh(part))
    completion.complete(seller_order_id=part.pk)
    return payout, order


# What is broken, by which check it is seen, and what is said of it.
BREAKS = [
    ("payout_posted", (moved("payout_made", "in_transit"),), "in_transit: expected 2500, found 2499"),
    (
        "payout_posted",
        ("UPDATE orders_payout SET status = 'failed'",),
        "seller_available: expected 0, found -2500",
    ),
    (
        "payout_posted",
        ("UPDATE orders_payout SET status = 'completed', sent_at = now(), completed_at = now()",),
        "paid: expected 2500, found 0",
    ),
    (
        "payout_claims",
        (
            """DELETE FROM orders_payoutitem WHERE posting_id IN (SELECT p.id FROM orders_posting p
            JOIN orders_journalentry e ON e.id = p.entry_id WHERE e.kind = 'adjusted')""",
        ),
        "claimed: expected 2500, found 0",
    ),
    (
        "seller_explained",
        (moved("fulfilled", "seller_pending"),),
        "all of a seller: expected 880, found 879",
    ),
    (
        "seller_explained",
        ("UPDATE orders_dispute SET status = 'lost', closed_at = now()",),
        "all of a seller: expected 380, found 880",
    ),
    (
        "reserve_explained",
        ("UPDATE orders_reservehold SET freed_at = now()",),
        "seller_reserve: expected 0, found 88",
    ),
    (
        "reserve_explained",
        ("UPDATE orders_disputepart SET commission_minor = 10",),
        "seller_reserve: expected 490, found 500",
    ),
    (
        "disputes_explained",
        ("UPDATE orders_dispute SET amount_minor = 499",),
        "disputes: expected 499, found 500",
    ),
    (
        "gift_card_explained",
        ("UPDATE orders_giftcard SET balance_minor = 1999",),
        "gift_cards: expected 1999, found 2000",
    ),
]  # fmt: skip


def test_what_is_broken_is_named(world: tuple[Payout, Order]) -> None:
    """Each break by itself, taken back before the next."""
    assert list(ledger_differences()) == []
    by_name = {check.name: check for check in ACCOUNT_CHECKS}
    missed = []
    for name, statements, said in BREAKS:
        with transaction.atomic():
            broken(*statements)
            found = [str(one) for one in by_name[name].findings()]
            transaction.set_rollback(True)
        if not any(said in one for one in found):
            missed.append((name, statements, found))
    assert missed == []
    assert list(ledger_differences()) == []


def test_every_check_is_broken_by_a_test() -> None:
    checks = {check.name for check in (*LEDGER_CHECKS, *ORDER_CHECKS)}
    assert checks == {name for name, *_rest in (*BREAKS, *test_books_check.BREAKS)}


def test_whatever_becomes_of_it_adds_up(
    world: tuple[Payout, Order],
    tell: Callable[..., None],  # noqa: F811
) -> None:
    payout, order = world
    paying_out.on_its_way(payout)
    paying_out.completed(payout_id=payout.pk, attempt=1)
    assert list(ledger_differences()) == []
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    assert list(ledger_differences()) == []
    paying_out.give_up(payout_id=payout.pk, reason="Closed down", actor=None)
    decided(order.payment.disputes.get().reference, tell, won=False)
    assert list(ledger_differences()) == []
