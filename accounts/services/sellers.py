"""A seller's way from application to shop, and out of it.

The steps are those of ``SELLER_TRANSITIONS``. Each locks the seller's row ``FOR UPDATE``, which a
checkout that reads it ``FOR SHARE`` waits for: no order is written to a shop after it has closed.
Each is written into the shop's log, and its owners get a letter.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.constants import SELLER_TRANSITIONS, SellerStatus
from accounts.errors import SellerIncompleteError, SellerTransitionError
from accounts.models import Seller, SellerDetails, User
from accounts.selectors.checklist import checklist
from accounts.services import letters
from accounts.services.activity import record


@transaction.atomic
def submit(*, seller: Seller, actor: User | None = None) -> Seller:
    """Ask for review.

    Raises:
        SellerTransitionError: the seller is past that.
        SellerIncompleteError: something is missing, see ``fields``.
    """
    locked = _move(seller, SellerStatus.READY_FOR_REVIEW, complete=True)
    _remember(locked, note="", remarks={})
    _tell(locked, actor, "shop.submitted")
    return locked


@transaction.atomic
def approve(*, seller: Seller, actor: User | None = None) -> Seller:
    """Put the seller's copies on sale; a suspended seller comes back. Raises as ``submit``."""
    before = _status_of(seller)
    locked = _move(seller, SellerStatus.APPROVED, complete=True)
    _remember(locked, note="", remarks={})
    _tell(locked, actor, "shop.lifted" if before == SellerStatus.SUSPENDED else "shop.approved")
    return locked


@transaction.atomic
def request_changes(
    *,
    seller: Seller,
    actor: User | None = None,
    reason: str = "",
    remarks: Mapping[str, str] | None = None,
) -> Seller:
    """Give an application back to be mended, with words in general and by item of the checklist.

    Raises:
        SellerTransitionError: it does not wait for review.
    """
    kept = {code: text for code, text in (remarks or {}).items() if text}
    locked = _move(seller, SellerStatus.CHANGES_REQUESTED)
    _remember(locked, note=reason, remarks=kept)
    _tell(locked, actor, "shop.changes_requested", reason=reason, remarks=kept)
    return locked


@transaction.atomic
def reject(*, seller: Seller, actor: User | None = None, reason: str = "") -> Seller:
    """Turn an application down; it may be mended and sent again. Raises SellerTransitionError."""
    locked = _move(seller, SellerStatus.REJECTED)
    _remember(locked, note=reason, remarks={})
    _tell(locked, actor, "shop.rejected", reason=reason)
    return locked


@transaction.atomic
def suspend(*, seller: Seller, actor: User | None = None, reason: str = "") -> Seller:
    """Take all copies off sale for now; paid orders stay to be posted. Raises SellerTransitionError."""
    locked = _move(seller, SellerStatus.SUSPENDED)
    _remember(locked, note=reason, remarks={})
    _tell(locked, actor, "shop.suspended", reason=reason)
    return locked


@transaction.atomic
def close(*, seller: Seller, actor: User | None = None, reason: str = "") -> Seller:
    """End the shop; paid orders stay to be posted, and its workplace stays open for them.

    It opens again only by a new application that staff approve. Raises SellerTransitionError.
    """
    locked = _move(seller, SellerStatus.CLOSED)
    _remember(locked, note=reason, remarks={})
    _tell(locked, actor, "shop.closed", reason=reason)
    return locked


def _status_of(seller: Seller) -> str:
    """Return the status as it is now; ``_move`` locks after it, and refuses what no longer fits."""
    return str(
        Seller.objects.select_for_update().values_list("status", flat=True).get(pk=seller.pk)
    )


def _move(seller: Seller, to: SellerStatus, *, complete: bool = False) -> Seller:
    """Go one step under the row's lock."""
    locked = Seller.objects.select_for_update().get(pk=seller.pk)
    if to not in SELLER_TRANSITIONS[locked.status]:
        message = _("A seller who is “%(now)s” can’t become “%(then)s”.")
        words = {"now": locked.get_status_display(), "then": to.label}
        raise SellerTransitionError(message % words)
    lacking = checklist(locked).lacking() if complete else {}
    if lacking:
        fields = {name: [text] for name, text in lacking.items()}
        raise SellerIncompleteError(" ".join(lacking.values()), fields=fields)
    locked.status = to
    locked.save(update_fields=["status", "updated_at"])
    return locked


def _remember(seller: Seller, *, note: str, remarks: Mapping[str, str]) -> None:
    """Keep what staff said last, for the page of the application."""
    SellerDetails.objects.update_or_create(
        seller=seller, defaults={"note": note, "remarks": dict(remarks)}
    )


def _tell(seller: Seller, actor: User | None, action: str, **details: object) -> None:
    """Log a step, and write to the owners about it."""
    kept = {name: value for name, value in details.items() if value}
    event = record(seller=seller, actor=actor, action=action, subject=seller.name, **kept)
    letters.to_owners(event=event)
