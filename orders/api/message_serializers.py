"""What the endpoints of messages take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import StrictSerializer
from catalog.api.serializers import SellerRefOut
from orders.constants import ReportReason, Side
from orders.models import Message, Thread
from orders.models.messages import MESSAGE_LENGTH
from orders.selectors import messages as reads


class ThreadsQuery(PageQuery):
    """Which conversations: all that are not put away without `show`."""

    show = serializers.ChoiceField(
        choices=[only for only in reads.FILTERS if only], required=False, default=""
    )


class TextIn(StrictSerializer):
    """What to say, as plain text."""

    text = serializers.CharField(max_length=MESSAGE_LENGTH)


class AskIn(TextIn):
    """A first message: about a copy (`listing`) or about a shop's part of an order (`seller_order`)."""

    listing = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    seller_order = serializers.UUIDField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two."""
        if ("listing" in given) == ("seller_order" in given):
            raise serializers.ValidationError(
                {"listing": ["Name the copy, or the order in `seller_order`, and not both."]}
            )
        return given


class WriteToBuyerIn(TextIn):
    """A first message about one of the shop's orders."""

    seller_order = serializers.UUIDField()


class ThreadIn(StrictSerializer):
    """What is wanted of a conversation."""

    archived = serializers.BooleanField(required=False)
    blocked = serializers.BooleanField(required=False)


class ReportIn(StrictSerializer):
    """Why staff should look."""

    reason = serializers.ChoiceField(choices=ReportReason.choices)
    details = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class MessageOut(serializers.ModelSerializer[Message]):
    """A message. `text` is null when staff have hidden it."""

    by = serializers.ChoiceField(source="side", choices=Side.choices)
    text = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ("id", "by", "text", "created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_text(self, message: Message) -> str | None:
        return None if message.hidden_at else message.text


class ThreadOut(serializers.ModelSerializer[Thread]):
    """A conversation; its messages are at `messages/{id}/texts/`. Nobody's address is ever given."""

    side: str = Side.BUYER
    seller = SellerRefOut()
    reader = serializers.CharField(source="buyer_name")
    listing = serializers.IntegerField(source="listing_id", allow_null=True)
    seller_order = serializers.UUIDField(source="seller_order_id", allow_null=True)
    unread = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    closed = serializers.SerializerMethodField()

    class Meta:
        model = Thread
        fields = (
            "id",
            "subject",
            "seller",
            "reader",
            "listing",
            "seller_order",
            "begun_by",
            "last_by",
            "last_at",
            "unread",
            "archived",
            "closed",
            "created_at",
        )

    def get_unread(self, thread: Thread) -> int:
        return thread.unread(self.side)

    def get_archived(self, thread: Thread) -> bool:
        return thread.is_archived(self.side)

    def get_closed(self, thread: Thread) -> bool:
        return thread.closed_at is not None


class SellingThreadOut(ThreadOut):
    """A conversation as the shop sees it. Nobody's address is ever given."""

    side = Side.SELLER

    class Meta(ThreadOut.Meta):
        pass
