"""Money given back: asked for in the business transaction, settled with the provider outside it.

What a refund takes from whom is divided as the sale was: by the amounts that were frozen on its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import Actor, EventType, RefundStatus, Stage
from orders.errors import ProviderError, ProviderRefusedError
from orders.models import OrderLine, Parts, Payment, Refund, RefundLine, SellerOrder, ShipmentLine
from orders.models.amounts import columns
from orders.payments import provider_named
from orders.services import documents, gift_cards, postings, timeline
from orders.services.transactions import business_transaction


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

    ``stage`` says where the money stands: still held (copies not posted), or earned by posting. The
    caller holds the seller order's lock. ``key`` becomes the refund's own, so that the same decision
    taken twice is one refund. What a gift card paid goes back to it once the payment is used up.

    Raises:
        DomainError: there is nothing to give back, or more than was paid and is not given back yet.
    """
    made = Refund.objects.filter(pk=key).first() if key else None
    if made is not None:
        return made
    currency = seller_order.currency
    post = delivery or Money(0, currency)
    post_parts = _of_delivery(seller_order, post)
    amount = Money(sum(back.parts.paid for back in lines) + post.minor, currency)
    if amount.minor <= 0 and stage != Stage.HELD:
        message = _("Say how much is to be given back.")
        raise DomainError(message, fields={"amount": [message]})
    _check_lines(lines)
    payment = seller_order.order.payment
    refund = Refund.objects.create(
        pk=key or uuid7(),
        payment=payment,
        seller_order=seller_order,
        stage=stage,
        amount_minor=amount.minor,
        gift_minor=_to_gift_cards(payment, amount),
        status=RefundStatus.PENDING if amount else RefundStatus.SETTLED,
        delivery_minor=post.minor,
        delivery_subsidy_minor=post_parts.subsidy,
        delivery_tax_minor=post_parts.tax,
        currency=currency,
        reason=reason[:200],
    )
    RefundLine.objects.bulk_create(
        RefundLine(
            refund=refund,
            order_line=back.order_line,
            quantity=back.quantity,
            currency=currency,
            **columns(back.parts),
        )
        for back in lines
    )
    to_cards = gift_cards.give_back(refund)
    parts = sum((back.parts for back in lines), start=post_parts)
    if stage == Stage.HELD:
        postings.refunded_before_posting(
            refund, subsidy=Money(parts.subsidy, currency), to_cards=to_cards
        )
    else:
        postings.refunded_after_posting(
            refund, share=postings.share_of(seller_order, parts), to_cards=to_cards
        )
    if amount:
        _ask(refund, actor, side)
        documents.ask_for_credit(refund)
    return refund


def ask(*, payment: Payment, amount: Money, reason: str) -> Refund:
    """Give back what was paid for an order that was never placed, inside the caller's transaction.

    The database refuses (IntegrityError) what would give back more than was captured.
    """
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason[:200],
    )
    postings.refunded_before_posting(refund, subsidy=Money(0, amount.currency))
    _ask(refund, None, Actor.SYSTEM)
    return refund


def of_earned(*, order_line: OrderLine, amount: Money, quantity: int = 0) -> Back:
    """Return ``amount`` of what was paid for a line's posted copies, with its part of all that is in it.

    However often parts are given back, in the end they are what posting the copies earned.

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
    return Back(order_line, _next(earned, gone, amount.minor), quantity)


def settle(*, refund_id: UUID) -> Refund:
    """Have the provider pay a refund, once, by the refund's id as key; again changes nothing.

    Must not be called in a transaction.

    Raises:
        ProviderError: the provider did not answer; the refund stays asked for, and is tried again.
    """
    refund = Refund.objects.select_related("payment__order", "seller_order").get(pk=refund_id)
    if refund.status != RefundStatus.PENDING:
        return refund
    provider = provider_named(refund.payment.provider)
    if provider is None:
        msg = f"provider {refund.payment.provider} is not installed"
        raise ProviderError(msg)
    reference = ""
    if refund.from_provider:
        try:
            reference = provider.refund(
                reference=refund.payment.reference, key=str(refund.pk), amount=refund.from_provider
            )
        except ProviderRefusedError:
            return _finish(refund_id=refund.pk, status=RefundStatus.FAILED, reference="")
    return _finish(refund_id=refund.pk, status=RefundStatus.SETTLED, reference=reference)


@business_transaction
def _finish(*, refund_id: UUID, status: RefundStatus, reference: str) -> Refund:
    refund = (
        Refund.objects.select_for_update(of=("self",), no_key=True)
        .select_related("payment__order", "seller_order")
        .get(pk=refund_id)
    )
    if refund.status == RefundStatus.PENDING:
        refund.status, refund.reference = status, reference[:120]
        refund.save(update_fields=["status", "reference", "updated_at"])
        settled = status == RefundStatus.SETTLED
        if settled:
            postings.refund_paid(refund)
        _record(refund, EventType.REFUNDED if settled else EventType.REFUND_FAILED, None, None)
    return refund


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


def _of_delivery(seller_order: SellerOrder, amount: Money) -> Parts:
    """Return the parts of the next ``amount`` of the delivery that is given back."""
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
    return _next(whole, gone, amount.minor)


def _next(whole: Parts, gone: Parts, paid: int) -> Parts:
    """Return what goes with the next ``paid`` of ``whole``, of which ``gone`` went before.

    Once all of ``whole`` is given back, its parts are too, to the penny.
    """
    if not whole.paid:
        return Parts()
    upto = whole.upto(gone.paid + paid, whole.paid)
    return Parts(paid, *(max(0, n) for n in (upto - gone).tuple[1:]))


def _to_gift_cards(payment: Payment, amount: Money) -> int:
    """Return how much of ``amount`` goes to gift cards: what the payment has no money left for."""
    live = payment.refunds.exclude(status=RefundStatus.FAILED)
    sums = live.aggregate(all=Sum("amount_minor", default=0), gift=Sum("gift_minor", default=0))
    left = payment.amount_minor - (int(sums["all"]) - int(sums["gift"]))
    return min(max(0, amount.minor - left), payment.order.gift_minor - int(sums["gift"]))


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
        data={"refund": str(refund.pk), "amount": refund.amount_minor, "currency": refund.currency},
    )
