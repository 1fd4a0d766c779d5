"""A buyer who does not want it any more: cancels before the shop has accepted, and asks afterwards."""

from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.jobs import enqueue
from orders.constants import (
    WAITING,
    Actor,
    CancelStatus,
    EventType,
    RefusalReason,
)
from orders.errors import TransitionError
from orders.models import CancelRequest, Refusal, SellerOrder
from orders.selectors.cancelling import may_call_off
from orders.services import refusals, steps
from orders.services.steps import Asked
from orders.services.transactions import business_transaction

LENGTH = 150


@business_transaction
def call_off(*, seller_order_id: UUID, reason: str = "", actor: User | None) -> Refusal:
    """Cancel as the buyer: the copies go back on sale, and all that was paid goes back.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: the shop has accepted it, or nothing of it is left to cancel.
    """
    part = steps.locked(seller_order_id)
    if part.status not in WAITING:
        raise _too_late()
    if not may_call_off(part):
        raise TransitionError(
            _(
                "The shop has accepted this order, and may have packed it. Ask the shop to cancel it."
            )
        )
    refusal = Refusal(
        seller_order=part,
        reason=RefusalReason.CALLED_OFF,
        words=reason.strip()[:LENGTH],
        restocked=True,
    )
    refusals.take_back(refusal, asked=Asked(actor, side=Actor.BUYER))
    _tell(refusal)
    return refusal


@business_transaction
def ask(*, seller_order_id: UUID, reason: str = "", actor: User | None) -> CancelRequest:
    """Ask the shop to cancel what it has accepted and not posted yet; once. Raises as ``call_off``."""
    part = steps.locked(seller_order_id)
    if part.status not in WAITING:
        raise _too_late()
    if may_call_off(part):
        raise TransitionError(_("You need not ask: the shop has not accepted this order yet."))
    if CancelRequest.objects.filter(seller_order=part).exists():
        raise TransitionError(_("You have asked the shop already. Write to it for anything else."))
    words = reason.strip()[:LENGTH]
    asked = CancelRequest.objects.create(seller_order=part, reason=words)
    part.save(update_fields=["updated_at"])
    steps.record(
        part,
        EventType.CANCEL_ASKED,
        Asked(actor, side=Actor.BUYER),
        note=words,
        data={"reason": words},
    )
    enqueue("orders.send_mail", kind="cancel_asked", pk=str(asked.pk))
    return asked


@business_transaction
def agree(*, seller_order_id: UUID, restock: bool, actor: User | None) -> Refusal:
    """Cancel as the shop what the buyer asked to cancel: all that is not posted. Raises as ``decline``."""
    part, asked = _asked(seller_order_id)
    _answer(asked, CancelStatus.AGREED)
    refusal = Refusal(
        seller_order=part,
        reason=RefusalReason.CALLED_OFF,
        words=asked.reason,
        restocked=restock,
    )
    refusals.take_back(refusal, asked=Asked(actor))
    _tell(refusal)
    return refusal


@business_transaction
def decline(*, seller_order_id: UUID, words: str, actor: User | None) -> CancelRequest:
    """Say as the shop that the order stays; the buyer reads why.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: nobody asks to cancel it (any more).
        DomainError: the reason is missing.
    """
    if not words.strip():
        message = _("Say why, in a few words: the buyer reads them.")
        raise DomainError(message, fields={"words": [message]})
    part, asked = _asked(seller_order_id)
    asked.answer = words.strip()[:200]
    _answer(asked, CancelStatus.DECLINED)
    part.save(update_fields=["updated_at"])
    steps.record(
        part,
        EventType.CANCEL_DECLINED,
        Asked(actor),
        action="order.cancel_declined",
        note=asked.answer,
        data={"reason": asked.answer},
    )
    enqueue("orders.send_mail", kind="cancel_declined", pk=str(asked.pk))
    return asked


def _asked(seller_order_id: UUID) -> tuple[SellerOrder, CancelRequest]:
    part = steps.locked(seller_order_id)
    found = CancelRequest.objects.filter(seller_order=part, status=CancelStatus.ASKED).first()
    if found is None:
        raise TransitionError(_("Nobody asks to cancel this order (any more)."))
    return part, found


def _answer(asked: CancelRequest, status: CancelStatus) -> None:
    asked.status, asked.answered_at = status, Now()
    asked.save(update_fields=["status", "answer", "answered_at", "updated_at"])
    asked.refresh_from_db(fields=["answered_at"])


def _too_late() -> TransitionError:
    return TransitionError(_("Nothing of this order is left to cancel."))


def _tell(refusal: Refusal) -> None:
    for kind in ("not_sent", "not_sent_shop"):
        enqueue("orders.send_mail", kind=kind, pk=str(refusal.pk))
