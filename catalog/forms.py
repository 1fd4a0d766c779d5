"""Input of the catalogue's pages."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from books4all.lib.money import Money
from catalog.constants import Condition, WantNotice
from catalog.models import Edition, Work
from catalog.search.text import clean, words
from catalog.selectors import lists
from catalog.selectors.redirects import work_now
from catalog.services.wants import TERMS


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

    max_price = MoneyField(
        label=_("Most you would pay, delivered"),
        required=False,
        help_text=_("With post to the country below. Leave it empty for any price."),
    )
    country = forms.ChoiceField(
        label=_("Delivered to"), choices=lambda: list(countries), required=False
    )
    least_condition = forms.ChoiceField(
        label=_("At least"),
        required=False,
        choices=[("", _("Any condition")), *Condition.choices],
    )
    jacket = forms.BooleanField(label=_("With its dust jacket"), required=False)
    signed = forms.BooleanField(label=_("Signed by the author"), required=False)
    first_edition = forms.BooleanField(label=_("First editions only"), required=False)
    no_ex_library = forms.BooleanField(label=_("No ex-library copies"), required=False)
    no_print_on_demand = forms.BooleanField(label=_("Nothing printed on demand"), required=False)
    notice = forms.ChoiceField(
        label=_("Tell me"),
        choices=WantNotice.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    @property
    def terms(self) -> dict[str, Any]:
        """The terms that were sent along, as ``services.wants`` takes them.

        A tick that is off is not sent: where any tick may be, all are.
        """
        ticks = {
            name for name, field in self.fields.items() if isinstance(field, forms.BooleanField)
        }
        whole = "notice" in self.data
        given = {name for name in self.fields if name in self.data or (whole and name in ticks)}
        terms = {name: self.cleaned_data[name] for name in TERMS if name in given}
        return {
            name: value for name, value in terms.items() if value != "" or name == "least_condition"
        }


class WantForm(WorkForm, TermsForm):
    """A want of a book."""


class WantQueryForm(TermsForm):
    """A want of whatever a search will find."""

    q = forms.CharField(
        label=_("What are you looking for?"),
        max_length=200,
        help_text=_("Title and author, or an ISBN"),
        error_messages={
            "required": _("Write a title and author, or an ISBN."),
            "max_length": _("Write at most 200 characters."),
        },
    )
    field_order = ("q",)

    def clean_q(self) -> str:
        """Want words: signs alone would never be met."""
        text = clean(self.cleaned_data["q"])
        if not words(text):
            raise forms.ValidationError(_("Write a title and author, or an ISBN."), code="invalid")
        return text


class NewWantForm(TermsForm):
    """A new want with all its terms: of ``work`` or one of its editions, else of words.

    For a guest it asks for an address too, and letters are the only way to hear.
    """

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there first; nothing else until you have followed it."),
        error_messages={"required": _("Write the address that we should write to.")},
    )
    edition = forms.ChoiceField(
        label=_("Which edition?"),
        required=False,
        error_messages={"invalid_choice": _("Choose an edition of this book.")},
    )
    q = WantQueryForm.base_fields["q"]
    field_order = ("q", "edition")
    clean_q = WantQueryForm.clean_q

    def __init__(self, *args: Any, work: Work | None, guest: bool, **kwargs: Any) -> None:
        """Ask for what is not known yet."""
        super().__init__(*args, **kwargs)
        if work is None:
            del self.fields["edition"]
        else:
            del self.fields["q"]
            self.editions = {str(one.pk): one for one in lists.editions_to_want(work)}
            choices = [(key, lists.edition_words(one)) for key, one in self.editions.items()]
            which: Any = self.fields["edition"]
            which.choices = [("", _("Any edition")), *choices]
        notices: Any = self.fields["notice"]
        if guest:
            notices.choices = [one for one in WantNotice.choices if one[0] != WantNotice.PAGE]
            notices.initial = WantNotice.AT_ONCE
        else:
            del self.fields["email"]
            notices.initial = WantNotice.DAILY

    def clean_edition(self) -> Edition | None:
        """Return the edition chosen, None for any."""
        return self.editions.get(self.cleaned_data["edition"])


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
