"""What a shop's team types about returns and claims."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from books4all.lib.forms import MoneyField
from books4all.lib.money import Money
from orders.forms import RefusableForm
from orders.models import Case, CaseLine
from orders.selectors.case_money import account_of, terms_of
from orders.services.case_answers import Arrived

LABEL_BYTES = 5_000_001


class OfCase(RefusableForm):
    """A form about one case."""

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case


class WhyForm(OfCase):
    """Why, in words that the reader gets."""

    words = forms.CharField(
        label=_("In your words"),
        max_length=250,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("The reader and our staff read this, word for word."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class SayForm(WhyForm):
    """Words, if there are any to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = False


class ApproveForm(SayForm):
    """The label for the way back."""

    field_order = ("label", "words")
    label = forms.FileField(
        label=_("Label for the way back (PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        help_text=_(
            "You pay the way back: buy a label from your carrier and add it here. If that costs more than"
            " the book is worth to you, give the money back and let the reader keep it."
        ),
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        label = self.fields["label"]
        label.required = terms_of(case, agreed=True).shop_pays_return
        label.error_messages["required"] = _(
            "Add the label (PDF) for the way back, or give the money back without the book."
        )

    def clean_label(self) -> bytes:
        """Return the file's contents, cut just past what is refused."""
        file = self.cleaned_data.get("label")
        return file.read(LABEL_BYTES) if file else b""


class OfferForm(SayForm):
    """Part of the money."""

    field_order = ("amount", "words")
    amount = MoneyField(
        label=_("Amount"), error_messages={"required": _("Say how much you offer.")}
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        lines = case.lines.values_list("order_line", flat=True)
        left = Money(account_of(case.seller_order).most_of(lines), case.currency)
        words = _("Like 3.50. At most %(left)s: what is left of the price.") % {"left": left}
        if case.asked:
            words = _("The reader asks for %(asked)s.") % {"asked": case.asked} + f" {words}"
        self.fields["amount"].help_text = words

    def clean_amount(self) -> Money:
        """Return it with its currency."""
        return Money(self.cleaned_data["amount"], settings.MARKETPLACE_CURRENCY)


class ReplaceForm(OfCase):
    """Another copy on its way."""

    carrier = forms.CharField(
        label=_("Carrier"), max_length=80, error_messages={"required": _("Name the carrier.")}
    )
    tracking = forms.CharField(label=_("Tracking number"), max_length=60, required=False)
    from_stock = forms.BooleanField(
        label=_("Take it from the stock of this listing"),
        required=False,
        help_text=_("Leave it out if the copy was never listed."),
    )


class ReceiveForm(SayForm):
    """What came back."""

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, **kwargs)
        self.lines: list[CaseLine] = list(case.lines.all())
        for line in self.lines:
            title = line.order_line.title
            self.fields[f"came-{line.order_line_id}"] = self._number(
                _("Came back of “%(title)s”") % {"title": title}, line.quantity, line.quantity
            )
            self.fields[f"sell-{line.order_line_id}"] = self._number(
                _("Of these, put back on sale"),
                line.quantity,
                line.quantity if case.is_return else 0,
            )
        self.order_fields([name for name in self.fields if name != "words"])

    def _number(self, label: Any, most: int, initial: int) -> forms.IntegerField:
        return forms.IntegerField(
            label=label,
            min_value=0,
            max_value=most,
            initial=initial,
            widget=forms.NumberInput(attrs={"class": "w-xs"}),
        )

    def arrived(self) -> dict[UUID, Arrived]:
        """Return what came back by order line."""
        given = self.cleaned_data
        return {
            line.order_line_id: Arrived(
                given[f"came-{line.order_line_id}"], given[f"sell-{line.order_line_id}"]
            )
            for line in self.lines
        }


class GoodwillForm(RefusableForm):
    """Some of the money back, of the shop's own accord."""

    amount = MoneyField(
        label=_("Amount"),
        help_text=_("Like 3.50."),
        error_messages={"required": _("Say how much you give back.")},
    )
    words = forms.CharField(
        label=_("Why"),
        max_length=150,
        help_text=_("The buyer reads this, word for word."),
        error_messages={"required": _("Say why, in a few words.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
