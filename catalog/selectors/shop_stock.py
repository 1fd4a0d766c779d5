"""A shop's own list of its stock: every copy whatever its state, narrowed, sorted, with what needs care."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    SmallIntegerField,
    Subquery,
    Value,
    When,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib import isbn as isbns
from books4all.lib.text import fold
from catalog.constants import GRADES, Condition, CoverStatus, ListingStatus
from catalog.models import Identifier, Listing, ListingPhoto
from catalog.querysets import ListingQuerySet
from catalog.selectors.copies import photo_rows

MOST_WORDS = 8
# A copy is priced high when it costs half as much again as the lowest copy of the edition elsewhere that
# is in as good a condition.
HIGH_NUMERATOR, HIGH_DENOMINATOR = 3, 2

# States of what stands on a shop's shelves, and of what its seller can still make better.
ON_SHELVES = (
    ListingStatus.ACTIVE, ListingStatus.DRAFT, ListingStatus.PAUSED, ListingStatus.BLOCKED,
)  # fmt: skip
CARED_FOR = (ListingStatus.ACTIVE, ListingStatus.DRAFT, ListingStatus.PAUSED)

# What a shop may have to look at: code → words.
NEEDS: dict[str, str | Promise] = {
    "photo": _("No photograph"),
    "high": _("Priced high"),
    "sold_out": _("Sold out"),
    "no_notes": _("No description"),
}
SORTS: dict[str, str | Promise] = {
    "newest": _("Listed last"),
    "oldest": _("Listed first"),
    "changed": _("Changed last"),
    "title": _("Title"),
    "price": _("Lowest price"),
    "-price": _("Highest price"),
    "sku": _("SKU"),
    "shelf": _("Shelf"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed by. Empty is everything; unknown words never get this far (``read``)."""

    q: str = ""
    status: str = ""
    condition: str = ""
    need: str = ""
    category: str = ""
    shelf: str = ""
    sort: str = "newest"

    def as_dict(self) -> dict[str, str]:
        """Return what is not as usual: the one way to write these filters in an address."""
        usual = {one.name: one.default for one in fields(Filters)}
        return {
            name: str(getattr(self, name)) for name in usual if getattr(self, name) != usual[name]
        }

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.as_dict().keys() - {"sort"})


def read(given: Any) -> Filters:
    """Return the filters that an address or a kept change names; what is none of ours is left out."""
    known: dict[str, Sequence[str]] = {
        "status": ListingStatus.values,
        "condition": Condition.values,
        "need": list(NEEDS),
        "sort": list(SORTS),
    }
    kept = {name: str(given.get(name, "")) for name in known}
    chosen = {name: value for name, value in kept.items() if value in known[name]}
    free = {
        name: re.sub(r"\s+", " ", str(given.get(name, "")).replace("\0", "")).strip()[:100]
        for name in ("q", "category", "shelf")
    }
    return Filters(**chosen, **free)


def stock(*, seller: Seller, filters: Filters) -> ListingQuerySet:
    """Return the copies of ``seller`` that ``filters`` name, without order."""
    found = Listing.objects.filter(seller=seller).order_by()
    if filters.status:
        found = found.filter(status=filters.status)
    elif not (filters.q or filters.need):
        # What is sold out or withdrawn is no longer on the shelves: who asks for it, or searches, finds it.
        found = found.filter(status__in=ON_SHELVES)
    if filters.condition:
        found = found.filter(condition=filters.condition)
    if filters.category:
        found = found.filter(categories__contains=[filters.category])
    if filters.shelf:
        found = found.filter(shelf=filters.shelf)
    if filters.need:
        found = _needing(found, filters.need)
    return _with_words(found, filters.q) if filters.q else found


def for_page(rows: ListingQuerySet) -> ListingQuerySet:
    """Load and annotate what a line of the list shows: book, photographs, the lowest price elsewhere."""
    return compared(rows.with_book()).annotate(
        title_key=F("edition__work__sort_title"), photo_rows=photo_rows()
    )


def is_high(price_minor: int, lowest_minor: int | None) -> bool:
    """Whether a price is high beside the lowest of other shops for a copy in as good a condition."""
    return (
        lowest_minor is not None and price_minor > lowest_minor * HIGH_NUMERATOR // HIGH_DENOMINATOR
    )


def compared(rows: ListingQuerySet) -> ListingQuerySet:
    """Annotate ``lowest_here``: what other shops ask at least for as good a copy of the edition.

    In minor units; NULL where none of them has one on sale.
    """
    others = (
        Listing.objects.on_sale()
        .annotate(grade=_grade())
        .filter(edition=OuterRef("edition"), grade__lte=OuterRef("grade"))
        .exclude(seller=OuterRef("seller"))
        .order_by()
        .values("edition")
        .annotate(lowest=Min("price_minor"))
        .values("lowest")
    )
    return rows.annotate(grade=_grade()).annotate(lowest_here=Subquery(others))


def _grade() -> Case:
    """Return the place of a copy's grade in the scale, the best first."""
    return Case(
        *(When(Q(condition=code), then=Value(grade.rank)) for code, grade in GRADES.items()),
        default=Value(len(GRADES)),
        output_field=SmallIntegerField(),
    )


def _needing(found: ListingQuerySet, need: str) -> ListingQuerySet:
    on_shelf = Q(status__in=CARED_FOR)
    if need == "photo":
        photos = ListingPhoto.objects.filter(listing=OuterRef("pk"))
        shown = photos.exclude(status=CoverStatus.REFUSED)
        return found.filter(on_shelf, ~Exists(shown))
    if need == "high":
        most = F("lowest_here") * HIGH_NUMERATOR / HIGH_DENOMINATOR
        return compared(found).filter(status=ListingStatus.ACTIVE, price_minor__gt=most)
    if need == "no_notes":
        return found.filter(on_shelf, notes="")
    return found.filter(status=ListingStatus.SOLD)


def _with_words(found: ListingQuerySet, text: str) -> ListingQuerySet:
    """Narrow to a SKU, an ISBN, or all words among titles, authors and the seller's own words."""
    if isbn := isbns.to_isbn13(text):
        bearers = Identifier.objects.filter(value__in=[isbn, isbns.to_isbn10(isbn)])
        return found.filter(Q(edition__in=bearers.values("edition")) | Q(sku=text))
    words = Q()
    for word in text.split()[:MOST_WORDS]:
        words &= (
            Q(edition__work__sort_title__contains=fold(word))
            | Q(edition__title__icontains=word)
            | Q(edition__work__author_line__icontains=word)
            | Q(notes__icontains=word)
            | Q(sku__istartswith=word)
        )
    return found.filter(words | Q(sku__istartswith=text))


# Each figure of what needs care, in one statement: what a shop sees when it comes in. Copies with
# photographs are counted from the photographs: to ask of each copy takes twice as long as all the rest.
_ATTENTION = """
    SELECT
        count(*) FILTER (WHERE l.status = 'active'),
        count(*) FILTER (WHERE l.status = 'draft'),
        count(*) FILTER (WHERE l.status = 'paused'),
        count(*) FILTER (WHERE l.status = 'sold'),
        count(*) FILTER (WHERE l.status = 'blocked'),
        count(*) FILTER (WHERE l.status = 'withdrawn'),
        count(*) FILTER (WHERE l.status IN ('active', 'draft', 'paused')) - (
            SELECT count(DISTINCT p.listing_id) FROM catalog_listingphoto p
            JOIN catalog_listing x ON x.id = p.listing_id
            WHERE x.seller_id = %(seller)s AND x.status IN ('active', 'draft', 'paused')
                AND p.status <> 'refused'
        ),
        count(*) FILTER (WHERE l.status IN ('active', 'draft', 'paused') AND l.notes = '')
    FROM catalog_listing l WHERE l.seller_id = %(seller)s
"""


@dataclass(frozen=True, slots=True)
class Tallies:
    """How many listings a shop has in each state, and with what to look at."""

    active: int
    draft: int
    paused: int
    sold: int
    blocked: int
    withdrawn: int
    no_photo: int
    no_notes: int

    @property
    def shown(self) -> int:
        """How many stand on the shelves: what a list shows that nothing was asked of."""
        return self.active + self.draft + self.paused + self.blocked


def tallies(*, seller: Seller) -> Tallies:
    """Count a shop's listings, in one statement over its own rows."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTENTION, {"seller": seller.pk})
        return Tallies(*cursor.fetchone())


def high_count(*, seller: Seller) -> int:
    """Count the copies that are priced high: dearer to ask than ``tallies``, so asked on its own."""
    return stock(seller=seller, filters=Filters(need="high")).count()


def categories(*, seller: Seller, most: int = 60) -> list[str]:
    """Return the shop's own categories by name, at most ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c FROM catalog_listing l, unnest(l.categories) AS c"
            " WHERE l.seller_id = %s AND l.categories <> '{}' ORDER BY c LIMIT %s",
            [seller.pk, most],
        )
        return [row[0] for row in cursor.fetchall()]
