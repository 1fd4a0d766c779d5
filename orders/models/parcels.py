"""What became of the copies of a seller order: posted in parcels, or refused and paid back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import ParcelStatus, RefusalReason
from orders.models.amounts import Amounts
from orders.models.lines import OrderLine
from orders.models.orders import SellerOrder
from orders.models.payments import Refund


class Shipment(Timestamped):
    """A parcel on its way, with the copies that are in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, related_name="shipments"
    )
    carrier = models.CharField(_("carrier"), max_length=80)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    tracking_url = models.URLField(_("tracking page"), blank=True)
    shipped_at = models.DateTimeField(_("posted"))
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    tracking_status = models.CharField(
        _("parcel"),
        max_length=10,
        choices=ParcelStatus.choices,
        default=ParcelStatus.IN_TRANSIT,
        db_default=ParcelStatus.IN_TRANSIT,
    )

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ("-shipped_at", "-pk")
        indexes = (
            models.Index(
                fields=["tracking_number"],
                name="shipment_by_tracking",
                condition=~Q(tracking_number=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()


class ShipmentLine(Amounts):
    """Copies of one order line in a parcel, and what was earned by posting them."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="shipment_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    currency = models.CharField(_("currency"), max_length=3, default="GBP", db_default="GBP")

    class Meta:
        verbose_name = _("book in a shipment")
        verbose_name_plural = _("books in shipments")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["shipment", "order_line"], name="shipmentline_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipmentline_positive"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"


class Refusal(Timestamped):
    """Copies that are not sent after all, whoever decided so, and what their buyer gets back for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="refusals")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="refusal")
    reason = models.CharField(_("why"), max_length=12, choices=RefusalReason.choices)
    words = models.CharField(_("in words"), max_length=200, blank=True)
    restocked = models.BooleanField(_("put back on sale"))
    # Given back once a seller order at most, when nothing of it will be sent.
    delivery_minor = models.BigIntegerField(_("delivery given back (pence)"), default=0)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(delivery_minor__gte=0), name="refusal_delivery_not_negative"
            ),
            models.UniqueConstraint(
                fields=["seller_order"],
                condition=Q(delivery_minor__gt=0),
                name="refusal_delivery_once",
            ),
        )

    def __str__(self) -> str:
        return self.why

    @property
    def amount(self) -> Money:
        """All that the buyer gets back for it, extra postage too; its lines should be loaded."""
        lines = sum(line.amount_minor for line in self.lines.all())
        return Money(lines + self.delivery_minor, self.refund.currency)

    @property
    def why(self) -> str:
        """The reason as the buyer reads it."""
        if self.reason == RefusalReason.OTHER:
            return self.words
        label = str(self.get_reason_display())
        return f"{label}: {self.words}" if self.words else label


class RefusalLine(models.Model):
    """Copies of one order line that were refused, at the price that was paid for them."""

    refusal = models.ForeignKey(Refusal, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="refusal_lines"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("refused book")
        verbose_name_plural = _("refused books")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["refusal", "order_line"], name="refusalline_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(amount_minor__gte=0), name="refusalline_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"

    @property
    def amount(self) -> Money:
        """What the buyer gets back for these copies."""
        return Money(self.amount_minor, self.currency)
