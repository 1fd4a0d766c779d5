"""What the endpoints of orders after the sale take and give."""

from typing import Any

from rest_framework import serializers

from books4all.lib.api.serializers import MoneyOut, StrictSerializer
from orders.constants import CancelStatus, EventType, ParcelStatus, PostageStatus

Plain = serializers.Serializer[Any]


# --- Input -----------------------------------------------------------------------------------
class ReasonIn(StrictSerializer):
    """Why, if somebody cares to say. The shop reads it."""

    reason = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


class PostageAnswerIn(StrictSerializer):
    """Whether the buyer pays the extra postage."""

    pay = serializers.BooleanField(help_text="True: `page_url` is where to pay. False: refused.")


class PostageIn(StrictSerializer):
    """What more a shop asks for. The reason is read by the buyer."""

    amount_minor = serializers.IntegerField(min_value=1, max_value=2**53)
    reason = serializers.CharField(max_length=200)


class CancellationIn(StrictSerializer):
    """A shop's answer. `restock` counts when it agrees; `words` (read by the buyer) when it doesn't."""

    agree = serializers.BooleanField()
    restock = serializers.BooleanField(required=False, default=True)
    words = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ParcelStatusIn(StrictSerializer):
    """What is known of a parcel; the order's own status does not follow from it."""

    tracking_status = serializers.ChoiceField(choices=ParcelStatus.choices)


# --- Output ----------------------------------------------------------------------------------
class EventOut(Plain):
    """Something that has happened, in words for its reader."""

    type = serializers.ChoiceField(choices=EventType.choices)
    text = serializers.CharField(source="label")
    note = serializers.CharField(allow_blank=True)
    who = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(source="when")


class PostageOut(Plain):
    """Extra postage that the shop asked for. While it is `proposed`, answer by `expires_at`."""

    id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(choices=PostageStatus.choices)
    amount = MoneyOut()
    reason = serializers.CharField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class CancelRequestOut(Plain):
    """A buyer's wish to cancel what the shop has accepted, and the shop's answer."""

    status = serializers.ChoiceField(choices=CancelStatus.choices)
    reason = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class PageOut(Plain):
    """Where to pay; empty once it is refused."""

    page_url = serializers.CharField(allow_blank=True)
