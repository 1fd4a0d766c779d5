"""What the endpoints of a shop's money take and give."""

from typing import Any

from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import MoneyOut
from orders.constants import EntryKind, PayoutStatus
from orders.selectors.money import MoneyLine

Plain = serializers.Serializer[Any]


class LinesQuery(PageQuery):
    """Which lines: `since` is included, `until` is not."""

    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)


class PositionOut(Plain):
    """What a shop has with the marketplace. `owed` is nothing or less."""

    waiting = MoneyOut()
    ready = MoneyOut()
    reserve = MoneyOut()
    owed = MoneyOut()
    total = MoneyOut(source="whole")


class MoneyStateOut(Plain):
    """What a shop has, and when it is paid next. `obstacle` says why it can't be just now."""

    position = PositionOut()
    on_the_way = MoneyOut()
    next_payout_on = serializers.DateField()
    minimum = MoneyOut()
    obstacle = serializers.CharField(allow_blank=True)
    account = serializers.CharField(allow_blank=True, help_text="Where it is paid to, masked")


class MoneyLineOut(Plain):
    """Something that happened to a shop's money: what it changed, and what there was after it."""

    id = serializers.IntegerField(source="entry.pk")
    kind = serializers.ChoiceField(choices=EntryKind.choices, source="entry.kind")
    what = serializers.CharField()
    at = serializers.DateTimeField(source="entry.created_at")
    order = serializers.CharField(source="order_number", allow_blank=True)
    payout = serializers.SerializerMethodField()
    waiting = MoneyOut(allow_null=True)
    ready = MoneyOut(allow_null=True)
    reserve = MoneyOut(allow_null=True)
    owed = MoneyOut(allow_null=True)
    change = MoneyOut()
    balance = MoneyOut()

    def get_payout(self, line: MoneyLine) -> str:
        """Return the payout's number, if it is about one."""
        return line.payout.number if line.payout else ""


class PayoutOut(Plain):
    """Money on its way to a shop, or there."""

    id = serializers.UUIDField(source="pk")
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=PayoutStatus.choices)
    amount = MoneyOut()
    account = serializers.CharField(help_text="Masked")
    problem = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField(source="created_at")
    sent_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class PaidLineOut(Plain):
    """A line of the shop's account that a payout pays."""

    id = serializers.IntegerField(source="entry.pk")
    what = serializers.CharField()
    at = serializers.DateTimeField(source="entry.created_at")
    order = serializers.CharField(source="order_number", allow_blank=True)
    amount = MoneyOut()
