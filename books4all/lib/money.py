"""Money: integer minor units and a currency, never a float."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, Overflow

from django.utils.formats import number_format

# ISO 4217 minor units that are not two digits, among the currencies a shop may meet.
_EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "HUF": 2, "KWD": 3}
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (pence, cents) of one currency (ISO 4217 code).

    Adding or comparing amounts of different currencies raises ``ValueError``.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            msg = f"Money takes integer minor units, not {self.minor!r}"
            raise TypeError(msg)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            msg = f"{self.currency} and {other.currency} do not mix"
            raise ValueError(msg)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def exponent(self) -> int:
        """Digits after the point: 2 for pounds, 0 for yen."""
        return _EXPONENTS.get(self.currency, 2)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-self.exponent)

    def __str__(self) -> str:
        """Format for people in the active locale: ``£5.45``, ``£2,450`` keeps its pence off."""
        places = 0 if self.minor % 10**self.exponent == 0 and self.minor >= 10_000 else None
        digits = number_format(
            abs(self.amount),
            decimal_pos=self.exponent if places is None else places,
            use_l10n=True,
            force_grouping=True,
        )
        sign = "−" if self.minor < 0 else ""
        return f"{sign}{_SYMBOLS.get(self.currency, self.currency + ' ')}{digits}"

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read what a person typed, such as ``£4.50`` or ``1,250``.

        A comma stands between thousands or is refused: whoever writes ``12,50`` doesn't mean 1,250.

        Raises:
            ValueError: not an amount, or more digits after the point than the currency has.
        """
        cleaned = text.strip().lstrip("£€$¥ ").replace(" ", "")
        if _THOUSANDS.fullmatch(cleaned):
            cleaned = cleaned.replace(",", "")
        try:
            # "1e999999" is a Decimal that overflows once it is scaled, "sNaN" one that can't be.
            scaled = Decimal(cleaned).scaleb(_EXPONENTS.get(currency, 2))
        except (InvalidOperation, Overflow):
            scaled = Decimal("NaN")
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            msg = "Use a point, like 4.50"
            raise ValueError(msg)
        return cls(int(scaled), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up ``amounts``; nothing adds up to zero of ``currency``."""
    return sum(amounts, start=Money(0, currency))


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide ``amount`` minor units in proportion to ``weights``, by largest remainder.

    The parts sum to ``amount`` exactly; equal remainders go to the earlier part. All weights zero
    divides evenly.

    Raises:
        ValueError: no weights, or a negative one.
    """
    if not weights or any(weight < 0 for weight in weights):
        msg = "split needs weights of zero or more"
        raise ValueError(msg)
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
