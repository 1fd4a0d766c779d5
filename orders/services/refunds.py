"""Money given back: granted here, in the business transaction that decides it.

How much that is: ``refund_parts``. How it reaches the buyer: ``refund_settling``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import Actor, RefundStatus, Stage
from orders.models import Parts, Payment, Refund, RefundLine, SellerOrder
from orders.models.amounts import columns
from orders.selectors import refund_sources
from orders.selectors.order_money import kept_by_banks, left_of
from orders.services import documents, gift_cards, postings, refund_settling, refunds_disputed
from orders.services.refund_parts import (
    Back,
    check_left,
    check_lines,
    delivery_so_far,
    next_parts,
    within,
)
from orders.services.transactions import business_transaction


@business_transaction
def grant(
    *,
    seller_order: SellerOrder,
    stage: Stage,
    lines: Sequence[Back],
    delivery: Money | None = None,
    free_delivery: int = 0,
    reason: str,
    actor: User | None = None,
    side: Actor | None = None,
    key: UUID | None = None,
) -> Refund:
    """Give back to the buyer of ``seller_order`` what ``lines`` say, and ``delivery`` of its post.

    ``stage`` says where the money stands: still held (copies not posted), or earned by posting. Where
    nothing is posted at all, ``delivery`` is all of it that the buyer paid, even if that is nothing: what
    the marketplace bore of it goes back as well; of a delivery that was earned and cost the buyer nothing,
    ``free_delivery`` pence of that do. The caller holds the seller order's lock. ``key`` becomes
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
    check_lines(lines)
    given = _divided(seller_order, stage, lines, delivery, free_delivery)
    if stage == Stage.EARNED:
        books = Money(sum(back.parts.paid for back in lines), seller_order.currency)
        check_left(seller_order, books + delivery if delivery else books)
        if kept_by_banks(seller_order, stage).exists():
            given = _within(given, left_of(seller_order)[1])
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
    seller_order: SellerOrder,
    stage: Stage,
    lines: Sequence[Back],
    delivery: Money | None,
    free_delivery: int,
) -> list[_Given]:
    """Divide what is given back over the payments that it goes by, as far as they give anything."""
    post = delivery or Money(0, seller_order.currency)
    whole, gone = delivery_so_far(seller_order, post)
    held = stage == Stage.HELD
    given: list[_Given] = []
    for payment, minor in refund_sources.of_post(seller_order, post):
        part = next_parts(whole, gone, minor)
        if held and delivery is not None:
            # It is not made: whatever its buyer gets, what the marketplace bore of it goes back whole.
            part = replace(part, subsidy=whole.subsidy - gone.subsidy)
        elif not whole.paid:
            part = replace(part, subsidy=min(free_delivery, whole.subsidy - gone.subsidy))
        gone += part
        given.append(_Given(payment, () if given else lines, part))
    # Copies that cost nothing are among those that are never sent, whatever the post comes to; of posted
    # ones something goes back where the marketplace has paid for them.
    return [one for one in given if one.amount or one.parts.whole or (held and one.lines)]


def _within(given: Sequence[_Given], left: Parts) -> list[_Given]:
    """Return ``given`` with no more subsidy, commission and tax in it than banks have ``left``."""
    fitting = []
    for one in given:
        lines = []
        for back in one.lines:
            parts = within(back.parts, left)
            left -= parts
            lines.append(replace(back, parts=parts))
        post = within(one.post, left)
        left -= post
        fitting.append(_Given(one.payment, lines, post))
    return fitting


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
        refund_settling.ask(refund, about.actor, about.side)
        refunds_disputed.given_before(refund)
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
    check_left(seller_order, amount)
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
    refund_settling.ask(refund, about.actor, about.side)
    refunds_disputed.given_before(refund)
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
    refund_settling.ask(refund, None, Actor.SYSTEM)
    return refund
