"""What holds for every test."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(autouse=True)
def no_jobs_left(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Take away the jobs of tests with transactions of their own.

    Django empties the tables of its models after such a test; the job library keeps its own.
    """
    yield
    marker = request.node.get_closest_marker("django_db")
    own = bool(marker and marker.kwargs.get("transaction"))
    own = own or {"transactional_db", "live_server"} & set(request.fixturenames)
    # Tests in a browser have a database each, which goes with them.
    if own and "page" not in request.fixturenames:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
