"""Passwords, and ending what was opened with them."""

from django.db import transaction

from accounts.models import User


@transaction.atomic
def set_password(*, user: User, password: str) -> None:
    """Give ``user`` a new password; all their sessions and tokens end (``token_epoch``).

    The page that calls this renews its own session afterwards.
    """
    user.set_password(password)
    user.token_epoch = _next_epoch(user)
    user.save(update_fields=["password", "token_epoch"])


@transaction.atomic
def sign_out_everywhere(*, user: User) -> None:
    """End all sessions and tokens of ``user``, the one that asks included."""
    user.token_epoch = _next_epoch(user)
    user.save(update_fields=["token_epoch"])


def _next_epoch(user: User) -> int:
    # Under the row's lock: two changes at once must not end up at the same number.
    return User.objects.select_for_update().get(pk=user.pk).token_epoch + 1
