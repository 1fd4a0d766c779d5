"""Whatever is listed, counted, sent in files, held, paid, let go, cancelled and closed, in any order: the stock adds up.

After every step ``0 <= held <= on_hand`` on each listing, the movements' sum is the stock on hand, and the
active holds' sum what is held. The steps are the services that pages and jobs call.
"""

from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from accounts.constants import SellerStatus
from accounts.services import sellers
from books4all.lib.errors import DomainError
from catalog.models import Listing
from catalog.services import listings, stock
from orders.models import Order
from orders.selectors.stock_check import stock_differences
from orders.services import checkout, payments, seller_orders
from tests.catalog.stock_uploads import line, published, table
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import EditionFactory, ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank

SMALL = st.integers(min_value=1, max_value=4)


class StockMachine(RuleBasedStateMachine):
    """Two shops of one street, and shoppers who come and go. Undone when the story ends."""

    copies: Bundle[int] = Bundle("copies")
    checkouts: Bundle[Order] = Bundle("checkouts")
    orders: Bundle[Order] = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.atomic()
        # As the block that a test runs in: what must not be nested in another may be nested here.
        self.story._from_testcase = True  # type: ignore[attr-defined]
        self.story.__enter__()
        self.shops = [SellerFactory(street="1 High Street", postcode="HR3 5DF") for _ in range(2)]
        self.editions = [EditionFactory() for _ in range(2)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    @rule(target=copies, shop=st.integers(0, 1), edition=st.integers(0, 1), quantity=SMALL)
    def list_copies(self, shop: int, edition: int, quantity: int) -> int:
        listing = ListingFactory(
            seller=self.shops[shop], edition=self.editions[edition], on_hand=quantity
        )
        return int(listing.pk)

    @rule(pk=copies, quantity=SMALL)
    def receive(self, pk: int, quantity: int) -> None:
        stock.receive(listing_id=pk, quantity=quantity)

    @rule(pk=copies, counted=st.integers(0, 5))
    def count(self, pk: int, counted: int) -> None:
        with suppress(DomainError):
            stock.correct(listing_id=pk, counted=counted, reason="Counted", actor=None)

    @rule(shop=st.integers(0, 1), numbers=st.lists(SMALL, min_size=1, max_size=3), count=SMALL)
    def send_a_file(self, shop: int, numbers: list[int], count: int) -> None:
        rows = [line(number, quantity=str(count)) for number in dict.fromkeys(numbers)]
        with suppress(DomainError):
            published(self.shops[shop], table(*rows))

    @rule(pk=copies, pence=st.integers(1, 5000))
    def change_the_price(self, pk: int, pence: int) -> None:
        Listing.objects.filter(pk=pk).update(price_minor=pence)

    @rule(pk=copies, pause=st.booleans())
    def pause_or_offer(self, pk: int, pause: bool) -> None:
        listing = Listing.objects.get(pk=pk)
        with suppress(DomainError):
            (listings.pause if pause else listings.put_on_sale)(listing=listing)

    @rule(target=checkouts, pk=copies, quantity=SMALL)
    def begin_to_pay(self, pk: int, quantity: int) -> Any:
        basket = basket_with(Listing.objects.get(pk=pk), quantity=quantity)
        try:
            return at_the_provider(basket)
        except DomainError:
            return None

    @rule(order=consumes(checkouts))
    def walk_away(self, order: Order | None) -> None:
        if order is not None:
            with suppress(DomainError):
                checkout.abandon(basket_id=order.basket_id)

    @rule(target=orders, order=consumes(checkouts))
    def pay(self, order: Order | None) -> Any:
        if order is not None:
            pay_at_the_bank(order)
            payments.settle(payment_id=order.payment.pk)
        return order

    @rule(order=consumes(orders), restock=st.booleans())
    def cancel(self, order: Order | None, restock: bool) -> None:
        for parcel in order.seller_orders.all() if order else ():
            with suppress(DomainError):
                seller_orders.cancel(
                    seller_order_id=parcel.pk, reason="Lost", restock=restock, actor=None
                )

    @rule(shop=st.integers(0, 1))
    def close_or_open(self, shop: int) -> None:
        seller = self.shops[shop]
        seller.refresh_from_db()
        step = sellers.suspend if seller.status == SellerStatus.APPROVED else sellers.approve
        with suppress(DomainError):
            step(seller=seller)

    @invariant()
    def it_adds_up(self) -> None:
        # The check constraint says the same; here it would be seen to be gone.
        wrong = Listing.objects.exclude(held__gte=0, on_hand__gte=0)
        assert not wrong.exists()
        assert stock_differences() == []


class LeakingMachine(StockMachine):
    """The same with a shop that writes its stock past the services."""

    @rule(pk=StockMachine.copies)
    def write_past_the_services(self, pk: int) -> None:
        Listing.objects.filter(pk=pk).update(on_hand=7)


def tell(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Run stories of a machine against the test's database."""
    machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a long story is shown as it is: making it short takes minutes
        suppress_health_check=list(HealthCheck),
    )
    machine.TestCase().runTest()


@pytest.mark.django_db
def test_stock_adds_up_whatever_happens() -> None:
    tell(StockMachine, examples=20, steps=30)


@pytest.mark.proof
@pytest.mark.django_db
def test_stock_adds_up_through_long_stories() -> None:
    tell(StockMachine, examples=200, steps=50)


@pytest.mark.django_db
def test_a_leak_would_be_seen() -> None:
    """The control: what is written past the services is found."""
    with pytest.raises(AssertionError):
        tell(LeakingMachine, examples=30, steps=10)
    assert not connection.needs_rollback
