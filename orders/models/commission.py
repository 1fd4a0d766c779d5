"""What the marketplace charges sellers, by rules that its operator writes and orders."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.models import CodeField, Timestamped
from catalog.models import Subject


class CommissionRule(Timestamped):
    """A commission, and which lines it is for. The first rule that fits counts.

    Conditions left empty fit every line; those given must all fit. ``percent_bp`` is of the line's
    price in hundredths of a percent, ``flat_minor`` an amount a copy; a rule has one of both. Only a
    percentage can be taken of the delivery too.
    """

    position = models.PositiveIntegerField(_("place"), help_text=_("Lower ones are asked first."))
    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("in use"), default=True)
    # Which lines
    seller = models.ForeignKey(
        Seller, on_delete=models.CASCADE, null=True, blank=True, related_name="commission_rules"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text=_("And all subjects below it"),
    )  # fmt: skip
    form = CodeField(_("form (ONIX list 150)"), length=2, blank=True, default="")
    price_from_minor = models.PositiveBigIntegerField(
        _("price from (pence)"), null=True, blank=True
    )
    price_below_minor = models.PositiveBigIntegerField(
        _("price below (pence)"), null=True, blank=True
    )
    # How much
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    percent_bp = models.PositiveIntegerField(
        _("percent × 100"), null=True, blank=True, help_text=_("1000 is 10%")
    )
    of_delivery = models.BooleanField(_("of the delivery too"), default=False)
    floor_minor = models.PositiveBigIntegerField(_("at least (pence)"), null=True, blank=True)
    cap_minor = models.PositiveBigIntegerField(_("at most (pence)"), null=True, blank=True)
    flat_minor = models.PositiveBigIntegerField(_("a copy (pence)"), null=True, blank=True)

    class Meta:
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(percent_bp__isnull=True) ^ Q(flat_minor__isnull=True),
                name="commission_percent_or_flat",
                violation_error_message=_("Give a percentage or an amount a copy, not both."),
            ),
            models.CheckConstraint(
                condition=Q(percent_bp__isnull=True) | Q(percent_bp__lte=10_000),
                name="commission_at_most_all",
            ),
            models.CheckConstraint(
                condition=Q(percent_bp__isnull=False)
                | Q(floor_minor=None, cap_minor=None, of_delivery=False),
                name="commission_bounds_of_percent",
                violation_error_message=_("Only a percentage has a floor, a cap, or the delivery."),
            ),
            models.CheckConstraint(
                condition=Q(floor_minor=None)
                | Q(cap_minor=None)
                | Q(floor_minor__lte=F("cap_minor")),
                name="commission_floor_below_cap",
            ),
            models.CheckConstraint(
                condition=Q(price_from_minor=None)
                | Q(price_below_minor=None)
                | Q(price_from_minor__lt=F("price_below_minor")),
                name="commission_band_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.name
