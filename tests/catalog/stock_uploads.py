"""Stock files for tests, and the way of one through the pipeline."""

import csv
import io
from typing import Any

from accounts.models import Seller
from catalog.constants import InventoryMode, InventoryStatus
from catalog.models import InventoryImport, Listing, StockMovement
from catalog.services import inventory

COLUMNS = ("sku", "isbn", "title", "author", "price", "condition", "quantity", "notes")


def isbn(n: int) -> str:
    """Return the n-th ISBN of a publisher that is not there."""
    twelve = f"9780{n:08}"
    check = -sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(twelve)) % 10
    return f"{twelve}{check}"


def line(n: int, **changes: Any) -> dict[str, Any]:
    """Return a row of a table: copy ``n``, of the edition with ``isbn(n)``."""
    row = {
        "sku": f"S{n}", "isbn": isbn(n), "title": f"Book number {n}", "author": "Ada Writer", "price": "4.50",
        "condition": "Good", "quantity": "1", "notes": f"Copy {n}.",
    }  # fmt: skip
    return {**row, **changes}


def table(*rows: dict[str, Any]) -> bytes:
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys([*COLUMNS, *(k for r in rows for k in r)])))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def uploaded(
    seller: Seller, data: bytes, *, name: str = "stock.csv", **said: Any
) -> InventoryImport:
    """Upload a file."""
    said.setdefault("mode", InventoryMode.UPDATE)
    return inventory.upload(seller=seller, file=io.BytesIO(data), name=name, enqueue=False, **said)


def checked(seller: Seller, data: bytes, **said: Any) -> InventoryImport:
    """Upload a file and have it checked."""
    found = inventory.run(inventory_import=uploaded(seller, data, **said))
    assert found.status == InventoryStatus.CHECKED, (found.status, found.failure)
    return found


def published(
    seller: Seller, data: bytes, *, confirmed: bool = True, **said: Any
) -> InventoryImport:
    """Upload a file, have it checked, and publish it."""
    found = checked(seller, data, **said)
    inventory.publish(inventory_import=found, actor=None, confirmed=confirmed, enqueue=False)
    return inventory.run(inventory_import=found)


def shelves(seller: Seller) -> list[tuple[Any, ...]]:
    """Return a shop's stock as it stands, with its movements, for comparing."""
    rows = Listing.objects.filter(seller=seller).order_by("sku")
    moved: dict[int, list[tuple[str, int]]] = {}
    for pk, kind, n in (
        StockMovement.objects.filter(listing__seller=seller)
        .order_by("pk")
        .values_list("listing_id", "kind", "quantity")
    ):
        moved.setdefault(pk, []).append((kind, n))
    return [
        (one.sku, one.edition.title, one.status, one.condition, one.price_minor, one.on_hand,
         one.held, one.notes, tuple(moved.get(one.pk, ())))
        for one in rows.select_related("edition")
    ]  # fmt: skip
