"""What every import does about others at the same rows: one at a time, and again after a lock that was held."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.db import OperationalError, connection

T = TypeVar("T")
log = structlog.get_logger(__name__)

# Tries of a batch that waited too long for a lock, or met a deadlock.
TRIES = 4
# Deadlock, serialisation failure, lock timeout.
_HELD = frozenset({"40P01", "40001", "55P03"})


@contextmanager
def alone(key: tuple[int, int]) -> Iterator[bool]:
    """Hold the advisory lock ``key`` while the block runs, if nobody else does: whether it is held.

    It goes with the connection, so that a process that dies leaves nothing locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        row = cursor.fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def again(work: Callable[[], T], **told: object) -> T:
    """Return what ``work`` does in a transaction of its own, tried again if it met a lock that was held.

    ``told`` is logged with each further try.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", "")
            if code not in _HELD or attempt == TRIES:
                raise
            log.warning("import_batch_again", sqlstate=code, **told)
            time.sleep(0.2 * attempt)
    raise AssertionError  # the loop returns or raises
