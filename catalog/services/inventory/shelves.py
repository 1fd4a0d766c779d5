"""What a shop has already, as far as a batch of rows may be about it: read in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from catalog.services.inventory.facts import SPOKEN

_STATE = ("id", "sku", "edition_id", "status", "on_hand", "held", "listed_at")
# Times as text: nobody reckons with them here, and they are the slowest thing to read.
_READ = f"""
    SELECT {", ".join(f"l.{name}" for name in (*_STATE[:-1], "listed_at::text", *SPOKEN))},
        e.title, e.subtitle, w.title, w.original_title
    FROM catalog_listing l JOIN catalog_edition e ON e.id = l.edition_id
    JOIN catalog_work w ON w.id = e.work_id
"""  # noqa: S608 names of columns
_BY_SKU = _READ + " WHERE l.seller_id = %s AND l.sku = ANY(%s)"
_LOCK = _READ + " WHERE l.id = ANY(%s) ORDER BY l.id FOR NO KEY UPDATE OF l"

# What has been sold here: ever, and since the stock was last counted, received or put back.
_SOLD = """
    WITH counted AS (
        SELECT listing_id, max(id) FILTER (WHERE kind <> 'sold') AS last
        FROM catalog_stockmovement WHERE listing_id = ANY(%s) GROUP BY listing_id
    )
    SELECT m.listing_id, -sum(m.quantity),
        -coalesce(sum(m.quantity) FILTER (WHERE m.id > coalesce(c.last, 0)), 0), max(m.created_at)
    FROM catalog_stockmovement m JOIN counted c ON c.listing_id = m.listing_id
    WHERE m.kind = 'sold' GROUP BY m.listing_id
"""

# An EAN of a book is its ISBN, and an ISBN-10 may stand beside.
_BY_ISBN = """
    SELECT i.value, e.id, e.title, e.subtitle, e.language, w.title, w.original_title, w.id
    FROM catalog_identifier i JOIN catalog_edition e ON e.id = i.edition_id
    JOIN catalog_work w ON w.id = e.work_id
    WHERE i.value = ANY(%s) AND i.type IN ('15', '03') ORDER BY e.id
"""


class Titles(NamedTuple):
    """The titles of an edition and its work, by which a row can contradict it."""

    title: str
    subtitle: str
    work_title: str
    original_title: str
    language: str = ""


class Bearer(NamedTuple):
    """An edition that bears an ISBN."""

    edition_id: int
    work_id: int
    titles: Titles


class Sales(NamedTuple):
    """What was sold of a listing here: ever, since its stock was last counted, and when last."""

    ever: int
    since: int
    last: datetime


@dataclass(slots=True)
class Standing:
    """A listing as it stands."""

    pk: int
    sku: str
    edition_id: int
    status: str
    on_hand: int
    held: int
    listed_at: str | None
    columns: dict[str, Any]
    titles: Titles


def by_sku(seller_id: int, skus: Iterable[str]) -> dict[str, Standing]:
    """Return the shop's listings with these SKUs, without locking them."""
    return {one.sku: one for one in _read(_BY_SKU, [seller_id, list(skus)])}


def locked(pks: Iterable[int]) -> dict[str, Standing]:
    """Lock listings in the order of their keys and return them as they stand, by SKU."""
    keys = sorted(pks)
    found = {one.sku: one for one in _read(_LOCK, [keys])}
    if len(found) < len(keys):
        # As catalog.services.stock.lock_listings: a merge moved a copy while we waited.
        found = {one.sku: one for one in _read(_LOCK, [keys])}
    return found


def sales(pks: Iterable[int]) -> dict[int, Sales]:
    """Return what was sold of listings; those of which nothing was are left out."""
    keys = list(pks)
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [keys])
        return {pk: Sales(int(a), int(b), last) for pk, a, b, last in cursor.fetchall()}


def by_isbn(isbns: Iterable[str]) -> dict[str, list[Bearer]]:
    """Return the editions that bear these ISBN-13s."""
    wanted = list(isbns)
    found: dict[str, list[Bearer]] = {}
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_BY_ISBN, [wanted])
        rows = cursor.fetchall()
    for value, edition, title, subtitle, language, work_title, original, work in rows:
        titles = Titles(title, subtitle, work_title, original, language)
        found.setdefault(value, []).append(Bearer(edition, work, titles))
    return found


def _read(sql: str, params: list[Any]) -> list[Standing]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    width, whole = len(_STATE), len(_STATE) + len(SPOKEN)
    return [
        Standing(  # type: ignore[call-arg]  # as many columns as _STATE names
            *row[:width], dict(zip(SPOKEN, row[width:whole], strict=True)), Titles(*row[whole:])
        )
        for row in rows
    ]
