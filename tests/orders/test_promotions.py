"""Promotions: what they take off, who bears it, and how often."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from catalog.models import SubjectWork
from orders.constants import AccountKind, PromotionKind, UseStatus
from orders.errors import BasketChangedError, CodeRefusedError
from orders.models import Promotion, PromotionUse
from orders.selectors.baskets import view_of
from orders.selectors.ledger import balance
from orders.selectors.promotions import Copies, Offer, decide
from orders.selectors.quotes.discounts import apply
from orders.services import checkout, payments, promotions, seller_orders
from tests.factories.accounts import SellerFactory, UserFactory
from tests.factories.catalog import ListingFactory, SubjectFactory
from tests.factories.promotions import PromotionFactory, PromotionShopFactory
from tests.orders.journeys import (
    at_the_provider,
    basket_with,
    let_time_pass,
    pay_at_the_bank,
    prepare,
    total_of,
)
from tests.orders.test_races import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": PromotionKind.PERCENT, "percent_bp": None},
        {"kind": PromotionKind.FIXED, "amount_minor": None},
        {"kind": PromotionKind.BUNDLE, "bundle": None, "reduced": 1},
        {"kind": PromotionKind.BUNDLE, "bundle": 3, "reduced": None},
    ],
)
def test_a_promotion_says_how_much_it_takes_off(terms: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="promotion_says_how_much"):
        PromotionFactory(**terms)


def offer(**terms: Any) -> Offer:
    """Return a promotion that nobody saved, with how it was used."""
    own = {
        name: terms.pop(name)
        for name in ("joined", "used_by_buyer", "used_in_all", "typed")
        if name in terms
    }
    terms.setdefault("name", "Sale")
    terms.setdefault("borne_bp", 10_000)
    terms.setdefault("starts_at", NOW - timedelta(days=1))
    return Offer(Promotion(**terms), **own)


def taken(
    *offers: Offer, copies: list[Copies], deliveries: dict[int, int] | None = None
) -> list[int]:
    """Return what each discount takes off."""
    decision = decide(
        offers,
        copies=copies,
        deliveries=deliveries or {},
        currency="GBP",
        has_ordered=False,
        now=NOW,
    )
    applied = apply(
        decision.discounts,
        prices={c.listing: c.price for c in copies},
        deliveries=deliveries or {},
    )
    return [one.minor for one in applied]


def book(listing: int, unit: int, quantity: int = 1, seller: int = 1, **more: Any) -> Copies:
    more.setdefault("condition", "good")
    return Copies(listing=listing, seller=seller, unit=unit, quantity=quantity, **more)


PERCENT = {"kind": PromotionKind.PERCENT}


def test_a_percentage_is_rounded_half_up_over_all_books() -> None:
    assert taken(offer(**PERCENT, percent_bp=1250), copies=[book(1, 333), book(2, 333)]) == [83]


def test_an_amount_is_never_more_than_the_books_cost() -> None:
    fixed = offer(kind=PromotionKind.FIXED, amount_minor=1000)
    assert taken(fixed, copies=[book(1, 300), book(2, 400)]) == [700]


def test_the_delivery_of_each_shop_is_free() -> None:
    free = offer(kind=PromotionKind.FREE_DELIVERY)
    copies = [book(1, 300), book(2, 400, seller=2)]
    assert taken(free, copies=copies, deliveries={1: 280, 2: 0}) == [280]


def test_the_cheapest_of_every_three_is_half_price() -> None:
    bundle = offer(kind=PromotionKind.BUNDLE, bundle=3, reduced=1, percent_bp=5000)
    copies = [book(1, 900, 2), book(2, 500, 3), book(3, 700, 2)]
    # Seven copies are two bundles: the two cheapest, of the book for 5.00.
    assert taken(bundle, copies=copies) == [500]


def test_only_the_books_it_is_for() -> None:
    copies = [
        book(1, 1000, subjects=frozenset({7})),
        book(2, 1000, condition="fair"),
        book(3, 1000, seller=2),
    ]
    half = {**PERCENT, "percent_bp": 5000}
    assert taken(offer(**half, subject_id=7), copies=copies) == [500]
    assert taken(offer(**half, conditions=["fair"]), copies=copies) == [500]
    assert taken(offer(**half, seller_id=2, borne_bp=0), copies=copies) == [500]


def test_a_shared_offer_is_for_the_shops_that_have_joined() -> None:
    copies = [book(1, 1000), book(2, 1000, seller=2)]
    shared = {**PERCENT, "percent_bp": 1000, "borne_bp": 5000}
    assert taken(offer(**shared), copies=copies) == []
    assert taken(offer(**shared, joined=frozenset({2})), copies=copies) == [100]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"ends_at": NOW}, "run out"),
        ({"active": False}, "run out"),
        ({"starts_at": NOW + timedelta(days=1)}, "yet"),
        ({"uses_total": 3, "used_in_all": 3}, "used up"),
        ({"uses_each": 1, "used_by_buyer": 1}, "before"),
        ({"minimum_minor": 1500}, "£5.00 more"),
        ({"conditions": ["fine"]}, "not for these books"),
        ({"first_order": True}, "first order"),
    ],
)
def test_a_code_that_takes_nothing_off_says_why(terms: dict[str, Any], words: str) -> None:
    typed = offer(**PERCENT, percent_bp=1000, typed=True, **terms)
    decision = decide(
        [typed],
        copies=[book(1, 1000)],
        deliveries={},
        currency="GBP",
        has_ordered=True,
        now=NOW,
    )
    assert not decision.discounts
    assert words in decision.refused[str(typed.promotion.pk)]


def test_one_that_stands_alone_is_used_when_it_is_worth_more() -> None:
    ten, five = offer(**PERCENT, percent_bp=1000), offer(**PERCENT, percent_bp=500)
    alone = {**PERCENT, "alone": True}
    copies = [book(1, 1000)]
    assert taken(ten, five, offer(**alone, percent_bp=1500), copies=copies) == [100, 50]
    assert taken(ten, five, offer(**alone, percent_bp=2000), copies=copies) == [200]


offers = st.builds(
    lambda kind, bp, amount, bundle, borne, alone: offer(
        kind=kind,
        percent_bp=bp,
        amount_minor=amount,
        bundle=bundle,
        reduced=1,
        borne_bp=borne,
        alone=alone,
        joined=frozenset({1, 2}),
    ),
    st.sampled_from(PromotionKind.values),
    st.integers(1, 10_000),
    st.integers(1, 5000),
    st.integers(2, 4),
    st.integers(0, 10_000),
    st.booleans(),
)
baskets = st.lists(
    st.tuples(st.integers(1, 2), st.integers(1, 5000), st.integers(1, 4)), min_size=1, max_size=6
)


# The building of promotions is what takes time, on a busy machine too much of it.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(offers, max_size=5), baskets, st.integers(0, 900))
def test_no_more_is_taken_off_than_there_is(
    found: list[Offer], rows: list[tuple[int, int, int]], post: int
) -> None:
    copies = [book(n, unit, many, seller=s) for n, (s, unit, many) in enumerate(rows)]
    prices, deliveries = {c.listing: c.price for c in copies}, {1: post, 2: post}
    decision = decide(
        found, copies=copies, deliveries=deliveries, currency="GBP", has_ordered=False, now=NOW
    )
    applied = apply(decision.discounts, prices=prices, deliveries=deliveries)
    for listing, price in prices.items():
        off = [one.lines[listing] for one in applied if listing in one.lines]
        assert sum(o.discount for o in off) <= price
        assert all(0 <= o.subsidy <= o.discount for o in off)
    assert sum(one.delivery.discount for one in applied) <= sum(deliveries.values())


def test_a_code_is_taken_off_the_order_and_borne_by_the_marketplace() -> None:
    listing = ListingFactory(price_minor=2000)
    basket = basket_with(listing)
    promotion = PromotionFactory(code="SPRING", percent_bp=1000)
    assert promotions.type_code(basket=basket, code=" spring ").promotion == promotion
    before = view_of(basket, country="GB").quote
    assert [code.amount for code in before.codes] == [Money(200, "GBP")]
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    order = payments.settle(payment_id=order.payment.pk).order
    line = order.seller_orders.get().lines.get()
    assert (line.discount_minor, line.subsidy_minor, line.paid_minor) == (200, 200, 1800)
    assert order.payment.amount_minor == order.total_minor == 1800 + order.delivery_minor
    # What the marketplace bears is held for the shop as well.
    assert balance(AccountKind.PROMOTIONS, "GBP").minor == 200
    assert -balance(AccountKind.HELD, "GBP").minor == 2000 + order.delivery_minor
    use = PromotionUse.objects.get()
    assert (use.order, use.amount_minor, use.subsidy_minor) == (order, 200, 200)
    assert Promotion.objects.get().used == 1
    # Refused, the buyer gets what they paid, and the marketplace what it bore.
    seller_orders.cancel(
        seller_order_id=order.seller_orders.get().pk, reason="Lost", restock=False, actor=None
    )
    assert order.payment.refunds.get().amount_minor == order.total_minor
    assert balance(AccountKind.HELD, "GBP").minor == 0
    assert balance(AccountKind.PROMOTIONS, "GBP").minor == 0


def test_a_shops_own_offer_comes_out_of_what_it_gets() -> None:
    listing = ListingFactory(price_minor=1000)
    PromotionFactory(code="", seller=listing.seller, percent_bp=5000)
    basket = basket_with(listing, ListingFactory(price_minor=1000))
    quote = view_of(basket, country="GB").quote
    assert quote.discount == Money(500, "GBP")
    order = prepare(basket)
    lines = {
        line.listing_id: (line.discount_minor, line.subsidy_minor)
        for part in order.seller_orders.all()
        for line in part.lines.all()
    }
    assert sorted(lines.values()) == [(0, 0), (500, 0)]
    assert lines[listing.pk] == (500, 0)


def test_a_category_is_a_shelf_and_all_below_it() -> None:
    listing = ListingFactory(price_minor=1000)
    shelf = SubjectFactory()
    PromotionFactory(code="", subject=shelf, percent_bp=5000)
    basket = basket_with(listing)
    assert not view_of(basket, country="GB").quote.discount
    SubjectWork.objects.create(work=listing.edition.work, subject=shelf)
    assert view_of(basket, country="GB").quote.discount == Money(500, "GBP")


def test_what_changes_before_the_order_is_asked_again() -> None:
    listing = ListingFactory(price_minor=2000)
    basket = basket_with(listing)
    promotion = PromotionFactory(code="SPRING")
    promotions.type_code(basket=basket, code="SPRING")
    shown = total_of(basket)
    Promotion.objects.filter(pk=promotion.pk).update(active=False)
    with pytest.raises(BasketChangedError):
        checkout.prepare(
            basket_id=basket.pk,
            expected_total=shown,
            address={"country": "GB", "full_name": "A", "line1": "B", "city": "C"},
            buyer=checkout.Buyer(email="hester@example.org"),
        )
    assert not PromotionUse.objects.exists()


def test_an_order_that_is_not_paid_gives_its_use_back() -> None:
    basket = basket_with(ListingFactory(price_minor=2000))
    PromotionFactory(code="ONCE", uses_total=1)
    promotions.type_code(basket=basket, code="ONCE")
    order = at_the_provider(basket)
    assert Promotion.objects.get().used == 1
    # While it waits, its own basket is still shown with it.
    assert view_of(basket, country="GB").quote.codes[0].amount
    let_time_pass(order)
    payments.expire(order_id=order.pk)
    assert Promotion.objects.get().used == 0
    assert PromotionUse.objects.get().status == UseStatus.RELEASED


@pytest.mark.parametrize("code", ["", "NOSUCH", "OVER", "\x00"])
def test_a_code_that_is_good_for_nothing_is_refused(code: str) -> None:
    PromotionFactory(code="OVER", active=False)
    with pytest.raises(CodeRefusedError) as refused:
        promotions.type_code(basket=basket_with(ListingFactory()), code=code)
    assert refused.value.fields["code"]


def test_a_shop_joins_and_leaves() -> None:
    seller, person = SellerFactory(), UserFactory()
    shared = PromotionFactory(borne_bp=5000)
    promotions.join(seller=seller, pk=shared.pk, actor=person, joined=True)
    promotions.join(seller=seller, pk=shared.pk, actor=person, joined=True)
    assert shared.shops.get().seller == seller
    promotions.join(seller=seller, pk=shared.pk, actor=person, joined=False)
    assert not shared.shops.exists()
    with pytest.raises(DomainError):
        promotions.join(seller=seller, pk=PromotionFactory().pk, actor=person, joined=True)


def _rush(*, buyers: int, email: str = "") -> list[Any]:
    """Have as many buyers as said order with the same code at once."""
    works: list[Callable[[], Any]] = []
    for n in range(buyers):
        basket = basket_with(ListingFactory(price_minor=2000))
        promotions.type_code(basket=basket, code="RUSH")
        shown = total_of(basket)
        buyer = checkout.Buyer(email=email or f"buyer{n}@example.org")

        def work(basket=basket, shown=shown, buyer=buyer) -> Any:
            address = {"country": "GB", "full_name": "A", "line1": "B", "city": "C"}
            return checkout.prepare(
                basket_id=basket.pk, expected_total=shown, address=address, buyer=buyer
            )

        works.append(work)
    return at_once(works)


@pytest.mark.django_db(transaction=True)
def test_no_more_uses_than_there_are() -> None:
    PromotionFactory(code="RUSH", uses_total=3)
    results = _rush(buyers=8)
    refused = [r for r in results if isinstance(r, BasketChangedError)]
    assert len(refused) == 5, results
    assert Promotion.objects.get().used == PromotionUse.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_nobody_uses_a_code_twice_at_once() -> None:
    PromotionFactory(code="RUSH", uses_each=1)
    results = _rush(buyers=6, email="hester@example.org")
    assert sum(isinstance(r, BasketChangedError) for r in results) == 5, results
    assert PromotionUse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_a_buyer_uses_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the limit of all uses then holds by the database alone."""
    monkeypatch.setattr(promotions, "lock_for", lambda _basket: None)
    PromotionFactory(code="RUSH", uses_each=1)
    _rush(buyers=6, email="hester@example.org")
    assert PromotionUse.objects.count() > 1
    Promotion.objects.update(uses_total=3, used=0, uses_each=None)
    PromotionUse.objects.all().delete()
    results = _rush(buyers=8)
    assert any(isinstance(r, IntegrityError) for r in results), results
    assert Promotion.objects.get().used <= 3


def test_an_offer_that_all_may_join_has_a_factory() -> None:
    assert PromotionShopFactory().promotion.borne_bp == 5000


@pytest.mark.parametrize(
    ("bp", "said"), [(10_000, "100"), (1_000, "10"), (750, "7.5"), (25, "0.25")]
)
def test_a_percentage_is_said_as_it_was_typed(bp: int, said: str) -> None:
    offer = Promotion(kind=PromotionKind.PERCENT, percent_bp=bp, borne_bp=10_000 - bp)
    assert offer.words == f"{said}% off"
    assert offer.shop_share == f"{said}%"
