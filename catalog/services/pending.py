"""What a visitor asked to save before signing in, kept in the session until they have."""

from collections.abc import MutableMapping
from typing import Any

from accounts.models import User
from books4all.lib.errors import DomainError
from catalog.models import Work
from catalog.selectors.redirects import work_now
from catalog.services import reading_lists, wants

_KEY = "catalog_pending"
WANT = "want"
READING_LIST = "reading_list"
WANT_QUERY = "want_query"


def remember(
    *, session: MutableMapping[str, Any], kind: str, work: Work | None = None, text: str = ""
) -> None:
    """Keep a wish; the last counts.

    ``kind`` is ``WANT`` or ``READING_LIST`` with a ``work``, or ``WANT_QUERY`` with the words of
    a search.
    """
    session[_KEY] = {"kind": kind, "work": work and work.pk, "text": text}


def finish(*, session: MutableMapping[str, Any], user: User) -> bool:
    """Save for ``user`` what the session remembers, once; whether there was something to save.

    A book that is gone since, or a list that is full, is let go: signing in must not fail over it.
    """
    asked = session.pop(_KEY, None)
    if asked is None:
        return False
    try:
        return _save(user, asked)
    except (DomainError, ValueError):
        return False


def _save(user: User, asked: dict[str, Any]) -> bool:
    if asked["kind"] == WANT_QUERY:
        wants.add(user=user, text=asked["text"])
        return True
    work = _work(asked["work"])
    if work is None:
        return False
    save = wants.add if asked["kind"] == WANT else reading_lists.add
    save(user=user, work=work)
    return True


def _work(key: int) -> Work | None:
    """Return the book, or what it was merged into while its reader signed in."""
    return Work.objects.filter(pk__in=(key, work_now(key) or key)).first()
