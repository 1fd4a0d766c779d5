"""From a basket's plain quote to what is to be paid: promotions taken off, gift cards put against it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from books4all.lib.money import Money
from orders.constants import UseStatus
from orders.models import Basket, BasketCode, GiftCard, GiftCardUse, Order
from orders.selectors import promotions
from orders.selectors.gift_cards import can_be_spent
from orders.selectors.promotions import Decision
from orders.selectors.quotes import Code, Quote, Terms
from orders.selectors.quotes.settling import settle


@dataclass(frozen=True, slots=True)
class _Card:
    """A typed gift card with what it pays."""

    code: BasketCode
    card: GiftCard
    pays: int


def reduced(
    basket: Basket, plain: Quote, *, terms: Terms, email: str = "", waiting: Order | None = None
) -> Quote:
    """Return the quote of ``basket`` with its promotions and gift cards, in at most seven queries.

    ``waiting`` is the basket's order that waits for payment: what it uses is its own.
    """
    typed = list(
        BasketCode.objects.filter(basket=basket)
        .select_related("promotion", "gift_card")
        .order_by("pk")
    )
    decision = promotions.decision_for(basket, plain, typed=typed, email=email, waiting=waiting)
    quote = settle(plain, terms=terms, discounts=decision.discounts) if decision.used else plain
    cards = _cards(typed, quote, waiting)
    return replace(
        quote,
        gift_minor=sum(card.pays for card in cards),
        codes=tuple(_shown(row, quote, decision, cards) for row in typed),
    )


def _cards(typed: Sequence[BasketCode], quote: Quote, waiting: Order | None) -> list[_Card]:
    rows = [row for row in typed if row.gift_card_id]
    own = dict[object, int]()
    if rows and waiting is not None:
        uses = GiftCardUse.objects.filter(order=waiting, status=UseStatus.TAKEN)
        own = dict(uses.values_list("card", "amount_minor"))
    left, cards = quote.total.minor, []
    for row in rows:
        card = row.gift_card
        assert card is not None
        there = card.balance_minor if can_be_spent(card, quote.currency) else 0
        pays = min(left, there + own.get(card.pk, 0))
        cards.append(_Card(row, card, pays))
        left -= pays
    return cards


def _shown(row: BasketCode, quote: Quote, decision: Decision, cards: Sequence[_Card]) -> Code:
    card = next((card for card in cards if card.code is row), None)
    if card is not None:
        problem = "" if card.pays else _("There is nothing to pay with it, or nothing left on it.")
        label = _("Gift card %(hint)s") % {"hint": card.card}
        return Code(row.pk, label, Money(card.pays, quote.currency), True, problem)  # noqa: FBT003
    key = str(row.promotion_id)
    minor = sum(one.minor for one in quote.discounts if one.discount.code == key)
    label = row.promotion.code if row.promotion else ""
    return Code(row.pk, label, Money(minor, quote.currency), problem=decision.refused.get(key, ""))
