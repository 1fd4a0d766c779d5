"""Steps of staff that move money: previewed, asked for, approved by a second person, carried out once.

A preview runs the real service and takes it back: what it shows is what the journal would say. What a step moves,
and whether that is above the limit, is read from the entries that it wrote, in the transaction that wrote them.
What the same person has done alone about the same order within a day counts towards it; so does what is no order's,
by its kind: several small steps are no way round a colleague.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model, Sum
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import StaffRequestStatus as Status
from orders.errors import ChangedMeanwhileError
from orders.models import JournalEntry, Order, Posting, SellerOrder, StaffRequest
from orders.services import hand_steps, ledger, staff_steps
from orders.services.staff_steps import Step
from orders.services.transactions import business_transaction

STEPS: Sequence[Step] = (*staff_steps.STEPS, *hand_steps.STEPS)
A_DAY = timedelta(hours=24)


class OwnRequestError(DomainError):
    """Who asked for a step can't be the second person."""

    code = "own_request"
    status = 403


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting of a preview; one of both sides is None."""

    account: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that would be written."""

    what: str
    legs: Sequence[Leg]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a step would write. ``digest`` stands for all of it: another one is another preview."""

    entries: Sequence[Entry]
    amount: Money
    digest: str
    # What its asker may still move alone, in pence.
    limit: int

    @property
    def needs_approval(self) -> bool:
        """Whether a second person has to agree."""
        return self.amount.minor > self.limit


def step_named(kind: str) -> Step | None:
    """Return the step of this kind."""
    return next((step for step in STEPS if step.kind == kind), None)


def taken(request: StaffRequest) -> str:
    """Return in words what became of a request that was just made: nothing when it was done at once."""
    if request.done_at:
        return ""
    words = _(
        "%(amount)s is above the limit of what you move here in a day: a colleague has to approve it."
    )
    return words % {"amount": request.amount}


def preview(
    *, step: Step, subject: Model, payload: Mapping[str, Any], actor: User, key: UUID | None = None
) -> Preview:
    """Run the step, note what it writes, and take it back.

    Raises:
        DomainError: the step itself says no.
    """
    kept = step.read(payload)
    with transaction.atomic():
        written, _made = _run(step, subject, kept, actor, key or uuid7())
        seen = _seen(written, _left(step, _order_of(subject), actor))
        transaction.set_rollback(True)
    return seen


@business_transaction
def ask(
    *,
    step: Step,
    subject: Model,
    payload: Mapping[str, Any],
    actor: User,
    key: UUID,
    seen: str | None = None,
) -> StaffRequest:
    """Take the step at once where it moves no more than the limit, else write it down for a colleague.

    ``key`` becomes the request's own: sent twice it is one. ``seen`` is the digest of the preview that was
    agreed to.

    Raises:
        ChangedMeanwhileError: it would write something else now.
        DomainError: the step itself says no.
    """
    payload = step.read(payload)
    # One after the other: of two at once, the second counts the first.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    request, is_new = _write(step, subject, payload, actor, key)
    if not is_new:
        return request
    with transaction.atomic():
        written, made = _run(step, subject, payload, actor, key)
        found = _seen(written, request.limit_minor)
        if seen is not None and seen != found.digest:
            raise ChangedMeanwhileError(_("The order has changed. Look at it again, then decide."))
        waits = found.needs_approval
        if waits:
            transaction.set_rollback(True)
    if waits:
        request.amount_minor, request.currency = found.amount.minor, found.amount.currency
        request.save(update_fields=["amount_minor", "currency", "updated_at"])
    else:
        _done(request, made, found.amount)
    return request


def _write(
    step: Step, subject: Model, payload: Mapping[str, Any], actor: User, key: UUID
) -> tuple[StaffRequest, bool]:
    """Write a request down before its step is taken: who sends the same again waits here for the first."""
    order = _order_of(subject)
    part = subject if isinstance(subject, SellerOrder) else getattr(subject, "seller_order", None)
    return StaffRequest.objects.get_or_create(
        pk=key,
        defaults={
            "kind": step.kind,
            "subject": f"{subject._meta.model_name}:{subject.pk}",  # noqa: SLF001 Django's documented interface
            "order": order,
            "seller_order": part,
            "payload": payload,
            "amount_minor": 0,
            "limit_minor": _left(step, order, actor),
            "currency": settings.MARKETPLACE_CURRENCY,
            "reason": payload.get("reason", "")[:200],
            "asked_by": actor,
        },
    )


def approve(*, request_id: UUID, actor: User, words: str = "") -> StaffRequest:
    """Agree to a colleague's step, and carry it out.

    Raises:
        OwnRequestError: the actor asked for it.
        ConflictError: it does not wait any more.
        DomainError: the step itself says no, now; it stays approved, and may be carried out later.
    """
    _decide(request_id=request_id, actor=actor, to=Status.APPROVED, words=words)
    return carry_out(request_id=request_id)


def refuse(*, request_id: UUID, actor: User, words: str) -> StaffRequest:
    """Say no to a colleague's step. Raises as ``approve``, and DomainError without ``words``."""
    if not words.strip():
        raise DomainError(_("Give a reason."), fields={"words": [_("Give a reason.")]})
    return _decide(request_id=request_id, actor=actor, to=Status.REFUSED, words=words)


@business_transaction
def withdraw(*, request_id: UUID, actor: User) -> StaffRequest:
    """Take back a step that the actor asked for and that has not been taken."""
    request = _locked(request_id)
    if request.asked_by_id != actor.pk:
        raise DomainError(_("Only who asked for it takes it back."))
    if request.status not in Status.undone():
        raise _too_late(request)
    request.status = Status.WITHDRAWN
    request.save(update_fields=["status", "updated_at"])
    return request


@business_transaction
def carry_out(*, request_id: UUID) -> StaffRequest:
    """Take an approved step, once, in the name of who asked for it.

    Raises:
        ConflictError: it is not approved, or has been taken.
        ChangedMeanwhileError: it would move more than was approved.
        DomainError: the step itself says no.
    """
    request = _locked(request_id)
    if request.status != Status.APPROVED:
        raise _too_late(request)
    step, subject = step_and_subject(request)
    written, made = _run(step, subject, request.payload, request.asked_by, request.pk)
    found = _seen(written, request.limit_minor)
    if found.amount.minor > request.amount_minor:
        message = _("It would move %(now)s now, and %(then)s was approved. Ask for it again.")
        raise ChangedMeanwhileError(message % {"now": found.amount, "then": request.amount})
    _done(request, made, found.amount)
    return request


def step_and_subject(request: StaffRequest) -> tuple[Step, Model]:
    """Return what a request is to do, and to which row."""
    step = step_named(request.kind)
    if step is None:
        raise NotFoundError(_("There is no such step any more."))
    subject = step.model._default_manager.filter(pk=request.subject.partition(":")[2]).first()  # noqa: SLF001
    if subject is None:
        raise NotFoundError(_("What this was about is not there any more."))
    return step, subject


@business_transaction
def _decide(*, request_id: UUID, actor: User, to: Status, words: str) -> StaffRequest:
    request = _locked(request_id)
    if request.asked_by_id == actor.pk:
        raise OwnRequestError(_("You asked for this yourself: a colleague has to decide."))
    if request.status != Status.WAITING:
        raise _too_late(request)
    request.status, request.decided_by, request.decided_at = to, actor, Now()
    request.decision = words.strip()[:200]
    request.save(update_fields=["status", "decided_by", "decided_at", "decision", "updated_at"])
    request.refresh_from_db(fields=["decided_at"])
    return request


def _locked(pk: UUID) -> StaffRequest:
    request = (
        StaffRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("asked_by")
        .filter(pk=pk)
        .first()
    )
    if request is None:
        raise NotFoundError(_("There is no such request."))
    return request


def _too_late(request: StaffRequest) -> ConflictError:
    message = _("Nothing waits here: it is “%(state)s”.")
    return ConflictError(message % {"state": request.get_status_display()})


def _done(request: StaffRequest, made: str | None, amount: Money) -> None:
    request.status, request.done_at, request.made = Status.DONE, Now(), made
    request.amount_minor, request.currency = amount.minor, amount.currency
    request.save(
        update_fields=["status", "done_at", "made", "amount_minor", "currency", "updated_at"]
    )
    request.refresh_from_db(fields=["done_at"])


def _run(
    step: Step, subject: Model, payload: Mapping[str, Any], actor: User, key: UUID
) -> tuple[Sequence[JournalEntry], str | None]:
    """Call the service, have the database check what it wrote, and return that with what it made."""
    with ledger.watched() as written:
        made = step.run(subject=subject, payload=payload, actor=actor, key=key)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return written, made


def _order_of(subject: Model) -> Order | None:
    """Return the order that a row is about, if it is about one."""
    for name in ("order", "seller_order", "payment"):
        # The class is asked first: a row of something else has no such column.
        if hasattr(type(subject), name) and (owner := getattr(subject, name)) is not None:
            return owner if isinstance(owner, Order) else _order_of(owner)
    return None


def _left(step: Step, order: Order | None, actor: User) -> int:
    """Return how many pence ``actor`` may still move alone by steps of the same sum, about the same order."""
    kinds = [one.kind for one in STEPS if one.sum == step.sum]
    alone = StaffRequest.objects.filter(
        kind__in=kinds,
        order=order,
        asked_by=actor,
        decided_by=None,
        done_at__gt=timezone.now() - A_DAY,
    )
    gone = int(alone.aggregate(n=Sum("amount_minor", default=0))["n"])
    return max(0, settings.APPROVAL_LIMIT_MINOR - gone)


def _seen(written: Sequence[JournalEntry], limit: int) -> Preview:
    rows = (
        Posting.objects.filter(entry__in=written)
        .select_related("account__seller")
        .order_by("entry_id", "pk")
    )
    by_entry: dict[int, list[Posting]] = {}
    for row in rows:
        by_entry.setdefault(row.entry_id, []).append(row)
    entries = [
        Entry(str(one.get_kind_display()), [_leg(row) for row in by_entry.get(one.pk, ())])
        for one in written
    ]
    moved = sum(row.amount_minor for row in rows if row.amount_minor > 0)
    currency = rows[0].account.currency if rows else settings.MARKETPLACE_CURRENCY
    # By what accounts are, not by their keys: one that is opened for this has another key next time.
    facts = [
        (one.kind, row.account.kind, row.account.seller_id, row.account.currency, row.amount_minor)
        for one in written
        for row in by_entry.get(one.pk, ())
    ]
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    return Preview(entries, Money(moved, currency), digest, limit)


def _leg(row: Posting) -> Leg:
    amount = row.amount
    if amount.minor > 0:
        return Leg(str(row.account), amount, None)
    return Leg(str(row.account), None, amount * -1)
