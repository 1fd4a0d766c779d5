"""Wants meet stock: who waits for what has just been listed.

The rule is ``catalog.selectors.want_rule``. It is asked of new copies in the transaction that lists them;
of all the rest that may come on sale (a shop is approved or opens again, a copy is put back, becomes
cheaper, is described better) by the sweep: whatever does so has the book's search document written anew,
and the sweep follows the documents. Each pair is found once, however often it is looked at.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from books4all.lib.jobs import enqueue
from catalog.constants import WantNotice
from catalog.models import Want, WantSweep
from catalog.search import index, wanted
from catalog.selectors import want_rule
from catalog.selectors.want_rule import Rule

# As many works a transaction of the sweep, and as many transactions a run: the next goes on.
WORKS, RUNS = 1000, 300
# How long the sweep waits for the writer of documents (milliseconds).
PATIENCE = 5000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

# The order keeps two writers of the same pairs from waiting for each other in turn.
_WRITE = """
    {rule}, fresh AS (
        INSERT INTO catalog_wantmatch (want_id, listing_id, price_minor, matched_at, told_at, seen_at)
        SELECT m.want, m.listing, m.landed, %(now)s, %(known)s, %(known)s FROM met m
        WHERE NOT EXISTS (
            SELECT FROM catalog_wantmatch k WHERE k.want_id = m.want AND k.listing_id = m.listing)
        ORDER BY m.want, m.listing
        ON CONFLICT (want_id, listing_id) DO NOTHING RETURNING want_id
    )
    SELECT count(*), coalesce(bool_or(w.notice = %(at_once)s), false)
    FROM fresh JOIN catalog_want w ON w.id = fresh.want_id
"""


def match(*, listing_ids: Collection[int]) -> int:
    """Match listings that went on sale, or became cheaper, with the wants of readers.

    Called in the transaction that writes the listings: one statement, whatever their number. Who wants
    to hear at once is told by a job of the same transaction. Returns the number of new matches.
    """
    if not listing_ids:
        return 0
    return _write(want_rule.of_listings(listing_ids))


def match_works(*, work_ids: Collection[int]) -> int:
    """Match all copies of these works; otherwise as ``match``."""
    return _write(want_rule.of_works(work_ids)) if work_ids else 0


def match_want(*, want: Want) -> int:
    """Match a want that was written just now with what is on sale already.

    Nobody is written to about it: the person sees the copies on the page that follows.
    """
    works = _works_of(want)
    if not works:
        return 0
    return _write(want_rule.of_works(works, [want.pk]), known=True)


def _works_of(want: Want) -> Sequence[int]:
    if want.edition is not None:
        return [want.edition.work_id]
    if want.work_id is not None:
        return [want.work_id]
    query = str(want.sought or "")
    return wanted.books(wanted.Sought(query, tuple(want.anchors)), most=wanted.MOST_BOOKS)


def _write(rule: Rule, *, known: bool = False) -> int:
    now = timezone.now()
    params = rule.params | {
        "now": now,
        "known": now if known else None,
        "at_once": WantNotice.AT_ONCE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(rule=rule.sql), params)
        found, at_once = cursor.fetchone()
    if at_once and not known:
        enqueue("catalog.tell_wants_at_once")
    return int(found)


def sweep() -> int:
    """Match the copies of all books whose documents were written since the last time.

    Returns the number of new matches. Gives up for now when somebody else writes documents for long.
    """
    _learn_words()
    until = _written_until()
    if until is None:
        return 0
    found = 0
    for _ in range(RUNS):
        works, new = _sweep_some(until)
        found += new
        if works < WORKS:
            break
    return found


def _learn_words() -> None:
    """Work out what words ask that were written down before this was kept with them."""
    for want in Want.objects.exclude(query="").filter(anchors=[]).order_by("pk")[:WORKS]:
        found = wanted.sought(want.query)
        # What holds nothing to look for is not looked at each time.
        want.anchors = list(found.anchors) if found else ["="]
        want.sought = found.query or None if found else None
        want.save(update_fields=["anchors", "sought"])


def _written_until() -> datetime | None:
    """Return a moment before which no document is still being written, None if that takes long.

    Documents are written under a lock that their transaction holds to its end.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(PATIENCE)])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [index.LOCK])
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment
    except OperationalError:
        return None


@transaction.atomic
def _sweep_some(until: datetime) -> tuple[int, int]:
    """Match the next works, and remember how far that was; return how many works and new matches."""
    WantSweep.objects.get_or_create(pk=1, defaults={"swept_to": _BEGINNING})
    at = WantSweep.objects.select_for_update().get(pk=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT written_at, work_id FROM catalog_searchdocument"
            " WHERE (written_at, work_id) > (%s, %s) AND written_at <= %s"
            " ORDER BY written_at, work_id LIMIT %s",
            [at.swept_to, at.work_id, until, WORKS],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0, 0
    found = match_works(work_ids=[work_id for _, work_id in rows])
    at.swept_to, at.work_id = rows[-1]
    at.save(update_fields=["swept_to", "work_id"])
    return len(rows), found
