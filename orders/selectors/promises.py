"""What a shop promises of returns on the day of an order, to be kept with it."""

from typing import TypedDict

from django.conf import settings

from catalog.constants import Service
from orders.selectors.quotes import QuoteParcel
from orders.selectors.refund_matrix import withdrawal_days


class Promises(TypedDict):
    """Columns of a seller order."""

    withdrawal_days: int
    return_postage: str
    standard_delivery_minor: int | None


def promises(parcel: QuoteParcel, *, country: str) -> Promises:
    """Return what holds for a parcel to ``country`` (ISO 3166), whatever the shop changes later."""
    seller = parcel.seller
    standard = next((one for one in parcel.services if one.code == Service.STANDARD), None)
    return Promises(
        withdrawal_days=withdrawal_days(
            private=seller.is_private,
            country=country,
            promised=seller.return_days,
            least=settings.WITHDRAWAL_DAYS,
        ),
        return_postage=seller.return_postage,
        standard_delivery_minor=standard.cost.minor if standard else None,
    )
