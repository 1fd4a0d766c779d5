"""Payments that cross with the end of their order: no money without books, and none without a word."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog.models import Listing
from orders.constants import OrderStatus, PaymentStatus
from orders.errors import BusyError, OrderClosedError, ProviderError, ProviderUnavailableError
from orders.models import Order, Refund, SandboxPayment
from orders.payments import current_provider
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.stock_check import stock_differences
from orders.services import checkout, payments
from orders.services.reconciler import sweep
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import (
    at_the_provider,
    basket_with,
    let_time_pass,
    pay_at_the_bank,
    prepare,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Do something the first time the provider is called, after its work or before."""

    def plan(call: str, work: Callable[[], Any], *, when: str = "after") -> None:
        left = [True]

        def hook(name: str) -> None:
            if name == call and left:
                left.clear()
                work()

        monkeypatch.setattr(current_provider(), when, hook)

    return plan


def _silent() -> None:
    raise ProviderError("timeout")


def test_order_whose_payment_is_opened_while_it_is_given_up_is_not_lost(meanwhile: Any) -> None:
    """The buyer gives up in one tab while another leads them to the payment page, where they pay."""
    basket = basket_with(ListingFactory())
    order = prepare(basket)
    meanwhile("find", lambda: checkout.pay(order_id=order.pk))
    checkout.abandon(basket_id=basket.pk)
    order.payment.refresh_from_db()
    told = bank.pay(reference=order.payment.reference, behaviour=Behaviour.LOST_WEBHOOK)
    sweep(grace=-1)
    order.refresh_from_db()
    assert (order.status == "placed") == (told.status == "succeeded")
    assert stock_differences() == []


def test_payment_opened_too_late_that_can_not_be_closed_is_an_answer_not_a_crash(
    meanwhile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = prepare(basket_with(ListingFactory()))

    def expire_and_fall_silent() -> None:
        Order.objects.filter(pk=order.pk).update(status=OrderStatus.EXPIRED)
        type(order.payment).objects.update(status=PaymentStatus.CANCELLED)
        monkeypatch.setattr(current_provider(), "before", lambda _name: _silent())

    meanwhile("create", expire_and_fall_silent)
    with pytest.raises(OrderClosedError):
        checkout.pay(order_id=order.pk)


def test_a_page_for_another_amount_is_nobodys_way_to_pay() -> None:
    order = prepare(basket_with(ListingFactory()))
    bank.open_payment(
        key=str(order.payment.pk), amount_minor=880, currency="GBP", description="", return_url="/"
    )
    told = current_provider().find(str(order.payment.pk))
    wrong = type(told)(told.key, told.reference, told.page_url, told.state, told.amount * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(current_provider()), "create", lambda _self, _intent: wrong)
        with pytest.raises(ProviderUnavailableError):
            checkout.pay(order_id=order.pk)
    order.payment.refresh_from_db()
    assert order.payment.page_url == ""
    assert order.events.filter(type="payment_problem").count() == 1


@pytest.mark.parametrize("cause", [BusyError("busy"), ProviderError("silent")])
def test_coming_back_while_others_are_at_the_order_says_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch, cause: Exception
) -> None:
    order = at_the_provider(basket_with(ListingFactory()))

    def busy(**_terms: object) -> None:
        raise cause

    monkeypatch.setattr(payments, "settle", busy)
    answer = client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda listing: Listing.objects.filter(pk=listing.pk).update(status="withdrawn"),
        lambda listing: Listing.objects.filter(pk=listing.pk).update(status="blocked"),
        lambda listing: type(listing.seller).objects.update(status="closed"),
    ],
    ids=["withdrawn", "blocked", "closed shop"],
)
def test_paid_after_expiry_is_given_back_when_the_copy_is_no_longer_for_sale(change: Any) -> None:
    listing = ListingFactory()
    order = at_the_provider(basket_with(listing))
    let_time_pass(order)
    payments.expire(order_id=order.pk)
    change(listing)
    SandboxPayment.objects.update(status="succeeded")
    assert payments.settle(payment_id=order.payment.pk).order.status == "expired"
    assert Refund.objects.get().amount == order.total
    listing.refresh_from_db()
    assert (listing.on_hand, listing.held) == (1, 0)


def test_held_copies_are_served_though_the_shop_has_closed_meanwhile() -> None:
    listing = ListingFactory()
    order = at_the_provider(basket_with(listing))
    type(listing.seller).objects.update(status="closed")
    pay_at_the_bank(order)
    assert payments.settle(payment_id=order.payment.pk).order.status == "placed"


@pytest.mark.parametrize("hours", [-2, 2], ids=["slow", "fast"])
def test_a_web_server_whose_clock_is_wrong_shortens_no_hold(hours: int) -> None:
    order = at_the_provider(basket_with(ListingFactory()))
    before = order.holds.get().expires_at
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order SET created_at = created_at + make_interval(hours => %s)", [hours]
        )
    checkout.pay(order_id=order.pk)
    assert order.holds.get().expires_at >= before
