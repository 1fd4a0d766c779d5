"""The sandbox provider's own books, and what its bank may do: here instead of on another site."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from books4all.lib.errors import ConflictError
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from orders.constants import DisputeStatus
from orders.models import SandboxDispute, SandboxPayment, SandboxRefund
from orders.models.sandbox import SandboxRefundState, SandboxStatus
from orders.payments.sandbox import bank

_DECIDABLE = (DisputeStatus.OPENED, DisputeStatus.UNDER_REVIEW)


def _at_the_bank(work: Callable[[Any], object]) -> Callable[..., object]:
    """Return an action that does ``work`` at the bank, whose no is shown."""

    def run(row: Any, *, actor: object) -> object:
        del actor
        try:
            return work(row)
        except bank.BankError as error:
            raise ConflictError(str(error)) from error

    return run


class SandboxRefundInline(RecentInline):
    """What was given back."""

    model = SandboxRefund
    fields = ("created_at", "state", "amount_minor")


class SandboxDisputeInline(RecentInline):
    """What the buyer's bank took back."""

    model = SandboxDispute
    fields = ("created_at", "status", "reason", "amount_minor")


@admin.register(SandboxPayment)
class SandboxPaymentAdmin(ReadOnlyAdmin):
    """Payments at the sandbox."""

    list_display = (
        "created_at",
        "status",
        money("amount_minor", _("amount")),
        money("refunded_minor", _("refunded")),
        "description",
        "behaviour",
    )
    list_filter = ("status",)
    search_fields = ("=reference", "=key")
    ordering = ("-created_at",)
    inlines = (SandboxRefundInline, SandboxDisputeInline)
    object_actions = (
        Action(
            name="dispute",
            label=_("Have the buyer’s bank take it back"),
            done=_("taken back. The shop is told in a moment."),
            run=_at_the_bank(lambda row: bank.dispute(reference=row.reference)),
            offered=lambda row: row.status == SandboxStatus.SUCCEEDED,
            danger=True,
            explain=_("As if the buyer had called their bank. Test money only."),
        ),
        Action(
            name="answer",
            label=_("Let the slow bank say yes"),
            done=_("paid."),
            run=_at_the_bank(lambda row: bank.settle(reference=row.reference)),
            offered=lambda row: row.status == SandboxStatus.PROCESSING,
        ),
    )


def _ends(state: SandboxRefundState) -> Callable[..., object]:
    return _at_the_bank(lambda row: bank.end_refund(key=row.key, state=state.value))


@admin.register(SandboxRefund)
class SandboxRefundAdmin(ReadOnlyAdmin):
    """Refunds at the sandbox."""

    related = ("payment",)
    list_display = ("created_at", "state", "amount_minor", link("payment", _("payment")))
    list_filter = ("state",)
    search_fields = ("=key", "=payment__reference")
    ordering = ("-created_at",)
    object_actions = (
        Action(
            name="arrive",
            label=_("Let it arrive"),
            done=_("paid back."),
            run=_ends(SandboxRefundState.SUCCEEDED),
            offered=lambda row: row.state == SandboxRefundState.PENDING,
        ),
        Action(
            name="fail",
            label=_("Let it fail"),
            done=_("failed."),
            run=_ends(SandboxRefundState.FAILED),
            offered=lambda row: row.state != SandboxRefundState.FAILED,
            explain=_("Also one that arrived can come back. Test money only."),
        ),
    )


def _decides(*, won: bool) -> Callable[..., object]:
    return _at_the_bank(lambda row: bank.decide_dispute(reference=row.reference, won=won))


@admin.register(SandboxDispute)
class SandboxDisputeAdmin(ReadOnlyAdmin):
    """Disputes at the sandbox."""

    related = ("payment",)
    list_display = ("created_at", "status", "reason", "amount_minor", link("payment", _("payment")))
    list_filter = ("status",)
    search_fields = ("=reference", "=payment__reference")
    ordering = ("-created_at",)
    object_actions = (
        Action(
            name="win",
            label=_("Decide for the shop"),
            done=_("won by the shop."),
            run=_decides(won=True),
            offered=lambda row: row.status in _DECIDABLE,
        ),
        Action(
            name="lose",
            label=_("Decide for the buyer"),
            done=_("lost by the shop."),
            run=_decides(won=False),
            offered=lambda row: row.status in _DECIDABLE,
            danger=True,
            explain=_("The bank keeps the money. Test money only."),
        ),
    )
