"""Steps that wait for a second person: seen with the same preview, approved, refused, taken back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from books4all.lib.errors import DomainError
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.admin.sources import source_link
from orders.constants import StaffRequestStatus as Status
from orders.models import StaffRequest
from orders.services import approvals


class WordsForm(forms.Form):
    """Words to the colleague who asked."""

    words = forms.CharField(label=_("Words to your colleague"), max_length=200, required=False)


class NoForm(forms.Form):
    """Why not."""

    words = forms.CharField(label=_("Reason"), max_length=200)


def _waits(request: StaffRequest) -> bool:
    return request.status == Status.WAITING


def _is_colleague(request: StaffRequest, user: Any) -> bool:
    return request.asked_by_id != int(user.pk)


REQUEST_ACTIONS = (
    Action(
        name="approve",
        label=_("Approve"),
        done=_("approved and done."),
        run=lambda request, *, actor, words: approvals.approve(
            request_id=request.pk, actor=actor, words=words
        ),
        offered=_waits,
        to=_is_colleague,
        permission="decide",
        explain=_("It is done at once, in the name of the colleague who asked."),
        form=WordsForm,
    ),
    Action(
        name="refuse",
        label=_("Refuse"),
        done=_("refused."),
        run=lambda request, *, actor, words: approvals.refuse(
            request_id=request.pk, actor=actor, words=words
        ),
        offered=_waits,
        to=_is_colleague,
        permission="decide",
        explain=_("Nothing is done, and the colleague reads why."),
        form=NoForm,
        danger=True,
    ),
    Action(
        name="carry-out",
        label=_("Carry out"),
        done=_("done."),
        run=lambda request, *, actor: approvals.carry_out(request_id=request.pk),
        offered=lambda request: request.status == Status.APPROVED,
        permission="decide",
        explain=_("It was approved, and could not be done then."),
    ),
    Action(
        name="withdraw",
        label=_("Take back"),
        done=_("taken back."),
        run=lambda request, *, actor: approvals.withdraw(request_id=request.pk, actor=actor),
        offered=lambda request: request.status in Status.undone(),
        to=lambda request, user: not _is_colleague(request, user),
        permission="view",
    ),
)


@admin.register(StaffRequest)
class StaffRequestAdmin(ReadOnlyAdmin):
    """Requests of staff."""

    related = ("order", "seller_order__order", "seller_order__seller", "asked_by", "decided_by")
    list_display = (
        "created_at",
        "step",
        money("amount_minor", _("amount")),
        link("order", _("order")),
        "status",
        link("asked_by", _("asked by")),
        link("decided_by", _("decided by")),
    )
    list_filter = ("status",)
    search_fields = ("=order__number", "=id", "asked_by__email__startswith")
    search_help_text = _("An order’s number, or the beginning of a colleague’s e-mail address")
    ordering = ("-pk",)
    object_actions = REQUEST_ACTIONS
    fields = (
        "step",
        "status",
        money("amount_minor", _("amount")),
        "reason",
        link("order", _("order")),
        link("seller_order", _("seller order")),
        link("asked_by", _("asked by")),
        "created_at",
        link("decided_by", _("decided by")),
        "decided_at",
        "decision",
        "done_at",
        "made_what",
        "would_write",
    )

    @admin.display(description=_("step"))
    def step(self, request: StaffRequest) -> str:
        """Return the step's words."""
        step = approvals.step_named(request.kind)
        return str(step.label) if step else request.kind

    @admin.display(description=_("made"))
    def made_what(self, request: StaffRequest) -> str:
        """Link to what it made."""
        return source_link(request.made or "")

    @admin.display(description=_("what it would write"))
    def would_write(self, request: StaffRequest) -> Any:
        """Return the postings that it would write now, from a run that is taken back."""
        if request.status not in Status.undone():
            return ""
        try:
            step, subject = approvals.step_and_subject(request)
            seen = approvals.preview(
                step=step,
                subject=subject,
                payload=request.payload,
                actor=request.asked_by,
                key=request.pk,
            )
        except DomainError as error:
            return error.message
        return render_to_string("admin/orders/_preview.html", {"preview": seen})


@queue(20, "orders.decide_staffrequest")
def waiting_requests() -> Queue:
    """Return steps that a colleague has asked for, the oldest first."""
    rows = StaffRequest.objects.filter(status__in=Status.undone()).select_related(
        "order", "asked_by"
    )
    return Queue(
        title=_("Steps to approve"),
        empty=_("No colleague waits for you."),
        icon="check",
        urgent=True,
        url=changelist_url(StaffRequest, status__exact=Status.WAITING.value),
        rows=[
            Row(
                label=f"{row.order or row.subject}, {row.amount}",
                url=change_url(row),
                since=row.created_at,
                note=f"{row.asked_by}: {row.reason}",
            )
            for row in rows.order_by("pk")[:SHOWN]
        ],
        count=count(rows),
    )
