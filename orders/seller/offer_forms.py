"""What a shop says about an offer of its own."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books4all.lib.forms import MoneyField
from catalog.constants import Condition
from orders.constants import PromotionKind
from orders.forms import RefusableForm
from orders.models import Promotion

_DAY = {"type": "date"}
# Beyond it the day after a day may be none.
_NO_LATER = MaxValueValidator(
    date(2999, 12, 31), gettext_lazy("Choose a day before the year 3000, or leave it empty.")
)


class OfferForm(RefusableForm):
    """An offer: what is taken off, of which books, how often and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Buyers read it beside the amount: “Spring sale”."),
        error_messages={"required": gettext_lazy("Give the offer a name")},
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("What buyers type. Leave it empty and everybody gets the offer."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is taken off"),
        choices=PromotionKind.choices,
        initial=PromotionKind.PERCENT,
        widget=forms.RadioSelect,
    )
    percent = forms.DecimalField(
        label=gettext_lazy("Percent"),
        min_value=1,
        max_value=100,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy("Of the price. 100 is free."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "invalid": gettext_lazy("Enter the percentage as a number, like 10 or 7.5")
        },
    )
    amount = MoneyField(
        label=gettext_lazy("Amount"),
        required=False,
        help_text=gettext_lazy("Off the books of one order together, like 4.50."),
    )
    bundle = forms.IntegerField(
        label=gettext_lazy("Of every so many books"), min_value=2, max_value=100, required=False
    )
    reduced = forms.IntegerField(
        label=gettext_lazy("So many of the cheapest"), min_value=1, max_value=99, required=False
    )
    minimum = MoneyField(
        label=gettext_lazy("From books for at least"),
        required=False,
        help_text=gettext_lazy("Leave it empty and the offer holds from the first book."),
    )
    conditions = forms.MultipleChoiceField(
        label=gettext_lazy("Only books in this condition"),
        choices=Condition.choices,
        required=False,
        help_text=gettext_lazy("Tick nothing, and it holds for all."),
        widget=forms.CheckboxSelectMultiple,
    )
    first_day = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        validators=[_NO_LATER],
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        validators=[_NO_LATER],
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("Leave it empty and the offer lasts until you end it."),
    )
    uses_total = forms.IntegerField(
        label=gettext_lazy("Uses, in all"), min_value=1, max_value=1_000_000, required=False
    )
    uses_each = forms.IntegerField(
        label=gettext_lazy("Uses, each buyer"), min_value=1, max_value=1000, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of offer needs."""
        given = super().clean() or {}
        kind = given.get("kind")
        if kind in {PromotionKind.PERCENT, PromotionKind.BUNDLE} and not given.get("percent"):
            self._ask("percent", _("Say how many percent are taken off"))
        if kind == PromotionKind.FIXED and not given.get("amount"):
            self._ask("amount", _("Say how much is taken off"))
        if kind == PromotionKind.BUNDLE:
            bundle, reduced = given.get("bundle"), given.get("reduced")
            if not bundle:
                self._ask("bundle", _("Say of how many books"))
            if not reduced or (bundle and reduced >= bundle):
                self._ask("reduced", _("Say how many of them, fewer than all"))
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self._ask("last_day", _("This is before the first day"))
        return given

    def _ask(self, name: str, words: str) -> None:
        if name not in self.errors:
            self.add_error(name, words)

    def fill(self, promotion: Promotion) -> Promotion:
        """Write what was given on a promotion, not saved."""
        given = self.cleaned_data
        kind = PromotionKind(given["kind"])
        percent = kind in {PromotionKind.PERCENT, PromotionKind.BUNDLE}
        bundle = kind == PromotionKind.BUNDLE
        promotion.name, promotion.code, promotion.kind = given["name"], given["code"], kind
        promotion.percent_bp = int(given["percent"] * 100) if percent else None
        promotion.amount_minor = given["amount"] if kind == PromotionKind.FIXED else None
        promotion.bundle = given["bundle"] if bundle else None
        promotion.reduced = given["reduced"] if bundle else None
        promotion.minimum_minor = given["minimum"]
        promotion.conditions = given["conditions"]
        promotion.uses_total, promotion.uses_each = given["uses_total"], given["uses_each"]
        midnight = time(tzinfo=UTC)
        promotion.starts_at = datetime.combine(given["first_day"], midnight)
        last = given["last_day"]
        promotion.ends_at = datetime.combine(last + timedelta(days=1), midnight) if last else None
        return promotion


def known(promotion: Promotion) -> dict[str, Any]:
    """Return an offer as the form's initial values."""
    same = ("name", "code", "kind", "bundle", "reduced", "conditions", "uses_total", "uses_each")
    last = promotion.ends_at and (promotion.ends_at - timedelta(days=1)).date()
    percent = None if promotion.percent_bp is None else Decimal(promotion.percent_bp) / 100
    return {
        **{name: getattr(promotion, name) for name in same},
        "amount": promotion.amount_minor,
        "minimum": promotion.minimum_minor,
        "percent": percent,
        "first_day": promotion.starts_at.date(),
        "last_day": last,
    }
