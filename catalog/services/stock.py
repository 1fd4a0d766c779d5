"""Stock: the only place where a listing's ``on_hand`` and ``held`` change.

Every function must run inside a transaction. Rows are locked by one helper, in the order of their
primary keys, so that baskets with the same copies in another order wait for each other and never
deadlock.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.constants import ListingStatus, MovementKind
from catalog.errors import OutOfStockError, StockError
from catalog.models import Listing, StockMovement

# Quantities of copies by the listing's primary key.
Quantities = Mapping[int, int]


def lock_listings(pks: Iterable[int]) -> dict[int, Listing]:
    """Lock listings in the order of their keys and return them, with the book, by key.

    ``FOR NO KEY UPDATE``: order lines that refer to a listing need not wait. Keys without a row are
    left out.
    """
    keys = set(pks)
    rows = (
        Listing.objects.filter(pk__in=keys)
        .select_related("edition__work", "edition__publisher", "seller")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    found = {listing.pk: listing for listing in rows}
    if len(found) < len(keys):
        # A merge may have moved a copy to another edition while we waited for its lock. PostgreSQL
        # then drops the row, for it no longer joins what was read before; a new look finds it.
        found = {listing.pk: listing for listing in rows.all()}
    return found


def hold(*, listings: Mapping[int, Listing], quantities: Quantities) -> None:
    """Promise copies of locked ``listings`` to an unfinished checkout.

    Raises:
        OutOfStockError: fewer copies are free than asked for; nothing is held.
    """
    short = {
        pk: listings[pk].available for pk, n in quantities.items() if listings[pk].available < n
    }
    if short:
        raise OutOfStockError(_("Somebody else was quicker."), available=short)
    for pk, quantity in quantities.items():
        listings[pk].held += quantity
    _save(listings[pk] for pk in quantities)


def release(*, quantities: Quantities) -> None:
    """Give copies that were held back to the other shoppers."""
    listings = lock_listings(quantities)
    for pk, quantity in quantities.items():
        listings[pk].held -= quantity
    _save(listings.values())


def sell_held(*, quantities: Quantities, reference: str) -> None:
    """Turn held copies into sold ones. ``reference`` is the order's number."""
    listings = lock_listings(quantities)
    for pk, quantity in quantities.items():
        listings[pk].held -= quantity
        _change(listings[pk], -quantity)
    _save(listings.values())
    _record(MovementKind.SOLD, {pk: -n for pk, n in quantities.items()}, reference, None)


def sell_free(*, quantities: Quantities, reference: str) -> None:
    """Sell copies that nobody holds, for a payment that came after its hold had ended.

    Raises:
        OutOfStockError: they have been sold or promised to somebody else meanwhile, taken off sale, or
            their shop has closed.
    """
    listings = lock_listings(quantities)
    if Listing.objects.on_sale().filter(pk__in=listings).count() < len(quantities):
        raise OutOfStockError(_("It is no longer for sale."))
    hold(listings=listings, quantities=quantities)
    sell_held(quantities=quantities, reference=reference)


def restock(*, quantities: Quantities, reference: str, actor: User | None) -> None:
    """Put sold copies back on the shelf, and a listing that had sold out back on sale."""
    _add(MovementKind.RESTOCKED, quantities, reference, actor)


def receive(
    *, listing_id: int, quantity: int, reference: str = "", actor: User | None = None
) -> None:
    """Book in ``quantity`` new copies (1 or more)."""
    if quantity < 1:
        raise StockError(_("Receive at least one copy."), fields={"quantity": [_("At least 1.")]})
    _add(MovementKind.RECEIVED, {listing_id: quantity}, reference, actor)


def correct(*, listing_id: int, counted: int, reason: str, actor: User | None) -> None:
    """Set the stock on hand to what was ``counted``; nothing happens when that is right already.

    Raises:
        StockError: more copies are promised to checkouts than were counted.
    """
    listing = lock_listings([listing_id])[listing_id]
    if counted < listing.held:
        message = _("%(n)s copies are promised to people who are paying now. Try again later.")
        raise StockError(
            message % {"n": listing.held}, fields={"on_hand": [message % {"n": listing.held}]}
        )
    difference = counted - listing.on_hand
    if difference:
        _change(listing, difference)
        _save([listing])
        _record(MovementKind.CORRECTED, {listing_id: difference}, reason, actor)


def shelve(
    *, columns: Sequence[str], rows: Sequence[Sequence[Any]], reference: str, actor: User | None
) -> list[int]:
    """Write new listings with the movements that brought their copies; return their keys, in order.

    ``columns`` are those of the table, ``on_hand`` among them. Three statements, whatever the number.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('catalog_listing', 'id'))"
            " FROM generate_series(1, %s)",
            [len(rows)],
        )
        keys = sorted(row[0] for row in cursor.fetchall())
    _copy(
        "catalog_listing", ("id", *columns), ((k, *row) for k, row in zip(keys, rows, strict=True))
    )
    place = columns.index("on_hand")
    brought = {key: row[place] for key, row in zip(keys, rows, strict=True) if row[place]}
    _move(MovementKind.RECEIVED, brought, reference, actor)
    return keys


def count(
    *,
    listings: Mapping[int, tuple[int, int]],
    counted: Quantities,
    reference: str,
    actor: User | None,
    kind: MovementKind = MovementKind.CORRECTED,
) -> dict[int, int]:
    """Set the stock of many locked listings to what was counted; two statements, whatever the number.

    ``listings`` holds what is on hand and held of each, as its lock has shown them. What is promised to
    people who are paying now stays: the listings for which that is more than was counted are
    returned, with how many copies it is.
    """
    kept = {pk: max(n, listings[pk][1]) for pk, n in counted.items()}
    changed = {pk: n for pk, n in kept.items() if n != listings[pk][0]}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [sorted(changed), [changed[pk] for pk in sorted(changed)]])
        moved = {pk: n - listings[pk][0] for pk, n in changed.items()}
        _move(kind, moved, reference, actor)
    return {pk: listings[pk][1] for pk, n in counted.items() if n < listings[pk][1]}


def status_with(listing: Listing, on_hand: int) -> str:
    """Return the state that ``listing`` is in when ``on_hand`` copies of it stand on the shelf."""
    if on_hand == 0 and listing.status == ListingStatus.ACTIVE:
        return ListingStatus.SOLD
    if on_hand > 0 and listing.status == ListingStatus.SOLD:
        return ListingStatus.ACTIVE
    return listing.status


# As ``status_with``, for many: a copy that is gone is sold, one that is back is on sale again.
_COUNT = """
    UPDATE catalog_listing AS l SET on_hand = new.n, updated_at = now(), status = CASE
        WHEN new.n = 0 AND l.status = 'active' THEN 'sold'
        WHEN new.n > 0 AND l.status = 'sold' THEN 'active' ELSE l.status END
    FROM unnest(%s::bigint[], %s::int[]) AS new (id, n) WHERE l.id = new.id
"""


def _move(kind: str, changes: Quantities, reference: str, actor: User | None) -> None:
    """Write movements as ``_record`` does, for many."""
    now, actor_id = timezone.now(), actor.pk if actor else None
    rows: list[tuple[int, str, int, str, Any, datetime]] = [
        (pk, str(kind), n, reference[:80], actor_id, now) for pk, n in sorted(changes.items())
    ]
    columns = ("listing_id", "kind", "quantity", "reference", "actor_id", "created_at")
    _copy("catalog_stockmovement", columns, rows)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    into = f'COPY "{table}" ({names}) FROM STDIN'
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as sink:
        for row in rows:
            sink.write_row(row)


def _add(kind: str, quantities: Quantities, reference: str, actor: User | None) -> None:
    listings = lock_listings(quantities)
    for pk, quantity in quantities.items():
        _change(listings[pk], quantity)
    _save(listings.values())
    _record(kind, quantities, reference, actor)


def _change(listing: Listing, difference: int) -> None:
    listing.on_hand += difference
    listing.status = status_with(listing, listing.on_hand)


def _save(listings: Iterable[Listing]) -> None:
    rows, now = list(listings), timezone.now()
    for row in rows:
        row.updated_at = now
    Listing.objects.bulk_update(rows, ["on_hand", "held", "status", "updated_at"])


def _record(kind: str, changes: Quantities, reference: str, actor: User | None) -> None:
    StockMovement.objects.bulk_create(
        StockMovement(listing_id=pk, kind=kind, quantity=n, reference=reference[:80], actor=actor)
        for pk, n in sorted(changes.items())
    )
