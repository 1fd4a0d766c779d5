"""What is taken off a basket: the contract between who decides on a discount and the quote.

Promotions decide which discounts there are and how large each is; ``apply`` divides them over lines and
parcels, exactly, and never takes more off than there is. Pure: minor units in, minor units out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from books4all.lib.money import split

_WHOLE = 10_000  # a hundred percent, in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Discount:
    """An amount to take off: of lines, or of the delivery of one seller.

    ``lines`` weighs the lines that it is for, by the key of their listing (a basket has a listing
    once): their prices, as a rule. ``delivery_of`` is the key of the seller whose delivery it is taken
    off, instead. The marketplace bears ``borne_bp`` hundredths of a percent of it, the shops the rest.
    ``code`` is what was typed, or the key of an automatic offer; ``name`` is shown to the buyer.
    """

    code: str
    name: str
    minor: int
    borne_bp: int = 0
    lines: Mapping[int, int] = field(default_factory=dict)
    delivery_of: int | None = None

    def __post_init__(self) -> None:
        if self.minor < 0 or not 0 <= self.borne_bp <= _WHOLE:
            msg = f"A discount takes off {self.minor}, {self.borne_bp} of it borne by us"
            raise ValueError(msg)
        if bool(self.lines) == (self.delivery_of is not None):
            msg = "A discount is of lines or of one seller's delivery"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Off:
    """What is taken off a price; ``subsidy`` is the part of it that the marketplace bears."""

    discount: int = 0
    subsidy: int = 0

    def __add__(self, other: "Off") -> "Off":
        return Off(self.discount + other.discount, self.subsidy + other.subsidy)


@dataclass(frozen=True, slots=True)
class Applied:
    """A discount as it came out. ``lines`` by listing; ``delivery`` of the seller it names."""

    discount: Discount
    lines: Mapping[int, Off]
    delivery: Off

    @property
    def minor(self) -> int:
        """All that it takes off: less than it says where the prices were less."""
        return self.delivery.discount + sum(off.discount for off in self.lines.values())


def apply(
    discounts: Iterable[Discount], *, prices: Mapping[int, int], deliveries: Mapping[int, int]
) -> list[Applied]:
    """Take ``discounts`` off, one after the other in their order.

    ``prices`` are of lines by listing, ``deliveries`` of parcels by seller. Each discount is divided by
    largest remainder in proportion to its weights, over what those before it have left; lines that are
    not in ``prices`` get nothing. A discount that finds nothing to be taken off comes out as nothing.
    """
    left, post = dict(prices), dict(deliveries)
    applied = []
    for discount in discounts:
        if discount.delivery_of is not None:
            off = _of_delivery(discount, post.get(discount.delivery_of, 0))
            post[discount.delivery_of] = post.get(discount.delivery_of, 0) - off.discount
            applied.append(Applied(discount, {}, off))
            continue
        parts = _of_lines(discount, left)
        for key, off in parts.items():
            left[key] -= off.discount
        applied.append(Applied(discount, parts, Off()))
    return applied


def _of_delivery(discount: Discount, price: int) -> Off:
    taken = min(discount.minor, price)
    return Off(taken, _borne(discount, taken))


def _of_lines(discount: Discount, left: Mapping[int, int]) -> dict[int, Off]:
    keys = [key for key, weight in discount.lines.items() if weight > 0 and left.get(key, 0) > 0]
    taken = split_within(
        discount.minor, [discount.lines[key] for key in keys], [left[key] for key in keys]
    )
    if not any(taken):
        return {}
    borne = split(_borne(discount, sum(taken)), taken)
    return {key: Off(t, b) for key, t, b in zip(keys, taken, borne, strict=True) if t}


def _borne(discount: Discount, taken: int) -> int:
    """Return the marketplace's part of what was taken off, rounded half up."""
    return (taken * discount.borne_bp + _WHOLE // 2) // _WHOLE


def split_within(amount: int, weights: list[int], most: list[int]) -> list[int]:
    """Divide ``amount`` in proportion to ``weights``, by largest remainder, no part above its ``most``.

    What doesn't fit in one part goes to the others. The parts sum to ``amount``, or to all that fits.
    Weights are above zero, as many as there are limits.
    """
    parts = [0] * len(weights)
    rest = min(amount, sum(most))
    while rest:
        # Each turn fills a part to its brim or is the last, so there are at most as many as parts.
        open_ = [i for i, part in enumerate(parts) if part < most[i]]
        shares = split(rest, [weights[i] for i in open_])
        for i, share in zip(open_, shares, strict=True):
            taken = min(share, most[i] - parts[i])
            parts[i] += taken
            rest -= taken
    return parts
