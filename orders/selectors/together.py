"""Which books are bought together, read from the orders of the last two years."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from orders.constants import OrderStatus

LOOKED_BACK = timedelta(days=730)
# A school's list or a dealer's haul says nothing about taste.
MOST_BOOKS = 20
# One order is somebody's own affair, and no evidence.
LEAST_ORDERS = 2
KEPT_A_BOOK = 12
_READ_AT_ONCE = 2000

_PAIRS = """
    WITH bought AS MATERIALIZED (
        SELECT DISTINCT so.order_id, e.work_id
        FROM orders_order o
        JOIN orders_sellerorder so ON so.order_id = o.id
        JOIN orders_orderline line ON line.seller_order_id = so.id
        JOIN catalog_listing l ON l.id = line.listing_id
        JOIN catalog_edition e ON e.id = l.edition_id
        WHERE o.placed_at >= %(since)s AND o.status <> ALL (%(undone)s)
    ),
    telling AS MATERIALIZED (
        SELECT order_id FROM bought GROUP BY order_id HAVING count(*) BETWEEN 2 AND %(most)s
    ),
    pairs AS (
        SELECT a.work_id, b.work_id AS other_id, count(*) AS orders
        FROM telling
        JOIN bought a ON a.order_id = telling.order_id
        JOIN bought b ON b.order_id = telling.order_id AND b.work_id <> a.work_id
        GROUP BY a.work_id, b.work_id HAVING count(*) >= %(least)s
    )
    SELECT work_id, other_id, orders
    FROM (
        SELECT pairs.*, row_number() OVER (
            PARTITION BY work_id ORDER BY orders DESC, other_id
        ) AS place FROM pairs
    ) AS ranked
    WHERE place <= %(kept)s
"""


def bought_together() -> Iterator[tuple[int, int, int]]:
    """Yield a work, another and how many orders had both, for the pairs worth telling.

    They come from a cursor in the database, some thousand at a time, in a transaction of its own.
    """
    given: dict[str, Any] = {
        "since": timezone.now() - LOOKED_BACK,
        "undone": [OrderStatus.PENDING, OrderStatus.EXPIRED],
        "most": MOST_BOOKS,
        "least": LEAST_ORDERS,
        "kept": KEPT_A_BOOK,
    }
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_PAIRS, given)
        while rows := cursor.fetchmany(_READ_AT_ONCE):
            yield from rows
