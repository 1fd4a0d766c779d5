"""Payments by bank transfer: what we wait for, and what has come."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import ReceiptOutcome, TransferStatus


class BankTransfer(Timestamped):
    """A transfer that we wait for. ``key`` is our payment's id; the buyer quotes ``reference``."""

    # A creditor reference, "RF" and two check digits first (ISO 11649).
    reference = models.CharField(_("reference"), max_length=25, primary_key=True)
    key = models.CharField(_("payment"), max_length=80, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=TransferStatus.choices, default=TransferStatus.OPEN
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    received_minor = models.BigIntegerField(_("received (pence)"), default=0)
    description = models.CharField(_("for"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bank transfer")
        verbose_name_plural = _("bank transfers")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, received_minor__gte=0),
                name="banktransfer_amounts_sound",
            ),
            models.CheckConstraint(
                condition=~Q(status=TransferStatus.RECEIVED)
                | Q(received_minor__gte=models.F("amount_minor")),
                name="banktransfer_received_is_enough",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        """What we wait for."""
        return Money(self.amount_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What has not come yet."""
        return Money(max(0, self.amount_minor - self.received_minor), self.currency)


class TransferReceipt(models.Model):
    """Money that came to our account. ``source`` names the line of the statement: it counts once."""

    source = models.CharField(_("source"), max_length=120, unique=True)
    # As the payer wrote it, and the transfer that was found by it.
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    transfer = models.ForeignKey(
        BankTransfer, on_delete=models.PROTECT, null=True, blank=True, related_name="receipts"
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    payer = models.CharField(_("payer"), max_length=140, blank=True)
    payer_iban = models.CharField(_("payer’s IBAN"), max_length=34, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ReceiptOutcome.choices)
    # What is neither a payment nor dealt with: to be given back, or to be found out about.
    left_minor = models.BigIntegerField(_("left over (pence)"), default=0)
    handled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    handled_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("transfer received")
        verbose_name_plural = _("transfers received")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(
                fields=["created_at", "id"],
                name="transferreceipt_queue",
                condition=Q(handled_at=None) & ~Q(outcome="matched"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, left_minor__gte=0), name="transferreceipt_positive"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} {self.reference}"

    @property
    def amount(self) -> Money:
        """What came."""
        return Money(self.amount_minor, self.currency)
