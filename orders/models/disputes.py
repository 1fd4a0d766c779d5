"""Payments that a buyer's bank has taken back (chargebacks), and whose money that was."""

from typing import Any

from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import DisputeStatus, Stage
from orders.models.amounts import Amounts, sound
from orders.models.orders import SellerOrder
from orders.models.payments import Payment


def private_storage() -> Any:
    """Return where files lie that nobody may fetch by an address."""
    return storages["private"]


class Dispute(Timestamped):
    """Money of a payment that the buyer's bank has taken back, for now or for good."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider = models.CharField(_("provider"), max_length=20)
    reference = models.CharField(_("reference"), max_length=120)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=DisputeStatus.choices,
        default=DisputeStatus.OPENED,
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    # As the bank puts it: "fraudulent", "product_not_received" …
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    evidence_due = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    evidence_text = models.TextField(_("our answer"), max_length=20_000, blank=True)
    evidence_sent_at = models.DateTimeField(_("answered"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # What of it was nobody's any more (given back before, or more than a seller order has left).
    own_minor = models.BigIntegerField(_("borne by the marketplace (pence)"), default=0)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["evidence_due", "id"],
                name="dispute_to_answer",
                condition=Q(closed_at=None, evidence_sent_at=None),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["provider", "reference"], name="dispute_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, own_minor__gte=0), name="dispute_amounts_sound"
            ),
            models.CheckConstraint(
                condition=Q(status__in=(DisputeStatus.WON, DisputeStatus.LOST))
                ^ Q(closed_at__isnull=True),
                name="dispute_closed_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"

    @property
    def amount(self) -> Money:
        """What was taken back."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether the bank has not decided yet."""
        return self.closed_at is None


class DisputePart(Amounts):
    """One seller order's part of a dispute, as its money stood when the dispute was opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="parts")
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, related_name="dispute_parts"
    )
    # Still held for copies that were not posted, or earned by posting.
    stage = models.CharField(_("stage"), max_length=6, choices=Stage.choices)
    # Whether it is all that was left there: then a lost dispute is the end of the seller order.
    whole = models.BooleanField(_("all of it"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("part of a dispute")
        verbose_name_plural = _("parts of disputes")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["dispute", "seller_order", "stage"], name="disputepart_once"
            ),
            sound("disputepart_amounts_sound"),
        )

    def __str__(self) -> str:
        return f"{self.paid} / {self.seller_order_id}"


class DisputeFile(models.Model):
    """A paper that speaks for the shop: proof of postage, a letter, a photograph."""

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), storage=private_storage, upload_to="disputes/%Y/%m/")
    name = models.CharField(_("name"), max_length=120)
    added_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("paper of a dispute")
        verbose_name_plural = _("papers of disputes")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
