"""Bank transfers: what is waited for, and money that fits nothing."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.queues import SHOWN, Queue, Row, count, queue
from orders.constants import ReceiptOutcome
from orders.models import BankTransfer, TransferReceipt
from orders.selectors.transfers import receipts_to_look_at
from orders.services import transfers


class AssignForm(forms.Form):
    """Which transfer it is."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=40,
        help_text=_("Of the transfer, as the buyer was told it: RF…"),
    )


class CloseForm(forms.Form):
    """What was done."""

    note = forms.CharField(
        label=_("What was done"), max_length=200, help_text=_("“Sent back on 3 May”, for example")
    )


def _waits(receipt: TransferReceipt) -> bool:
    return receipt.handled_at is None and receipt.outcome != ReceiptOutcome.MATCHED


class TransferReceiptInline(RecentInline):
    """What came for it."""

    model = TransferReceipt
    fields = (
        "created_at",
        money("amount_minor", _("amount")),
        "outcome",
        money("left_minor", _("left over")),
        "payer",
    )


@admin.register(BankTransfer)
class BankTransferAdmin(ReadOnlyAdmin):
    """Transfers that are waited for."""

    list_display = (
        "reference",
        "status",
        money("amount_minor", _("amount")),
        money("received_minor", _("received")),
        "description",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("=reference", "=key")
    ordering = ("-created_at",)
    inlines = (TransferReceiptInline,)


@admin.register(TransferReceipt)
class TransferReceiptAdmin(ReadOnlyAdmin):
    """Money that came by bank transfer."""

    related = ("transfer",)
    list_display = (
        "created_at",
        money("amount_minor", _("amount")),
        "outcome",
        money("left_minor", _("left over")),
        "payer",
        "reference",
        link("transfer", _("transfer")),
        "handled_at",
    )
    list_filter = ("outcome",)
    search_fields = ("=source", "=transfer__reference", "payer__startswith")
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="assign",
            label=_("Say which transfer it is"),
            done=_("held against it."),
            run=lambda receipt, *, actor, reference: transfers.assign(
                receipt_id=receipt.pk, reference=reference, actor=actor
            ),
            offered=lambda receipt: _waits(receipt) and receipt.transfer_id is None,
            form=AssignForm,
        ),
        Action(
            name="close",
            label=_("Dealt with"),
            done=_("off the queue."),
            run=lambda receipt, *, actor, note: transfers.close_receipt(
                receipt_id=receipt.pk, note=note, actor=actor
            ),
            offered=_waits,
            form=CloseForm,
        ),
    )


@queue(46, "orders.view_transferreceipt")
def receipts() -> Queue:
    """Return money that came and fits nothing, or not to the penny."""
    rows = receipts_to_look_at()
    return Queue(
        title=_("Transfers to look at"),
        empty=_("Every transfer fits an order."),
        icon="credit-card",
        url=changelist_url(TransferReceipt, o="1"),
        rows=[
            Row(
                label=f"{receipt.amount}, {receipt.payer or receipt.reference}",
                url=change_url(receipt),
                since=receipt.created_at,
                note=receipt.get_outcome_display(),
            )
            for receipt in rows[:SHOWN]
        ],
        count=count(rows),
    )
