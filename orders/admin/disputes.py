"""Payments that a buyer's bank has taken back: answered here, decided by the bank."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.models import Dispute, DisputeFile, DisputePart
from orders.selectors import disputes as reads
from orders.services import evidence


class AnswerForm(forms.Form):
    """What the bank is to read."""

    text = forms.CharField(
        label=_("Our answer"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": "14"}),
        help_text=_(
            "What was sold, when and how it was posted, and what the buyer wrote. The bank reads nothing else."
        ),
    )


class PaperForm(forms.Form):
    """A paper for the bank."""

    file = forms.FileField(
        label=_("Paper"),
        help_text=_("A PDF, PNG or JPEG of at most 4 MB: proof of postage, a letter"),
    )


def _add(dispute: Dispute, *, actor: Any, file: Any) -> object:
    # One byte more than is taken tells a file that is too large.
    content = file.read(evidence.MOST_BYTES + 1)
    return evidence.add_paper(dispute_id=dispute.pk, name=file.name, content=content, actor=actor)


def _unanswered(dispute: Dispute) -> bool:
    return dispute.is_open and dispute.evidence_sent_at is None


class DisputePartInline(RecentInline):
    """Whose money it is."""

    model = DisputePart
    related = ("seller_order__order", "seller_order__seller")
    fields = (
        link("seller_order", _("seller order")),
        "stage",
        money("paid_minor", _("taken back")),
        money("commission_minor", _("commission in it")),
        "whole",
    )
    show_change_link = False


class DisputeFileInline(RecentInline):
    """Papers for the bank."""

    model = DisputeFile
    fields = ("created_at", "name")
    show_change_link = False


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Disputes."""

    related = ("payment__order",)
    list_display = (
        "created_at",
        link("payment__order", _("order")),
        "status",
        money("amount_minor", _("amount")),
        "reason",
        "evidence_due",
        "evidence_sent_at",
    )
    list_filter = ("status",)
    search_fields = ("=payment__order__number", "=reference", "=id")
    search_help_text = _("An order’s number, or the provider’s reference")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    inlines = (DisputePartInline, DisputeFileInline)
    object_actions = (
        Action(
            name="write",
            label=_("Write the answer"),
            done=_("written. It is not sent yet."),
            run=lambda dispute, *, actor, text: evidence.write(dispute_id=dispute.pk, text=text),
            offered=_unanswered,
            form=AnswerForm,
            initial=lambda dispute: {"text": dispute.evidence_text},
        ),
        Action(
            name="paper",
            label=_("Add a paper"),
            done=_("added."),
            run=_add,
            offered=_unanswered,
            form=PaperForm,
            multipart=True,
        ),
        Action(
            name="send",
            label=_("Send the answer to the bank"),
            done=_("sent. The bank decides, in up to three months."),
            run=lambda dispute, *, actor: evidence.send(dispute_id=dispute.pk),
            offered=lambda dispute: _unanswered(dispute) and bool(dispute.evidence_text),
            explain=_(
                "The bank reads what was written, with the papers. It takes one answer only."
            ),
        ),
    )


@admin.register(DisputePart)
class DisputePartAdmin(ReadOnlyAdmin):
    """Seller orders' parts of disputes."""

    related = ("dispute__payment__order", "seller_order__order", "seller_order__seller")
    list_display = (
        link("dispute", _("dispute")),
        link("seller_order", _("seller order")),
        "stage",
        money("paid_minor", _("taken back")),
    )
    search_fields = ("=dispute__reference", "=seller_order__order__number")
    ordering = ("-pk",)


@admin.register(DisputeFile)
class DisputeFileAdmin(ReadOnlyAdmin):
    """Papers of disputes."""

    related = ("dispute",)
    secret = ("file",)
    list_display = ("created_at", "name", link("dispute", _("dispute")))
    search_fields = ("=dispute__reference",)
    ordering = ("-pk",)


@queue(45, "orders.view_dispute")
def disputes_to_answer() -> Queue:
    """Return disputes that the bank waits for an answer to."""
    rows = reads.to_answer()
    return Queue(
        title=_("Disputes to answer"),
        empty=_("No bank waits for an answer."),
        icon="triangle-alert",
        urgent=True,
        url=changelist_url(Dispute, status__exact="opened", o="6"),
        rows=[
            Row(
                label=f"{dispute.payment.order.number}, {dispute.amount}",
                url=change_url(dispute),
                since=dispute.created_at,
                note=dispute.reason,
            )
            for dispute in rows[:SHOWN]
        ],
        count=count(rows),
    )
