"""The first half of an order's life: bought, paid for or not, posted or not, called off."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from books4all.lib.money import Money
from catalog.models import Listing
from orders.constants import SHOP_REASONS
from orders.models import Order, OrderLine, Payment
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.baskets import view_of
from orders.services import (
    calling_off,
    checkout,
    payments,
    postage,
    promotions,
    seller_orders,
)
from orders.services.seller_orders import Asked
from tests.factories.orders import BasketFactory, BasketLineFactory
from tests.orders.journeys import ADDRESS, BUYER, let_time_pass
from tests.orders.life.story import Story
from tests.orders.life.street import CODES, COUNTRIES

WHICH = st.integers(0, 9)
BOOKS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3)),
    min_size=1,
    max_size=3,
    unique_by=lambda book: book[0],
)
CARDS = st.sampled_from(["", "", "small", "large", "ends"])
NOBODY = Asked(None)


def there_is(name: str) -> Any:
    """Let a rule play only where there is something it is about."""
    return precondition(lambda story: bool(story.there(name)))


class Buying(Story):
    """Readers who buy, and shops that post."""

    @initialize(
        capture=st.sampled_from(["at once", "placing"]),
        books=BOOKS,
        code=st.sampled_from(CODES),
        card=CARDS,
        to=st.sampled_from(COUNTRIES),
        far=st.integers(0, 3),
        end=st.integers(0, 4),
    )
    def begin(self, capture: str, far: int, end: int, **wanted: Any) -> None:
        """Every story begins with an order that is paid; some with one that is posted, or there."""
        self.to_the_end = end == 4
        self.settle_on(
            PAYMENT_CAPTURE=capture,
            MARKETPLACE_VAT_NUMBER="GB987654321",
            PAYOUT_ACCOUNT_WAIT_DAYS=0,
        )
        order = self._order(**wanted)
        if order is None:
            return
        self._pay(order, Behaviour.SUCCESS)
        for part in order.seller_orders.order_by("pk") if far else ():
            if far == 1:
                seller_orders.accept(seller_order_id=part.pk, actor=None)
                continue
            seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None)
            if far == 3:
                seller_orders.deliver(seller_order_id=part.pk, actor=None)

    def _order(self, books: list[tuple[int, int]], code: str, card: str, to: str) -> Order | None:
        """Put books into a basket, and go to the provider's page."""
        basket = BasketFactory(user=None)
        for which, quantity in books:
            listing = Listing.objects.get(pk=self.street.listings[which].pk)
            BasketLineFactory(basket=basket, listing=listing, quantity=quantity)
        typed = {"small": 0, "large": 1, "ends": 2}
        cards = [self.street.cards[typed[card]].typed] if card else []  # type: ignore[attr-defined]
        for one in filter(None, (code, *cards)):
            self.do(lambda one=one: promotions.type_code(basket=basket, code=one))
        shown = view_of(basket, country=to).quote
        return self.do(
            lambda: checkout.prepare(
                basket_id=basket.pk,
                expected_total=shown.to_pay,
                address=ADDRESS | {"country": to},
                buyer=BUYER,
            )
        )

    def _pay(self, order: Order, behaviour: Behaviour) -> None:
        checkout.pay(order_id=order.pk)
        payment = Payment.objects.get(placing=order)
        if payment.provider == "sandbox":
            bank.pay(reference=payment.reference, behaviour=behaviour)
        payments.settle(payment_id=payment.pk)

    @rule(
        books=BOOKS, code=st.sampled_from(CODES), card=CARDS, to=st.sampled_from(COUNTRIES),
        paid=st.booleans(), how=st.sampled_from([Behaviour.SUCCESS, Behaviour.AUTHORIZE]),
    )  # fmt: skip
    def buy(self, *, paid: bool, how: Behaviour, **wanted: Any) -> None:
        order = self._order(**wanted)
        if order is not None and paid:
            self._pay(order, how)
        elif order is not None:
            self.do(lambda: checkout.pay(order_id=order.pk))

    @there_is("pending")
    @rule(which=WHICH)
    def look_at_the_payment_page(self, which: int) -> None:
        order = self.pick("pending", which)
        self.do(lambda: checkout.pay(order_id=order.pk))

    @there_is("unpaid")
    @rule(which=WHICH, how=st.sampled_from(Behaviour))
    def use_a_card(self, which: int, how: Behaviour) -> None:
        there = self.pick("unpaid", which)
        self.do(lambda: bank.pay(reference=there.reference, behaviour=how))

    @there_is("pending")
    @rule(which=WHICH)
    def come_back(self, which: int) -> None:
        order = self.pick("pending", which)
        self.do(lambda: payments.settle(payment_id=order.payment.pk))

    @there_is("pending")
    @rule(which=WHICH)
    def give_up(self, which: int) -> None:
        order = self.pick("pending", which)
        self.do(lambda: checkout.abandon(basket_id=order.basket_id))

    @there_is("pending")
    @rule(which=WHICH, expire=st.booleans())
    def wait_too_long(self, which: int, expire: bool) -> None:
        order = self.pick("pending", which)
        let_time_pass(order)
        if expire:
            self.do(lambda: payments.expire(order_id=order.pk))

    # ---- the shop ----

    @there_is("placed")
    @rule(which=WHICH)
    def accept(self, which: int) -> None:
        pk = self.pick("placed", which)
        self.do(lambda: seller_orders.accept(seller_order_id=pk, actor=None))

    def _copies(self, pk: Any, first: bool) -> Any:
        """Return one copy of the first line that has one left, or all that are left."""
        lines = [line for line in OrderLine.objects.filter(seller_order=pk) if line.left]
        return {lines[0].pk: 1} if first and lines else None

    @there_is("waiting")
    @rule(which=WHICH, first=st.booleans())
    def post(self, which: int, first: bool) -> None:
        pk = self.pick("waiting", which)
        copies = self._copies(pk, first)
        self.do(
            lambda: seller_orders.post(
                seller_order_id=pk, carrier="DHL", copies=copies, asked=NOBODY
            )
        )

    @there_is("waiting")
    @rule(
        which=WHICH, first=st.booleans(), restock=st.booleans(),
        reason=st.sampled_from([value for value, _label in SHOP_REASONS]),
    )  # fmt: skip
    def refuse(self, which: int, first: bool, restock: bool, reason: str) -> None:
        pk = self.pick("waiting", which)
        copies = self._copies(pk, first)
        self.do(
            lambda: seller_orders.refuse(
                seller_order_id=pk, reason=reason, words="Sorry", copies=copies, restock=restock,
                asked=NOBODY,
            )
        )  # fmt: skip

    @there_is("shipped")
    @rule(which=WHICH)
    def arrive(self, which: int) -> None:
        pk = self.pick("shipped", which)
        self.do(lambda: seller_orders.deliver(seller_order_id=pk, actor=None))

    # ---- the reader has second thoughts ----

    @there_is("waiting")
    @rule(which=WHICH)
    def call_off(self, which: int) -> None:
        pk = self.pick("waiting", which)
        if self.do(lambda: calling_off.call_off(seller_order_id=pk, actor=None)) is None:
            self.do(lambda: calling_off.ask(seller_order_id=pk, actor=None))

    @there_is("waiting")
    @rule(which=WHICH, agree=st.booleans(), restock=st.booleans())
    def answer_who_calls_off(self, which: int, agree: bool, restock: bool) -> None:
        pk = self.pick("waiting", which)
        if agree:
            self.do(lambda: calling_off.agree(seller_order_id=pk, restock=restock, actor=None))
        else:
            self.do(lambda: calling_off.decline(seller_order_id=pk, words="Packed", actor=None))

    # ---- extra postage ----

    @there_is("waiting")
    @rule(which=WHICH, pence=st.sampled_from([1, 199, 500]))
    def ask_for_postage(self, which: int, pence: int) -> None:
        pk = self.pick("waiting", which)
        self.do(
            lambda: postage.propose(
                seller_order_id=pk, amount=Money(pence, "GBP"), reason="Heavy", asked=NOBODY
            )
        )

    @there_is("extras")
    @rule(which=WHICH, used=st.booleans(), back=st.booleans())
    def pay_postage(self, which: int, used: bool, back: bool) -> None:
        extra = self.pick("extras", which)
        self.do(lambda: postage.pay(extra_id=extra.pk))
        extra.refresh_from_db()
        if extra.payment is None or not extra.payment.reference or not used:
            return
        bank.pay(reference=extra.payment.reference, behaviour=Behaviour.SUCCESS)
        if back:
            self.do(lambda: payments.settle(payment_id=extra.payment.pk))

    @there_is("extras")
    @rule(which=WHICH, withdrawn=st.booleans())
    def no_postage(self, which: int, withdrawn: bool) -> None:
        extra = self.pick("extras", which)
        end = postage.withdraw if withdrawn else postage.refuse
        self.do(lambda: end(extra_id=extra.pk, actor=None))
