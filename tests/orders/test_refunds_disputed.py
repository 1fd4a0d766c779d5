"""Refunds that were not paid yet when the buyer's bank took the payment back: nobody pays a buyer twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from books4all.lib.money import Money
from orders.constants import RefundStatus, Stage
from orders.errors import ProviderError, TransitionError
from orders.models import Order, Refund, SandboxRefund
from orders.payments import provider_named
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.order_check import order_differences
from orders.services import reconciler, refund_parts, refund_settling, refunds, seller_orders
from tests.orders.journeys import run_jobs
from tests.orders.test_disputes import books, decided, sold, taken_back, tell

pytestmark = pytest.mark.django_db
__all__ = ["tell"]
SETTLE = ["orders.settle_refund"]


def cancelled(order: Order) -> Refund:
    """Cancel the order, whose refund of £8.80 nobody has been asked for yet."""
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)
    return order.payment.refunds.get()


def given(order: Order, pence: int) -> Refund:
    """Give back a part of what an order has earned."""
    part = order.seller_orders.get()
    line = part.lines.get()
    return refunds.grant(
        seller_order=part,
        stage=Stage.EARNED,
        lines=[refund_parts.of_earned(order_line=line, amount=Money(pence, "GBP"))],
        reason="Damp",
    )


def paid_by_provider() -> list[int]:
    return sorted(SandboxRefund.objects.values_list("amount_minor", flat=True))


def sound() -> bool:
    return [*ledger_differences(), *order_differences()] == []


def test_it_waits_while_the_bank_decides(tell: Any) -> None:
    refund = cancelled(order := sold(posted=False))
    taken_back(order, tell)
    run_jobs(only=SETTLE)
    Refund.objects.update(updated_at="2026-01-01T00:00:00Z")
    assert reconciler.sweep().refunds == 0
    refund.refresh_from_db()
    assert (refund.status, paid_by_provider()) == (RefundStatus.PENDING, [])
    assert sound()


def test_won_it_is_paid(tell: Any) -> None:
    refund = cancelled(order := sold(posted=False))
    decided(taken_back(order, tell), tell, won=True)
    run_jobs(only=SETTLE)
    refund.refresh_from_db()
    assert (refund.status, paid_by_provider()) == (RefundStatus.SETTLED, [880])
    assert books(order) == {}
    assert sound()


@pytest.mark.parametrize("failed", [False, True])
def test_lost_it_was_paid_by_the_bank(tell: Any, failed: bool) -> None:
    refund = cancelled(order := sold(posted=False))
    if failed:
        Refund.objects.update(status=RefundStatus.FAILED)
    reference = taken_back(order, tell)
    if failed:
        with pytest.raises(TransitionError, match="bank"):
            refund_settling.retry(refund_id=refund.pk, actor=None)
    decided(reference, tell, won=False)
    run_jobs(only=SETTLE)
    refund.refresh_from_db()
    assert (refund.status, refund.by_bank_minor) == (RefundStatus.SETTLED, 880)
    assert paid_by_provider() == []
    # What the refund took from the order has paid the bank: nobody has lost anything by it.
    assert books(order) == {}
    assert sound()


def test_of_a_part_the_rest_is_paid(tell: Any) -> None:
    """£3.00 were to go back, and the bank has kept £7.00 of £8.80: £1.80 are left for it."""
    order = sold(posted=True)
    refund = given(order, 300)
    first = refund.key
    decided(taken_back(order, tell, amount=700), tell, won=False)
    run_jobs(only=SETTLE)
    refund.refresh_from_db()
    assert (refund.status, refund.by_bank_minor) == (RefundStatus.SETTLED, 120)
    assert (paid_by_provider(), refund.key == first) == ([180], False)
    assert books(order) == {}
    assert sound()


def test_what_the_bank_did_not_keep_is_paid_in_full(tell: Any) -> None:
    order = sold(posted=True)
    refund = given(order, 300)
    decided(taken_back(order, tell, amount=500), tell, won=False)
    run_jobs(only=SETTLE)
    refund.refresh_from_db()
    assert (refund.by_bank_minor, paid_by_provider()) == (0, [300])
    assert sound()


def test_goodwill_that_the_bank_has_given_costs_nothing(tell: Any) -> None:
    order = sold(posted=True)
    part = order.seller_orders.get()
    refunds.goodwill(seller_order=part, amount=Money(200, "GBP"), reason="Sorry")
    decided(taken_back(order, tell), tell, won=False)
    run_jobs(only=SETTLE)
    assert (paid_by_provider(), books(order)) == ([], {})
    assert sound()


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_that_the_provider_may_have_paid_is_asked_about_first(
    tell: Any, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Its answer was lost before the bank decided, and what the bank gave is not taken off on a guess."""
    order = sold(posted=True)
    refund = given(order, 300)

    def silent(_name: str) -> None:
        raise ProviderError("no answer")

    with monkeypatch.context() as world:
        world.setattr(provider_named("sandbox"), when, silent)
        with pytest.raises(ProviderError):
            refund_settling.settle(refund_id=refund.pk)
    decided(taken_back(order, tell, amount=700), tell, won=False)
    refund.refresh_from_db()
    assert (refund.status, refund.by_bank_minor) == (RefundStatus.SENT, 0)
    Refund.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    assert reconciler.sweep().refunds == 1
    refund.refresh_from_db()
    if when == "after":
        assert (refund.status, refund.by_bank_minor) == (RefundStatus.SETTLED, 0)
        assert paid_by_provider() == [300]
    else:
        # The provider has £1.80 left, and says no to £3.00.
        assert (refund.status, refund.by_bank_minor) == (RefundStatus.FAILED, 120)
        refund_settling.retry(refund_id=refund.pk, actor=None)
        run_jobs(only=SETTLE)
        assert paid_by_provider() == [180]
    assert sound()
