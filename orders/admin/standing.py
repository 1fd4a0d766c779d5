"""How well shops keep their word, and those that staff should look at."""

from typing import Any

from django.contrib import admin
from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import SellerAdmin
from accounts.constants import COMPLETION_TARGET, IN_TIME_TARGET, STANDING_ORDERS, StandingDays
from accounts.models import SellerStanding
from books4all.lib.staff.display import change_url, changelist_url, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue

_COUNTS = (
    "orders", "cancelled", "due", "in_time", "claims", "questions", "answered", "answer_minutes",
    "rating_count", "rating_sum",
)  # fmt: skip


def below_target() -> QuerySet[SellerStanding]:
    """Return the quarters of shops with orders enough that miss a target, the worst first."""
    return (
        SellerStanding.objects.filter(days=StandingDays.QUARTER, orders__gte=STANDING_ORDERS)
        .alias(
            lost=F("cancelled") * 100 - F("orders") * (100 - COMPLETION_TARGET),
            late=F("due") * IN_TIME_TARGET - F("in_time") * 100,
        )
        .filter(Q(lost__gt=0) | Q(late__gt=0))
        .select_related("seller")
        .order_by("-late", "-lost", "pk")
    )


class SellerStandingInline(RecentInline):
    """Both windows, on the shop's page."""

    model = SellerStanding
    related = ("seller",)
    fields = ("days", "as_of", *_COUNTS)
    ordering = ("days",)


@admin.register(SellerStanding)
class SellerStandingAdmin(ReadOnlyAdmin):
    """Standings, to sort by."""

    related = ("seller",)
    list_display = (
        link("seller", _("seller")),
        "days",
        "orders",
        "completion",
        "on_time",
        "claims",
        "answer_minutes",
        "as_of",
    )
    list_filter = ("days",)
    search_fields = ("seller__name__istartswith", "seller__slug__startswith")
    search_help_text = _("The beginning of a shop’s name")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the rates to sort by."""
        rates = {
            "kept": (F("orders") - F("cancelled")) * 100 / NullIf(F("orders"), 0),
            "posted": F("in_time") * 100 / NullIf(F("due"), 0),
        }
        known = {name: Cast(rate, IntegerField()) for name, rate in rates.items()}
        rows: QuerySet[Any] = super().get_queryset(request)
        with_rates: QuerySet[Any] = rows.annotate(**known)
        return with_rates

    @admin.display(description=_("kept (%)"), ordering="kept")
    def completion(self, standing: SellerStanding) -> int | None:
        """Return the percent of the orders that were kept."""
        return standing.completion

    @admin.display(description=_("posted in time (%)"), ordering="posted")
    def on_time(self, standing: SellerStanding) -> int | None:
        """Return the percent of the due orders that were posted in time."""
        return standing.on_time


@queue(35, "accounts.view_sellerstanding")
def shops_below_target() -> Queue:
    """Return shops that have not kept their word well enough lately."""
    rows = below_target()
    return Queue(
        title=_("Shops below their targets"),
        empty=_("Every shop keeps its word."),
        icon="triangle-alert",
        url=changelist_url(SellerStanding, days__exact=StandingDays.QUARTER.value, o="5.4"),
        rows=[
            Row(
                label=row.seller.name,
                url=change_url(row.seller),
                note=_("kept %(kept)s%%, posted in time %(posted)s%%")
                % {"kept": _said(row.completion), "posted": _said(row.on_time)},
            )
            for row in rows[:SHOWN]
        ],
        count=count(rows),
    )


def _said(percent: int | None) -> str:
    return "–" if percent is None else str(percent)


SellerAdmin.extend(inlines=(SellerStandingInline,))
