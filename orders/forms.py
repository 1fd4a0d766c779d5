"""What shoppers type: baskets and checkout."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models import PostalAddress
from books4all.lib.errors import DomainError
from books4all.lib.postcodes import check_postcode
from catalog.constants import Service
from orders.constants import ReportReason
from orders.models.messages import MESSAGE_LENGTH
from orders.payments import offered_providers


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
