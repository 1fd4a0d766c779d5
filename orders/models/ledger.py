"""The ledger: double entry in integer minor units. The only truth about money.

A journal entry says what happened, its postings what that did to which account. Debits are positive,
credits negative, and an entry adds up to nothing in every currency. That, and that nothing written is ever
changed, is kept by the database (migration ``ledger_guards``).
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind
from orders.models.gift_cards import GiftCard
from orders.models.orders import Order, SellerOrder


class LedgerAccount(models.Model):
    """An account of the marketplace, of one seller or of one gift card, in one currency."""

    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind.choices)
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_accounts"
    )
    gift_card = models.ForeignKey(
        GiftCard, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_accounts"
    )
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        ordering = ("kind", "seller", "currency")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "seller", "gift_card", "currency"],
                name="ledgeraccount_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.of_sellers()) ^ Q(seller__isnull=True),
                name="ledgeraccount_of_seller",
            ),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.GIFT_CARDS) ^ Q(gift_card__isnull=True),
                name="ledgeraccount_of_gift_card",
            ),
        )

    def __str__(self) -> str:
        words = str(self.get_kind_display())
        whose = self.seller or self.gift_card
        return f"{words}: {whose}" if whose else words


class JournalEntry(models.Model):
    """Something that happened to money. Append-only; a source has one effect of a kind."""

    kind = models.CharField(_("what"), max_length=24, choices=EntryKind.choices)
    # What it comes from, by its kind and key: "payment:0190…", "refund:0190…". Unique with ``kind``, so
    # that the same news told twice is written once.
    source = models.CharField(_("source"), max_length=80)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    # How many postings it has: one that is added later would be found out.
    legs = models.PositiveSmallIntegerField(_("postings"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    # By the database's clock, so that entries of several servers stand in one order.
    created_at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["created_at"], name="journalentry_by_time"),
            # A row's entries are found by the beginning of their source: attempts are counted behind it.
            models.Index(
                fields=["source"], name="journalentry_by_source", opclasses=["varchar_pattern_ops"]
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["source", "kind"], name="journalentry_once"),
            models.CheckConstraint(condition=Q(legs__gte=2), name="journalentry_two_legs"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.source})"


class Posting(models.Model):
    """One leg of an entry: a debit (positive) or a credit (negative). Append-only."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField(_("amount (pence)"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ("pk",)
        indexes = (models.Index(fields=["account", "id"], name="posting_of_account"),)
        constraints = (
            models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_not_nothing"),
        )

    def __str__(self) -> str:
        side = _("debit") if self.amount_minor > 0 else _("credit")
        return f"{self.account} {side} {abs(self.amount_minor)}"

    @property
    def amount(self) -> Money:
        """The leg, debits positive."""
        return Money(self.amount_minor, self.account.currency)
