"""Input about a shop's front."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.constants import LEAST_RETURN_DAYS
from accounts.models import Seller
from accounts.services import fronts
from books4all.lib import images
from books4all.lib.forms import MoneyField

FIRST_YEAR = 1500


class FrontForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """What buyers see of a shop, and what they are promised."""

    minimum_minor = MoneyField(
        label=_("Smallest order"),
        required=False,
        empty_minor=0,
        help_text=_(
            "Of books in one parcel, without post. Below it a basket can’t be ordered, and says how"
            " much is missing. Leave it empty if you post any order."
        ),
    )

    class Meta:
        model = Seller
        fields = fronts.FIELDS
        labels = {
            "name": _("Name of the shop"),
            "tagline": _("A line under the name"),
            "story": _("About the shop"),
            "keeper": _("Who keeps it"),
            "hours": _("Opening hours"),
            "place": _("Place"),
            "since": _("Selling books since"),
            "paint": _("Paint"),
            "dispatch_days": _("You post within (working days)"),
            "return_days": _("You take copies back within (days)"),
            "return_postage": _("Who pays to send back a copy that is as described"),
            "return_words": _("More about returns"),
        }
        help_texts = {
            "tagline": _("What a passer-by should know: “Old maps and the sea, since 1978”."),
            "story": _("In your own words. Buyers read it beside your books."),
            "keeper": _("A name or two, as you would introduce yourself."),
            "hours": _("Of the shop in the street, if there is one: “Tue–Sat 10–17”."),
            "place": _("Town or village, as buyers know it."),
            "since": _("A year."),
            "return_words": _("How to pack it, where to send it, whom to write to."),
        }
        widgets = {
            "story": forms.Textarea(attrs={"rows": 6, "maxlength": 4000}),
            "return_words": forms.Textarea(attrs={"rows": 3}),
            "paint": forms.RadioSelect,
            "return_postage": forms.RadioSelect,
            "since": forms.NumberInput(attrs={"min": FIRST_YEAR}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Enter the name of the shop")
        self.fields["place"].error_messages["required"] = _("Enter the town or village")
        days = self.fields["return_days"]
        days.help_text = (
            _("Nothing (0), if you take nothing back that is as described.")
            if self.instance.is_private
            else _(
                "At least %(days)d: consumers in the European Union and the United Kingdom may"
                " change their mind for so long."
            )
            % {"days": LEAST_RETURN_DAYS}
        )

    def clean_story(self) -> str:
        """Keep the story to a length that a page can bear."""
        story = str(self.cleaned_data["story"])
        if len(story) > 4000:
            raise forms.ValidationError(_("Keep it to 4,000 characters."))
        return story

    def clean_since(self) -> int | None:
        """Take a year that can be."""
        year: int | None = self.cleaned_data["since"]
        if year is not None and not FIRST_YEAR <= year <= timezone.now().year:
            raise forms.ValidationError(_("Enter a year up to this one, like 1978"))
        return year

    def values(self) -> dict[str, object]:
        """Return what was entered, for the service."""
        return {name: self.cleaned_data[name] for name in fronts.FIELDS}


class PictureForm(forms.Form):
    """A picture of the shop."""

    file = forms.FileField(
        label=_("Picture of the shop"),
        help_text=_(
            "JPEG, PNG, WebP, AVIF or GIF, up to 10 MB. What it says of place and time goes."
        ),
        error_messages={
            "required": _("Choose a picture first"),
            "empty": _("The file is empty. Choose it again."),
        },
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    alt = forms.CharField(
        label=_("What can be seen on it"),
        required=False,
        max_length=300,
        help_text=_("For those who can’t see it: “A green shop front with two windows of books”."),
    )

    def content(self) -> bytes:
        """Return the file, a byte more than the most at most."""
        read: bytes = self.cleaned_data["file"].read(images.MOST_BYTES + 1)
        return read


class ClosureForm(forms.Form):
    """A holiday."""

    first_day = forms.DateField(
        label=_("Closed from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Enter the first day you are closed"),
            "invalid": _("Enter a day, like 2026-12-24"),
        },
    )
    last_day = forms.DateField(
        label=_("to"),
        required=False,
        help_text=_("The last day closed. Leave it empty to close until further notice."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day, like 2027-01-02")},
    )
    note = forms.CharField(
        label=_("Note for buyers"),
        required=False,
        max_length=200,
        help_text=_("Shown on the shop’s page while it is closed: “We are at the Paris fair.”"),
    )

    def clean(self) -> dict[str, Any]:
        """Hold the days to their order."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day closed is before the first."))
        return given
