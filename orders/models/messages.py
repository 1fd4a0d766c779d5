"""What readers and shops write to each other. Nobody is shown anybody's e-mail address."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller, User
from books4all.lib.ids import uuid7
from catalog.models import Listing
from orders.constants import CASE_OPEN, UNDER_WAY, ReportReason, Side
from orders.models.orders import SellerOrder

MESSAGE_LENGTH = 4000


class Thread(models.Model):
    """A conversation of a reader and a shop, about an order or about a copy.

    The counts of what is unread and who wrote last are kept by orders.services.messages, under the
    thread's lock.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="threads")
    # None once the account is gone: the shop keeps what was said, with "a former reader".
    buyer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="threads"
    )
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="threads"
    )
    # The order's number, or the title of the copy as it was when it was asked about.
    subject = models.CharField(_("about"), max_length=200)
    begun_by = models.CharField(_("begun by"), max_length=6, choices=Side.choices)
    last_by = models.CharField(_("last word"), max_length=6, choices=Side.choices)
    last_at = models.DateTimeField(_("last message"), default=timezone.now)
    seller_unread = models.PositiveIntegerField(default=0, editable=False)
    buyer_unread = models.PositiveIntegerField(default=0, editable=False)
    seller_archived = models.BooleanField(_("put away by the shop"), default=False)
    buyer_archived = models.BooleanField(_("put away by the reader"), default=False)
    # By staff: nobody writes any more.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ("-last_at", "-pk")
        indexes = (
            models.Index(fields=["seller", "-last_at", "-id"], name="thread_of_seller"),
            models.Index(fields=["buyer", "-last_at", "-id"], name="thread_of_buyer"),
            # What the menus count: the few that are unread.
            models.Index(
                fields=["seller"],
                name="thread_unread_by_seller",
                condition=Q(seller_unread__gt=0),
            ),
            models.Index(
                fields=["buyer"], name="thread_unread_by_buyer", condition=Q(buyer_unread__gt=0)
            ),
            # How fast a shop answers is worked out of some time's conversations.
            models.Index(fields=["created_at"], name="thread_begun"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(seller_order__isnull=True) | Q(listing__isnull=True),
                name="thread_about_one_thing",
            ),
            models.UniqueConstraint(fields=["seller_order"], name="thread_one_an_order"),
            models.UniqueConstraint(fields=["buyer", "listing"], name="thread_one_a_copy"),
        )

    def __str__(self) -> str:
        return f"{self.subject} / {self.seller}"

    def unread(self, side: str) -> int:
        """Messages that ``side`` has not seen."""
        return self.seller_unread if side == Side.SELLER else self.buyer_unread

    def is_archived(self, side: str) -> bool:
        """Whether ``side`` has put it away."""
        return self.seller_archived if side == Side.SELLER else self.buyer_archived

    @property
    def is_about_open_order(self) -> bool:
        """Whether a parcel or a case is between the two: neither can shut the other out.

        One query for an order that has arrived.
        """
        part = self.seller_order
        if part is None:
            return False
        return part.status in UNDER_WAY or part.cases.filter(status__in=CASE_OPEN).exists()

    @property
    def has_buyer(self) -> bool:
        """Whether there is still a reader to write to."""
        return self.buyer is not None and self.buyer.is_active

    @property
    def buyer_name(self) -> str:
        """What the shop calls the reader: a name, never an address or a part of one."""
        if self.buyer is None or not self.buyer.is_active:
            return str(_("a former reader"))
        return self.buyer.name or str(_("a reader"))


class Message(models.Model):
    """What one side wrote. Plain text; it stays as it was sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(_("by"), max_length=6, choices=Side.choices)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    text = models.TextField(_("message"), max_length=MESSAGE_LENGTH)
    # By staff, with the reason in the history of the row: neither side sees the words any more.
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("created_at", "pk")
        indexes = (models.Index(fields=["thread", "created_at", "id"], name="message_of_thread"),)
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        )

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.created_at:%Y-%m-%d %H:%M}"


class MessageBlock(models.Model):
    """One side does not want to hear from the other, but about orders that are on their way."""

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="+")
    buyer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    side = models.CharField(_("blocked by"), max_length=6, choices=Side.choices)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["seller", "buyer", "side"], name="block_once_a_side"),
        )

    def __str__(self) -> str:
        return f"{self.seller} × {self.buyer_id} ({self.get_side_display()})"


class MessageReport(models.Model):
    """A conversation that one side asks staff to look at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="reports")
    side = models.CharField(_("reported by"), max_length=6, choices=Side.choices)
    reporter = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("why"), max_length=10, choices=ReportReason.choices)
    details = models.TextField(_("in their words"), blank=True, max_length=1000)
    handled_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("report of a conversation")
        verbose_name_plural = _("reports of conversations")
        ordering = ("-created_at", "-pk")
        constraints = (
            # Reporting again while staff have not looked adds nothing.
            models.UniqueConstraint(
                fields=["thread", "side"],
                name="report_open_once",
                condition=Q(handled_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"], name="report_open", condition=Q(handled_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.thread}"
