"""Holidays of shops, for staff. The shop follows its plan whoever changes it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Closure
from accounts.services import closures
from books4all.lib.staff.display import link
from books4all.lib.staff.models import StaffAdmin, StaffInline


class ClosureInline(StaffInline):
    """The holidays of a shop."""

    model = Closure
    related = ("seller",)
    fields = ("first_day", "last_day", "note")
    show_change_link = False


@admin.register(Closure)
class ClosureAdmin(StaffAdmin):
    """Holidays of all shops."""

    related = ("seller",)
    list_display = ("pk", link("seller", _("seller")), "first_day", "last_day", "note")
    search_fields = ("seller__name__istartswith", "seller__slug__startswith")
    date_hierarchy = "first_day"
    ordering = ("-pk",)

    def save_model(self, request: HttpRequest, obj: Closure, form: Any, change: Any) -> None:
        """Have the shop follow its plan."""
        super().save_model(request, obj, form, change)
        closures.settle(seller=obj.seller)

    def delete_model(self, request: HttpRequest, obj: Closure) -> None:
        """Have the shop follow its plan."""
        super().delete_model(request, obj)
        closures.settle(seller=obj.seller)
