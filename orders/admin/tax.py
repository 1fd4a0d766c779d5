"""Tax rates, what the marketplace remits, and how shops stand to the tax office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link
from books4all.lib.staff.models import StaffAdmin
from orders.admin.fields import PercentMixin
from orders.models import RemitRule, ShopTax, TaxRate
from orders.selectors.tax_lines import percent

_RATE = ("country", "kind", "rate_bp", "valid_from", "valid_to", "source")


@admin.register(TaxRate)
class TaxRateAdmin(PercentMixin, StaffAdmin):
    """Rates by country. A rate that has counted is not changed: it gets a last day, and a new one follows."""

    list_display = ("country", "kind", "rate", "valid_from", "valid_to", "source")
    list_filter = ("kind",)
    search_fields = ("=country",)
    search_help_text = _("A country’s two letters, such as DE")
    ordering = ("country", "kind", "-valid_from")
    fields = _RATE

    @admin.display(description=_("rate"), ordering="rate_bp")
    def rate(self, row: TaxRate) -> str:
        """Return the percentage."""
        return percent(row.rate_bp)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let one end a rate, and say where it was read; nothing more."""
        return ("country", "kind", "rate", "valid_from") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the percentage of a rate that stands."""
        return tuple("rate" if obj and name == "rate_bp" else name for name in _RATE)

    def has_delete_permission(self, *_args: Any) -> bool:
        """Nobody removes one: orders were taxed by it."""
        return False


@admin.register(RemitRule)
class RemitRuleAdmin(StaffAdmin):
    """Sales whose tax the marketplace pays to the state."""

    list_display = ("name", "destination", "from_abroad", "active", "source")
    list_filter = ("active",)
    search_fields = ("name__icontains", "=destination")
    ordering = ("destination", "pk")


@admin.register(ShopTax)
class ShopTaxAdmin(StaffAdmin):
    """What shops have said of their tax."""

    related = ("seller",)
    list_display = (link("seller", _("seller")), "registered", "margin", "destination")
    list_filter = ("registered", "margin", "destination")
    search_fields = ("seller__name__istartswith", "seller__slug__startswith")
    ordering = ("seller__name", "pk")
