"""Sessions in Redis with the database behind it, in which an ended session stays ended.

Django's ``cached_db`` believes Redis. When Redis hangs while somebody signs out, the row is deleted but
the copy in Redis is not, and once Redis goes on the session is alive again. Therefore:

* A session of somebody who is signed in is confirmed by its row, always: one query by primary key, on
  pages that read the user's row anyway. No copy of it is kept that could outlive the row.
* An anonymous session is believed from Redis for ``settings.SESSION_CACHE_SECONDS`` and costs no query.
  It opens nothing: at worst a visitor sees their basket as it was some minutes ago.
* Redis being away or hanging makes reads go to the database. Nothing fails.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedDBStore
from django.contrib.sessions.backends.db import SessionStore as DBStore
from django.core.cache.backends.base import BaseCache

if TYPE_CHECKING:
    from django.contrib.sessions.models import Session


class SessionStore(CachedDBStore):
    """The session engine."""

    cache_key_prefix = "session."

    # Of the base classes, whose stubs leave them out.
    _cache: BaseCache
    _session: dict[str, Any]
    _get_session_from_db: Callable[[], "Session | None"]

    def load(self) -> dict[str, Any]:
        """Return the session's data; empty when it has ended, whatever Redis remembers."""
        cached = self._cache.get(self.cache_key)
        if isinstance(cached, dict) and SESSION_KEY not in cached:
            return cached
        row = self._get_session_from_db()
        if row is None:
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        self._remember(data)
        return data

    async def aload(self) -> dict[str, Any]:
        """Do as ``load``."""
        return await sync_to_async(self.load)()

    def exists(self, session_key: str) -> bool:
        """Return whether the key is taken. The database knows best."""
        return bool(session_key) and DBStore.exists(self, session_key)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 Django's signature
        """Write the row, then what Redis may answer."""
        DBStore.save(self, must_create)
        # A new key is written empty first and filled at once: between the two there is nothing to
        # remember, least of all an anonymous copy of a key that somebody is about to sign in with.
        if not must_create:
            self._remember(self._session)

    async def asave(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 Django's signature
        """Do as ``save``."""
        await sync_to_async(self.save)(must_create)

    def _remember(self, data: dict[str, Any]) -> None:
        if SESSION_KEY not in data:
            age = self.get_expiry_age(expiry=data.get("_session_expiry"))
            self._cache.set(self.cache_key, data, min(settings.SESSION_CACHE_SECONDS, age))
        elif self.modified:
            self._cache.delete(self.cache_key)
