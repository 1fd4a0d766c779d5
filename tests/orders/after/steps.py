"""What the tests of orders after the sale share: orders in every state, time that passes, and the books."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Sum

from books4all.lib.money import Money
from orders.constants import AccountKind
from orders.models import ExtraPostage, Order, Posting, Refund, SellerOrder
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.ledger import balance
from orders.services import calling_off, payments, postage, seller_orders
from orders.services.steps import Asked
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed

NOBODY = Asked(None)


def bought(*, copies: int = 1) -> SellerOrder:
    """Return one shop's part of an order of ``copies`` different books that was paid just now."""
    first = ListingFactory()
    listings = [first, *(ListingFactory(seller=first.seller) for _n in range(copies - 1))]
    return part_of(placed(*listings))


def part_of(order: Order) -> SellerOrder:
    part: SellerOrder = order.seller_orders.select_related("order", "seller").get()
    return part


def fresh(part: SellerOrder) -> SellerOrder:
    """Return the seller order as it is now."""
    return SellerOrder.objects.select_related("order", "seller").get(pk=part.pk)


def days_later(part: SellerOrder, days: float) -> None:
    """Move a seller order, and all that hangs on it, back in time."""
    moved = {
        "orders_sellerorder": (
            "accepted_at", "shipped_at", "delivered_at", "act_by", "post_until", "remind_at",
        ),
        "orders_extrapostage": ("created_at", "expires_at"),
        "orders_shipment": ("shipped_at", "delivered_at"),
    }  # fmt: skip
    past = timedelta(days=days)
    with connection.cursor() as cursor:
        for table, columns in moved.items():
            key = "id" if table == "orders_sellerorder" else "seller_order_id"
            changes = ", ".join(f"{column} = {column} - %s" for column in columns)
            cursor.execute(
                f"UPDATE {table} SET {changes} WHERE {key} = %s",
                [*[past] * len(columns), part.pk],
            )
        cursor.execute(
            "UPDATE orders_order SET placed_at = placed_at - %s WHERE id = %s",
            [past, part.order_id],
        )


def until_due(part: SellerOrder) -> None:
    """Let its deadline pass."""
    act_by = fresh(part).act_by
    assert act_by is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s - now()", [act_by])
        left: timedelta = cursor.fetchone()[0]
    days_later(part, left / timedelta(days=1) + 0.001)


def accept(part: SellerOrder) -> SellerOrder:
    seller_orders.accept(seller_order_id=part.pk, actor=None)
    return fresh(part)


def post(part: SellerOrder, *, first: bool = False) -> SellerOrder:
    """Post all that is left, or the first line alone."""
    copies = {part.lines.order_by("pk")[0].pk: 1} if first else None
    seller_orders.post(seller_order_id=part.pk, carrier="DHL", copies=copies, asked=NOBODY)
    return fresh(part)


def deliver(part: SellerOrder) -> SellerOrder:
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    return fresh(part)


def propose(part: SellerOrder, minor: int = 500) -> ExtraPostage:
    return postage.propose(
        seller_order_id=part.pk,
        amount=Money(minor, "GBP"),
        reason="Two kilos",
        asked=NOBODY,
    )


def pay_extra(extra: ExtraPostage, *, settle: bool = True) -> ExtraPostage:
    """Go to the provider's page and pay there; come back from it, unless the answer is lost."""
    postage.pay(extra_id=extra.pk)
    extra.refresh_from_db()
    assert extra.payment is not None
    bank.pay(reference=extra.payment.reference, behaviour=Behaviour.SUCCESS)
    if settle:
        payments.settle(payment_id=extra.payment.pk)
        extra.refresh_from_db()
    return extra


def ask(part: SellerOrder) -> None:
    calling_off.ask(seller_order_id=part.pk, reason="Found it here", actor=None)


def held(order: Order) -> int:
    """Return what is still held for an order, in minor units."""
    rows = Posting.objects.filter(entry__order=order, account__kind=AccountKind.HELD)
    return -int(rows.aggregate(n=Sum("amount_minor", default=0))["n"])


def stands(kind: AccountKind, part: SellerOrder) -> int:
    """Return what the shop has in an account by this seller order, in minor units."""
    rows = Posting.objects.filter(
        entry__seller_order=part, account__kind=kind, account__seller=part.seller
    )
    return -sum(row.amount_minor for row in rows)


def given_back(part: SellerOrder) -> int:
    return sum(refund.amount_minor for refund in Refund.objects.filter(seller_order=part))


def books_balance() -> bool:
    """Whether all accounts come to nothing together."""
    kinds = [kind for kind in AccountKind if kind not in AccountKind.of_sellers()]
    ours = sum(balance(kind, "GBP").minor for kind in kinds)
    sellers = Posting.objects.filter(account__seller__isnull=False)
    return ours + sum(row.amount_minor for row in sellers) == 0


Step = Callable[[SellerOrder], Any]
