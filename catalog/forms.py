"""Input of the catalogue's pages."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from catalog.constants import Condition
from catalog.models import Work
from catalog.search.text import clean, words
from catalog.selectors.redirects import work_now


class MoneyField(forms.Field):
    """An amount as people type it, in the marketplace's currency; empty is None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": "12"})
    # What fits the column, and more than any book costs.
    MOST = 2**31 - 1

    def to_python(self, value: Any) -> Money | None:
        """Read the amount, or say how to write one."""
        text = "" if value in self.empty_values else str(value).strip()
        if not text:
            return None
        try:
            amount = Money.parse(text, settings.MARKETPLACE_CURRENCY)
        except ValueError as error:
            raise forms.ValidationError(_("Use a point, like 4.50"), code="invalid") from error
        if not 0 < amount.minor <= self.MOST:
            raise forms.ValidationError(_("Write an amount above zero, like 4.50"), code="invalid")
        return amount


class WorkField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """A book by its key; a page that is older than a merge names the one that is gone."""

    def to_python(self, value: Any) -> Any:
        """Return the book, or what it was merged into."""
        try:
            return super().to_python(value)
        except forms.ValidationError:
            # Keys are eight bytes: eighteen figures always fit.
            key = str(value)
            now = work_now(int(key)) if re.fullmatch(r"[0-9]{1,18}", key) else None
            if now is None:
                raise
            return super().to_python(now)


class WorkForm(forms.Form):
    """Which book: the hidden field of the small forms on the book's page."""

    work = WorkField(queryset=Work.objects.all(), widget=forms.HiddenInput)


class TermsForm(forms.Form):
    """A want's terms. Without them, any copy will do."""

    max_price = MoneyField(label=_("Most you would pay, delivered"), required=False)
    least_condition = forms.ChoiceField(
        label=_("At least"),
        required=False,
        choices=[("", _("Any condition")), *Condition.choices],
    )


class WantForm(WorkForm, TermsForm):
    """A want of a book."""


class WantQueryForm(TermsForm):
    """A want of whatever a search will find."""

    q = forms.CharField(
        label=_("Add a book you are looking for"),
        max_length=200,
        error_messages={
            "required": _("Write a title and author, or an ISBN."),
            "max_length": _("Write at most 200 characters."),
        },
    )

    def clean_q(self) -> str:
        """Want words: signs alone would never be met."""
        text = clean(self.cleaned_data["q"])
        if not words(text):
            raise forms.ValidationError(_("Write a title and author, or an ISBN."), code="invalid")
        return text


class ReviewForm(forms.Form):
    """Stars, words, and the name under them."""

    rating = forms.TypedChoiceField(
        label=_("How many stars?"),
        coerce=int,
        choices=[
            (5, _("5 stars")),
            (4, _("4 stars")),
            (3, _("3 stars")),
            (2, _("2 stars")),
            (1, _("1 star")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose from one to five stars.")},
    )
    text = forms.CharField(
        label=_("What would you tell another reader?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    author_name = forms.CharField(
        label=_("Name shown with your review"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": _("Write the name that your review is signed with.")},
    )
