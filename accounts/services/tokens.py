"""Tokens for programs: signed, short-lived, and ended all at once when they must be.

A sign-in makes a *family*: one row of its own in the table of outstanding tokens, whose ``jti`` every
token of it names in ``family``. The family's row is what rotation locks, and blacklisting it ends
all its tokens, the access tokens too. Tokens also carry the user's ``token_epoch``; raising that
(a new password, signing out everywhere) ends every family.

The stock rotation of simplejwt reads, then writes: 16 uses of one refresh token at once gave up to
15 successors, replaying an old one left its successor alive, and a deleted user was a 500.
"""

import re
from dataclasses import dataclass
from typing import Self, TypeVar
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from rest_framework_simplejwt import tokens as jwt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts.errors import TokenRefusedError
from accounts.models import User

T = TypeVar("T", bound=jwt.Token)
FAMILY = "family"
EPOCH = "epoch"
# The shapes of our own claims: only these reach the database.
_NAME = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"[0-9]{1,18}")


class AccessToken(jwt.AccessToken):
    """What a request shows. Signature, age, issuer, audience and type are checked here."""


class RefreshToken(jwt.RefreshToken):
    """What is exchanged, once, for a new pair. Whether it was used is checked under the lock."""

    access_token_class = AccessToken

    def check_blacklist(self) -> None:
        """Leave it to ``rotate``, which looks under the family's lock."""

    @classmethod
    def of(cls, user: User, family: str) -> Self:
        """Return a new token of ``family`` and remember that it is out (its text is not kept)."""
        token = cls()
        token["user_id"] = str(user.pk)
        token[FAMILY] = family
        token[EPOCH] = user.token_epoch
        _remember(user, token["jti"], token)
        return token


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token, the refresh token to get the next with, and the access token's life (s)."""

    access: str
    refresh: str
    expires_in: int


@transaction.atomic
def issue(*, user: User) -> Pair:
    """Begin a family of tokens for ``user``, who has just signed in."""
    family = uuid4().hex
    refresh = RefreshToken.of(user, family)
    _remember(user, family, refresh)
    return _pair(refresh)


def rotate(*, refresh: str) -> Pair:
    """Exchange a refresh token for a new pair; of any number of uses at once exactly one succeeds.

    Using one again ends its whole family: either the holder or a thief has an old copy, and nobody
    can tell which.

    Raises:
        TokenRefusedError: forged, expired, of the wrong kind, used already, of an ended family, or
            of a user who is gone, closed or has ended all tokens.
    """
    token = _read(RefreshToken, refresh)
    # The refusal must not undo the end of the family: it is raised after the transaction.
    pair = _rotate(token)
    if pair is None:
        raise TokenRefusedError
    return pair


@transaction.atomic
def _rotate(token: RefreshToken) -> Pair | None:
    family = _lock(token)
    if family is None or BlacklistedToken.objects.filter(token=family).exists():
        return None
    user = _live_user(token)
    used = OutstandingToken.objects.filter(jti=token["jti"]).first()
    if user is None or used is None:
        return None
    _row, fresh = BlacklistedToken.objects.get_or_create(token=used)
    if not fresh:
        BlacklistedToken.objects.create(token=family)
        return None
    new = RefreshToken.of(user, family.jti)
    # Expired rows are swept away; the family's must outlive its last token.
    family.expires_at = datetime_from_epoch(new["exp"])
    family.save(update_fields=["expires_at"])
    return _pair(new)


def end(*, refresh: str) -> None:
    """End the family of a refresh token: sign out on that device, access token included.

    Raises:
        TokenRefusedError: not a refresh token of ours, or expired. One that was used is taken.
    """
    token = _read(RefreshToken, refresh)
    with transaction.atomic():
        family = _lock(token)
        if family is not None:
            BlacklistedToken.objects.get_or_create(token=family)


def user_of_access(*, access: str) -> User:
    """Return the user whose valid access token this is, in one query.

    Raises:
        TokenRefusedError: as ``rotate``.
    """
    token = _read(AccessToken, access)
    user = _live_user(token)
    if user is None:
        raise TokenRefusedError
    return user


def verify(*, token: str) -> None:
    """Check an access or a refresh token.

    Raises:
        TokenRefusedError: it is of no use (any more).
    """
    try:
        user_of_access(access=token)
    except TokenRefusedError:
        refresh = _read(RefreshToken, token)
        spent = BlacklistedToken.objects.filter(token__jti=refresh["jti"]).exists()
        if spent or _live_user(refresh) is None:
            raise TokenRefusedError from None


def _lock(token: RefreshToken) -> OutstandingToken | None:
    """Lock the row of the token's family; none: the sign-in is not known."""
    # Of the row alone: its manager joins the user, who may be gone.
    rows = OutstandingToken.objects.select_for_update(of=("self",)).order_by("pk")
    return rows.filter(jti=token[FAMILY]).first()


def _live_user(token: jwt.Token) -> User | None:
    """Return the token's user unless gone, closed, of a later epoch, or the family has ended."""
    alive = Exists(
        OutstandingToken.objects.filter(
            jti=token[FAMILY], user_id=OuterRef("pk"), blacklistedtoken__isnull=True
        )
    )
    users = User.objects.filter(
        alive, pk=int(token["user_id"]), is_active=True, token_epoch=token[EPOCH]
    )
    return users.first()


def _read(kind: type[T], text: str) -> T:
    try:
        token = kind(text)  # type: ignore[arg-type]  # simplejwt's annotation is its own class
    except TokenError as error:
        raise TokenRefusedError from error
    user, epoch = token.get("user_id"), token.get(EPOCH)
    names = (token.get(FAMILY), token.get("jti"))
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        raise TokenRefusedError
    if not isinstance(user, str) or not _KEY.fullmatch(user) or type(epoch) is not int:
        raise TokenRefusedError
    return token


def _remember(user: User, jti: str, token: jwt.Token) -> None:
    OutstandingToken.objects.create(
        user=user,
        jti=jti,
        token="",
        created_at=timezone.now(),
        expires_at=datetime_from_epoch(token["exp"]),
    )


def _pair(refresh: RefreshToken) -> Pair:
    access = refresh.access_token
    return Pair(str(access), str(refresh), access["exp"] - refresh["iat"])


def forget_expired() -> int:
    """Delete what is remembered of tokens that no clock would take any more; return how many rows."""
    count, _by_model = OutstandingToken.objects.filter(expires_at__lt=timezone.now()).delete()
    return count
