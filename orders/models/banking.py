"""What our bank and the payment providers say has come in and gone out, and what it turned out to be."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import MatchKind, SettlementKind
from orders.models.ledger import JournalEntry
from orders.models.orders import Order
from orders.models.payments import Payment, Refund
from orders.models.payouts import Payout, PayoutBatch


class BankStatement(models.Model):
    """A statement of our bank, as a file. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.CharField(_("account"), max_length=34)
    name = models.CharField(_("statement"), max_length=60, blank=True)
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    opening_minor = models.BigIntegerField(_("balance before (pence)"), null=True, blank=True)
    closing_minor = models.BigIntegerField(_("balance after (pence)"), null=True, blank=True)
    adds_up = models.BooleanField(_("adds up"), default=True)
    line_count = models.PositiveIntegerField(_("lines"))
    new_count = models.PositiveIntegerField(_("new lines"))
    # Nobody when it came by itself. Without a database constraint: history stays.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    created_at = models.DateTimeField(_("read"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name or self.file_name or str(self.pk)


class BankLine(models.Model):
    """Money that our bank has booked, in (positive) or out (negative). Append-only."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(_("account"), max_length=34)
    # The same in every file that has the line (books4all.lib.banking.lines).
    key = models.CharField(max_length=60, editable=False)
    booked_on = models.DateField(_("booked"))
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    end_to_end = models.CharField(_("reference"), max_length=35, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    counterparty = models.CharField(_("from or to"), max_length=140, blank=True)
    counterparty_account = models.CharField(_("their account"), max_length=34, blank=True)
    bank_reference = models.CharField(_("bank’s reference"), max_length=60, blank=True)
    returned = models.BooleanField(_("came back"), default=False)

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        ordering = ("-booked_on", "-pk")
        indexes = (models.Index(fields=["-booked_on", "-id"], name="bankline_by_day"),)
        constraints = (models.UniqueConstraint(fields=["account", "key"], name="bankline_once"),)

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.counterparty}".strip()

    @property
    def amount(self) -> Money:
        """What came in (positive) or went out."""
        return Money(self.amount_minor, self.currency)


class ProviderSettlement(models.Model):
    """What a provider paid in at once, of many payments and less its fees."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(_("provider"), max_length=20)
    # The provider's own name for it.
    reference = models.CharField(_("reference"), max_length=120)
    paid_on = models.DateField(_("paid on"))
    currency = models.CharField(_("currency"), max_length=3)
    # Sums of the lines: what should come in, and what was kept.
    net_minor = models.BigIntegerField(_("paid in (pence)"))
    fee_minor = models.BigIntegerField(_("fees (pence)"))
    entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="settlements"
    )
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    created_at = models.DateTimeField(_("read"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("settlement of a provider")
        verbose_name_plural = _("settlements of providers")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["provider", "reference"], name="settlement_once"),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"

    @property
    def net(self) -> Money:
        """What should come in; negative where refunds were more than payments."""
        return Money(self.net_minor, self.currency)

    @property
    def fees(self) -> Money:
        """What the provider kept."""
        return Money(self.fee_minor, self.currency)


class SettlementLine(models.Model):
    """A payment, refund or fee in a settlement: gross, and the fee for it."""

    settlement = models.ForeignKey(
        ProviderSettlement, on_delete=models.PROTECT, related_name="lines"
    )
    # The provider's name for the movement, and for what it is about.
    reference = models.CharField(_("reference"), max_length=120)
    about = models.CharField(_("about"), max_length=120, blank=True)
    kind = models.CharField(_("what"), max_length=10, choices=SettlementKind.choices)
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    fee_minor = models.BigIntegerField(_("fee (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="settlement_lines"
    )
    refund = models.ForeignKey(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="settlement_lines"
    )
    # What doesn't fit our own rows; empty where all is well.
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolution = models.CharField(_("how"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=["id"],
                name="settlementline_unresolved",
                condition=~Q(problem="") & Q(resolved_at__isnull=True),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["settlement", "reference"], name="settlementline_once"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        """What it comes to before the fee."""
        return Money(self.amount_minor, self.currency)


class BankMatch(models.Model):
    """What a line of a bank statement turned out to be. Append-only, one a line."""

    line = models.OneToOneField(
        BankLine, on_delete=models.PROTECT, primary_key=True, related_name="match"
    )
    kind = models.CharField(_("what"), max_length=12, choices=MatchKind.choices)
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, null=True, blank=True, related_name="matches"
    )
    batch = models.ForeignKey(
        PayoutBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="matches"
    )
    settlement = models.ForeignKey(
        ProviderSettlement, on_delete=models.PROTECT, null=True, blank=True, related_name="matches"
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_matches"
    )
    refund = models.ForeignKey(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_matches"
    )
    entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_matches"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    # Nobody when it fitted by itself. Without a database constraint: history stays.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    created_at = models.DateTimeField(_("matched"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("match of a bank line")
        verbose_name_plural = _("matches of bank lines")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return str(self.get_kind_display())
