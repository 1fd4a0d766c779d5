"""Tables of delivery rates to begin with. They are copied into the form, and nowhere else."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from catalog.constants import ANYWHERE, EU_ZONE, RateBasis, Service
from catalog.models import DeliveryRate

# (zone, service, first, further, days from, days to): what a national post asks of a shop that sends
# a few parcels a week, rounded. "home" is the shop's own country.
_Row = tuple[str, str, int, int, int, int]
_BY_ITEM: tuple[_Row, ...] = (
    ("home", Service.STANDARD, 320, 100, 2, 4),
    ("home", Service.EXPRESS, 520, 120, 1, 2),
    (EU_ZONE, Service.STANDARD, 890, 300, 5, 10),
    (ANYWHERE, Service.STANDARD, 1350, 500, 7, 20),
)
_BY_WEIGHT: tuple[_Row, ...] = (
    ("home", Service.STANDARD, 340, 60, 2, 4),
    ("home", Service.EXPRESS, 560, 90, 1, 2),
    (EU_ZONE, Service.STANDARD, 950, 280, 5, 10),
    (ANYWHERE, Service.STANDARD, 1450, 550, 7, 20),
)

PRESETS: dict[str, tuple[str | Promise, RateBasis, tuple[_Row, ...]]] = {
    "item": (_("Fill in a start: by the book"), RateBasis.ITEM, _BY_ITEM),
    "weight": (
        _("Fill in a start: by weight"),
        RateBasis.WEIGHT,
        _BY_WEIGHT,
    ),
}


def rates(name: str, seller: Seller) -> list[DeliveryRate]:
    """Return the rates of a preset for ``seller``, not saved; none for a name that is unknown."""
    if name not in PRESETS:
        return []
    _label, basis, rows = PRESETS[name]
    return [
        DeliveryRate(
            destination=seller.country.code if zone == "home" else zone,
            service=service,
            basis=basis,
            first_minor=first,
            further_minor=further,
            first_g=1000,
            further_g=500,
            days_min=least,
            days_max=most,
        )
        for zone, service, first, further, least, most in rows
    ]
