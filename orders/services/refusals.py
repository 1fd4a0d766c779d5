"""Copies that are not sent after all, and paid back: refused, called off, or left lying too long."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.ids import uuid7
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from catalog.services import stock
from orders.constants import (
    NOT_THE_SHOPS,
    SELLER_ORDER_TRANSITIONS,
    SHOP_REASONS,
    WAITING,
    EventType,
    RefusalReason,
    SellerOrderStatus,
    Stage,
)
from orders.models import OrderLine, Refusal, RefusalLine, SellerOrder
from orders.services import disputes, kept, refund_parts, refunds, steps
from orders.services.steps import Asked, Copies
from orders.services.transactions import business_transaction

_OF_SHOPS = frozenset(value for value, _label in SHOP_REASONS)
_ACTIONS: dict[str, str] = {
    RefusalReason.CALLED_OFF: "order.cancel_agreed",
    RefusalReason.SILENT: "",
    RefusalReason.POSTAGE: "",
}


@business_transaction
def cancel(*, seller_order_id: UUID, reason: str, restock: bool, actor: User | None) -> SellerOrder:
    """Refuse the whole order before anything is posted, with ``reason`` in words.

    Raises as ``refuse``, and TransitionError when something has been posted.
    """
    if not reason.strip():
        raise DomainError(_("Give a reason."), fields={"reason": [_("Give a reason.")]})
    seller_order = steps.locked(seller_order_id)
    if SellerOrderStatus.CANCELLED not in SELLER_ORDER_TRANSITIONS[seller_order.status]:
        raise steps.no_step(seller_order, SellerOrderStatus.CANCELLED)
    refuse(
        seller_order_id=seller_order_id,
        reason=RefusalReason.OTHER,
        words=reason,
        restock=restock,
        asked=Asked(actor),
    )
    seller_order.refresh_from_db()
    return seller_order


@business_transaction
def refuse(
    *,
    seller_order_id: UUID,
    reason: str,
    words: str = "",
    copies: Copies = None,
    restock: bool,
    asked: Asked,
) -> Refusal:
    """Say that ``copies`` can't be sent: ask for their refund, tell the buyer by mail.

    The buyer gets back what they paid for these copies, and the delivery too when nothing of the
    seller order is or will be sent. ``restock`` puts the copies back on sale; leave it out for a copy
    that can't be found.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: everything in it has been posted or refused already.
        ChangedMeanwhileError: it is not any more what the asker saw.
        DomainError: the reason is missing, or the copies are not there to be refused.
    """
    words = words.strip()[:200]
    if reason not in _OF_SHOPS or (reason == RefusalReason.OTHER and not words):
        raise DomainError(_("Give a reason."), fields={"words": [_("Give a reason.")]})
    seller_order = steps.locked(seller_order_id)
    made = seller_order.refusals.filter(pk=asked.key).first() if asked.key else None
    if made is not None:
        return made
    steps.check(seller_order, asked.seen)
    refusal = Refusal(seller_order=seller_order, reason=reason, words=words, restocked=restock)
    take_back(refusal, copies=copies, asked=asked)
    enqueue("orders.send_mail", kind="refused", pk=str(refusal.pk))
    return refusal


def take_back(refusal: Refusal, *, copies: Copies = None, asked: Asked) -> None:
    """Write ``refusal`` of a locked seller order's copies, with all that follows from it but the mails.

    Raises:
        TransitionError: nothing of it waits to be posted, or the buyer's bank has its money.
        DomainError: the copies are not there to be refused.
    """
    seller_order = refusal.seller_order
    refusal.pk = asked.key or uuid7()
    if seller_order.status not in WAITING:
        raise steps.no_step(seller_order, SellerOrderStatus.CANCELLED)
    disputes.check_may_be_paid_back(seller_order)
    lines = list(seller_order.lines.order_by("pk"))
    chosen = steps.chosen(lines, copies)
    back = [refund_parts.Back(line, line.parts_of_next(n), n) for line, n in chosen]
    steps.take(chosen, "refused")
    steps.follow(seller_order, lines)
    if refusal.restocked:
        # Listings are locked before gift cards, which get their part by the refund.
        quantities: dict[int, int] = {}
        for line, n in chosen:
            quantities[line.listing_id] = quantities.get(line.listing_id, 0) + n
        stock.restock(quantities=quantities, reference=seller_order.order.number, actor=asked.actor)
    _pay_back(refusal, back, asked)
    _record(refusal, chosen, asked)


def _pay_back(refusal: Refusal, back: Sequence[refund_parts.Back], asked: Asked) -> None:
    """Write the refusal down with the refund of its copies: what was paid for them, and no bank gave back."""
    seller_order = refusal.seller_order
    nothing_goes = seller_order.status == SellerOrderStatus.CANCELLED
    currency = seller_order.currency
    delivery = Money(seller_order.delivery_parts.paid, currency) if nothing_goes else None
    paid = sum(given.parts.paid for given in back) + (delivery.minor if delivery else 0)
    borne = min(paid, kept.borne(seller_order))
    back, delivery = kept.without(borne, back, delivery)
    refusal.delivery_minor = delivery.minor if delivery else 0
    refusal.refund = refunds.grant(
        seller_order=seller_order,
        stage=Stage.HELD,
        lines=back,
        delivery=delivery,
        reason=refusal.why,
        actor=asked.actor,
        side=asked.side,
    )
    kept.regain(refusal.refund, Money(borne, currency))
    refusal.save(force_insert=True)
    RefusalLine.objects.bulk_create(
        RefusalLine(
            refusal=refusal,
            order_line=given.order_line,
            quantity=given.quantity,
            amount_minor=given.parts.paid,
            currency=currency,
        )
        for given in back
    )
    if nothing_goes:
        seller_order.cancel_reason = refusal.why[:200]
        seller_order.save(update_fields=["cancel_reason", "updated_at"])


def _record(refusal: Refusal, chosen: Sequence[tuple[OrderLine, int]], asked: Asked) -> None:
    seller_order = refusal.seller_order
    event = EventType.REFUSED
    if refusal.reason in NOT_THE_SHOPS:
        event = EventType.CALLED_OFF
    elif seller_order.status == SellerOrderStatus.CANCELLED:
        event = EventType.CANCELLED
    amount = sum(given.amount_minor for given in refusal.lines.all()) + refusal.delivery_minor
    steps.record(
        seller_order,
        event,
        asked,
        # The shop's log tells what its people did; what is nobody's doing there, it leaves out.
        action=_ACTIONS.get(refusal.reason, "order.refused"),
        note=refusal.why,
        data={
            "reason": refusal.reason,
            "copies": sum(n for _line, n in chosen),
            "amount": amount,
            "currency": seller_order.currency,
        },
    )
