"""Guided steps that move money: filled in, previewed as postings, then taken or written down for a colleague."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books4all.lib.errors import DomainError
from books4all.lib.ids import uuid7
from books4all.lib.staff.actions import Waits
from books4all.lib.staff.display import change_url
from books4all.lib.staff.fields import MoneyField
from books4all.lib.staff.pages import staff_of
from orders.constants import SELLER_ORDER_TRANSITIONS, SellerOrderStatus
from orders.errors import ChangedMeanwhileError
from orders.models import OrderLine, SellerOrder
from orders.services import approvals
from orders.services.staff_steps import CANCEL, GOODWILL, REFUND, Step, amount_field

# Lines of one part that a form offers: a basket holds a bounded number.
MOST_LINES = 100


class StepForm(forms.Form):
    """What a step is told. A form knows its row, and gives the payload."""

    def __init__(self, row: Any, *args: Any, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    @property
    def payload(self) -> Mapping[str, Any]:
        """What was filled in, as the step reads it."""
        return dict(self.cleaned_data)


class ReasonForm(StepForm):
    """Why: the buyer reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The buyer is told, word for word."),
    )


class GoodwillForm(ReasonForm):
    """How much, and why."""

    amount = MoneyField(label=gettext_lazy("The buyer gets"))


class RefundForm(ReasonForm):
    """Copies or amounts by book, and an amount for the delivery."""

    field_order = ("reason",)

    def __init__(self, row: SellerOrder, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        self.lines = list(row.lines.order_by("pk")[:MOST_LINES])
        for line in self.lines:
            self.fields[f"copies_{line.pk.hex}"] = forms.IntegerField(
                label=_("Copies of “%(title)s”") % {"title": line.title[:80]},
                min_value=0,
                max_value=line.quantity,
                required=False,
                help_text=_state(line),
            )
            self.fields[amount_field(line.pk)] = MoneyField(
                label=_("Amount for it"),
                required=False,
                help_text=_(
                    "Of posted copies; empty for what was paid for the copies above. Those not posted are always paid back in full."
                ),
            )
        delivery = row.delivery_parts.paid
        if delivery and row.shipped_at is not None:
            self.fields["delivery"] = MoneyField(label=_("Of the delivery"), required=False)
        if any(line.left for line in self.lines):
            self.fields["restock"] = forms.BooleanField(
                label=_("Put copies that were not posted back on sale"), required=False
            )

    @property
    def payload(self) -> Mapping[str, Any]:
        """Lines by key, the delivery, and the words."""
        given = self.cleaned_data
        lines = {
            str(line.pk): {
                "copies": given.get(f"copies_{line.pk.hex}") or 0,
                "amount": given.get(amount_field(line.pk)),
            }
            for line in self.lines
        }
        return {
            "lines": lines,
            "delivery": given.get("delivery") or 0,
            "restock": given.get("restock", False),
            "reason": given["reason"],
        }


def _state(line: OrderLine) -> str:
    words = _("Bought %(all)d, posted %(posted)d, refused %(refused)d; paid %(paid)s.")
    return words % {
        "all": line.quantity,
        "posted": line.posted,
        "refused": line.refused,
        "paid": line.paid,
    }


class CancelForm(ReasonForm):
    """Why, and what becomes of the copies."""

    restock = forms.BooleanField(
        label=gettext_lazy("Put the copies back on sale"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Leave it out for a copy that can’t be found."),
    )


class Guided:
    """A step as the admin offers it: its form, and to which rows."""

    def __init__(
        self,
        step: Step,
        form: type[StepForm],
        offered: Callable[[Any], bool],
        *,
        danger: bool = False,
    ) -> None:
        self.step, self.form, self.offered, self.danger = step, form, offered, danger


class StepsMixin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Adds ``guided_steps`` to a model admin: each a page with a preview, under "step/<kind>/"."""

    guided_steps: ClassVar[tuple[Guided, ...]] = ()

    def may_step(self, request: HttpRequest, step: Step) -> bool:
        """Whether the user may ask for the step."""
        name = f"{self.opts.app_label}.{step.permission}_{self.opts.model_name}"
        return request.user.has_perm(name)

    def get_urls(self) -> list[URLPattern]:
        """Add an address for the steps of a row."""
        route = path(
            "<path:object_id>/step/<slug:kind>/",
            self.admin_site.admin_view(self.take_step),
            name=f"{self.opts.app_label}_{self.opts.model_name}_step",
        )
        return [route, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Give the page the steps that its row and its reader may have."""
        row = context.get("original")
        context["guided_steps"] = [
            one
            for one in self.guided_steps
            if row is not None and one.offered(row) and self.may_step(request, one.step)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def take_step(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponse:
        """Ask what is to be done, show what it would write, and do it or have it approved."""
        row = self.get_object(request, unquote(object_id))
        guided = next((one for one in self.guided_steps if one.step.kind == kind), None)
        if guided is None or row is None:
            raise Http404
        if not self.may_step(request, guided.step):
            raise PermissionDenied
        sent = request.POST if request.method == "POST" else None
        form = guided.form(row, sent)
        key = _key(request.POST.get("key", ""))
        preview = None
        if sent is not None and form.is_valid():
            try:
                agreed = request.POST.get("agreed", "")
                if agreed and (answer := self._agreed(request, guided, row, form, (key, agreed))):
                    return answer
                preview = approvals.preview(
                    step=guided.step,
                    subject=row,
                    payload=form.payload,
                    actor=staff_of(request),
                    key=key,
                )
            except DomainError as error:
                _tell(form, error)
        context = {
            **self.admin_site.each_context(request),
            "title": guided.step.label,
            "opts": self.opts,
            "row": row,
            "back": change_url(row),
            "guided": guided,
            "form": form,
            "preview": preview,
            "key": key,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/orders/step.html", context)

    def _agreed(
        self,
        request: HttpRequest,
        guided: Guided,
        row: Any,
        form: StepForm,
        agreed: tuple[UUID, str],
    ) -> HttpResponse | None:
        """Take the step that was agreed to; None, with a word, where it would do something else now."""
        key, seen = agreed
        try:
            asked = approvals.ask(
                step=guided.step,
                subject=row,
                payload=form.payload,
                actor=staff_of(request),
                key=key,
                seen=seen,
            )
        except ChangedMeanwhileError as error:
            self.message_user(request, error.message, messages.WARNING)
            return None
        self.log_change(request, row, f"{guided.step.label}: {asked.amount}; {asked.reason}")
        if asked.done_at:
            self.message_user(request, _("Done: %(amount)s.") % {"amount": asked.amount})
            return HttpResponseRedirect(change_url(row))
        self.message_user(request, approvals.taken(asked), messages.WARNING)
        return HttpResponseRedirect(change_url(asked))


def by_button(step: Step, **told: Any) -> Callable[..., object]:
    """Return what a button runs that takes ``step`` with what its form says, and what is ``told`` here.

    It says so where a colleague has to approve it first.
    """

    def run(row: Any, *, actor: Any, **given: Any) -> object:
        asked = approvals.ask(
            step=step, subject=row, payload={**told, **given}, actor=actor, key=uuid7()
        )
        return asked if asked.done_at else Waits(approvals.taken(asked))

    return run


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid7()


def _tell(form: forms.Form, error: DomainError) -> None:
    """Say an error beside the field that it names, else above the form."""
    known = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in known.items():
        form.add_error(name, [str(text) for text in texts])
    if not known:
        form.add_error(None, error.message)


def _may_be_cancelled(row: SellerOrder) -> bool:
    return SellerOrderStatus.CANCELLED in SELLER_ORDER_TRANSITIONS[row.status]


def _was_paid(row: SellerOrder) -> bool:
    return row.status not in (
        SellerOrderStatus.PENDING,
        SellerOrderStatus.EXPIRED,
        SellerOrderStatus.CANCELLED,
    )


SELLER_ORDER_STEPS = (
    Guided(REFUND, RefundForm, _was_paid),
    Guided(GOODWILL, GoodwillForm, lambda row: row.shipped_at is not None),
    Guided(CANCEL, CancelForm, _may_be_cancelled, danger=True),
)
