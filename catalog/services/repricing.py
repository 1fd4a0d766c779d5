"""New prices from old ones: by percent, exactly, with the ending that a shop likes.

Pure functions of minor units. Decimal numbers only; a float never comes near a price.
"""

from decimal import ROUND_HALF_UP, Decimal

# Endings of a price: "" is to the penny; the others are the last two figures.
TO_THE_PENNY = ""
WHOLE, HALF, NINETY_NINE = "00", "50", "99"


def repriced(minor: int, *, percent: Decimal, ending: str = TO_THE_PENNY) -> int:
    """Return ``minor`` changed by ``percent`` (−10 takes a tenth off), rounded half up, at least 1.

    With an ``ending`` the nearest price that ends so, the dearer of two equally near: "00" whole
    pounds, "50" whole and half pounds, "99" one penny below a whole pound. Never below the least price
    with that ending.
    """
    exact = Decimal(minor) * (100 + percent) / 100
    if ending == TO_THE_PENNY:
        return max(1, _round(exact))
    if ending == WHOLE:
        return max(100, _round(exact / 100) * 100)
    if ending == HALF:
        return max(50, _round(exact / 50) * 50)
    if ending == NINETY_NINE:
        return max(99, _round((exact + 1) / 100) * 100 - 1)
    msg = f"there is no ending {ending!r}"
    raise ValueError(msg)


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
