"""Input of the account pages. allauth's forms are re-labelled, and counted (accounts.services.limits)."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User
from accounts.services import limits
from books4all.lib.http import client_address
from books4all.lib.postcodes import check_postcode

PASSWORD_HINT = _("At least 10 characters. Three or four words that you will remember are best.")

# What an empty field asks for. "This field is required" names neither the field nor the remedy in
# a list of errors.
MISSING = {
    "login": _("Enter your email address"),
    "email": _("Enter your email address"),
    "password": _("Enter your password"),
    "oldpassword": _("Enter the password you have now"),
    "password1": _("Choose a password"),
    "full_name": _("Enter the name for the parcel"),
    "line1": _("Enter the street and number"),
    "city": _("Enter the town or city"),
}


def _name_what_is_missing(fields: dict[str, forms.Field]) -> None:
    for name in fields.keys() & MISSING.keys():
        fields[name].error_messages["required"] = MISSING[name]


class PlainFields:
    """Labels and hints in our words, without allauth's placeholders and lists."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
        _name_what_is_missing(self.fields)

    @property
    def request(self) -> HttpRequest:
        """The request that allauth is at work on."""
        request: HttpRequest = context.request
        return request

    @request.setter
    def request(self, value: HttpRequest | None) -> None:
        """allauth's sign-in form sets it; it is the same one."""


class LoginForm(PlainFields, allauth_forms.LoginForm):  # type: ignore[misc]  # allauth comes without types
    """Sign in. The attempt is counted by the adapter, before the password is hashed."""

    labels = {
        "login": _("Email address"),
        "password": _("Password"),
        "remember": _("Keep me signed in on this device"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(PlainFields, allauth_forms.SignupForm):  # type: ignore[misc]  # allauth comes without types
    """Open an account: an address, a password, and a name for who wants to give one."""

    labels = {"email": _("Email address"), "password1": _("Password")}
    hints = {
        "email": _("We send a link to it, to make sure that it is yours."),
        "password1": PASSWORD_HINT,
    }
    field_order = ("name", "email", "password1")

    account_already_exists: bool

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean(self) -> dict[str, Any]:
        """Count the sign-up. Raises LimitExceededError."""
        limits.check_sign_up(address=client_address(self.request))
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save the user; an address that is taken gets the same answer, after the same work."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
                    return saved
            except IntegrityError:
                # Somebody took the address between the check and now: most often the same person, twice.
                self.account_already_exists = True
        else:
            # A hash is what takes the time; without one the answer would come sooner and say "taken".
            make_password(self.cleaned_data["password1"])
        answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return answer


class ResetPasswordForm(PlainFields, allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # allauth comes without types
    """Ask for a link with which to set a new password."""

    labels = {"email": _("Email address")}

    def clean_email(self) -> str:
        """Count the request. Raises LimitExceededError."""
        limits.check_new_password(
            email=self.cleaned_data["email"], address=client_address(self.request)
        )
        email: str = super().clean_email()
        return email


class ResetPasswordKeyForm(PlainFields, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth comes without types
    """Set a new password by the link of a letter. Typed once: a browser can show it."""

    labels = {"password1": _("New password")}
    hints = {"password1": PASSWORD_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]

    def clean(self) -> dict[str, Any]:
        """Count the try. Raises LimitExceededError."""
        limits.check_new_password_link(address=client_address(self.request))
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class ChangePasswordForm(PlainFields, allauth_forms.ChangePasswordForm):  # type: ignore[misc]  # allauth comes without types
    """Change the password. The old one is asked for, and its tries are counted."""

    labels = {"oldpassword": _("Password now"), "password1": _("New password")}
    hints = {"password1": PASSWORD_HINT}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]

    def clean_oldpassword(self) -> str:
        """Count the try, then compare. Raises LimitExceededError."""
        limits.check_password_change(user_id=self.user.pk)
        password: str = super().clean_oldpassword()
        return password


class ChangeEmailForm(PlainFields, allauth_forms.AddEmailForm):  # type: ignore[misc]  # allauth comes without types
    """Change the address one signs in with; it counts once the new one is confirmed."""

    labels = {"email": _("New email address")}
    hints = {"email": _("We send a link to it. Until you open it, the old address stays.")}

    def clean_email(self) -> str:
        """Count the change. Raises LimitExceededError."""
        limits.check_email_change(user_id=self.user.pk)
        email: str = super().clean_email()
        return email


class ReauthenticateForm(PlainFields, allauth_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth comes without types
    """Type the password again before something that matters; counted like signing in."""

    labels = {"password": _("Password")}


class RequestLoginCodeForm(PlainFields, allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]  # allauth comes without types
    """Ask for a code by mail instead of a password."""

    labels = {"email": _("Email address")}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data and "email" not in data and "login" in data:
            # The second button of the sign-in form sends what was typed there.
            data = {**data.dict(), "email": data["login"]} if hasattr(data, "dict") else data
        super().__init__(data, *args, **kwargs)

    def clean_email(self) -> str:
        """Count the request. Raises LimitExceededError."""
        limits.check_code(email=self.cleaned_data["email"], address=client_address(self.request))
        email: str = super().clean_email()
        return email


class PostalAddressForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """The fields of an address, for the address book and the checkout."""

    class Meta:
        model = Address
        fields = Address.ADDRESS_FIELDS
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "line1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "line2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "region": forms.TextInput(attrs={"autocomplete": "address-level1"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "country": forms.Select(attrs={"autocomplete": "country"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
        help_texts = {"phone": _("Only for the carrier, if a parcel can’t be delivered.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_what_is_missing(self.fields)

    def clean(self) -> dict[str, Any]:
        """Check the postcode against its country."""
        cleaned = super().clean() or self.cleaned_data
        country, postcode = cleaned.get("country"), cleaned.get("postcode", "")
        if country and "postcode" not in self.errors:
            try:
                cleaned["postcode"] = check_postcode(str(country), postcode)
            except ValueError as error:
                self.add_error("postcode", str(error))
        return cleaned


class AddressForm(PostalAddressForm):
    """An address of the address book."""

    class Meta(PostalAddressForm.Meta):
        fields = (*Address.ADDRESS_FIELDS, "is_default")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_default:
            # It stays the first one until another is; there is nothing to untick.
            del self.fields["is_default"]
