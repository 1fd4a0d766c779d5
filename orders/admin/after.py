"""What follows a sale: extra postage, wishes to cancel, reminders. For staff to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin
from orders.models import CancelRequest, ExtraPostage, Reminder


@admin.register(ExtraPostage)
class ExtraPostageAdmin(ReadOnlyAdmin):
    """What shops have asked for after the sale."""

    related = ("seller_order__order", "seller_order__seller", "payment", "proposed_by")
    list_display = (
        "created_at",
        link("seller_order", _("seller order")),
        money("amount_minor", _("amount")),
        "status",
        "expires_at",
    )
    list_filter = ("status",)
    search_fields = ("=seller_order__order__number", "seller_order__seller__slug__startswith")
    ordering = ("-pk",)


@admin.register(CancelRequest)
class CancelRequestAdmin(ReadOnlyAdmin):
    """Buyers who asked a shop to cancel."""

    related = ("seller_order__order", "seller_order__seller")
    list_display = (
        "created_at",
        link("seller_order", _("seller order")),
        "status",
        "reason",
        "answer",
    )
    list_filter = ("status",)
    search_fields = ("=seller_order__order__number", "seller_order__seller__slug__startswith")
    ordering = ("-pk",)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """What shops were reminded of."""

    related = ("seller_order__order", "seller_order__seller")
    list_display = (
        "created_at",
        link("seller_order", _("seller order")),
        "promise",
        "kind",
        "act_by",
    )
    list_filter = ("promise", "kind")
    search_fields = ("=seller_order__order__number", "seller_order__seller__slug__startswith")
    ordering = ("-pk",)
