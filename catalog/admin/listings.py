"""What belongs to a copy, for staff: its photographs, what it cost when, and changes to many copies."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin
from catalog.admin.stock import ListingAdmin
from catalog.models import BulkChange, BulkEdit, ListingPhoto, PhotoOriginal, PriceChange


class PhotoInline(RecentInline):
    """The copy's photographs."""

    model = ListingPhoto
    related = ("created_by",)
    fields = ("position", "status", "reason", "alt", link("created_by", _("by")))
    ordering = ("position", "pk")


class PriceInline(RecentInline):
    """The latest prices."""

    model = PriceChange
    fields = ("at", money("price_minor", _("price")), "offered")
    ordering = ("-at", "-pk")


ListingAdmin.extend(inlines=(PhotoInline, PriceInline))


@admin.register(ListingPhoto)
class ListingPhotoAdmin(StaffAdmin):
    """Photographs of all copies. Staff may describe one, and remove what nobody should see."""

    related = ("listing__seller", "listing__edition__publisher", "created_by")
    list_display = (
        "pk",
        link("listing", _("listing")),
        "position",
        "status",
        "reason",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("=listing__sku", "sha256__startswith")
    search_help_text = _("A whole SKU, or the beginning of a checksum")
    ordering = ("-pk",)
    fields = (
        "preview",
        link("listing", _("listing")),
        "position",
        "status",
        "reason",
        "alt",
        "sha256",
        "width",
        "height",
        "colour",
        link("created_by", _("by")),
        "created_at",
        "updated_at",
    )
    readonly_fields = tuple(name for name in fields if name != "alt")

    @admin.display(description=_("picture"))
    def preview(self, photo: ListingPhoto) -> SafeString | None:
        """Show the picture in its smallest size."""
        if (picture := photo.picture) is None:
            return None
        return format_html(
            '<img src="{}" alt="" width="160" loading="lazy">',
            picture.url("jpg", picture.widths[0]),
        )

    def has_add_permission(self, *_args: Any) -> bool:
        """Photographs come from who has the copy in hand."""
        return False


@admin.register(PhotoOriginal)
class PhotoOriginalAdmin(ReadOnlyAdmin):
    """Files that wait to be made into pictures; what is in them is shown to nobody."""

    related = ("photo",)
    secret = ("data",)
    list_display = (link("photo", _("photograph")),)
    search_fields = ("photo__sha256__startswith",)
    ordering = ("-pk",)

    def get_queryset(self, request: Any) -> Any:
        """Leave the files where they are."""
        return super().get_queryset(request).defer("data")


@admin.register(PriceChange)
class PriceChangeAdmin(ReadOnlyAdmin):
    """The history of prices."""

    related = ("listing__edition__publisher",)
    list_display = (
        "at",
        link("listing", _("listing")),
        money("price_minor", _("price")),
        "offered",
    )
    list_filter = ("offered",)
    search_fields = ("=listing__sku",)
    search_help_text = _("A whole SKU")
    ordering = ("-pk",)


class BulkChangeInline(RecentInline):
    """The listings that were changed last."""

    model = BulkChange
    fields = ("sku", "before", "after", "problem", "undone")
    ordering = ("-pk",)


@admin.register(BulkEdit)
class BulkEditAdmin(ReadOnlyAdmin):
    """Changes that shops made to many of their listings."""

    related = ("seller", "actor")
    list_display = (
        "created_at",
        link("seller", _("seller")),
        "action",
        "status",
        "changed",
        "left_out",
        "undone",
        "kept",
        link("actor", _("by")),
    )
    list_filter = ("action", "status")
    search_fields = ("seller__name__istartswith", "seller__slug__startswith")
    ordering = ("-pk",)
    inlines = (BulkChangeInline,)


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    """The journal of such changes, a listing a line."""

    related = ("edit",)
    # Without the listing, which may be gone.
    fields = ("edit", "sku", "before", "after", "problem", "undone")
    list_display = ("pk", "sku", "before", "after", "problem", "undone")
    list_filter = ("undone",)
    search_fields = ("=sku",)
    search_help_text = _("A whole SKU")
    ordering = ("-pk",)
