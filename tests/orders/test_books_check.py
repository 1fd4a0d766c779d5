"""The books add up, and each check sees what it is there for, and names it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from books4all.lib.money import Money
from catalog.services import stock
from orders.constants import Stage
from orders.models import CheckRun, Order
from orders.selectors.checking import Finding
from orders.selectors.ledger_check import LEDGER_CHECKS, ledger_differences
from orders.selectors.order_check import ORDER_CHECKS, order_differences
from orders.services import checking, payments, postings, refund_parts, refunds, seller_orders
from orders.services.seller_orders import Asked
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Three copies at £7.01: one posted, one refused and paid back, one left; £1.01 of the first given back."""
    listing = ListingFactory(price_minor=701)
    stock.receive(listing_id=listing.pk, quantity=2)
    order = at_the_provider(basket_with(listing, quantity=3))
    pay_at_the_bank(order)
    order = payments.settle(payment_id=order.payment.pk).order
    part, line = order.seller_orders.get(), order.seller_orders.get().lines.get()
    seller_orders.post(
        seller_order_id=part.pk, carrier="Royal Mail", copies={line.pk: 1}, asked=Asked(None)
    )
    seller_orders.refuse(
        seller_order_id=part.pk,
        reason="damaged",
        copies={line.pk: 1},
        restock=False,
        asked=Asked(None),
    )
    run_jobs(only=["orders.settle_refund"])
    line.refresh_from_db()
    part.refresh_from_db()
    refunds.grant(
        seller_order=part,
        stage=Stage.EARNED,
        lines=[refund_parts.of_earned(order_line=line, amount=Money(101, "GBP"))],
        reason="A torn page",
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return order


def everything() -> list[Finding]:
    return [*ledger_differences(), *order_differences()]


def broken(*statements: str) -> None:
    """Do what no rule of the database would let through."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_honest_order_has_no_differences(order: Order) -> None:
    assert [str(finding) for finding in everything()] == []


ACCOUNT = "(SELECT id FROM orders_ledgeraccount WHERE kind = '{}' LIMIT 1)"
POSTING = (
    "UPDATE orders_posting SET amount_minor = amount_minor + {n} WHERE entry_id IN"
    " (SELECT id FROM orders_journalentry WHERE kind = '{entry}') AND account_id IN"
    " (SELECT id FROM orders_ledgeraccount WHERE kind = '{account}')"
)


def moved(entry: str, account: str, n: int = 1) -> str:
    return POSTING.format(entry=entry, account=account, n=n)


def written(entry: str, debit: str, credit: str, n: int = 7) -> tuple[str, ...]:
    """Return statements that write another entry of an order's part."""
    last = "(SELECT max(id) FROM orders_journalentry)"
    return (
        f"""INSERT INTO orders_journalentry (kind, source, legs, note, order_id, seller_order_id)
            SELECT '{entry}', 'test:1', 2, '', order_id, id FROM orders_sellerorder""",
        f"""INSERT INTO orders_posting (entry_id, account_id, amount_minor) VALUES
            ({last}, {ACCOUNT.format(debit)}, {n}), ({last}, {ACCOUNT.format(credit)}, -{n})""",
    )


# What is broken, by which check it is seen, and what is said of it: what was expected, what was found.
BREAKS: list[tuple[str, str, tuple[str, ...], str]] = [
    ("entry_balances", "GBP", (moved("captured", "clearing"),), "expected 0, found 1"),
    (
        "entry_legs",
        "postings",
        ("UPDATE orders_journalentry SET legs = 3 WHERE kind = 'captured'",),
        "expected 3, found 2",
    ),
    (
        "effect_once",
        "captured",
        (
            "ALTER TABLE orders_journalentry DROP CONSTRAINT journalentry_once",
            """INSERT INTO orders_journalentry (kind, source, legs, note)
            SELECT kind, source, 2, '' FROM orders_journalentry WHERE kind = 'captured'""",
        ),
        "expected 1, found 2",
    ),
    (
        "source_there",
        "fulfilled",
        ("UPDATE orders_journalentry SET source = 'shipment:gone' WHERE kind = 'fulfilled'",),
        "expected 1, found 0",
    ),
    (
        "capture_posted",
        "clearing",
        (moved("captured", "clearing", 5),),
        "expected 2583, found 2588",
    ),
    (
        "capture_posted",
        "clearing",
        ("UPDATE orders_payment SET status = 'pending'",),
        "expected 0, found 2583",
    ),
    (
        "placing_posted",
        "gift_cards",
        ("UPDATE orders_order SET gift_minor = 5",),
        "expected 5, found 0",
    ),
    (
        "placing_posted",
        "promotions",
        ("UPDATE orders_sellerorder SET delivery_subsidy_minor = 9",),
        "expected 9, found 0",
    ),
    (
        "parcel_earned",
        "seller_pending",
        (moved("fulfilled", "seller_pending"),),
        "expected 1181, found 1180",
    ),
    ("parcel_earned", "held", (moved("fulfilled", "held", 2),), "expected -1181, found -1183"),
    (
        "refund_posted",
        "refunds_payable",
        (moved("refunded_held", "refunds_payable", -4),),
        "expected 701, found 705",
    ),
    (
        "refund_posted",
        "clearing",
        (moved("refund_paid", "clearing", 1),),
        "expected 701, found 700",
    ),
    ("order_funded", "held", (moved("captured", "held", -3),), "expected 2583, found 2586"),
    ("held_explained", "held", (moved("fulfilled", "held", 2),), "expected 701, found 699"),
    (
        "clearing_explained",
        "clearing",
        (moved("captured", "clearing", 5),),
        "expected 1882, found 1887",
    ),
    (
        "pending_explained",
        "seller_pending",
        (moved("refunded_earned", "seller_pending", 1),),
        "expected 1080, found 1079",
    ),
    (
        "pending_explained",
        "seller_pending",
        ("UPDATE orders_sellerorder SET status = 'completed'",),
        "expected 0, found 1080",
    ),
    (
        "account_of_its_seller",
        "seller_reserve",
        (
            "INSERT INTO orders_ledgeraccount (kind, seller_id, currency) VALUES ('seller_reserve', 0, 'GBP')",
            *written("adjusted", "held", "seller_reserve"),
        ),
        "found 0",
    ),
    (
        "lines_are_the_part",
        "books",
        ("UPDATE orders_orderline SET unit_minor = 702",),
        "2106, found 2103",
    ),
    (
        "lines_are_the_part",
        "total",
        ("UPDATE orders_orderline SET paid_minor = 2100",),
        "2580, found 2583",
    ),
    (
        "parts_are_the_order",
        "books",
        ("UPDATE orders_order SET items_minor = 2104, total_minor = 2584",),
        "expected 2103, found 2104",
    ),
    (
        "payment_is_the_order",
        "payment",
        ("UPDATE orders_payment SET amount_minor = 2582",),
        "expected 2583, found 2582",
    ),
    (
        "placed_is_paid",
        "captured",
        ("UPDATE orders_payment SET status = 'pending'",),
        "expected 2583, found 0",
    ),
    (
        "paid_is_placed",
        "given back",
        ("UPDATE orders_order SET status = 'expired'",),
        "expected 2583, found 802",
    ),
    (
        "refunded_at_most_captured",
        "given back at most",
        ("UPDATE orders_refund SET amount_minor = 9000 WHERE stage = 'held'",),
        "expected 2583, found 9101",
    ),
    (
        "refund_adds_up",
        "books and delivery",
        ("UPDATE orders_refundline SET paid_minor = 700 WHERE paid_minor = 701",),
        "expected 701, found 700",
    ),
    (
        "refusal_is_refunded",
        "given back",
        ("UPDATE orders_refusalline SET amount_minor = 700",),
        "expected 700, found 701",
    ),
    (
        "copies_counted",
        "posted",
        ("UPDATE orders_shipmentline SET quantity = 2",),
        "expected 2, found 1",
    ),
    ("copies_counted", "refused", ("DELETE FROM orders_refusalline",), "expected 0, found 1"),
    (
        "state_follows",
        "state shipped",
        ("UPDATE orders_sellerorder SET status = 'shipped'",),
        "found 1",
    ),
    (
        "state_follows",
        "state pending",
        ("UPDATE orders_sellerorder SET status = 'pending'",),
        "found 1",
    ),
    (
        "moments_follow",
        "first posted",
        ("UPDATE orders_sellerorder SET shipped_at = NULL",),
        "1, found 0",
    ),
    (
        "moments_follow",
        "completed",
        ("UPDATE orders_sellerorder SET completed_at = now()",),
        "expected 0, found 1",
    ),
    (
        "holds_ended",
        "copies held",
        ("UPDATE orders_hold SET status = 'active'",),
        "expected 0, found 3",
    ),
    (
        "sold_left_the_shelf",
        "copies sold",
        ("UPDATE catalog_stockmovement SET quantity = -2 WHERE kind = 'sold'",),
        "expected 3, found 2",
    ),
]


# Checks that name what they find by other keys than an order's.
WITHOUT_ORDER = {
    "entry_balances",
    "entry_legs",
    "source_there",
    "effect_once",
    "clearing_explained",
}


def test_what_is_broken_is_named(order: Order) -> None:
    """Each break by itself, taken back before the next."""
    by_name = {check.name: check for check in (*LEDGER_CHECKS, *ORDER_CHECKS)}
    missed = []
    for name, account, statements, said in BREAKS:
        with transaction.atomic():
            broken(*statements)
            found = [str(one) for one in by_name[name].findings()]
            transaction.set_rollback(True)
        named = name in WITHOUT_ORDER or any(order.number in one for one in found)
        if not (named and any(account in one and said in one for one in found)):
            missed.append((name, statements, found))
    assert missed == []
    assert everything() == []


def test_the_commands_say_what_they_find(order: Order) -> None:
    out = StringIO()
    call_command("check_ledger", stdout=out)
    call_command("check_orders", "--json", stdout=out)
    assert "everything adds up" in out.getvalue()
    assert '{"ok": true, "findings": []}' in out.getvalue()
    broken(moved("fulfilled", "held", 2), "UPDATE orders_sellerorder SET shipped_at = NULL")
    said, told = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("check_ledger", stderr=said)
    assert f"order {order.number}" in said.getvalue()
    with pytest.raises(CommandError):
        call_command("check_orders", "--json", stdout=told)
    assert json.loads(told.getvalue())["findings"][0]["check"] == "moments_follow"


def test_a_run_keeps_what_it_found_and_the_start_page_tells(order: Order, client: Client) -> None:
    client.force_login(StaffFactory())
    start, run = reverse("admin:index"), reverse("admin:orders_checkrun_run")
    assert "have not been checked" in client.get(start).content.decode()
    client.post(run)
    assert run_jobs(only=["orders.check_books"]) == ["orders.check_books"]
    assert CheckRun.objects.get().ok
    assert "The books add up" in client.get(start).content.decode()
    broken(moved("fulfilled", "held", 2))
    checking.carry_out(run_id=checking.start().pk)
    last = CheckRun.objects.order_by("pk").last()
    assert last is not None
    assert (last.ok, last.found) == (False, len(last.findings))
    page = client.get(start).content.decode()
    assert "The books differ" in page
    assert "notice--bad" in page
    url = reverse("admin:orders_checkrun_change", args=[last.pk])
    assert order.number in client.get(url).content.decode()


def test_a_check_that_is_too_old_stands_out(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_checkrun (started_at, finished_at, ok, found, findings) VALUES"
            " (now() - interval '27 hours', now() - interval '27 hours', true, 0, '[]')"
        )
    client.force_login(StaffFactory())
    page = client.get(reverse("admin:index")).content.decode()
    assert "last checked" in page
    assert "notice--bad" in page


def test_an_order_that_was_completed_has_nothing_pending(order: Order) -> None:
    part = order.seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    assert everything() == []
    part.refresh_from_db()
    postings.released(part, amount=Money(1781, "GBP"))
    broken("UPDATE orders_sellerorder SET status = 'completed', completed_at = now()")
    assert everything() == []
