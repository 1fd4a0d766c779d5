"""Our bank's statements and the providers' settlements: uploaded, matched, and what fits nothing."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import changelist_url, link, money
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline
from books4all.lib.staff.taking import TakingAdmin
from orders.admin.steps import by_button
from orders.models import BankLine, BankMatch, BankStatement, ProviderSettlement, SettlementLine
from orders.services import matching, settlements, statements
from orders.services.hand_steps import BOOK_LINE, RESOLVE

# A file is held in memory while it is read: see books4all.lib.banking.lines.
_FILE_HELP = gettext_lazy("Read again, it adds nothing.")
NAMES = [(kind.value, kind.label) for kind in matching.ADJUSTABLE]


class StatementForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(
        label=gettext_lazy("Statement (CAMT.053 or CSV)"), max_length=120, help_text=_FILE_HELP
    )


class SettlementForm(forms.Form):
    """A provider's report."""

    provider = forms.ChoiceField(
        label=gettext_lazy("Provider"), choices=[("stripe", "Stripe"), ("sandbox", "Sandbox")]
    )
    file = forms.FileField(
        label=gettext_lazy("Itemised payout reconciliation (CSV)"),
        max_length=120,
        help_text=_FILE_HELP,
    )


class ToPayoutForm(forms.Form):
    """The payout that a line is."""

    number = forms.CharField(label=gettext_lazy("Payout"), max_length=12)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class ToSettlementForm(forms.Form):
    """The settlement that a line is."""

    reference = forms.CharField(label=gettext_lazy("Settlement"), max_length=120)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class ToRefundForm(forms.Form):
    """The order that money was given back of."""

    number = forms.CharField(label=gettext_lazy("Order"), max_length=12)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class AdjustForm(forms.Form):
    """Where to book a line that is nothing else, and why."""

    account = forms.ChoiceField(label=gettext_lazy("Account"), choices=NAMES)
    note = forms.CharField(
        label=gettext_lazy("What it was"),
        max_length=200,
        help_text=gettext_lazy("Kept with the entry, for the auditor."),
    )


class ResolveForm(forms.Form):
    """What a movement was, and where to book it if it has to be booked."""

    account = forms.ChoiceField(
        label=gettext_lazy("Account"),
        choices=[("", gettext_lazy("Nothing to book")), *NAMES],
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("What it was"),
        max_length=200,
        help_text=gettext_lazy("Kept with the entry, for the auditor."),
    )


class MatchedFilter(admin.SimpleListFilter):
    """Lines that wait, or those that somebody or something has matched."""

    title = gettext_lazy("matched")
    parameter_name = "matched"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        """Return the two."""
        return [("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        if self.value() in ("no", "yes"):
            return queryset.filter(match__isnull=self.value() == "no")
        return queryset


def _unmatched(line: BankLine) -> bool:
    return not hasattr(line, "match")


@admin.register(BankStatement)
class BankStatementAdmin(TakingAdmin):
    """Statements of our bank."""

    related = ("actor",)
    list_display = ("created_at", "name", "file_name", "line_count", "new_count", "adds_up")
    list_filter = ("adds_up",)
    search_fields = ("file_name__istartswith", "=name", "=id")
    search_help_text = gettext_lazy("The beginning of a file’s name, or a statement’s number")
    ordering = ("-pk",)
    related_lists = ((gettext_lazy("Lines"), BankLine, "statement__id__exact"),)
    taking_form = StatementForm
    taking_title = gettext_lazy("Read a bank statement")
    taking_explain = gettext_lazy(
        "Its lines are matched with payouts, settlements and orders. What fits nothing waits for you."
    )
    taking_label = gettext_lazy("Read it")

    def take(self, request: HttpRequest, form: forms.Form) -> str:
        """Read the file and say what became of its lines."""
        assert isinstance(request.user, User)
        file = form.cleaned_data["file"]
        taken = statements.take_in(data=file.read(), file_name=file.name, actor=request.user)
        words = _("%(lines)d lines, %(new)d of them new; %(matched)d fitted by themselves.")
        self.message_user(
            request, words % {"lines": taken.lines, "new": taken.new, "matched": taken.matched}
        )
        if not taken.adds_up:
            self.message_user(
                request,
                _(
                    "The lines don’t lead from the balance before to the balance after: is it whole?"
                ),
                messages.WARNING,
            )
        return changelist_url(BankLine, matched="no")


@admin.register(BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    """Lines of bank statements."""

    related = ("statement", "match")
    list_display = (
        "booked_on",
        money("amount_minor", gettext_lazy("amount")),
        "counterparty",
        "text",
        "end_to_end",
        "what",
    )
    list_filter = (MatchedFilter,)
    search_fields = ("=end_to_end", "=bank_reference", "counterparty__istartswith", "=id")
    search_help_text = gettext_lazy("A reference, or the beginning of a name")
    date_hierarchy = "booked_on"
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="to-payout",
            label=gettext_lazy("It is a payout"),
            done=gettext_lazy("matched with the payout."),
            run=lambda line, *, actor, **given: matching.to_payout(
                line_id=line.pk, actor=actor, **given
            ),
            offered=_unmatched,
            explain=gettext_lazy(
                "What went out was paid; what came in is a payout that came back."
            ),
            form=ToPayoutForm,
        ),
        Action(
            name="to-settlement",
            label=gettext_lazy("It is a settlement"),
            done=gettext_lazy("matched with the settlement."),
            run=lambda line, *, actor, **given: matching.to_settlement(
                line_id=line.pk, actor=actor, **given
            ),
            offered=_unmatched,
            explain=gettext_lazy("Its fees are booked with it."),
            form=ToSettlementForm,
        ),
        Action(
            name="to-refund",
            label=gettext_lazy("It is a refund"),
            done=gettext_lazy("matched with the refund."),
            run=lambda line, *, actor, **given: matching.to_refund(
                line_id=line.pk, actor=actor, **given
            ),
            offered=lambda line: _unmatched(line) and line.amount_minor < 0,
            explain=gettext_lazy(
                "Of an order that was paid by bank transfer: it is noted as paid."
            ),
            form=ToRefundForm,
        ),
        Action(
            name="adjust",
            label=gettext_lazy("Book it"),
            done=gettext_lazy("booked."),
            run=by_button(BOOK_LINE),
            offered=_unmatched,
            explain=gettext_lazy(
                "For what is nothing else, such as the bank’s own fees: an entry between our bank and"
                " another of the marketplace’s accounts."
            ),
            form=AdjustForm,
        ),
    )

    @admin.display(description=gettext_lazy("matched"))
    def what(self, line: BankLine) -> str:
        """What it turned out to be."""
        return "–" if _unmatched(line) else str(line.match)


@admin.register(BankMatch)
class BankMatchAdmin(ReadOnlyAdmin):
    """What lines turned out to be."""

    related = ("line", "payout", "batch", "settlement", "order", "refund", "entry", "actor")
    list_display = ("created_at", link("line", gettext_lazy("line")), "kind", "note")
    list_filter = ("kind",)
    search_fields = ("=payout__number", "=order__number", "=settlement__reference")
    search_help_text = gettext_lazy("The number of a payout or order, or a settlement’s reference")
    ordering = ("-pk",)


class SettlementLineInline(RecentInline):
    """Its movements."""

    model = SettlementLine
    related = ("settlement", "payment", "refund__payment")
    fields = (
        "reference",
        "kind",
        money("amount_minor", gettext_lazy("amount")),
        money("fee_minor", gettext_lazy("fee")),
        link("payment", gettext_lazy("payment")),
        "problem",
    )
    ordering = ("pk",)


@admin.register(ProviderSettlement)
class ProviderSettlementAdmin(TakingAdmin):
    """What providers paid in."""

    related = ("actor", "entry")
    list_display = (
        "paid_on",
        "provider",
        "reference",
        money("net_minor", gettext_lazy("paid in")),
        money("fee_minor", gettext_lazy("fees")),
        "arrived_at",
    )
    search_fields = ("=reference", "=id")
    date_hierarchy = "paid_on"
    ordering = ("-pk",)
    inlines = (SettlementLineInline,)
    taking_form = SettlementForm
    taking_title = gettext_lazy("Read a settlement report")
    taking_explain = gettext_lazy(
        "Every movement is held against our own payments and refunds. What fits nothing waits for you."
    )
    taking_label = gettext_lazy("Read it")
    object_actions = (
        Action(
            name="arrived",
            label=gettext_lazy("It has arrived"),
            done=gettext_lazy("booked with its fees."),
            run=lambda settlement, *, actor: settlements.arrived(
                settlement_id=settlement.pk, actor=actor
            ),
            offered=lambda settlement: settlement.arrived_at is None,
            explain=gettext_lazy(
                "A bank statement says it by itself. Say it by hand only where you upload none."
            ),
        ),
    )

    def take(self, request: HttpRequest, form: forms.Form) -> str:
        """Read the report, and match bank lines that waited for it."""
        assert isinstance(request.user, User)
        new = settlements.take_in(
            provider=form.cleaned_data["provider"],
            data=form.cleaned_data["file"].read(),
            actor=request.user,
        )
        matched = statements.match_open()
        words = _("%(new)d settlements are new; %(matched)d bank lines fitted.")
        self.message_user(request, words % {"new": len(new), "matched": matched})
        return changelist_url(ProviderSettlement)


@admin.register(SettlementLine)
class SettlementLineAdmin(ReadOnlyAdmin):
    """Movements in settlements."""

    related = ("settlement", "payment", "refund__payment")
    list_display = (
        "reference",
        link("settlement", gettext_lazy("settlement")),
        "kind",
        money("amount_minor", gettext_lazy("amount")),
        "problem",
        "resolved_at",
    )
    list_filter = ("kind",)
    search_fields = ("=reference", "=about", "=settlement__reference")
    ordering = ("-pk",)
    object_actions = (
        Action(
            name="resolve",
            label=gettext_lazy("Resolve it"),
            done=gettext_lazy("resolved."),
            run=by_button(RESOLVE),
            offered=lambda line: bool(line.problem) and line.resolved_at is None,
            explain=gettext_lazy(
                "Say what it was. If it is no payment of ours, book it between what the provider holds"
                " for us and another account."
            ),
            form=ResolveForm,
        ),
    )
