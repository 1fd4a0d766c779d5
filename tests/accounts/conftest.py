"""What the tests of accounts share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from redis import Redis

from accounts.models import User
from books4all.lib import ratelimit
from books4all.lib.tasks import deliver_mail
from tests.factories.accounts import UserFactory

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def empty_valkey() -> None:
    """Forget counts and cached sessions of the test before."""
    # With a patience of its own: the site's is a fifth of a second.
    Redis.from_url(settings.REDIS_URL).flushdb()
    ratelimit.limiter()._away_until = 0.0


@pytest.fixture(autouse=True)
def no_jobs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the table of jobs around tests with real transactions: nobody else does it."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def alice(db: None) -> User:
    """Somebody with a confirmed address."""
    user = UserFactory(email="alice@example.org", name="Alice", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def sign_in(client: Any) -> Callable[..., Any]:
    """Send the sign-in form."""

    def send(email: str = "alice@example.org", password: str = PASSWORD, **more: Any) -> Any:
        address = more.pop("address", "192.0.2.1")
        data = {"login": email, "password": password, **more}
        return client.post("/auth/login/", data, REMOTE_ADDR=address)

    return send


@pytest.fixture
def deliver() -> Callable[[], list[Any]]:
    """Run the mail jobs that were written, as the worker would, and return the outbox."""
    from django.core import mail

    def run() -> list[Any]:
        for job in ProcrastinateJob.objects.filter(task_name="deliver_mail").order_by("pk"):
            deliver_mail(**job.args)
        outbox: list[Any] = mail.outbox
        return outbox

    return run
