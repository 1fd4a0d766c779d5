"""Money asked for, received and given back, as the payment provider tells it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import PaymentEventKind, PaymentStatus, RefundStatus, Stage
from orders.models.amounts import Amounts, sound
from orders.models.lines import OrderLine
from orders.models.orders import Order, SellerOrder


class Payment(Timestamped):
    """The intent to collect an order's total. Its id is the key the provider knows it by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    # The order that it places. Empty for what is paid later, such as extra postage.
    placing = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="payment", null=True, blank=True
    )
    provider = models.CharField(_("provider"), max_length=20)
    # The provider's own name for it; empty until the provider has answered.
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    # Stripe’s addresses carry a fragment of many hundred signs.
    page_url = models.URLField(_("payment page"), max_length=2000, blank=True)
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
                condition=Q(
                    status__in=(
                        PaymentStatus.CREATED,
                        PaymentStatus.PENDING,
                        PaymentStatus.AUTHORIZED,
                    )
                ),
            ),
            models.Index(
                fields=["reference"], name="payment_by_reference", condition=~Q(reference="")
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "reference"],
                condition=~Q(reference=""),
                name="payment_one_a_reference",
            ),
            # Nothing, where gift cards or promotions pay all of it.
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payment_not_negative"),
            models.CheckConstraint(
                condition=Q(placing=None) | Q(placing=F("order")), name="payment_places_its_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.reference or self.pk}"

    @property
    def amount(self) -> Money:
        """What is to be collected."""
        return Money(self.amount_minor, self.currency)


class PaymentEvent(models.Model):
    """What a provider said about a payment, by message or as answer. Append-only; each counts once."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("message"), max_length=120)
    type = models.CharField(_("type"), max_length=60)
    # What it does to the payment's money; empty for what does nothing to it, or does not fit with it.
    kind = models.CharField(
        _("kind"),
        max_length=24,
        choices=PaymentEventKind.choices,
        blank=True,
        default="",
        db_default="",
    )
    # The provider's name for the movement of money: requests and their answers bear the same.
    reference = models.CharField(
        _("reference"), max_length=120, blank=True, default="", db_default=""
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    payload = models.JSONField(_("as received"), default=dict)
    # By the provider's clock: messages come in any order.
    happened_at = models.DateTimeField(_("happened"), default=timezone.now, db_default=Now())
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["provider", "reference"],
                name="paymentevent_reference",
                condition=~Q(reference=""),
            ),
        )
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
    stage = models.CharField(
        _("stage"), max_length=6, choices=Stage.choices, default=Stage.HELD, db_default=Stage.HELD
    )
    # All that is given back; of it, to gift cards, and for the post. The lines are the rest.
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    gift_minor = models.BigIntegerField(_("to gift cards (pence)"), default=0, db_default=0)
    # Given back by the buyer's bank, which has kept the payment meanwhile: not by the provider as well.
    by_bank_minor = models.BigIntegerField(_("by the bank (pence)"), default=0, db_default=0)
    delivery_minor = models.BigIntegerField(_("for delivery (pence)"), default=0, db_default=0)
    delivery_subsidy_minor = models.BigIntegerField(
        _("delivery back to the marketplace (pence)"), default=0, db_default=0
    )
    delivery_tax_minor = models.BigIntegerField(
        _("tax in the delivery (pence)"), default=0, db_default=0
    )
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # The provider's name for it, and how often it was asked for: one that failed is tried again.
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1, db_default=1)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["updated_at", "id"],
                name="refund_failed",
                condition=Q(status=RefundStatus.FAILED),
            ),
            models.Index(
                fields=["reference"], name="refund_by_reference", condition=~Q(reference="")
            ),
        )
        constraints = (
            # Nothing, where a promotion gave away the copies that can't be sent.
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="refund_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    gift_minor__gte=0,
                    gift_minor__lte=F("amount_minor"),
                    delivery_minor__gte=0,
                    delivery_minor__lte=F("amount_minor"),
                ),
                name="refund_parts_sound",
            ),
            models.CheckConstraint(
                condition=Q(
                    by_bank_minor__gte=0, by_bank_minor__lte=F("amount_minor") - F("gift_minor")
                ),
                name="refund_by_bank_sound",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"

    @property
    def amount(self) -> Money:
        """What is to be given back."""
        return Money(self.amount_minor, self.currency)

    @property
    def key(self) -> str:
        """What the provider knows this attempt by: asking twice with it is asking once."""
        return str(self.pk) if self.attempt == 1 else f"{self.pk}.{self.attempt}"

    @property
    def from_provider(self) -> Money:
        """What the payment provider is to give back: not what goes to gift cards, or the bank has given."""
        return Money(self.amount_minor - self.gift_minor - self.by_bank_minor, self.currency)


class RefundLine(Amounts):
    """What a refund gives back for copies of one order line."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    # Copies that come back or never go; none where a part of the price is given back.
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("refunded book")
        verbose_name_plural = _("refunded books")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["refund", "order_line"], name="refundline_once"),
            sound("refundline_amounts_sound"),
        )

    def __str__(self) -> str:
        return f"{self.paid} / {self.order_line_id}"
