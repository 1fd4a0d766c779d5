"""What an order comes to for its shop, sum by sum, from what was frozen when it was written."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from books4all.lib.money import Money
from orders.constants import TaxRemitter
from orders.models import Parts, SellerOrder
from orders.selectors.frozen_tax import frozen_lines
from orders.selectors.sums import Rows, margin_note, within_rows


@dataclass(frozen=True, slots=True)
class SoldMoney:
    """The money of an order. ``rows`` add up to ``paid``, what the buyer pays; ``cuts`` lead to ``yours``.

    ``rule`` says by which rules commission was charged.
    """

    rows: Rows
    paid: Money
    notes: Rows
    note: str
    cuts: Rows
    rule: str
    commission: Money
    fee_tax: Money
    yours: Money


def money_of(part: SellerOrder) -> SoldMoney:
    """Return the money of a seller order whose lines are loaded; what was given back is not in it."""

    def money(minor: int) -> Money:
        return Money(minor, part.currency)

    parts = sum((line.parts for line in part.lines.all()), start=part.delivery_parts)
    rows = [(_("Books"), part.items), (_("Delivery"), part.delivery)]
    if part.discount_minor:
        rows.append((_("Discount"), money(-part.discount_minor)))
    if part.tax_added_minor:
        rows.append((_("Tax"), money(part.tax_added_minor)))
    remitted = parts.tax if part.tax_remitter == TaxRemitter.MARKETPLACE else 0
    return SoldMoney(
        rows=rows,
        paid=part.total,
        notes=within_rows(frozen_lines(part)),
        note=margin_note([part]),
        cuts=[(label, money(amount)) for label, amount in _cuts(part, parts, remitted) if amount],
        rule=_rule(part),
        commission=money(parts.commission),
        fee_tax=money(parts.fee_tax),
        yours=money(parts.whole - parts.commission - parts.fee_tax - remitted),
    )


def _cuts(part: SellerOrder, parts: Parts, remitted: int) -> list[tuple[str, int]]:
    """Return what is added to, and taken from, what the buyer pays, in minor units."""
    return [
        (_("Extra postage"), part.extra_minor),
        (_("Discount borne by the marketplace"), parts.subsidy),
        (_("Commission"), -parts.commission),
        (_("VAT on the commission"), -parts.fee_tax),
        (_("Tax that the marketplace pays to the state"), -remitted),
    ]


def _rule(part: SellerOrder) -> str:
    names = sorted({line.commission_name for line in part.lines.all() if line.commission_minor})
    return _("Commission by the rule: %(rule)s") % {"rule": ", ".join(names)} if names else ""
