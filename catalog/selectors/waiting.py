"""Those who wait: users, and guests known by the links of their letters.

A link holds what it is about, signed: whoever has it may do that one thing and no other. Links to
confirm end after a week; those to the wants of a guest, and to stop letters, work as long as the letter
is kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from accounts.models import User
from books4all.lib.money import Money
from catalog.models import Listing, Want

CONFIRM, GUEST, STOP = "catalog.want.confirm", "catalog.want.guest", "catalog.want.stop"
CONFIRM_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits: a user, or a guest by the address that they have shown to be theirs."""

    user: User | None = None
    email: str = ""

    @property
    def own(self) -> Q:
        """What their wants are found by."""
        return Q(user=self.user) if self.user else Q(user__isnull=True, email=self.email)

    @property
    def wants(self) -> QuerySet[Want]:
        """Their wants, of whatever state."""
        return Want.objects.filter(self.own)

    @property
    def address(self) -> str:
        """Where letters go."""
        return self.user.email if self.user else self.email


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy in a letter, with the want it meets and its price delivered."""

    want: Want
    listing: Listing
    price: Money


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter says: to whom, the copies that are still on sale, and how many more there are."""

    who: Waiter
    language: str
    copies: list[Copy]
    more: int = 0


def confirm_token(want: Want) -> str:
    """Return the secret of the link by which a guest confirms ``want``."""
    return signing.dumps([want.pk, want.email], salt=CONFIRM)


def to_confirm(token: str) -> tuple[int, str] | None:
    """Return key and address of the want that a link confirms; None for no link of ours."""
    found = _read(token, CONFIRM, max_age=CONFIRM_WITHIN)
    return (found[0], found[1]) if found else None


def guest_token(email: str) -> str:
    """Return the secret of the link to a guest's wants."""
    return signing.dumps([email], salt=GUEST)


def guest_of(token: str) -> Waiter | None:
    """Return the guest whose wants a link leads to; None for no link of ours."""
    found = _read(token, GUEST)
    return Waiter(email=found[0]) if found else None


def stop_token(who: Waiter) -> str:
    """Return the secret of the link that stops letters about wants."""
    return signing.dumps([who.user.pk if who.user else None, who.email], salt=STOP)


def to_stop(token: str) -> Waiter | None:
    """Return who wants no more letters; None for no link of ours, or somebody who is gone."""
    found = _read(token, STOP)
    if found is None:
        return None
    user_id, email = found
    if user_id is None:
        return Waiter(email=email)
    user = User.objects.filter(pk=user_id).first()
    return Waiter(user=user) if user else None


def _read(token: str, salt: str, max_age: timedelta | None = None) -> list[Any] | None:
    try:
        found: list[Any] = signing.loads(token, salt=salt, max_age=max_age)
    except (signing.BadSignature, ValueError):
        return None
    return found
