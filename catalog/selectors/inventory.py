"""A shop's stock files, for its pages and for the API. Every query starts from the shop."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Seller
from books4all.lib.errors import NotFoundError
from catalog.constants import RowOutcome
from catalog.models import InventoryImport, InventoryRow
from catalog.selectors.paging import Page, bounds, page_number

IMPORTS_A_PAGE = 20
ROWS_A_PAGE = 50
# What the page tells first: what somebody must see to, then what changes most.
_ORDER = (
    RowOutcome.REFUSED, RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.GONE, RowOutcome.WITHDRAWN,
    RowOutcome.UNCHANGED, RowOutcome.IGNORED,
)  # fmt: skip


def imports_of(seller: Seller) -> QuerySet[InventoryImport]:
    """Return the shop's files, the latest first."""
    return seller.inventory_imports.select_related("started_by").order_by("-pk")


def imports_page(seller: Seller, *, number: int = 1) -> Page[InventoryImport]:
    """Return a page of the shop's files."""
    rows = imports_of(seller)
    return Page(
        list(rows[bounds(number, IMPORTS_A_PAGE)]),
        page_number(number),
        IMPORTS_A_PAGE,
        rows.count(),
    )


def import_of(seller: Seller, pk: UUID) -> InventoryImport:
    """Return one of the shop's files. Raises NotFoundError for one of another shop."""
    found = imports_of(seller).select_related("seller").filter(pk=pk).first()
    if found is None:
        raise NotFoundError(_("There is no such file among yours."))
    return found


def rows_of(inventory_import: InventoryImport, *, outcome: str = "") -> QuerySet[InventoryRow]:
    """Return what became of the rows, in their order; ``outcome`` narrows to one."""
    rows = inventory_import.rows.order_by("number")
    return rows.filter(outcome=outcome) if outcome else rows


def rows_page(
    inventory_import: InventoryImport, *, outcome: str, number: int = 1
) -> Page[InventoryRow]:
    """Return a page of the rows with an outcome; their number is known from the figures."""
    rows = rows_of(inventory_import, outcome=outcome)
    return Page(
        list(rows[bounds(number, ROWS_A_PAGE)]),
        page_number(number),
        ROWS_A_PAGE,
        inventory_import.count(outcome),
    )


def figures_of(inventory_import: InventoryImport) -> list[tuple[str, str, int]]:
    """Return the outcomes that there are, with their words and numbers, in the order of their weight."""
    return [
        (one.value, str(one.label), n) for one in _ORDER if (n := inventory_import.count(one.value))
    ]


def twin_of(inventory_import: InventoryImport) -> InventoryImport | None:
    """Return the shop's last published file of the same bytes, if there was one before this."""
    return (
        InventoryImport.objects.filter(
            seller_id=inventory_import.seller_id,
            digest=inventory_import.digest,
            status="published",
            pk__lt=inventory_import.pk,
        )
        .order_by("-pk")
        .first()
    )


def waits_for(inventory_import: InventoryImport) -> InventoryImport | None:
    """Return the file of the same shop that is being worked on, when this one waits for it."""
    if not inventory_import.is_moving or inventory_import.runner:
        return None
    return (
        InventoryImport.objects.filter(seller_id=inventory_import.seller_id, runner__isnull=False)
        .exclude(pk=inventory_import.pk)
        .order_by("-heartbeat")
        .first()
    )
