"""Orders, each seller's part of them, and what has happened to them."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import PostalAddress, Seller, User
from books4all.lib.ids import readable_code, secret_token, uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import Condition, Service
from catalog.models import Listing
from orders.constants import WAITING, EventType, HoldStatus, OrderStatus, SellerOrderStatus
from orders.models.baskets import Basket


class Order(PostalAddress, Timestamped):
    """What a buyer bought and paid once, with their own copy of the delivery address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(
        _("number"), max_length=12, unique=True, default=readable_code, editable=False
    )
    # Opens the order's page without signing in, from the mails. A secret.
    token = models.CharField(max_length=40, unique=True, default=secret_token, editable=False)
    # A basket whose order was not paid in time may be ordered again: see "order_one_a_basket".
    basket = models.ForeignKey(Basket, on_delete=models.PROTECT, related_name="orders")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=OrderStatus.choices,
        default=OrderStatus.PENDING,
    )
    currency = models.CharField(_("currency"), max_length=3)
    items_minor = models.BigIntegerField(_("books (pence)"))
    delivery_minor = models.BigIntegerField(_("delivery (pence)"))
    total_minor = models.BigIntegerField(_("total (pence)"))
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["user", "-placed_at"], name="order_of_user"),
            models.Index(
                fields=["created_at"],
                name="order_pending",
                condition=Q(status=OrderStatus.PENDING),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["basket"],
                condition=~Q(status=OrderStatus.EXPIRED),
                name="order_one_a_basket",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("items_minor") + F("delivery_minor")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(items_minor__gt=0) & Q(delivery_minor__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.PLACED) | Q(placed_at__isnull=False),
                name="order_placed_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the tracking page, which needs no sign-in."""
        return reverse("orders:track", args=[self.token])

    @property
    def items(self) -> Money:
        """Price of the books."""
        return Money(self.items_minor, self.currency)

    @property
    def delivery(self) -> Money:
        """Price of all parcels."""
        return Money(self.delivery_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return Money(self.total_minor, self.currency)


class SellerOrder(Timestamped):
    """One seller's part of an order: what that seller posts and is paid for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="seller_orders")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="seller_orders")
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=SellerOrderStatus.choices,
        default=SellerOrderStatus.PENDING,
    )
    service = models.CharField(_("delivery"), max_length=10, choices=Service.choices)
    days_min = models.PositiveSmallIntegerField(_("days, at least"))
    days_max = models.PositiveSmallIntegerField(_("days, at most"))
    # As promised when it was ordered; an order from before this was kept goes by the shop's own today.
    dispatch_days = models.PositiveSmallIntegerField(
        _("to be posted within (working days)"), null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3)
    items_minor = models.BigIntegerField(_("books (pence)"))
    delivery_minor = models.BigIntegerField(_("delivery (pence)"))
    total_minor = models.BigIntegerField(_("total (pence)"))
    cancel_reason = models.CharField(_("why cancelled"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("seller order")
        verbose_name_plural = _("seller orders")
        ordering = ("-created_at", "-pk")
        indexes = (
            # A shop's orders in one state, by age; all of them; and what has changed since a moment.
            models.Index(fields=["seller", "status", "id"], name="sellerorder_by_status"),
            models.Index(fields=["seller", "id"], name="sellerorder_by_age"),
            models.Index(fields=["seller", "updated_at", "id"], name="sellerorder_by_change"),
        )
        constraints = (
            models.UniqueConstraint(fields=["order", "seller"], name="sellerorder_one_a_seller"),
            models.CheckConstraint(
                condition=Q(total_minor=F("items_minor") + F("delivery_minor")),
                name="sellerorder_total_adds_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order} / {self.seller}"

    def promised_days(self, seller: Seller) -> int:
        """Return the working days to post in, as its shop promised when it was ordered."""
        return seller.dispatch_days if self.dispatch_days is None else self.dispatch_days

    @property
    def items(self) -> Money:
        """Price of the books."""
        return Money(self.items_minor, self.currency)

    @property
    def delivery(self) -> Money:
        """Price of the parcel."""
        return Money(self.delivery_minor, self.currency)

    @property
    def waits(self) -> bool:
        """Whether copies of it are still to be posted, or refused."""
        return self.status in WAITING

    @property
    def total(self) -> Money:
        """What the buyer pays this seller."""
        return Money(self.total_minor, self.currency)


class OrderLine(models.Model):
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
    def left(self) -> int:
        """Copies that are neither posted nor refused."""
        return self.quantity - self.posted - self.refused


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


class OrderEvent(models.Model):
    """Something that happened to an order. Append-only: the order's history."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    seller_order = models.ForeignKey(
        SellerOrder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
    )
    type = models.CharField(_("what"), max_length=20, choices=EventType.choices)
    # Who did it; nobody for a buyer without an account and for the system. Without a database
    # constraint: history stays as it was when an account goes.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.created_at:%Y-%m-%d %H:%M}"
