"""Baskets, holds and remembered answers: to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.models import Basket, BasketLine, BasketParcel, Hold, IdempotencyKey

BOOK = ("listing__edition__publisher",)


class BasketLineInline(RecentInline):
    """What is in a basket."""

    model = BasketLine
    related = (*BOOK, "basket")
    fields = (link("listing", _("listing")), "quantity", "updated_at")


class BasketParcelInline(RecentInline):
    """How it is to be sent."""

    model = BasketParcel
    related = ("seller", "basket")
    fields = (link("seller", _("seller")), "service")


@admin.register(Basket)
class BasketAdmin(ReadOnlyAdmin):
    """Baskets. The token opens one, so nobody is shown it."""

    related = ("user",)
    secret = ("token",)
    list_display = ("pk", "status", link("user", _("user")), "updated_at")
    list_filter = ("status",)
    search_fields = ("=id", "user__email__startswith")
    ordering = ("-pk",)
    inlines = (BasketLineInline, BasketParcelInline)


@admin.register(BasketLine)
class BasketLineAdmin(ReadOnlyAdmin):
    """Copies in baskets."""

    related = (*BOOK, "basket")
    list_display = ("pk", link("basket", _("basket")), link("listing", _("listing")), "quantity")
    search_fields = ("=basket__id", "=listing__sku")
    ordering = ("-pk",)
    fields = (link("basket", _("basket")), link("listing", _("listing")), "quantity", "updated_at")


@admin.register(BasketParcel)
class BasketParcelAdmin(ReadOnlyAdmin):
    """Delivery choices."""

    related = ("basket", "seller")
    list_display = ("pk", link("basket", _("basket")), link("seller", _("seller")), "service")
    list_filter = ("service",)
    search_fields = ("=basket__id", "seller__slug__startswith")
    ordering = ("-pk",)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """Stock promised to unfinished checkouts."""

    related = ("order", *BOOK)
    list_display = (
        "pk",
        link("order", _("order")),
        link("listing", _("listing")),
        "quantity",
        "status",
        "expires_at",
    )
    list_filter = ("status",)
    search_fields = ("=order__number", "=listing__sku")
    ordering = ("-pk",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Requests that were answered once. The answers hold people's addresses: they stay out of sight."""

    list_display = ("owner", "key", "status", "locked_until", "created_at")
    search_fields = ("owner__startswith", "=key")
    ordering = ("-pk",)
    secret = ("body",)
