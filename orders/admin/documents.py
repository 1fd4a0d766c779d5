"""Documents of account, to look at, and the reports that are made from them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.admin.reports import ReportsMixin
from orders.models import Document, DocumentSeries, DocumentTax
from orders.selectors.paperwork import lists


class DocumentTaxInline(RecentInline):
    """What is in it at each rate."""

    model = DocumentTax
    fields = ("tax_on", "remitter", "scheme", "rate_bp", "gross_minor", "tax_minor")
    ordering = ("pk",)
    verbose_name_plural = _("taxes (pence; credit notes below nothing)")


@admin.register(Document)
class DocumentAdmin(ReportsMixin, ReadOnlyAdmin):
    """Invoices, receipts, credit notes and statements, with the reports of VAT and of sellers."""

    change_list_template = "admin/orders/document/change_list.html"
    related = ("series", "seller", "seller_order__order", "seller_order__seller", "refers_to")
    list_display = (
        "number",
        "kind",
        link("seller", _("shop")),
        link("seller_order", _("seller order")),
        "period",
        money("total_minor", _("amount")),
        "issued_at",
    )
    list_filter = ("kind",)
    search_fields = ("=number", "=seller_order__order__number", "seller__slug__startswith")
    search_help_text = _("A number of a document or an order, or the beginning of a shop’s word")
    date_hierarchy = "issued_at"
    ordering = ("-pk",)
    inlines = (DocumentTaxInline,)
    fields = (
        "number",
        "kind",
        "file",
        link("seller", _("shop")),
        link("seller_order", _("seller order")),
        link("refers_to", _("corrects")),
        "period",
        money("total_minor", _("amount")),
        money("tax_minor", _("tax")),
        "issued_at",
        "language",
        "content_hash",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave what stands on them to the PDF."""
        return super().get_queryset(request).defer("content", "refers_to__content")

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the PDF."""
        view = self.admin_site.admin_view(self.pdf)
        route = path("<path:object_id>/pdf/", view, name="orders_document_pdf")
        return [route, *super().get_urls()]

    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a document as it was issued."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document: Any = self.get_object(request, object_id)
        if document is None:
            raise Http404
        response = HttpResponse(lists.pdf_of(document), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{document.number}.pdf"'
        return response

    @admin.display(description=_("PDF"))
    def file(self, document: Any) -> SafeString:
        """Link to the PDF."""
        url = reverse("admin:orders_document_pdf", args=[document.pk])
        return format_html('<a href="{}">{}.pdf</a>', url, document.number)


@admin.register(DocumentSeries)
class DocumentSeriesAdmin(ReadOnlyAdmin):
    """Series of numbers: the next one is one more than there are documents."""

    related = ("seller",)
    list_display = ("prefix", "kind", link("seller", _("shop")), "year", "next_number")
    list_filter = ("kind",)
    search_fields = ("prefix__startswith", "seller__slug__startswith")
    search_help_text = _("The beginning of its numbers, or of a shop’s word in addresses")
    ordering = ("-pk",)
