"""What is told to programs of shops and of the marketplace, and what became of the telling.

As Standard Webhooks 1.0 has it: a message has an id that stays, whoever it is sent to and however often.
"""

from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from orders.constants import HOOK_OPEN, HookOff, HookState
from orders.models.orders import OrderEvent

# Of what the other side answered, the beginning is kept.
ANSWER_LENGTH = 1000


class WebhookEndpoint(Timestamped):
    """An address that is told what happens: in one shop, or anywhere on the marketplace."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # None: the marketplace's own.
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="webhooks"
    )
    url = models.CharField(_("address"), max_length=500)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    types = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("what it is told"),
        blank=True,
        default=list,
        help_text=_("Nothing chosen: everything."),
    )
    # Both sides sign with it, so it is kept as it is. Shown when it is made, never again.
    secret = models.CharField(max_length=100, editable=False)
    # The one before signs beside it until then, so that a program can change over in its own time.
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Of the first failure since the last success.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("off since"), null=True, blank=True)
    disabled_reason = models.CharField(
        _("why it is off"), max_length=10, choices=HookOff.choices, blank=True
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("created_at", "pk")
        indexes = (
            # Asked with every event of every order.
            models.Index(
                fields=["seller"], name="webhook_on", condition=Q(disabled_at__isnull=True)
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["seller", "url"],
                condition=~Q(disabled_reason=HookOff.REMOVED),
                nulls_distinct=False,
                name="webhook_address_once",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | Q(disabled_at__isnull=False) & ~Q(disabled_reason=""),
                name="webhook_off_has_reason",
            ),
            models.CheckConstraint(condition=~Q(secret=""), name="webhook_has_secret"),
        )

    def __str__(self) -> str:
        return self.url

    @property
    def enabled(self) -> bool:
        """Whether anything is sent to it."""
        return self.disabled_at is None

    @property
    def removed(self) -> bool:
        """Whether its owner has taken it away."""
        return self.disabled_reason == HookOff.REMOVED

    @property
    def host(self) -> str:
        """Where it is, in few words."""
        return urlsplit(self.url).hostname or ""

    @property
    def secrets(self) -> list[str]:
        """The secrets that sign now, the newest first."""
        old = self.previous_until is not None and self.previous_until > timezone.now()
        return [self.secret, self.previous_secret] if old else [self.secret]


class WebhookMessage(models.Model):
    """Something that happened, as it is told. Its id is the specification's ``webhook-id``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(_("what"), max_length=60)
    # Whose shop it is about; None for what is the marketplace's business alone.
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The row of an order's history that it tells of, if it is one.
    event = models.ForeignKey(
        OrderEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    payload = models.JSONField(_("content"))
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["created_at"], name="webhookmessage_by_age"),)
        constraints = (
            models.UniqueConstraint(
                fields=["event", "seller"],
                condition=Q(event__isnull=False),
                nulls_distinct=False,
                name="webhookmessage_once_an_event",
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.created_at:%Y-%m-%d %H:%M}"


class WebhookDelivery(models.Model):
    """A message on its way to an endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=HookState.choices, default=HookState.WAITING
    )
    # Since it was last begun: sending again begins anew. All attempts are rows of their own.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["endpoint", "-id"], name="webhookdelivery_log"),
            models.Index(fields=["endpoint", "state", "-id"], name="webhookdelivery_by_state"),
            # The queue on the staff's start page.
            models.Index(fields=["id"], name="webhookdelivery_dead", condition=Q(state="dead")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["message", "endpoint"], name="webhookdelivery_once_an_endpoint"
            ),
            models.CheckConstraint(
                condition=Q(state=HookState.DELIVERED, delivered_at__isnull=False)
                | ~Q(state=HookState.DELIVERED) & Q(delivered_at__isnull=True),
                name="webhookdelivery_delivered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=HOOK_OPEN, next_at__isnull=False)
                | ~Q(state__in=HOOK_OPEN) & Q(next_at__isnull=True),
                name="webhookdelivery_open_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.message.type} → {self.endpoint.host}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in HOOK_OPEN


class WebhookAttempt(models.Model):
    """One try to deliver a message, and what came of it."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    # None: there was no answer.
    status = models.PositiveSmallIntegerField(_("answered"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("took (ms)"))
    answer = models.CharField(_("beginning of the answer"), max_length=ANSWER_LENGTH, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.status or self.error}"

    @property
    def ok(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300
