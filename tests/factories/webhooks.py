"""Webhooks, and what they were told."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.services.webhooks import new_secret
from tests.factories.accounts import SellerFactory


class WebhookEndpointFactory(DjangoModelFactory[WebhookEndpoint]):
    """A webhook of a shop that is told everything."""

    class Meta:
        model = WebhookEndpoint

    seller = factory.SubFactory(SellerFactory)
    url = factory.Sequence(lambda n: f"https://shop-{n}.example/hooks")
    secret = factory.LazyFunction(new_secret)


class WebhookMessageFactory(DjangoModelFactory[WebhookMessage]):
    """That an order was accepted."""

    class Meta:
        model = WebhookMessage

    type = "order.accepted"
    payload = factory.LazyAttribute(
        lambda o: {
            "type": o.type,
            "timestamp": timezone.now().isoformat(),
            "data": {"order": "7K3M-9Q2X"},
        }
    )


class WebhookDeliveryFactory(DjangoModelFactory[WebhookDelivery]):
    """A message that waits to be sent, or with another ``state``."""

    class Meta:
        model = WebhookDelivery

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    message = factory.SubFactory(
        WebhookMessageFactory, seller=factory.SelfAttribute("..endpoint.seller")
    )
    next_at = factory.LazyAttribute(
        lambda o: None if o.state in ("dead", "delivered") else timezone.now()
    )
    delivered_at = factory.LazyAttribute(
        lambda o: timezone.now() if o.state == "delivered" else None
    )
    state = "waiting"


class WebhookAttemptFactory(DjangoModelFactory[WebhookAttempt]):
    """An attempt that failed."""

    class Meta:
        model = WebhookAttempt

    delivery = factory.SubFactory(WebhookDeliveryFactory)
    status = 500
    duration_ms = 120
    answer = "out of order"
