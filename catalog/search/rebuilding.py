"""The index as a whole: written anew beside the old one, and its tiers worked out."""
# ruff: noqa: S608 - names of tables are ours

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from time import sleep
from typing import NamedTuple

import django
from django.db import OperationalError, connection, transaction

from catalog.search import beginnings, index, lexicon

LIVE, QUEUE = index.DOCUMENTS, "catalog_searchchange"
NEXT = f"{LIVE}_next"
BATCH = 1000
# Works in tiers 0, 1 and 2; the rest is tier 3.
TIERS = (2_000, 16_000, 128_000)
# A catalogue that has grown by this factor since its tiers were worked out gets new ones; a small
# one needs none.
GROWTH, SMALL = 1.3, 4_000
# With as many works, more than one process writes.
MANY, MOST_PROCESSES = 20_000, 4
# The share of the time that documents take; indexes are the rest.
FILLED = 0.7
# How often taking the old table's place is tried, a second apart.
SWAPS = 120
# One rebuild at a time; the keeper of the index takes this lock before it changes tiers.
LOCK = index.LOCK + 1

Progress = Callable[[str, float], None]

# Popularity decides where a row lies: the works that most searches show lie together.
_ORDER = """
    CREATE TEMPORARY TABLE search_order ON COMMIT PRESERVE ROWS AS
    SELECT row_number() OVER (ORDER BY {standing} DESC) AS place, w.id, {standing} AS standing
    FROM catalog_work w LEFT JOIN (
        SELECT e.work_id, count(*) AS copies
        FROM catalog_edition e JOIN catalog_listing l ON l.edition_id = e.id
        WHERE l.status = 'active' AND l.on_hand > l.held GROUP BY e.work_id
    ) AS o ON o.work_id = w.id
"""


def rebuild(progress: Progress = lambda _doing, _share: None) -> int:
    """Write all documents anew, while searches go on, and return how many there are.

    They go into a table of their own, most popular first, which takes the old one's place in the
    end. Works that change meanwhile are written by the keeper into the old table, and once more
    into the new one. ``progress`` is told each step and the share done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            cursor.execute("SELECT clock_timestamp(), pg_current_snapshot()::text")
            begun, snapshot = cursor.fetchone()
            progress("Ordering works", 0.0)
            _prepare()
            count = _fill(progress)
            progress("Building indexes", FILLED)
            _build_indexes(progress)
            progress("Weighing suggestions", 0.98)
            beginnings.settle()
            progress("Taking its place", 0.99)
            _swap_soon(begun, snapshot)
            progress("Counting words", 0.99)
            lexicon.rebuild()
        finally:
            cursor.execute("DROP TABLE IF EXISTS search_order")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    progress("Done", 1.0)
    return count


def _prepare() -> None:
    standing = index.STANDING.format(
        popularity="w.popularity",
        copies="coalesce(o.copies, 0)",
        completeness="w.completeness",
        key="w.id",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NEXT}")
        cursor.execute(
            f"CREATE TABLE {NEXT} (LIKE {LIVE} INCLUDING DEFAULTS INCLUDING STORAGE)"
            " WITH (toast_tuple_target = 128, fillfactor = 85)"
        )
        cursor.execute(f"ALTER TABLE {NEXT} ADD PRIMARY KEY (work_id)")
        cursor.execute("DROP TABLE IF EXISTS search_order")
        cursor.execute(_ORDER.format(standing=standing))
        cursor.execute("CREATE UNIQUE INDEX ON search_order (place)")
        cursor.execute("ANALYZE search_order")
        cursor.execute("SELECT count(*) FROM search_order")
        works = cursor.fetchone()[0]
        cursor.execute(
            "SELECT coalesce((SELECT standing FROM search_order WHERE place = size), 0)"
            " FROM unnest(%s::int[]) AS size ORDER BY size",
            [list(TIERS)],
        )
        _remember([row[0] for row in cursor.fetchall()], works)


def _remember(thresholds: list[int], works: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_searchstate (id, thresholds, works) VALUES (1, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET thresholds = EXCLUDED.thresholds, works = EXCLUDED.works",
            [thresholds, works],
        )


def _batches() -> Iterator[tuple[list[int], float]]:
    total = _works()
    with connection.cursor() as cursor:
        for at in range(0, total, BATCH):
            cursor.execute(
                "SELECT id FROM search_order WHERE place > %s AND place <= %s ORDER BY place",
                [at, at + BATCH],
            )
            yield [row[0] for row in cursor.fetchall()], at / total


class Part(NamedTuple):
    """What came of a batch: how many documents, and words that no batch of this process had."""

    works: int
    words: set[str]
    names: set[str]
    authors: set[str]


_known: tuple[set[str], set[str], set[str]] = (set(), set(), set())


def fill_part(keys: list[int]) -> Part:
    """Write the new documents of a batch, and what suggestions say of it."""
    if not _known[0] and multiprocessing.parent_process():
        # A process of its own: a page's limits are not for it.
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5min'; SET jit = off")
    rows = index.insert(keys, NEXT)
    beginnings.write(keys)
    new = []
    for words, known in zip(index.words_of(rows), _known, strict=True):
        new.append(words - known)
        known.update(words)
    return Part(len(rows), *new)


def _fill(progress: Progress) -> int:
    """Write all documents; with many works in as many processes as there are processors."""
    count = 0
    for part, share in _parts():
        count += part.works
        lexicon.learn(part.words, part.names, part.authors)
        progress("Writing documents", share * FILLED)
    return count


def _parts() -> Iterator[tuple[Part, float]]:
    batches = _batches()
    if connection.in_atomic_block or _works() < MANY:
        # Another process would not see what this transaction has written.
        for known in _known:
            known.clear()
        yield from ((fill_part(keys), share) for keys, share in batches)
        return
    workers = min(MOST_PROCESSES, os.cpu_count() or 1)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=django.setup) as pool:
        waiting: deque[tuple[Future[Part], float]] = deque()
        for keys, share in batches:
            waiting.append((pool.submit(fill_part, keys), share))
            if len(waiting) > 2 * workers:
                done, at = waiting.popleft()
                yield done.result(), at
        for done, at in waiting:
            yield done.result(), at


def _works() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_order")
        count: int = cursor.fetchone()[0]
    return count


def _build_indexes(progress: Progress) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = %s::regclass AND NOT indisprimary ORDER BY indexrelid",
            [LIVE],
        )
        found = cursor.fetchall()
        cursor.execute("SELECT set_config('maintenance_work_mem', '512MB', false)")
        for at, (name, definition) in enumerate(found):
            progress(f"Building index {name}", FILLED + 0.28 * at / len(found))
            made = definition.replace(f"INDEX {name} ON", f"INDEX {name}_next ON")
            cursor.execute(made.replace(f".{LIVE} USING", f".{NEXT} USING"))
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute(f"ANALYZE {NEXT}")


def _swap_soon(begun: datetime, snapshot: str) -> None:
    """Swap; give way to whoever reads the old table for long (a backup), and try again."""
    for _ in range(SWAPS - 1):
        try:
            _swap(begun, snapshot)
        except OperationalError:
            if connection.in_atomic_block:
                raise
            sleep(1)
        else:
            return
    _swap(begun, snapshot)


@transaction.atomic
def _swap(begun: datetime, snapshot: str) -> None:
    """Put the new table in the old one's place; writers wait, and readers for the last moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [index.LOCK])
        cursor.execute("SELECT set_config('lock_timeout', '1s', true)")
        # What was in the queue when the rebuild began is in the new documents.
        cursor.execute(
            f"DELETE FROM {QUEUE} WHERE pg_visible_in_snapshot(xact, %s::pg_snapshot)",
            [snapshot],
        )
        # What was written into the old table since then, to be written once more; and works that
        # have gone meanwhile.
        cursor.execute(
            f"INSERT INTO {QUEUE} (work_id, texts, bulk)"
            f" SELECT work_id, true, true FROM {LIVE} WHERE written_at >= %s::timestamptz"
            f" - interval '1 minute' UNION SELECT d.work_id, true, true FROM {NEXT} d"
            " WHERE NOT EXISTS (SELECT FROM catalog_work w WHERE w.id = d.work_id)",
            [begun],
        )
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass", [LIVE]
        )
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {LIVE}")
        cursor.execute(f"ALTER TABLE {NEXT} RENAME TO {LIVE}")
        for name in names:
            made = f"{NEXT}_pkey" if name.endswith("_pkey") else f"{name}_next"
            cursor.execute(f"ALTER INDEX {made} RENAME TO {name}")


def retier() -> bool:
    """Work the tiers out anew if the catalogue has outgrown them; return whether it had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT works FROM catalog_searchstate")
        row = cursor.fetchone()
        known = max(row[0] if row else 0, SMALL)
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {LIVE} LIMIT %s) AS counted", [int(known * GROWTH)]
        )
        if cursor.fetchone()[0] < int(known * GROWTH):
            return False
        cursor.execute(f"SELECT count(*) FROM {LIVE}")
        works = cursor.fetchone()[0]
        thresholds = []
        for size in TIERS:
            cursor.execute(
                f"SELECT standing FROM {LIVE} ORDER BY standing DESC OFFSET %s LIMIT 1", [size - 1]
            )
            found = cursor.fetchone()
            thresholds.append(found[0] if found else 0)
        _remember(thresholds, works)
    while _move_some():
        pass
    beginnings.settle()
    return True


@transaction.atomic
def _move_some() -> int:
    """Put some works into the tier where they belong now; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [index.LOCK])
        cursor.execute(
            f"UPDATE {LIVE} AS d SET tier = x.tier FROM ("
            f" SELECT d.work_id, {index.TIER.format(standing='d.standing')} AS tier"
            f" FROM {LIVE} d CROSS JOIN {index.THRESHOLDS}"
            f" WHERE d.tier <> {index.TIER.format(standing='d.standing')} LIMIT %s"
            ") AS x WHERE d.work_id = x.work_id",
            [BATCH],
        )
        moved: int = cursor.rowcount
        return moved
