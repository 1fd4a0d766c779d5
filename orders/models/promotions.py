"""What is taken off a price: codes and automatic offers, and how often they were used."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import Condition
from catalog.models import Subject
from orders.constants import PromotionKind, UseStatus
from orders.models.baskets import Basket
from orders.models.orders import Order


def _percent(bp: int) -> str:
    """Return hundredths of a percent as people write them: ``10``, ``7.5``."""
    return f"{(Decimal(bp) / 100).normalize():f}"


class Promotion(Timestamped):
    """A code, or without one an offer that applies by itself.

    A shop's own (``seller``) is for its books and at its cost. One of the marketplace is for the books
    of all shops while the marketplace bears all of it; where shops bear a part, for those of the shops
    that have joined (``PromotionShop``).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(
        _("name"), max_length=80, help_text=_("Buyers read it in their summary.")
    )
    code = models.CharField(
        _("code"),
        max_length=30,
        blank=True,
        help_text=_("What buyers type. Without one it applies by itself."),
    )
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, null=True, blank=True, related_name="promotions"
    )
    position = models.PositiveIntegerField(
        _("place"), default=100, help_text=_("Lower ones are taken off first.")
    )
    # When
    active = models.BooleanField(_("in use"), default=True)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    # What is taken off
    kind = models.CharField(_("kind"), max_length=10, choices=PromotionKind.choices)
    percent_bp = models.PositiveIntegerField(_("percent × 100"), null=True, blank=True)
    amount_minor = models.PositiveBigIntegerField(_("amount (pence)"), null=True, blank=True)
    # Of every ``bundle`` copies the cheapest ``reduced`` cost ``percent_bp`` less.
    bundle = models.PositiveSmallIntegerField(_("of every … copies"), null=True, blank=True)
    reduced = models.PositiveSmallIntegerField(_("the cheapest …"), null=True, blank=True)
    # Which books, and what must be in the basket
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("And all below it."),
    )
    conditions = ArrayField(
        models.CharField(max_length=10, choices=Condition.choices),
        default=list,
        blank=True,
        verbose_name=_("conditions"),
    )
    minimum_minor = models.PositiveBigIntegerField(
        _("books for at least (pence)"), null=True, blank=True
    )
    first_order = models.BooleanField(_("for a first order only"), default=False)
    alone = models.BooleanField(
        _("not with other offers"),
        default=False,
        help_text=_("Buyers get it or all others together, whatever takes off more."),
    )
    # How often
    uses_total = models.PositiveIntegerField(_("uses, in all"), null=True, blank=True)
    uses_each = models.PositiveIntegerField(_("uses, each buyer"), null=True, blank=True)
    # Of orders that were placed or are being paid: kept with them, so that the database holds the limit.
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    # Who pays for it: hundredths of a percent that the marketplace bears.
    borne_bp = models.PositiveIntegerField(_("borne by the marketplace (percent × 100)"), default=0)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ("position", "pk")
        indexes = (
            models.Index(
                fields=["position", "id"],
                name="promotion_automatic",
                condition=Q(code="", active=True),
            ),
            models.Index(fields=["seller", "-created_at"], name="promotion_of_seller"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code=""),
                name="promotion_one_a_code",
                violation_error_message=_("This code is taken. Choose another."),
            ),
            models.CheckConstraint(
                # What is NULL fails no comparison.
                condition=Q(
                    kind=PromotionKind.PERCENT,
                    percent_bp__isnull=False,
                    percent_bp__gt=0,
                    percent_bp__lte=10_000,
                )
                | Q(kind=PromotionKind.FIXED, amount_minor__isnull=False, amount_minor__gt=0)
                | Q(kind=PromotionKind.FREE_DELIVERY)
                | Q(
                    kind=PromotionKind.BUNDLE,
                    bundle__isnull=False,
                    reduced__isnull=False,
                    percent_bp__isnull=False,
                    bundle__gt=F("reduced"),
                    reduced__gt=0,
                    percent_bp__gt=0,
                    percent_bp__lte=10_000,
                ),
                name="promotion_says_how_much",
                violation_error_message=_("Say how much is taken off."),
            ),
            models.CheckConstraint(
                condition=Q(uses_total=None) | Q(used__lte=F("uses_total")),
                name="promotion_within_its_limit",
            ),
            models.CheckConstraint(
                condition=Q(borne_bp__lte=10_000) & (Q(seller=None) | Q(borne_bp=0)),
                name="promotion_shop_bears_its_own",
                violation_error_message=_("A shop bears its own offers."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
                violation_error_message=_("The end is before the beginning."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def runs_at(self, moment: datetime) -> bool:
        """Return whether it is in use at ``moment``."""
        return (
            self.active
            and self.starts_at <= moment
            and (self.ends_at is None or moment < self.ends_at)
        )

    @property
    def words(self) -> str:
        """What it takes off, in words."""
        percent = _percent(self.percent_bp or 0)
        if self.kind == PromotionKind.PERCENT:
            return gettext("%(n)s%% off") % {"n": percent}
        if self.kind == PromotionKind.FIXED:
            return gettext("%(amount)s off") % {"amount": self._money(self.amount_minor or 0)}
        if self.kind == PromotionKind.FREE_DELIVERY:
            return gettext("Free delivery")
        return gettext("Of %(n)s books the cheapest %(m)s with %(percent)s%% off") % {
            "n": self.bundle,
            "m": self.reduced,
            "percent": percent,
        }

    @property
    def shop_share(self) -> str:
        """What of it a shop bears that has joined: ``50%``."""
        return _percent(10_000 - self.borne_bp) + "%"

    @property
    def last_day(self) -> date | None:
        """The last day on which it can be used."""
        return self.ends_at and (self.ends_at - timedelta(microseconds=1)).date()

    def _money(self, minor: int) -> Money:
        return Money(minor, settings.MARKETPLACE_CURRENCY)

    @property
    def is_used_up(self) -> bool:
        """Whether it has been used as often as it may be."""
        return self.uses_total is not None and self.used >= self.uses_total


class PromotionShop(models.Model):
    """A shop that has joined a promotion of the marketplace, and bears its part of it."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="shops")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="joined_promotions")
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("shop in a promotion")
        verbose_name_plural = _("shops in promotions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["promotion", "seller"], name="promotionshop_once"),
        )

    def __str__(self) -> str:
        return f"{self.seller} / {self.promotion}"


class PromotionUse(Timestamped):
    """What a promotion took off an order. Released when the order is not paid in time."""

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="uses")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="promotion_uses")
    status = models.CharField(
        _("status"), max_length=8, choices=UseStatus.choices, default=UseStatus.TAKEN
    )
    # Who used it: one buyer with and without an account is known by their address.
    email = models.EmailField(_("e-mail address"))
    # As the buyer read it.
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=30, blank=True)
    amount_minor = models.BigIntegerField(_("taken off (pence)"))
    subsidy_minor = models.BigIntegerField(_("borne by the marketplace (pence)"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("use of a promotion")
        verbose_name_plural = _("uses of promotions")
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["promotion", "email"],
                name="promotionuse_of_buyer",
                condition=Q(status=UseStatus.TAKEN),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["promotion", "order"], name="promotionuse_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0)
                & Q(subsidy_minor__gte=0)
                & Q(subsidy_minor__lte=F("amount_minor")),
                name="promotionuse_positive",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"

    @property
    def amount(self) -> Money:
        """What was taken off."""
        return Money(self.amount_minor, self.currency)


class BasketCode(models.Model):
    """A code that was typed for a basket, of a promotion or a gift card. Worth what it is worth when asked."""

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="codes")
    promotion = models.ForeignKey(
        Promotion, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    gift_card = models.ForeignKey(
        "orders.GiftCard", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("code in a basket")
        verbose_name_plural = _("codes in baskets")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["basket", "promotion"], name="basketcode_promotion"),
            models.UniqueConstraint(fields=["basket", "gift_card"], name="basketcode_gift_card"),
            models.CheckConstraint(
                condition=Q(promotion=None) ^ Q(gift_card=None), name="basketcode_one_of_both"
            ),
        )

    def __str__(self) -> str:
        return str(self.promotion or self.gift_card)
