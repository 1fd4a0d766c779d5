"""Orders, each seller's part of them, and what has happened to them."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.constants import ReturnPostage
from accounts.models import PostalAddress, Seller, User
from books4all.lib.ids import readable_code, secret_token, uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import Service
from orders.constants import (
    WAITING,
    Actor,
    EventType,
    OrderStatus,
    SellerOrderStatus,
    TaxRemitter,
)
from orders.models.amounts import Parts
from orders.models.baskets import Basket

_TOTAL_ADDS_UP = Q(
    total_minor=F("items_minor") + F("delivery_minor") - F("discount_minor") + F("tax_added_minor")
)


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
    discount_minor = models.BigIntegerField(_("discount (pence)"), default=0, db_default=0)
    # What is added where prices come without tax; elsewhere tax is within the prices.
    tax_added_minor = models.BigIntegerField(_("tax added (pence)"), default=0, db_default=0)
    total_minor = models.BigIntegerField(_("total (pence)"))
    # Of the total: paid by gift cards. The payment is for the rest.
    gift_minor = models.BigIntegerField(_("by gift card (pence)"), default=0, db_default=0)
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["user", "-placed_at"], name="order_of_user"),
            # Staff look a buyer up by the beginning of their address.
            models.Index(
                fields=["email"], name="order_by_email", opclasses=["varchar_pattern_ops"]
            ),
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
                condition=_TOTAL_ADDS_UP,
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    items_minor__gt=0,
                    delivery_minor__gte=0,
                    discount_minor__gte=0,
                    tax_added_minor__gte=0,
                    gift_minor__gte=0,
                    gift_minor__lte=F("total_minor"),
                ),
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
    def discount(self) -> Money:
        """What is taken off."""
        return Money(self.discount_minor, self.currency)

    @property
    def tax_added(self) -> Money:
        """Tax that came on top of the prices."""
        return Money(self.tax_added_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return Money(self.total_minor, self.currency)

    @property
    def to_pay(self) -> Money:
        """What of the total gift cards don't pay."""
        return Money(self.total_minor - self.gift_minor, self.currency)


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
    discount_minor = models.BigIntegerField(_("discount (pence)"), default=0, db_default=0)
    tax_added_minor = models.BigIntegerField(_("tax added (pence)"), default=0, db_default=0)
    total_minor = models.BigIntegerField(_("total (pence)"))
    # Of the delivery, as of a line (see Amounts): what the buyer pays for it, and what is in that.
    delivery_paid_minor = models.BigIntegerField(
        _("delivery paid (pence)"), default=0, db_default=0
    )
    delivery_subsidy_minor = models.BigIntegerField(
        _("delivery paid by the marketplace (pence)"), default=0, db_default=0
    )
    delivery_tax_minor = models.BigIntegerField(
        _("tax in the delivery (pence)"), default=0, db_default=0
    )
    delivery_tax_bp = models.PositiveIntegerField(
        _("tax on the delivery (percent × 100)"), default=0, db_default=0
    )
    # Postage that the shop asked for after the sale, and the buyer has paid.
    extra_minor = models.BigIntegerField(_("extra postage (pence)"), default=0, db_default=0)
    # Whether prices came without tax, and who pays it to the state.
    tax_added = models.BooleanField(_("tax added to prices"), default=False, db_default=False)
    tax_remitter = models.CharField(
        _("tax remitted by"),
        max_length=12,
        choices=TaxRemitter.choices,
        default=TaxRemitter.SELLER,
        db_default=TaxRemitter.SELLER,
    )
    # Whose tax it is (ISO 3166); nobody's, where nothing is taxed.
    tax_country = models.CharField(
        _("taxed by"), max_length=2, blank=True, default="", db_default=""
    )
    # Within how many days of its arrival the buyer may send it back without a reason, as promised.
    withdrawal_days = models.PositiveSmallIntegerField(
        _("may be sent back within (days)"), null=True, blank=True
    )
    # Who pays the post of that, and what standard delivery would have cost (2011/83/EU, article 13(2)).
    return_postage = models.CharField(
        _("who pays to send it back"),
        max_length=6,
        choices=ReturnPostage.choices,
        default=ReturnPostage.BUYER,
        db_default=ReturnPostage.BUYER,
    )
    standard_delivery_minor = models.BigIntegerField(
        _("standard delivery (pence)"), null=True, blank=True
    )
    # When it came so far. ``act_by`` is when whoever has to act is late: the shop, until all is posted;
    # the buyer, while they are asked for extra postage; then it is when the next step follows by itself.
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("first posted"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    act_by = models.DateTimeField(_("to be dealt with by"), null=True, blank=True)
    # Frozen when it is placed; while the buyer is asked for extra postage, it stands still.
    post_until = models.DateTimeField(_("to be posted by, at the latest"), null=True, blank=True)
    remind_at = models.DateTimeField(_("next reminder"), null=True, blank=True)
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
            # What the keeper of deadlines looks for: little of all there is waits for anything.
            models.Index(
                fields=["status", "act_by", "id"],
                name="sellerorder_due",
                condition=Q(act_by__isnull=False),
            ),
            models.Index(
                fields=["remind_at", "id"],
                name="sellerorder_to_remind",
                condition=Q(remind_at__isnull=False),
            ),
            # What waits to be posted, of all shops, and what has not been completed.
            models.Index(
                fields=["created_at", "id"],
                name="sellerorder_to_post",
                condition=Q(status__in=WAITING),
            ),
            models.Index(
                fields=["created_at", "id"],
                name="sellerorder_unfinished",
                condition=Q(status__in=(*WAITING, "shipped", "delivered")),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["order", "seller"], name="sellerorder_one_a_seller"),
            models.CheckConstraint(
                condition=_TOTAL_ADDS_UP,
                name="sellerorder_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    discount_minor__gte=0,
                    tax_added_minor__gte=0,
                    delivery_paid_minor__gte=0,
                    delivery_subsidy_minor__gte=0,
                    delivery_tax_minor__gte=0,
                    delivery_tax_minor__lte=F("delivery_paid_minor"),
                    extra_minor__gte=0,
                ),
                name="sellerorder_amounts_not_negative",
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
    def discount(self) -> Money:
        """What is taken off."""
        return Money(self.discount_minor, self.currency)

    @property
    def waits(self) -> bool:
        """Whether copies of it are still to be posted, or refused."""
        return self.status in WAITING

    @property
    def delivery_parts(self) -> Parts:
        """What the buyer pays for the post, extra postage too, and what is in it.

        It is earned as a whole with the first parcel; its commission is within that of the lines.
        """
        paid = self.delivery_paid_minor + self.extra_minor
        return Parts(paid, self.delivery_subsidy_minor, self.delivery_tax_minor)

    @property
    def extra(self) -> Money:
        """Extra postage that the buyer has paid."""
        return Money(self.extra_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays this seller."""
        return Money(self.total_minor, self.currency)


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
    # On whose side they stood then.
    side = models.CharField(
        _("side"),
        max_length=8,
        choices=Actor.choices,
        default=Actor.SYSTEM,
        db_default=Actor.SYSTEM,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    # What programs need to know of it: keys of rows, amounts in minor units.
    data = models.JSONField(
        _("details"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(
                fields=["-created_at"],
                name="orderevent_problem",
                condition=Q(type=EventType.PAYMENT_PROBLEM),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.created_at:%Y-%m-%d %H:%M}"
