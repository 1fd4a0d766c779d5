"""What the tests of the API share: a client that speaks JSON, and people who may sign in."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from redis import Redis
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import tokens
from tests.factories.accounts import UserFactory


@pytest.fixture(autouse=True)
def no_old_counts(settings: object) -> None:
    """Begin each test with empty limits; the Redis of the tests is theirs alone."""
    Redis.from_url(settings.REDIS_URL).flushdb()  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture
def api() -> APIClient:
    """A program without a token."""
    return APIClient()


def verified(**fields: object) -> User:
    """Return a user who has confirmed their address."""
    user = UserFactory(**fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def reader(db: None) -> User:
    """Somebody with a confirmed address."""
    return verified(email="hester@example.org", name="Hester")


@pytest.fixture
def signed_in() -> Callable[[User], APIClient]:
    """Return a client with an access token of the user."""

    def client(user: User) -> APIClient:
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user=user).access}")
        return api

    return client
