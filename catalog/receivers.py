"""Receivers of signals declared in the apps below. One function a signal."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.signals import visitor_signed_in
from books4all.lib.jobs import enqueue
from catalog.models import Cover
from catalog.services import pending

# Pages may be kept for a while, with addresses of files in them.
LINGER_SECONDS = 3600


@receiver(visitor_signed_in)
def save_what_was_asked_before(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Save the book that somebody asked to save before they had signed in."""
    pending.finish(session=request.session, user=user)


@receiver(post_delete, sender=Cover)
def let_files_go(instance: Cover, **_kwargs: Any) -> None:
    """Have the files of a removed cover removed, once no kept page can ask for them any more.

    A signal, because covers go with their editions too, wherever those are removed.
    """
    if instance.name:
        enqueue(
            "catalog.drop_cover",
            delay=LINGER_SECONDS,
            name=instance.name,
            widths=list(instance.widths),
        )
