"""At most two listings of a shop may say the same: more copies of a book are a quantity.

Search is for readers: a page of ten lines that differ in nothing but their SKU helps none of them.
What makes two listings materially the same is said here once, for the form, the API and files.
"""

from collections.abc import Collection

from django.db import connection
from django.utils.translation import gettext as _

from catalog.constants import ListingStatus
from catalog.errors import IdenticalListingError
from catalog.models import Listing

MOST_IDENTICAL = 2
# Listings that count: those that are on the shelf, shown or not.
LIVE = (ListingStatus.DRAFT, ListingStatus.ACTIVE, ListingStatus.PAUSED, ListingStatus.BLOCKED)

# What may stand in a listing besides this (SKU, shelf, cost, private notes, categories, keywords) tells
# a shopper of no difference between two copies.
_COMPARED = (
    "edition_id", "condition", "jacket", "signed", "inscribed", "first_edition", "print_on_demand",
    "price_minor", "currency",
)  # fmt: skip
_WORDS = ("edition_text", "printing", "notes")

Key = tuple[object, ...]


def identical_key(listing: Listing) -> Key:
    """Return what two materially identical listings of one shop share; ``listing`` may be unsaved.

    Words count without case, spaces and signs at their ends; defects in any order.
    """
    words = (" ".join(getattr(listing, name).casefold().split()).strip(" .") for name in _WORDS)
    plain = (getattr(listing, name) for name in _COMPARED)
    return (*plain, tuple(sorted(listing.defects)), *words)


def ensure_room(*, listing: Listing) -> None:
    """Refuse ``listing``, new or changed, if two of its shop say the same already.

    Call it in the transaction that writes the listing. Others who list the same book for the same shop
    wait until it is over, so that two at a time can't both be the second.

    Raises:
        IdenticalListingError: two live listings are identical; ``extra["skus"]`` names them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"catalog.identical.{listing.seller_id}.{listing.edition_id}"],
        )
    skus = [other.sku for other in _alike(listing) if identical_key(other) == identical_key(listing)]
    if len(skus) >= MOST_IDENTICAL:
        raise IdenticalListingError(
            _("You list this copy twice already (%(skus)s). Raise the quantity of one of them instead.")
            % {"skus": ", ".join(skus[:MOST_IDENTICAL])},
            skus=skus,
        )


def _alike(listing: Listing) -> Collection[Listing]:
    """Return the shop's other live listings of the edition in the grade and at the price."""
    found = Listing.objects.filter(
        seller=listing.seller_id,
        edition=listing.edition_id,
        condition=listing.condition,
        price_minor=listing.price_minor,
        status__in=LIVE,
    )
    return list(found.exclude(pk=listing.pk).order_by("pk")[:500])
