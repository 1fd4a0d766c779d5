"""From prices to what is paid: discounts off, tax within or on top, commission. Pure, in minor units.

All is worked out a line at a time and rounded there; sums are sums of lines. So it never matters how
lines are grouped: an order is the sum of its parcels, to the penny.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from books4all.lib.money import split
from orders.constants import TaxKind, TaxRemitter, TaxScheme
from orders.selectors import tax
from orders.selectors.quotes.discounts import Off


@dataclass(frozen=True, slots=True)
class Goods:
    """A line to be charged: ``price`` of all its copies, and what ``cost`` its shop, where it is known."""

    key: int
    price: int
    kind: TaxKind = TaxKind.BOOK
    second_hand: bool = True
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A price, and what becomes of it. ``subsidy`` is the part of the discount that we bear.

    ``tax`` is within what is paid; ``added`` is it, or nothing where the price contained it before.
    ``margin_tax`` is the shop's own business, never shown: None where it works it out itself.
    """

    price: int = 0
    discount: int = 0
    subsidy: int = 0
    tax: int = 0
    added: int = 0
    bp: int = 0
    scheme: TaxScheme = TaxScheme.NONE
    margin_tax: int | None = None
    # What the marketplace keeps, by which rule, and the tax on that.
    commission: int = 0
    fee_tax: int = 0
    commission_name: str = ""

    @property
    def net(self) -> int:
        """The price less its discount, without tax that is added."""
        return self.price - self.discount

    @property
    def paid(self) -> int:
        """What the buyer pays."""
        return self.net + self.added

    @property
    def whole(self) -> int:
        """The price as the shop sells at it: less what it bears of the discount, without added tax."""
        return self.net + self.subsidy

    def earned(self, remitter: TaxRemitter) -> int:
        """Return what is the shop's before commission: without tax that the marketplace remits."""
        remitted = self.tax if remitter == TaxRemitter.MARKETPLACE else 0
        return self.paid + self.subsidy - remitted


NOTHING = Charge()


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a delivery that is taxed as goods of one kind are."""

    scheme: TaxScheme
    bp: int
    net: int
    tax: int


@dataclass(frozen=True)
class Charged:
    """A parcel, charged. ``shares`` are of the delivery, by the rates of what is in it."""

    how: tax.Supply
    lines: tuple[Charge, ...] = ()
    delivery: Charge = NOTHING
    shares: tuple[Share, ...] = ()


def charged(
    lines: Sequence[Goods],
    *,
    delivery: int,
    off: Mapping[int, Off],
    delivery_off: Off,
    trader: tax.Trader,
    destination: str,
    terms: tax.TaxTerms,
) -> Charged:
    """Charge one shop's parcel to ``destination``; ``off`` is taken off lines, by their key."""
    nets = [line.price - off.get(line.key, Off()).discount for line in lines]
    how = tax.supply(trader, destination=destination, value=sum(nets), rules=terms.rules)
    treated = [
        tax.treatment(trader, how, kind=line.kind, second_hand=line.second_hand, rates=terms.rates)
        for line in lines
    ]
    own = terms.rates.get((how.place, TaxKind.DELIVERY))
    post = delivery - delivery_off.discount
    parts = split(post, nets) if lines else []
    shares = shares_of(treated, nets, post=post, own=own, added=how.added)
    return Charged(
        how,
        tuple(
            _line(line, off.get(line.key, Off()), how, treatment, part)
            for line, treatment, part in zip(lines, treated, parts, strict=True)
        ),
        _delivery(delivery, delivery_off, shares, added=how.added),
        shares,
    )


def _line(goods: Goods, off: Off, how: tax.Supply, by: tax.Treatment, post: int) -> Charge:
    net = goods.price - off.discount
    taxed, margin = 0, None
    if by.scheme == TaxScheme.STANDARD:
        taxed = tax.upon(net, by.bp) if how.added else tax.within(net, by.bp)
    elif by.scheme == TaxScheme.MARGIN and goods.cost is not None:
        # The price of article 312: all that is paid for it, its post too, whoever pays.
        margin = tax.within(max(0, net + off.subsidy + post - goods.cost), by.bp)
    return Charge(
        price=goods.price,
        discount=off.discount,
        subsidy=off.subsidy,
        tax=taxed,
        added=taxed if how.added else 0,
        bp=by.bp,
        scheme=by.scheme,
        margin_tax=margin,
    )


def shares_of(
    treated: Sequence[tax.Treatment],
    nets: Sequence[int],
    *,
    post: int,
    own: int | None = None,
    added: bool = False,
) -> tuple[Share, ...]:
    """Divide what is paid for the ``post`` over the rates of the goods; where it has its ``own``, by that.

    The parts are in proportion to the ``nets`` of the goods, by largest remainder, the highest rate first.
    """
    by_rate: dict[tuple[int, TaxScheme], int] = {}
    for by, net in zip(treated, nets, strict=True):
        bp = own if own is not None and by.scheme == TaxScheme.STANDARD else by.bp
        by_rate[bp, by.scheme] = by_rate.get((bp, by.scheme), 0) + net
    if not by_rate:
        return ()
    rates = sorted(by_rate, reverse=True)
    parts = split(post, [by_rate[rate] for rate in rates])
    work_out = tax.upon if added else tax.within
    return tuple(
        Share(scheme, bp, part, work_out(part, bp) if scheme == TaxScheme.STANDARD else 0)
        for (bp, scheme), part in zip(rates, parts, strict=True)
    )


def _delivery(price: int, off: Off, shares: Sequence[Share], *, added: bool) -> Charge:
    taxed = sum(share.tax for share in shares)
    standard = [share for share in shares if share.scheme == TaxScheme.STANDARD]
    # The rate, where it is one. Of several the largest part's: the shares say the rest.
    main = max(standard, key=lambda share: share.net, default=None)
    return Charge(
        price=price,
        discount=off.discount,
        subsidy=off.subsidy,
        tax=taxed,
        added=taxed if added else 0,
        bp=main.bp if main else 0,
        scheme=main.scheme if main else TaxScheme.NONE,
    )
