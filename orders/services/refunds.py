"""Money given back: asked for in the business transaction, settled with the provider outside it.

What a refund takes from whom is divided as the sale was: by the amounts that were frozen on its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import (
    Actor,
    EventType,
    PaymentEventKind,
    RefundStatus,
    Stage,
)
from orders.errors import ProviderError, ProviderRefusedError, TransitionError
from orders.models import OrderLine, Parts, Payment, Refund, RefundLine, SellerOrder, ShipmentLine
from orders.models.amounts import columns
from orders.payments import provider_named
from orders.payments.base import Moved, ProviderRefund, RefundState
from orders.selectors import refund_sources
from orders.selectors.case_money import account_of
from orders.selectors.disputes import holds_refunds
from orders.services import documents, gift_cards, payment_events, postings, timeline
from orders.services.transactions import business_transaction

# Asked for, or on its way at the provider.
_UNDER_WAY = (RefundStatus.PENDING, RefundStatus.SENT)
# What becomes of a refund by what is told of it; what is not here changes nothing.
_FOLLOWS = {
    (RefundStatus.PENDING, RefundState.PENDING): RefundStatus.SENT,
    (RefundStatus.PENDING, RefundState.SUCCEEDED): RefundStatus.SETTLED,
    (RefundStatus.PENDING, RefundState.FAILED): RefundStatus.FAILED,
    (RefundStatus.SENT, RefundState.SUCCEEDED): RefundStatus.SETTLED,
    (RefundStatus.SENT, RefundState.FAILED): RefundStatus.FAILED,
    (RefundStatus.SETTLED, RefundState.FAILED): RefundStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class Back:
    """What is given back of one line: ``parts`` of its amounts, for ``quantity`` copies.

    No copies where a part of the price is given back for one that stays.
    """

    order_line: OrderLine
    parts: Parts
    quantity: int = 0


@business_transaction
def grant(
    *,
    seller_order: SellerOrder,
    stage: Stage,
    lines: Sequence[Back],
    delivery: Money | None = None,
    reason: str,
    actor: User | None = None,
    side: Actor | None = None,
    key: UUID | None = None,
) -> Refund:
    """Give back to the buyer of ``seller_order`` what ``lines`` say, and ``delivery`` of its post.

    ``stage`` says where the money stands: still held (copies not posted), or earned by posting. Where
    nothing is posted at all, ``delivery`` is all of it that the buyer paid, even if that is nothing: what
    the marketplace bore of it goes back as well. The caller holds the seller order's lock. ``key`` becomes
    the refund's own, so that the same decision taken twice is one refund. What a gift card paid goes back
    to it once the payment is used up; what was paid as extra postage goes back to its own payment, as a
    refund beside the one that is returned.

    Raises:
        DomainError: there is nothing to give back, or more than was paid and is not given back yet.
        ConflictError: ``key`` is that of another order's refund.
    """
    made = _made_with(key, seller_order)
    if made is not None:
        return made
    _check_lines(lines)
    if stage == Stage.EARNED:
        books = Money(sum(back.parts.paid for back in lines), seller_order.currency)
        _check_left(seller_order, books + delivery if delivery else books)
    given = _divided(seller_order, stage, lines, delivery)
    if not given:
        message = _("Say how much is to be given back.")
        raise DomainError(message, fields={"amount": [message]})
    about = _About(seller_order, stage, reason, actor, side)
    made, *_others = [
        _write(one, about, key=(key or uuid7()) if n == 0 else uuid7())
        for n, one in enumerate(given)
    ]
    return made


def _made_with(key: UUID | None, seller_order: SellerOrder) -> Refund | None:
    """Return the refund that was made with ``key``. Raises ConflictError: it is another order's."""
    made = Refund.objects.filter(pk=key).first() if key else None
    if made is not None and made.seller_order_id != seller_order.pk:
        raise ConflictError(_("This was sent with the key of something else. Open the page anew."))
    return made


@dataclass(frozen=True, slots=True)
class _Given:
    """What one payment gives back: of lines, and ``post`` of the delivery."""

    payment: Payment
    lines: Sequence[Back]
    post: Parts

    @property
    def parts(self) -> Parts:
        return sum((back.parts for back in self.lines), start=self.post)

    @property
    def amount(self) -> int:
        return self.parts.paid


def _divided(
    seller_order: SellerOrder, stage: Stage, lines: Sequence[Back], delivery: Money | None
) -> list[_Given]:
    """Divide what is given back over the payments that it goes by, as far as they give anything."""
    post = delivery or Money(0, seller_order.currency)
    whole, gone = _delivery_so_far(seller_order, post)
    held = stage == Stage.HELD
    given: list[_Given] = []
    for payment, minor in refund_sources.of_post(seller_order, post):
        part = _next(whole, gone, minor)
        if held and delivery is not None:
            # It is not made: whatever its buyer gets, what the marketplace bore of it goes back whole.
            part = replace(part, subsidy=whole.subsidy - gone.subsidy)
        gone += part
        given.append(_Given(payment, () if given else lines, part))
    # Copies that cost nothing are among those that are never sent, whatever the post comes to; of posted
    # ones something goes back where the marketplace has paid for them.
    return [one for one in given if one.amount or one.parts.whole or (held and one.lines)]


@dataclass(frozen=True, slots=True)
class _About:
    """What the refunds of one decision have in common."""

    seller_order: SellerOrder
    stage: Stage
    reason: str
    actor: User | None
    side: Actor | None


def _write(given: _Given, about: _About, *, key: UUID) -> Refund:
    """Write a refund with its lines, its ledger entry, its event, and the job that settles it."""
    seller_order, parts = about.seller_order, given.parts
    currency = seller_order.currency
    refund = Refund.objects.create(
        pk=key,
        payment=given.payment,
        seller_order=seller_order,
        stage=about.stage,
        amount_minor=parts.paid,
        gift_minor=refund_sources.to_gift_cards(given.payment, Money(parts.paid, currency)),
        status=RefundStatus.PENDING if parts.paid else RefundStatus.SETTLED,
        delivery_minor=given.post.paid,
        delivery_subsidy_minor=given.post.subsidy,
        delivery_tax_minor=given.post.tax,
        currency=currency,
        reason=about.reason[:200],
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            order_line=back.order_line,
            quantity=back.quantity,
            currency=currency,
            **columns(back.parts),
        )
        for back in given.lines
    )
    to_cards = gift_cards.give_back(refund)
    if about.stage == Stage.HELD:
        postings.refunded_before_posting(
            refund, subsidy=Money(parts.subsidy, currency), to_cards=to_cards
        )
    else:
        postings.refunded_after_posting(
            refund, share=postings.share_of(seller_order, parts), to_cards=to_cards
        )
    if parts.paid:
        _ask(refund, about.actor, about.side)
        documents.ask_for_credit(refund)
    return refund


@business_transaction
def goodwill(
    *,
    seller_order: SellerOrder,
    amount: Money,
    reason: str,
    actor: User | None = None,
    key: UUID | None = None,
) -> Refund:
    """Give ``amount`` to the buyer at the marketplace's own expense; the seller keeps what it earned.

    It goes the way the payment came, so it is never more than was earned by posting and has not gone
    back; where extra postage was paid, that is a refund beside the one that is returned. The caller holds
    the seller order's lock; ``key`` as for ``grant``.

    Raises:
        DomainError: nothing, or more than that.
    """
    made = _made_with(key, seller_order)
    if made is not None:
        return made
    if amount.minor <= 0:
        message = _("Say how much is to be given back.")
        raise DomainError(message, fields={"amount": [message]})
    _check_left(seller_order, amount)
    shares = [one for one in refund_sources.of_goodwill(seller_order, amount) if one[1]]
    made, *_others = [
        _write_goodwill(
            payment,
            Money(minor, amount.currency),
            _About(seller_order, Stage.GOODWILL, reason, actor, Actor.STAFF),
            key=(key or uuid7()) if n == 0 else uuid7(),
        )
        for n, (payment, minor) in enumerate(shares)
    ]
    return made


def _write_goodwill(payment: Payment, amount: Money, about: _About, *, key: UUID) -> Refund:
    refund = Refund.objects.create(
        pk=key,
        payment=payment,
        seller_order=about.seller_order,
        stage=about.stage,
        amount_minor=amount.minor,
        gift_minor=refund_sources.to_gift_cards(payment, amount),
        currency=amount.currency,
        reason=about.reason[:200],
    )
    postings.goodwill(refund, to_cards=gift_cards.give_back(refund))
    _ask(refund, about.actor, about.side)
    return refund


def ask(
    *, payment: Payment, amount: Money, reason: str, seller_order: SellerOrder | None = None
) -> Refund:
    """Give back what was paid for nothing, inside the caller's transaction: the order was never placed,
    or the extra postage of ``seller_order`` is not asked for any more.

    The database refuses (IntegrityError) what would give back more than was captured.
    """
    refund = Refund.objects.create(
        payment=payment,
        seller_order=seller_order,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason[:200],
    )
    postings.refunded_before_posting(refund, subsidy=Money(0, amount.currency))
    _ask(refund, None, Actor.SYSTEM)
    return refund


def of_earned(*, order_line: OrderLine, amount: Money, quantity: int = 0) -> Back:
    """Return ``amount`` of what was paid for a line's posted copies, with its part of all that is in it.

    However often parts are given back, in the end they are what posting the copies earned. Copies that a
    promotion paid for wholly go by their number: what the marketplace paid for them goes back to it.

    Raises:
        DomainError: more than was paid for what was posted, less what was given back.
    """
    earned = _sum(ShipmentLine.objects.filter(order_line=order_line))
    gone = _sum(RefundLine.objects.filter(order_line=order_line, refund__stage=Stage.EARNED))
    left = Money(earned.paid - gone.paid, order_line.currency)
    if not 0 <= amount.minor <= left.minor:
        message = _("Of “%(title)s”, at most %(left)s can be given back.")
        words = message % {"title": order_line.title, "left": left}
        raise DomainError(words, fields={"amount": [words]})
    if earned.paid:
        return Back(order_line, _next(earned, gone, amount.minor), quantity)
    return Back(order_line, _next_copies(order_line, earned, gone, quantity), quantity)


def _next_copies(order_line: OrderLine, earned: Parts, gone: Parts, copies: int) -> Parts:
    """Return what was ``earned`` by the next ``copies`` that come back of a line whose buyer paid nothing."""
    back = RefundLine.objects.filter(order_line=order_line, refund__stage=Stage.EARNED)
    returned = int(back.aggregate(n=Sum("quantity", default=0))["n"])
    upto = min(returned + copies, order_line.posted)
    return earned.upto(upto, order_line.posted) - gone if copies and order_line.posted else Parts()


def settle(*, refund_id: UUID) -> Refund:
    """Have the provider pay a refund, once an attempt, or ask how one that is on its way stands.

    Of a payment that the buyer's bank has taken back nothing is asked for until that is decided. Again
    changes nothing. Must not be called in a transaction.

    Raises:
        ProviderError: the provider did not answer; the refund stays as it is, and is tried again.
    """
    refund = Refund.objects.select_related("payment__order", "seller_order").get(pk=refund_id)
    if refund.status not in _UNDER_WAY or _waits_for_bank(refund):
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


def _waits_for_bank(refund: Refund) -> bool:
    """Return whether nobody was asked for it yet, and it may turn out that the bank has paid it."""
    return refund.status == RefundStatus.PENDING and holds_refunds(refund.payment_id)


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
    _ask(refund, actor, None)
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
    if after is None:
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


def _ask(refund: Refund, actor: User | None, side: Actor | None) -> None:
    _record(refund, EventType.REFUND_ASKED, actor, side)
    enqueue("orders.settle_refund", refund_id=str(refund.pk))


def _check_lines(lines: Sequence[Back]) -> None:
    """Say in words what the database would refuse: more for a line than was paid for it."""
    for back in lines:
        line = back.order_line
        gone = _sum(RefundLine.objects.filter(order_line=line)).paid
        if gone + back.parts.paid > line.paid_minor:
            left = Money(line.paid_minor - gone, line.currency)
            message = _("Of “%(title)s”, at most %(left)s can be given back.")
            words = message % {"title": line.title, "left": left}
            raise DomainError(words, fields={"amount": [words]})


def _check_left(seller_order: SellerOrder, amount: Money) -> None:
    """Say in words what the database would refuse: more than posting earned, less what went back."""
    left = Money(account_of(seller_order).left, seller_order.currency)
    if left < amount:
        message = _("Of this order, at most %(left)s can be given back.") % {"left": left}
        raise DomainError(message, fields={"amount": [message]})


def of_delivery(seller_order: SellerOrder, amount: Money) -> Parts:
    """Return the parts of the next ``amount`` of the delivery that is given back.

    Raises:
        DomainError: more than was paid for it, less what was given back.
    """
    whole, gone = _delivery_so_far(seller_order, amount)
    return _next(whole, gone, amount.minor)


def _delivery_so_far(seller_order: SellerOrder, amount: Money) -> tuple[Parts, Parts]:
    """Return the parts of the delivery, and what was given back of it. Raises as ``of_delivery``."""
    whole = seller_order.delivery_parts
    sums = Refund.objects.filter(seller_order=seller_order).aggregate(
        paid=Sum("delivery_minor", default=0),
        subsidy=Sum("delivery_subsidy_minor", default=0),
        tax=Sum("delivery_tax_minor", default=0),
    )
    gone = Parts(**sums)
    left = Money(whole.paid - gone.paid, seller_order.currency)
    if not 0 <= amount.minor <= left.minor:
        message = _("Of the delivery, at most %(left)s can be given back.") % {"left": left}
        raise DomainError(message, fields={"delivery": [message]})
    return whole, gone


def _next(whole: Parts, gone: Parts, paid: int) -> Parts:
    """Return what goes with the next ``paid`` of ``whole``, of which ``gone`` went before.

    Once all of ``whole`` is given back, its parts are too, to the penny; but where that ends with a single
    penny, which can't be commission and the tax on it at once: what is missing comes with the next.
    """
    if not whole.paid or not paid:
        return Parts()
    upto = whole.upto(gone.paid + paid, whole.paid)
    subsidy, tax, commission, fee_tax = (max(0, n) for n in (upto - gone).tuple[1:])
    commission = min(commission, paid + subsidy)
    fee_tax = min(fee_tax, paid + subsidy - commission)
    return Parts(paid, subsidy, min(tax, paid), commission, fee_tax)


def _sum(rows: object) -> Parts:
    """Add up the amounts of rows of lines."""
    names = tuple(columns(Parts()))
    sums = rows.aggregate(**{name: Sum(name, default=0) for name in names})  # type: ignore[attr-defined]
    return Parts(*(int(sums[name]) for name in names))


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
