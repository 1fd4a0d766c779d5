"""Payouts: what shops are paid, in files for the bank or by a provider, and on which terms."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import SellerAdmin
from accounts.models import User
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import change_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin
from books4all.lib.staff.taking import TakingAdmin
from orders.admin.sources import STATEMENTS, EntriesMixin
from orders.admin.steps import by_button
from orders.constants import BatchStatus, PayoutStatus
from orders.models import (
    Payout,
    PayoutAccount,
    PayoutBatch,
    PayoutItem,
    PayoutTerms,
    ReserveHold,
    SandboxMovement,
)
from orders.services import paying_out, payout_accounts, payout_batches
from orders.services.hand_steps import PAY_OUT


class ReasonForm(forms.Form):
    """Why it failed: the shop reads it."""

    problem = forms.CharField(
        label=gettext_lazy("What the bank says"),
        max_length=200,
        help_text=gettext_lazy("The shop reads it."),
    )


class GiveUpForm(forms.Form):
    """Why a payout is not tried again."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, help_text=gettext_lazy("The shop reads it.")
    )


class StripeForm(forms.Form):
    """The name of an account at Stripe."""

    account = forms.CharField(
        label=gettext_lazy("Account at Stripe"),
        max_length=60,
        help_text=gettext_lazy("As Stripe names it, like acct_1Nv0FGQ9RKHgCVdK."),
    )


class ItemInline(RecentInline):
    """The lines of the shop's account that it pays."""

    model = PayoutItem
    related = ("posting__entry__order", "posting__account__seller", "payout")
    fields = (
        link("posting__entry", gettext_lazy("entry")),
        link("posting__entry__order", gettext_lazy("order")),
        "amount",
    )
    ordering = ("pk",)
    show_change_link = False

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, item: PayoutItem) -> object:
        """What it adds to the payout."""
        return item.posting.amount * -1


@admin.register(Payout)
class PayoutAdmin(EntriesMixin, ReadOnlyAdmin):
    """Payouts to shops. A failed one is tried again as the same."""

    beside = (STATEMENTS,)
    related = ("seller", "account", "batch")
    list_display = (
        "number",
        link("seller", gettext_lazy("seller")),
        "status",
        money("amount_minor", gettext_lazy("amount")),
        "attempt",
        "created_at",
        "sent_at",
        "completed_at",
    )
    list_filter = ("status",)
    search_fields = ("=number", "=id", "=reference", "seller__slug__startswith")
    search_help_text = gettext_lazy("A number, a reference, or the beginning of a shop’s address")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    inlines = (ItemInline,)
    object_actions = (
        Action(
            name="retry",
            label=gettext_lazy("Try again"),
            done=gettext_lazy("waits to be sent again."),
            run=lambda payout, *, actor: paying_out.retry(payout_id=payout.pk, actor=actor),
            offered=lambda payout: payout.status == PayoutStatus.FAILED,
            explain=gettext_lazy(
                "The same payout goes to the account that the shop has now, in the next file or by the"
                " provider. Make sure that the bank has really sent the money back. It waits while the shop"
                " owes more than it has earned since."
            ),
            several=True,
        ),
        Action(
            name="give_up",
            label=gettext_lazy("Give it up"),
            done=gettext_lazy("given up; its money is ready for the next payout."),
            run=lambda payout, *, actor, reason: paying_out.give_up(
                payout_id=payout.pk, reason=reason, actor=actor
            ),
            offered=lambda payout: payout.status == PayoutStatus.FAILED,
            explain=gettext_lazy(
                "For a payout that would wait for ever. What it comes to is the shop’s, ready for another"
                " payout, which pays what is left of it after what the shop owes. Make sure that the bank"
                " has really sent the money back."
            ),
            form=GiveUpForm,
            danger=True,
        ),
        Action(
            name="arrived",
            label=gettext_lazy("It has been paid"),
            done=gettext_lazy("noted as paid."),
            run=lambda payout, *, actor: paying_out.completed(
                payout_id=payout.pk, attempt=payout.attempt
            ),
            offered=lambda payout: payout.status == PayoutStatus.PROCESSING,
            explain=gettext_lazy(
                "A bank statement says it by itself. Say it by hand only if you have seen it on your"
                " account; its line will then have to be matched by hand too."
            ),
            several=True,
        ),
        Action(
            name="failed",
            label=gettext_lazy("It has failed"),
            done=gettext_lazy("noted as failed; the shop is told."),
            run=lambda payout, *, actor, problem: paying_out.failed(
                payout_id=payout.pk, attempt=payout.attempt, problem=problem, actor=actor
            ),
            offered=lambda payout: (
                payout.status in (PayoutStatus.PROCESSING, PayoutStatus.COMPLETED)
            ),
            explain=gettext_lazy(
                "The money is the shop’s again, and stays with this payout, which can be tried again."
            ),
            form=ReasonForm,
            danger=True,
        ),
    )


class PayoutInline(RecentInline):
    """The payouts that are in a file now."""

    model = Payout
    related = ("seller", "account")
    fk_name = "batch"
    fields = (
        "number",
        link("seller", gettext_lazy("seller")),
        "status",
        money("amount_minor", gettext_lazy("amount")),
        "attempt",
    )
    ordering = ("pk",)


@admin.register(PayoutBatch)
class PayoutBatchAdmin(TakingAdmin):
    """Files of payouts: made, downloaded, uploaded at the bank."""

    related = ("made_by", "sent_by")
    secret = ("file",)
    list_display = (
        "message",
        "status",
        "count",
        money("total_minor", gettext_lazy("total")),
        "execute_on",
        "created_at",
        "sent_at",
    )
    list_filter = ("status",)
    search_fields = ("=id",)
    search_help_text = gettext_lazy("The file’s whole name")
    ordering = ("-pk",)
    inlines = (PayoutInline,)
    fields = (
        "message",
        "file_link",
        "status",
        "count",
        money("total_minor", gettext_lazy("total")),
        "execute_on",
        "created_at",
        link("made_by", gettext_lazy("made by")),
        "sent_at",
        link("sent_by", gettext_lazy("uploaded by")),
    )
    taking_form = forms.Form
    taking_title = gettext_lazy("Make a file of payouts")
    taking_explain = gettext_lazy(
        "All payouts by bank transfer that wait go into one file. Then download it, upload it at your"
        " bank, and say so here."
    )
    taking_label = gettext_lazy("Make the file")
    object_actions = (
        Action(
            name="sent",
            label=gettext_lazy("The bank has it"),
            done=gettext_lazy("with the bank; the shops are told."),
            run=lambda batch, *, actor: payout_batches.sent(batch_id=batch.pk, actor=actor),
            offered=lambda batch: batch.status == BatchStatus.OPEN,
            explain=gettext_lazy(
                "Once you have uploaded the file at your bank, and it was taken. Every shop in it gets"
                " a mail that its money is on its way."
            ),
        ),
        Action(
            name="withdraw",
            label=gettext_lazy("Withdraw it"),
            done=gettext_lazy("withdrawn; its payouts wait for another file."),
            run=lambda batch, *, actor: payout_batches.withdraw(batch_id=batch.pk, actor=actor),
            offered=lambda batch: batch.status == BatchStatus.OPEN,
            explain=gettext_lazy(
                "Only if the bank was never given this file. Else the shops would be paid twice, once"
                " by it and once by the next."
            ),
            danger=True,
        ),
        Action(
            name="refused",
            label=gettext_lazy("The bank has turned it down"),
            done=gettext_lazy("turned down; its payouts have failed."),
            run=lambda batch, *, actor, problem: payout_batches.refused(
                batch_id=batch.pk, reason=problem, actor=actor
            ),
            offered=lambda batch: batch.status == BatchStatus.SENT,
            explain=gettext_lazy("If the bank has paid nothing of it, and will pay nothing of it."),
            form=ReasonForm,
            danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutBatch]:
        """Leave the files where they are: a page shows none of them."""
        return super().get_queryset(request).defer("file")

    @admin.display(description=gettext_lazy("file"))
    def file_link(self, batch: PayoutBatch) -> SafeString:
        """Link to the file."""
        url = reverse("admin:orders_payoutbatch_file", args=[batch.pk])
        return format_html('<a href="{}">{}</a>', url, _("Download it (XML)"))

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the file."""
        route = path(
            "<path:object_id>/file.xml",
            self.admin_site.admin_view(self.file),
            name="orders_payoutbatch_file",
        )
        return [route, *super().get_urls()]

    def file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Hand the file to staff who may change batches; who did is written into the history."""
        if not request.user.has_perm("orders.change_payoutbatch"):
            raise PermissionDenied
        batch: Any = self.get_object(request, object_id)
        if batch is None:
            raise Http404
        self.log_change(request, batch, "Downloaded the file")
        response = HttpResponse(bytes(batch.file), content_type="application/xml")
        response["Content-Disposition"] = f'attachment; filename="payouts-{batch.message}.xml"'
        return response

    def take(self, request: HttpRequest, form: forms.Form) -> str:
        """Make a file of what waits."""
        assert isinstance(request.user, User)
        batch = payout_batches.make(currency=settings.MARKETPLACE_CURRENCY, actor=request.user)
        self.log_addition(request, batch, "Made")
        return change_url(batch)


@admin.register(PayoutTerms)
class PayoutTermsAdmin(StaffAdmin):
    """What is different for one shop."""

    related = ("seller",)
    list_display = (
        link("seller", gettext_lazy("seller")),
        "schedule",
        "on_hold",
        "reserve_bp",
        "reserve_days",
        "updated_at",
    )
    list_display_links = ("schedule", "updated_at")
    list_filter = ("on_hold",)
    search_fields = ("seller__slug__startswith", "seller__name__istartswith")
    search_help_text = gettext_lazy("The beginning of a shop’s name or of its word in addresses")
    ordering = ("-pk",)


@admin.register(PayoutAccount)
class PayoutAccountAdmin(ReadOnlyAdmin):
    """Where shops are paid to, and were."""

    related = ("seller", "actor")
    list_display = (
        "created_at",
        link("seller", gettext_lazy("seller")),
        "method",
        "holder",
        "masked_number",
        "usable_from",
    )
    list_filter = ("method",)
    search_fields = ("seller__slug__startswith", "=id")
    search_help_text = gettext_lazy("The beginning of a shop’s word in addresses")
    ordering = ("-pk",)


@admin.register(PayoutItem)
class PayoutItemAdmin(ReadOnlyAdmin):
    """Which line of a shop's account is in which payout."""

    related = ("payout", "posting__account__seller", "posting__entry")
    list_display = ("pk", link("payout", gettext_lazy("payout")), "posting_id")
    search_fields = ("=payout__number", "=posting__id")
    search_help_text = gettext_lazy("A payout’s number, or a posting’s")
    ordering = ("-pk",)


@admin.register(ReserveHold)
class ReserveHoldAdmin(ReadOnlyAdmin):
    """What is kept back of earnings, and until when."""

    related = ("seller_order__order", "seller_order__seller")
    list_display = (
        "created_at",
        link("seller_order", gettext_lazy("seller order")),
        money("amount_minor", gettext_lazy("amount")),
        "until",
        "freed_at",
    )
    search_fields = ("=seller_order__order__number", "seller_order__seller__slug__startswith")
    search_help_text = gettext_lazy("An order’s number, or the beginning of a shop’s address")
    ordering = ("-pk",)


@admin.register(SandboxMovement)
class SandboxMovementAdmin(ReadOnlyAdmin):
    """What the sandbox has settled."""

    list_display = ("reference", "settlement", money("amount_minor", gettext_lazy("amount")))
    search_fields = ("=reference", "=settlement")
    ordering = ("-pk",)


SellerAdmin.extend(
    lists=(
        (gettext_lazy("Payouts"), Payout, "seller__id__exact"),
        (gettext_lazy("Payout accounts"), PayoutAccount, "seller__id__exact"),
    ),
    actions=(
        Action(
            name="pay-out",
            label=gettext_lazy("Pay out now"),
            done=gettext_lazy("has a payout that waits to be sent."),
            run=by_button(PAY_OUT),
            explain=gettext_lazy(
                "All that is ready is paid, less what the shop owes, without waiting for its day."
            ),
        ),
        Action(
            name="use-stripe",
            label=gettext_lazy("Pay by Stripe Connect"),
            done=gettext_lazy("is paid by Stripe Connect from now on."),
            run=lambda seller, *, actor, account: payout_accounts.use_stripe(
                seller=seller, actor=actor, account=account
            ),
            form=StripeForm,
        ),
    ),
)
