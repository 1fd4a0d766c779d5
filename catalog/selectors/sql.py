"""Pieces of SQL that pages with many copies share.

The rules are those of ``catalog.querysets`` (``on_sale``, ``applying_to``, ``posted_weight``), written
once more for statements that read each seller's post once and not once a copy; tests hold the two
together.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.constants import SellerStatus
from catalog.constants import HEAVIEST_G, ListingStatus, destinations_for

# A copy that can be bought now: aliases l (listing) and s (its seller).
ON_SALE = """
    l.status = %(active)s AND l.on_hand > l.held AND s.status = %(approved)s
    AND NOT coalesce(
        s.closed_from <= %(today)s AND (s.closed_to >= %(today)s OR s.closed_to IS NULL), false
    )
"""

# What ``sellers.seller_id`` charges: one rate a service, that which names the destination most exactly.
RATES = """
    SELECT exact.*
    FROM (
        SELECT DISTINCT ON (r.service) r.id, r.service, r.posts, r.basis = 'weight' AS by_weight,
            r.first_minor, r.further_minor, r.first_g, r.further_g, r.days_min, r.days_max
        FROM catalog_deliveryrate r
        WHERE r.seller_id = sellers.seller_id AND r.destination = ANY (%(destinations)s::varchar[])
        ORDER BY r.service, array_position(%(destinations)s::varchar[], r.destination)
    ) AS exact
    WHERE exact.posts
"""

# What a copy weighs in a parcel of its own: aliases l (listing) and e (its edition).
GRAMS = f"""
    least(coalesce(nullif(l.weight_g, 0), nullif(e.weight_g, 0), %(unweighed)s), {HEAVIEST_G})
"""


def postage(rate: str, grams: str) -> str:
    """Return SQL for what the rate aliased ``rate`` comes to for one copy; NULL without a rate."""
    columns = ("by_weight", "first_minor", "further_minor", "first_g", "further_g")
    given = ", ".join(f"{rate}.{column}" for column in columns)
    return f"catalog_postage({given}, {grams})"


def terms(country: str) -> dict[str, Any]:
    """Return the parameters of the pieces, for parcels to ``country`` (ISO 3166)."""
    return {
        "active": ListingStatus.ACTIVE,
        "approved": SellerStatus.APPROVED,
        "today": timezone.now().date(),
        "destinations": list(destinations_for(country)),
        "unweighed": settings.UNWEIGHED_FIRST_G,
    }
