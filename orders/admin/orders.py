"""Orders as a whole, and their history."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import UserAdmin
from books4all.lib.staff.display import NOTHING, anchor, lines, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.admin.sources import EntriesMixin, money_panel
from orders.models import Hold, JournalEntry, Order, OrderEvent, OrderLine, Payment, SellerOrder
from orders.selectors.money_panel import of_order
from orders.selectors.timeline import staff_sentence


class SellerOrderInline(RecentInline):
    """Each seller's part, to go on to."""

    model = SellerOrder
    related = ("seller", "order")
    fields = (
        "part",
        "status",
        "service",
        money("items_minor", _("books")),
        money("delivery_minor", _("delivery")),
        money("total_minor", _("total")),
    )
    ordering = ("pk",)
    show_change_link = False

    @admin.display(description=_("seller"))
    def part(self, part: SellerOrder) -> str | None:
        """Link to the part by its seller's name."""
        return anchor(part, part.seller)


class OrderEventInline(RecentInline):
    """What happened, the latest first."""

    model = OrderEvent
    related = ("actor", "seller_order__seller", "seller_order__order")
    fields = (
        "created_at",
        "what",
        link("seller_order", _("part")),
        "side",
        link("actor", _("by")),
        "note",
    )
    ordering = ("-created_at", "-pk")
    show_change_link = False

    @admin.display(description=_("what"))
    def what(self, event: OrderEvent) -> str:
        """Return what happened, in a sentence."""
        part = event.seller_order
        return staff_sentence(event, part.seller if part else None)


class HoldInline(RecentInline):
    """Copies kept for the buyer until the payment is through."""

    model = Hold
    related = ("listing__edition__publisher",)
    fields = (link("listing", _("listing")), "quantity", "status", "expires_at")
    show_change_link = False


@admin.register(Order)
class OrderAdmin(EntriesMixin, ReadOnlyAdmin):
    """Orders. The parts of the sellers are where something can be done."""

    related = ("user", "payment", "basket")
    list_display = (
        "number",
        "status",
        "full_name",
        "email",
        "country",
        money("total_minor", _("total")),
        "placed_at",
    )
    list_filter = ("status",)
    search_fields = ("=number", "email__startswith", "=id", "=payment__reference")
    search_help_text = _("A number, a payment’s reference, or the beginning of an e-mail address")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    inlines = (SellerOrderInline, OrderEventInline, HoldInline)
    view_on_site = True
    related_lists = (
        (_("Journal entries"), JournalEntry, "order__id__exact"),
        (_("Payments"), Payment, "order__id__exact"),
    )
    fieldsets = (
        (None, {"fields": ("number", "status", "created_at", "placed_at")}),
        (
            _("Buyer"),
            {"fields": (link("user", _("account")), "email", "phone", "address", "language")},
        ),
        (
            _("Money"),
            {
                "fields": (
                    money("items_minor", _("books")),
                    money("delivery_minor", _("delivery")),
                    money("total_minor", _("total")),
                    "payment_link",
                    "what_became_of_it",
                )
            },
        ),
        (_("Books"), {"fields": ("books",)}),
    )

    @admin.display(description=_("send to"))
    def address(self, order: Order) -> str:
        """Return the label of the parcels."""
        return lines(order.address_lines)

    @admin.display(description=_("payment"))
    def payment_link(self, order: Order) -> str:
        """Link to the payment."""
        payment = getattr(order, "payment", None)
        if payment is None:
            return NOTHING
        return format_html("{}: {}", payment.get_status_display(), anchor(payment))

    @admin.display(description=_("by the ledger"))
    def what_became_of_it(self, order: Order) -> str:
        """Return the money panel: each figure leads to its entries."""
        return money_panel(of_order(order))

    @admin.display(description=_("bought"))
    def books(self, order: Order) -> str:
        """Return the lines of all parts; a basket holds a bounded number of them."""
        rows = OrderLine.objects.filter(seller_order__order=order).order_by("pk")
        return lines(
            f"{row.quantity} × {row.title}, {row.get_condition_display()}, {row.total}"
            for row in rows[:200]
        )


@admin.register(OrderEvent)
class OrderEventAdmin(ReadOnlyAdmin):
    """The history of all orders."""

    related = ("order", "seller_order__seller", "seller_order__order", "actor")
    list_display = ("created_at", link("order", _("order")), "type", link("actor", _("by")), "note")
    list_filter = ("type",)
    search_fields = ("=order__number",)
    ordering = ("-pk",)


UserAdmin.extend(lists=((_("Orders"), Order, "user__id__exact"),))
