"""The last step of a quote: discounts, tax and commission on what has been priced. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from books4all.lib.money import Money, split
from orders.models import CommissionRule
from orders.selectors.commission import Sale, commission, rule_for, within_reach
from orders.selectors.quotes.charges import NOTHING, Charge, Goods, charged
from orders.selectors.quotes.discounts import Applied, Discount, Off, apply
from orders.selectors.quotes.parts import Quote, QuoteLine, QuoteParcel
from orders.selectors.tax import TaxTerms, Trader, is_second_hand, kind_of


@dataclass(frozen=True)
class FeeTerms:
    """What the marketplace charges: its ``rules`` in their order, and the tax on it by seller.

    ``subjects`` are those of works and all above them; needed only where a rule asks for one.
    """

    rules: tuple[CommissionRule, ...] = ()
    tax_bp: Mapping[int, int] = field(default_factory=dict)
    subjects: Mapping[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What a quote is settled by. Without fees no commission is worked out: no buyer is shown it."""

    tax: TaxTerms = field(default_factory=TaxTerms)
    fees: FeeTerms | None = None


FREE = Terms()


def settle(plain: Quote, *, terms: Terms, discounts: Iterable[Discount] = ()) -> Quote:
    """Return a quote with ``discounts`` taken off, and taxed and charged by ``terms``.

    What was settled before is settled anew: the result depends on prices and deliveries alone.
    """
    applied = apply(
        discounts,
        prices={
            line.listing.pk: line.price.minor
            for parcel in plain.parcels
            for line in parcel.lines
            if line.quantity
        },
        deliveries={parcel.seller_id: parcel.delivery.minor for parcel in plain.parcels},
    )
    off, post_off = _sums(applied)
    parcels = tuple(
        _settled(parcel, off, post_off.get(parcel.seller_id, Off()), plain.country, terms)
        for parcel in plain.parcels
    )
    return replace(plain, parcels=parcels, discounts=tuple(applied))


def _sums(applied: Iterable[Applied]) -> tuple[dict[int, Off], dict[int, Off]]:
    """Add up what is taken off each line and each seller's delivery."""
    off: dict[int, Off] = {}
    post: dict[int, Off] = {}
    for one in applied:
        for key, part in one.lines.items():
            off[key] = off.get(key, Off()) + part
        seller = one.discount.delivery_of
        if seller is not None:
            post[seller] = post.get(seller, Off()) + one.delivery
    return off, post


def _settled(
    parcel: QuoteParcel, off: Mapping[int, Off], post_off: Off, country: str, terms: Terms
) -> QuoteParcel:
    there = [line for line in parcel.lines if line.quantity]
    result = charged(
        [_goods(line) for line in there],
        delivery=parcel.delivery.minor,
        off=off,
        delivery_off=post_off,
        trader=terms.tax.traders.get(parcel.seller_id, Trader(str(parcel.seller.country))),
        destination=country,
        terms=terms.tax,
    )
    by_listing = {line.listing.pk: charge for line, charge in zip(there, result.lines, strict=True)}
    settled = replace(
        parcel,
        lines=tuple(
            replace(line, charge=by_listing.get(line.listing.pk, NOTHING)) for line in parcel.lines
        ),
        how=result.how,
        post=result.delivery,
        shares=result.shares,
    )
    return settled if terms.fees is None else _with_fees(settled, terms.fees)


def _goods(line: QuoteLine) -> Goods:
    listing = line.listing
    cost = listing.cost_minor
    return Goods(
        key=listing.pk,
        price=line.price.minor,
        kind=kind_of(listing.edition.form),
        second_hand=is_second_hand(listing.condition),
        cost=None if cost is None else cost * line.quantity,
    )


def _with_fees(parcel: QuoteParcel, fees: FeeTerms) -> QuoteParcel:
    wholes = [line.charge.whole for line in parcel.lines]
    posts = split(parcel.post.whole, wholes)
    return replace(
        parcel,
        lines=tuple(
            replace(line, charge=_with_fee(line, post, parcel, fees)) if line.quantity else line
            for line, post in zip(parcel.lines, posts, strict=True)
        ),
    )


def _with_fee(line: QuoteLine, post: int, parcel: QuoteParcel, fees: FeeTerms) -> Charge:
    charge = line.charge
    sale = Sale(
        seller_id=parcel.seller_id,
        subjects=fees.subjects.get(line.listing.edition.work_id, frozenset()),
        form=line.listing.edition.form,
        unit=line.unit,
        quantity=line.quantity,
        delivery=Money(post, parcel.currency),
        off=charge.discount - charge.subsidy,
    )
    rule = rule_for(sale, fees.rules)
    fee, fee_tax = within_reach(
        commission(sale, rule).minor,
        bp=fees.tax_bp.get(parcel.seller_id, 0),
        # Neither more than the shop gets for it, nor out of tax that comes on top.
        most=min(charge.earned(parcel.how.remitter), charge.whole),
    )
    return replace(
        charge, commission=fee, fee_tax=fee_tax, commission_name=rule.name if rule else ""
    )
