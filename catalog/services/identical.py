"""Copies that are materially identical: a shop lists at most two, and gives the rest as a quantity.

One rule for what is listed on a page, by a file and by the API. The price is no part of it: two copies at two
prices are still the same to a reader.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from books4all.lib.text import fold, name_key
from catalog.constants import ListingStatus
from catalog.errors import IdenticalListingError
from catalog.models import Listing

MOST_IDENTICAL = 2
# Those of a shop that a reader could see beside each other, or soon could.
_SHOWN = (ListingStatus.ACTIVE.value, ListingStatus.DRAFT.value, ListingStatus.PAUSED.value)

IdenticalKey = tuple[Any, ...]

_COLUMNS = (
    "edition_id", "condition", "jacket", "defects", "signed", "inscribed", "first_edition",
    "print_on_demand", "edition_text", "printing", "notes",
)  # fmt: skip


def identical_key(facts: Mapping[str, Any]) -> IdenticalKey:
    """Return what two copies of a shop have in common when they are materially identical.

    ``facts`` are columns of a Listing by name, ``edition_id`` among them. Notes are compared without case
    and accents.
    """
    return (
        facts["edition_id"],
        facts["condition"],
        facts["jacket"],
        tuple(sorted(facts["defects"])),
        facts["signed"],
        facts["inscribed"],
        facts["first_edition"],
        facts["print_on_demand"],
        name_key(facts["edition_text"]),
        name_key(facts["printing"]),
        " ".join(fold(facts["notes"]).split()),
    )


def listed(*, seller_id: int, edition_ids: Iterable[int]) -> dict[IdenticalKey, set[int]]:
    """Return the shop's listings of these editions that count towards the cap, by key. One statement."""
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {names} FROM catalog_listing"  # noqa: S608 names of columns
            " WHERE seller_id = %s AND edition_id = ANY(%s) AND status = ANY(%s)",
            [seller_id, list(edition_ids), list(_SHOWN)],
        )
        found: dict[IdenticalKey, set[int]] = {}
        for pk, *values in cursor.fetchall():
            key = identical_key(dict(zip(_COLUMNS, values, strict=True)))
            found.setdefault(key, set()).add(pk)
    return found


def too_many(others: Collection[object]) -> bool:
    """Whether another copy beside ``others``, identical to it, would be one too many."""
    return len(others) >= MOST_IDENTICAL


def key_of(listing: Listing) -> IdenticalKey:
    """Return the key of a listing, which may be unsaved."""
    return identical_key({name: getattr(listing, name) for name in _COLUMNS})


def ensure_room(*, listing: Listing) -> None:
    """Refuse ``listing``, new or changed, if two of its shop are identical to it already.

    Call it in the transaction that writes the listing. Others who list the same book for the same shop
    wait until it is over, so that two at a time can't both be the second.

    Raises:
        IdenticalListingError: ``extra["skus"]`` names the two.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"catalog.identical.{listing.seller_id}.{listing.edition_id}"],
        )
    alike = listed(seller_id=listing.seller_id, edition_ids=[listing.edition_id])
    others = alike.get(key_of(listing), set()) - {listing.pk}
    if too_many(others):
        rows = Listing.objects.filter(pk__in=others).order_by("pk")
        skus = list(rows.values_list("sku", flat=True)[:MOST_IDENTICAL])
        raise IdenticalListingError(
            _(
                "You list this copy twice already (%(skus)s). Raise the quantity of one of them instead."
            )
            % {"skus": ", ".join(skus)},
            skus=skus,
        )
