"""How the services of orders run their transactions."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import errors as pg

from orders.errors import BusyError

P = ParamSpec("P")
R = TypeVar("R")

_AGAIN = (pg.DeadlockDetected, pg.SerializationFailure)
_TIMES = 3


def business_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one transaction, again after a deadlock (RELIABILITY: DB restart).

    A row that stays locked for longer than ``lock_timeout`` becomes ``BusyError``. Inside another
    transaction nothing can be tried again, so errors pass on unchanged but for that.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if connection.in_atomic_block else _TIMES
        for left in range(tries - 1, -1, -1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if isinstance(error.__cause__, pg.LockNotAvailable):
                    raise BusyError(_("Many people are here just now. Try again.")) from error
                if not (left and isinstance(error.__cause__, _AGAIN)):
                    raise
        raise AssertionError  # the last round returns or raises

    return run
