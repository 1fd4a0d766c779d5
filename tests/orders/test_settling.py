"""A quote with everything in it: discounts, tax and commission, to the penny, however it is cut."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books4all.lib.money import Money, total
from orders.constants import TaxRemitter
from orders.models import CommissionRule, RemitRule
from orders.selectors.quotes import Discount, FeeTerms, Item, Terms, quote, settle
from orders.selectors.tax import TaxTerms, Trader
from tests.orders.test_quotes import listing, rate, seller

# A busy machine is no reason to fail.
SLOW = [HealthCheck.too_slow]
TODAY = date(2026, 11, 23)
RATES = {
    ("GB", "other"): 2000, ("GB", "book"): 500, ("GB", "margin"): 2000, ("US", "other"): 725,
    ("DE", "book"): 700, ("DE", "other"): 1900,
}  # fmt: skip
OURS = RemitRule(name="America", destination="US", from_abroad=False, active=True)
SHOPS = (
    Trader("GB"),
    Trader("GB", taxable=True),
    Trader("GB", taxable=True, registered=True),
    Trader("GB", taxable=True, registered=True, margin=True),
)
CONDITIONS, FORMS = ("new", "good"), ("BB", "PC", "ED")


def rule(**fields):
    return CommissionRule(**{"name": "Usual", "currency": "GBP", "percent_bp": 1000} | fields)


def terms_with(*rules, traders=None, remits=(), vat=2000):
    fees = FeeTerms(rules, dict.fromkeys(range(1, 6), vat))
    return Terms(TaxTerms(RATES, remits, traders or {}), fees)


def one(price=2000, post=400, **fields):
    """Return a basket of one book of shop 1, priced."""
    shop = seller(1)
    book = listing(shop, price=price, **fields)
    items = [Item(book, 1, Money(price, "GBP"))]
    rates = [rate(shop, first=post)]
    return quote(items, rates=rates, choices={}, country="GB", currency="GBP", today=TODAY)


def charge_of(result):
    return result.parcels[0].lines[0].charge


def test_commission_is_of_the_price_the_shop_sells_at():
    plain = one()
    key = plain.parcels[0].lines[0].listing.pk
    for borne, fee in ((0, 150), (10_000, 200), (5000, 175)):
        off = Discount("FIVE", "Five off", 500, borne, lines={key: 1})
        line = charge_of(settle(plain, terms=terms_with(rule()), discounts=[off]))
        assert (line.paid, line.subsidy, line.commission) == (1500, 500 * borne // 10_000, fee)
        assert line.fee_tax == fee // 5
        assert line.commission_name == "Usual"


def test_commission_of_the_delivery_is_on_the_lines():
    settled = settle(one(), terms=terms_with(rule(of_delivery=True)))
    assert charge_of(settled).commission == 240
    assert settled.parcels[0].post.commission == 0


def test_commission_and_its_tax_are_never_more_than_the_price():
    line = charge_of(settle(one(price=100), terms=terms_with(rule(floor_minor=500))))
    assert (line.commission, line.fee_tax) == (83, 17)


def test_commission_leaves_the_tax_that_we_remit():
    remits = (RemitRule(name="Home", destination="GB", from_abroad=False, active=True),)
    traders = {1: SHOPS[1]}
    terms = terms_with(rule(percent_bp=10_000), traders=traders, remits=remits, vat=0)
    line = charge_of(settle(one(price=1050), terms=terms))
    assert (line.tax, line.commission) == (50, 1000)


def test_buyers_are_not_shown_commission():
    assert charge_of(settle(one(), terms=Terms())).commission == 0


def test_tax_lines_by_rate():
    traders = {1: SHOPS[2]}
    settled = settle(one(), terms=terms_with(traders=traders))
    (line,) = settled.tax_lines
    assert (line.bp, line.net, line.tax) == (500, Money(2400, "GBP"), Money(95 + 19, "GBP"))
    assert line.label == "of which VAT 5%"


def test_margin_is_said_and_its_tax_is_not():
    settled = settle(one(cost_minor=1000), terms=terms_with(traders={1: SHOPS[3]}))
    assert settled.margin_scheme
    assert not settled.tax
    assert not settled.tax_lines
    assert charge_of(settled).margin_tax == 233


rows_ = st.tuples(
    st.integers(1, 4), st.integers(1, 100_000), st.integers(1, 3), st.sampled_from(CONDITIONS),
    st.sampled_from(FORMS), st.none() | st.integers(0, 50_000),
)  # fmt: skip
offs_ = st.lists(
    st.tuples(st.integers(0, 60_000), st.integers(0, 10_000), st.integers(0, 15)), max_size=3
)
rules_ = st.sampled_from([
    (), (rule(),), (rule(of_delivery=True, floor_minor=50, cap_minor=900),),
    (rule(seller_id=2, percent_bp=None, flat_minor=30), rule(price_from_minor=500)),
])  # fmt: skip


def priced(rows, shops, country):
    items = []
    for n, price, quantity, condition, form, cost in rows:
        book = listing(shops[n], price=price, on_hand=9, condition=condition, cost_minor=cost)
        book.edition.form = form
        items.append(Item(book, quantity, Money(price, "GBP")))
    rates = [rate(shop, first=200 + n, to="*") for n, shop in shops.items()]
    return quote(items, rates=rates, choices={}, country=country, currency="GBP", today=TODAY)


baskets_ = st.tuples(
    st.lists(rows_, min_size=1, max_size=8),
    st.sampled_from(["GB", "US", "DE"]),
    offs_,
    rules_,
    st.booleans(),
)


@given(baskets_)
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_the_parts_are_the_whole_however_it_is_cut(basket):
    adds_up(*basket)


@pytest.mark.proof
@given(baskets_)
@settings(max_examples=20_000, deadline=None, suppress_health_check=SLOW)
def test_twenty_thousand_baskets_add_up(basket):
    adds_up(*basket)


def adds_up(rows, country, offs, rules, ours):
    """Settle a basket whole and a seller at a time, and hold every amount against the others."""
    shops = {n: seller(n) for n in range(1, 5)}
    plain = priced(rows, shops, country)
    traders = {n: SHOPS[n - 1] for n in shops}
    terms = terms_with(*rules, traders=traders, remits=(OURS,) if ours else ())
    discounts = [_discount(plain, *given_) for given_ in offs]
    whole = settle(plain, terms=terms, discounts=discounts)

    assert whole.total == total((parcel.total for parcel in whole.parcels), "GBP")
    assert whole.total == whole.items + whole.delivery - whole.discount + whole.tax_added
    assert whole.discount.minor == sum(applied.minor for applied in whole.discounts)
    assert whole.tax == total((line.tax for line in whole.tax_lines), "GBP")
    for parcel in whole.parcels:
        assert parcel.total.minor == sum(charge.paid for charge in parcel.charges)
        for charge in parcel.charges:
            assert 0 <= charge.subsidy <= charge.discount <= charge.price
            assert 0 <= charge.tax <= charge.paid
            remitted = charge.tax if parcel.how.remitter == TaxRemitter.MARKETPLACE else 0
            kept = charge.paid + charge.subsidy - remitted - charge.commission - charge.fee_tax
            assert kept >= 0
            assert charge.commission + charge.fee_tax <= charge.whole

    # Settled a seller at a time, by what was taken off each: the same total, and the same lines.
    alone = [_alone(whole, parcel, terms) for parcel in whole.parcels]
    assert total((one_.total for one_ in alone), "GBP") == whole.total
    assert [x.parcels[0].charges for x in alone] == [parcel.charges for parcel in whole.parcels]
    # And settled again, the same again.
    assert settle(whole, terms=terms, discounts=discounts) == whole


def _discount(plain, minor, borne, chosen):
    parcels = plain.parcels
    if chosen >= 8:
        return Discount(
            "P", "Post", minor, borne, delivery_of=parcels[chosen % len(parcels)].seller_id
        )
    lines = [line for parcel in parcels for line in parcel.lines]
    some = lines[chosen % len(lines) :]
    return Discount("L", "Lines", minor, borne, lines={x.listing.pk: x.price.minor for x in some})


def _alone(whole, parcel, terms):
    """Settle one parcel by itself, by the discounts as they came out for it."""
    own = []
    for applied in whole.discounts:
        here = {line.listing.pk for line in parcel.lines} & set(applied.lines)
        own += [_exact(applied.lines[key], lines={key: 1}) for key in here]
        if applied.delivery.discount and applied.discount.delivery_of == parcel.seller_id:
            own.append(_exact(applied.delivery, delivery_of=parcel.seller_id))
    plain = replace(whole, parcels=(parcel,))
    discounts = [discount for pair in own for discount in pair]
    return settle(plain, terms=terms, discounts=discounts)


def _exact(off, **where):
    """Return what was taken off as two discounts: the shop's, and the marketplace's."""
    return (
        Discount("S", "Shop", off.discount - off.subsidy, 0, **where),
        Discount("M", "Marketplace", off.subsidy, 10_000, **where),
    )
