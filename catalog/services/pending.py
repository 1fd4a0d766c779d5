"""What a visitor asked to save before signing in, kept in the session until they have."""

from collections.abc import MutableMapping
from typing import Any

from accounts.models import User
from books4all.lib.errors import DomainError
from catalog.models import Work
from catalog.services import reading_lists, wants

_KEY = "catalog_pending"
WANT = "want"
READING_LIST = "reading_list"


def remember(*, session: MutableMapping[str, Any], kind: str, work: Work) -> None:
    """Keep the wish to save ``work``: ``kind`` is ``WANT`` or ``READING_LIST``. The last counts."""
    session[_KEY] = {"kind": kind, "work": work.pk}


def finish(*, session: MutableMapping[str, Any], user: User) -> Work | None:
    """Save for ``user`` what the session remembers, once, and return the book.

    A book that is gone since, or a list that is full, is let go: signing in must not fail over it.
    """
    asked = session.pop(_KEY, None)
    work = Work.objects.filter(pk=asked["work"]).first() if asked else None
    if asked is None or work is None:
        return None
    save = wants.add if asked["kind"] == WANT else reading_lists.add
    try:
        save(user=user, work=work)
    except DomainError:
        return None
    return work
