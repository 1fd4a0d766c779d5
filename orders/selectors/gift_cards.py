"""Gift cards by their codes."""

from hashlib import sha256

from django.utils import timezone

from orders.models import Basket, BasketCode, GiftCard

# Without the signs that look like others (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def normalised(code: str) -> str:
    """Return a code as it was issued, however it was typed."""
    return "".join(sign for sign in code.upper().translate(_READ_AS) if sign in ALPHABET)


def digest_of(code: str) -> str:
    """Return what a code is known by. Codes are random and long, so a plain digest hides them."""
    return sha256(normalised(code).encode()).hexdigest()


def card_with(code: str) -> GiftCard | None:
    """Return the card of this code."""
    return GiftCard.objects.filter(digest=digest_of(code)).first()


def can_be_spent(card: GiftCard, currency: str) -> bool:
    """Return whether the card is good for something now."""
    return (
        not card.blocked
        and card.balance_minor > 0
        and card.currency == currency
        and (card.expires_at is None or card.expires_at > timezone.now())
    )


def cards_of(basket: Basket) -> list[GiftCard]:
    """Return the gift cards typed for a basket, as typed."""
    rows = BasketCode.objects.filter(basket=basket, gift_card__isnull=False).order_by("pk")
    return [row.gift_card for row in rows.select_related("gift_card") if row.gift_card]
