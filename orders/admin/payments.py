"""Money asked for, received and given back: to look at. The provider's word changes it."""

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.admin.sources import EntriesMixin
from orders.admin.steps import by_button
from orders.constants import PaymentStatus, RefundStatus
from orders.errors import ProviderError, ProviderUnavailableError
from orders.models import Payment, PaymentEvent, Refund, RefundLine
from orders.selectors.payment_amounts import PaymentAmounts, amounts_of
from orders.services import payments, refund_settling, transfers
from orders.services.hand_steps import REFUND_SENT

_UNFINISHED = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.AUTHORIZED)


class PaymentEventInline(RecentInline):
    """What the provider said."""

    model = PaymentEvent
    related = ("payment",)
    fields = (
        "happened_at",
        "type",
        "kind",
        money("amount_minor", _("amount")),
        "reference",
        "event_id",
    )
    ordering = ("-created_at", "-pk")


class RefundInline(RecentInline):
    """What was given back."""

    model = Refund
    related = ("payment", "seller_order__order", "seller_order__seller")
    fk_name = "payment"
    fields = ("created_at", "status", money("amount_minor", _("amount")), "reason", "reference")
    ordering = ("-created_at", "-pk")


@admin.register(Payment)
class PaymentAdmin(EntriesMixin, ReadOnlyAdmin):
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
    object_actions = (
        Action(
            name="ask",
            label=_("Ask the provider"),
            done=_("asked for. What you see is how it stands."),
            run=lambda payment, **_who: _ask(payment),
            offered=lambda payment: payment.status in _UNFINISHED,
        ),
    )
    fieldsets = (
        (None, {"fields": (link("order", _("order")), "provider", "reference", "status")}),
        (
            _("Money"),
            {
                "fields": (
                    money("amount_minor", _("amount")),
                    "charge_status",
                    "amounts",
                    "captured_at",
                    "created_at",
                )
            },
        ),
    )

    @admin.display(description=_("charged"))
    def charge_status(self, payment: Payment) -> str:
        """Return what was charged against what is to be paid, by the provider's words."""
        return str(_amounts(payment).status.label)

    @admin.display(description=_("by the provider’s messages"))
    def amounts(self, payment: Payment) -> str:
        """Return the amounts that the provider's messages come to."""
        found = _amounts(payment)
        told = found.charges
        rows = (
            (_("Authorised"), told.authorised),
            (_("Charged"), told.charged),
            (_("Refunded"), told.refunded),
            (_("Taken back by the bank"), told.charged_back),
            (_("Charge pending"), told.pending_charge),
            (_("Refund pending"), told.pending_refund),
            (_("Granted back by us"), found.granted),
        )
        return format_html_join(
            "",
            "<div>{}: {}</div>",
            ((label, found.money(minor)) for label, minor in rows if minor),
        )


def _amounts(payment: Payment) -> PaymentAmounts:
    """Return a payment's amounts, derived once a page."""
    found: PaymentAmounts | None = getattr(payment, "derived_amounts", None)
    if found is None:
        found = amounts_of(payment)
        payment.derived_amounts = found  # type: ignore[attr-defined]  # kept for this page alone
    return found


def _ask(payment: Payment) -> None:
    try:
        payments.settle(payment_id=payment.pk)
    except ProviderError as error:
        message = _("The provider does not answer (%(why)s).")
        raise ProviderUnavailableError(message % {"why": error}) from error


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
    """Providers' messages, as they came."""

    related = ("payment",)
    list_display = (
        "happened_at",
        "type",
        "kind",
        link("payment", _("payment")),
        money("amount_minor", _("amount")),
        "provider",
        "event_id",
    )
    list_filter = ("kind",)
    search_fields = ("=event_id", "=payment__reference", "=payment__order__number")
    ordering = ("-pk",)
    fields = (
        "created_at",
        link("payment", _("payment")),
        "provider",
        "event_id",
        "type",
        "kind",
        "reference",
        money("amount_minor", _("amount")),
        "happened_at",
        "message",
    )

    @admin.display(description=_("as received"))
    def message(self, event: Any) -> str:
        """Return the payload, indented."""
        return format_html("<pre>{}</pre>", json.dumps(event.payload, indent=2)[:20_000])


AMOUNTS = (
    money("paid_minor", _("paid")),
    money("subsidy_minor", _("by the marketplace")),
    money("tax_minor", _("tax in it")),
    money("commission_minor", _("commission")),
    money("fee_tax_minor", _("tax on commission")),
)


class RefundLineInline(RecentInline):
    """For which books, and what was in what is given back for them."""

    model = RefundLine
    related = ("order_line", "refund")
    fields = (link("order_line", _("book")), "quantity", *AMOUNTS)
    ordering = ("pk",)


@admin.register(RefundLine)
class RefundLineAdmin(ReadOnlyAdmin):
    """What was given back for single books."""

    related = ("refund", "order_line")
    list_display = (
        "pk",
        link("refund", _("refund")),
        link("order_line", _("book")),
        "quantity",
        money("paid_minor", _("paid")),
    )
    search_fields = ("=refund__payment__order__number", "=refund__id", "=order_line__sku")
    search_help_text = _("An order’s number or a SKU")
    ordering = ("-pk",)


@admin.register(Refund)
class RefundAdmin(EntriesMixin, ReadOnlyAdmin):
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
    inlines = (RefundLineInline,)
    object_actions = (
        Action(
            name="retry",
            label=_("Try again"),
            done=_("asked for again."),
            run=lambda refund, *, actor: refund_settling.retry(refund_id=refund.pk, actor=actor),
            offered=lambda refund: refund.status == RefundStatus.FAILED,
            explain=_("The same money is asked for once more. Nothing is given back twice."),
            several=True,
        ),
        Action(
            name="paid",
            label=_("Sent by bank transfer"),
            done=_("paid back."),
            run=by_button(REFUND_SENT),
            offered=lambda refund: _by_transfer(refund, RefundStatus.PENDING, RefundStatus.SENT),
            explain=_("Only when the transfer has been made. The buyer sees it as given back."),
            several=True,
        ),
        Action(
            name="bounced",
            label=_("The transfer came back"),
            done=_("not paid back: it waits to be tried again."),
            run=lambda refund, *, actor: transfers.refund_bounced(refund_id=refund.pk),
            offered=lambda refund: _by_transfer(refund, RefundStatus.SENT, RefundStatus.SETTLED),
            explain=_("The buyer is owed the money again."),
        ),
    )


def _by_transfer(refund: Refund, *states: str) -> bool:
    return refund.payment.provider == transfers.NAME and refund.status in states
