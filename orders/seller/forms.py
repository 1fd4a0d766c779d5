"""What a shop's team types about its orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from accounts.models import Seller
from books4all.lib.carriers import check_number, tracking_page
from books4all.lib.templatetags.b4a import NEAR_COUNTRIES
from orders.constants import SHOP_REASONS, ParcelStatus, RefusalReason
from orders.models import OrderLine, SellerOrder
from orders.selectors.documents import LabelFormat
from orders.selectors.seller_orders import ABROAD, HOME, Filters

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class FilterForm(forms.Form):
    """What a list of orders is narrowed to. Whatever makes no sense is left out, not refused."""

    q = forms.CharField(
        label=gettext_lazy("Order number, buyer, title or SKU"), max_length=100, required=False
    )
    since = forms.DateField(
        label=gettext_lazy("Paid from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    to = forms.ChoiceField(label=gettext_lazy("Goes to"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("Overdue only"), required=False)

    def __init__(self, seller: Seller, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((str(countries.name(code)), code) for code in NEAR_COUNTRIES)
        self.fields["to"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Anywhere")),
            (HOME, _("%(country)s only") % {"country": seller.country.name}),
            (ABROAD, _("Abroad")),
            *((code, name) for name, code in named),
        ]

    def filters(self) -> Filters:
        """Return what was understood."""
        self.is_valid()
        given = self.cleaned_data
        return Filters(
            text=given.get("q", "").strip(),
            since=given.get("since"),
            until=given.get("until"),
            to=given.get("to", ""),
            overdue=given.get("overdue", False),
        )


def _carrier() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Name the carrier.")},
    )


def _number(label: "StrOrPromise", **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **kwargs,
    )


class TrackingForm(forms.Form):
    """Who carries a parcel, and where it is followed."""

    carrier = _carrier()
    tracking_number = _number(gettext_lazy("Tracking number"))
    tracking_url = forms.URLField(
        label=gettext_lazy("Tracking page"),
        help_text=gettext_lazy("Leave it empty for a carrier we know: we work it out."),
        max_length=200,
        required=False,
        assume_scheme="https",
    )

    def clean(self) -> dict[str, Any]:
        """Check the number against the carrier's kind, and find the page where there is one."""
        given = super().clean() or self.cleaned_data
        carrier, number = given.get("carrier", ""), given.get("tracking_number", "")
        try:
            given["tracking_number"] = check_number(carrier, number)
        except ValueError as error:
            self.add_error("tracking_number", str(error))
            return given
        if not given.get("tracking_url") and "tracking_url" not in self.errors:
            given["tracking_url"] = tracking_page(carrier, number)
        return given

    def tracking(self) -> dict[str, str]:
        """Return the arguments of the services."""
        names = ("carrier", "tracking_number", "tracking_url")
        return {name: self.cleaned_data.get(name, "") for name in names}


class KnownParcelForm(TrackingForm):
    """What is known of a parcel that was posted."""

    tracking_status = forms.ChoiceField(
        label=gettext_lazy("What is known of it"),
        help_text=gettext_lazy("For the buyer to see. The order itself stays as it is."),
        choices=ParcelStatus.choices,
        required=False,
    )


class CopiesForm(forms.Form):
    """How many copies of each line are meant, of those that are left.

    ``seen`` is the state of the order that the form shows.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, part: SellerOrder, lines: Sequence[OrderLine], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.left]
        self.fields["seen"].initial = part.updated_at.isoformat()
        for line in self.lines:
            self.fields[f"copies-{line.pk}"] = forms.IntegerField(
                label=line.title,
                min_value=0,
                max_value=line.left,
                initial=line.left,
                widget=forms.NumberInput(attrs={"class": "in--s w-xs"}),
            )

    def rows(self) -> list[tuple[OrderLine, forms.BoundField]]:
        """Return the lines with their inputs."""
        return [(line, self[f"copies-{line.pk}"]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        """Ask for one copy at least."""
        given = super().clean() or self.cleaned_data
        if self.lines and not self.errors and not any(self.copies().values()):
            self.add_error(f"copies-{self.lines[0].pk}", _("Choose at least one copy."))
        return given

    def copies(self) -> dict[UUID, int]:
        """Return how many copies of which line."""
        return {line.pk: self.cleaned_data[f"copies-{line.pk}"] for line in self.lines}

    def seen_at(self) -> datetime | None:
        """Return when the order that was shown had last been changed."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


class ParcelForm(TrackingForm, CopiesForm):
    """A parcel of one order."""

    field_order = ("carrier", "tracking_number", "tracking_url")


class RefuseForm(CopiesForm):
    """Copies that can't be sent, and why. Of several lines, those that are meant have to be said."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=SHOP_REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("The buyer reads this, word for word."),
        max_length=150,
        required=False,
    )
    restock = forms.BooleanField(
        label=gettext_lazy("Put these copies back on sale"),
        help_text=gettext_lazy("Leave it out for a copy that can’t be found or can’t be sold."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.lines) > 1:
            for line in self.lines:
                self.fields[f"copies-{line.pk}"].initial = 0

    def clean(self) -> dict[str, Any]:
        """Ask for words where the list has none."""
        given = super().clean()
        if given.get("reason") == RefusalReason.OTHER and not given.get("words", "").strip():
            self.add_error("words", _("Say why, in a few words."))
        return given


class PostAllForm(forms.Form):
    """Many orders at once: one carrier, and a tracking number each where there is one."""

    carrier = _carrier()

    def __init__(self, parts: Sequence[SellerOrder], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [part.order.number for part in parts]
        for number in self.numbers:
            label = _("Tracking number of %(number)s") % {"number": number}
            self.fields[f"tracking-{number}"] = _number(label)

    def clean(self) -> dict[str, Any]:
        """Check every number against the carrier's kind."""
        given = super().clean() or self.cleaned_data
        for number in self.numbers:
            try:
                given[f"tracking-{number}"] = check_number(
                    given.get("carrier", ""), given.get(f"tracking-{number}", "")
                )
            except ValueError as error:
                self.add_error(f"tracking-{number}", str(error))
        return given

    def tracking_of(self, number: str) -> str:
        """Return the tracking number of the order ``number``."""
        return str(self.cleaned_data[f"tracking-{number}"])

    def page_of(self, number: str) -> str:
        """Return where the parcel of the order ``number`` is followed."""
        return tracking_page(self.cleaned_data["carrier"], self.tracking_of(number))


class LabelsForm(forms.Form):
    """The paper that labels are printed on."""

    paper = forms.ChoiceField(label=gettext_lazy("Paper"), choices=LabelFormat.choices)
    start = forms.IntegerField(
        label=gettext_lazy("First free label on the sheet"),
        help_text=gettext_lazy("Counted from the top left, along the rows."),
        min_value=1,
        max_value=21,
        initial=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "w-xs"}),
    )
