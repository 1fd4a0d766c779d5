"""Replacing the whole stock: what a file does not have any more is withdrawn, within what the shop has seen."""

from collections import Counter
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.constants import InventoryMode, ListingStatus, RowOutcome
from catalog.importers.record import BookRecord, Problem, Severity
from catalog.importers.stock.row import StockAction, StockRow
from catalog.models import InventoryImport, Listing
from catalog.services.inventory import batches, shelves
from catalog.services.inventory.deciding import withdraw
from catalog.services.inventory.facts import facts_of

# More than this share of the stock is withdrawn by those alone who have seen the number and agreed.
SHARE_UNASKED = 10
_STANDING = (ListingStatus.ACTIVE.value, ListingStatus.PAUSED.value, ListingStatus.DRAFT.value)

_MISSING = """
    FROM catalog_listing l WHERE l.seller_id = %(seller)s AND l.status = ANY(%(standing)s)
    AND NOT EXISTS (
        SELECT FROM catalog_inventoryrow r
        WHERE (r.inventory_import_id::text || r.sku) = %(import)s::text || l.sku
    )
"""
_FORETOLD = f"""
    INSERT INTO catalog_inventoryrow (inventory_import_id, number, line, sku, title, author, outcome,
        changes, problems, data, corrected)
    SELECT %(import)s, %(total)s + row_number() OVER (ORDER BY missing.id), 0, missing.sku, left(e.title, 200),
        '', 'withdrawn', jsonb_build_object('on_hand', jsonb_build_array(missing.on_hand, 0)),
        '[]', NULL, false
    FROM (SELECT l.id, l.sku, l.on_hand, l.edition_id {_MISSING}) missing
    JOIN catalog_edition e ON e.id = missing.edition_id
"""  # noqa: S608 no value of anybody's


def foretell(inventory_import: InventoryImport) -> int:
    """Report what would be withdrawn, as rows behind the file's own; return their number."""
    if inventory_import.mode != InventoryMode.REPLACE:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FORETOLD, {**_params(inventory_import), "total": inventory_import.position})
        return int(cursor.rowcount)


def forget(inventory_import: InventoryImport) -> None:
    """Take back what was foretold."""
    foretold = inventory_import.rows.filter(outcome=RowOutcome.WITHDRAWN)
    foretold.filter(number__gt=inventory_import.total or 0).delete()


def is_bold(inventory_import: InventoryImport, withdrawn: int) -> bool:
    """Whether so many copies would go that somebody must say yes to it."""
    standing = Listing.objects.filter(seller_id=inventory_import.seller_id, status__in=_STANDING)
    return withdrawn > 0 and withdrawn * SHARE_UNASKED > standing.count()


def missing(inventory_import: InventoryImport) -> int:
    """Return how many copies stand on the shelves that no row of the file has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*)" + _MISSING, _params(inventory_import))
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def surprise(inventory_import: InventoryImport) -> Problem | None:
    """Return why nothing may be withdrawn: far more copies would go than the shop was shown."""
    gone = missing(inventory_import)
    if gone <= inventory_import.may_withdraw or not is_bold(inventory_import, gone):
        return None
    return Problem(
        code="withdraws_too_much",
        field="",
        value=str(gone),
        message=_(
            "%(n)d copies that are not in the file would be withdrawn, more than the check showed. "
            "None was withdrawn; the rows of the file were published."
        )
        % {"n": gone},
        remedy=_("Upload the file again, and look at the check."),
        severity=Severity.ERROR,
    )


def batch(inventory_import: InventoryImport, size: int) -> Counter[str]:
    """Withdraw at most ``size`` copies that the file does not have; nothing when none is left.

    Call it in the transaction that writes the position.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id" + _MISSING + " ORDER BY l.id LIMIT %(size)s",
            {**_params(inventory_import), "size": size},
        )
        keys = [row[0] for row in cursor.fetchall()]
    if not keys:
        return Counter()
    decisions = []
    for n, stands in enumerate(shelves.locked(keys).values(), start=1):
        number = inventory_import.position + n
        row = StockRow(
            number=number,
            action=StockAction.DELETE,
            sku=stands.sku,
            book=BookRecord(number=number, title=stands.titles.title),
        )
        decisions.append(withdraw(stands, facts_of(row)))
    batches.write(inventory_import, decisions, timezone.now())
    batches.report(inventory_import, decisions, {})
    return Counter(str(one.outcome) for one in decisions)


def _params(inventory_import: InventoryImport) -> dict[str, Any]:
    return {
        "seller": inventory_import.seller_id,
        "standing": list(_STANDING),
        "import": inventory_import.pk,
    }
