"""Input of the pages on which a shop uploads its stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.constants import InventoryMode
from catalog.importers.stock.columns import FIELDS, REPEATED
from catalog.importers.stock.row import Column
from catalog.services.inventory import exporting
from catalog.services.inventory.lifecycle import MOST_BYTES

_MODES = (
    (InventoryMode.UPDATE, _("Add and update: what is not in the file stays as it is")),
    (InventoryMode.REPLACE, _("Replace everything: what is not in the file is withdrawn")),
    (InventoryMode.DELETE, _("Delete these: take the copies in the file off sale")),
)
_ENCODINGS = (
    ("", _("Find out")),
    ("utf-8", "UTF-8"),
    ("cp1252", _("Windows, Western European")),
    ("latin-1", "Latin-1"),
    ("cp1250", _("Windows, Central European")),
    ("cp1251", _("Windows, Cyrillic")),
    ("mac_roman", _("Macintosh")),
    ("cp850", _("DOS")),
    ("utf-16", "UTF-16"),
)
_DELIMITERS = (
    ("", _("Find out")), (",", _("Comma")), (";", _("Semicolon")), ("\\t", _("Tab")), ("|", _("Pipe")),
)  # fmt: skip
_DECIMALS = (("", _("Find out")), (".", _("Point, 4.50")), (",", _("Comma, 4,50")))


class ModeForm(forms.Form):
    """What a file is to the stock that is there."""

    mode = forms.ChoiceField(
        label=_("What to do with your stock here"),
        choices=_MODES,
        widget=forms.RadioSelect,
        initial=InventoryMode.UPDATE,
    )


class UploadForm(ModeForm):
    """A stock file."""

    file = forms.FileField(
        label=_("Your stock file"),
        help_text=_(
            "As your own program makes it: UIEE, HomeBase, AbeBooks, Amazon, BookRouter, ChrisLands, "
            "Biblio, or any table as CSV, text or XLSX. A zip with one file is fine."
        ),
    )
    field_order = ("file", "mode")

    def clean_file(self) -> Any:
        """Refuse what nobody could wait for."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 200 MB. Send it in parts, or zipped.")
            )
        return file


class ColumnsForm(forms.Form):
    """What the columns of a table mean, and how it is written."""

    encoding = forms.ChoiceField(label=_("Letters"), choices=_ENCODINGS, required=False)
    delimiter = forms.ChoiceField(
        label=_("Columns are parted by"), choices=_DELIMITERS, required=False
    )
    decimal = forms.ChoiceField(label=_("Pence come after a"), choices=_DECIMALS, required=False)
    currency = forms.RegexField(
        label=_("Currency of prices that name none"),
        regex=r"^[A-Za-z]{3}$",
        initial=lambda: settings.MARKETPLACE_CURRENCY,
        max_length=3,
        error_messages={"invalid": _("Write its three letters, like GBP.")},
    )

    def __init__(
        self, *args: Any, columns: Sequence[Column] = (), said: Mapping[str, Any], **kwargs: Any
    ) -> None:
        """Ask for each of ``columns``; ``said`` is what was chosen before."""
        initial = {
            name: said[name] for name in ("encoding", "decimal", "currency") if said.get(name)
        }
        if said.get("delimiter"):
            initial["delimiter"] = said["delimiter"].replace("\t", "\\t")
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.columns = columns
        choices = [("", _("Leave it out")), *FIELDS.items()]
        for column in columns:
            self.fields[f"column-{column.position}"] = forms.ChoiceField(
                label=column.header or _("Column %(n)d") % {"n": column.position},
                choices=choices,
                required=False,
                initial=column.field,
                widget=forms.Select(attrs={"class": "in--s"}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a field that two columns are taken for, where one of them would be lost."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        seen: dict[str, str] = {}
        for column in self.columns:
            name = f"column-{column.position}"
            field = given.get(name)
            if not field or field in REPEATED:
                continue
            if field in seen:
                self.add_error(
                    name,
                    _("“%(other)s” is taken for this already.") % {"other": seen[field]},
                )
            seen[field] = column.header or str(column.position)
        return given

    @property
    def mapping(self) -> dict[str, str]:
        """The fields by the columns' positions, as the readers take them."""
        return {str(c.position): self.cleaned_data[f"column-{c.position}"] for c in self.columns}

    @property
    def choices(self) -> dict[str, str]:
        """What else was said of the file."""
        given = self.cleaned_data
        found = {name: given[name] for name in ("encoding", "decimal") if given[name]}
        if given["delimiter"]:
            found["delimiter"] = given["delimiter"].replace("\\t", "\t")
        return {**found, "currency": given["currency"].upper()}

    def rows(self) -> list[tuple[Column, Any]]:
        """Return the columns, each with its field of the form."""
        return [(column, self[f"column-{column.position}"]) for column in self.columns]

    def plain(self) -> list[Any]:
        """Return the fields that are no columns."""
        return [self[name] for name in ("encoding", "delimiter", "decimal", "currency")]


class ExportForm(forms.Form):
    """In which format a shop takes its stock with it."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            ("table", _("Table (CSV), with everything")),
            (exporting.XLSX, _("Table (XLSX), with everything")),
            ("uiee", "UIEE"),
            ("homebase", "HomeBase 2"),
            ("homebase3", "HomeBase 3"),
            ("abebooks", _("AbeBooks, by tabs")),
            ("amazon", "Amazon"),
            ("bookrouter", "BookRouter"),
            ("chrislands", "ChrisLands"),
            ("biblio", "Biblio"),
        ],
        help_text=_(
            "The tables and the formats of your own programs hold your private notes and what a "
            "copy cost you: keep them to yourself."
        ),
    )
