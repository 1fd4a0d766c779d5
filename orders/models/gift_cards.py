"""Gift cards: money that was paid for books before anybody knew which."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import GiftFunding, UseStatus
from orders.models.orders import Order


class GiftCard(Timestamped):
    """A card, worth what its account in the ledger says.

    ``balance_minor`` is what can be spent: its account less what unpaid orders have put by. It changes
    under the row's lock alone, and the database keeps it from falling below nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Only a digest: whoever reads the database can't spend.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("ends in"), max_length=4, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    initial_minor = models.BigIntegerField(_("worth when issued (pence)"))
    balance_minor = models.BigIntegerField(_("left (pence)"))
    funding = models.CharField(_("paid by"), max_length=12, choices=GiftFunding.choices)
    blocked = models.BooleanField(_("blocked"), default=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    recipient = models.EmailField(_("sent to"), blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    issued_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("gift card")
        verbose_name_plural = _("gift cards")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(balance_minor__gte=0, balance_minor__lte=F("initial_minor"))
                & Q(initial_minor__gt=0),
                name="giftcard_never_below_nothing",
            ),
        )

    def __str__(self) -> str:
        return f"… {self.hint}"

    @property
    def balance(self) -> Money:
        """What can be spent."""
        return Money(self.balance_minor, self.currency)


class GiftCardUse(Timestamped):
    """What of a card an order takes: put by while the order is unpaid, spent when it is placed."""

    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="uses")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="gift_card_uses")
    status = models.CharField(
        _("status"), max_length=8, choices=UseStatus.choices, default=UseStatus.TAKEN
    )
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    # Of the amount: back on the card by refunds.
    returned_minor = models.BigIntegerField(_("given back (pence)"), default=0)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("use of a gift card")
        verbose_name_plural = _("uses of gift cards")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["card", "order"], name="giftcarduse_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, returned_minor__gte=0)
                & Q(returned_minor__lte=F("amount_minor")),
                name="giftcarduse_no_more_back",
            ),
        )

    def __str__(self) -> str:
        return f"{self.card}: {self.amount}"

    @property
    def amount(self) -> Money:
        """What the card pays."""
        return Money(self.amount_minor, self.currency)
