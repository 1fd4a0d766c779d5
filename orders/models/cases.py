"""Cases: a buyer sends a book back, or says that something is wrong with it.

Both are one model: what differs between a return and a claim is what is owed, which the refund matrix
says (orders.selectors.refund_matrix), and not who has to do what next (docs/decisions/0015-cases.md).
"""

from pathlib import Path

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib.ids import secret_token, uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from catalog.constants import CoverStatus
from orders.constants import (
    CASE_OPEN,
    Actor,
    CaseOutcome,
    CaseReason,
    CaseStatus,
    CaseWant,
)
from orders.models.lines import OrderLine
from orders.models.orders import SellerOrder
from orders.models.payments import Refund

# What a buyer or a shop may write at most in a case: longer talk is a conversation.
WORDS_LENGTH = 2000
# Photographs that each side may show.
MOST_OF_A_SIDE = 8


def private_store() -> Storage:
    """Return the store that no web server serves."""
    return storages["private"]


def _place_of_label(_case: "Case", name: str) -> str:
    """Return a name that tells nothing of the case; the ending has been checked."""
    return f"labels/{secret_token()}{Path(name).suffix.lower()}"


class Case(Timestamped):
    """What a buyer wants of a shop about copies that were posted.

    ``answer_by`` is when the side that has to act is late: it is reminded then, once, and given the days
    of grace; after those the case goes on without it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(SellerOrder, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(
        _("status"), max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPEN
    )
    reason = models.CharField(_("what is wrong"), max_length=16, choices=CaseReason.choices)
    wants = models.CharField(_("wants"), max_length=12, choices=CaseWant.choices)
    words = models.TextField(_("in their words"), max_length=WORDS_LENGTH, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    # Of a reader who would keep the book: what they would like back.
    asked_minor = models.BigIntegerField(_("asked for (pence)"), null=True, blank=True)
    offered_minor = models.BigIntegerField(_("offered by the shop (pence)"), null=True, blank=True)
    # Whether the shop agrees with what the reader says; nothing before it has answered.
    agreed = models.BooleanField(_("agreed by the shop"), null=True, blank=True)
    answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    answer_by = models.DateTimeField(_("to be dealt with by"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    # The way back.
    label = models.FileField(
        _("label for the way back"),
        storage=private_store,
        upload_to=_place_of_label,
        max_length=120,
        blank=True,
    )
    back_carrier = models.CharField(_("carrier back"), max_length=80, blank=True)
    back_tracking = models.CharField(_("tracking number back"), max_length=80, blank=True)
    posted_at = models.DateTimeField(_("posted back"), null=True, blank=True)
    # A tracking number, or a photograph of the receipt: Directive 2011/83/EU, article 13(3).
    has_proof = models.BooleanField(_("proof of posting"), default=False)
    received_at = models.DateTimeField(_("back at the shop"), null=True, blank=True)
    # The way of another copy.
    replacement = models.CharField(_("other copy sent by"), max_length=160, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CaseOutcome.choices, blank=True)
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="case"
    )
    # All of it: what was paid as extra postage goes back beside ``refund``, to its own payment.
    given_minor = models.BigIntegerField(_("given back (pence)"), default=0, db_default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    opened_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["seller_order", "id"], name="case_of_sellerorder"),
            # What the clock looks for, and what staff have to decide.
            models.Index(
                fields=["answer_by"], name="case_waiting", condition=Q(answer_by__isnull=False)
            ),
            models.Index(
                fields=["created_at"],
                name="case_escalated",
                condition=Q(status=CaseStatus.ESCALATED),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=CASE_OPEN, closed_at=None)
                | (~Q(status__in=CASE_OPEN) & Q(closed_at__isnull=False)),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.RESOLVED) ^ Q(outcome=""),
                name="case_resolved_has_outcome",
            ),
            models.CheckConstraint(
                condition=(Q(asked_minor=None) | Q(asked_minor__gt=0))
                & (Q(offered_minor=None) | Q(offered_minor__gt=0)),
                name="case_amounts_positive",
            ),
            models.CheckConstraint(condition=Q(given_minor__gte=0), name="case_given_not_negative"),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.OFFERED) | Q(offered_minor__isnull=False),
                name="case_offer_has_amount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.get_status_display()})"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in CASE_OPEN

    @property
    def is_return(self) -> bool:
        """Whether a sound book is sent back."""
        return self.reason == CaseReason.CHANGED_MIND

    @property
    def asked(self) -> Money | None:
        """What the reader would like back for keeping it."""
        return None if self.asked_minor is None else Money(self.asked_minor, self.currency)

    @property
    def offered(self) -> Money | None:
        """What the shop offers for keeping it."""
        return None if self.offered_minor is None else Money(self.offered_minor, self.currency)

    @property
    def given(self) -> Money:
        """What the buyer got in the end."""
        return Money(self.given_minor, self.currency)

    @property
    def back(self) -> str:
        """How it comes back."""
        return f"{self.back_carrier} {self.back_tracking}".strip()


class CaseLine(models.Model):
    """Copies of an order line that a case is about, and what came back of them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="case_lines")
    quantity = models.PositiveIntegerField(_("quantity"))
    received = models.PositiveIntegerField(_("came back"), null=True, blank=True)
    resellable = models.PositiveIntegerField(_("can be sold again"), null=True, blank=True)
    # As the case is, so that the database can hold a line to one open case.
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("book in a case")
        verbose_name_plural = _("books in cases")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["case", "order_line"], name="caseline_once"),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(is_open=True), name="caseline_one_open"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="caseline_positive"),
            models.CheckConstraint(
                condition=Q(received=None)
                | Q(received__lte=F("quantity"), resellable__lte=F("received")),
                name="caseline_no_more_back_than_sent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line_id}"


class CasePhoto(models.Model):
    """A photograph that one side shows the other, and staff. Nobody else ever sees it.

    ``original`` is kept until a job has made the photograph anew, and nothing of it is ever served.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="photos")
    side = models.CharField(_("shown by"), max_length=8, choices=Actor.choices)
    status = models.CharField(
        _("status"), max_length=10, choices=CoverStatus.choices, default=CoverStatus.WAITING
    )
    problem = models.CharField(_("why it was refused"), max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, editable=False)
    original = models.BinaryField(null=True)
    # Of the files in the private store, "cases/<id>-<width>.jpg": narrowest first.
    widths = models.JSONField(_("widths"), default=list, editable=False)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("photograph of a case")
        verbose_name_plural = _("photographs of cases")
        ordering = ("created_at", "pk")
        constraints = (models.UniqueConstraint(fields=["case", "sha256"], name="casephoto_once"),)

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def widest(self) -> int:
        """The width of its largest file (pixels)."""
        return int(self.widths[-1]) if self.widths else 0

    def path(self, width: int) -> str:
        """Return where a file of it lies in the private store."""
        return f"cases/{self.pk}-{width}.jpg"
