"""What in a shop's stock needs its keeper: without a photograph, priced high, sold out, long on the shelf.

A shop of some thousand copies is counted when its dashboard is opened. A larger one is counted each
night (catalog.services.tallies): a comparison with everybody's prices takes a second there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.constants import SellerStatus
from accounts.models import Seller
from books4all.lib.money import Money
from catalog.constants import GRADES, CoverStatus, ListingStatus
from catalog.models import Listing, StockTally
from catalog.selectors.shop_stock import compared

# Copies that are counted while somebody waits.
COUNTED_AT_ONCE = 5_000
# Copies kept of each kind as examples, and shown.
EXAMPLES, SHOWN = 5, 2
# On sale for longer than this.
LONG = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Care:
    """How many copies need something, and a few of them. ``counted_at``: as they were then."""

    no_photo: int
    priced_high: int
    long_here: int
    no_photo_ids: Sequence[int]
    priced_high_ids: Sequence[int]
    long_here_ids: Sequence[int]
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Needy:
    """A copy that needs something; ``need`` is a word of ``NEEDS``."""

    listing: Listing
    need: str
    lowest: Money | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The figures of a shop's stock. ``care`` is None for a large shop before its first night."""

    live: int
    drafts: int
    sold_out: int
    total: int
    added: int
    care: Care | None
    needy: Sequence[Needy]

    @property
    def is_kept(self) -> bool:
        """Whether the care was counted in the night, and not now."""
        return self.total > COUNTED_AT_ONCE


# "Priced high": it costs half as much again as the lowest copy of the edition elsewhere that is on sale in
# as good a condition. The lowest of each edition and grade is found once, however many copies share it.
_ELSEWHERE = """
    SELECT other.edition_id, array_position(%(grades)s, other.condition::text) AS grade,
        min(other.price_minor) AS price_minor
    FROM catalog_listing other JOIN accounts_seller shop ON shop.id = other.seller_id
    WHERE other.edition_id IN (SELECT edition_id FROM own) AND other.status = 'active'
        AND other.on_hand > other.held AND other.seller_id <> %(seller)s
        AND shop.status = %(approved)s
        AND NOT (coalesce(shop.closed_from <= %(today)s, false)
            AND coalesce(shop.closed_to >= %(today)s, true))
    GROUP BY other.edition_id, grade
"""
_HIGH = """
    SELECT own.id FROM own JOIN elsewhere USING (edition_id)
    WHERE own.status = 'active'
        AND elsewhere.grade <= array_position(%(grades)s, own.condition::text)
    GROUP BY own.id, own.price_minor
    HAVING own.price_minor * 2 > min(elsewhere.price_minor) * 3
"""
_LONG = """
    SELECT own.id FROM own
    WHERE own.status = 'active' AND own.on_hand > own.held AND own.listed_at < %(before)s
"""
_NO_PHOTO = """
    SELECT own.id FROM own WHERE NOT EXISTS (
        SELECT FROM catalog_listingphoto photo
        WHERE photo.listing_id = own.id AND photo.status <> %(refused)s
    )
"""
_NONE = "SELECT own.id FROM own WHERE false"
_COUNTS = """
    WITH own AS MATERIALIZED (
        SELECT id, edition_id, condition, price_minor, listed_at, status, on_hand, held
        FROM catalog_listing
        WHERE seller_id = %(seller)s AND status IN ('active', 'draft', 'paused')
    ), elsewhere AS ({elsewhere}),
    no_photo AS ({no_photo}), high AS ({high}), long_here AS ({long})
    SELECT
        (SELECT count(*) FROM no_photo), (SELECT count(*) FROM high),
        (SELECT count(*) FROM long_here),
        ARRAY(SELECT id FROM no_photo ORDER BY id DESC LIMIT %(examples)s),
        ARRAY(SELECT id FROM high ORDER BY id DESC LIMIT %(examples)s),
        ARRAY(SELECT id FROM long_here ORDER BY id LIMIT %(examples)s)
"""


def count_care(seller_id: int) -> Care:
    """Count what needs care in a shop's whole stock, in one query."""
    now = timezone.now()
    # Photographs of copies are kept by another part of the catalogue.
    has_photos = "listingphoto" in apps.all_models["catalog"]
    statement = _COUNTS.format(
        elsewhere=_ELSEWHERE,
        no_photo=_NO_PHOTO if has_photos else _NONE,
        high=_HIGH,
        long=_LONG,
    )
    given: dict[str, Any] = {
        "seller": seller_id,
        "grades": sorted(map(str, GRADES), key=lambda grade: GRADES[grade].rank),
        "approved": SellerStatus.APPROVED,
        "refused": CoverStatus.REFUSED,
        "today": now.date(),
        "before": now - LONG,
        "examples": EXAMPLES,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        row = cursor.fetchone()
    names = [field.name for field in fields(Care)]
    return Care(**dict(zip(names, (*row, now), strict=True)))


def shelf_of(seller: Seller) -> Shelf:
    """Return the figures of a shop's stock, in five queries at any size."""
    counts: dict[str, int] = dict(
        Listing.objects.filter(seller=seller)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    week = timezone.now() - timedelta(days=7)
    total = sum(counts.values())
    care = count_care(seller.pk) if total <= COUNTED_AT_ONCE else _kept(seller)
    return Shelf(
        live=counts.get(ListingStatus.ACTIVE, 0),
        drafts=counts.get(ListingStatus.DRAFT, 0),
        sold_out=counts.get(ListingStatus.SOLD, 0),
        total=total,
        added=Listing.objects.filter(seller=seller, listed_at__gte=week).count(),
        care=care,
        needy=_needy(seller, care),
    )


def _kept(seller: Seller) -> Care | None:
    tally = StockTally.objects.filter(seller=seller).first()
    if tally is None:
        return None
    return Care(
        no_photo=tally.no_photo,
        priced_high=tally.priced_high,
        long_here=tally.long_here,
        no_photo_ids=tally.no_photo_ids,
        priced_high_ids=tally.priced_high_ids,
        long_here_ids=tally.long_here_ids,
        counted_at=tally.counted_at,
    )


def _needy(seller: Seller, care: Care | None) -> list[Needy]:
    """Return a few copies of each kind, each copy once, with the lowest price elsewhere."""
    by_state = Listing.objects.filter(seller=seller).order_by("-pk").values_list("pk", flat=True)
    ids: dict[int, str] = {}
    kinds: list[tuple[str, Sequence[int]]] = [
        ("high", care.priced_high_ids if care else ()),
        ("photo", care.no_photo_ids if care else ()),
        ("sold_out", by_state.filter(status=ListingStatus.SOLD)[:SHOWN]),  # type: ignore[list-item]  # a queryset is as good
        ("draft", by_state.filter(status=ListingStatus.DRAFT)[:SHOWN]),  # type: ignore[list-item]  # as above
    ]
    for need, found in kinds:
        for pk in list(found)[:SHOWN]:
            ids.setdefault(pk, need)
    if not ids:
        return []
    own = Listing.objects.filter(seller=seller, pk__in=ids).select_related("edition__work")
    shown = [Needy(row, ids[row.pk], _lowest(row)) for row in compared(own)]
    return sorted(shown, key=lambda one: list(ids).index(one.listing.pk))


def _lowest(listing: Listing) -> Money | None:
    minor: int | None = listing.lowest_here  # type: ignore[attr-defined]  # annotated
    return None if minor is None else Money(minor, listing.currency)
