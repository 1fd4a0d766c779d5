"""A buyer who does not want it any more; and that shop and buyer never both win."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

from catalog.models import Listing, StockMovement
from orders.constants import WAITING
from orders.errors import TransitionError
from orders.models import CancelRequest, Refund, SellerOrder
from orders.selectors.standing import standings
from orders.selectors.stock_check import stock_differences
from orders.services import calling_off, keeping, payments, postage, seller_orders, steps
from orders.services.keeping import cancel_silent
from tests.orders.after.steps import (
    NOBODY,
    accept,
    ask,
    books_balance,
    bought,
    days_later,
    fresh,
    given_back,
    held,
    pay_extra,
    post,
    propose,
    until_due,
)
from tests.orders.journeys import run_jobs
from tests.orders.test_races import at_once


@pytest.mark.django_db
def test_cancelled_before_the_shop_has_accepted():
    part = bought()
    calling_off.call_off(seller_order_id=part.pk, reason="Found it at home", actor=None)
    part = fresh(part)
    assert (part.status, given_back(part), held(part.order)) == ("cancelled", part.total_minor, 0)
    assert Listing.objects.get().on_hand == 1
    assert StockMovement.objects.filter(kind="restocked").count() == 1
    assert stock_differences() == []
    run_jobs(only=["orders.settle_refund", "orders.send_mail"])
    told = {m.subject: m for m in mail.outbox}
    assert f"Your order from {part.seller.name} is cancelled" in told
    shop = told[f"Order {part.order.number} is cancelled: please don’t post it"]
    assert shop.to == [part.seller.email]
    assert "Found it at home" in shop.body
    assert "£" in told[f"{part.total} has been paid back to you"].subject
    assert books_balance()


@pytest.mark.django_db
def test_it_is_not_counted_against_the_shop_nor_at_all():
    part = bought()
    calling_off.call_off(seller_order_id=part.pk, actor=None)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    [row] = standings(as_of=tomorrow, days=90, seller_ids=[part.seller_id])
    assert (row.orders, row.cancelled, row.due) == (0, 0, 0)


@pytest.mark.django_db
def test_once_accepted_the_shop_is_asked_and_answers():
    part = accept(bought())
    with pytest.raises(TransitionError):
        calling_off.call_off(seller_order_id=part.pk, actor=None)
    ask(part)
    with pytest.raises(TransitionError):
        ask(part)
    calling_off.decline(seller_order_id=part.pk, words="It is packed", actor=None)
    assert fresh(part).status == "accepted"
    with pytest.raises(TransitionError):
        calling_off.agree(seller_order_id=part.pk, restock=True, actor=None)
    run_jobs(only=["orders.send_mail"])
    told = [m for m in mail.outbox if "does not cancel your order" in m.subject]
    assert "It is packed" in told[0].body


@pytest.mark.django_db
def test_a_shop_that_agrees_says_what_becomes_of_the_copies():
    for restock in (True, False):
        part = accept(bought())
        ask(part)
        calling_off.agree(seller_order_id=part.pk, restock=restock, actor=None)
        part = fresh(part)
        assert (part.status, held(part.order)) == ("cancelled", 0)
        listing = Listing.objects.get(order_lines__seller_order=part)
        assert listing.on_hand == int(restock)
    assert CancelRequest.objects.filter(status="agreed").count() == 2


@pytest.mark.django_db
def test_of_a_part_that_was_posted_the_rest_may_be_called_off():
    part = post(accept(bought(copies=2)), first=True)
    ask(part)
    calling_off.agree(seller_order_id=part.pk, restock=True, actor=None)
    part = fresh(part)
    assert (part.status, held(part.order)) == ("shipped", 0)
    assert given_back(part) == part.lines.order_by("pk")[1].paid_minor


@pytest.mark.django_db
def test_a_parcel_overtakes_the_wish():
    part = accept(bought())
    ask(part)
    post(part)
    assert CancelRequest.objects.get().status == "overtaken"


@pytest.mark.django_db
def test_who_is_asked_for_more_may_cancel_at_once():
    part = accept(bought())
    extra = propose(part)
    calling_off.call_off(seller_order_id=part.pk, actor=None)
    extra.refresh_from_db()
    assert (fresh(part).status, extra.status) == ("cancelled", "withdrawn")


# --- Races -----------------------------------------------------------------------------------
RIVALS: dict[str, Callable[[SellerOrder], Callable[[], object]]] = {
    "accept": lambda part: lambda: seller_orders.accept(seller_order_id=part.pk, actor=None),
    "call off": lambda part: lambda: calling_off.call_off(seller_order_id=part.pk, actor=None),
    "ship": lambda part: (
        lambda: seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None)
    ),
    "silent": lambda part: lambda: cancel_silent(seller_order_id=part.pk),
    "refuse": lambda part: (
        lambda: seller_orders.refuse(
            seller_order_id=part.pk, reason="damaged", restock=True, asked=NOBODY
        )
    ),
}


def sound(part: SellerOrder) -> bool:
    """Whether state, copies and money of an order tell the same story."""
    part = fresh(part)
    line = part.lines.get()
    refunded = given_back(part)
    if part.status in WAITING:
        return (line.left, refunded, held(part.order)) == (1, 0, part.total_minor)
    if part.status == "shipped":
        return (line.posted, line.refused, refunded, held(part.order)) == (1, 0, 0, 0)
    return (line.refused, refunded, held(part.order)) == (1, part.total_minor, 0)


@pytest.mark.django_db(transaction=True)
def test_accept_cancel_ship_and_the_keeper_at_once():
    for _n in range(4):
        part = bought()
        until_due(part)
        results = at_once([rival(part) for rival in RIVALS.values()])
        assert all(
            not isinstance(r, Exception) or isinstance(r, TransitionError) for r in results
        ), results
        assert sound(part), results
        assert Refund.objects.filter(seller_order=part).count() <= 1
    assert stock_differences() == []
    assert books_balance()


@pytest.mark.django_db(transaction=True)
def test_the_keeper_twice_at_once_does_it_once():
    parts = [bought() for _n in range(3)]
    for part in parts:
        until_due(part)
    at_once([keeping.keep] * 3)
    assert all(sound(part) for part in parts)
    assert Refund.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_paid_refused_called_off_posted_and_lapsed_at_once():
    """Whoever wins, extra postage is earned with a parcel, or given back."""
    for rivals in (("call off",), ("refuse extra",), ("ship",), ("lapse",), ("call off", "ship")):
        part = bought()
        extra = pay_extra(propose(part), settle=False)
        if "lapse" in rivals:
            days_later(part, 4.01)
        works = {
            **{name: rival(part) for name, rival in RIVALS.items()},
            "refuse extra": lambda pk=extra.pk: postage.refuse(extra_id=pk, actor=None),
            "lapse": lambda pk=extra.pk: postage.expire(extra_id=pk),
        }
        payment_id = extra.payment_id
        at_once([lambda pk=payment_id: payments.settle(payment_id=pk), *(works[r] for r in rivals)])
        run_jobs(only=["orders.close_payment"])
        part = fresh(part)
        paid = part.total_minor + extra.amount_minor
        kept = {"shipped": part.total_minor + part.extra_minor, "cancelled": 0}
        expected = kept.get(part.status, part.total_minor + part.extra_minor)
        assert paid - given_back(part) == expected, rivals
        assert held(part.order) == (expected if part.status in WAITING else 0), rivals
    assert books_balance()


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_shop_and_buyer_both_win(monkeypatch):
    real = steps.locked

    def unlocked(seller_order_id):
        found = (
            SellerOrder.objects.select_related("order__payment", "order__user", "seller")
            .filter(pk=seller_order_id)
            .get()
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        return found

    monkeypatch.setattr(steps, "locked", unlocked)
    part = bought()
    at_once([RIVALS["accept"](part), RIVALS["call off"](part)])
    monkeypatch.setattr(steps, "locked", real)
    events = set(part.events.values_list("type", flat=True))
    assert {"accepted", "called_off"} <= events
