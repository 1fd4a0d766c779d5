"""Prices, quantities and weights as files write them: exactly, or not at all."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from books4all.lib.money import Money

# A price beyond this is a telephone number in the wrong column.
MOST_MINOR = 10**11
_PLAIN = re.compile(r"\d{1,8}(?:\.\d\d)?")
_SIGNS = {
    "£": "GBP", "€": "EUR", "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "CDN$": "CAD",
    "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL", "¥": "JPY", "円": "JPY", "元": "CNY",
    "₹": "INR", "₽": "RUB", "₪": "ILS", "₩": "KRW", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "SFR": "CHF",
    "SFR.": "CHF", "FR.": "CHF", "EURO": "EUR", "EUROS": "EUR", "STG": "GBP", "DM": "DEM", "₺": "TRY", "₴": "UAH",
}  # fmt: skip
_DOLLARS = frozenset(["USD", "CAD", "AUD", "NZD", "HKD", "SGD"])
_AROUND = re.compile(r"(\D*?)\s*(-?\d[\d.,'’ ]*?)\s*(?:[.,]\s*[-–—]*)?\s*(\D*)")
_CODE = re.compile(r"[A-Z]{3}")
_PENCE = re.compile(r"(\d{1,8})\s?p")
_ASKED = re.compile(
    r"p\.?\s*o\.?\s*a\.?|on (?:application|request)|auf anfrage|sur demande", re.IGNORECASE
)
_GROUPED = {sign: re.compile(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,' "}
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "\u2212": "-"})


class Price(NamedTuple):
    """An amount read, or why it could not be: ``wrong`` is a code ("price_ambiguous") or empty."""

    minor: int
    currency: str
    wrong: str = ""


@lru_cache(maxsize=20_000)
def price(text: str, currency: str, decimal: str = "") -> Price:
    """Return the amount in ``text`` in minor units, in the currency it names or else in ``currency``.

    ``decimal`` is the sign that the file's other prices have before their pence ("." or ","), empty
    when none shows it: "1,234" is then one thing or the other, and refused as ambiguous.
    """
    if _PLAIN.fullmatch(text) and currency not in _ODD:
        whole, _, pence = text.partition(".")
        return _bounded(int(whole) * 100 + int(pence or 0), currency)
    text = text.translate(_SPACES).strip()
    if _ASKED.fullmatch(text):
        return Price(0, currency, "price_on_application")
    if match := _PENCE.fullmatch(text):
        return _bounded(int(match[1]), "GBP")
    match = _AROUND.fullmatch(text)
    if not match or len(text) > 40:
        return Price(0, currency, "price_shape")
    found = _currency(match[1].strip(), match[3].strip(), currency)
    if not found:
        return Price(0, currency, "currency_unknown")
    return _amount(match[2].strip(), found, decimal)


_ODD = frozenset(["JPY", "KRW", "ISK", "KWD"])


def _bounded(minor: int, currency: str) -> Price:
    if minor <= 0:
        return Price(0, currency, "price_zero")
    return Price(0, currency, "price_high") if minor > MOST_MINOR else Price(minor, currency)


def _currency(before: str, after: str, default: str) -> str:
    """Return the one currency that both ends agree on, or an empty string."""
    found = {_named(end, default) for end in (before, after) if end}
    return found.pop() if len(found) == 1 else "" if found else default


def _named(sign: str, default: str) -> str:
    sign = sign.upper()
    if sign == "$" and default in _DOLLARS:
        return default
    if sign in _SIGNS:
        return _SIGNS[sign]
    return sign if _CODE.fullmatch(sign) else ""


@lru_cache(maxsize=200)
def currency(text: str, default: str = "GBP") -> str:
    """Return the ISO 4217 code of a currency as a file names it ("eur", "£"), or an empty string."""
    return _named(text.strip(), default) if text else ""


def _amount(digits: str, currency: str, decimal: str) -> Price:
    if digits.startswith("-"):
        return Price(0, currency, "price_negative")
    for sign in "' ":
        if sign in digits:
            whole = re.match(r"[\d' ]+", digits)
            if not whole or not _GROUPED[sign].fullmatch(whole[0].strip()):
                return Price(0, currency, "price_shape")
            digits = digits.replace(sign, "")
    exponent = Money(0, currency).exponent
    number = _number(digits, decimal, exponent)
    if not number:
        return Price(0, currency, "price_shape")
    if number == "?":
        return Price(0, currency, "price_ambiguous")
    scaled = Decimal(number).scaleb(exponent)
    if scaled != scaled.to_integral_value():
        return Price(0, currency, "price_too_exact")
    return _bounded(int(scaled), currency)


def _number(digits: str, decimal: str, exponent: int) -> str:
    """Return figures with a point, "?" for two possible readings, or an empty string for none."""
    signs = [c for c in digits if c in ".,"]
    if not signs:
        return digits
    last = signs[-1]
    whole, _, after = digits.rpartition(last)
    if len(set(signs)) == 2:
        other = signs[0]
        grouped = _GROUPED[other].fullmatch(whole)
        return f"{whole.replace(other, '')}.{after or 0}" if grouped and last not in whole else ""
    if len(signs) > 1:
        return digits.replace(last, "") if _GROUPED[last].fullmatch(digits) else ""
    if len(after) != 3 or exponent == 3 or whole == "0":
        return f"{whole or 0}.{after or 0}"
    if exponent == 0 or (decimal and decimal != last):
        return whole + after
    return f"{whole}.{after}" if decimal == last else "?"


def decimal_sign(samples: list[str]) -> str:
    """Return the sign before the pence in a file's prices, or an empty string when none shows it."""
    seen = {".": 0, ",": 0}
    for text in samples:
        if match := re.search(r"([.,])\d{1,2}(?!\d)", text):
            seen[match[1]] += 1
    if seen["."] == seen[","]:
        return ""
    return "." if seen["."] > seen[","] else ","


_WHOLE = re.compile(r"(\d{1,9})(?:[.,]0+)?")


def whole(text: str) -> int | None:
    """Return a whole number of nine figures at most, which spreadsheets write as "3.0", or None."""
    match = _WHOLE.fullmatch(text)
    return int(match[1]) if match else None


_GRAMS = {
    "g": Decimal(1), "gr": Decimal(1), "gram": Decimal(1), "grams": Decimal(1), "gms": Decimal(1),
    "gramm": Decimal(1), "kg": Decimal(1000), "kgs": Decimal(1000), "kilo": Decimal(1000), "kilos": Decimal(1000),
    "oz": Decimal("28.349523125"), "ounce": Decimal("28.349523125"), "ounces": Decimal("28.349523125"),
    "lb": Decimal("453.59237"), "lbs": Decimal("453.59237"), "pound": Decimal("453.59237"),
    "pounds": Decimal("453.59237"),
}  # fmt: skip
_WEIGHED = re.compile(r"(\d{1,7}(?:[.,]\d{1,6})?)\s*([A-Za-z]*)\.?\s*,?\s*")
HEAVIEST_G = 200_000


@lru_cache(maxsize=4096)
def grams(text: str, unit: str = "") -> int | None:
    """Return a weight ("1 lb 4 oz", "0,4 kg", "350" with its ``unit``) in grams, or None."""
    total, at = Decimal(0), 0
    for match in _WEIGHED.finditer(text):
        factor = _GRAMS.get((match[2] or unit).casefold().rstrip("."))
        if match.start() != at or factor is None:
            return None
        total += Decimal(match[1].replace(",", ".")) * factor
        at = match.end()
    if at != len(text) or not at or total > HEAVIEST_G:
        return None
    return int(total.to_integral_value()) or None
