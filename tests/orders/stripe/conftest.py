"""A fake Stripe, and settings that point to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.orders.stripe.fake_stripe import OLD_SECRET, SECRET, FakeStripe, serving


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[FakeStripe]:
    with serving() as fake:
        yield fake


@pytest.fixture
def fake(stripe_server: FakeStripe, settings: Any) -> FakeStripe:
    url, lock = stripe_server.url, stripe_server.lock
    with lock:
        stripe_server.__init__()  # type: ignore[misc]  # forget all that was before
    stripe_server.url = url
    settings.STRIPE_SECRET_KEY = "sk_test_for_tests_only"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET, OLD_SECRET]
    settings.STRIPE_API_BASE = url
    return stripe_server
