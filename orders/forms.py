"""What shoppers type: baskets, checkout, messages, and what is wrong with what they got."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models import PostalAddress
from books4all.lib import images
from books4all.lib.errors import DomainError
from books4all.lib.forms import MoneyField
from books4all.lib.money import Money
from books4all.lib.postcodes import check_postcode
from catalog.constants import Service
from orders.constants import CaseReason, CaseWant, ReportReason
from orders.models.cases import MOST_OF_A_SIDE, WORDS_LENGTH
from orders.models.messages import MESSAGE_LENGTH
from orders.payments import offered_providers
from orders.selectors.case_money import LineMoney
from orders.selectors.cases import Askable, wants_of


class AddForm(forms.Form):
    """A copy for the basket."""

    listing = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = forms.IntegerField(min_value=1, max_value=999, required=False)


class QuantityForm(forms.Form):
    """How many copies; 0 removes them."""

    quantity = forms.IntegerField(min_value=0, max_value=999)


class DeliveryForm(forms.Form):
    """The speed of delivery for one seller's parcel."""

    seller = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    service = forms.ChoiceField(choices=Service.choices)


class CodeForm(forms.Form):
    """The code of a promotion or a gift card."""

    code = forms.CharField(max_length=60)


def _input(kind: str = "text", **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"type": kind, **attributes})


class CheckoutForm(forms.Form):
    """Who buys, and where the parcels go. ``total`` is what the shopper saw and agrees to pay."""

    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("For your receipt and parcel news, nothing else."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter an email address in the form name@example.com"),
        },
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("The courier texts you the delivery hour."),
        max_length=30,
        required=False,
        widget=_input("tel", autocomplete="tel"),
    )
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        widget=_input(autocomplete="name"),
        error_messages={"required": _("Enter the name for the parcel")},
    )
    line1 = forms.CharField(
        label=_("Address line 1"),
        max_length=200,
        widget=_input(autocomplete="address-line1"),
        error_messages={"required": _("Enter the street and number")},
    )
    line2 = forms.CharField(
        label=_("Address line 2"),
        max_length=200,
        required=False,
        widget=_input(autocomplete="address-line2"),
    )
    city = forms.CharField(
        label=_("Town or city"),
        max_length=120,
        widget=_input(autocomplete="address-level2"),
        error_messages={"required": _("Enter the town or city")},
    )
    region = forms.CharField(
        label=_("County, state or province"),
        max_length=120,
        required=False,
        widget=_input(autocomplete="address-level1"),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=20,
        required=False,
        widget=_input(autocomplete="postal-code"),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=lambda: list(countries),
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    payment = forms.ChoiceField(
        label=_("How to pay"),
        choices=lambda: [(way.name, way.title) for way in offered_providers()],
        required=False,
        error_messages={"invalid_choice": _("Choose how to pay")},
    )
    total = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Check the postcode of the countries whose letters need one in a known form."""
        cleaned = super().clean() or {}
        if {"country", "postcode"} <= cleaned.keys():
            try:
                cleaned["postcode"] = check_postcode(cleaned["country"], cleaned["postcode"])
            except ValueError as error:
                self.add_error("postcode", str(error))
        return cleaned

    def address(self) -> dict[str, str]:
        """Return the address as ``prepare`` takes it."""
        return {name: self.cleaned_data[name] for name in PostalAddress.ADDRESS_FIELDS}


def address_values(address: PostalAddress) -> dict[str, str]:
    """Return a saved address as initial values of ``CheckoutForm``."""
    return {name: str(getattr(address, name)) for name in PostalAddress.ADDRESS_FIELDS}


class RefusableForm(forms.Form):
    """A form whose sending a service may refuse."""

    def refuse(self, error: DomainError) -> None:
        """Say what was refused, at the field it names or on top; what was typed stays."""
        known = {name: texts for name, texts in error.fields.items() if name in self.fields}
        for name, texts in known.items():
            for text in texts:
                self.add_error(name, text)
        if not known:
            self.add_error(None, error.message)


class CallOffForm(RefusableForm):
    """Why a buyer does not want it any more, if they care to say."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The shop reads this. You need not say anything."),
        max_length=150,
        required=False,
    )


class MessageForm(RefusableForm):
    """Words to a shop, or to a reader."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": "6"}),
        error_messages={"required": _("Write your message")},
    )


class ReportForm(RefusableForm):
    """Why staff should look at a conversation."""

    reason = forms.ChoiceField(
        label=_("What is wrong"),
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong")},
    )
    details = forms.CharField(
        label=_("In your words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text=_(
            "Our staff see the whole conversation. The other side is not told who reported."
        ),
    )


# --- Something is wrong -----------------------------------------------------------------------
class FilesInput(forms.FileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photographs: some files, read as bytes, none longer than a picture may be."""

    widget = FilesInput(attrs={"accept": "image/*", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        """Return the files' contents; a file that is too long is cut just past what is refused."""
        given = data if isinstance(data, list | tuple) else [data]
        files = [file for file in given if isinstance(file, UploadedFile)]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_OF_A_SIDE:
            message = gettext("Choose at most %(most)d photographs.") % {"most": MOST_OF_A_SIDE}
            raise forms.ValidationError(message, code="too_many")
        return [file.read(images.MOST_BYTES + 1) for file in files]


class ProblemForm(forms.Form):
    """Which books, and what is wrong with them: the first of two pages."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=CaseReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong.")},
    )

    def __init__(self, ask: Askable, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask = ask
        possible = [choice for choice in ask.choices if choice.terms.may_ask]
        self.fields["reason"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (choice.reason.value, choice.reason.label) for choice in possible
        ]
        for line in ask.lines:
            self.fields[f"copies-{line.order_line.pk}"] = forms.IntegerField(
                label=line.order_line.title,
                min_value=0,
                max_value=line.copies_left,
                initial=line.copies_left if len(ask.lines) == 1 else 0,
                widget=forms.NumberInput(attrs={"class": "w-xs"}),
            )

    @property
    def rows(self) -> list[tuple[LineMoney, forms.BoundField]]:
        """The books with their fields."""
        return [(line, self[f"copies-{line.order_line.pk}"]) for line in self.ask.lines]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one copy."""
        given = super().clean() or self.cleaned_data
        fields = [f"copies-{line.order_line.pk}" for line in self.ask.lines]
        if not any(given.get(name) for name in fields) and not self.errors and fields:
            self.add_error(fields[0], gettext("Choose at least one book."))
        return given

    def copies(self) -> dict[UUID, int]:
        """Return the copies that are meant, by order line."""
        found = {
            line.order_line.pk: self.cleaned_data.get(f"copies-{line.order_line.pk}") or 0
            for line in self.ask.lines
        }
        return {key: n for key, n in found.items() if n}


class ComplaintForm(RefusableForm):
    """What the buyer says and wants: the second page. The first page's answers come with it, hidden."""

    wants = forms.ChoiceField(
        label=_("What would you like?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you would like.")},
    )
    asked = MoneyField(
        label=_("If you keep it: how much would be fair?"),
        required=False,
        help_text=_("Leave it to the shop, or name an amount."),
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": "5"}),
        error_messages={"required": _("Say why, in a few words.")},
        help_text=_("What is wrong, and how you noticed. The shop and our staff read it."),
    )
    photos = PhotosField(
        label=_("Photographs"),
        required=False,
        help_text=_(
            "Of the fault, and of the parcel if it is damaged: together at most 10 MB. You can add more"
            " on the next page. Only the shop and our staff see them."
        ),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, reason: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(CaseWant.choices)
        choices = [(want, labels[CaseWant(want)]) for want in wants_of(reason)]
        self.fields["wants"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["wants"].initial = CaseWant.REFUND
        if len(choices) == 1:
            self.fields["wants"].widget = forms.HiddenInput()
        if CaseWant.PARTIAL not in dict(choices):
            del self.fields["asked"]
        if reason in (CaseReason.CHANGED_MIND, CaseReason.NOT_ARRIVED):
            self.fields["words"].required = False
            self.fields["words"].help_text = _("If you like. The shop and our staff read it.")
            del self.fields["photos"]

    def asked_for(self) -> Money | None:
        """Return what the buyer would like back for keeping the book."""
        minor = self.cleaned_data.get("asked")
        partly = self.cleaned_data["wants"] == CaseWant.PARTIAL
        return Money(minor, settings.MARKETPLACE_CURRENCY) if minor and partly else None


class NoForm(RefusableForm):
    """A step that needs nothing but a yes."""


class WordsForm(RefusableForm):
    """Words that the other side reads."""

    words = forms.CharField(
        label=_("In your words"),
        max_length=250,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("The other side and our staff read this, word for word."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class MaybeWordsForm(WordsForm):
    """The same, where nothing needs to be said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = False


class PostBackForm(RefusableForm):
    """How a book is sent back."""

    carrier = forms.CharField(
        label=_("Carrier"), max_length=80, error_messages={"required": _("Name the carrier.")}
    )
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        help_text=_(
            "With a number, or a photograph of the receipt, you have proof: you get your money even if"
            " the parcel is lost."
        ),
    )
    receipt = PhotosField(label=_("Photograph of the receipt"), required=False)


class PhotosForm(RefusableForm):
    """More photographs."""

    photos = PhotosField(
        label=_("Add photographs"),
        error_messages={"required": _("Choose a photograph.")},
        help_text=_("Together at most 10 MB."),
    )
