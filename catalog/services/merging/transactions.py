"""How merges run their transactions."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg import errors as pg

from catalog.errors import BusyError, MergeError

P = ParamSpec("P")
R = TypeVar("R")

_AGAIN = (pg.DeadlockDetected, pg.SerializationFailure)
_TIMES = 5


def merging_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one transaction, again after a deadlock.

    Also again when somebody referred to the row that goes while it went: the new row moves then. Rows
    that stay locked for longer than ``lock_timeout`` become ``BusyError``. Inside another transaction
    nothing can be tried again, and errors pass on.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if connection.in_atomic_block else _TIMES
        for left in range(tries - 1, -1, -1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except (OperationalError, IntegrityError) as error:
                cause = error.__cause__
                if isinstance(cause, pg.LockNotAvailable):
                    raise BusyError(_("Somebody is changing these rows. Try again.")) from error
                if left and isinstance(cause, (*_AGAIN, pg.ForeignKeyViolation)):
                    continue
                if isinstance(cause, pg.IntegrityError):
                    rule = cause.diag.constraint_name or ""
                    words = _("The database refuses it by the rule “%(rule)s”.")
                    raise MergeError(words % {"rule": rule}) from error
                raise
        raise AssertionError  # the last round returns or raises

    return run
