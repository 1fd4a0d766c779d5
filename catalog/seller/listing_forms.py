"""Input of the pages on which a shop lists its books."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from books4all.lib import images
from books4all.lib.money import Money
from catalog import languages
from catalog.constants import BulkAction, Condition, Defect, Form, Jacket
from catalog.forms import MoneyField
from catalog.models import Listing
from catalog.services import skus
from catalog.services.bulk import ENDINGS
from catalog.services.copies import MOST_COPIES, TERMS, Terms
from catalog.services.describing import Book
from catalog.services.photos import MOST_PHOTOS

# Chosen most often, in a bookshop's order; the rest of the list of forms is for feeds.
FORMS = (
    Form.HARDBACK, Form.PAPERBACK, Form.LEATHER, Form.PAMPHLET, Form.BOARD, Form.SPIRAL,
    Form.MAP, Form.SHEET_MUSIC, Form.SET, Form.BOOK,
)  # fmt: skip


class Files(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photographs: any number of files, read as bytes, none longer than a picture may be."""

    widget = Files(attrs={"accept": "image/*", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        """Return the files' contents; a file that is too long is cut just past what is refused."""
        given = data if isinstance(data, list | tuple) else [data]
        files = [file for file in given if isinstance(file, UploadedFile)]
        if not files:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return []
        if len(files) > MOST_PHOTOS:
            message = _("Choose at most %(most)d photographs.") % {"most": MOST_PHOTOS}
            raise forms.ValidationError(message, code="too_many")
        return [file.read(images.MOST_BYTES + 1) for file in files]


class FindForm(forms.Form):
    """An ISBN, or words of a title and author."""

    q = forms.CharField(
        label=_("ISBN, or title and author"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
        error_messages={"required": _("Type the ISBN from the back of the book, or its title.")},
    )


class DescribeForm(forms.Form):
    """A book that the catalogue does not have, as its title page has it."""

    title = forms.CharField(
        label=_("Title"),
        max_length=500,
        error_messages={"required": _("Write the title as it stands on the title page.")},
    )
    subtitle = forms.CharField(label=_("Subtitle"), max_length=500, required=False)
    authors = forms.CharField(
        label=_("Author"),
        max_length=400,
        required=False,
        help_text=_("As on the title page: George Eliot. Several with a semicolon between them."),
    )
    publisher = forms.CharField(label=_("Publisher"), max_length=200, required=False)
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    published = forms.CharField(
        label=_("Year"),
        max_length=10,
        required=False,
        help_text=_("Of this printing, like 1871"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    form = forms.ChoiceField(
        label=_("Binding"), choices=[(code, code.label) for code in FORMS], initial=Form.HARDBACK
    )
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices, initial="eng")
    pages = forms.IntegerField(label=_("Pages"), min_value=1, max_value=100_000, required=False)
    statement = forms.CharField(
        label=_("Edition, as stated"),
        max_length=120,
        required=False,
        help_text=_("Second edition, revised"),
    )
    isbn = forms.CharField(
        label=_("ISBN"), max_length=30, required=False, help_text=_("Books before 1970 have none.")
    )
    work = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def book(self, work: Any) -> Book:
        """Return what was typed, as an edition of ``work`` if one was chosen."""
        given = {**self.cleaned_data, "work": work}
        given["authors"] = tuple(name for name in given["authors"].split(";") if name.strip())
        return Book(**given)


class CopyForm(forms.Form):
    """One copy: its condition, what must be said of it, its price."""

    condition = forms.ChoiceField(
        label=_("Condition of the book"),
        choices=Condition.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the grade of the book.")},
    )
    jacket = forms.ChoiceField(label=_("Dust jacket"), choices=Jacket.choices, required=False)
    defects = forms.MultipleChoiceField(
        label=_("What must be said"),
        choices=Defect.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    signed = forms.BooleanField(label=_("Signed by the author"), required=False)
    inscribed = forms.BooleanField(label=_("Inscribed by the author"), required=False)
    first_edition = forms.BooleanField(label=_("First edition, first printing"), required=False)
    rare = forms.BooleanField(label=_("Rare or collectable"), required=False)
    print_on_demand = forms.BooleanField(label=_("Printed on demand"), required=False)
    edition_text = forms.CharField(
        label=_("Edition, as stated"),
        max_length=120,
        required=False,
        help_text=_("Second edition, revised"),
    )
    printing = forms.CharField(
        label=_("Printing"), max_length=60, required=False, help_text=_("3rd impression")
    )
    notes = forms.CharField(
        label=_("In your words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "serif"}),
        help_text=_("What you would say if somebody held it in your shop. Name every fault."),
    )
    photos = PhotosField(
        label=_("Photographs of this copy"),
        required=False,
        help_text=_(
            "JPEG, PNG, WebP or AVIF, at most 10 MB each. Where they were taken is removed."
        ),
    )
    price = MoneyField(label=_("Price"), error_messages={"required": _("Write a price, like 6.50")})
    quantity = forms.IntegerField(
        label=_("How many just like it"),
        min_value=0,
        max_value=MOST_COPIES,
        initial=1,
        error_messages={"required": _("Write how many copies you have.")},
    )
    # What the page showed: a number that nobody has touched must not undo a sale.
    seen = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=MOST_COPIES, required=False
    )
    sku = forms.CharField(
        label=_("SKU"),
        max_length=skus.LONGEST,
        required=False,
        help_text=_("Your own number for it. It is never given to another book."),
    )
    shelf = forms.CharField(
        label=_("Where it stands"),
        max_length=40,
        required=False,
        help_text=_("A shelf or a box: what you look for when it is sold"),
    )
    categories = forms.CharField(
        label=_("Your categories"),
        max_length=600,
        required=False,
        help_text=_("With commas between them"),
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        max_length=500,
        required=False,
        help_text=_("Kept for your own files"),
    )
    weight_g = forms.IntegerField(
        label=_("Weight in grams"), min_value=1, max_value=100_000, required=False
    )
    cost = MoneyField(label=_("What it cost you"), required=False)
    private_notes = forms.CharField(
        label=_("Notes to yourself"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def terms(self) -> dict[str, Any]:
        """Return what was typed as fields of a listing."""
        given = dict(self.cleaned_data)
        price, cost = given["price"], given["cost"]
        given["price_minor"] = price.minor
        given["cost_minor"] = cost.minor if cost else None
        given["defects"] = tuple(given["defects"])
        given["categories"] = tuple(
            name.strip()[:100] for name in given["categories"].split(",") if name.strip()
        )
        return {name: given[name] for name in TERMS}

    def as_terms(self) -> Terms:
        """Return what was typed of a new copy."""
        return Terms(**self.terms())


# Names of a listing's fields in services' errors → the form's.
RENAMED = {"price_minor": "price", "cost_minor": "cost", "on_hand": "quantity"}


def initial_of(listing: Listing) -> dict[str, Any]:
    """Return a listing as the form shows it."""
    shown = {name: getattr(listing, name) for name in TERMS}
    cost = listing.cost_minor
    return {
        **shown,
        "categories": ", ".join(listing.categories),
        "price": listing.price.amount,
        "cost": "" if cost is None else Money(cost, listing.currency).amount,
        "quantity": listing.on_hand,
        "seen": listing.on_hand,
        "sku": listing.sku,
    }


class PhotosForm(forms.Form):
    """More photographs of a copy that is listed."""

    photos = PhotosField(
        label=_("Add photographs"),
        error_messages={"required": _("Choose one photograph or several.")},
    )


class BulkForm(forms.Form):
    """What to do to many copies."""

    action = forms.ChoiceField(label=_("Do"), choices=BulkAction.choices)
    percent = forms.DecimalField(
        label=_("Percent"),
        min_value=-90,
        max_value=500,
        decimal_places=1,
        max_digits=4,
        required=False,
        help_text=_("-10 makes a copy of £10.00 cost £9.00, 5 makes it £10.50"),
        error_messages={
            "min_value": _("Take off at most 90 percent."),
            "max_value": _("Add at most 500 percent."),
            "invalid": _("Write a number, like -10 or 5."),
        },
    )
    ending = forms.ChoiceField(label=_("Prices end"), choices=ENDINGS, required=False)
    shelf = forms.CharField(label=_("Shelf"), max_length=40, required=False)
    category = forms.CharField(label=_("Category"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen action needs."""
        given = super().clean() or self.cleaned_data
        action = given.get("action")
        if (
            action == BulkAction.REPRICE
            and not given.get("percent")
            and "percent" not in self.errors
        ):
            self.add_error("percent", _("Write by how many percent, like -10 or 5."))
        if action == BulkAction.MOVE and not (given.get("shelf") or given.get("category")):
            self.add_error("shelf", _("Write a shelf or a category."))
        return given

    def terms(self) -> dict[str, str]:
        """Return what goes with the action, as it is kept."""
        given = self.cleaned_data
        if given["action"] == BulkAction.REPRICE:
            return {"percent": str(given["percent"]), "ending": given["ending"]}
        if given["action"] == BulkAction.MOVE:
            named = {name: given[name].strip() for name in ("shelf", "category")}
            return {name: value for name, value in named.items() if value}
        return {}
