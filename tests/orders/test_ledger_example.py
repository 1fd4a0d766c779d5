"""The worked example of the posting table, event by event.

An order of £24.00: a book for £20.00 and its post for £4.00. Commission 2.00, VAT on it 0.40.
"""

from uuid import uuid4

import pytest

from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.models import Order, Refund, SellerOrder
from orders.selectors.ledger import balance, balances_of_seller
from orders.services import (
    dispute_postings,
    postings,
)
from orders.services.postings import Share
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed

pytestmark = pytest.mark.django_db


def gbp(pounds: str) -> Money:
    return Money.parse(pounds, "GBP")


def share(seller: str, commission: str, fee_tax: str) -> Share:
    nothing = gbp("0.00")
    return Share(gbp(seller), gbp(commission), gbp(fee_tax), sales_tax=nothing, subsidy=nothing)


SHARE = share("21.60", "2.00", "0.40")
OF_SELLERS = {A.SELLER_PENDING, A.SELLER_AVAILABLE, A.SELLER_RESERVE, A.SELLER_RECEIVABLE}


class Books:
    """The order, and what the accounts say of it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.seller_order: SellerOrder = order.seller_orders.get()
        self.seller: Seller = self.seller_order.seller

    def __getitem__(self, kind: A) -> str:
        seller = self.seller if kind in OF_SELLERS else None
        return f"{balance(kind, 'GBP', seller=seller).amount:.2f}"

    def refund(self, pounds: str) -> Refund:
        return Refund.objects.create(
            payment=self.order.payment,
            seller_order=self.seller_order,
            amount_minor=gbp(pounds).minor,
            currency="GBP",
        )


@pytest.fixture
def books() -> Books:
    listing = ListingFactory(price_minor=2000)
    rate = listing.seller.delivery_rates.get()
    type(rate).objects.filter(pk=rate.pk).update(first_minor=400)
    order = placed(listing)
    assert order.total == gbp("24.00")
    return Books(order)


def earned(books: Books) -> None:
    postings.captured(books.order.payment)
    postings.fulfilled(books.seller_order, source="shipment:1", share=SHARE)


def ready(books: Books) -> None:
    earned(books)
    postings.released(books.seller_order, amount=SHARE.seller)
    books.seller_order.status = "completed"
    books.seller_order.save(update_fields=["status"])


def test_capture(books: Books) -> None:
    postings.captured(books.order.payment)
    assert (books[A.CLEARING], books[A.HELD]) == ("24.00", "-24.00")


def test_fulfilled(books: Books) -> None:
    earned(books)
    assert books[A.HELD] == "0.00"
    assert books[A.SELLER_PENDING] == "-21.60"
    assert (books[A.COMMISSION], books[A.FEE_TAX]) == ("-2.00", "-0.40")


def test_the_hold_ends(books: Books) -> None:
    ready(books)
    assert (books[A.SELLER_PENDING], books[A.SELLER_AVAILABLE]) == ("0.00", "-21.60")
    assert balances_of_seller(books.seller, "GBP")[A.SELLER_AVAILABLE] == gbp("21.60")


def test_the_provider_pays_in(books: Books) -> None:
    postings.captured(books.order.payment)
    postings.settled(source="settlement:1", paid_in=gbp("23.46"), fees=gbp("0.54"))
    assert (books[A.BANK], books[A.PROVIDER_FEES], books[A.CLEARING]) == ("23.46", "0.54", "0.00")


def test_a_payout_that_arrives(books: Books) -> None:
    ready(books)
    payout = uuid4()
    postings.payout_made(payout=payout, seller=books.seller, amount=SHARE.seller)
    assert (books[A.SELLER_AVAILABLE], books[A.IN_TRANSIT]) == ("0.00", "-21.60")
    postings.payout_paid(payout=payout, amount=SHARE.seller)
    assert (books[A.IN_TRANSIT], books[A.BANK]) == ("0.00", "-21.60")


def test_a_payout_that_fails(books: Books) -> None:
    ready(books)
    payout = uuid4()
    postings.payout_made(payout=payout, seller=books.seller, amount=SHARE.seller)
    postings.payout_failed(payout=payout, seller=books.seller, amount=SHARE.seller)
    assert (books[A.IN_TRANSIT], books[A.SELLER_AVAILABLE]) == ("0.00", "-21.60")


def test_a_refund_before_posting(books: Books) -> None:
    postings.captured(books.order.payment)
    refund = books.refund("24.00")
    postings.refunded_before_posting(refund, subsidy=gbp("0.00"))
    assert (books[A.HELD], books[A.REFUNDS_PAYABLE]) == ("0.00", "-24.00")
    postings.refund_paid(refund)
    assert (books[A.REFUNDS_PAYABLE], books[A.CLEARING]) == ("0.00", "0.00")


def test_a_refund_of_ten_afterwards(books: Books) -> None:
    ready(books)
    refund = books.refund("10.00")
    part = share("8.80", "1.00", "0.20")
    postings.refunded_after_posting(refund, share=part)
    assert books[A.SELLER_AVAILABLE] == "-12.80"
    assert (books[A.COMMISSION], books[A.FEE_TAX]) == ("-1.00", "-0.20")
    postings.refund_paid(refund)
    assert (books[A.REFUNDS_PAYABLE], books[A.CLEARING]) == ("0.00", "14.00")


def test_a_seller_in_debt(books: Books) -> None:
    ready(books)
    postings.payout_made(payout=uuid4(), seller=books.seller, amount=SHARE.seller)
    part = share("8.80", "1.00", "0.20")
    postings.refunded_after_posting(books.refund("10.00"), share=part)
    assert books[A.SELLER_AVAILABLE] == "8.80"
    postings.debt_noted(source="payouts:1", seller=books.seller, amount=gbp("8.80"))
    assert (books[A.SELLER_AVAILABLE], books[A.SELLER_RECEIVABLE]) == ("0.00", "8.80")
    postings.debt_netted(source="payouts:2", seller=books.seller, amount=gbp("8.80"))
    assert (books[A.SELLER_AVAILABLE], books[A.SELLER_RECEIVABLE]) == ("8.80", "0.00")


def test_a_dispute_that_is_lost(books: Books) -> None:
    ready(books)
    dispute_postings.dispute_opened(books.seller_order, dispute="1", share=SHARE)
    assert (books[A.DISPUTES], books[A.CLEARING]) == ("24.00", "0.00")
    assert (books[A.SELLER_AVAILABLE], books[A.SELLER_RESERVE]) == ("0.00", "-21.60")
    dispute_postings.dispute_lost(books.seller_order, dispute="1", share=SHARE)
    assert (books[A.DISPUTES], books[A.SELLER_RESERVE]) == ("0.00", "0.00")
    assert (books[A.COMMISSION], books[A.FEE_TAX]) == ("0.00", "0.00")


def test_a_dispute_that_is_won(books: Books) -> None:
    ready(books)
    dispute_postings.dispute_opened(books.seller_order, dispute="1", share=SHARE)
    dispute_postings.dispute_won(books.seller_order, dispute="1", share=SHARE)
    assert (books[A.DISPUTES], books[A.CLEARING]) == ("0.00", "24.00")
    assert (books[A.SELLER_AVAILABLE], books[A.SELLER_RESERVE]) == ("-21.60", "0.00")
