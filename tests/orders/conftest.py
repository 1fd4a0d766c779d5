"""What all tests of orders start with."""

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.db import connection

_AMOUNT = re.compile(r"£[\d,]+\.\d\d")


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest) -> None:
    """Begin without jobs: their tables are not emptied after tests with transactions of their own."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None:
        return
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture(autouse=True)
def letters_say_the_same() -> Iterator[None]:
    """Whatever letters a test has had sent: who reads them without HTML reads every amount that is in it."""
    yield
    for letter in getattr(mail, "outbox", []):
        plain = {*_AMOUNT.findall(letter.subject), *_AMOUNT.findall(letter.body)}
        for page, _kind in letter.alternatives:
            assert set(_AMOUNT.findall(page)) <= plain, letter.subject
