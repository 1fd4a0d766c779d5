"""What a shop's team types about an order that is not to go as it was sold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from books4all.lib.forms import MoneyField
from orders.forms import RefusableForm


class PostageForm(RefusableForm):
    """How much more the post costs, and why."""

    amount = MoneyField(
        label=_("Extra postage"),
        help_text=_("What it costs more than was paid, like 3.50."),
        error_messages={"required": _("Say how much more it costs.")},
    )
    reason = forms.CharField(
        label=_("Why it costs more"),
        help_text=_("The buyer reads this, word for word."),
        max_length=200,
        error_messages={"required": _("Say why it costs more.")},
    )


class CancellationForm(RefusableForm):
    """A shop's answer to a buyer who does not want it any more."""

    AGREE, DECLINE = "agree", "decline"

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=((AGREE, _("Cancel the order and pay back")), (DECLINE, _("The order stays"))),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    restock = forms.BooleanField(
        label=_("If it is cancelled, put the copies back on sale"), required=False, initial=True
    )
    words = forms.CharField(
        label=_("If it stays, why"),
        help_text=_("The buyer reads this, word for word."),
        max_length=200,
        required=False,
    )
