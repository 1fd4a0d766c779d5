"""Payments that a buyer's bank has taken back: opened, won or lost.

The provider's messages come in any order and any number of times; the first tells us of the dispute,
the last word (won or lost) counts once. Whose money it is is divided when it is opened: between the
seller orders in proportion to what is left of them, and there between what is held and what is earned.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from books4all.lib.jobs import enqueue
from books4all.lib.money import Money, split
from catalog.services import stock
from orders.constants import (
    AccountKind,
    DisputeStatus,
    EventType,
    OrderStatus,
    PostageStatus,
    SellerOrderStatus,
    Stage,
)
from orders.errors import TransitionError
from orders.models import (
    Dispute,
    DisputePart,
    ExtraPostage,
    OrderLine,
    Parts,
    Payment,
    SellerOrder,
)
from orders.models.amounts import columns
from orders.payments.base import ProviderDispute
from orders.selectors import refund_sources
from orders.selectors.disputes import is_disputed
from orders.selectors.order_money import left_of, less_refunds
from orders.services import (
    dispute_postings,
    kept,
    postings,
    promises,
    refunds_disputed,
    timeline,
)
from orders.services.transactions import business_transaction

_CLOSED = (DisputeStatus.WON, DisputeStatus.LOST)


@business_transaction
def take_in(*, payment: Payment, told: ProviderDispute) -> Dispute:
    """Make true here what the provider tells of a dispute of ``payment``, which is locked.

    Idempotent, and in any order: what is won or lost stays so.
    """
    dispute, is_new = Dispute.objects.get_or_create(
        provider=payment.provider,
        reference=told.reference,
        defaults={
            "payment": payment,
            "amount_minor": told.amount.minor,
            "currency": told.amount.currency,
            "reason": told.reason[:60],
            "evidence_due": told.evidence_due,
        },
    )
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if is_new:
        _open(dispute, _parts_locked(payment))
    if dispute.status in _CLOSED:
        return dispute
    if told.evidence_due and told.evidence_due != dispute.evidence_due:
        dispute.evidence_due = told.evidence_due
        dispute.save(update_fields=["evidence_due", "updated_at"])
    if told.status in _CLOSED:
        _close(dispute, DisputeStatus(told.status))
    elif told.status == DisputeStatus.UNDER_REVIEW and dispute.status != told.status:
        dispute.status = told.status
        dispute.save(update_fields=["status", "updated_at"])
    return dispute


def check_may_be_posted(seller_order: SellerOrder) -> None:
    """Keep copies back whose money the buyer's bank has taken. Raises TransitionError."""
    if is_disputed(seller_order.pk):
        message = _(
            "The buyer’s bank has taken the payment back. Don’t post anything now: we tell you when "
            "it is decided."
        )
        raise TransitionError(message)


def check_may_be_paid_back(seller_order: SellerOrder) -> None:
    """Keep money from going back that the buyer's bank has taken: lost, it would be paid twice.

    Raises TransitionError.
    """
    if is_disputed(seller_order.pk):
        message = _(
            "The buyer’s bank has taken the payment back. Nothing is paid back besides: if the bank "
            "keeps it, the order ends by itself."
        )
        raise TransitionError(message)


# ---- whose money it is ----


def _parts_locked(payment: Payment) -> list[SellerOrder]:
    rows = SellerOrder.objects.select_for_update(of=("self",), no_key=True)
    return list(
        rows.select_related("seller", "order").filter(order=payment.order_id).order_by("pk")
    )


def _open(dispute: Dispute, seller_orders: Sequence[SellerOrder]) -> None:
    """Divide a dispute, write it into the ledger, and have the shops told."""
    order = dispute.payment.order
    # An order that was never placed gives its money back already: nothing of it is a shop's.
    is_placed = order.status == OrderStatus.PLACED
    stages = {one.pk: left_of(one) for one in seller_orders} if is_placed else {}
    if dispute.payment.placing_id is None:
        # Extra postage is the money of the shop that asked for it, or nobody's where it came too late.
        stages = {pk: stages[pk] for pk in _asked_for(dispute.payment) if pk in stages}
    left = {pk: held.paid + earned.paid for pk, (held, earned) in stages.items()}
    # Of what gift cards have paid no bank takes anything: what the payment gave back already is nobody's.
    there = refund_sources.left_of_sale(dispute.payment, but=dispute)
    whole = min(dispute.amount_minor, there, sum(left.values()))
    shares = split(whole, list(left.values())) if whole else [0] * len(left)
    dispute.own_minor = dispute.amount_minor - whole
    dispute.save(update_fields=["own_minor", "updated_at"])
    if dispute.own_minor:
        dispute_postings.held_dispute_opened(
            dispute.payment, dispute=f"{dispute.pk}:own", amount=_own(dispute)
        )
    parts = [one for one in seller_orders if one.pk in left]
    for seller_order, amount in zip(parts, shares, strict=True):
        if amount:
            _open_part(dispute, seller_order, amount, stages[seller_order.pk])
    _tell(dispute.parts.order_by("pk"), "dispute_opened")
    timeline.record(order, EventType.DISPUTE_OPENED, note=f"{dispute.amount} {dispute.reason}")


def _asked_for(payment: Payment) -> list[UUID]:
    paid = ExtraPostage.objects.filter(payment=payment, status=PostageStatus.PAID)
    return list(paid.values_list("seller_order", flat=True))


def _open_part(
    dispute: Dispute, seller_order: SellerOrder, amount: int, stages: tuple[Parts, Parts]
) -> None:
    held, earned = stages
    halves = zip(
        (Stage.HELD, Stage.EARNED),
        (held, earned),
        split(amount, [held.paid, earned.paid]),
        strict=True,
    )
    for stage, there, taken in halves:
        if not taken:
            continue
        part = DisputePart.objects.create(
            dispute=dispute,
            seller_order=seller_order,
            stage=stage,
            whole=taken == there.paid,
            currency=dispute.currency,
            **columns(there.upto(taken, there.paid)),
        )
        _post_opened(part)
    timeline.record(
        seller_order.order,
        EventType.DISPUTE_OPENED,
        seller_order=seller_order,
        note=str(Money(amount, dispute.currency)),
    )


# ---- the ledger ----


def _account_of(seller_order: SellerOrder) -> AccountKind:
    done = seller_order.status == SellerOrderStatus.COMPLETED
    return AccountKind.SELLER_AVAILABLE if done else AccountKind.SELLER_PENDING


def _post_opened(part: DisputePart) -> None:
    if part.stage == Stage.HELD:
        dispute_postings.held_dispute_opened(
            part.dispute.payment, dispute=part.pk.hex, amount=part.paid
        )
        return
    seller_order = part.seller_order
    dispute_postings.dispute_opened(
        seller_order,
        dispute=part.pk.hex,
        share=postings.share_of(seller_order, part.parts),
        account=_account_of(seller_order),
    )


def _close(dispute: Dispute, status: DisputeStatus) -> None:
    """Write down the bank's last word, and what follows for each shop."""
    won = status == DisputeStatus.WON
    _parts_locked(dispute.payment)
    dispute.status, dispute.closed_at = status, Now()
    dispute.save(update_fields=["status", "closed_at", "updated_at"])
    rows = dispute.parts.select_related("seller_order__seller", "seller_order__order")
    parts = list(rows.order_by("pk"))
    for part in parts:
        part.dispute = dispute
        (_post_won if won else _post_lost)(part)
    if dispute.own_minor:
        _close_own(dispute, won=won)
    event = EventType.DISPUTE_WON if won else EventType.DISPUTE_LOST
    timeline.record(dispute.payment.order, event, note=str(dispute.amount))
    for part in parts:
        timeline.record(
            dispute.payment.order, event, seller_order=part.seller_order, note=str(part.paid)
        )
    if not won:
        _call_off([one.seller_order for one in parts if one.stage == Stage.HELD and one.whole])
    refunds_disputed.decided(dispute)
    _tell(parts, "dispute_won" if won else "dispute_lost")


def _post_won(part: DisputePart) -> None:
    seller_order = part.seller_order
    if part.stage == Stage.HELD:
        dispute_postings.held_dispute_won(
            part.dispute.payment, dispute=part.pk.hex, amount=part.paid
        )
        return
    dispute_postings.dispute_won(
        seller_order,
        dispute=part.pk.hex,
        share=postings.share_of(seller_order, part.parts),
        account=_account_of(seller_order),
    )


def _post_lost(part: DisputePart) -> None:
    seller_order = part.seller_order
    if part.stage == Stage.EARNED:
        dispute_postings.dispute_lost(
            seller_order,
            dispute=part.pk.hex,
            share=postings.share_of(seller_order, part.parts),
        )
        return
    nothing = Money(0, part.currency)
    held, _earned = less_refunds(seller_order)
    part.whole = _is_the_end(seller_order)
    part.save(update_fields=["whole"])
    borne = Money(held.paid - kept.regained(seller_order), part.currency) - part.paid
    # Of what is taken in part the rest is still to be posted, and its shop paid in full for it: until
    # the last of it is taken, which gives back what the marketplace has borne so far.
    dispute_postings.held_dispute_lost(
        part.dispute.payment,
        dispute=part.pk.hex,
        amount=part.paid,
        regained=borne if part.whole else nothing,
        subsidy=Money(held.subsidy, part.currency) if part.whole else nothing,
        account=AccountKind.HELD if part.whole else AccountKind.LOSSES,
    )


def _is_the_end(seller_order: SellerOrder) -> bool:
    """Return whether banks have kept all that was held of it, and have decided about everything."""
    held, _earned = left_of(seller_order)
    return held.paid == 0 and not is_disputed(seller_order.pk)


def _close_own(dispute: Dispute, *, won: bool) -> None:
    source, payment, amount = f"{dispute.pk}:own", dispute.payment, _own(dispute)
    if won:
        dispute_postings.held_dispute_won(payment, dispute=source, amount=amount)
    else:
        dispute_postings.held_dispute_lost(
            payment,
            dispute=source,
            amount=amount,
            regained=Money(0, dispute.currency),
            subsidy=Money(0, dispute.currency),
            account=AccountKind.LOSSES,
        )


def _own(dispute: Dispute) -> Money:
    return Money(dispute.own_minor, dispute.currency)


def _call_off(seller_orders: Sequence[SellerOrder]) -> None:
    """End what was not posted of seller orders whose money is gone: their copies are for sale again.

    Nothing is given back to the buyer: the bank has done so.
    """
    back: dict[int, int] = {}
    for seller_order in seller_orders:
        lines = [line for line in seller_order.lines.order_by("pk") if line.left]
        for line in lines:
            back[line.listing_id] = back.get(line.listing_id, 0) + line.left
            OrderLine.objects.filter(pk=line.pk).update(refused=F("refused") + line.left)
        if lines:
            _end(seller_order)
    if back:
        # All at once: whoever locks listings does so in the order of their keys.
        number = seller_orders[0].order.number
        stock.restock(quantities=back, reference=number, actor=None)


def _end(seller_order: SellerOrder) -> None:
    posted = seller_order.lines.filter(posted__gt=0).exists()
    seller_order.status = SellerOrderStatus.SHIPPED if posted else SellerOrderStatus.CANCELLED
    seller_order.cancel_reason = _("The buyer’s bank took the payment back")
    promises.follow(seller_order, SellerOrderStatus(seller_order.status))
    seller_order.save(update_fields=["status", "cancel_reason", *promises.FIELDS, "updated_at"])


def _tell(parts: Iterable[DisputePart], kind: str) -> None:
    """Have each shop told once, by its first part."""
    first = {part.seller_order_id: part.pk for part in reversed(list(parts))}
    for pk in first.values():
        enqueue("orders.send_mail", kind=kind, pk=str(pk))
