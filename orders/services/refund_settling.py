"""Refunds on their way: asked for at the provider outside any transaction, and what it tells of them."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.jobs import enqueue
from orders.constants import Actor, EventType, PaymentEventKind, RefundStatus
from orders.errors import ProviderError, ProviderRefusedError, TransitionError
from orders.models import Payment, Refund
from orders.payments import provider_named
from orders.payments.base import Moved, ProviderRefund, RefundState
from orders.selectors.disputes import holds_refunds
from orders.services import payment_events, postings, refunds_disputed, timeline
from orders.services.transactions import business_transaction

# Asked for, or on its way at the provider.
_UNDER_WAY = (RefundStatus.PENDING, RefundStatus.SENT)
# What becomes of a refund by what is told of it; what is not here changes nothing.
_FOLLOWS = {
    (RefundStatus.PENDING, RefundState.PENDING): RefundStatus.SENT,
    (RefundStatus.PENDING, RefundState.SUCCEEDED): RefundStatus.SETTLED,
    (RefundStatus.PENDING, RefundState.FAILED): RefundStatus.FAILED,
    (RefundStatus.SENT, RefundState.PENDING): RefundStatus.SENT,
    (RefundStatus.SENT, RefundState.SUCCEEDED): RefundStatus.SETTLED,
    (RefundStatus.SENT, RefundState.FAILED): RefundStatus.FAILED,
    (RefundStatus.SETTLED, RefundState.FAILED): RefundStatus.FAILED,
}


def ask(refund: Refund, actor: User | None, side: Actor | None) -> None:
    """Write down that a refund was asked for, and have the provider asked, in the caller's transaction."""
    _record(refund, EventType.REFUND_ASKED, actor, side)
    enqueue("orders.settle_refund", refund_id=str(refund.pk))


def _record(refund: Refund, event: EventType, actor: User | None, side: Actor | None) -> None:
    note = _("%(amount)s: %(reason)s") % {"amount": refund.amount, "reason": refund.reason}
    timeline.record(
        refund.payment.order,
        event,
        seller_order=refund.seller_order,
        actor=actor,
        side=side,
        note=note,
        data={
            "refund": str(refund.pk),
            "amount": refund.amount_minor,
            "currency": refund.currency,
            "stage": refund.stage,
        },
    )


def settle(*, refund_id: UUID) -> Refund:
    """Have the provider pay a refund, once an attempt, or ask how one that is on its way stands.

    Of a payment that the buyer's bank has taken back nothing is asked for until that is decided. Again
    changes nothing. Must not be called in a transaction.

    Raises:
        ProviderError: the provider did not answer; the refund stays as it is, and is tried again.
    """
    refund, asks = _begin(refund_id)
    if not asks:
        return refund
    payment, amount = refund.payment, refund.from_provider
    if not amount:
        told = ProviderRefund(refund.key, "", RefundState.SUCCEEDED, amount)
        return _hear(payment_id=payment.pk, told=told)
    provider = provider_named(payment.provider)
    if provider is None:
        msg = f"provider {payment.provider} is not installed"
        raise ProviderError(msg)
    try:
        told = (
            provider.fetch_refund(reference=refund.reference, key=refund.key, amount=amount)
            if refund.reference
            else provider.refund(reference=payment.reference, key=refund.key, amount=amount)
        )
    except ProviderRefusedError:
        if refund.reference:
            raise
        told = ProviderRefund(refund.key, "", RefundState.FAILED, amount)
    return _hear(payment_id=payment.pk, told=told)


@business_transaction
def _begin(refund_id: UUID) -> tuple[Refund, bool]:
    """Return a refund, and whether its provider is to be asked: which is written down before it is.

    Its answer may be lost, and a bank may decide before there is another.
    """
    owner = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    Payment.objects.select_for_update().get(pk=owner)
    refund = _locked(refund_id)
    if refund.status not in _UNDER_WAY or _waits_for_bank(refund):
        return refund, False
    if refund.status == RefundStatus.PENDING and refund.from_provider:
        refund.status = RefundStatus.SENT
        refund.save(update_fields=["status", "updated_at"])
    return refund, True


def _waits_for_bank(refund: Refund) -> bool:
    """Return whether it may turn out that the bank has paid it, and no provider is known to have begun."""
    return not refund.reference and holds_refunds(refund.payment_id)


@business_transaction
def retry(*, refund_id: UUID, actor: User | None) -> Refund:
    """Ask the provider anew for a refund that failed: the same refund, under a new key.

    Raises:
        NotFoundError: there is no such refund.
        TransitionError: it has not failed, or the buyer's bank has taken back the payment for now.
        ConflictError: its money was given back in another way meanwhile.
    """
    owner = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if owner is None:
        raise NotFoundError(_("There is no such refund."))
    Payment.objects.select_for_update().get(pk=owner)
    refund = _locked(refund_id)
    if refund.status != RefundStatus.FAILED:
        raise TransitionError(_("Only a refund that failed is tried again."))
    if holds_refunds(owner):
        message = _("The buyer’s bank has taken the payment back: wait until it is decided.")
        raise TransitionError(message)
    refund.status, refund.reference = RefundStatus.PENDING, ""
    refund.attempt += 1
    try:
        with transaction.atomic():
            refund.save(update_fields=["status", "reference", "attempt", "updated_at"])
    except IntegrityError as error:
        message = _("This money was given back in another way meanwhile.")
        raise ConflictError(message) from error
    ask(refund, actor, None)
    return refund


def is_ours(*, payment: Payment, told: ProviderRefund) -> bool:
    """Return whether a refund that the provider tells of is one of ``payment``, to the penny."""
    refund = _told_of(payment, told)
    return refund is not None and refund.from_provider == told.amount


@business_transaction
def take_in(*, payment: Payment, told: ProviderRefund) -> Refund | None:
    """Make true here what the provider tells of a refund of ``payment``, which is locked.

    Idempotent, and in any order: a refund that failed stays failed until it is tried again. One that
    was paid back and then failed is owed to the buyer again. None for one that is not ours.
    """
    found = _told_of(payment, told)
    if found is None or found.from_provider != told.amount:
        return None
    refund = _locked(found.pk)
    if told.key != refund.key:
        # News of an earlier attempt: it is over.
        return refund
    before = RefundStatus(refund.status)
    after = _FOLLOWS.get((before, told.state))
    if after is None or (after == before and refund.reference):
        return refund
    refund.status, refund.reference = after, told.reference[:120] or refund.reference
    refund.save(update_fields=["status", "reference", "updated_at"])
    _write_down(refund, before, told)
    return refund


def _write_down(refund: Refund, before: RefundStatus, told: ProviderRefund) -> None:
    """Write a step of a refund into the ledger, the order's history and the payment's events."""
    if refund.status == RefundStatus.SETTLED:
        postings.refund_paid(refund)
        kind = PaymentEventKind.REFUND_SUCCESS
        _record(refund, EventType.REFUNDED, None, None)
        enqueue("orders.send_mail", kind="refund_settled", pk=str(refund.pk))
    elif refund.status == RefundStatus.FAILED:
        kind = PaymentEventKind.REFUND_FAILURE
        if before == RefundStatus.SETTLED:
            postings.refund_undone(refund)
            kind = PaymentEventKind.REFUND_REVERSE
        _record(refund, EventType.REFUND_FAILED, None, None)
        enqueue("orders.send_mail", kind="refund_failed", pk=str(refund.pk))
        refunds_disputed.given_before(refund)
    else:
        kind = PaymentEventKind.REFUND_REQUEST
    if told.amount:
        moved = Moved(kind, told.amount, told.reference or told.key)
        payment_events.note(payment=refund.payment, moved=moved)


@business_transaction
def _hear(*, payment_id: UUID, told: ProviderRefund) -> Refund:
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    refund = take_in(payment=payment, told=told)
    assert refund is not None  # it was asked for by our own row
    if refund.status == RefundStatus.SENT:
        # Asked about just now: others first the next time.
        refund.save(update_fields=["updated_at"])
    return refund


def _told_of(payment: Payment, told: ProviderRefund) -> Refund | None:
    """Return the refund that was asked for with the key of what is told."""
    try:
        key = UUID(told.key.partition(".")[0])
    except ValueError:
        return None
    return payment.refunds.filter(pk=key).first()


def _locked(refund_id: UUID) -> Refund:
    return (
        Refund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("payment__order", "seller_order")
        .get(pk=refund_id)
    )
