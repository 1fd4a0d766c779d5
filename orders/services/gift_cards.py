"""Gift cards: issued, put by for an order, spent, and given money back.

A card's row is locked before its balance changes; cards after everything else, ordered by key.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import EntryKind, GiftFunding, UseStatus
from orders.models import GiftCard, GiftCardUse, JournalEntry, Order, Refund
from orders.selectors.gift_cards import can_be_spent, code_from, digest_of
from orders.services import postings
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


@business_transaction
def issue(
    *,
    worth: Money,
    funding: GiftFunding,
    actor: User | None,
    recipient: str = "",
    note: str = "",
    expires_at: datetime | None = None,
) -> tuple[GiftCard, str]:
    """Issue a card and return it with its code, which nobody can read again.

    ``recipient`` gets the code by mail.

    Raises:
        DomainError: it would be worth nothing, or be expired already.
    """
    if worth.minor <= 0:
        message = _("Say what the card is worth.")
        raise DomainError(message, fields={"amount": [message]})
    if expires_at is not None and expires_at <= timezone.now():
        message = _("This day has passed.")
        raise DomainError(message, fields={"expires_at": [message]})
    seed = secrets.token_hex(16)
    code = code_from(seed)
    card = GiftCard.objects.create(
        digest=digest_of(code),
        hint=code[-4:],
        currency=worth.currency,
        initial_minor=worth.minor,
        balance_minor=worth.minor,
        funding=funding,
        recipient=recipient,
        note=note[:200],
        expires_at=expires_at,
        issued_by=actor,
    )
    postings.gift_card_issued(card)
    if recipient:
        enqueue("orders.send_gift_card", pk=str(card.pk), seed=seed)
    return card, code


def put_by(*, order: Order, cards: Sequence[GiftCard]) -> Money:
    """Put by for an unpaid order as much of its total as ``cards`` have, in their order.

    Returns what they pay. In the transaction that writes the order: of two orders at once, the second
    gets what the first has left.
    """
    left = order.total_minor
    locked = _locked(cards)
    uses = []
    for card in (locked[known.pk] for known in cards if known.pk in locked):
        amount = min(left, card.balance_minor) if can_be_spent(card, order.currency) else 0
        if amount <= 0:
            continue
        GiftCard.objects.filter(pk=card.pk).update(balance_minor=F("balance_minor") - amount)
        uses.append(
            GiftCardUse(card=card, order=order, amount_minor=amount, currency=order.currency)
        )
        left -= amount
    GiftCardUse.objects.bulk_create(uses)
    return Money(order.total_minor - left, order.currency)


def release(*, order: Order) -> None:
    """Put back on the cards what was put by for an order that was not paid."""
    for use in _taken(order):
        GiftCard.objects.filter(pk=use.card_id).update(
            balance_minor=F("balance_minor") + use.amount_minor
        )
        use.status = UseStatus.RELEASED
        use.save(update_fields=["status", "updated_at"])


def _locked(cards: Sequence[GiftCard]) -> dict[UUID, GiftCard]:
    """Lock cards in the order of their keys, and return them as they are now."""
    rows = GiftCard.objects.filter(pk__in=[card.pk for card in cards])
    return {card.pk: card for card in rows.select_for_update().order_by("pk")}


def take_again(*, order: Order) -> bool:
    """Put by anew what was released, for an order that was paid late; False when it isn't there."""
    released = order.gift_card_uses.filter(status=UseStatus.RELEASED)
    uses = list(released.select_related("card").order_by("pk"))
    locked = _locked([use.card for use in uses])
    if any(locked[use.card_id].balance_minor < use.amount_minor for use in uses):
        return False
    for use in uses:
        GiftCard.objects.filter(pk=use.card_id).update(
            balance_minor=F("balance_minor") - use.amount_minor
        )
        use.status = UseStatus.TAKEN
        use.save(update_fields=["status", "updated_at"])
    return True


def give_back(refund: Refund) -> list[tuple[GiftCard, Money]]:
    """Put a refund's part for gift cards back on those that paid, the last one used first."""
    left, given = refund.gift_minor, []
    if not left:
        return []
    for use in reversed(_taken(refund.payment.order)):
        amount = min(left, use.amount_minor - use.returned_minor)
        if amount <= 0:
            continue
        GiftCardUse.objects.filter(pk=use.pk).update(returned_minor=F("returned_minor") + amount)
        GiftCard.objects.filter(pk=use.card_id).update(balance_minor=F("balance_minor") + amount)
        given.append((use.card, Money(amount, refund.currency)))
        left -= amount
    if left:
        msg = f"Refund {refund.pk} gives gift cards {left} more than they paid"
        raise ValueError(msg)
    return given


@business_transaction
def block(*, card: GiftCard, blocked: bool, actor: User | None) -> GiftCard:
    """Keep a card from being spent, or let it be spent again. What is put by stays put by."""
    locked = GiftCard.objects.select_for_update().get(pk=card.pk)
    log.info("gift_card_blocked", card=str(card.pk), blocked=blocked, actor=actor and actor.pk)
    locked.blocked = blocked
    locked.save(update_fields=["blocked", "updated_at"])
    return locked


@business_transaction
def expire(*, card: GiftCard) -> GiftCard:
    """Write off what is left on a card whose time has run out; again changes nothing."""
    locked = GiftCard.objects.select_for_update().get(pk=card.pk)
    over = locked.expires_at is not None and locked.expires_at <= timezone.now()
    waiting = locked.uses.filter(status=UseStatus.TAKEN, order__status="pending")
    if over and locked.balance_minor and not waiting.exists():
        source = f"gift_card:{locked.pk}:"
        before = JournalEntry.objects.filter(
            kind=EntryKind.GIFT_EXPIRED, source__startswith=source
        ).count()
        postings.gift_card_expired(locked, amount=locked.balance, time=before + 1)
        locked.balance_minor = 0
        locked.save(update_fields=["balance_minor", "updated_at"])
    return locked


def expire_all(*, most: int = 1000) -> int:
    """Write off the cards that have expired, each by itself; returns how many were looked at."""
    over = GiftCard.objects.filter(expires_at__lte=timezone.now(), balance_minor__gt=0)
    cards = list(over.order_by("expires_at", "pk")[:most])
    for card in cards:
        try:
            expire(card=card)
        except Exception:  # one that fails holds no other up
            log.exception("gift_card_not_expired", card=str(card.pk))
    return len(cards)


def _taken(order: Order) -> list[GiftCardUse]:
    uses = order.gift_card_uses.filter(status=UseStatus.TAKEN).select_related("card").order_by("pk")
    _locked([use.card for use in uses])
    return list(uses)
