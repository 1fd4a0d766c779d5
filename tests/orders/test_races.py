"""Races with real threads, and controls which show that the race is there without the guard."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import Error, IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet, Sum
from psycopg.errors import DeadlockDetected

from accounts.models import Seller, User
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from catalog.models import Listing, StockMovement
from catalog.services import stock
from orders.models import Basket, Order, Payment, Refund, SandboxPayment, SellerOrder
from orders.payments import current_provider
from orders.selectors.stock_check import stock_differences
from orders.services import (
    baskets,
    checkout,
    payments,
    refunds,
    seller_orders,
    transactions,
)
from orders.services.reconciler import sweep
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import (
    ADDRESS,
    BUYER,
    at_the_provider,
    basket_with,
    jobs_waiting,
    pay_at_the_bank,
    placed,
    total_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same time; returns results, or the errors that came instead."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=20)
            return work()
        except (DomainError, Error) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def submit(basket) -> Callable[[], Any]:
    total = total_of(basket)
    return lambda: checkout.submit(
        basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER
    )


def without_lock(pks):
    """What the lock helper would be without its lock."""
    rows = Listing.objects.filter(pk__in=set(pks)).select_related("edition__work", "seller")
    found = {listing.pk: listing for listing in rows}
    pause()
    return found


def pause() -> None:
    """Give the others time to come between a look and what follows from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")


def seen_before_the_pause(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What a look is worth when everybody takes it before anybody acts."""

    def looked(asked: Any) -> Any:
        seen = look(asked)
        pause()
        return seen

    return looked


def orders_for_the_last_copy(buyers: int) -> int:
    listing = ListingFactory()
    results = at_once([submit(basket_with(listing)) for _n in range(buyers)])
    held = sum(isinstance(r, checkout.Submitted) for r in results)
    assert held == Order.objects.filter(status="pending").count()
    refused = [r for r in results if not isinstance(r, checkout.Submitted)]
    assert all(isinstance(r, DomainError) and r.status == 409 for r in refused), refused
    return held


def test_the_last_copy_is_held_for_one():
    assert orders_for_the_last_copy(12) == 1
    assert stock_differences() == []


def test_control_without_the_lock_the_last_copy_is_promised_twice(monkeypatch):
    monkeypatch.setattr(stock, "lock_listings", without_lock)
    assert orders_for_the_last_copy(6) > 1


def test_fifty_parallel_submits_of_one_checkout_make_one_order_and_one_charge():
    basket = basket_with(ListingFactory(), ListingFactory())
    results = at_once([submit(basket)] * 50)
    assert {r.order.pk for r in results} == {Order.objects.get().pk}
    assert len({r.page_url for r in results}) == 1
    assert SandboxPayment.objects.count() == Payment.objects.count() == 1
    assert stock_differences() == []


def test_control_without_the_lock_one_checkout_is_ordered_more_than_once(monkeypatch):
    def unlocked(basket_id):
        found = Basket.objects.get(pk=basket_id)
        pause()
        return found

    # The database's own rule is the second guard: without it there would be two orders.
    monkeypatch.setattr(checkout, "lock_basket", unlocked)
    monkeypatch.setattr(checkout, "_order_of", seen_before_the_pause(checkout._order_of))
    results = at_once([submit(basket_with(ListingFactory(on_hand=50)))] * 6)
    assert [r for r in results if isinstance(r, IntegrityError)]


def test_baskets_with_the_same_copies_in_another_order_do_not_deadlock():
    listings = [ListingFactory(on_hand=50) for _n in range(5)]
    made = [basket_with(*(listings if n % 2 else listings[::-1])) for n in range(12)]
    results = at_once([submit(basket) for basket in made])
    assert all(isinstance(r, checkout.Submitted) for r in results), results
    assert stock_differences() == []


def test_control_in_no_order_of_keys_the_same_baskets_deadlock(monkeypatch):
    both_have_one = Barrier(2)
    turns = count()

    def one_by_one(pks):
        found = {}
        # One from either end, whatever the order in which the lines were written.
        for pk in sorted(pks, reverse=next(turns) % 2 == 1):
            rows = Listing.objects.filter(pk=pk).select_related("edition__work", "seller")
            found[pk] = rows.select_for_update(of=("self",), no_key=True).get()
            if len(found) == 1:
                both_have_one.wait(20)
        return found

    listings = [ListingFactory(on_hand=50) for _n in range(2)]
    made = [basket_with(*(listings if n % 2 else listings[::-1])) for n in range(2)]
    monkeypatch.setattr(stock, "lock_listings", one_by_one)
    monkeypatch.setattr(transactions, "_TIMES", 1)  # nothing is tried again
    results = at_once([submit(basket) for basket in made])
    assert [r for r in results if isinstance(getattr(r, "__cause__", None), DeadlockDetected)]


def test_deadlocks_are_tried_again(monkeypatch):
    broken = [OperationalError(), OperationalError()]

    @transactions.business_transaction
    def work() -> int:
        if broken:
            raise broken.pop() from DeadlockDetected()
        return Order.objects.count()

    assert work() == 0


def finalise_all_ways() -> list[Any]:
    order = at_the_provider(basket_with(ListingFactory(on_hand=3)))
    pay_at_the_bank(order)
    pk = order.payment.pk
    told = current_provider().fetch(order.payment.reference)
    return at_once(
        [
            lambda: payments.apply(payment_id=pk, told=told),
            lambda: payments.settle(payment_id=pk),
            lambda: payments.apply(payment_id=pk, told=told),
            lambda: sweep(grace=-1),
            lambda: payments.expire(order_id=order.pk, even_if_held=True),
            lambda: payments.settle(payment_id=pk),
        ]
    )


def test_webhook_return_page_and_sweeper_at_once_place_the_order_once():
    results = finalise_all_ways()
    assert not [r for r in results if isinstance(r, Exception)]
    assert StockMovement.objects.filter(kind="sold").count() == 1
    assert Order.objects.get().events.filter(type="placed").count() == 1
    assert jobs_waiting("orders.send_mail") == 2
    assert stock_differences() == []


def test_control_without_the_lock_the_order_is_placed_twice(monkeypatch):
    def unlocked(payment_id):
        found = Payment.objects.select_related("order__basket").get(pk=payment_id)
        pause()
        return found

    monkeypatch.setattr(payments, "locked", unlocked)
    results = finalise_all_ways()
    broken = [r for r in results if isinstance(r, Exception)]
    assert broken or Order.objects.get().events.filter(type="placed").count() > 1


def merged_by_all(user: User) -> list[Any]:
    source = basket_with(ListingFactory(on_hand=9), quantity=2)
    baskets.get_or_create_basket(user=user)
    return at_once([lambda: baskets.merge(source=source, user=user)] * 6)


def test_one_basket_merged_twice_at_once_is_merged_once():
    user = UserFactory()
    results = merged_by_all(user)
    assert not [r for r in results if isinstance(r, Exception)]
    mine = baskets.get_or_create_basket(user=user)
    assert list(mine.lines.values_list("quantity", flat=True)) == [2]
    assert user.baskets.count() == 1


def test_control_without_the_lock_a_basket_is_merged_by_several(monkeypatch):
    moved = []
    real = baskets._move_lines

    def unlocked(pks):
        found = list(Basket.objects.filter(pk__in=set(pks)))
        pause()
        return found

    monkeypatch.setattr(baskets, "_locked", unlocked)
    monkeypatch.setattr(baskets, "_move_lines", lambda *args: moved.append(1) or real(*args))
    merged_by_all(UserFactory())
    assert len(moved) > 1


def test_paying_and_expiring_at_once_ends_in_one_of_the_two():
    for _round in range(3):
        listing = ListingFactory()
        order = at_the_provider(basket_with(listing))
        at_once(
            [
                lambda order=order: (
                    pay_at_the_bank(order),
                    payments.settle(payment_id=order.payment.pk),
                ),
                lambda order=order: payments.expire(order_id=order.pk, even_if_held=True),
            ]
        )
        sweep(grace=-1)
        order.refresh_from_db()
        bank = SandboxPayment.objects.get(key=str(order.payment.pk))
        assert (order.status, bank.status) in {("placed", "succeeded"), ("expired", "cancelled")}
    assert stock_differences() == []


def orders_after_closing(begin: Event | None = None, done: Event | None = None) -> int:
    """Let six submit while their shop closes; returns how many ordered after it had.

    The shop waits for ``begin``, and sets ``done`` when it has closed.
    """
    listing = ListingFactory(on_hand=20)
    made = [basket_with(listing) for _n in range(6)]
    works = [submit(basket) for basket in made]

    def close() -> str:
        if begin:
            begin.wait(20)
        with transaction.atomic():
            shop = Seller.objects.select_for_update().get(pk=listing.seller_id)
            before = Order.objects.count()
            shop.status = "closed"
            shop.save()
        if done:
            done.set()
        return f"closed after {before}"

    results = at_once([*works, close])
    said = next(r for r in results if isinstance(r, str))
    return Order.objects.count() - int(said.removeprefix("closed after "))


def test_no_order_after_a_shop_has_closed():
    assert orders_after_closing() == 0


def test_control_without_the_share_a_closed_shop_is_ordered_from(monkeypatch):
    looked, closed = Event(), Event()
    real = stock.lock_listings

    def look_and_wait(pks):
        seen = real(pks)
        looked.set()
        closed.wait(20)
        return seen

    monkeypatch.setattr(checkout, "_share_sellers", lambda _lines: None)
    monkeypatch.setattr(stock, "lock_listings", look_and_wait)
    assert orders_after_closing(looked, closed) > 0


def refunds_of_one_payment() -> tuple[int, int]:
    """Ask for half the money back twelve times at once; returns what was granted and what was paid."""
    order = placed(ListingFactory())
    half = Money(order.total_minor // 2, "GBP")
    at_once(
        [transaction.atomic(lambda: refunds.ask(payment=order.payment, amount=half, reason="Torn"))]
        * 12
    )
    granted = Refund.objects.aggregate(sum=Sum("amount_minor"))["sum"]
    return granted, order.total_minor


def test_parallel_refunds_give_back_no_more_than_was_paid():
    granted, paid = refunds_of_one_payment()
    assert granted == paid


def test_control_without_the_trigger_more_is_given_back_than_was_paid():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_refund DISABLE TRIGGER refund_at_most_captured")
        try:
            granted, paid = refunds_of_one_payment()
        finally:
            cursor.execute("ALTER TABLE orders_refund ENABLE TRIGGER refund_at_most_captured")
    assert granted > paid


def shipped_and_cancelled_at_once() -> tuple[SellerOrder, list[Any]]:
    part = placed(ListingFactory()).seller_orders.get()
    pk = part.pk
    ends = at_once(
        [
            lambda: seller_orders.ship(seller_order_id=pk, carrier="DHL", actor=None),
            lambda: seller_orders.cancel(
                seller_order_id=pk, reason="Lost", restock=True, actor=None
            ),
        ]
        * 3
    )
    return part, ends


def test_shipping_and_cancelling_at_once_ends_in_one_of_the_two():
    for _round in range(3):
        part, ends = shipped_and_cancelled_at_once()
        assert part.shipments.count() + part.refunds.count() == 1
        assert not any(isinstance(end, IntegrityError) for end in ends)
    assert stock_differences() == []


def test_control_without_the_lock_it_is_shipped_and_paid_back(monkeypatch):
    def unlocked(self, **_how):
        pause()
        return self

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    part, ends = shipped_and_cancelled_at_once()
    # It is done twice, or the database's own rule (a copy is sent or paid back) stops the second.
    twice = part.shipments.count() + part.refunds.count() > 1
    assert twice or any(isinstance(end, IntegrityError) for end in ends)
