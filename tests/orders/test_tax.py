"""Tax: whose, at which rate, and to the penny. Fixtures of the law, and sums that always hold."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.constants import TaxKind, TaxRemitter, TaxScheme
from orders.selectors import tax
from orders.selectors.quotes.charges import Goods, charged
from orders.selectors.quotes.discounts import Off
from orders.selectors.tax import Supply, TaxTerms, Trader, Treatment, supply, treatment

# A busy machine is no reason to fail.
SLOW = [HealthCheck.too_slow]
RATES = {
    ("DE", "other"): 1900, ("DE", "book"): 700, ("DE", "ebook"): 700, ("DE", "margin"): 1900,
    ("FR", "other"): 2000, ("FR", "book"): 550,
    ("GB", "other"): 2000, ("GB", "book"): 0,
    ("US", "other"): 0, ("US", "book"): 800, ("US", "delivery"): 0,
}  # fmt: skip
GERMAN = Trader("DE", taxable=True, registered=True)
BRITISH = Trader("GB", taxable=True, registered=True)
SMALL = Trader("DE", taxable=True)
PRIVATE = Trader("DE")


@dataclass(frozen=True)
class Rule:
    destination: str
    from_abroad: bool = True
    most_minor: int | None = None


RULES = (
    Rule("GB", most_minor=13_500),
    Rule("EU", most_minor=12_500),
    Rule("US", from_abroad=False),
)
WE = TaxRemitter.MARKETPLACE


@pytest.mark.parametrize(
    ("trader", "to", "value", "expected"),
    [
        # At home
        (GERMAN, "DE", 2000, Supply("DE")),
        (SMALL, "DE", 2000, Supply()),
        (PRIVATE, "DE", 2000, Supply()),
        # Within the Union: at home below the threshold, by destination above it (article 33)
        (GERMAN, "FR", 2000, Supply("DE")),
        (Trader("DE", True, True, destination=True), "FR", 2000, Supply("FR")),
        # Out of the country: untaxed
        (GERMAN, "NO", 2000, Supply("DE", exported=True)),
        # Overseas goods of £135 or less: ours to pay; above it, the buyer's at the border
        (GERMAN, "GB", 13_500, Supply("GB", WE)),
        (SMALL, "GB", 13_500, Supply("GB", WE)),
        (GERMAN, "GB", 13_501, Supply("DE", exported=True)),
        # Imports into the Union (article 14a (1)); not what is in the Union already
        (BRITISH, "FR", 12_500, Supply("FR", WE)),
        (BRITISH, "FR", 12_501, Supply("GB", exported=True)),
        (BRITISH, "GB", 500, Supply("GB")),
        # Marketplace facilitator: whoever sells, from wherever
        (GERMAN, "US", 999_999, Supply("US", WE)),
        (Trader("US", True), "US", 500, Supply("US", WE)),
        # Private people never
        (PRIVATE, "GB", 500, Supply()),
        (PRIVATE, "US", 500, Supply()),
    ],
)  # fmt: skip
def test_whose_tax_it_is(trader, to, value, expected):
    assert supply(trader, destination=to, value=value, rules=RULES) == expected


def test_without_rules_nothing_is_ours_to_pay():
    assert supply(GERMAN, destination="US", value=500).remitter == TaxRemitter.SELLER


DEALER = Trader("DE", taxable=True, registered=True, margin=True, destination=True)


@pytest.mark.parametrize(
    ("trader", "to", "kind", "used", "expected"),
    [
        (GERMAN, "DE", TaxKind.BOOK, True, Treatment(TaxScheme.STANDARD, 700)),
        (GERMAN, "DE", TaxKind.OTHER, True, Treatment(TaxScheme.STANDARD, 1900)),
        # Without a row of its own: the standard rate
        (GERMAN, "DE", TaxKind.AUDIO, True, Treatment(TaxScheme.STANDARD, 1900)),
        (BRITISH, "GB", TaxKind.BOOK, False, Treatment(TaxScheme.STANDARD, 0)),
        (SMALL, "DE", TaxKind.BOOK, True, Treatment()),
        (PRIVATE, "DE", TaxKind.BOOK, True, Treatment()),
        # Margin scheme: second-hand alone, at home's rate for it, wherever in the Union it goes
        (DEALER, "DE", TaxKind.BOOK, True, Treatment(TaxScheme.MARGIN, 1900)),
        (DEALER, "FR", TaxKind.BOOK, True, Treatment(TaxScheme.MARGIN, 1900)),
        (DEALER, "DE", TaxKind.BOOK, False, Treatment(TaxScheme.STANDARD, 700)),
        (DEALER, "FR", TaxKind.BOOK, False, Treatment(TaxScheme.STANDARD, 550)),
        # Exported, and what we pay the tax of
        (DEALER, "NO", TaxKind.BOOK, True, Treatment(TaxScheme.STANDARD, 0)),
        (DEALER, "GB", TaxKind.BOOK, True, Treatment(TaxScheme.STANDARD, 0)),
        (DEALER, "US", TaxKind.BOOK, True, Treatment(TaxScheme.STANDARD, 800)),
        # A country that is not in the table
        (Trader("AU", True, True), "AU", TaxKind.BOOK, True, Treatment()),
    ],
)
def test_which_scheme_and_rate(trader, to, kind, used, expected):
    how = supply(trader, destination=to, value=500, rules=RULES)
    assert treatment(trader, how, kind=kind, second_hand=used, rates=RATES) == expected


@pytest.mark.parametrize(
    ("form", "kind"),
    [("BB", "book"), ("BC", "book"), ("", "book"), ("00", "book"), ("PI", "book"), ("CA", "book"),
     ("SA", "book"), ("ED", "ebook"), ("AC", "audio"), ("PC", "other"), ("CE", "other"),
     ("VI", "other"), ("DB", "other"), ("ZZ", "other")],
)  # fmt: skip
def test_kinds_of_forms(form, kind):
    assert tax.kind_of(form) == kind


def test_half_a_penny_goes_up():
    assert tax.within(107, 700) == 7
    assert tax.within(1000, 500) == 48  # 47.619
    assert tax.upon(50, 100) == 1  # 0.5
    assert tax.upon(49, 100) == 0


def parcel(*goods: Goods, trader=GERMAN, to="DE", delivery=0, off=None, rules=RULES):
    return charged(
        goods, delivery=delivery, off=off or {}, delivery_off=Off(), trader=trader,
        destination=to, terms=TaxTerms(RATES, rules),
    )  # fmt: skip


def test_tax_is_within_the_price():
    (line,) = parcel(Goods(1, 1070)).lines
    assert (line.tax, line.added, line.paid) == (70, 0, 1070)


def test_tax_comes_on_top_in_america():
    result = parcel(Goods(1, 1000), to="US", delivery=500)
    (line,) = result.lines
    assert (line.tax, line.added, line.paid) == (80, 80, 1080)
    assert (result.delivery.tax, result.delivery.paid) == (0, 500)
    assert line.earned(WE) == 1000


def test_what_we_remit_is_not_the_shops():
    (line,) = parcel(Goods(1, 1055), trader=BRITISH, to="FR").lines
    assert (line.tax, line.paid, line.earned(WE)) == (55, 1055, 1000)


def test_delivery_goes_with_the_goods():
    result = parcel(Goods(1, 2000), Goods(2, 1000, TaxKind.OTHER), delivery=301)
    assert [(s.bp, s.net, s.tax) for s in result.shares] == [(1900, 100, 16), (700, 201, 13)]
    assert (result.delivery.tax, result.delivery.bp) == (29, 700)


def test_the_tax_of_a_margin_is_the_shops_own():
    used, unknown = Goods(1, 2000, cost=1000), Goods(2, 2000)
    result = parcel(used, unknown, trader=DEALER, delivery=380)
    first, second = result.lines
    assert (first.tax, second.tax, result.delivery.tax) == (0, 0, 0)
    # 19/119 of 20.00 + 1.90 − 10.00
    assert (first.margin_tax, second.margin_tax) == (190, None)


def test_no_margin_no_tax():
    (line,) = parcel(Goods(1, 2000, cost=5000), trader=DEALER).lines
    assert line.margin_tax == 0


@pytest.mark.parametrize(
    ("trader", "home", "number", "bp"),
    [
        (GERMAN, "DE", True, 1900), (PRIVATE, "DE", False, 1900), (SMALL, "DE", False, 1900),
        # Reverse charge (article 196); without a number, the tax of the seller's country
        (Trader("FR", True, True), "DE", True, 0), (Trader("FR", True), "DE", False, 2000),
        (Trader("FR"), "DE", False, 2000),
        (BRITISH, "DE", True, 0), (GERMAN, "GB", True, 0), (BRITISH, "GB", True, 2000),
    ],
)  # fmt: skip
def test_tax_on_the_fee(trader, home, number, bp):
    def rate(registered):
        return tax.fee_rate(
            trader, country=home, registered=registered, has_number=number, rates=RATES
        )

    assert rate(registered=True) == bp
    assert rate(registered=False) == 0


goods_ = st.lists(
    st.builds(
        Goods,
        key=st.integers(1, 10**6),
        price=st.integers(0, 500_000),
        kind=st.sampled_from([TaxKind.BOOK, TaxKind.OTHER, TaxKind.EBOOK]),
        second_hand=st.booleans(),
        cost=st.none() | st.integers(0, 500_000),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda goods: goods.key,
)
traders_ = st.sampled_from([GERMAN, BRITISH, SMALL, PRIVATE, DEALER, Trader("US", True, True)])
everywhere = st.sampled_from(["DE", "FR", "GB", "US", "NO", "AU"])


def sound(goods, *, delivery, trader, to, off, rules):
    """Hold every amount of a parcel against what must always be so."""
    result = parcel(*goods, trader=trader, to=to, delivery=delivery, off=off, rules=rules)
    assert sum(share.net for share in result.shares) == delivery
    assert sum(share.tax for share in result.shares) == result.delivery.tax
    for charge in (*result.lines, result.delivery):
        assert 0 <= charge.tax <= charge.paid
        assert charge.paid == charge.price - charge.discount + charge.added
        assert charge.added in {0, charge.tax}
        assert 0 <= charge.earned(result.how.remitter) <= charge.paid + charge.subsidy
        whole = 10_000 + charge.bp if not charge.added else 10_000
        if charge.scheme == TaxScheme.STANDARD and charge is not result.delivery:
            assert abs(charge.tax * whole - charge.net * charge.bp) * 2 <= whole
        else:
            assert charge is result.delivery or charge.tax == 0
    return result


@given(goods_, st.integers(0, 5_000), traders_, everywhere, st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_tax_is_always_within_what_is_paid(goods, delivery, trader, to, data):
    off = {g.key: Off(d := data.draw(st.integers(0, g.price)), d // 2) for g in goods}
    rules = data.draw(st.sampled_from([(), RULES]))
    sound(goods, delivery=delivery, trader=trader, to=to, off=off, rules=rules)


@given(goods_, traders_, everywhere, st.integers(0, 6))
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_a_line_is_taxed_the_same_in_any_company(goods, trader, to, cut):
    together = parcel(*goods, trader=trader, to=to, rules=()).lines
    apart = (
        *parcel(*goods[:cut], trader=trader, to=to, rules=()).lines,
        *parcel(*goods[cut:], trader=trader, to=to, rules=()).lines,
    )
    assert [line.tax for line in together] == [line.tax for line in apart]


@pytest.mark.proof
@given(goods_, st.integers(0, 5_000), traders_, everywhere, st.data())
@settings(max_examples=100_000, deadline=None, suppress_health_check=SLOW)
def test_tax_holds_for_a_hundred_thousand_parcels(goods, delivery, trader, to, data):
    off = {g.key: Off(d := data.draw(st.integers(0, g.price)), d // 2) for g in goods}
    sound(goods, delivery=delivery, trader=trader, to=to, off=off, rules=RULES)
