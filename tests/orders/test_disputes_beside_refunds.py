"""What banks take back of orders that were refunded too, or paid by gift cards and offers: nobody gains by it."""

from typing import Any

import pytest

from books4all.lib.money import Money
from orders.constants import Actor
from orders.models import Order, OrderLine, SandboxRefund, SellerOrder
from orders.payments.sandbox import bank
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.order_check import order_differences
from orders.services import goodwill, payments, promotions, refunds, seller_orders
from orders.services.case_steps import By
from orders.services.seller_orders import Asked
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.factories.promotions import GiftCardFactory, PromotionFactory
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, run_jobs
from tests.orders.test_disputes import books, taken_back, tell

pytestmark = pytest.mark.django_db
__all__ = ["tell"]
SHOP = By(Actor.SELLER)


def bought(
    *, codes: tuple[str, ...], shops: int = 1, copies: int = 1, posted: bool = False
) -> Order:
    """Return a paid order of a book for £6.00 from each shop, with what was typed at the checkout."""
    basket = basket_with(
        *(
            ListingFactory(seller=SellerFactory(), price_minor=600, on_hand=copies)
            for _n in range(shops)
        ),
        quantity=copies,
    )
    for code in codes:
        promotions.type_code(basket=basket, code=code)
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    order = payments.settle(payment_id=order.payment.pk).order
    for part in order.seller_orders.all() if posted else ():
        seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    return order


def sound() -> bool:
    return [*ledger_differences(), *order_differences()] == []


def kept(order: Order, tell: Any, amount: int | None = None) -> None:
    """The buyer's bank takes back ``amount`` of the payment, and keeps it; what is owed is paid."""
    taken = taken_back(order, tell, amount=amount)
    bank.decide_dispute(reference=taken, won=False)
    tell(taken)
    run_jobs(only=["orders.settle_refund"])


def said_sorry(order: Order, pence: int) -> None:
    """The first shop gives back some of what it has earned."""
    part = order.seller_orders.order_by("pk").first()
    assert part is not None
    goodwill.give(seller_order_id=part.pk, amount=Money(pence, "GBP"), words="Sorry", by=SHOP)


def cancelled(part: SellerOrder) -> None:
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)


def test_what_the_marketplace_added_to_a_price_is_its_own_again_once(tell: Any) -> None:
    """£3.00 of the book's £6.00 and £2.80 for its post were paid. The bank keeps half of both, and the shop
    gives back the other £2.90: of the book, to which the marketplace has added £3.00."""
    PromotionFactory(code="HALF", percent_bp=5000)
    order = bought(codes=("HALF",), posted=True)
    kept(order, tell, 290)
    said_sorry(order, 290)
    run_jobs(only=["orders.settle_refund"])
    assert books(order) == {}
    assert sound()


def test_a_refund_that_waits_is_not_taken_from_what_a_gift_card_paid(tell: Any) -> None:
    """Two shops sell for £8.80 each; £3.00 of it came by a gift card. The first gives back £7.00, which are
    not paid yet when the bank takes all of the £14.60: these £7.00, and £7.60 of the £10.60 that are left."""
    order = bought(codes=(GiftCardFactory(initial_minor=300).typed,), shops=2, posted=True)
    said_sorry(order, 700)
    kept(order, tell)
    dispute = order.payment.disputes.get()
    assert (dispute.own_minor, order.payment.refunds.get().by_bank_minor) == (700, 700)
    assert books(order) == {"bank": 300, "seller_pending": -300}
    assert sound()


def test_what_was_refunded_before_is_not_the_shops_loss(tell: Any) -> None:
    """The same, but the £7.00 had been paid: to take them again is the marketplace's loss."""
    order = bought(codes=(GiftCardFactory(initial_minor=300).typed,), shops=2, posted=True)
    said_sorry(order, 700)
    run_jobs(only=["orders.settle_refund"])
    kept(order, tell)
    assert books(order) == {"bank": 300, "clearing": -700, "losses": 700, "seller_pending": -300}
    assert sound()


def test_what_a_bank_gave_of_a_refund_is_not_given_for_the_other_copies(tell: Any) -> None:
    """The first of two copies is refused, and the bank keeps the whole payment: its refund, and of the
    second copy and the post all but £3.00, which a gift card had paid. They go back to it."""
    card = GiftCardFactory(initial_minor=300)
    order = bought(codes=(card.typed,), copies=2)
    part, line = order.seller_orders.get(), OrderLine.objects.get()
    seller_orders.refuse(
        seller_order_id=part.pk,
        reason="damaged",
        copies={line.pk: 1},
        restock=False,
        asked=Asked(None),
    )
    kept(order, tell)
    cancelled(part)
    assert books(order) == {"bank": 300, "gift_cards": -300}
    assert sound()


@pytest.mark.parametrize("again", [False, True])
def test_what_a_bank_kept_before_the_copies_were_posted_is_not_given_back_again(
    tell: Any, again: bool
) -> None:
    """The bank has kept £5.00 of £8.80, and the shop has posted. It gives back everything: £3.80 of it to the
    buyer, unless the bank keeps that too; the rest to the marketplace, which has borne it."""
    order = bought(codes=())
    kept(order, tell, 500)
    seller_orders.ship(
        seller_order_id=order.seller_orders.get().pk, carrier="Royal Mail", actor=None
    )
    said_sorry(order, 880)
    if again:
        kept(order, tell, 380)
    run_jobs(only=["orders.settle_refund"])
    paid = SandboxRefund.objects.values_list("amount_minor", flat=True)
    assert (list(paid), books(order)) == ([] if again else [380], {})
    assert sound()


def test_goodwill_that_was_paid_is_had_again_where_a_refund_is_not(tell: Any) -> None:
    """The marketplace has given £5.00 of its own, and the shop owes £2.00. The bank keeps all of the £8.80:
    the buyer has £5.00 more than was paid, and gets nothing besides."""
    order = bought(codes=(), posted=True)
    refunds.goodwill(
        seller_order=order.seller_orders.get(), amount=Money(500, "GBP"), reason="Sorry"
    )
    run_jobs(only=["orders.settle_refund"])
    said_sorry(order, 200)
    kept(order, tell, 680)
    assert books(order) == {"clearing": -300, "goodwill": 300}
    assert sound()
