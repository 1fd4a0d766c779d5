"""What an order is made of: its lines, and the copies on hold for it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from catalog.constants import Condition
from catalog.models import Listing
from orders.constants import HoldStatus, TaxScheme
from orders.models.amounts import Amounts, Parts, sound
from orders.models.orders import Order, SellerOrder


class OrderLine(Amounts):
    """Copies of one listing that were bought, with a snapshot of what was promised."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="order_lines")
    title = models.CharField(_("title"), max_length=500)
    author_line = models.CharField(_("authors"), max_length=300, blank=True)
    description = models.CharField(_("edition"), max_length=300, blank=True)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices)
    sku = models.CharField(_("SKU"), max_length=60)
    quantity = models.PositiveIntegerField(_("quantity"))
    # Of the quantity: what is in parcels, and what the shop can't send. Sums of the rows of shipments
    # and refusals, kept with them, so that the database can hold them against what was bought.
    posted = models.PositiveIntegerField(_("posted"), default=0, db_default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0, db_default=0)
    unit_minor = models.BigIntegerField(_("price (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    # The line's price less ``discount_minor``, plus the tax where prices come without, is ``paid_minor``.
    discount_minor = models.BigIntegerField(_("discount (pence)"), default=0, db_default=0)
    tax_bp = models.PositiveIntegerField(_("tax (percent × 100)"), default=0, db_default=0)
    tax_scheme = models.CharField(
        _("tax scheme"),
        max_length=10,
        choices=TaxScheme.choices,
        default=TaxScheme.NONE,
        db_default=TaxScheme.NONE,
    )
    # Of a line under the margin scheme: the tax in the shop's margin, its own business. Unknown where it
    # has not said what the copies cost it.
    margin_tax_minor = models.BigIntegerField(_("tax in the margin (pence)"), null=True, blank=True)
    commission_name = models.CharField(
        _("commission by"), max_length=80, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["seller_order", "listing"], name="orderline_listing_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(unit_minor__gt=0),
                name="orderline_positive",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("posted") + F("refused")),
                name="orderline_no_more_than_bought",
            ),
            sound("orderline_amounts_sound"),
            models.CheckConstraint(
                condition=Q(discount_minor__gte=0, subsidy_minor__lte=F("discount_minor")),
                name="orderline_subsidy_of_discount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def unit(self) -> Money:
        """Price of one copy."""
        return Money(self.unit_minor, self.currency)

    @property
    def total(self) -> Money:
        """Price of the line."""
        return self.unit * self.quantity

    @property
    def discount(self) -> Money:
        """What is taken off the price."""
        return Money(self.discount_minor, self.currency)

    @property
    def left(self) -> int:
        """Copies that are neither posted nor refused."""
        return self.quantity - self.posted - self.refused

    def parts_of_next(self, copies: int) -> Parts:
        """Return the amounts of the next ``copies`` that are posted or refused.

        All of them together are the line's, to the penny, in whatever portions they go.
        """
        gone = self.quantity - self.left
        return self.parts.between(gone, gone + copies, of=self.quantity)


class Hold(models.Model):
    """Stock promised to an unfinished checkout. ``expires_at`` is by the database's clock."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField(_("quantity"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=HoldStatus.choices,
        default=HoldStatus.ACTIVE,
    )
    expires_at = models.DateTimeField(_("expires"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="hold_active",
                condition=Q(status=HoldStatus.ACTIVE),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["order", "listing"], name="hold_listing_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="hold_at_least_one"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.listing_id} ({self.get_status_display()})"
