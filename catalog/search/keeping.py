"""The process that keeps the index true while the shop runs."""

import logging
from collections.abc import Callable
from functools import partial
from time import monotonic, sleep

from django.db import Error, connection, transaction
from django.utils import timezone

from catalog.models import SearchDocument, Work
from catalog.search import beginnings, index, rebuilding

log = logging.getLogger(__name__)

# How often the queue is looked at when it was empty, and how long the database is left in peace
# after it has failed (seconds).
PAUSE, PATIENCE = 0.5, 5.0
# How often the rest is looked after: tiers, closures.
CHORES = 600.0

# A holiday begins or ends with a day, which no trigger sees.
_SWEEP = """
    INSERT INTO catalog_searchchange (work_id, texts, bulk)
    SELECT DISTINCT e.work_id, false, true
    FROM accounts_seller s
    JOIN catalog_listing l ON l.seller_id = s.id AND l.status = 'active' AND l.on_hand > l.held
    JOIN catalog_edition e ON e.id = l.edition_id
    WHERE (s.closed_from > %(since)s AND s.closed_from <= %(today)s)
        OR (s.closed_to >= %(since)s AND s.closed_to < %(today)s)
"""


def keep(stopped: Callable[[], bool]) -> None:
    """Write documents as their works change, until ``stopped``.

    Any number of these may run; one writes at a time. An error is waited out: the changes stay in
    the queue until they are written. When a batch fails, smaller ones are taken; a change that fails
    alone is put at the end, so that one bad row holds nobody else up.
    """
    chores, day = 0.0, None
    most = index.BATCH
    while not stopped():
        # Holidays end with a day: those copies are not kept from buyers until the next round of chores.
        if monotonic() >= chores or day != timezone.now().date():
            # Whatever becomes of them, changes come first until the next time.
            chores, day = monotonic() + CHORES, timezone.now().date()
            _try("look after the search index", look_after)
        taken = _try("write the search index", partial(index.take, most))
        if taken is None:
            alone = most == 1
            if alone:
                _try("put off a change of the search index", index.put_off)
            most = max(1, most // 10)
            _wait(PATIENCE if alone or connection.connection is None else PAUSE, stopped)
        else:
            most = min(index.BATCH, most * 2)
            if not taken:
                _wait(PAUSE, stopped)


def _try(what: str, do: Callable[[], int | None]) -> int | None:
    """Return what ``do`` does, on a connection that may take its time; None if the database fails."""
    try:
        if connection.connection is None:
            prepare()
        return do()
    except Error:
        log.exception("Could not %s; trying again", what)
        if not connection.is_usable():
            connection.close()
        return None


def _wait(seconds: float, stopped: Callable[[], bool]) -> None:
    until = monotonic() + seconds
    while monotonic() < until and not stopped():
        sleep(min(PAUSE, seconds))


def prepare() -> None:
    """Let this connection work longer than a page may, and wait for the other writer."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '5min'; SET lock_timeout = '5min'; SET jit = off")


def look_after() -> None:
    """Write the index from nothing if there is none, follow closures, and mend the tiers."""
    if Work.objects.exists() and not SearchDocument.objects.exists():
        rebuilding.rebuild()
    sweep()
    rebuilding.retier()


def sweep() -> None:
    """Name the works of shops whose holidays have begun or ended since the last time.

    Once a day, and then suggestions are weighed anew too.
    """
    today = timezone.now().date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_searchstate (id, thresholds, works, swept) VALUES (1, '{}', 0, %s)"
            " ON CONFLICT (id) DO NOTHING",
            [today],
        )
        cursor.execute("SELECT swept FROM catalog_searchstate")
        since = cursor.fetchone()[0]
        if since == today:
            return
        with transaction.atomic():
            cursor.execute(_SWEEP, {"since": since or today, "today": today})
            cursor.execute("UPDATE catalog_searchstate SET swept = %s", [today])
        beginnings.settle()
