"""Extra postage that a shop asks for after the sale, before it posts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import PostageStatus
from orders.models.orders import SellerOrder
from orders.models.payments import Payment


class ExtraPostage(Timestamped):
    """A shop's proposal of extra postage, and what became of it. Changes under its seller order's lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, related_name="extra_postages"
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PostageStatus.choices,
        default=PostageStatus.PROPOSED,
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("why"), max_length=200)
    proposed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # By when the buyer has to answer; and when it was answered, or came to nothing.
    expires_at = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # The latest intent to pay it. One that the provider has closed is followed by another.
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, related_name="extra_postage", null=True, blank=True
    )

    class Meta:
        verbose_name = _("extra postage")
        verbose_name_plural = _("extra postage")
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(
                fields=["expires_at", "id"],
                name="extrapostage_waiting",
                condition=Q(status=PostageStatus.PROPOSED),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["seller_order"],
                condition=Q(status=PostageStatus.PROPOSED),
                name="extrapostage_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="extrapostage_positive"),
            models.CheckConstraint(
                condition=~Q(status=PostageStatus.PAID) | Q(payment__isnull=False),
                name="extrapostage_paid_by_a_payment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"

    @property
    def amount(self) -> Money:
        """What the shop asks for."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether the buyer is still to answer."""
        return self.status == PostageStatus.PROPOSED
