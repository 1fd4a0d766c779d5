"""What the endpoints about webhooks take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from books4all.lib.api.pagination import PageQuery
from books4all.lib.api.serializers import StrictSerializer
from orders.constants import HookOff, HookState
from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from orders.selectors.webhooks import ordered

Plain = serializers.Serializer[Any]


# --- Input -----------------------------------------------------------------------------------
class WebhookIn(StrictSerializer):
    """Where a program listens, and for what. No `types`: it is told everything."""

    url = serializers.CharField(max_length=500, help_text="https:// only, on its own port")
    description = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    types = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=100
    )


class WebhookChangeIn(StrictSerializer):
    """What is to be different; the rest stays."""

    url = serializers.CharField(max_length=500, required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    types = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=100
    )
    enabled = serializers.BooleanField(required=False)


class ReplayIn(StrictSerializer):
    """Send again what happened then or later and was not taken."""

    since = serializers.DateTimeField()


class LogQuery(PageQuery):
    """Which of the messages."""

    state = serializers.ChoiceField(choices=HookState.choices, required=False, default="")
    type = serializers.CharField(max_length=60, required=False, default="")


# --- Output ----------------------------------------------------------------------------------
class WebhookOut(serializers.ModelSerializer[WebhookEndpoint]):
    """A webhook. `failing_since` is when its first failure was since the last success."""

    types = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    disabled_reason = serializers.ChoiceField(choices=HookOff.choices, allow_blank=True)

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            "id",
            "url",
            "description",
            "types",
            "enabled",
            "disabled_at",
            "disabled_reason",
            "failing_since",
            "previous_until",
            "created_at",
            "updated_at",
        )
        extra_kwargs = {
            "previous_until": {"help_text": "Until when the secret before this one signs as well"}
        }


class NewSecretOut(WebhookOut):
    """A webhook with the secret that was just made: it is shown this once."""

    secret = serializers.CharField()

    class Meta(WebhookOut.Meta):
        fields = (*WebhookOut.Meta.fields, "secret")


class AttemptOut(serializers.ModelSerializer[WebhookAttempt]):
    """One try. Without an answer, `status` is null and `error` says why."""

    class Meta:
        model = WebhookAttempt
        fields = ("at", "status", "duration_ms", "answer", "error")


class DeliveryRowOut(serializers.ModelSerializer[WebhookDelivery]):
    """A message on its way. `message` is what the receiver gets as `webhook-id`."""

    message = serializers.UUIDField(source="message_id")
    webhook = serializers.UUIDField(source="endpoint_id")
    type = serializers.CharField(source="message.type")
    state = serializers.ChoiceField(choices=HookState.choices)
    happened_at = serializers.DateTimeField(source="message.created_at")

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            "id",
            "message",
            "webhook",
            "type",
            "state",
            "attempts",
            "happened_at",
            "next_at",
            "delivered_at",
        )


class WebhookDeliveryOut(DeliveryRowOut):
    """A message with what is sent, and each try, the latest first."""

    payload = serializers.SerializerMethodField()
    tries = AttemptOut(many=True)

    class Meta(DeliveryRowOut.Meta):
        fields = (*DeliveryRowOut.Meta.fields, "payload", "tries")

    @extend_schema_field(serializers.DictField())
    def get_payload(self, delivery: WebhookDelivery) -> Any:
        """Show the content."""
        return ordered(delivery.message)


class ReplayedOut(Plain):
    """How many messages are sent again."""

    replayed = serializers.IntegerField()
