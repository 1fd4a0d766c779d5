"""Commission: the first rule that fits counts, and what it charges is exact."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from books4all.lib.money import Money
from orders.models import CommissionRule
from orders.selectors.commission import Sale, commission, percentage, rule_for


def sale(**given_: Any) -> Sale:
    facts: dict[str, Any] = {
        "seller_id": 7,
        "subjects": frozenset({1, 10}),
        "form": "BC",
        "unit": Money(2000, "GBP"),
        "quantity": 1,
        "delivery": Money(400, "GBP"),
    }
    return Sale(**{**facts, **given_})


def rule(**fields: Any) -> CommissionRule:
    if "flat_minor" not in fields:
        fields = {"percent_bp": 1000, **fields}
    return CommissionRule(name="A rule", currency="GBP", **fields)


def test_ten_percent_of_the_book() -> None:
    assert commission(sale(), rule()) == Money(200, "GBP")


def test_of_the_delivery_too() -> None:
    assert commission(sale(), rule(of_delivery=True)) == Money(240, "GBP")


def test_a_flat_amount_is_a_copy_s() -> None:
    assert commission(sale(quantity=3), rule(flat_minor=50)) == Money(150, "GBP")


def test_floor_and_cap() -> None:
    cheap = sale(unit=Money(300, "GBP"))
    assert commission(cheap, rule(floor_minor=50)) == Money(50, "GBP")
    dear = sale(unit=Money(100_000, "GBP"))
    assert commission(dear, rule(cap_minor=2500)) == Money(2500, "GBP")


def test_never_more_than_the_book_costs() -> None:
    assert commission(sale(unit=Money(30, "GBP")), rule(floor_minor=50)) == Money(30, "GBP")


def test_half_a_penny_goes_up() -> None:
    assert percentage(Money(5, "GBP"), 1000) == Money(1, "GBP")
    assert percentage(Money(4, "GBP"), 1000) == Money(0, "GBP")


def test_without_a_rule_nothing_is_charged() -> None:
    assert rule_for(sale(), []) is None
    assert commission(sale(), None) == Money(0, "GBP")


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"seller_id": 7}, True),
        ({"seller_id": 8}, False),
        ({"subject_id": 10}, True),
        ({"subject_id": 11}, False),
        ({"form": "BC"}, True),
        ({"form": "BB"}, False),
        ({"price_from_minor": 2000}, True),
        ({"price_from_minor": 2001}, False),
        ({"price_below_minor": 2000}, False),
        ({"price_below_minor": 2001}, True),
        ({"active": False}, False),
        ({"seller_id": 7, "form": "BB"}, False),
    ],
)
def test_all_conditions_must_fit(conditions: dict[str, Any], fits: bool) -> None:
    assert (rule_for(sale(), [rule(**conditions)]) is not None) is fits


def test_the_first_that_fits_counts() -> None:
    own, usual = rule(seller_id=7, percent_bp=500), rule()
    assert rule_for(sale(), [own, usual]) is own
    assert rule_for(sale(seller_id=8), [own, usual]) is usual


def test_another_currency_is_another_rule() -> None:
    assert rule_for(sale(unit=Money(2000, "EUR")), [rule()]) is None


@given(
    minor=st.integers(1, 10**9),
    quantity=st.integers(1, 50),
    bp=st.integers(0, 10_000),
    floor=st.none() | st.integers(0, 1000),
    room=st.none() | st.integers(0, 10**6),
)
def test_bounds_always_hold(
    minor: int, quantity: int, bp: int, floor: int | None, room: int | None
) -> None:
    cap = None if room is None else (floor or 0) + room
    line = sale(unit=Money(minor, "GBP"), quantity=quantity)
    charged = commission(line, rule(percent_bp=bp, floor_minor=floor, cap_minor=cap)).minor
    assert 0 <= charged <= line.price.minor
    assert cap is None or charged <= cap
    assert charged >= min(floor or 0, line.price.minor)
    if floor is None and cap is None:
        assert abs(charged * 10_000 - line.price.minor * bp) <= 5_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"percent_bp": None},
        {"percent_bp": 1000, "flat_minor": 5},
        {"percent_bp": 10_001},
        {"flat_minor": 5, "cap_minor": 4},
        {"percent_bp": 1000, "floor_minor": 5, "cap_minor": 4},
        {"percent_bp": 1000, "price_from_minor": 9, "price_below_minor": 9},
    ],
)
def test_rules_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CommissionRule.objects.create(name="Odd", position=1, **fields)
