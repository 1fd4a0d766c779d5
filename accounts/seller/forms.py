"""Input of the pages about a shop and its team. Nothing is required that can be given later."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.constants import SellerKind, SellerRole, SellerStatus
from accounts.models import Seller, SellerMember
from accounts.services.applications import DRAFTS

# What a private person is asked for (EU DSA, article 30 is about traders).
PRIVATE_FACTS = ("name", "kind", "legal_name", "place", "country", "email")


class OpenShopForm(forms.Form):
    """The first step: enough to call the shop something."""

    kind = forms.ChoiceField(
        label=_("Who sells?"),
        widget=forms.RadioSelect,
        choices=(
            (SellerKind.TRADER, _("A business, large or small")),
            (SellerKind.PRIVATE, _("A private person with books to spare")),
        ),
        help_text=_(
            "Whoever buys books in order to sell them is a trader. Every offer says which you are."
        ),
        error_messages={"required": _("Say whether a business or a private person sells")},
    )
    name = forms.CharField(
        label=_("Name of the shop"),
        max_length=120,
        help_text=_("As buyers will read it over the door."),
        error_messages={"required": _("Enter the name of the shop")},
    )
    slug = forms.CharField(
        label=_("Its word in addresses"),
        max_length=80,
        required=False,
        help_text=_("Letters, digits and dashes. Leave it empty and we make one from the name."),
    )
    place = forms.CharField(
        label=_("Town or city"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": _("Enter the town or city")},
    )
    country = CountryField().formfield(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"})
    )


class FactsForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Who stands behind the shop. Only what has been begun is checked."""

    class Meta:
        model = Seller
        fields = (
            "kind",
            "name",
            "legal_name",
            "street",
            "postcode",
            "place",
            "country",
            "email",
            "phone",
            "register_name",
            "register_number",
            "vat_number",
        )
        widgets = {
            "kind": forms.RadioSelect,
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "place": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "country": forms.Select(attrs={"autocomplete": "country"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
        labels = {
            "name": _("Name of the shop"),
            "kind": _("Who sells?"),
            "place": _("Town or city"),
            "email": _("E-mail address for buyers"),
            "street": _("Street and number"),
        }
        help_texts = {
            "legal_name": _("As it stands in the register, or on an identity card."),
            "register_name": _("Such as Companies House. Empty if you are in none."),
            "vat_number": _("Empty if you are not registered for VAT."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seller: Seller = self.instance
        if seller.status not in DRAFTS:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a choice field
                (SellerKind.TRADER, _("A business, large or small")),
                (SellerKind.PRIVATE, _("A private person with books to spare")),
            ]
        if seller.is_private:
            for name in set(self.fields) - set(PRIVATE_FACTS):
                del self.fields[name]
            self.fields["legal_name"].label = _("Your own name")
            self.fields["legal_name"].help_text = _("For us alone. Buyers see the shop’s name.")

    def _post_clean(self) -> None:
        """Leave the row alone: the service writes it, under its lock."""


class AccountForm(forms.Form):
    """Where the money goes."""

    account_holder = forms.CharField(
        label=_("Account holder"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    account_number = forms.CharField(
        label=_("IBAN or account number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class TaxFactsForm(forms.Form):
    """What the tax office wants to know of those who sell more than a little."""

    tax_number = forms.CharField(
        label=_("Tax number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("That of your tax office, such as a UTR or a Steuer-ID."),
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 1970-12-31.")},
    )
    home_street = forms.CharField(
        label=_("Street and number where you live"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    home_postcode = forms.CharField(
        label=_("Postcode"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )

    def __init__(self, *args: Any, private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not private:
            # A trader's address is shown to buyers: it has been given.
            del self.fields["home_street"], self.fields["home_postcode"]
            self.fields["birth_date"].help_text = _("If you trade as yourself, not as a company.")


class IdentityForm(forms.Form):
    """A document to show who one is."""

    document = forms.FileField(
        label=_("The file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".pdf,image/jpeg,image/png,image/webp"}),
        help_text=_("A PDF or a picture (JPEG, PNG, WebP), 8 MB at most."),
        error_messages={
            "required": _("Choose a file"),
            "empty": _("The file is empty. Choose another one."),
        },
    )


class DeclarationForm(forms.Form):
    """The applicant's word."""

    lawful = forms.BooleanField(
        label=_("I will offer only products that comply with the law of the European Union and of the"
                " country I sell from."),
        required=False,
    )  # fmt: skip
    terms = forms.BooleanField(
        label=_("I have read the terms for sellers and agree to them."), required=False
    )


class CloseForm(forms.Form):
    """Why a shop closes, for whoever wants to say."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        required=False,
        help_text=_("Kept in the shop’s log, where we read it too."),
    )


class RolesForm(forms.Form):
    """What somebody of the team may do."""

    roles = forms.MultipleChoiceField(
        label=_("May do"),
        choices=(
            (SellerRole.OWNER, _("Owner: everything, and the team")),
            (SellerRole.INVENTORY, _("Inventory: list, price and import copies")),
            (SellerRole.ORDERS, _("Orders: post parcels and answer buyers")),
            (SellerRole.ACCOUNTING, _("Accounting: sales, fees and payouts")),
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role")},
    )

    @classmethod
    def of(cls, member: SellerMember, data: Any = None) -> "RolesForm":
        """Return the form with the roles that ``member`` has."""
        return cls(data, initial={"roles": member.roles})


class InviteForm(RolesForm):
    """Ask somebody into the team."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("They need no account yet: they open one with this address, and are in."),
        error_messages={"required": _("Enter their e-mail address")},
    )
    field_order = ("email", "roles")


# States in which the application can be sent, and the words on the button.
SENDABLE = {
    SellerStatus.PENDING: _("Send the application"),
    SellerStatus.CHANGES_REQUESTED: _("Send it again"),
    SellerStatus.REJECTED: _("Send it again"),
    SellerStatus.CLOSED: _("Ask to open again"),
}
