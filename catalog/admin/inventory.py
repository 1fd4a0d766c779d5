"""Shops' stock files, as staff look at them: what came in, what became of it, and a brake."""

from typing import Any

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.models import ReadOnlyAdmin
from catalog.models import InventoryImport, InventoryRow, InventorySettings
from catalog.services import inventory


@admin.register(InventoryImport)
class InventoryImportAdmin(ReadOnlyAdmin):
    """Stock files. Staff may stop one that does harm; everything else is the shop's."""

    related = ("seller", "started_by")
    list_display = ("file_name", "seller", "mode", "status", "paused", "position", "created_at")
    list_filter = ("status", "mode", "paused")
    search_fields = ("file_name__istartswith", "seller__name__istartswith", "seller__slug")
    search_help_text = _("The beginning of a file’s or a shop’s name")
    ordering = ("-pk",)
    secret = ("file", "digest", "runner")
    object_actions = (
        Action(
            name="pause",
            label=_("Pause"),
            done=_("paused after the rows it is at."),
            run=lambda row, *, actor: inventory.pause(inventory_import=row),
            offered=lambda row: row.is_moving,
        ),
        Action(
            name="resume",
            label=_("Go on"),
            done=_("going on."),
            run=lambda row, *, actor: inventory.resume(inventory_import=row),
            offered=lambda row: row.paused,
        ),
    )


@admin.register(InventoryRow)
class InventoryRowAdmin(ReadOnlyAdmin):
    """What became of single rows. The row itself holds what a copy cost the shop: nobody else's business."""

    related = ("inventory_import__seller",)
    list_display = ("number", "sku", "title", "outcome", "wrong")
    list_filter = ("outcome",)
    search_fields = ("=sku",)
    search_help_text = _("A SKU")
    ordering = ("-pk",)
    secret = ("data", "changes")

    @admin.display(description=_("What is wrong"))
    def wrong(self, row: InventoryRow) -> str:
        """Name the first problem."""
        first: dict[str, Any] = next(iter(row.problems), {})
        return Truncator(f"{first.get('field', '')} {first.get('message', '')}".strip()).chars(80)


@admin.register(InventorySettings)
class InventorySettingsAdmin(ReadOnlyAdmin):
    """What shops said of their columns."""

    related = ("seller",)
    list_display = ("seller", "updated_at")
    search_fields = ("seller__name__istartswith", "seller__slug")
    search_help_text = _("The beginning of a shop’s name")
    ordering = ("-pk",)
    secret = ("columns",)
