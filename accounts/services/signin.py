"""Signing in by e-mail address and password, for pages and programs alike."""

from allauth.account.models import EmailAddress
from django.contrib import auth
from django.http import HttpRequest

from accounts.errors import EmailNotVerifiedError, WrongCredentialsError
from accounts.models import User
from accounts.services import limits


def check_attempt(*, email: str, address: str) -> None:
    """Count an attempt from the client address ``address``, before the password is hashed.

    Raises:
        LimitExceededError: one too many (books4all.lib.ratelimit); carries ``retry_after``.
    """
    limits.check_sign_in(email=email, address=address)


def authenticate(
    *, email: str, password: str, address: str, request: HttpRequest | None = None
) -> User:
    """Return the active user with this address and password, whose address is confirmed.

    The attempt is counted first. An unknown address costs a hash as well, so that the time taken does
    not tell it from a wrong password.

    Raises:
        LimitExceededError: too many attempts; the password was not looked at.
        WrongCredentialsError: no such account, wrong password, or the account is closed.
        EmailNotVerifiedError: all right but the address, which was never confirmed.
    """
    check_attempt(email=email, address=address)
    user = auth.authenticate(request, email=email.strip().lower(), password=password)
    if not isinstance(user, User):
        raise WrongCredentialsError
    limits.forget_sign_in(email=email, address=address)
    if not is_verified(user=user):
        raise EmailNotVerifiedError
    return user


def is_verified(*, user: User) -> bool:
    """Return whether the user has confirmed an address of theirs."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())
