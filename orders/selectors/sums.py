"""The sums under a basket or an order, in words and money: what it comes to, and what of that is tax."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books4all.lib.money import Money, total
from orders.constants import TaxScheme
from orders.models import Order, SellerOrder
from orders.selectors.frozen_tax import frozen_lines
from orders.selectors.quotes import Quote
from orders.selectors.tax_lines import TaxLine, grouped

Rows = list[tuple[str, Money]]


def quote_rows(quote: Quote) -> Rows:
    """Return the sums above what is to be paid: books, delivery, discounts by name, tax that is added,
    gift cards."""
    rows = _begin(quote.count, quote.items, quote.parcel_count, quote.delivery)
    for applied in quote.discounts:
        if applied.minor:
            rows.append((applied.discount.name, Money(-applied.minor, quote.currency)))
    cards = [(code.label, code.amount * -1) for code in quote.codes if code.is_gift_card]
    return rows + _added(quote.tax_lines) + [row for row in cards if row[1]]


def order_rows(order: Order, parts: Sequence[SellerOrder], *, count: int) -> Rows:
    """Return the sums above an order's total; its ``parts`` have their lines loaded. What promotions took
    off is read with one query, where there is anything."""
    rows = _begin(count, order.items, len(parts), order.delivery)
    if order.discount_minor:
        rows.extend((use.name, use.amount * -1) for use in order.promotion_uses.all())
    return rows + _added(order_tax_lines(parts, order.currency))


def order_tax_lines(parts: Iterable[SellerOrder], currency: str) -> list[TaxLine]:
    """Return the tax of an order rate by rate."""
    return grouped((line for part in parts for line in frozen_lines(part)), currency)


def tax_of(lines: Iterable[TaxLine], currency: str) -> Money:
    """Return all tax that is shown."""
    return total((line.tax for line in lines), currency)


def _begin(count: int, items: Money, parcels: int, delivery: Money) -> Rows:
    books = ngettext("%(n)s book", "%(n)s books", count) % {"n": count}
    posted = ngettext("Delivery, %(n)s parcel", "Delivery, %(n)s parcels", parcels)
    return [(books, items), (posted % {"n": parcels}, delivery)]


def _added(lines: Iterable[TaxLine]) -> Rows:
    return [(line.label, line.tax) for line in lines if line.added and line.tax]


def within_rows(lines: Iterable[TaxLine]) -> Rows:
    """Return the tax that is within the total: ``of which VAT 5%``. Zero rates are not worth a row."""
    return [(line.label, line.tax) for line in lines if line.tax and not line.added]


def gift_rows(order: Order) -> Rows:
    """Return what of an order's total gift cards have paid."""
    gift = Money(order.gift_minor, order.currency)
    return [(_("of which by gift card"), gift)] if gift else []


def margin_note(parts: Iterable[SellerOrder]) -> str:
    """Return what the law has said of books under the margin scheme (Directive 2006/112/EC, article 226
    (14)); nothing, where there are none."""
    lines = (line for part in parts for line in part.lines.all())
    return margin_words() if any(x.tax_scheme == TaxScheme.MARGIN for x in lines) else ""


def margin_words() -> str:
    """Return the words themselves."""
    return _("Margin scheme: second-hand goods")
