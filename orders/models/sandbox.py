"""The sandbox payment provider's own books: what it would keep on its servers, not on ours."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import secret_token
from books4all.lib.models import Timestamped


class SandboxStatus(models.TextChoices):
    """The provider's states of a payment."""

    OPEN = "open", _("Waiting for the buyer")
    ACTION = "action", _("Waiting for 3-D Secure")
    PROCESSING = "processing", _("Waiting for the bank")
    SUCCEEDED = "succeeded", _("Succeeded")
    CANCELLED = "cancelled", _("Cancelled")


class SandboxPayment(Timestamped):
    """A payment at the sandbox provider. ``key`` is the merchant's idempotency key."""

    reference = models.CharField(max_length=60, primary_key=True, default=secret_token)
    key = models.CharField(max_length=80, unique=True)
    status = models.CharField(
        max_length=10, choices=SandboxStatus.choices, default=SandboxStatus.OPEN
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    refunded_minor = models.BigIntegerField(default=0)
    # Refund keys the merchant has used, with their amounts: a repeated key gives nothing twice.
    refund_keys = models.JSONField(default=dict)
    return_url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    # How the test card asked the provider to behave after paying: "", "slow", "lost", "twice" …
    behaviour = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("sandbox payment")
        verbose_name_plural = _("sandbox payments")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0)
                & Q(refunded_minor__lte=models.F("amount_minor")),
                name="sandbox_refunded_at_most_paid",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.status}"
