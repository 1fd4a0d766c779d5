"""What every step of a case does: lock, check, move on, write down, tell.

The seller order is locked before the case, as everywhere: so that no order is completed while a case
about it is being opened, and no two steps of a case are taken at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import activity
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.jobs import enqueue
from orders.constants import (
    CASE_STEPS,
    Actor,
    CaseOutcome,
    CaseStatus,
    CaseStep,
    EventType,
    Stage,
)
from orders.errors import TransitionError
from orders.models import Case, OrderEvent
from orders.selectors.case_money import Due
from orders.services import refund_parts, refunds, steps, timeline


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and on whose side; a buyer without an account is nobody on the buyer's."""

    side: Actor
    user: User | None = None


SYSTEM = By(Actor.SYSTEM)


def locked(case_id: UUID) -> Case:
    """Return the case under its seller order's lock and its own. Raises NotFoundError."""
    owner = Case.objects.filter(pk=case_id).values_list("seller_order", flat=True).first()
    if owner is None:
        raise NotFoundError(_("There is no such case."))
    seller_order = steps.locked(owner)
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    case.seller_order = seller_order
    return case


def check(case: Case, step: CaseStep, by: By) -> None:
    """Let ``by`` take ``step`` if CASE_STEPS says so.

    Raises:
        TransitionError: not in the state that the case is in, or not by that side.
    """
    if case.status not in CASE_STEPS[step].get(by.side, ()):
        message = _("“%(step)s” can’t be done now: the case is “%(status)s”.")
        words = message % {"step": step.label, "status": case.get_status_display()}
        raise TransitionError(words)


def wanted(words: str, *, field: str = "words") -> str:
    """Return ``words`` without spaces around them. Raises DomainError when nothing is left."""
    kept = words.strip()
    if not kept:
        message = _("Say why, in a few words.")
        raise DomainError(message, fields={field: [message]})
    return kept


def late_after(status: str, now: datetime) -> datetime | None:
    """Return when the side that has to act in ``status`` is to be reminded; None where nobody is."""
    days = {
        CaseStatus.APPROVED: settings.CASE_RETURN_DAYS,
        # So that the days of grace end when proof of posting brings the money.
        CaseStatus.POSTED: max(1, settings.CASE_PROOF_DAYS - settings.CASE_GRACE_DAYS),
        CaseStatus.OPEN: settings.CASE_ANSWER_DAYS,
        CaseStatus.OFFERED: settings.CASE_ANSWER_DAYS,
        CaseStatus.DECLINED: settings.CASE_ANSWER_DAYS,
    }.get(CaseStatus(status))
    return None if days is None else now + timedelta(days=days)


def move(case: Case, status: CaseStatus, **changed: Any) -> None:
    """Put a case into an open state, with the fields that change by it, and set its deadline."""
    now = timezone.now()
    case.status, case.reminded_at = status, None
    case.answer_by = late_after(status, now)
    for name, value in changed.items():
        setattr(case, name, value)
    case.save()


def answered(case: Case) -> None:
    """Note that the shop has answered for the first time."""
    case.answered_at = case.answered_at or timezone.now()


def close(case: Case, status: CaseStatus, **changed: Any) -> None:
    """End a case: its lines are free for another one."""
    case.lines.update(is_open=False)
    move(case, status, closed_at=timezone.now(), **changed)


def give_back(case: Case, due: Due, by: By, *, outcome: CaseOutcome, note: str = "") -> None:
    """Refund what is due, from what the seller earned, and settle the case. Its key is the case's.

    Raises:
        DomainError: nothing of it is left to give back.
    """
    refund = refunds.grant(
        seller_order=case.seller_order,
        stage=Stage.EARNED,
        lines=[
            refund_parts.of_earned(
                order_line=one.order_line, amount=one.amount, quantity=one.quantity
            )
            for one in due.lines
        ],
        delivery=due.delivery,
        free_delivery=due.free_delivery,
        reason=str(case.get_reason_display()),
        actor=by.user,
        side=by.side,
        key=case.pk,
    )
    given = due.total.minor
    close(case, CaseStatus.RESOLVED, outcome=outcome, refund=refund, given_minor=given)
    record(case, EventType.CASE_RESOLVED, by, note=note, data={"amount": given})


# What a shop's log calls the steps of its people.
_LOGGED = {
    EventType.CASE_APPROVED: "case.approved",
    EventType.CASE_OFFERED: "case.offered",
    EventType.CASE_DECLINED: "case.declined",
    EventType.CASE_ESCALATED: "case.escalated",
    EventType.CASE_RESOLVED: "case.resolved",
}


def record(
    case: Case,
    event: EventType,
    by: By,
    *,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    to: Actor | None = None,
) -> OrderEvent:
    """Write a step to the order's timeline, and have the right people told by mail.

    The side that acts knows; the other is told, both of what nobody or staff did, and both of a case
    that is opened (the buyer gets it in writing). ``to`` names the only one. Staff are told of what comes
    before them.
    """
    seller_order = case.seller_order
    written = timeline.record(
        seller_order.order,
        event,
        seller_order=seller_order,
        actor=by.user,
        side=by.side,
        note=note,
        data={"case": str(case.pk), **(data or {})},
    )
    tell(written, to=to or (None if event == EventType.CASE_OPENED else _other(by.side)))
    if event == EventType.CASE_ESCALATED and by.side != Actor.STAFF:
        tell(written, to=Actor.STAFF)
    if by.side == Actor.SELLER and event in _LOGGED:
        activity.record(
            seller=seller_order.seller,
            actor=by.user,
            action=_LOGGED[event],
            subject=seller_order.order.number,
            case=str(case.pk),
        )
    return written


def tell(event: OrderEvent, *, to: Actor | None) -> None:
    """Have ``to`` told of a step by mail, or both sides."""
    for side in (to,) if to else (Actor.BUYER, Actor.SELLER):
        enqueue("orders.send_case_mail", event_id=event.pk, side=str(side))


def _other(side: Actor) -> Actor | None:
    return {Actor.BUYER: Actor.SELLER, Actor.SELLER: Actor.BUYER}.get(side)
