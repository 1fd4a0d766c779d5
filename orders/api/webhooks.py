"""A shop's webhooks over the API: set up, rotate, test, read the log, send again."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.constants import SellerRole
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import ProblemOut
from orders.api import webhook_serializers as shapes
from orders.models import WebhookEndpoint
from orders.selectors import webhooks as reads
from orders.services import webhook_sending, webhooks

OLDEST = Ordering("webhooks", ("created_at", "pk"))
NEWEST = Ordering("webhook-deliveries", ("-pk",))
_READS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}
_WRITES = {**_READS, 409: ProblemOut}


class HookEndpoint(TeamEndpoint):
    """An endpoint about the shop's webhooks."""

    roles: tuple[SellerRole, ...] = (SellerRole.ORDERS,)

    def webhook(self, pk: UUID) -> WebhookEndpoint:
        """Return one of the shop's webhooks; else 404."""
        return reads.endpoint_of(self.member.seller, pk)


class WebhooksView(HookEndpoint):
    """selling/{shop}/webhooks/."""

    @extend_schema(
        operation_id="webhooks",
        tags=["selling"],
        responses={200: page_of(shapes.WebhookOut, "WebhookPage"), **_READS},
        parameters=[PageQuery],
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the shop's webhooks, the oldest first."""
        del request, shop
        return self.page(
            reads.endpoints_of(self.member.seller),
            ordering=OLDEST,
            query=self.query(PageQuery),
            serializer=shapes.WebhookOut,
        )

    @extend_schema(
        operation_id="add_webhook",
        tags=["selling"],
        request=shapes.WebhookIn,
        responses={201: shapes.NewSecretOut, **_WRITES},
    )
    def post(self, request: Request, shop: str) -> Response:
        """Have a program told. The answer holds the secret, which is shown this once."""
        del request, shop
        given = self.body(shapes.WebhookIn)
        made = webhooks.add(seller=self.member.seller, actor=self.member.user, **given)
        return Response(shapes.NewSecretOut(made).data, status=status.HTTP_201_CREATED)


class WebhookView(HookEndpoint):
    """selling/{shop}/webhooks/{id}/."""

    @extend_schema(
        operation_id="webhook", tags=["selling"], responses={200: shapes.WebhookOut, **_READS}
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one of the shop's webhooks."""
        del request, shop
        return Response(shapes.WebhookOut(self.webhook(pk)).data)

    @extend_schema(
        operation_id="change_webhook",
        tags=["selling"],
        request=shapes.WebhookChangeIn,
        responses={200: shapes.WebhookOut, **_WRITES},
    )
    def patch(self, request: Request, shop: str, pk: UUID) -> Response:
        """Change where it is and what it is told; switch it on or off."""
        del request, shop
        found = self.webhook(pk)
        given = self.body(shapes.WebhookChangeIn)
        webhooks.amend(endpoint_id=found.pk, actor=self.member.user, **given)
        return Response(shapes.WebhookOut(self.webhook(pk)).data)

    @extend_schema(operation_id="remove_webhook", tags=["selling"], responses={204: None, **_READS})
    def delete(self, request: Request, shop: str, pk: UUID) -> Response:
        """Take it away, with its secret and its log."""
        del request, shop
        webhooks.remove(endpoint_id=self.webhook(pk).pk, actor=self.member.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SecretView(HookEndpoint):
    """selling/{shop}/webhooks/{id}/secret/."""

    @extend_schema(
        operation_id="rotate_webhook_secret",
        tags=["selling"],
        request=None,
        responses={200: shapes.NewSecretOut, **_READS},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Make a new secret; the one before signs beside it for 24 hours."""
        del request, shop
        made = webhooks.rotate(endpoint_id=self.webhook(pk).pk, actor=self.member.user)
        return Response(shapes.NewSecretOut(made).data)


class TestView(HookEndpoint):
    """selling/{shop}/webhooks/{id}/test/."""

    @extend_schema(
        operation_id="test_webhook",
        tags=["selling"],
        request=None,
        responses={202: shapes.DeliveryRowOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Send a message of the type `webhook.test`, once."""
        del request, shop
        made = webhooks.test(endpoint_id=self.webhook(pk).pk, actor=self.member.user)
        return Response(shapes.DeliveryRowOut(made).data, status=status.HTTP_202_ACCEPTED)


class ReplayView(HookEndpoint):
    """selling/{shop}/webhooks/{id}/replay/."""

    @extend_schema(
        operation_id="replay_webhook",
        tags=["selling"],
        request=shapes.ReplayIn,
        responses={202: shapes.ReplayedOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Send again what was not taken since a moment, 1,000 messages at most, the oldest first."""
        del request, shop
        found = self.webhook(pk)
        since = self.body(shapes.ReplayIn)["since"]
        n = webhook_sending.replay_failed(endpoint_id=found.pk, since=since, actor=self.member.user)
        return Response({"replayed": n}, status=status.HTTP_202_ACCEPTED)


class DeliveriesView(HookEndpoint):
    """selling/{shop}/webhooks/{id}/deliveries/."""

    @extend_schema(
        operation_id="webhook_deliveries",
        tags=["selling"],
        parameters=[shapes.LogQuery],
        responses={200: page_of(shapes.DeliveryRowOut, "WebhookDeliveryPage"), **_READS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """List what was, or is to be, sent to it, the latest first."""
        del request, shop
        query = self.query(shapes.LogQuery)
        rows = reads.deliveries_of(self.webhook(pk), state=query["state"], kind=query["type"])
        return self.page(rows, ordering=NEWEST, query=query, serializer=shapes.DeliveryRowOut)


class DeliveryView(HookEndpoint):
    """selling/{shop}/webhooks/deliveries/{id}/."""

    @extend_schema(
        operation_id="webhook_delivery",
        tags=["selling"],
        responses={200: shapes.WebhookDeliveryOut, **_READS},
    )
    def get(self, request: Request, shop: str, pk: UUID) -> Response:
        """Show one message with its content and every try."""
        del request, shop
        return Response(shapes.WebhookDeliveryOut(reads.delivery_of(self.member.seller, pk)).data)


class DeliveryReplayView(HookEndpoint):
    """selling/{shop}/webhooks/deliveries/{id}/replay/."""

    @extend_schema(
        operation_id="replay_webhook_delivery",
        tags=["selling"],
        request=None,
        responses={202: shapes.WebhookDeliveryOut, **_WRITES},
    )
    def post(self, request: Request, shop: str, pk: UUID) -> Response:
        """Send one message again, under the same id."""
        del request, shop
        found = reads.delivery_of(self.member.seller, pk)
        webhook_sending.replay(delivery_id=found.pk, actor=self.member.user)
        again: Any = shapes.WebhookDeliveryOut(reads.delivery_of(self.member.seller, pk)).data
        return Response(again, status=status.HTTP_202_ACCEPTED)
