"""From the lines of a basket to its quote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from accounts.constants import SellerStatus
from catalog.constants import ListingStatus, Service
from catalog.models import DeliveryRate, Load
from orders.selectors.quotes.parts import (
    Item,
    Problem,
    Quote,
    QuoteLine,
    QuoteParcel,
    ServiceOption,
)
from orders.selectors.quotes.settling import FREE, Terms, settle


def quote(
    items: Iterable[Item],
    *,
    rates: Iterable[DeliveryRate],
    choices: Mapping[int, str],
    country: str,
    currency: str,
    today: date,
    terms: Terms = FREE,
) -> Quote:
    """Price a basket for delivery to ``country`` (ISO 3166) on ``terms``, without discounts.

    ``rates`` come as ``DeliveryRate.objects.to(country)`` orders them: of a seller's rates for a
    service the first is the most exact one and counts, even if it says that nothing is posted there. ``choices`` maps sellers to services; without
    a choice, or with one that is not offered, a parcel goes by the first service, standard if there
    is one. Copies that can't be had are priced at nothing and named as problems.
    """
    by_seller = _rates_by_seller(rates)
    ordered = sorted(items, key=lambda item: (item.listing.seller.name, item.listing.seller_id))
    parcels = tuple(
        _parcel(
            list(group), by_seller.get(seller_id, {}), choices.get(seller_id, ""), currency, today
        )
        for seller_id, group in groupby(ordered, key=lambda item: item.listing.seller_id)
    )
    found = {p for parcel in parcels for p in parcel.problems}
    found |= {p for parcel in parcels for line in parcel.lines for p in line.problems}
    return settle(Quote(parcels, currency, country, frozenset(found)), terms=terms)


def _rates_by_seller(rates: Iterable[DeliveryRate]) -> dict[int, dict[str, DeliveryRate]]:
    found: dict[int, dict[str, DeliveryRate]] = {}
    for rate in rates:
        found.setdefault(rate.seller_id, {}).setdefault(rate.service, rate)
    # The most exact rate may say that nothing is posted there.
    return {
        seller: {service: rate for service, rate in offered.items() if rate.posts}
        for seller, offered in found.items()
    }


def _parcel(
    items: Sequence[Item],
    rates: Mapping[str, DeliveryRate],
    choice: str,
    currency: str,
    today: date,
) -> QuoteParcel:
    seller = items[0].listing.seller
    lines = tuple(_line(item) for item in items)
    load = _load(lines)
    offered = [rates[code] for code in Service.values if code in rates]
    codes = [rate.service for rate in offered]
    chosen = choice if choice in codes else codes[0] if codes else ""
    services = tuple(
        ServiceOption(
            code=rate.service,
            name=str(rate.get_service_display()),
            cost=rate.cost(load),
            days_min=rate.days_min,
            days_max=rate.days_max,
            by=working_day_after(today, seller.dispatch_days + rate.days_max),
            selected=rate.service == chosen,
        )
        for rate in offered
    )
    parcel = QuoteParcel(seller, lines, services, (), currency)
    problems = [Problem.NO_DELIVERY] if not services else []
    if parcel.missing:
        problems.append(Problem.BELOW_MINIMUM)
    return replace(parcel, problems=tuple(problems))


def _load(lines: Sequence[QuoteLine]) -> Load:
    """Return what is to be sent; of a parcel with nothing left to send, what one book of it would be."""
    there = [(line.listing.posted_g, line.quantity) for line in lines if line.quantity]
    return Load.of(there or [(lines[0].listing.posted_g, 1)])


def _line(item: Item) -> QuoteLine:
    listing, seller = item.listing, item.listing.seller
    free = listing.available + item.held
    most = free if listing.status == ListingStatus.ACTIVE else 0
    problems: list[Problem] = []
    if seller.status != SellerStatus.APPROVED or seller.is_closed_now:
        most = 0
        problems.append(Problem.SELLER_CLOSED)
    elif most <= 0:
        problems.append(Problem.SOLD)
    elif most < item.quantity:
        problems.append(Problem.FEWER)
    if listing.price != item.seen:
        problems.append(Problem.PRICE_CHANGED)
    return QuoteLine(
        pk=item.pk,
        listing=listing,
        wanted=item.quantity,
        quantity=max(0, min(item.quantity, most)),
        most=max(0, most),
        unit=listing.price,
        seen=item.seen,
        problems=tuple(problems),
    )


def working_day_after(start: date, days: int) -> date:
    """Return the day ``days`` working days (Monday to Friday) after ``start``."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day
