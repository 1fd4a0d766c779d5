"""One seller's part of an order: accepted, posted, delivered or cancelled by buttons."""

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import SellerAdmin
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import NOTHING, anchor, lines, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.admin.sources import EntriesMixin, money_panel
from orders.admin.steps import SELLER_ORDER_STEPS, StepsMixin
from orders.constants import SELLER_ORDER_TRANSITIONS, SellerOrderStatus
from orders.models import (
    ExtraPostage,
    JournalEntry,
    OrderEvent,
    OrderLine,
    Refund,
    Refusal,
    RefusalLine,
    SellerOrder,
    Shipment,
    ShipmentLine,
)
from orders.selectors.money_panel import of_seller_order
from orders.selectors.timeline import staff_sentence
from orders.services import seller_orders


class ShipForm(forms.Form):
    """What the buyer's mail says about the parcel."""

    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=80, required=False)
    tracking_url = forms.URLField(
        label=_("Tracking page"), max_length=200, required=False, assume_scheme="https"
    )


def _may_become(status: SellerOrderStatus) -> Callable[[SellerOrder], bool]:
    return lambda order: status in SELLER_ORDER_TRANSITIONS[order.status]


SELLER_ORDER_ACTIONS = (
    Action(
        name="accept",
        label=_("Accept"),
        done=_("accepted."),
        run=lambda order, *, actor: seller_orders.accept(seller_order_id=order.pk, actor=actor),
        offered=_may_become(SellerOrderStatus.ACCEPTED),
        several=True,
    ),
    Action(
        name="ship",
        label=_("Mark as posted"),
        done=_("posted. The buyer is told by mail."),
        run=lambda order, *, actor, **parcel: seller_orders.ship(
            seller_order_id=order.pk, actor=actor, **parcel
        ),
        offered=_may_become(SellerOrderStatus.SHIPPED),
        explain=_("The buyer is told by mail, so this can’t be undone."),
        form=ShipForm,
    ),
    Action(
        name="deliver",
        label=_("Mark as delivered"),
        done=_("delivered."),
        run=lambda order, *, actor: seller_orders.deliver(seller_order_id=order.pk, actor=actor),
        offered=_may_become(SellerOrderStatus.DELIVERED),
        explain=_("This can’t be undone."),
        several=True,
    ),
)


class OrderLineInline(RecentInline):
    """What was bought, as it was promised."""

    model = OrderLine
    related = ("listing__edition__publisher", "seller_order")
    fields = (
        "title",
        "description",
        "condition",
        "sku",
        "quantity",
        "posted",
        "refused",
        money("unit_minor", _("price")),
        link("listing", _("listing")),
    )


class ShipmentInline(RecentInline):
    """Parcels."""

    model = Shipment
    fields = (
        "carrier",
        "tracking_number",
        "tracking_url",
        "tracking_status",
        "shipped_at",
        "delivered_at",
    )


class ShipmentLineInline(RecentInline):
    """What is in a parcel."""

    model = ShipmentLine
    related = ("order_line",)
    fields = (link("order_line", _("book")), "quantity")
    show_change_link = False


class RefusalInline(RecentInline):
    """What the shop could not send."""

    model = Refusal
    related = ("refund",)
    fields = ("created_at", "reason", "words", "restocked", link("refund", _("refund")))


class RefusalLineInline(RecentInline):
    """Which copies were refused, and what is paid back for them."""

    model = RefusalLine
    related = ("order_line",)
    fields = (link("order_line", _("book")), "quantity", money("amount_minor", _("amount")))
    show_change_link = False


class ExtraPostageInline(RecentInline):
    """What the shop asked for after the sale."""

    model = ExtraPostage
    related = ("payment", "seller_order")
    fields = (
        "created_at",
        "status",
        money("amount_minor", _("amount")),
        "reason",
        "expires_at",
        link("payment", _("payment")),
    )


class SellerOrderRefundInline(RecentInline):
    """What was given back."""

    model = Refund
    related = ("payment", "seller_order")
    fields = ("created_at", "status", money("amount_minor", _("amount")), "reason")


class SellerOrderEventInline(RecentInline):
    """What happened, the latest first."""

    model = OrderEvent
    related = ("actor", "seller_order__seller")
    fields = ("created_at", "what", "side", link("actor", _("by")), "note")
    ordering = ("-created_at", "-pk")
    show_change_link = False

    @admin.display(description=_("what"))
    def what(self, event: OrderEvent) -> str:
        """Return what happened, in a sentence."""
        part = event.seller_order
        return staff_sentence(event, part.seller if part else None)


@admin.register(SellerOrder)
class SellerOrderAdmin(EntriesMixin, StepsMixin, ReadOnlyAdmin):
    """Seller orders: what each shop has to post."""

    related = ("order__user", "order__payment", "seller")
    list_display = (
        "number",
        link("seller", _("seller")),
        "status",
        "service",
        money("total_minor", _("total")),
        "created_at",
    )
    list_filter = ("status", "service")
    search_fields = (
        "=order__number",
        "=id",
        "order__email__startswith",
        "seller__slug__startswith",
    )
    search_help_text = _("An order’s number, or the beginning of an e-mail address or shop")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    object_actions = SELLER_ORDER_ACTIONS
    guided_steps = SELLER_ORDER_STEPS
    related_lists = ((_("Journal entries"), JournalEntry, "seller_order__id__exact"),)
    inlines = (
        OrderLineInline,
        ShipmentInline,
        RefusalInline,
        ExtraPostageInline,
        SellerOrderRefundInline,
        SellerOrderEventInline,
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    link("order", _("order")),
                    link("seller", _("seller")),
                    "status",
                    "cancel_reason",
                )
            },
        ),
        (_("Parcel"), {"fields": ("service", "promise", "address", "created_at", "updated_at")}),
        (
            _("How far it is"),
            {
                "fields": (
                    "act_by",
                    "post_until",
                    "accepted_at",
                    "shipped_at",
                    "delivered_at",
                    "completed_at",
                    "withdrawal_days",
                )
            },
        ),
        (
            _("Money"),
            {
                "fields": (
                    money("items_minor", _("books")),
                    money("delivery_minor", _("delivery")),
                    money("extra_minor", _("extra postage")),
                    money("total_minor", _("total")),
                    "payment",
                    "what_became_of_it",
                )
            },
        ),
    )

    @admin.display(description=_("by the ledger"))
    def what_became_of_it(self, order: SellerOrder) -> str:
        """Return the money panel: each figure leads to its entries."""
        return money_panel(of_seller_order(order))

    @admin.display(description=_("order"), ordering="order__number")
    def number(self, order: SellerOrder) -> str:
        """Return the order's number."""
        return order.order.number

    @admin.display(description=_("promised"))
    def promise(self, order: SellerOrder) -> str:
        """Return the days that were promised."""
        return _("%(least)d to %(most)d days") % {"least": order.days_min, "most": order.days_max}

    @admin.display(description=_("send to"))
    def address(self, order: SellerOrder) -> str:
        """Return the label of the parcel."""
        return lines(order.order.address_lines)

    @admin.display(description=_("payment"))
    def payment(self, order: SellerOrder) -> str:
        """Link to the payment of the whole order."""
        payment = getattr(order.order, "payment", None)
        if payment is None:
            return NOTHING
        return format_html("{} {}", payment.get_status_display(), anchor(payment))


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    """Copies that were bought."""

    related = ("listing__edition__publisher", "seller_order__order", "seller_order__seller")
    list_display = (
        "title",
        link("seller_order", _("seller order")),
        link("listing", _("listing")),
        "quantity",
        money("unit_minor", _("price")),
    )
    search_fields = ("=seller_order__order__number", "=sku")
    search_help_text = _("An order’s number or a SKU")
    ordering = ("-pk",)


@admin.register(Shipment)
class ShipmentAdmin(EntriesMixin, ReadOnlyAdmin):
    """Parcels on their way."""

    related = ("seller_order__order", "seller_order__seller")
    list_display = (
        "shipped_at",
        link("seller_order", _("seller order")),
        "carrier",
        "tracking_number",
        "delivered_at",
    )
    search_fields = ("=tracking_number", "=seller_order__order__number")
    ordering = ("-pk",)
    inlines = (ShipmentLineInline,)


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    """What shops could not send, and why."""

    related = ("seller_order__order", "seller_order__seller", "refund")
    list_display = (
        "created_at",
        link("seller_order", _("seller order")),
        "reason",
        "words",
        "restocked",
        link("refund", _("refund")),
    )
    list_filter = ("reason",)
    search_fields = ("=seller_order__order__number", "seller_order__seller__slug__startswith")
    ordering = ("-pk",)
    inlines = (RefusalLineInline,)


@admin.register(ShipmentLine)
class ShipmentLineAdmin(ReadOnlyAdmin):
    """Copies in parcels."""

    related = ("shipment__seller_order__order", "order_line")
    list_display = (
        link("shipment", _("shipment")),
        link("order_line", _("book")),
        "quantity",
    )
    search_fields = ("=shipment__seller_order__order__number", "=order_line__sku")
    ordering = ("-pk",)


@admin.register(RefusalLine)
class RefusalLineAdmin(ReadOnlyAdmin):
    """Copies that were refused."""

    related = ("refusal__seller_order__order", "order_line")
    list_display = (
        link("refusal", _("refusal")),
        link("order_line", _("book")),
        "quantity",
        money("amount_minor", _("amount")),
    )
    search_fields = ("=refusal__seller_order__order__number", "=order_line__sku")
    ordering = ("-pk",)


SellerAdmin.extend(lists=((_("Orders"), SellerOrder, "seller__id__exact"),))
