"""A seller's way from application to shop, and out of it.

The steps are those of ``SELLER_TRANSITIONS``. Each locks the seller's row ``FOR UPDATE``, which a
checkout that reads it ``FOR SHARE`` waits for: no order is written to a shop after it has closed.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.constants import SELLER_TRANSITIONS, SellerKind, SellerStatus
from accounts.errors import SellerIncompleteError, SellerTransitionError
from accounts.models import Seller


@transaction.atomic
def submit(*, seller: Seller) -> Seller:
    """Ask for review.

    Raises:
        SellerTransitionError: the seller is past that.
        SellerIncompleteError: something is missing, see ``missing``.
    """
    return _move(seller, SellerStatus.READY_FOR_REVIEW, complete=True)


@transaction.atomic
def approve(*, seller: Seller) -> Seller:
    """Put the seller's copies on sale; a suspended seller comes back. Raises as ``submit``."""
    return _move(seller, SellerStatus.APPROVED, complete=True)


@transaction.atomic
def reject(*, seller: Seller) -> Seller:
    """Turn an application down; it may be mended and sent again. Raises SellerTransitionError."""
    return _move(seller, SellerStatus.REJECTED)


@transaction.atomic
def suspend(*, seller: Seller) -> Seller:
    """Take all copies off sale for now; paid orders stay to be posted. Raises SellerTransitionError."""
    return _move(seller, SellerStatus.SUSPENDED)


@transaction.atomic
def close(*, seller: Seller) -> Seller:
    """End the shop for good; paid orders stay to be posted. Raises SellerTransitionError."""
    return _move(seller, SellerStatus.CLOSED)


def missing(seller: Seller) -> dict[str, str]:
    """Return what a seller must still give before buyers may see it: field → remedy.

    A trader's address and e-mail are shown to buyers (EU DSA, article 30(7)); a private seller's
    street is not asked for.
    """
    lacking = {}
    if not seller.email:
        lacking["email"] = _("Give an e-mail address that buyers can write to.")
    if seller.kind == SellerKind.TRADER and not (seller.street and seller.postcode):
        lacking["street"] = _("Give the street and postcode: the law has traders show them.")
    return lacking


def _move(seller: Seller, to: SellerStatus, *, complete: bool = False) -> Seller:
    """Go one step under the row's lock."""
    locked = Seller.objects.select_for_update().get(pk=seller.pk)
    if to not in SELLER_TRANSITIONS[locked.status]:
        message = _("A seller who is “%(now)s” can’t become “%(then)s”.")
        words = {"now": locked.get_status_display(), "then": to.label}
        raise SellerTransitionError(message % words)
    lacking = missing(locked) if complete else {}
    if lacking:
        fields = {name: [text] for name, text in lacking.items()}
        raise SellerIncompleteError(" ".join(lacking.values()), fields=fields)
    locked.status = to
    locked.save(update_fields=["status", "updated_at"])
    return locked
