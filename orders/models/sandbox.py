"""The sandbox payment provider's own books: what it would keep on its servers, not on ours."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import secret_token
from books4all.lib.models import Timestamped
from orders.constants import DisputeStatus


class SandboxStatus(models.TextChoices):
    """The provider's states of a payment."""

    OPEN = "open", _("Waiting for the buyer")
    ACTION = "action", _("Waiting for 3-D Secure")
    PROCESSING = "processing", _("Waiting for the bank")
    AUTHORIZED = "authorized", _("Authorised")
    SUCCEEDED = "succeeded", _("Succeeded")
    CANCELLED = "cancelled", _("Cancelled")


class SandboxRefundState(models.TextChoices):
    """The provider's states of a refund."""

    PENDING = "pending", _("On its way")
    SUCCEEDED = "succeeded", _("Paid back")
    FAILED = "failed", _("Failed")


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
    # Refund keys the merchant used before refunds had rows of their own, with their amounts.
    refund_keys = models.JSONField(default=dict)
    # Asked for the buyer's bank's promise only; "capture" takes the money.
    capture_later = models.BooleanField(default=False, db_default=False)
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


class SandboxRefund(Timestamped):
    """A refund at the sandbox provider. ``key`` is the merchant's: a repeated one gives nothing twice."""

    key = models.CharField(max_length=80, primary_key=True)
    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="refunds")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=SandboxRefundState.choices)

    class Meta:
        verbose_name = _("sandbox refund")
        verbose_name_plural = _("sandbox refunds")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def reference(self) -> str:
        """The provider's name for it."""
        return f"re_{self.key}"


class SandboxDispute(Timestamped):
    """Money that a buyer's bank has taken back at the sandbox provider."""

    reference = models.CharField(max_length=60, primary_key=True, default=secret_token)
    payment = models.ForeignKey(SandboxPayment, on_delete=models.CASCADE, related_name="disputes")
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    status = models.CharField(max_length=12, choices=DisputeStatus.choices)
    evidence = models.TextField(blank=True)

    class Meta:
        verbose_name = _("sandbox dispute")
        verbose_name_plural = _("sandbox disputes")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.reference} {self.status}"
