"""Limits that hold under parallel requests.

Every hit is counted by one script inside Redis (``limits``, sliding window of two fixed ones), so two
requests never read the same count. While Redis is away each process counts for itself in bounded
memory: with R replicas of W processes a limit is then at most R × W times as wide, never absent.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from books4all.lib.errors import DomainError

# A Redis that failed is left alone this long (seconds), so that requests don't each wait for it.
PAUSE_AFTER_FAILURE = 5.0
FALLBACK_KEYS = 20_000


class LimitExceededError(DomainError):
    """Too many attempts. ``retry_after`` is in whole seconds."""

    code = "rate_limited"
    status = 429

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        wait = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        message = _("Too many attempts. Try again in %(wait)s.") % {"wait": wait}
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate such as ``"10/minute"`` (syntax of ``limits``) under a name that separates its counts."""

    name: str
    rate: str

    @property
    def item(self) -> RateLimitItem:
        """The parsed rate."""
        return _parsed(self.rate)


@cache
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


class MemoryWindow:
    """Fixed windows in this process; the least recently counted keys are forgotten first."""

    def __init__(self, keys: int = FALLBACK_KEYS) -> None:
        self._keys = keys
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count one and return whether it was within the limit."""
        now = time.monotonic()
        with self._lock:
            ends, count = self._counts.pop(key, (0.0, 0))
            if ends <= now:
                ends, count = now + item.get_expiry(), 0
            allowed = count < item.amount
            self._counts[key] = (ends, count + int(allowed))
            while len(self._counts) > self._keys:
                self._counts.popitem(last=False)
            return allowed

    def wait(self, key: str) -> float:
        """Return the seconds until the window of ``key`` ends."""
        with self._lock:
            return max(0.0, self._counts.get(key, (0.0, 0))[0] - time.monotonic())

    def clear(self, key: str) -> None:
        """Forget ``key``."""
        with self._lock:
            self._counts.pop(key, None)


class RateLimiter:
    """Counts in the Redis of ``url``, in memory while that is away."""

    def __init__(self, url: str, *, timeout: float = 0.2) -> None:
        self._redis = SlidingWindowCounterRateLimiter(
            RedisStorage(
                _for_limits(url),
                key_prefix="b4a:limit",
                socket_timeout=timeout,
                socket_connect_timeout=timeout,
            )
        )
        self._memory = MemoryWindow()
        self._away_until = 0.0

    def hit(self, limit: Limit, *identity: str) -> None:
        """Count one attempt of ``identity`` (hashed: no address or e-mail stands in Redis).

        Raises:
            LimitExceededError: this attempt is one too many. It is not counted, so that nobody is
                shut out for longer by trying on.
        """
        key = _key(limit, identity)
        if time.monotonic() >= self._away_until:
            try:
                if self._redis.hit(limit.item, key):
                    return
                reset = self._redis.get_window_stats(limit.item, key).reset_time
                raise LimitExceededError(max(1, round(reset - time.time())))
            except RedisError as error:
                self._away_until = time.monotonic() + PAUSE_AFTER_FAILURE
                structlog.get_logger(__name__).warning("limits_in_memory", error=str(error))
        if not self._memory.hit(limit.item, key):
            raise LimitExceededError(max(1, round(self._memory.wait(key))))

    def hit_all(self, limits: Sequence[tuple[Limit, tuple[str, ...]]]) -> None:
        """Count one attempt in each of ``limits``, narrowest first; stop at the first that is full.

        Raises:
            LimitExceededError: as ``hit``.
        """
        for limit, identity in limits:
            self.hit(limit, *identity)

    def clear(self, limit: Limit, *identity: str) -> None:
        """Forget the attempts of ``identity``."""
        key = _key(limit, identity)
        self._memory.clear(key)
        try:
            self._redis.clear(limit.item, key)
        except RedisError as error:
            structlog.get_logger(__name__).warning("limit_not_cleared", error=str(error))


def _for_limits(url: str) -> str:
    # limits reads redis+unix://, where redis-py and Django read unix://.
    return f"redis+{url}" if url.startswith("unix://") else url


def _key(limit: Limit, identity: Sequence[str]) -> str:
    digest = blake2b(
        "\0".join(identity).encode(), digest_size=16, key=settings.SECRET_KEY.encode()[:64]
    )
    return f"{limit.name}:{digest.hexdigest()}"


@cache
def _limiter(url: str) -> RateLimiter:
    return RateLimiter(url)


def limiter() -> RateLimiter:
    """Return this process's limiter on ``settings.REDIS_URL``."""
    return _limiter(settings.REDIS_URL)
