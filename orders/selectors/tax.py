"""How a sale is taxed: pure functions from who sells what to where, and the rates, to a rate.

A marketplace is no tax adviser. What is here follows Directive 2006/112/EC (articles 14a, 33, 44, 196
and 311 to 325), the United Kingdom's VAT Notices 700 and 718, and the marketplace laws of the United
States, as docs/decisions/0014-tax.md explains; its tables are the operator's to keep.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from catalog.constants import EU, EU_ZONE, Condition, Form
from orders.constants import TAX_ADDED_IN, TaxKind, TaxRemitter, TaxScheme

_WHOLE = 10_000  # a hundred percent, in hundredths of a percent

# Rates in force on a day, in hundredths of a percent, by country (ISO 3166) and kind.
Rates = Mapping[tuple[str, str], int]

# Printed matter is taxed as books are, maps and music too (annex III, point 6; VATA 1994, schedule 8,
# group 3); what is written on, hung up or looked at is not.
_NOT_BOOKS = frozenset(
    {Form.GLOBE, Form.CALENDAR, Form.CARDS, Form.POSTER, Form.CD_ROM, Form.OTHER}
)
_KINDS = {"A": TaxKind.AUDIO, "E": TaxKind.EBOOK, "D": TaxKind.OTHER, "V": TaxKind.OTHER}


class Remitting(Protocol):
    """A rule by which the marketplace, and not the shop, pays the tax of a sale to the state."""

    destination: str
    from_abroad: bool
    most_minor: int | None


@dataclass(frozen=True, slots=True)
class Trader:
    """What of a shop decides how its sales are taxed.

    ``registered``: for VAT, where it stands. ``margin``: it sells second-hand books under the margin
    scheme. ``destination``: it charges the tax of the country that it posts to, within the Union (above
    the threshold of article 59c, or by choice).
    """

    country: str
    taxable: bool = False
    registered: bool = False
    margin: bool = False
    destination: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """How a parcel is taxed: by which country (none: by nobody), and who pays it to the state.

    ``exported`` goods leave the country untaxed; ``added`` tax comes on top of the prices.
    """

    place: str = ""
    remitter: TaxRemitter = TaxRemitter.SELLER
    exported: bool = False

    @property
    def added(self) -> bool:
        """Whether prices are shown without this tax."""
        return self.place in TAX_ADDED_IN


@dataclass(frozen=True, slots=True)
class Treatment:
    """The scheme of a line, and its rate in hundredths of a percent."""

    scheme: TaxScheme = TaxScheme.NONE
    bp: int = 0


UNTAXED = Supply()
NOT_TAXED = Treatment()


@dataclass(frozen=True)
class TaxTerms:
    """What all parcels of a basket are taxed by. Without any, nothing is."""

    rates: Rates = field(default_factory=dict)
    rules: tuple[Remitting, ...] = ()
    traders: Mapping[int, Trader] = field(default_factory=dict)


def within(amount: int, bp: int) -> int:
    """Return the tax that an ``amount`` contains, rounded half up to the minor unit."""
    whole = _WHOLE + bp
    return (2 * amount * bp + whole) // (2 * whole)


def upon(amount: int, bp: int) -> int:
    """Return the tax that comes on top of an ``amount``, rounded half up to the minor unit."""
    return (2 * amount * bp + _WHOLE) // (2 * _WHOLE)


def kind_of(form: str) -> TaxKind:
    """Return what a product form (ONIX list 150) is taxed as; not said means a book."""
    if form in _NOT_BOOKS:
        return TaxKind.OTHER
    return _KINDS.get(form[:1], TaxKind.BOOK)


def is_second_hand(condition: str) -> bool:
    """Return whether somebody has owned a copy: such goods may be sold under the margin scheme."""
    return condition != Condition.NEW


def rate_of(rates: Rates, country: str, kind: TaxKind) -> int | None:
    """Return the rate of a country for ``kind``, or its standard rate; None: it is not in the table."""
    exact = rates.get((country, kind))
    return rates.get((country, TaxKind.OTHER)) if exact is None else exact


def supply(
    trader: Trader, *, destination: str, value: int, rules: Iterable[Remitting] = ()
) -> Supply:
    """Return how a parcel of ``trader`` to ``destination`` is taxed; ``value`` is that of its books.

    Private people are not taxed. Where a rule makes the marketplace the one who owes the tax, it is that
    of the destination, whether the shop is registered or not. Else a registered shop owes it: at home,
    within the Union perhaps by destination (article 33), and nothing for what it exports.
    """
    if not trader.taxable:
        return UNTAXED
    if any(_remits(rule, trader, destination, value) for rule in rules):
        return Supply(destination, TaxRemitter.MARKETPLACE)
    if not trader.registered:
        return UNTAXED
    if trader.country == destination:
        return Supply(destination)
    if trader.country in EU and destination in EU:
        return Supply(destination if trader.destination else trader.country)
    return Supply(trader.country, exported=True)


def _remits(rule: Remitting, trader: Trader, destination: str, value: int) -> bool:
    if not covers(rule.destination, destination):
        return False
    if rule.from_abroad and covers(rule.destination, trader.country):
        return False
    return rule.most_minor is None or value <= rule.most_minor


def covers(area: str, country: str) -> bool:
    """Return whether ``country`` is, or lies in, ``area`` (a country, or the Union)."""
    return country in EU if area == EU_ZONE else country == area


def treatment(
    trader: Trader, how: Supply, *, kind: TaxKind, second_hand: bool, rates: Rates
) -> Treatment:
    """Return scheme and rate of a line in a parcel that is taxed as ``how`` says.

    Second-hand goods of a shop that uses the margin scheme are taxed where it stands, wherever they go in
    the Union (article 35), at the rate set apart for them or else their own. Countries that are not in
    the table are not taxed.
    """
    if not how.place:
        return NOT_TAXED
    if how.exported:
        return Treatment(TaxScheme.STANDARD, 0)
    if second_hand and trader.margin and how.remitter == TaxRemitter.SELLER:
        apart = rates.get((trader.country, TaxKind.MARGIN))
        rate = rate_of(rates, trader.country, kind) if apart is None else apart
        return Treatment(TaxScheme.MARGIN, rate or 0)
    rate = rate_of(rates, how.place, kind)
    return NOT_TAXED if rate is None else Treatment(TaxScheme.STANDARD, rate)


def fee_rate(
    trader: Trader, *, country: str, registered: bool, has_number: bool, rates: Rates
) -> int:
    """Return the rate on what a marketplace in ``country`` charges, in hundredths of a percent.

    None where the marketplace itself is not registered. At home, its own. Businesses abroad account for
    it themselves (articles 44 and 196: reverse charge), in the Union those with a number; others in the
    Union pay that of their country (articles 46 and 58). Outside the Union there is none.
    """
    if not registered:
        return 0
    if trader.country == country:
        return rate_of(rates, country, TaxKind.FEE) or 0
    if country in EU and trader.country in EU and not (trader.taxable and has_number):
        return rate_of(rates, trader.country, TaxKind.FEE) or 0
    return 0
