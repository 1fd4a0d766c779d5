"""Stock numbers: a shop's own, and a book's for ever."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import Seller
from catalog.constants import ListingStatus
from catalog.errors import SkuTakenError
from catalog.models import Listing

# What a first listing is called when the shop has no system of its own.
FIRST = "B-0001"
LONGEST = 60
_NUMBERED = re.compile(r"^(.*?)([0-9]{1,12})$")
# States in which a row may be taken up again for the same book.
ENDED = (ListingStatus.SOLD, ListingStatus.WITHDRAWN)


def suggest(*, seller: Seller) -> str:
    """Return the number after that of the shop's latest listing that ends in one."""
    latest = Listing.objects.filter(seller=seller, sku__regex=r"[0-9]$").order_by("-pk")
    last = latest.values_list("sku", flat=True).first()
    return next(sku for sku in _after(last) if not _exists(seller, sku))


def _after(last: str | None) -> Iterator[str]:
    """Yield numbers that follow ``last``, each written as wide as it is."""
    if last is None:
        yield FIRST
    match = _NUMBERED.match(last or FIRST)
    assert match is not None
    number = int(match[2])
    # A number that is taken was given by hand: further ones lie ahead in ever longer strides.
    step = 1
    while True:
        number += step
        yield f"{match[1]}{number:0{len(match[2])}d}"[-LONGEST:]
        step = step * 2 if step < 1_000_000 else step


def _exists(seller: Seller, sku: str) -> bool:
    return Listing.objects.filter(seller=seller, sku=sku).exists()


def holder(*, seller: Seller, sku: str) -> Listing | None:
    """Return the shop's listing with this SKU, whatever its state, with its book."""
    return Listing.objects.filter(seller=seller, sku=sku).select_related("edition__work").first()


def refuse(*, taken_by: Listing) -> SkuTakenError:
    """Return the error that tells whose a SKU is, and what to do."""
    words = {"sku": taken_by.sku, "title": taken_by.edition.title}
    if taken_by.status in ENDED:
        message = _(
            "%(sku)s stood for “%(title)s”. A SKU is never given to another book: choose a new one."
        )
    else:
        message = _("You use %(sku)s for “%(title)s” already. Choose another SKU.")
    return SkuTakenError(message % words, fields={"sku": [message % words]}, listing=taken_by.pk)
