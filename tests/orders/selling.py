"""What the tests of a shop's orders share: its people, and orders that were paid."""

from datetime import datetime

from accounts.constants import SellerRole
from accounts.models import Seller, User
from catalog.models import Listing
from orders.models import Order, SellerOrder
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import ListingFactory
from tests.factories.orders import (
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    SellerOrderFactory,
)


def member_of(seller: Seller, *roles: SellerRole) -> User:
    """Return somebody of the shop's team, its owner without any role named."""
    made = SellerMemberFactory(seller=seller, roles=list(roles) or [SellerRole.OWNER])
    user: User = made.user
    return user


def sold(
    seller: Seller | None = None,
    *,
    copies: tuple[int, ...] = (1,),
    paid_at: datetime | None = None,
    status: str = "placed",
    **order: object,
) -> SellerOrder:
    """Return the shop's part of a paid order with a line of £6.00 for each of ``copies``, post £2.80."""
    seller = seller or SellerFactory()
    items = 600 * sum(copies)
    if paid_at is not None:
        order["placed_at"] = paid_at
    whole: Order = OrderFactory(items_minor=items, **order)
    PaymentFactory(order=whole)
    part: SellerOrder = SellerOrderFactory(
        order=whole, seller=seller, status=status, items_minor=items
    )
    for quantity in copies:
        listing: Listing = ListingFactory(seller=seller, on_hand=0)
        OrderLineFactory(seller_order=part, listing=listing, quantity=quantity)
    return part
