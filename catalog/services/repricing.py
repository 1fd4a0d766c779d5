"""New prices from old ones: by percent, exactly, with the ending that a shop likes.

Pure functions of minor units. Decimal numbers only; a float never comes near a price.
"""

from decimal import ROUND_HALF_UP, Decimal

# Endings of a price: "" is to the penny; the others are the last two figures.
TO_THE_PENNY = ""
WHOLE, HALF, NINETY_NINE = "00", "50", "99"


# The ending's step and how far below it the price stands.
_STEPS = {TO_THE_PENNY: (1, 0), WHOLE: (100, 0), HALF: (50, 0), NINETY_NINE: (100, 1)}


def repriced(minor: int, *, percent: Decimal, ending: str = TO_THE_PENNY) -> int:
    """Return ``minor`` changed by ``percent`` (−10 takes a tenth off), rounded half up, at least 1.

    With an ``ending`` the nearest price that ends so, the dearer of two equally near: "00" whole
    pounds, "50" whole and half pounds, "99" one penny below a whole pound. But what is to be cheaper
    never becomes dearer by its ending, nor the other way about; where no such price is left, it stays.
    """
    step, below = _STEPS[ending]
    exact = Decimal(minor) * (100 + percent) / 100
    price = _round((exact + below) / step) * step - below
    if percent < 0 and price > minor:
        price -= step
    elif percent > 0 and price < minor:
        price += step
    return price if price >= 1 else min(minor, step - below)


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
