"""How well a shop keeps its word, as buyers are told it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.constants import (
    COMPLETION_TARGET,
    IN_TIME_TARGET,
    STANDING_ORDERS,
    StandingDays,
)
from accounts.models.sellers import Seller


class SellerStanding(models.Model):
    """A shop's figures of the days before ``as_of``: the counts that every rate is made of.

    Worked out each night by orders.services.standing from orders, messages and reviews alone, where
    the rules stand as well. Nothing else writes here.
    """

    seller = models.ForeignKey(Seller, on_delete=models.CASCADE, related_name="standings")
    days = models.PositiveSmallIntegerField(_("days"), choices=StandingDays.choices)
    as_of = models.DateTimeField(_("until"))
    orders = models.PositiveIntegerField(_("orders"), default=0)
    cancelled = models.PositiveIntegerField(_("refused or cancelled by the shop"), default=0)
    due = models.PositiveIntegerField(_("orders whose posting was due"), default=0)
    in_time = models.PositiveIntegerField(_("of these posted in time"), default=0)
    claims = models.PositiveIntegerField(
        _("orders of which a claim was upheld"), default=0, db_default=0
    )
    rating_sum = models.PositiveIntegerField(_("stars"), default=0)
    rating_count = models.PositiveIntegerField(_("ratings"), default=0)
    questions = models.PositiveIntegerField(_("conversations begun by readers"), default=0)
    answered = models.PositiveIntegerField(_("of these answered"), default=0)
    # The median over the questions, in whole minutes. None without any.
    answer_minutes = models.PositiveIntegerField(_("minutes to an answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing of a seller")
        verbose_name_plural = _("standings of sellers")
        ordering = ("seller", "days")
        constraints = (
            models.UniqueConstraint(fields=["seller", "days"], name="standing_once_a_window"),
            models.CheckConstraint(
                condition=Q(cancelled__lte=F("orders"))
                & Q(in_time__lte=F("due"))
                & Q(due__lte=F("orders"))
                & Q(answered__lte=F("questions")),
                name="standing_parts_of_wholes",
            ),
            models.CheckConstraint(
                condition=Q(claims__lte=F("orders")), name="standing_claims_of_orders"
            ),
        )

    def __str__(self) -> str:
        return f"{self.seller} ({self.get_days_display()})"

    @property
    def since(self) -> datetime:
        """When the days that count begin."""
        return self.as_of - timedelta(days=self.days)

    @property
    def is_enough(self) -> bool:
        """Whether there were orders enough to say anything by."""
        return self.orders >= STANDING_ORDERS

    @property
    def completed(self) -> int:
        """Orders that the shop neither refused nor cancelled."""
        return self.orders - self.cancelled

    @property
    def completion(self) -> int | None:
        """Percent of the orders that the shop kept, rounded down; None without orders."""
        return _percent(self.completed, self.orders)

    @property
    def on_time(self) -> int | None:
        """Percent of the due orders that were posted in time, rounded down; None without any."""
        return _percent(self.in_time, self.due)

    @property
    def without_claims(self) -> int | None:
        """Percent of the orders of which no claim was upheld, rounded down; None without orders."""
        return _percent(self.orders - self.claims, self.orders)

    @property
    def rating(self) -> float | None:
        """Mean of the ratings published in these days, None without any."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @property
    def answer_hours(self) -> int | None:
        """The usual time to an answer in hours, rounded up; None when nobody asked."""
        return None if self.answer_minutes is None else -(-self.answer_minutes // 60)

    @property
    def answer_days(self) -> int | None:
        """The usual time to an answer in days, rounded up; None when nobody asked."""
        return None if self.answer_minutes is None else -(-self.answer_minutes // (24 * 60))

    @property
    def below_target(self) -> bool:
        """Whether staff should look: enough orders, and a rate under its target."""
        completion, on_time = self.completion, self.on_time
        return self.is_enough and (
            (completion is not None and completion < COMPLETION_TARGET)
            or (on_time is not None and on_time < IN_TIME_TARGET)
        )


def _percent(part: int, whole: int) -> int | None:
    # Rounded down, so that "100%" is said of shops that never failed alone.
    return part * 100 // whole if whole else None
