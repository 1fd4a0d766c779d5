"""A listing's way on and off sale, and its stock as staff count it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError
from catalog.constants import ListingStatus
from catalog.models import Listing
from catalog.services import stock

# From → to. Hiding is for copies that people can see, so that the way back is plain: on sale.
_TRANSITIONS: dict[str, frozenset[str]] = {
    ListingStatus.DRAFT: frozenset({ListingStatus.ACTIVE, ListingStatus.WITHDRAWN}),
    ListingStatus.ACTIVE: frozenset(
        {ListingStatus.PAUSED, ListingStatus.BLOCKED, ListingStatus.WITHDRAWN}
    ),
    ListingStatus.PAUSED: frozenset({ListingStatus.ACTIVE, ListingStatus.WITHDRAWN}),
    ListingStatus.SOLD: frozenset({ListingStatus.BLOCKED, ListingStatus.WITHDRAWN}),
    ListingStatus.WITHDRAWN: frozenset({ListingStatus.ACTIVE}),
    ListingStatus.BLOCKED: frozenset({ListingStatus.ACTIVE}),
}


def may_become(listing: Listing, to: ListingStatus) -> bool:
    """Whether ``listing`` can go to the state ``to`` from the one it is in."""
    return to in _TRANSITIONS[listing.status]


def put_on_sale(*, listing: Listing) -> Listing:
    """Offer the copies; without any the listing counts as sold.

    Raises:
        ConflictError: it is hidden by staff, or on sale already.
    """
    if listing.status == ListingStatus.BLOCKED:
        raise ConflictError(_("This copy is hidden by staff."))
    return _move(listing, ListingStatus.ACTIVE)


def pause(*, listing: Listing) -> Listing:
    """Take the copies off sale for now. Raises ConflictError."""
    return _move(listing, ListingStatus.PAUSED)


def withdraw(*, listing: Listing) -> Listing:
    """Take the copies off sale for good; they can be listed again under their SKU.

    Raises:
        ConflictError: it is hidden by staff, or withdrawn already.
    """
    return _move(listing, ListingStatus.WITHDRAWN)


def hide(*, listing: Listing) -> Listing:
    """Take the copies off sale until staff show them again. Raises ConflictError."""
    return _move(listing, ListingStatus.BLOCKED)


def unhide(*, listing: Listing) -> Listing:
    """Offer hidden copies again.

    Raises:
        ConflictError: the listing is not hidden.
    """
    if Listing.objects.get(pk=listing.pk).status != ListingStatus.BLOCKED:
        raise ConflictError(_("This copy is not hidden."))
    return _move(listing, ListingStatus.ACTIVE)


@transaction.atomic
def correct_stock(*, listing: Listing, counted: int, reason: str, actor: User | None) -> None:
    """Write down that ``counted`` copies stand on the shelf. Raises as ``stock.correct``."""
    stock.correct(listing_id=listing.pk, counted=counted, reason=reason, actor=actor)


@transaction.atomic
def receive(*, listing: Listing, quantity: int, reference: str, actor: User | None) -> None:
    """Book in new copies. Raises as ``stock.receive``."""
    stock.receive(listing_id=listing.pk, quantity=quantity, reference=reference, actor=actor)


@transaction.atomic
def _move(listing: Listing, to: ListingStatus) -> Listing:
    """Go one step under the row's lock; copies that are promised stay promised."""
    locked = stock.lock_listings([listing.pk])[listing.pk]
    if not may_become(locked, to):
        message = _("A listing that is “%(now)s” can’t become “%(then)s”.")
        words = {"now": locked.get_status_display(), "then": to.label}
        raise ConflictError(message % words)
    gone = to == ListingStatus.ACTIVE and locked.on_hand == 0
    locked.status = ListingStatus.SOLD if gone else to
    if to == ListingStatus.ACTIVE and locked.listed_at is None:
        locked.listed_at = timezone.now()
    locked.save(update_fields=["status", "listed_at", "updated_at"])
    return locked
