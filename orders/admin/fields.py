"""What the administration of terms takes and shows: percentages as people write them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _

_FINEST = 100  # hundredths of a percent in one percent


class PercentField(forms.Field):
    """A percentage typed as ``7.5``; its value is hundredths of a percent."""

    def __init__(self, **kwargs: Any) -> None:
        looks = {"inputmode": "decimal", "maxlength": "8", "class": "vTextField money"}
        kwargs.setdefault("widget", forms.TextInput(attrs=looks))
        super().__init__(**kwargs)

    def prepare_value(self, value: object) -> object:
        """Show hundredths of a percent as ``7.5``; what was typed stays as it was."""
        if isinstance(value, int):
            return f"{(Decimal(value) / _FINEST).normalize():f}"
        return value

    def to_python(self, value: object) -> int | None:
        """Read a percentage from 0 to 100 with at most two places."""
        text = str(value if value is not None else "").strip().rstrip("%").strip()
        if not text:
            return None
        try:
            scaled = Decimal(text) * _FINEST
        except InvalidOperation:
            scaled = Decimal("NaN")
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise forms.ValidationError(_("Use a point, like 7.5"), code="invalid")
        if not 0 <= scaled <= 100 * _FINEST:
            raise forms.ValidationError(_("Write a percentage from 0 to 100."), code="range")
        return int(scaled)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare percentages, not spellings."""
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


class PercentMixin:
    """Lets a model admin take fields that end in ``_bp`` as percentages."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Write hundredths of a percent as 7.5."""
        if db_field.name.endswith("_bp"):
            label = str(db_field.verbose_name).partition(" ×")[0].capitalize()
            return PercentField(
                label=label, required=not db_field.blank, help_text=_("Such as 10 or 7.5")
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a model admin's
