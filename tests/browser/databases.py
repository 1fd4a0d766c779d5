"""A street with the demo's books, loaded once, and a copy of it for every test.

Emptying all tables after a test, as transactional tests do, would empty the street as well. PostgreSQL
copies a database of this size in a fraction of a second, so every test begins with the same books.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import connection, connections

WORKS = 60


@contextmanager
def standing_on(name: str) -> Iterator[None]:
    """Let this thread and the server's use the database ``name``."""
    settings = connections.databases["default"]
    before = settings["NAME"]
    connection.close()
    settings["NAME"] = name
    cache.clear()
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = before
        cache.clear()


def copy(source: str, name: str) -> None:
    """Make the database ``name`` with all that is in ``source``, which nobody may be using."""
    connection.close()
    drop(name)
    _run(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')


def drop(name: str) -> None:
    """Remove a database, ending what is still connected to it."""
    _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
