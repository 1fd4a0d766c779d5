"""The tax of an order, from what was frozen when it was written."""

from orders.constants import TaxRemitter, TaxScheme
from orders.models import SellerOrder
from orders.selectors.quotes.charges import Share, shares_of
from orders.selectors.tax import Supply, Treatment
from orders.selectors.tax_lines import TaxLine, grouped, taxed


def frozen_lines(part: SellerOrder) -> list[TaxLine]:
    """Return the tax of a seller order rate by rate, as it was frozen. Its lines are loaded."""
    how = Supply(part.tax_country, TaxRemitter(part.tax_remitter))
    lines = list(part.lines.all())
    treated = [Treatment(TaxScheme(line.tax_scheme), line.tax_bp) for line in lines]
    nets = [line.paid_minor - (line.tax_minor if part.tax_added else 0) for line in lines]
    goods = [
        Share(by.scheme, by.bp, net, line.tax_minor)
        for by, net, line in zip(treated, nets, lines, strict=True)
    ]
    return grouped(taxed((*goods, *_post(part, treated, nets)), how, part.currency), part.currency)


def _post(part: SellerOrder, treated: list[Treatment], nets: list[int]) -> tuple[Share, ...]:
    """Divide the delivery over the rates again, as it was when it was frozen."""
    post = part.delivery_paid_minor - (part.delivery_tax_minor if part.tax_added else 0)
    for own in (None, part.delivery_tax_bp):
        shares = shares_of(treated, nets, post=post, own=own, added=part.tax_added)
        if sum(share.tax for share in shares) == part.delivery_tax_minor:
            return shares
    return (Share(TaxScheme.STANDARD, part.delivery_tax_bp, post, part.delivery_tax_minor),)
