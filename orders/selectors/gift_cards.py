"""Gift cards by their codes."""

from hashlib import sha256

from django.utils import timezone
from django.utils.crypto import salted_hmac

from orders.models import Basket, BasketCode, GiftCard

# Without the signs that look like others (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 16 signs of 32: 80 bits, so that guessing is hopeless at any rate.
LENGTH = 16
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def code_from(seed: str) -> str:
    """Return the code that is made of a random ``seed``, as it is written: ``0ABC-…``.

    Only the marketplace's own secret makes a code of it, so that the job that mails a code can be given the
    seed: who reads jobs or logs can't spend.
    """
    made = salted_hmac("orders.gift_card", seed, algorithm="sha256").digest()
    code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in made[:LENGTH])
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


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
