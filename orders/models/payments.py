"""Money asked for, received and given back, as the payment provider tells it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import PaymentStatus, RefundStatus
from orders.models.orders import Order, SellerOrder


class Payment(Timestamped):
    """The intent to collect an order's total. Its id is the key the provider knows it by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="payment")
    provider = models.CharField(_("provider"), max_length=20)
    # The provider's own name for it; empty until the provider has answered.
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    page_url = models.URLField(_("payment page"), max_length=500, blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PaymentStatus.choices,
        default=PaymentStatus.CREATED,
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["updated_at"],
                name="payment_unfinished",
                condition=Q(status__in=(PaymentStatus.CREATED, PaymentStatus.PENDING)),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=~Q(reference=""),
                name="payment_one_a_reference",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.reference or self.pk}"

    @property
    def amount(self) -> Money:
        """What is to be collected."""
        return Money(self.amount_minor, self.currency)


class PaymentEvent(models.Model):
    """A provider's message about a payment. Append-only; a message counts once."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("message"), max_length=120)
    type = models.CharField(_("type"), max_length=60)
    amount_minor = models.BigIntegerField(_("amount (pence)"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    payload = models.JSONField(_("as received"), default=dict)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["provider", "event_id"], name="paymentevent_once"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Refund(Timestamped):
    """Money to give back for a seller order. Its id is the key the provider knows it by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    seller_order = models.ForeignKey(
        SellerOrder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=RefundStatus.choices,
        default=RefundStatus.PENDING,
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reference = models.CharField(_("reference"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"

    @property
    def amount(self) -> Money:
        """What is to be given back."""
        return Money(self.amount_minor, self.currency)
