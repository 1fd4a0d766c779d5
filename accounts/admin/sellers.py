"""Shops and private people who sell, for staff: everything about one beside its checklist."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.closures import ClosureInline
from accounts.admin.details import DetailsInline
from accounts.admin.reviewing import SELLER_ACTIONS
from accounts.admin.team import EventInline, SellerMemberInline
from accounts.constants import SellerStatus
from accounts.models import Seller
from accounts.selectors.checklist import checklist
from accounts.services import closures
from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.models import StaffAdmin
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue


@admin.register(Seller)
class SellerAdmin(StaffAdmin):
    """Shops and private sellers. Their status changes by the buttons."""

    list_display = ("name", "status", "kind", "place", "country", "created_at")
    list_filter = ("status", "kind")
    search_fields = ("name__icontains", "slug__startswith", "email__startswith")
    search_help_text = _("Part of a name, or the beginning of an e-mail address")
    date_hierarchy = "created_at"
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = (
        "status",
        "checked",
        "reviews",
        "preview",
        # Taken from the plan of holidays below.
        "closed_from",
        "closed_to",
        "closure_note",
        "created_at",
        "updated_at",
    )
    inlines = (DetailsInline, SellerMemberInline, ClosureInline, EventInline)
    object_actions = SELLER_ACTIONS
    fieldsets = (
        (None, {"fields": ("name", "slug", "status", "checked", "kind", "reviews")}),
        (
            _("Shop front"),
            {"fields": ("paint", "keeper", "tagline", "story", "hours", "since", "preview")},
        ),
        (_("Who"), {"fields": ("legal_name", "email", "phone")}),
        (_("Where"), {"fields": ("street", "postcode", "place", "country")}),
        (_("In the registers"), {"fields": ("register_name", "register_number", "vat_number")}),
        (
            _("Promises"),
            {
                "fields": (
                    "dispatch_days",
                    "return_days",
                    "return_postage",
                    "return_words",
                    "minimum_minor",
                )
            },
        ),
        (_("On holiday, or next"), {"fields": ("closed_from", "closed_to", "closure_note")}),
        (_("When"), {"fields": ("created_at", "updated_at")}),
    )

    @admin.display(description=_("checklist"))
    def checked(self, seller: Seller | None) -> SafeString | None:
        """Return the checklist, item by item, with what is missing."""
        if seller is None or seller.pk is None:
            return None
        found = {"items": checklist(seller).items}
        return render_to_string("admin/accounts/checklist.html", found)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Have the shop follow its plan of holidays."""
        super().save_related(request, form, formsets, change)
        closures.settle(seller=form.instance)

    @admin.display(description=_("picture"))
    def preview(self, seller: Seller | None) -> str | None:
        """Return the picture of the shop."""
        shown = seller.picture if seller else None
        if shown is None:
            return None
        width = 320 if 320 in shown.widths else None
        return format_html('<img src="{}" alt="{}">', shown.url("jpg", width), shown.alt)

    @admin.display(description=_("rating"))
    def reviews(self, seller: Seller) -> str | None:
        """Return the mean of the published reviews, and how many there are."""
        return f"{seller.rating:.1f} ({seller.rating_count})" if seller.rating else None

    def has_delete_permission(self, *_args: Any) -> bool:
        """Sellers are closed: orders refer to them."""
        return False


@queue(10, "accounts.view_seller")
def sellers_waiting() -> Queue:
    """Return applications to look at."""
    rows = Seller.objects.filter(status=SellerStatus.READY_FOR_REVIEW)
    return Queue(
        title=_("Sellers waiting for review"),
        empty=_("Every application has been looked at."),
        icon="store",
        url=changelist_url(Seller, status__exact=SellerStatus.READY_FOR_REVIEW.value),
        rows=[
            Row(
                label=seller.name,
                url=change_url(seller),
                since=seller.updated_at,
                note=seller.place,
            )
            for seller in rows.order_by("updated_at")[:SHOWN]
        ],
        count=count(rows),
    )
