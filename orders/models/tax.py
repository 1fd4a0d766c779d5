"""What sales are taxed by: rates, whose they are to pay, and how each shop stands to the tax office."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.models import Seller
from books4all.lib.models import Timestamped
from orders.constants import TaxKind


class TaxRate(Timestamped):
    """A country's rate for a kind of goods from a day on, and until one. History stays as it was."""

    country = CountryField(_("country"))
    kind = models.CharField(_("of"), max_length=10, choices=TaxKind.choices)
    rate_bp = models.PositiveIntegerField(_("percent × 100"), help_text=_("700 is 7%; 550 is 5.5%"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(
        _("to"), null=True, blank=True, help_text=_("The last day; empty while it is in force")
    )
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("The law, or where it was read")
    )

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ("country", "kind", "-valid_from")
        constraints = (
            models.CheckConstraint(condition=Q(rate_bp__lte=10_000), name="taxrate_at_most_all"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="taxrate_in_order",
                violation_error_message=_("The last day is before the first."),
            ),
            ExclusionConstraint(
                name="taxrate_one_at_a_time",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        models.Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "There is a rate for these days already. Give that one a last day first."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} {self.get_kind_display()}"


class RemitRule(Timestamped):
    """Sales whose tax the marketplace pays to the state instead of the shop: a deemed supplier's.

    A rule fits a trader's parcel to ``destination`` whose books come to ``most_minor`` or less.
    """

    name = models.CharField(_("name"), max_length=120)
    destination = models.CharField(
        _("to"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Write a country’s two letters, or EU."))],
        help_text=_("A country (ISO 3166), or EU"),
    )
    from_abroad = models.BooleanField(
        _("from abroad only"), default=True, help_text=_("Of shops that are not there themselves")
    )
    most_minor = models.PositiveBigIntegerField(
        _("books worth at most (pence)"),
        null=True,
        blank=True,
        help_text=_("In the marketplace’s currency. Empty: however much they are worth"),
    )
    active = models.BooleanField(
        _("in use"),
        default=False,
        help_text=_("Once the marketplace is registered there to pay this tax"),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tax that the marketplace pays")
        verbose_name_plural = _("taxes that the marketplace pays")
        ordering = ("destination", "pk")

    def __str__(self) -> str:
        return self.name


class ShopTax(Timestamped):
    """How a shop stands to the tax office, as it has said. Before it has: registered if it has a number."""

    seller = models.OneToOneField(
        Seller, on_delete=models.CASCADE, primary_key=True, related_name="tax"
    )
    registered = models.BooleanField(_("registered for VAT"), default=False)
    margin = models.BooleanField(_("second-hand books under the margin scheme"), default=False)
    destination = models.BooleanField(
        _("charges the VAT of the country that it posts to, in the EU"), default=False
    )

    class Meta:
        verbose_name = _("shop’s tax settings")
        verbose_name_plural = _("shops’ tax settings")
        ordering = ("seller",)
        constraints = (
            models.CheckConstraint(
                condition=Q(registered=True) | Q(margin=False, destination=False),
                name="shoptax_of_registered",
            ),
        )

    def __str__(self) -> str:
        return str(self.seller)
