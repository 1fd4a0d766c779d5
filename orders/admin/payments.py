"""Money asked for, received and given back: to look at. The provider's word changes it."""

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.models import Payment, PaymentEvent, Refund, SandboxPayment


class PaymentEventInline(RecentInline):
    """What the provider said."""

    model = PaymentEvent
    related = ("payment",)
    fields = ("created_at", "type", money("amount_minor", _("amount")), "event_id")
    ordering = ("-created_at", "-pk")


class RefundInline(RecentInline):
    """What was given back."""

    model = Refund
    related = ("payment", "seller_order__order", "seller_order__seller")
    fk_name = "payment"
    fields = ("created_at", "status", money("amount_minor", _("amount")), "reason", "reference")
    ordering = ("-created_at", "-pk")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments."""

    related = ("order",)
    list_display = (
        "created_at",
        link("order", _("order")),
        "status",
        money("amount_minor", _("amount")),
        "provider",
        "reference",
    )
    list_filter = ("status",)
    search_fields = ("=order__number", "=reference", "=id", "order__email__startswith")
    search_help_text = _(
        "An order’s number, the provider’s reference, or the beginning of an e-mail address"
    )
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    inlines = (PaymentEventInline, RefundInline)


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
    """Providers' messages, as they came."""

    related = ("payment",)
    list_display = (
        "created_at",
        "type",
        link("payment", _("payment")),
        money("amount_minor", _("amount")),
        "provider",
        "event_id",
    )
    search_fields = ("=event_id", "=payment__reference", "=payment__order__number")
    ordering = ("-pk",)
    fields = (
        "created_at",
        link("payment", _("payment")),
        "provider",
        "event_id",
        "type",
        money("amount_minor", _("amount")),
        "message",
    )

    @admin.display(description=_("as received"))
    def message(self, event: Any) -> str:
        """Return the payload, indented."""
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2)[:20_000])


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Refunds."""

    related = ("payment__order", "seller_order__order", "seller_order__seller")
    list_display = (
        "created_at",
        link("payment__order", _("order")),
        link("seller_order", _("seller order")),
        "status",
        money("amount_minor", _("amount")),
        "reason",
    )
    list_filter = ("status",)
    search_fields = ("=payment__order__number", "=reference", "=id")
    ordering = ("-pk",)


@admin.register(SandboxPayment)
class SandboxPaymentAdmin(ReadOnlyAdmin):
    """The sandbox provider's own books."""

    list_display = (
        "created_at",
        "status",
        money("amount_minor", _("amount")),
        money("refunded_minor", _("refunded")),
        "description",
        "behaviour",
    )
    list_filter = ("status",)
    search_fields = ("=reference", "=key")
    ordering = ("-created_at",)
