"""Codes typed for a basket, and promotions used by orders, within their limits.

Limits are kept by the promotion's row: it is locked, in key order and last of all, before an order that
uses it is written, and given back when the order is not paid.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib.errors import DomainError, NotFoundError
from orders.constants import UseStatus
from orders.errors import CodeRefusedError
from orders.models import (
    Basket,
    BasketCode,
    Order,
    Promotion,
    PromotionShop,
    PromotionUse,
)
from orders.selectors.gift_cards import can_be_spent, card_with
from orders.selectors.promotions import promotion_with
from orders.selectors.quotes import Applied
from orders.services.baskets import lock_open
from orders.services.transactions import business_transaction

# Codes a basket may carry.
MOST_CODES = 5


@business_transaction
def type_code(*, basket: Basket, code: str) -> BasketCode:
    """Put a code in the basket, of a promotion or of a gift card. Twice changes nothing.

    What it takes off, and why nothing, is said by the quote: the basket may still change.

    Raises:
        CodeRefusedError: there is no such code, or it is good for nothing any more.
        CheckoutInProgressError: the basket waits for payment.
    """
    lock_open(basket)
    promotion = promotion_with(code)
    card = None if promotion else card_with(code)
    if promotion is None and card is None:
        raise _refused(_("There is no such code. Check it against your card or mail."))
    if card is not None and not can_be_spent(card, card.currency):
        raise _refused(_("There is nothing left on this gift card, or it has expired."))
    if promotion is not None and not promotion.active:
        raise _refused(_("This code has run out."))
    found = BasketCode.objects.filter(basket=basket, promotion=promotion, gift_card=card).first()
    if found is not None:
        return found
    if BasketCode.objects.filter(basket=basket).count() >= MOST_CODES:
        raise _refused(_("You have used as many codes as one order takes. Remove one."))
    return BasketCode.objects.create(basket=basket, promotion=promotion, gift_card=card)


@business_transaction
def remove_code(*, basket: Basket, pk: int) -> None:
    """Take a code out of the basket. Raises CheckoutInProgressError as ``type_code``."""
    lock_open(basket)
    BasketCode.objects.filter(basket=basket, pk=pk).delete()


def lock_for(basket: Basket) -> None:
    """Lock the promotions with a limit that ``basket`` may use, until the transaction ends.

    Of two orders at once that are one use too many, the second then sees the first.
    """
    typed = Q(pk__in=BasketCode.objects.filter(basket=basket).values("promotion"))
    limited = Q(uses_total__isnull=False) | Q(uses_each__isnull=False)
    _lock(Promotion.objects.filter(limited & (typed | Q(code="", active=True))))


def _lock(promotions: QuerySet[Promotion]) -> list[Promotion]:
    return list(promotions.select_for_update(of=("self",), no_key=True).order_by("pk"))


def use(*, order: Order, applied: Sequence[Applied]) -> None:
    """Write down what each promotion took off ``order``, in the transaction that writes it.

    The caller has locked them (``lock_for``) and checked the limits after that; the database refuses
    more uses than there may be in all.
    """
    sums: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for one in applied:
        total = sums.setdefault(one.discount.code, [0, 0])
        total[0] += one.minor
        total[1] += one.delivery.subsidy + sum(off.subsidy for off in one.lines.values())
        names[one.discount.code] = one.discount.name
    codes = dict(Promotion.objects.filter(pk__in=sums).values_list("pk", "code"))
    PromotionUse.objects.bulk_create(
        PromotionUse(
            promotion_id=UUID(key),
            order=order,
            email=order.email.lower(),
            name=names[key],
            code=codes[UUID(key)],
            amount_minor=amount,
            subsidy_minor=subsidy,
            currency=order.currency,
        )
        for key, (amount, subsidy) in sums.items()
        if amount
    )
    used = [UUID(key) for key, (amount, _subsidy) in sums.items() if amount]
    Promotion.objects.filter(pk__in=used).update(used=F("used") + 1)


def release(*, order: Order) -> None:
    """Give back the uses of an order that was not paid."""
    uses = PromotionUse.objects.filter(order=order, status=UseStatus.TAKEN)
    keys = [row.pk for row in _lock(Promotion.objects.filter(uses__in=uses))]
    Promotion.objects.filter(pk__in=keys).update(used=F("used") - 1)
    uses.update(status=UseStatus.RELEASED)


def take_again(*, order: Order) -> bool:
    """Use anew what was released, for an order that was paid late; False when a limit stands against it.

    The price was promised and paid: only the limit of all uses counts.
    """
    uses = PromotionUse.objects.filter(order=order, status=UseStatus.RELEASED)
    locked = _lock(Promotion.objects.filter(uses__in=uses))
    if any(promotion.is_used_up for promotion in locked):
        return False
    Promotion.objects.filter(pk__in=[row.pk for row in locked]).update(used=F("used") + 1)
    uses.update(status=UseStatus.TAKEN)
    return True


@business_transaction
def save_of_shop(*, seller: Seller, promotion: Promotion, actor: User) -> Promotion:
    """Save an offer of a shop, new or changed, at the shop's own cost.

    Raises:
        DomainError: the code is taken, or the offer has been used more often than it now may be.
    """
    promotion.seller, promotion.borne_bp = seller, 0
    promotion.code = promotion.code.strip().upper()
    taken = Promotion.objects.filter(code=promotion.code).exclude(pk=promotion.pk)
    if promotion.code and taken.exists():
        message = _("This code is taken. Choose another.")
        raise DomainError(message, fields={"code": [message]})
    is_new = promotion._state.adding  # noqa: SLF001 Django's documented attribute
    if not is_new:
        locked = Promotion.objects.select_for_update(no_key=True).get(pk=promotion.pk)
        promotion.used = locked.used
    if promotion.uses_total is not None and promotion.used > promotion.uses_total:
        message = _("It has been used %(n)s times already.") % {"n": promotion.used}
        raise DomainError(message, fields={"uses_total": [message]})
    promotion.save()
    action = "promotion.made" if is_new else "promotion.changed"
    activity.record(seller=seller, actor=actor, action=action, subject=promotion.name)
    return promotion


@business_transaction
def end(*, seller: Seller, pk: UUID, actor: User) -> Promotion:
    """End an offer of a shop; orders that wait for payment keep it. Raises NotFoundError."""
    promotion = Promotion.objects.select_for_update().filter(pk=pk, seller=seller).first()
    if promotion is None:
        raise NotFoundError(_("There is no such offer."))
    promotion.active = False
    promotion.save(update_fields=["active", "updated_at"])
    activity.record(seller=seller, actor=actor, action="promotion.ended", subject=promotion.name)
    return promotion


@business_transaction
def join(*, seller: Seller, pk: UUID, actor: User, joined: bool) -> None:
    """Have a shop take part in a promotion of the marketplace and bear its part of it, or leave it.

    Raises NotFoundError: there is none such that shops may join.
    """
    promotion = Promotion.objects.filter(pk=pk, seller=None, borne_bp__lt=10_000, active=True)
    found = promotion.first()
    if found is None:
        raise NotFoundError(_("There is no such offer."))
    if joined:
        PromotionShop.objects.get_or_create(promotion=found, seller=seller)
    else:
        PromotionShop.objects.filter(promotion=found, seller=seller).delete()
    action = "promotion.joined" if joined else "promotion.left"
    activity.record(seller=seller, actor=actor, action=action, subject=found.name)


def _refused(message: str) -> DomainError:
    return CodeRefusedError(message, fields={"code": [message]})
