"""What sellers give to the marketplace alone, for staff who may see it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import SellerDetails
from books4all.lib.documents import CONTENT_TYPES
from books4all.lib.staff.display import Column, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline


@admin.display(description=_("identification document"))
def _document(details: SellerDetails) -> SafeString | None:
    """Return a link to the document, which is kept where no web server serves it."""
    if not details.document:
        return None
    url = reverse("admin:accounts_sellerdetails_document", args=[details.pk])
    return format_html('<a href="{}">{}</a>', url, details.document_name or _("Open it"))


@admin.display(description=_("payment account"))
def _account(details: SellerDetails) -> str:
    """Return the account with all but its end hidden; the whole of it is on its own page."""
    return details.masked_account


document_link: Column = _document
masked_account: Column = _account

SHOWN_DETAILS = (
    document_link,
    "document_at",
    "lawful_at",
    link("lawful_by", _("by")),
    "terms_at",
    link("terms_by", _("by")),
    "note",
)


class DetailsInline(RecentInline):
    """The private details, on the page of the shop."""

    model = SellerDetails
    related = ("lawful_by", "terms_by")
    fields = ("account_holder", masked_account, *SHOWN_DETAILS)
    verbose_name_plural = _("private details, never shown to buyers")


@admin.register(SellerDetails)
class SellerDetailsAdmin(ReadOnlyAdmin):
    """Private details, to look at. Who opens a document is written into the history."""

    related = ("seller", "lawful_by", "terms_by")
    list_display = (link("seller", _("seller")), "account_holder", "document_at", "lawful_at")
    list_display_links = ("account_holder",)
    search_fields = ("seller__name__istartswith", "seller__slug__startswith")
    search_help_text = _("The beginning of a shop’s name or of its word in addresses")
    ordering = ("-pk",)
    fields = (
        link("seller", _("seller")),
        "account_holder",
        "account_number",
        "tax_number",
        "birth_date",
        "home_street",
        "home_postcode",
        *SHOWN_DETAILS,
        "remarks",
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the document."""
        route = path(
            "<path:object_id>/document/",
            self.admin_site.admin_view(self.document),
            name="accounts_sellerdetails_document",
        )
        return [route, *super().get_urls()]

    def document(self, request: HttpRequest, object_id: str) -> HttpResponse | FileResponse:
        """Hand the document to staff who may look at private details, as a download."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        details: Any = self.get_object(request, object_id)
        if details is None or not details.document:
            raise Http404
        name = details.document.name
        try:
            file = details.document.open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        self.log_change(request, details, "Opened the identification document")
        ending = f".{name.rpartition('.')[2]}"
        response = FileResponse(
            file,
            as_attachment=True,
            filename=f"{details.seller.slug}{ending}",
            content_type=CONTENT_TYPES.get(ending, "application/octet-stream"),
        )
        # Whatever a stranger has put into it stays a file.
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response
