"""Copies on sale as the merchant feeds take them: flat rows, read by ranges of keys."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, Min, OuterRef
from django.db.models.functions import JSONObject

from books4all.lib import isbn
from books4all.lib.money import Money
from catalog.constants import Condition, IdentifierType
from catalog.models import Identifier, Listing
from catalog.querysets import ListingQuerySet
from catalog.selectors.offers import Offer, offer_of

# A part is read by a range of the primary key, so it holds at most this many copies.
COPIES_A_PART = 10_000
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Product:
    """A copy with what the feed says of it. ``gtin`` is empty for a book without an ISBN."""

    offer: Offer
    gtin: str
    is_new: bool
    shipping: Money | None


def parts() -> list[int]:
    """Return the numbers of the parts that have a copy on sale, in one probe each."""
    ends = Listing.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    numbers = range(ends["first"] // COPIES_A_PART, ends["last"] // COPIES_A_PART + 1)
    return [number for number in numbers if has_copies(number)]


def has_copies(number: int) -> bool:
    """Whether part ``number`` has a copy on sale."""
    return _part(number).exists()


def products(number: int, *, country: str) -> Iterator[Product]:
    """Yield the copies of a part in the order of their keys, delivered to ``country``.

    They come from a cursor in the database, some hundred at a time.
    """
    numbers = (
        Identifier.objects.filter(
            edition=OuterRef("edition"), type__in=[IdentifierType.ISBN13, IdentifierType.ISBN10]
        )
        .order_by("conflict", "-type", "pk")
        .values(row=JSONObject(value="value", conflict="conflict"))[:3]
    )
    copies = (
        _part(number)
        .with_book()
        .with_delivery(country)
        .annotate(numbers=ArraySubquery(numbers))
        .order_by("pk")
    )
    for listing in copies.iterator(chunk_size=_READ_AT_ONCE):
        offer = offer_of(listing)
        yield Product(
            offer=offer,
            gtin=_gtin(listing.numbers),  # type: ignore[attr-defined]  # annotated
            is_new=listing.condition == Condition.NEW,
            shipping=offer.delivery,
        )


def _part(number: int) -> ListingQuerySet:
    first = number * COPIES_A_PART
    return Listing.objects.on_sale().filter(pk__gte=first, pk__lt=first + COPIES_A_PART)


def _gtin(numbers: list[dict[str, str]]) -> str:
    """Return the ISBN-13 that the edition bears alone, an ISBN-10 converted; never one made up."""
    for number in numbers:
        found = "" if number["conflict"] else isbn.to_isbn13(number["value"])
        if found:
            return found
    return ""
