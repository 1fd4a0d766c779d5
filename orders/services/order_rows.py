"""From a quote to the rows of an order: what is promised is frozen here, and nowhere worked out again."""

from catalog.selectors.offers import edition_line
from orders.constants import SellerOrderStatus
from orders.models import Order, OrderLine, SellerOrder
from orders.selectors.promises import promises
from orders.selectors.quotes import QuoteLine, QuoteParcel


def seller_order_of(order: Order, parcel: QuoteParcel) -> SellerOrder:
    """Return a seller's part of ``order``, not saved, as ``parcel`` was quoted. It can be ordered."""
    service = parcel.service
    assert service is not None  # a quote that can be ordered has a service for each parcel
    return SellerOrder(
        order=order,
        seller=parcel.seller,
        status=SellerOrderStatus.PENDING,
        service=service.code,
        days_min=service.days_min,
        days_max=service.days_max,
        dispatch_days=parcel.seller.dispatch_days,
        currency=order.currency,
        items_minor=parcel.items.minor,
        delivery_minor=parcel.delivery.minor,
        discount_minor=parcel.discount.minor,
        tax_added_minor=parcel.tax_added.minor,
        total_minor=parcel.total.minor,
        delivery_paid_minor=parcel.post.paid,
        delivery_subsidy_minor=parcel.post.subsidy,
        delivery_tax_minor=parcel.post.tax,
        delivery_tax_bp=parcel.post.bp,
        tax_added=parcel.how.added,
        tax_remitter=parcel.how.remitter,
        tax_country=parcel.how.place,
        **promises(parcel, country=str(order.country)),
    )


def order_line_of(seller_order: SellerOrder, line: QuoteLine) -> OrderLine:
    """Return a line of it, not saved, with all that was promised and how its price is divided."""
    charge = line.charge
    return OrderLine(
        seller_order=seller_order,
        listing=line.listing,
        title=line.title,
        author_line=line.work.author_line,
        description=edition_line(line.listing.edition)[:300],
        condition=line.listing.condition,
        sku=line.listing.sku,
        quantity=line.quantity,
        unit_minor=line.unit.minor,
        currency=line.unit.currency,
        discount_minor=charge.discount,
        tax_bp=charge.bp,
        tax_scheme=charge.scheme,
        margin_tax_minor=charge.margin_tax,
        commission_name=charge.commission_name,
        paid_minor=charge.paid,
        subsidy_minor=charge.subsidy,
        tax_minor=charge.tax,
        commission_minor=charge.commission,
        fee_tax_minor=charge.fee_tax,
    )
