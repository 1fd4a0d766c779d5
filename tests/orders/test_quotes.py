"""Quotes: whatever is in the basket, the sums add up."""

from datetime import date
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from accounts.constants import SellerStatus
from accounts.models import Seller
from books4all.lib.money import Money, total
from catalog.models import DeliveryRate, Edition, Listing, Work
from orders.selectors.quotes import BLOCKING, Item, Problem, quote, working_day_after

MONDAY = date(2026, 11, 23)
_PKS = count(1)


def seller(pk: int, *, is_open: bool = True) -> Seller:
    status = SellerStatus.APPROVED if is_open else SellerStatus.SUSPENDED
    return Seller(pk=pk, name=f"Shop {pk}", slug=f"shop-{pk}", status=status, dispatch_days=2)


def listing(
    shop: Seller, *, price: int = 600, on_hand: int = 1, held: int = 0, **fields
) -> Listing:
    edition = Edition(work=Work(title="Middlemarch"), title="Middlemarch", form="BB")
    fields = {"status": "active", "condition": "good", "currency": "GBP"} | fields
    return Listing(
        pk=next(_PKS),
        seller=shop,
        edition=edition,
        price_minor=price,
        on_hand=on_hand,
        held=held,
        **fields,
    )


def rate(
    shop: Seller, service: str = "standard", first: int = 280, further: int = 100, to: str = "GB"
):
    return DeliveryRate(
        seller=shop, destination=to, service=service, first_minor=first, further_minor=further,
        currency="GBP", days_min=2, days_max=4,
    )  # fmt: skip


def priced(items, rates, choices=None):
    return quote(
        items, rates=rates, choices=choices or {}, country="GB", currency="GBP", today=MONDAY
    )


def item(copy: Listing, quantity: int = 1, seen: int | None = None, held: int = 0) -> Item:
    return Item(copy, quantity, Money(copy.price_minor if seen is None else seen, "GBP"), held=held)


copies = st.tuples(
    st.integers(1, 4),  # shop
    st.integers(1, 500_000),  # price
    st.integers(0, 9),  # on hand
    st.integers(0, 9),  # of them held
    st.integers(1, 12),  # wanted
    st.sampled_from(["active", "paused", "sold"]),
)


@given(
    st.lists(copies, max_size=12),
    st.sets(st.integers(1, 4)),
    st.sets(st.integers(1, 4)),
    st.dictionaries(st.integers(1, 4), st.sampled_from(["standard", "express", "pigeon"])),
)
def test_parcels_add_up_and_nothing_is_sold_twice(rows, posting, closed, choices):
    shops = {n: seller(n, is_open=n not in closed) for n in range(1, 5)}
    items = [
        item(listing(shops[n], price=p, on_hand=on, held=min(held, on), status=status), wanted)
        for n, p, on, held, wanted, status in rows
    ]
    rates = [rate(shops[n], s, 200 + n) for n in posting for s in ("standard", "express")]
    result = priced(items, rates, choices)
    assert result.total == result.items + result.delivery
    assert result.total == total((p.total for p in result.parcels), "GBP")
    assert result.items == total((x.price for p in result.parcels for x in p.lines), "GBP")
    assert sum(len(p.lines) for p in result.parcels) == len(items)
    assert len({p.seller_id for p in result.parcels}) == len(result.parcels)
    for parcel in result.parcels:
        assert (parcel.service is None) == (parcel.seller_id not in posting)
        if not parcel.count:
            assert parcel.delivery.minor == 0
        for line in parcel.lines:
            assert 0 <= line.quantity <= min(line.wanted, max(0, line.listing.available))
            assert (line.quantity < line.wanted) == bool(set(line.problems) & BLOCKING)
    asked = all(x.quantity == x.wanted for p in result.parcels for x in p.lines)
    assert result.can_be_ordered == (
        bool(items) and asked and all(p.services for p in result.parcels)
    )


def test_the_most_exact_rate_counts_and_further_books_cost_less():
    shop = seller(1)
    books = [item(listing(shop, on_hand=3), 2), item(listing(shop))]
    result = priced(books, [rate(shop, first=280), rate(shop, first=900, to="*")])
    assert result.delivery == Money(280 + 2 * 100, "GBP")


def test_choice_that_is_not_offered_goes_by_standard():
    shop = seller(1)
    both = [rate(shop, "express", 500), rate(shop, "standard", 280)]
    assert priced([item(listing(shop))], both, {1: "express"}).delivery.minor == 500
    assert priced([item(listing(shop))], both, {1: "pigeon"}).delivery.minor == 280
    assert priced([item(listing(shop))], both[:1]).delivery.minor == 500


def test_own_holds_count_as_free():
    copy = listing(seller(1), held=1)
    assert priced([item(copy)], [rate(copy.seller)]).problems == {Problem.SOLD}
    assert priced([item(copy, held=1)], [rate(copy.seller)]).can_be_ordered


def test_changed_price_is_said_and_does_not_block():
    copy = listing(seller(1))
    result = priced([item(copy, seen=500)], [rate(copy.seller)])
    assert result.problems == {Problem.PRICE_CHANGED}
    assert result.can_be_ordered
    assert "£5.00" in result.parcels[0].lines[0].problem


def test_working_days_leave_out_the_weekend():
    assert working_day_after(MONDAY, 5) == date(2026, 11, 30)
    assert working_day_after(date(2026, 11, 28), 1) == MONDAY.replace(day=30)
