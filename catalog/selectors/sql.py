"""Pieces of SQL that pages with many copies share.

The rules are those of ``catalog.querysets`` (``on_sale``, ``applying_to``), written once more for
statements that read each seller's post once and not once a copy; tests hold the two together.
"""

from typing import Any

from django.utils import timezone

from accounts.constants import SellerStatus
from catalog.constants import ListingStatus, destinations_for

# A copy that can be bought now: aliases l (listing) and s (its seller).
ON_SALE = """
    l.status = %(active)s AND l.on_hand > l.held AND s.status = %(approved)s
    AND NOT coalesce(
        s.closed_from <= %(today)s AND (s.closed_to >= %(today)s OR s.closed_to IS NULL), false
    )
"""

# What a parcel of one book costs from ``sellers.seller_id``: the cheapest service, each by the rate
# that names its destination most exactly.
CHEAPEST_RATE = """
    SELECT exact.first_minor, exact.days_min, exact.days_max, exact.service
    FROM (
        SELECT DISTINCT ON (r.service) r.*
        FROM catalog_deliveryrate r
        WHERE r.seller_id = sellers.seller_id AND r.destination = ANY (%(destinations)s::varchar[])
        ORDER BY r.service, array_position(%(destinations)s::varchar[], r.destination)
    ) AS exact
    ORDER BY exact.first_minor, exact.days_max, exact.id LIMIT 1
"""


def terms(country: str) -> dict[str, Any]:
    """Return the parameters of the pieces, for parcels to ``country`` (ISO 3166)."""
    return {
        "active": ListingStatus.ACTIVE,
        "approved": SellerStatus.APPROVED,
        "today": timezone.now().date(),
        "destinations": list(destinations_for(country)),
    }
