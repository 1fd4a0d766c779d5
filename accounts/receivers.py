"""Receivers of signals declared in the apps below. One function a signal."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.services import limits
from accounts.signals import visitor_signed_in


@receiver(user_logged_in, dispatch_uid="accounts.tell_of_sign_in")
def tell_of_sign_in(
    sender: type[User],
    user: User,
    request: HttpRequest | None = None,
    **_kwargs: Any,
) -> None:
    """Say that a visitor has become ``user``, when the session is already the new one.

    What the anonymous visitor had in the session (the basket's token) is still in
    ``request.session``: Django gives an anonymous session a new key at sign-in and keeps its content.
    Only a session of another user is emptied first, and theirs is not this user's business.
    """
    if request is not None:
        visitor_signed_in.send(sender=sender, user=user, request=request)


@receiver(password_reset, dispatch_uid="accounts.open_account_again")
def open_account_again(sender: type[User], user: User, **_kwargs: Any) -> None:
    """Let the owner in who has just set a new password by mail, whoever else was guessing."""
    for address in EmailAddress.objects.filter(user=user):
        limits.forget_account(email=address.email)
