"""What all tests of orders start with."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest) -> None:
    """Begin without jobs: their tables are not emptied after tests with transactions of their own."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None:
        return
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
