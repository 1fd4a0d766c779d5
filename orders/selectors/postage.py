"""Reads of extra postage."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Func, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from books4all.lib.money import Money
from orders.constants import PostageStatus
from orders.models import ExtraPostage, SellerOrder

_DAY = timedelta(days=1)


def most_extra(part: SellerOrder) -> Money:
    """Return how much more a shop may ask for: what was paid for the post again, and the terms' limit."""
    most = part.delivery_minor + settings.EXTRA_POSTAGE_MOST_MINOR - part.extra_minor
    return Money(max(0, most), part.currency)


def open_extra(part: SellerOrder) -> ExtraPostage | None:
    """Return the proposal that the buyer is to answer; no query where ``extra_postages`` is loaded."""
    return next((extra for extra in part.extra_postages.all() if extra.is_open), None)


def days_stood_still(extras: Iterable[ExtraPostage], *, now: datetime | None = None) -> int:
    """Return for how many days a shop's deadline stood still: each that was begun, up to ``now``."""
    until = now or timezone.now()
    return sum(-(-((extra.answered_at or until) - extra.created_at) // _DAY) for extra in extras)


def with_pauses(parts: QuerySet[SellerOrder]) -> QuerySet[Any]:
    """Annotate ``stood_still`` (``days_stood_still``) and ``asks_buyer``: whether it stands still now."""
    asked = ExtraPostage.objects.filter(seller_order=OuterRef("pk")).order_by()
    days = Func(
        Coalesce("answered_at", Value(timezone.now())),
        F("created_at"),
        template="ceil(extract(epoch FROM %(expressions)s) / 86400)::integer",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    each = asked.values("seller_order").annotate(days=Sum(days)).values("days")
    return parts.annotate(
        stood_still=Cast(Coalesce(Subquery(each), 0), IntegerField()),
        asks_buyer=Exists(asked.filter(status=PostageStatus.PROPOSED)),
    )
