"""Staff's buttons for applications and shops: each calls a service, logs it, and writes to the owners."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.constants import SELLER_TRANSITIONS, SellerStatus
from accounts.models import Seller, User
from accounts.services import sellers
from books4all.lib.staff.actions import Action

# Items of the checklist that staff can say something about (accounts.selectors.checklist and above).
REMARKED = {
    "facts": _("About the business or person"),
    "account": _("About the payment account"),
    "identity": _("About the document"),
    "lawful": _("About the word to sell lawfully"),
    "terms": _("About the terms"),
    "delivery": _("About the delivery rates"),
    "stock": _("About the copies"),
}


class ReasonForm(forms.Form):
    """Why: told to the owners, and kept in the history of the row."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The owners read it in their letter; it is kept in the history."),
    )


class ChangesForm(forms.Form):
    """What to mend: in general, and by item of the checklist."""

    reason = forms.CharField(
        label=_("Words to the applicant"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in REMARKED.items():
            self.fields[f"remark_{code}"] = forms.CharField(
                label=label,
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for at least one word: nobody can mend what they are not told."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.values()):
            raise forms.ValidationError(_("Say what to mend, in general or beside an item."))
        return cleaned


def _may_become(status: SellerStatus) -> Any:
    return lambda seller: status in SELLER_TRANSITIONS[seller.status]


def _request_changes(seller: Seller, actor: User, *, reason: str, **remarks: str) -> Seller:
    by_item = {name.removeprefix("remark_"): text for name, text in remarks.items()}
    return sellers.request_changes(seller=seller, actor=actor, reason=reason, remarks=by_item)


SELLER_ACTIONS = (
    Action(
        name="submit",
        label=_("Send to review"),
        done=_("waiting for review."),
        run=lambda seller, *, actor: sellers.submit(seller=seller, actor=actor),
        offered=_may_become(SellerStatus.READY_FOR_REVIEW),
    ),
    Action(
        name="approve",
        label=_("Approve"),
        done=_("approved."),
        run=lambda seller, *, actor: sellers.approve(seller=seller, actor=actor),
        offered=_may_become(SellerStatus.APPROVED),
        several=True,
    ),
    Action(
        name="request-changes",
        label=_("Ask for changes"),
        done=_("asked for changes."),
        run=lambda seller, *, actor, **words: _request_changes(seller, actor, **words),
        offered=_may_become(SellerStatus.CHANGES_REQUESTED),
        explain=_(
            "The application goes back with your words; the applicant mends it and sends it again."
        ),
        form=ChangesForm,
    ),
    Action(
        name="reject",
        label=_("Turn down"),
        done=_("turned down."),
        run=lambda seller, *, actor, reason: sellers.reject(
            seller=seller, actor=actor, reason=reason
        ),
        offered=_may_become(SellerStatus.REJECTED),
        explain=_("The application goes back; it can be mended and sent again."),
        form=ReasonForm,
        several=True,
        danger=True,
    ),
    Action(
        name="suspend",
        label=_("Suspend"),
        done=_("suspended."),
        run=lambda seller, *, actor, reason: sellers.suspend(
            seller=seller, actor=actor, reason=reason
        ),
        offered=_may_become(SellerStatus.SUSPENDED),
        explain=_(
            "All copies leave the search and can’t be bought. Orders that are paid stay to be posted."
            " Approving brings the shop back."
        ),
        form=ReasonForm,
        several=True,
        danger=True,
    ),
    Action(
        name="close",
        label=_("Close"),
        done=_("closed."),
        run=lambda seller, *, actor, reason: sellers.close(
            seller=seller, actor=actor, reason=reason
        ),
        offered=_may_become(SellerStatus.CLOSED),
        explain=_(
            "Nothing of it can be ordered any more; orders that are paid stay to be posted. It opens again"
            " only if its owner asks and you approve it."
        ),
        form=ReasonForm,
        danger=True,
    ),
)
