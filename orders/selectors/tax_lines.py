"""Tax as it is told to people and programs: rate by rate, of quotes and orders alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from books4all.lib.money import Money
from orders.constants import TaxScheme
from orders.selectors.tax import Supply

if TYPE_CHECKING:
    from orders.selectors.quotes.charges import Share


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of one rate. ``net`` is what it is taxed on: with the tax, unless that is ``added``.

    ``country`` is whose tax it is, where that is known; ``remitter`` pays it to the state.
    """

    country: str
    remitter: str
    bp: int
    net: Money
    tax: Money
    added: bool

    @property
    def rate(self) -> str:
        """The rate for people: ``7.5%`` in the active locale."""
        return percent(self.bp)

    @property
    def label(self) -> str:
        """The line in words: ``of which VAT 7%``, or ``Tax 7%`` where it comes on top."""
        words = _("Tax %(rate)s") if self.added else _("of which VAT %(rate)s")
        return words % {"rate": self.rate}


def percent(bp: int) -> str:
    """Return hundredths of a percent for people."""
    value = (Decimal(bp) / 100).normalize()
    places = max(0, -int(value.as_tuple().exponent))
    return _("%(number)s%%") % {"number": number_format(value, decimal_pos=places)}


def grouped(lines: Iterable[TaxLine], currency: str) -> list[TaxLine]:
    """Return one line a country, remitter and rate, the highest rate first."""
    found: dict[tuple[str, str, int, bool], tuple[int, int]] = {}
    for line in lines:
        key = (line.country, line.remitter, line.bp, line.added)
        net, tax = found.get(key, (0, 0))
        found[key] = (net + line.net.minor, tax + line.tax.minor)
    ordered = sorted(found.items(), key=lambda pair: (-pair[0][2], pair[0]))
    return [
        TaxLine(country, remitter, bp, Money(net, currency), Money(tax, currency), added)
        for (country, remitter, bp, added), (net, tax) in ordered
    ]


def taxed(shares: "Iterable[Share]", how: Supply, currency: str) -> Iterator[TaxLine]:
    """Return what of ``shares`` is taxed in a way that is shown: not what is under the margin scheme."""
    for share in shares:
        if share.scheme == TaxScheme.STANDARD and share.net:
            yield TaxLine(
                country=how.place,
                remitter=how.remitter,
                bp=share.bp,
                net=Money(share.net, currency),
                tax=Money(share.tax, currency),
                added=how.added,
            )
