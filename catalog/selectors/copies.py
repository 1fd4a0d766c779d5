"""What a shopper is shown of one copy beside its terms: its own photographs, and what it cost before.

Both are read with the copies themselves, in the statement that reads them anyway.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from books4all.lib.pictures import COPIES, Picture
from catalog.constants import CoverStatus
from catalog.models import ListingPhoto
from catalog.querysets import ListingQuerySet
from catalog.selectors.prices import recent_history

# A page shows the first ones; a copy has no more (catalog.services.photos).
MOST_SHOWN = 12


def with_evidence(listings: ListingQuerySet) -> ListingQuerySet:
    """Annotate ``price_rows`` and ``photo_rows``, which ``offers.offer_of`` reads."""
    return listings.annotate(price_rows=recent_history(), photo_rows=photo_rows())


def photo_rows(listing: str = "pk") -> ArraySubquery:
    """Return the expression of a listing's photographs, in their order. Read with ``pictures``."""
    ready = ListingPhoto.objects.filter(listing=OuterRef(listing), status=CoverStatus.READY)
    row = JSONObject(
        name="name", width="width", height="height", widths="widths", colour="colour", alt="alt"
    )
    return ArraySubquery(ready.order_by("position", "pk").values(row=row)[:MOST_SHOWN])


def pictures(rows: Iterable[Mapping[str, Any]]) -> list[Picture]:
    """Return the photographs that ``photo_rows`` has read."""
    return [Picture(**{**row, "widths": tuple(row["widths"])}, folder=COPIES) for row in rows]
