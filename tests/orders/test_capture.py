"""Money that is authorised first, and taken when the order can be placed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.constants import ChargeStatus
from orders.errors import ProviderError
from orders.models import Order, Refund, SandboxPayment
from orders.payments import current_provider
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.payment_amounts import amounts_of
from orders.selectors.stock_check import stock_differences
from orders.services import checkout, payments
from orders.services.reconciler import sweep
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import (
    at_the_provider,
    basket_with,
    let_time_pass,
    pay_at_the_bank,
    run_jobs,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings: Any) -> Order:
    settings.PAYMENT_CAPTURE = "placing"
    return at_the_provider(basket_with(ListingFactory()))


def told(order: Order) -> Any:
    return current_provider().fetch(order.payment.reference)


def authorised(order: Order) -> Order:
    """The bank has promised, and told us by message."""
    pay_at_the_bank(order)
    payments.apply(payment_id=order.payment.pk, told=told(order))
    order.payment.refresh_from_db()
    assert order.payment.status == "authorized"
    return order


def test_promised_money_is_taken_by_a_job_and_places_the_order(order: Order) -> None:
    authorised(order)
    order.refresh_from_db()
    assert (order.status, order.holds.get().status) == ("pending", "active")
    amounts = amounts_of(order.payment)
    assert (amounts.charges.authorised, amounts.status) == (880, ChargeStatus.NONE)
    run_jobs(only=["orders.capture_payment"])
    order.refresh_from_db()
    assert order.status == "placed"
    amounts = amounts_of(order.payment)
    assert (amounts.charges.authorised, amounts.charges.charged) == (0, 880)
    assert amounts.status == ChargeStatus.FULL


def test_who_comes_back_sees_a_placed_order(order: Order, client: Client) -> None:
    pay_at_the_bank(order)
    back = client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    assert back.url == reverse("orders:track", args=[order.token])


def test_a_card_that_is_only_authorised_though_we_asked_for_the_money() -> None:
    order = at_the_provider(basket_with(ListingFactory()))
    pay_at_the_bank(order, Behaviour.AUTHORIZE)
    assert payments.settle(payment_id=order.payment.pk).order.status == "placed"


@pytest.mark.parametrize("when", ["before", "after"])
def test_lost_answer_to_the_capture(
    order: Order, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorised(order)

    def silent(name: str) -> None:
        if name == "capture":
            raise ProviderError("timeout")

    with monkeypatch.context() as patch:
        patch.setattr(current_provider(), when, silent)
        with pytest.raises(ProviderError):
            payments.capture(payment_id=order.payment.pk)
    let_time_pass(order)  # an authorised payment keeps its holds
    sweep(grace=-1)
    order.refresh_from_db()
    assert order.status == "placed"
    assert stock_differences() == []


def test_time_runs_out_while_the_promise_waits_to_be_taken(order: Order) -> None:
    authorised(order)
    let_time_pass(order)
    assert payments.expire(order_id=order.pk).status == "placed"


def test_giving_up_gives_the_promise_back(order: Order) -> None:
    authorised(order)
    checkout.abandon(basket_id=order.basket_id)
    order.refresh_from_db()
    assert (order.status, SandboxPayment.objects.get().status) == ("expired", "cancelled")
    assert amounts_of(order.payment).charges.cancelled == 880


def test_promised_after_the_end_nothing_is_taken_and_nothing_given_back(order: Order) -> None:
    let_time_pass(order)
    payments.expire(order_id=order.pk)
    SandboxPayment.objects.update(status="authorized")
    payments.apply(payment_id=order.payment.pk, told=told(order))
    sweep(grace=-1)
    order.payment.refresh_from_db()
    assert (order.payment.status, SandboxPayment.objects.get().status) == ("cancelled",) * 2
    assert not Refund.objects.exists()
    assert stock_differences() == []
