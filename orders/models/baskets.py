"""What a shopper means to buy, from any number of sellers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.ids import secret_token, uuid7
from books4all.lib.models import Timestamped
from catalog.constants import Service
from catalog.models import Listing
from orders.constants import BasketStatus


class Basket(Timestamped):
    """A basket, of a user or of whoever holds its token."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Lets an anonymous API client, or a visitor's session, find its basket. A secret.
    token = models.CharField(max_length=40, unique=True, default=secret_token, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="baskets"
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=BasketStatus.choices,
        default=BasketStatus.OPEN,
    )

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status=BasketStatus.OPEN),
                name="basket_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"


class BasketLine(Timestamped):
    """Copies of one listing in a basket, with the price the shopper last saw."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    seen_minor = models.BigIntegerField(_("price seen (pence)"))

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["basket", "listing"], name="basketline_listing_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="basketline_at_least_one"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.listing_id}"


class BasketParcel(models.Model):
    """The speed of delivery chosen for one seller's books in a basket; no row means standard."""

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="parcels")
    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    service = models.CharField(_("service"), max_length=10, choices=Service.choices)

    class Meta:
        verbose_name = _("delivery choice")
        verbose_name_plural = _("delivery choices")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["basket", "seller"], name="basketparcel_once"),
        )

    def __str__(self) -> str:
        return f"{self.seller_id}: {self.service}"
