"""Receivers of signals declared in the apps below. One function a signal."""

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.signals import visitor_signed_in
from catalog.services import pending


@receiver(visitor_signed_in)
def save_what_was_asked_before(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Save the book that somebody asked to save before they had signed in."""
    pending.finish(session=request.session, user=user)
