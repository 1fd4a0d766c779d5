"""Limits: exact under parallel hits, and still there without Redis."""

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from django_redis import get_redis_connection

from books4all.lib.ratelimit import Limit, LimitExceededError, MemoryWindow, RateLimiter, limiter

TEN = Limit("test", "10/minute")


@pytest.fixture
def who() -> str:
    return uuid.uuid4().hex


def _passed(hit: Callable[[], None], times: int = 60) -> int:
    """Hit from ``times`` threads at once, and return how many got through."""
    barrier = threading.Barrier(times)

    def attempt(_n: int) -> bool:
        barrier.wait()
        try:
            hit()
        except LimitExceededError:
            return False
        return True

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(attempt, range(times)))


@pytest.mark.parametrize("_round", range(3))
def test_sixty_at_once_pass_exactly_ten(who: str, _round: int) -> None:
    assert _passed(lambda: limiter().hit(TEN, who)) == 10


def test_counting_by_get_and_set_lets_more_through(who: str) -> None:
    """Negative control: the same load on Django's cache."""

    def hit() -> None:
        count = cache.get(who, 0)
        if count >= 10:
            raise LimitExceededError(60)
        cache.set(who, count + 1, 60)

    assert _passed(hit) > 10


def test_processes_share_one_count(who: str) -> None:
    one, other = RateLimiter(settings.REDIS_URL), RateLimiter(settings.REDIS_URL)
    for _ in range(5):
        one.hit(TEN, who)
        other.hit(TEN, who)
    with pytest.raises(LimitExceededError):
        one.hit(TEN, who)


def test_error_says_how_long_to_wait(who: str) -> None:
    for _ in range(10):
        limiter().hit(TEN, who)
    with pytest.raises(LimitExceededError) as caught:
        limiter().hit(TEN, who)
    assert 0 < caught.value.retry_after <= 60
    assert caught.value.status == 429
    assert caught.value.extra["retry_after"] == caught.value.retry_after
    assert caught.value.message == "Too many attempts. Try again in 1 minute."


def test_window_moves_on(who: str) -> None:
    brief = Limit("brief", "2/second")
    for _ in range(2):
        limiter().hit(brief, who)
    with pytest.raises(LimitExceededError):
        limiter().hit(brief, who)
    time.sleep(2.05)
    limiter().hit(brief, who)


def test_refused_hits_do_not_count(who: str) -> None:
    brief = Limit("brief", "2/second")
    deadline = time.monotonic() + 2.5
    passed = 0
    while time.monotonic() < deadline:
        try:
            limiter().hit(brief, who)
            passed += 1
        except LimitExceededError:
            time.sleep(0.01)
    assert passed >= 3  # hammering on never shuts anybody out


def test_identities_and_names_are_apart(who: str) -> None:
    for _ in range(10):
        limiter().hit(TEN, who)
    limiter().hit(TEN, who, "more")
    limiter().hit(Limit("other", "10/minute"), who)


def test_clear_forgets(who: str) -> None:
    for _ in range(10):
        limiter().hit(TEN, who)
    limiter().clear(TEN, who)
    limiter().hit(TEN, who)


def test_nobody_is_named_in_redis() -> None:
    limiter().hit(TEN, "alice@example.org", "192.0.2.1")
    keys = b" ".join(get_redis_connection("default").keys("*"))
    assert b"b4a:limit" in keys
    assert b"alice" not in keys
    assert b"192.0.2.1" not in keys


def test_without_redis_each_process_counts(who: str, tmp_path: object) -> None:
    alone = RateLimiter(f"unix://{tmp_path}/nobody-here.sock")
    started = time.monotonic()
    assert _passed(lambda: alone.hit(TEN, who)) == 10
    with pytest.raises(LimitExceededError) as caught:
        alone.hit(TEN, who)
    assert 0 < caught.value.retry_after <= 60
    assert time.monotonic() - started < 2


def test_memory_is_bounded() -> None:
    window = MemoryWindow(keys=100)
    for n in range(1000):
        window.hit(TEN.item, str(n))
    assert len(window._counts) == 100
