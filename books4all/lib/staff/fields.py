"""Form fields and widgets of the admin."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.utils.translation import gettext as _

from books4all.lib.forms import MOST_MINOR
from books4all.lib.money import Money


class MoneyField(forms.Field):
    """An amount typed as ``4.50``; its value is whole minor units of the marketplace's currency."""

    def __init__(self, **kwargs: Any) -> None:
        looks = {"inputmode": "decimal", "maxlength": "14", "class": "vTextField money"}
        kwargs.setdefault("widget", forms.TextInput(attrs=looks))
        super().__init__(**kwargs)

    def prepare_value(self, value: object) -> object:
        """Show minor units as ``4.50``; what was typed stays as it was."""
        if isinstance(value, int):
            return str(Money(value, settings.MARKETPLACE_CURRENCY).amount)
        return value

    def to_python(self, value: object) -> int | None:
        """Read minor units."""
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        try:
            amount = Money.parse(text, settings.MARKETPLACE_CURRENCY)
        except ValueError as error:
            raise forms.ValidationError(_("Use a point, like 4.50"), code="invalid") from error
        if amount.minor < 0:
            raise forms.ValidationError(_("Write an amount of nothing or more."), code="negative")
        if amount.minor > MOST_MINOR:
            most = Money(MOST_MINOR, settings.MARKETPLACE_CURRENCY)
            raise forms.ValidationError(_("Write at most %(most)s.") % {"most": most}, code="most")
        return amount.minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not spellings."""
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


class KnownSelect(AutocompleteSelect):
    """An autocomplete that need not query for the row it shows when the form has loaded it."""

    known: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> list[Any]:
        """Return the chosen option and, where nothing may be chosen, the empty one."""
        if self.known is None or [str(v) for v in value] != [str(self.known.pk)]:
            return list(super().optgroups(name, value, attr))
        label = self.choices.field.label_from_instance(self.known)
        chosen = self.create_option(name, self.known.pk, label, selected=True, index=0)
        empty = (
            [] if self.is_required else [self.create_option(name, "", "", selected=False, index=0)]
        )
        return [(None, [*empty, chosen], 0)]


class KnownForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Hands related rows that came with the instance to the widgets that name them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        loaded = self.instance._state.fields_cache  # noqa: SLF001 what select_related has loaded
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownSelect):
                widget.known = loaded.get(name)
