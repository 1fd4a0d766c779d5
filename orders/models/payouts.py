"""What sellers are paid: where to, on which terms, when, and which lines of their account it pays."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.business import masked
from books4all.lib.ids import readable_code, uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import BatchStatus, PayoutMethod, PayoutSchedule, PayoutStatus
from orders.models.ledger import Posting
from orders.models.orders import SellerOrder


class PayoutAccount(models.Model):
    """Where a seller is paid to. Append-only: the latest counts, those before it are its history."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="payout_accounts")
    method = models.CharField(
        _("how"), max_length=12, choices=PayoutMethod.choices, default=PayoutMethod.SEPA
    )
    holder = models.CharField(_("account holder"), max_length=120, blank=True)
    # An IBAN, or the number of an account in a country that has none; or the provider's own name.
    number = models.CharField(_("account"), max_length=60)
    # Nobody when it was taken over from what the shop gave when it opened. Without a database
    # constraint: history stays as it was when an account goes.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True
    )
    # Whoever gets hold of a shop's account changes this first: its owners have time to notice.
    usable_from = models.DateTimeField(_("paid to from"))
    created_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        ordering = ("-pk",)
        indexes = (models.Index(fields=["seller", "-id"], name="payoutaccount_of_seller"),)
        constraints = (
            models.CheckConstraint(condition=~Q(number=""), name="payoutaccount_has_number"),
            models.CheckConstraint(
                condition=Q(method=PayoutMethod.STRIPE) | ~Q(holder=""),
                name="payoutaccount_has_holder",
            ),
        )

    def __str__(self) -> str:
        return f"{self.holder or self.get_method_display()} {self.masked_number}".strip()

    @property
    def masked_number(self) -> str:
        """The account with all but its end hidden."""
        return masked(self.number)

    @property
    def waits(self) -> bool:
        """Whether it is too new to be paid to."""
        return self.usable_from > timezone.now()


class PayoutTerms(Timestamped):
    """What is different for one seller. Empty: as for everybody (settings.terms)."""

    seller = models.OneToOneField(
        Seller, on_delete=models.CASCADE, primary_key=True, related_name="payout_terms"
    )
    schedule = models.CharField(
        _("how often"), max_length=8, choices=PayoutSchedule.choices, blank=True
    )
    weekday = models.PositiveSmallIntegerField(
        _("day of the week (1 Monday, 7 Sunday)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )
    minimum_minor = models.PositiveIntegerField(_("smallest payout (pence)"), null=True, blank=True)
    reserve_bp = models.PositiveIntegerField(
        _("kept in reserve (percent × 100)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000)],
    )
    reserve_days = models.PositiveSmallIntegerField(
        _("days in reserve"), null=True, blank=True, validators=[MaxValueValidator(400)]
    )
    on_hold = models.BooleanField(
        _("no payouts for now"),
        default=False,
        help_text=_("What is earned waits until you untick it."),
    )
    reason = models.CharField(
        _("why"), max_length=200, blank=True, help_text=_("The shop reads it on its page.")
    )

    class Meta:
        verbose_name = _("payout terms of a seller")
        verbose_name_plural = _("payout terms of sellers")
        ordering = ("seller",)
        constraints = (
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__gte=1, weekday__lte=7),
                name="payoutterms_weekday",
            ),
            models.CheckConstraint(
                condition=Q(reserve_bp__isnull=True) | Q(reserve_bp__lte=10_000),
                name="payoutterms_reserve",
            ),
        )

    def __str__(self) -> str:
        return str(self.seller)


class ReserveHold(models.Model):
    """What of a seller order's earnings is kept back for a time, against refunds to come."""

    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, related_name="reserve_holds"
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    until = models.DateField(_("until"))
    freed_at = models.DateTimeField(_("freed"), null=True, blank=True)
    created_at = models.DateTimeField(_("kept back"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reserve")
        verbose_name_plural = _("reserves")
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["until"], name="reservehold_open", condition=Q(freed_at__isnull=True)
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reservehold_positive"),
        )

    def __str__(self) -> str:
        return f"{self.amount} → {self.until}"

    @property
    def amount(self) -> Money:
        """What is kept back."""
        return Money(self.amount_minor, self.currency)


class PayoutBatch(models.Model):
    """Payouts that go to the bank in one file (pain.001), kept as it was made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.OPEN
    )
    currency = models.CharField(_("currency"), max_length=3)
    execute_on = models.DateField(_("to be paid on"))
    # As they were when it was made; payouts of a file that was withdrawn go into another one.
    count = models.PositiveIntegerField(_("payouts"))
    total_minor = models.BigIntegerField(_("total (pence)"))
    # As the bank was given it: the accounts and settings of today may be others.
    file = models.BinaryField(_("file"), editable=False)
    made_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    sent_by = models.ForeignKey(
        User,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    sent_at = models.DateTimeField(_("uploaded"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of payouts")
        verbose_name_plural = _("files of payouts")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(total_minor__gt=0, count__gt=0), name="payoutbatch_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """The file's name for the bank, which takes a name once."""
        return self.pk.hex

    @property
    def total(self) -> Money:
        """What all of it comes to."""
        return Money(self.total_minor, self.currency)


class Payout(Timestamped):
    """A seller's money on its way to its account. Its id is the key that banks and providers know."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(
        _("number"), max_length=12, unique=True, default=readable_code, editable=False
    )
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="payouts")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="payouts")
    status = models.CharField(
        _("status"), max_length=10, choices=PayoutStatus.choices, default=PayoutStatus.PENDING
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    # How often it has been tried. Each try is a payment of its own for the bank, made once the one
    # before it is known to have failed.
    attempt = models.PositiveSmallIntegerField(_("try"), default=1)
    batch = models.ForeignKey(
        PayoutBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="payouts"
    )
    # The provider's own name for it.
    reference = models.CharField(_("reference"), max_length=120, blank=True)
    problem = models.CharField(_("why it failed"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    completed_at = models.DateTimeField(_("arrived"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["seller", "-id"], name="payout_of_seller"),
            models.Index(
                fields=["status", "id"],
                name="payout_unfinished",
                condition=~Q(status=PayoutStatus.COMPLETED),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_positive"),
            models.CheckConstraint(
                condition=~Q(status=PayoutStatus.COMPLETED) | Q(completed_at__isnull=False),
                name="payout_completed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True)
                | Q(sent_at__isnull=False, completed_at__gte=F("sent_at")),
                name="payout_sent_before_arrived",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def amount(self) -> Money:
        """What the seller gets."""
        return Money(self.amount_minor, self.currency)

    @property
    def key(self) -> str:
        """What this try is known by at the bank or provider, at most 35 characters."""
        return self.pk.hex if self.attempt == 1 else f"{self.pk.hex}-{self.attempt}"


class PayoutItem(models.Model):
    """A line of a seller's account that a payout pays: the stamp is the claim. Append-only.

    A posting is in one payout, ever. What was made of the payout itself (made, failed, made again) is
    stamped too, so that the lines without a stamp are what the next payout will pay.
    """

    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="payout_item")
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="items")

    class Meta:
        verbose_name = _("line of a payout")
        verbose_name_plural = _("lines of payouts")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.payout}: {self.posting_id}"


class PayoutRun(models.Model):
    """A day whose payouts have been made: a day that was missed is made up for by the next."""

    day = models.DateField(_("day"), primary_key=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("day of payouts")
        verbose_name_plural = _("days of payouts")
        ordering = ("-day",)

    def __str__(self) -> str:
        return str(self.day)
