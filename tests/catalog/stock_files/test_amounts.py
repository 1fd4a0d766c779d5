"""Prices, quantities and weights: read exactly, or refused with what to write instead."""

import pytest

from catalog.importers.stock.amounts import currency, decimal_sign, grams, price, whole


@pytest.mark.parametrize(("text", "minor", "code"), [
    ("4.50", 450, "GBP"), ("4,50", 450, "GBP"), ("£4.50", 450, "GBP"), ("GBP 4.50", 450, "GBP"), ("4.50 GBP", 450, "GBP"),
    ("1.234,56", 123456, "GBP"), ("1,234.56", 123456, "GBP"), ("1'234.50", 123450, "GBP"), ("1 234,50 €", 123450, "EUR"),
    ("€ 12,-", 1200, "EUR"), ("12.--", 1200, "GBP"), ("12", 1200, "GBP"), ("12.", 1200, "GBP"), ("$2.44", 244, "USD"), ("3.46 EUR", 346, "EUR"),
    ("1,234,567.00", 123456700, "GBP"), ("1.234.567", 123456700, "GBP"), ("75p", 75, "GBP"), ("¥1,200", 1200, "JPY"), ("0.500", 50, "GBP"),
    ("4.5000", 450, "GBP"), ("C$10.00", 1000, "CAD"), ("1\u00a0234,50\u00a0€", 123450, "EUR"), ("120 zł", 12000, "PLN"), ("1.234 KWD", 1234, "KWD"),
    ("٤.٥٠", 450, "GBP"), ("0.10", 10, "GBP"), ("0.29", 29, "GBP"), ("19.99", 1999, "GBP"),
])  # fmt: skip
def test_prices(text, minor, code):
    assert price(text, "GBP") == (minor, code, "")


@pytest.mark.parametrize(("text", "wrong"), [
    ("1,234", "price_ambiguous"), ("1.234", "price_ambiguous"), ("POA", "price_on_application"), ("p.o.a.", "price_on_application"),
    ("0.00", "price_zero"), ("-4.50", "price_negative"), ("4.567,89.1", "price_shape"), ("1,23,45", "price_shape"), ("4.5001", "price_too_exact"),
    ("abc", "price_shape"), ("10-12", "price_shape"), ("4.50 quid", "currency_unknown"), ("£4.50 EUR", "currency_unknown"),
    ("99999999999999", "price_high"), ("¥12.50", "price_too_exact"), ("1e5", "price_shape"),
])  # fmt: skip
def test_what_is_no_price_says_why(text, wrong):
    assert price(text, "GBP").wrong == wrong


@pytest.mark.parametrize(("text", "decimal", "minor"), [
    ("1,234", ".", 123400), ("1.234", ",", 123400), ("4.500", ".", 450), ("4,500", ",", 450),
])  # fmt: skip
def test_the_prices_beside_it_settle_what_a_price_means(text, decimal, minor):
    assert price(text, "GBP", decimal).minor == minor


def test_the_sign_of_decimals_is_seen_in_other_prices():
    assert decimal_sign(["14,05", "3", "1.250"]) == ","
    assert decimal_sign(["14.05", "1,250.00"]) == "."
    assert decimal_sign(["14", "1,250"]) == ""


def test_a_dollar_is_the_dollar_of_the_shop():
    assert price("$5", "CAD").currency == "CAD"
    assert currency("eur") == "EUR"
    assert currency("doubloons") == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [("3", 3), ("3.0", 3), ("abc", None), ("1.5", None), ("١", 1), ("9999999999", None)],
)
def test_whole_numbers(text, count):
    assert whole(text) == count


@pytest.mark.parametrize(("text", "unit", "g"), [
    ("350", "g", 350), ("0,4 kg", "", 400), ("1 lb 4 oz", "", 567), ("12oz", "", 340), ("1.5", "lbs", 680), ("350", "", None),
    ("heavy", "", None), ("1 stone", "", None), ("999999", "kg", None),
])  # fmt: skip
def test_weights(text, unit, g):
    assert grams(text, unit) == g
