"""Amounts as people type them."""

import pytest

from books4all.lib.money import Money
from catalog.search.query import _amount


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("4.50", 450), ("4.5", 450), ("4.", 400), (".50", 50), ("£4.50", 450), (" £ 4.50 ", 450),
        ("1250", 125000), ("1,250", 125000), ("1,250.99", 125099), ("1,234,567", 123456700),
        ("1 250", 125000), ("-4.50", -450), ("-1,250", -125000),
    ],
)  # fmt: skip
def test_an_amount_is_read(typed: str, minor: int) -> None:
    assert Money.parse(typed, "GBP") == Money(minor, "GBP")


@pytest.mark.parametrize(
    "typed",
    ["12,50", "4,5", "1,2500", "1,25", ",50", "1,250,5", "12,34,567", "1.250,00", "4.505", "cheap", "NaN",
     "sNaN", "1e999999", ""],
)  # fmt: skip
def test_a_comma_that_may_be_a_decimal_one_is_never_passed_over(typed: str) -> None:
    with pytest.raises(ValueError, match="Use a point"):
        Money.parse(typed, "GBP")
    if typed:
        with pytest.raises(ValueError, match="Use a point"):
            _amount(typed, "GBP")


@pytest.mark.parametrize(
    ("typed", "minor"), [("£1,250", 125000), ("20.5", 2050), ("7,654,321", 765432100)]
)
def test_a_search_reads_the_same_amounts(typed: str, minor: int) -> None:
    assert _amount(typed, "GBP") == Money(minor, "GBP")
