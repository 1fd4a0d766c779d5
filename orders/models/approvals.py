"""Steps of staff that move money: who asked for them, and who else agreed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from books4all.lib.money import Money
from orders.constants import StaffRequestStatus
from orders.models.orders import Order, SellerOrder


class StaffRequest(Timestamped):
    """A step that moves money, written down before it is taken. Its id is the key of what it makes.

    Above ``limit_minor``, what its asker might still move alone then, somebody else of the staff has to
    approve of it; the database holds them to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("step"), max_length=20)
    # What it is about, by model and key ("sellerorder", "0190…"), with the order where there is one.
    subject = models.CharField(_("about"), max_length=80)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_requests"
    )
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="staff_requests"
    )
    payload = models.JSONField(_("what exactly"), default=dict)
    amount_minor = models.BigIntegerField(_("amount (pence)"))
    limit_minor = models.BigIntegerField(_("limit then (pence)"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=StaffRequestStatus.choices,
        default=StaffRequestStatus.WAITING,
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked by"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision = models.CharField(_("words on the decision"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    # What it made, as journal entries name it ("refund:0190…"). Nothing is made by two requests.
    made = models.CharField(_("made"), max_length=80, null=True, blank=True)  # noqa: DJ001 unique

    class Meta:
        verbose_name = _("request of staff")
        verbose_name_plural = _("requests of staff")
        ordering = ("-pk",)
        permissions = (("decide_staffrequest", _("Can approve requests of colleagues")),)
        indexes = (
            models.Index(
                fields=["id"],
                name="staffrequest_open",
                condition=Q(status__in=StaffRequestStatus.undone()),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")), name="staffrequest_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(StaffRequestStatus.APPROVED, StaffRequestStatus.REFUSED))
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="staffrequest_decided_by_somebody",
            ),
            # Within the limit it is done at once; above it never without a second person.
            models.CheckConstraint(
                condition=~Q(status=StaffRequestStatus.DONE)
                | Q(amount_minor__lte=F("limit_minor"))
                | Q(decided_by__isnull=False),
                name="staffrequest_approved_above_limit",
            ),
            models.CheckConstraint(
                condition=Q(status=StaffRequestStatus.DONE) ^ Q(done_at__isnull=True),
                name="staffrequest_done_has_time",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, limit_minor__gte=0),
                name="staffrequest_not_negative",
            ),
            models.UniqueConstraint(fields=["made"], name="staffrequest_made_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} ({self.get_status_display()})"

    @property
    def amount(self) -> Money:
        """What it moves."""
        return Money(self.amount_minor, self.currency)

    @property
    def needs_approval(self) -> bool:
        """Whether somebody else has to agree."""
        return self.amount_minor > self.limit_minor

    @property
    def data(self) -> dict[str, Any]:
        """The payload."""
        return dict(self.payload)
