"""What a shop's team types about its money."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.selectors.money import Period


class PeriodForm(forms.Form):
    """A month, or everything up to the end of a day. Whatever makes no sense is left out."""

    month = forms.ChoiceField(label=gettext_lazy("Month"), required=False)
    day = forms.DateField(
        label=gettext_lazy("As it stood at the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, months: Sequence[date], data: Any) -> None:
        super().__init__(data)
        self.fields["month"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((f"{month:%Y-%m}", date_format(month, "F Y")) for month in months),
        ]
        self.is_valid()

    @property
    def month_first(self) -> date | None:
        """The first day of the month that was chosen."""
        given = self.cleaned_data.get("month", "")
        return date.fromisoformat(f"{given}-01") if given else None

    @property
    def chosen_day(self) -> date | None:
        """The day that was chosen; a month goes before it."""
        day: date | None = None if self.month_first else self.cleaned_data.get("day")
        # A day beyond what the clock can count on from has no end.
        return day if day is None or 1970 <= day.year <= 9000 else None

    def period(self) -> Period:
        """Return what was asked for: all of it without a word."""
        if self.month_first:
            return Period.of_month(self.month_first)
        return Period.up_to(self.chosen_day) if self.chosen_day else Period()

    def query(self) -> str:
        """Return the same as the query of an address, with its question mark."""
        given = {"month": self.cleaned_data.get("month", ""), "day": self.chosen_day or ""}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"?{query}" if query else ""

    def name(self) -> str:
        """Return a word for a file's name."""
        return str(self.cleaned_data.get("month") or self.chosen_day or "all")


class PayoutAccountForm(forms.Form):
    """Where the money goes. The number is never shown to be sent back: left empty, it stays."""

    account_holder = forms.CharField(
        label=gettext_lazy("Account holder"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say whose account it is.")},
    )
    account_number = forms.CharField(
        label=gettext_lazy("IBAN"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Leave it empty to keep the account there is."),
    )
