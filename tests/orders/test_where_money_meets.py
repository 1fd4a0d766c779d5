"""Where two things happen to the same money: what is held, owed and taken back still adds up."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest

from books4all.lib.errors import ConflictError
from orders.constants import AccountKind as A
from orders.constants import CaseReason, PromotionKind, Ruling, Stage
from orders.errors import TransitionError
from orders.models import DisputePart, Refund
from orders.payments.sandbox import bank
from orders.selectors.case_money import account_of
from orders.selectors.ledger import balance
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.order_check import order_differences
from orders.services import (
    approvals,
    calling_off,
    case_answers,
    case_rulings,
    goodwill,
    payments,
    promotions,
    refund_parts,
    refund_settling,
    refunds,
    seller_orders,
)
from orders.services.seller_orders import Asked
from orders.services.staff_steps import REFUND
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.catalog import ListingFactory
from tests.factories.promotions import GiftCardFactory, PromotionFactory
from tests.orders.after.steps import accept, bought, part_of, pay_extra, post, propose
from tests.orders.cases import complain, money, shop
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, placed, run_jobs
from tests.orders.test_disputes import books, decided, sold, taken_back, tell  # noqa: F401

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


def free_delivery(*, percent: int = 0, listing=None, copies: int = 1):
    """Return an order whose delivery the marketplace pays, and ``percent`` of its book."""
    listing = listing or ListingFactory(price_minor=2000)
    basket = basket_with(listing, quantity=copies)
    PromotionFactory(kind=PromotionKind.FREE_DELIVERY, percent_bp=None, code="", name="Free post")
    if percent:
        PromotionFactory(code="", percent_bp=percent * 100)
    order = at_the_provider(basket)
    if not order.to_pay:
        return order
    pay_at_the_bank(order)
    return payments.settle(payment_id=order.payment.pk).order


def paid_back() -> None:
    """Let refunds be settled: then nothing is owed to buyers any more, and every check is content."""
    run_jobs(only=["orders.settle_refund"])
    assert balance(A.REFUNDS_PAYABLE, "GBP").minor == 0
    assert [*ledger_differences(), *order_differences()] == []


@pytest.mark.parametrize("percent", [0, 100])
def test_delivery_that_the_marketplace_paid_comes_back_to_it(percent: int) -> None:
    order = free_delivery(percent=percent)
    assert balance(A.PROMOTIONS, "GBP").minor >= order.delivery_minor > 0
    seller_orders.cancel(
        seller_order_id=part_of(order).pk, reason="Lost", restock=False, actor=None
    )
    assert books(order) == ({} if percent else {"clearing": 2000, "refunds_payable": -2000})
    paid_back()


@pytest.mark.parametrize("reason", [CaseReason.NOT_AS_DESCRIBED, CaseReason.CHANGED_MIND])
def test_of_a_posted_parcel_too_the_marketplace_gets_its_delivery_back(reason: CaseReason) -> None:
    """The shop that gives back the books has no claim to the delivery either, whoever paid for it."""
    part = part_of(free_delivery())
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    assert balance(A.PROMOTIONS, "GBP").minor == part.delivery_subsidy_minor > 0
    case = complain(part, reason)
    assert case_rulings.preview(case, Ruling.SHOP_PAYS).marketplace.minor == -(
        part.delivery_subsidy_minor
    )
    case_answers.refund(case_id=case.pk, by=shop(part.seller))
    assert balance(A.PROMOTIONS, "GBP").minor == 0
    assert balance(A.SELLER_PENDING, "GBP", seller=part.seller).minor == 0
    assert [one.amount_minor for one in part.refunds.all()] == [2000]
    paid_back()


def test_of_a_free_delivery_the_marketplace_gets_the_part_of_the_copies_back() -> None:
    listing = ListingFactory(price_minor=2000, on_hand=3)
    part = part_of(free_delivery(listing=listing, copies=3))
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    line, whole = part.lines.get(), part.delivery_subsidy_minor
    left = []
    for n in (1, 2):
        case_answers.refund(case_id=complain(part, copies={line.pk: n}).pk, by=shop(part.seller))
        left.append(balance(A.PROMOTIONS, "GBP").minor)
    assert left == [whole - whole // 3, 0]
    paid_back()


def test_a_part_of_the_price_takes_nothing_of_a_free_delivery() -> None:
    part = part_of(free_delivery())
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    goodwill.give(seller_order_id=part.pk, amount=money(500), words="Sorry", by=shop(part.seller))
    assert balance(A.PROMOTIONS, "GBP").minor == part.delivery_subsidy_minor
    paid_back()


def test_of_a_refused_gift_the_extra_postage_comes_back_too() -> None:
    part = part_of(free_delivery(percent=100))
    pay_extra(propose(part, 300))
    seller_orders.cancel(seller_order_id=part.pk, reason="Lost", restock=False, actor=None)
    assert books(part.order) == {"clearing": 300, "refunds_payable": -300}
    paid_back()


def test_of_copies_that_a_promotion_paid_for_the_marketplace_gets_its_part_back() -> None:
    basket = basket_with(ListingFactory(price_minor=999, on_hand=3), quantity=3)
    PromotionFactory(code="", percent_bp=10_000)
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    part = part_of(order)
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    line = part.lines.get()
    assert (line.paid_minor, line.subsidy_minor) == (0, 2997)
    # Two by a case, beside their part of the delivery; the last one alone, by staff.
    case = complain(part, copies={line.pk: 2})
    case_answers.refund(case_id=case.pk, by=shop(part.seller))
    assert balance(A.PROMOTIONS, "GBP").minor == 999
    payload = {"lines": {str(line.pk): {"copies": 1, "amount": None}}, "reason": "Damp"}
    approvals.ask(step=REFUND, subject=part, payload=payload, actor=StaffFactory(), key=uuid4())
    assert balance(A.PROMOTIONS, "GBP").minor == 0
    assert account_of(part).lines[line.pk].copies_left == 0
    # Of the commission on them nothing is left either; the shop has what is left of the delivery.
    assert balance(A.COMMISSION, "GBP").minor == 0
    assert sum(one.amount_minor for one in part.refunds.all()) < order.delivery_minor
    assert balance(A.SELLER_PENDING, "GBP", seller=part.seller).minor == -(
        order.delivery_minor - sum(one.amount_minor for one in part.refunds.all())
    )
    paid_back()


@pytest.mark.parametrize("who", ["shop", "buyer", "asked"])
def test_what_the_bank_has_taken_is_not_paid_back_besides(tell: Tell, who: str) -> None:  # noqa: F811
    order = sold(posted=False)
    part = part_of(order)
    if who == "asked":
        accept(part)
        calling_off.ask(seller_order_id=part.pk, actor=None)
    reference = taken_back(order, tell)
    end = {
        "shop": partial(seller_orders.cancel, reason="Lost", restock=False),
        "buyer": calling_off.call_off,
        "asked": partial(calling_off.agree, restock=True),
    }[who]
    with pytest.raises(TransitionError, match="bank"):
        end(seller_order_id=part.pk, actor=None)
    decided(reference, tell, won=False)
    assert books(order) == {}
    assert list(ledger_differences()) == []
    assert not Refund.objects.exists()


def test_nobody_pays_more_for_what_the_bank_has_taken(tell: Tell) -> None:  # noqa: F811
    order = sold(posted=False)
    extra = propose(part_of(order), 300)
    taken_back(order, tell)
    with pytest.raises(TransitionError, match="bank"):
        pay_extra(extra)
    other = sold(posted=False)
    taken_back(other, tell)
    with pytest.raises(TransitionError, match="bank"):
        propose(part_of(other), 300)


def test_the_marketplace_may_pay_for_extra_postage_too() -> None:
    part = bought()
    pay_extra(propose(part, 500))
    part = post(part)
    left = account_of(part).left
    assert left == part.total_minor + 500
    refunds.goodwill(seller_order=part, amount=money(left), reason="Lost")
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == left
    paid_back()
    assert balance(A.GOODWILL, "GBP").minor == left


def test_goodwill_for_extra_postage_leaves_the_rest_to_be_given_back() -> None:
    part = bought()
    pay_extra(propose(part, 500))
    part = post(part)
    refunds.goodwill(seller_order=part, amount=money(400), reason="Sorry")
    left = account_of(part).left
    line = part.lines.get()
    post_back = part.delivery_parts.paid
    refunds.grant(
        seller_order=part,
        stage=Stage.EARNED,
        lines=[refund_parts.of_earned(order_line=line, amount=money(left - post_back))],
        delivery=money(post_back),
        reason="Lost",
    )
    paid_back()
    assert -balance(A.CLEARING, "GBP").minor == 0


def test_what_the_bank_has_kept_of_a_payment_goes_back_to_the_card_that_paid_the_rest(
    tell: Tell,  # noqa: F811
) -> None:
    card = GiftCardFactory(initial_minor=1000)
    basket = basket_with(ListingFactory(price_minor=2000))
    promotions.type_code(basket=basket, code=card.typed)
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    part = post(part_of(order))
    decided(taken_back(order, tell), tell, won=False)
    left = account_of(part).left
    assert left == 1000
    refunds.grant(
        seller_order=part,
        stage=Stage.EARNED,
        lines=[refund_parts.of_earned(order_line=part.lines.get(), amount=money(left))],
        reason="Sorry",
    )
    card.refresh_from_db()
    assert card.balance_minor == 1000


def test_extra_postage_that_is_taken_back_is_its_own_shops(tell: Tell) -> None:  # noqa: F811
    order = placed(*(ListingFactory(seller=SellerFactory()) for _shop in range(2)))
    first, other = order.seller_orders.order_by("pk")
    extra = pay_extra(propose(first, 500))
    for part in (first, other):
        seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    made = bank.dispute(reference=extra.payment.reference)
    tell(made.reference)
    assert {(p.seller_order_id, p.paid_minor) for p in DisputePart.objects.all()} == {
        (first.pk, 500)
    }


def test_a_refund_that_failed_still_counts() -> None:
    card = GiftCardFactory(initial_minor=1000)
    basket = basket_with(ListingFactory(price_minor=2000, on_hand=2), quantity=2)
    promotions.type_code(basket=basket, code=card.typed)
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    part = part_of(order)
    line = part.lines.get()

    def refuse_one() -> Refund:
        made = seller_orders.refuse(
            seller_order_id=part.pk,
            reason="not_found",
            copies={line.pk: 1},
            restock=False,
            asked=Asked(None),
        )
        return made.refund

    one = refuse_one()
    run_jobs(only=["orders.settle_refund"])
    one.refresh_from_db()
    assert one.status == "settled"
    Refund.objects.filter(pk=one.pk).update(status="failed")
    two = refuse_one()
    assert (one.gift_minor, two.gift_minor) == (0, 1000)
    refund_settling.retry(refund_id=one.pk, actor=None)


def test_a_key_is_of_one_orders_refund() -> None:
    first, second = (post(bought()) for _n in range(2))
    made = refunds.goodwill(seller_order=first, amount=money(100), reason="Sorry")
    again = refunds.goodwill(seller_order=first, amount=money(100), reason="Sorry", key=made.pk)
    assert again == made
    with pytest.raises(ConflictError):
        refunds.goodwill(seller_order=second, amount=money(100), reason="Sorry", key=made.pk)


def test_what_was_paid_twice_for_the_post_goes_back_twice() -> None:
    part = bought()
    pay_extra(propose(part, 300))
    seller_orders.cancel(seller_order_id=part.pk, reason="Lost", restock=False, actor=None)
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [300, part.total_minor]
    paid_back()
