"""What a shop's team types about its webhooks."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.constants import HookState
from orders.selectors.webhook_types import TEST, types


def type_choices() -> list[tuple[str, str]]:
    """Return the names with what they mean, as they are ticked."""
    return [(name, f"{label} ({name})") for name, label in types(marketplace=False).items()]


class WebhookForm(forms.Form):
    """Where a program listens, and for what. Addresses are judged by the service."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Where your program listens, like https://shop.example/books4all"),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Give the address.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For your team, like “stock program”"),
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick nothing, and it is told everything."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["types"].choices = type_choices()  # type: ignore[attr-defined]  # has choices


class LogForm(forms.Form):
    """What the log is narrowed to. Whatever makes no sense is left out, not refused."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("What"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_one = ("", _("Any"))
        named = [(name, name) for name in (*types(marketplace=False), TEST)]
        self.fields["state"].choices = [any_one, *HookState.choices]  # type: ignore[attr-defined]
        self.fields["type"].choices = [any_one, *named]  # type: ignore[attr-defined]

    def narrowed(self) -> dict[str, str]:
        """Return what was understood, as the selector takes it."""
        self.is_valid()
        given = self.cleaned_data
        return {"state": given.get("state", ""), "kind": given.get("type", "")}


class ReplayForm(forms.Form):
    """From which day on what failed is to be sent again."""

    since = forms.DateField(
        label=gettext_lazy("Since (UTC)"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Say since which day."),
            "invalid": gettext_lazy("Write the day like 2026-01-31."),
        },
    )

    def moment(self) -> datetime:
        """Return the beginning of the day."""
        return datetime.combine(self.cleaned_data["since"], time(), UTC)
