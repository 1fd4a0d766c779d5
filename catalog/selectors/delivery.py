"""A shop's table of delivery rates, and what it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_countries import countries

from accounts.models import Seller
from books4all.lib.money import Money
from catalog.constants import ANYWHERE, EU_ZONE, Service, destinations_for
from catalog.models import DeliveryRate, Load
from catalog.selectors.offers import days_line

# What the table is tried on: grams of a paperback, and of a heavy book with plates.
PAPERBACK_G, HEAVY_G = 400, 1800


@dataclass(frozen=True, slots=True)
class Example:
    """What a parcel would cost: ``cost`` is None where the shop does not post."""

    parcel: str
    country: str
    service: str
    cost: Money | None
    days: str


def table_of(seller: Seller) -> list[DeliveryRate]:
    """Return the rates of a shop: home, the Union, countries by code, everywhere else."""
    rates = list(seller.delivery_rates.all())
    return sorted(rates, key=lambda rate: (place_of(rate.destination, seller), rate.service))


def place_of(destination: str, seller: Seller) -> tuple[int, str]:
    """Return where a destination stands in the table."""
    first = {seller.country.code: 0, EU_ZONE: 1, ANYWHERE: 3}
    return first.get(destination, 2), destination


def destination_name(destination: str) -> str:
    """Return a destination in words."""
    if destination == EU_ZONE:
        return _("European Union")
    if destination == ANYWHERE:
        return _("Everywhere else")
    return str(countries.name(destination))


def offered(rates: Iterable[DeliveryRate], country: str) -> list[DeliveryRate]:
    """Return the rates that count for ``country``: of each service the most exact, if it posts there.

    The rule of ``DeliveryRateQuerySet.applying_to``, for rates of one shop that may not be saved.
    """
    ranks = {code: rank for rank, code in enumerate(destinations_for(country))}
    exact: dict[str, DeliveryRate] = {}
    for rate in sorted(
        (rate for rate in rates if rate.destination in ranks),
        key=lambda rate: ranks[rate.destination],
    ):
        exact.setdefault(rate.service, rate)
    return [exact[code] for code in Service.values if code in exact and exact[code].posts]


def examples(rates: Iterable[DeliveryRate], home: str) -> list[Example]:
    """Return what some parcels would cost at home, in France and in the United States."""
    known = list(rates)
    loads = [
        (_("A %(grams)d g paperback") % {"grams": PAPERBACK_G}, Load(1, PAPERBACK_G)),
        (_("Three such paperbacks"), Load(3, 3 * PAPERBACK_G)),
        (_("A heavy book of %(grams)d g") % {"grams": HEAVY_G}, Load(1, HEAVY_G)),
    ]
    # At home, and the first two of these that are not.
    abroad = [code for code in ("FR", "US", "GB") if code != home][:2]
    return [
        example
        for country in (home, *abroad)
        for parcel, load in loads
        for example in examples_of(known, country, parcel, load)
    ]


def examples_of(
    rates: Iterable[DeliveryRate], country: str, parcel: str, load: Load
) -> list[Example]:
    """Return what a parcel to ``country`` costs by each service; one row without a cost for none."""
    name = str(countries.name(country))
    found = [
        Example(
            parcel=parcel,
            country=name,
            service=str(Service(rate.service).label),
            cost=rate.cost(load),
            days=days_line(rate.days_min, rate.days_max),
        )
        for rate in offered(rates, country)
    ]
    return found or [Example(parcel, name, "", None, "")]
