"""What follows a sale beside its parcels: a buyer's wish to cancel, and reminders to the shop."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books4all.lib.ids import uuid7
from books4all.lib.models import Timestamped
from orders.constants import CancelStatus, Promise, ReminderKind
from orders.models.orders import SellerOrder


class CancelRequest(Timestamped):
    """A buyer's wish to cancel what the shop has accepted: once, and the shop answers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.OneToOneField(
        SellerOrder, on_delete=models.PROTECT, related_name="cancel_request"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=CancelStatus.choices, default=CancelStatus.ASKED
    )
    reason = models.CharField(_("why"), max_length=200, blank=True)
    # Read by the buyer, when the shop declines.
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish to cancel")
        verbose_name_plural = _("wishes to cancel")
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.seller_order_id} {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        """Whether the shop is still to answer."""
        return self.status == CancelStatus.ASKED


class Reminder(models.Model):
    """That a shop was reminded of a promise: of each kind once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.CASCADE, related_name="reminders"
    )
    promise = models.CharField(_("of"), max_length=6, choices=Promise.choices)
    kind = models.CharField(_("when"), max_length=4, choices=ReminderKind.choices)
    act_by = models.DateTimeField(_("to be dealt with by"))
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["seller_order", "promise", "kind"], name="reminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_promise_display()}: {self.get_kind_display()}"
