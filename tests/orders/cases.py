"""What the tests of cases share: an order that was paid and posted, and people who write about it."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from accounts.models import Seller, User
from books4all.lib.money import Money
from catalog.models import Listing
from orders.constants import Actor, CaseReason
from orders.models import Basket, Case, Order, Posting, Refund, SellerOrder
from orders.services import cases, payments, seller_orders
from orders.services.case_steps import By
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, pay_at_the_bank, placed
from tests.orders.selling import member_of

READER = By(Actor.BUYER)


def money(minor: int) -> Money:
    return Money(minor, "GBP")


def shop(seller: Seller) -> By:
    """Return somebody of the shop's team."""
    return By(Actor.SELLER, member_of(seller))


def posted(*listings: Listing, user: User | None = None, arrived: bool = True) -> SellerOrder:
    """Return an order that went through checkout, was posted, and has arrived."""
    order = placed(*(listings or (ListingFactory(on_hand=1),)), user=user)
    Order.objects.filter(pk=order.pk).update(user=user)
    return _posted(order, arrived=arrived)


def posted_basket(basket: Basket) -> SellerOrder:
    """Return the same for what is in a basket."""
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    return _posted(payments.settle(payment_id=order.payment.pk).order, arrived=True)


def _posted(order: Order, *, arrived: bool) -> SellerOrder:
    part = order.seller_orders.get()
    seller_orders.ship(
        seller_order_id=part.pk, carrier="Royal Mail", tracking_number="AB1", actor=None
    )
    if arrived:
        seller_orders.deliver(seller_order_id=part.pk, actor=None)
    part.refresh_from_db()
    return part


def complain(
    part: SellerOrder, reason: str = CaseReason.DAMAGED, *, copies: Any = None, **said: Any
) -> Case:
    """Open a case about all that was posted, or ``copies``."""
    words = {"words": "The spine is broken."} if reason != CaseReason.CHANGED_MIND else {}
    return cases.open_case(
        seller_order_id=part.pk,
        complaint=cases.Complaint(reason=reason, **{**words, **said}),
        copies=copies or {line.pk: line.posted for line in part.lines.all()},
        by=READER,
    )


def days_on(days: float, since: datetime | None = None) -> datetime:
    """Return a moment so many days from now."""
    return (since or timezone.now()) + timedelta(days=days)


def given_back(part: SellerOrder) -> int:
    """Return the pence that were given back for a seller order, from whatever pocket."""
    return sum(Refund.objects.filter(seller_order=part).values_list("amount_minor", flat=True))


def balances(part: SellerOrder) -> dict[str, int]:
    """Return what the order's entries come to on each account that is not at nothing, debits positive."""
    rows = Posting.objects.filter(entry__order=part.order).order_by("account__kind")
    sums = rows.values_list("account__kind").annotate(sum=Sum("amount_minor"))
    return {kind: minor for kind, minor in sums if minor}
