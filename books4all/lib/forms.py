"""Form fields for what the marketplace deals in."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money

# What fits the database's columns of pence with room for sums: ten million pounds.
MOST_MINOR = 1_000_000_000


class MoneyField(forms.CharField):
    """An amount of the marketplace's currency as a person types it ("4.50"); minor units as a value.

    Left empty it is ``None``, or nothing (0) where ``empty_minor`` says so.
    """

    default_error_messages = {
        "amount": _("Use a point, like 4.50"),
        "negative": _("An amount can’t be less than nothing."),
        "most": _("That is more than can be kept here."),
    }

    def __init__(self, *, empty_minor: int | None = None, **kwargs: Any) -> None:
        self.empty_minor = empty_minor
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "size": 8}))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Write minor units as an amount, those of an empty field as nothing; what was typed stays."""
        if value is not None and value == self.empty_minor:
            return ""
        if isinstance(value, int):
            return f"{Money(value, settings.MARKETPLACE_CURRENCY).amount}"
        return value

    def clean(self, value: Any) -> Any:
        """Return the minor units.

        Raises:
            ValidationError: not an amount.
        """
        text = super().clean(value)
        if not text:
            return self.empty_minor
        try:
            minor = Money.parse(text, settings.MARKETPLACE_CURRENCY).minor
        except ValueError:
            raise ValidationError(self.error_messages["amount"], code="amount") from None
        if minor < 0:
            raise ValidationError(self.error_messages["negative"], code="negative")
        if minor > MOST_MINOR:
            raise ValidationError(self.error_messages["most"], code="most")
        return minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts as they are written."""
        return super().has_changed(self.prepare_value(initial), data)
