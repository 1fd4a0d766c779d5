"""The ledger, to look at: accounts with their balance at any moment, entries, and single postings."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ChoicesFieldListFilter, DateFieldListFilter
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin import SellerAdmin
from books4all.lib.money import Money, total
from books4all.lib.staff.display import NOTHING, Column, anchor, lines, link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentFormSet, RecentInline
from orders.admin.sources import STATEMENTS, source_link
from orders.models import JournalEntry, LedgerAccount, Posting
from orders.selectors.ledger import month_ends


def debit_money(posting: Posting) -> Money | None:
    """Return the amount of a debit, as people write it."""
    return posting.amount if posting.amount_minor > 0 else None


def credit_money(posting: Posting) -> Money | None:
    """Return the amount of a credit, without a sign."""
    return posting.amount * -1 if posting.amount_minor < 0 else None


@admin.display(description=_("account"))
def account_link(posting: Posting) -> str | None:
    """Link to the account by its kind and seller."""
    return anchor(posting.account)


@admin.display(description=_("debit"))
def debit_shown(posting: Posting) -> Money | SafeString:
    """Return a debit, or a dash."""
    return debit_money(posting) or NOTHING


@admin.display(description=_("credit"))
def credit_shown(posting: Posting) -> Money | SafeString:
    """Return a credit, or a dash."""
    return credit_money(posting) or NOTHING


ACCOUNT: Column = account_link
DEBIT: Column = debit_shown
CREDIT: Column = credit_shown


class LegsFormSet(RecentFormSet):
    """All legs of an entry, and what each side of them comes to."""

    limit = 200

    @property
    def totals(self) -> Sequence[object]:
        """The foot of the table, a cell a column."""
        rows = [row for row in self.get_queryset() if row is not None]
        sides: list[object] = []
        for side in (debit_money, credit_money):
            amounts = [amount for row in rows if (amount := side(row)) is not None]
            by_currency = {amount.currency for amount in amounts}
            sums = [total((a for a in amounts if a.currency == c), c) for c in sorted(by_currency)]
            sides.append(", ".join(str(money) for money in sums))
        return [_("Together"), *sides]


class LegInline(RecentInline):
    """The legs of an entry: both sides come to the same."""

    model = Posting
    formset = LegsFormSet
    related = ("account__seller", "entry")
    fields = (ACCOUNT, DEBIT, CREDIT)
    ordering = ("pk",)


class OfEntry:
    """What a posting tells of its entry."""

    @admin.display(description=_("when"))
    def when(self, posting: Posting) -> str:
        """Return when its entry was written."""
        return date_format(timezone.localtime(posting.entry.created_at), "j M Y, H:i")

    @admin.display(description=_("entry"))
    def what(self, posting: Posting) -> str | None:
        """Link to the entry by what it says."""
        return anchor(posting.entry, posting.entry.get_kind_display())


class LatestPostingInline(OfEntry, RecentInline):
    """What happened to an account, the latest first."""

    model = Posting
    related = ("entry__order", "account__seller")
    fields = ("when", "what", "order", DEBIT, CREDIT)
    ordering = ("-pk",)
    show_change_link = False

    @admin.display(description=_("order"))
    def order(self, posting: Posting) -> str | None:
        """Link to the order."""
        return anchor(posting.entry.order) or NOTHING


def moment(text: str) -> datetime | None:
    """Read a day, which is meant to its end, or a moment (UTC); None where it is neither."""
    try:
        at = parse_datetime(text) if len(text) > 10 else None
        day = parse_date(text) if at is None else None
    except ValueError:
        return None
    if day is not None:
        at = datetime.combine(day, time.max)
    if at is None:
        return None
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class AsOfFilter(admin.SimpleListFilter):
    """Balances as they were at the end of a day, or at a moment."""

    title = _("balance at the end of")
    parameter_name = "at"
    template = "admin/orders/as_of_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer something, so that the filter is shown; its template asks for a day."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the rows; the balance beside them is another."""
        return queryset

    def choices(self, changelist: Any) -> Any:
        """Give the template what the form has to keep, and the day that was chosen."""
        kept = {k: v for k, v in changelist.get_filters_params().items() if k != "at"}
        yield {"kept": [(k, v[-1] if isinstance(v, list) else v) for k, v in kept.items()],
               "value": self.value() or "", "wrong": bool(self.value()) and not moment(self.value() or ""),
               "query_string": changelist.get_query_string(remove=["at"])}  # fmt: skip


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """Accounts with what they hold."""

    related = ("seller",)
    list_display = ("kind", link("seller", _("seller")), "currency", "balance_money", "side")
    list_filter = ("kind", AsOfFilter)
    search_fields = ("=id", "seller__slug__startswith", "kind__startswith")
    search_help_text = _("The beginning of a shop’s address")
    ordering = ("kind", "seller", "pk")
    list_display_links = ("kind",)
    fields = (
        "kind",
        link("seller", _("seller")),
        "currency",
        "balance_money",
        "side",
        STATEMENTS,
        "by_month",
    )
    inlines = (LatestPostingInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add what each account holds, now or at the moment that was asked for."""
        rows: QuerySet[Any] = super().get_queryset(request)
        at = moment(request.GET.get("at", ""))
        postings = Posting.objects.filter(account=OuterRef("pk")).order_by()
        if at is not None:
            postings = postings.filter(entry__created_at__lte=at)
        sums = postings.values("account").annotate(sum=Sum("amount_minor")).values("sum")
        with_balance: QuerySet[Any] = rows.annotate(
            held=Coalesce(Subquery(sums, BigIntegerField()), 0)
        )
        return with_balance

    @admin.display(description=_("balance"))
    def balance_money(self, account: Any) -> Money:
        """Return the balance without its sign."""
        return Money(abs(account.held), account.currency)

    @admin.display(description=_("side"))
    def side(self, account: Any) -> str:
        """Return on which side the balance stands."""
        if not account.held:
            return NOTHING
        return str(_("debit") if account.held > 0 else _("credit"))

    @admin.display(description=_("at the ends of months"))
    def by_month(self, account: LedgerAccount) -> Any:
        """Return the balances at the ends of the last twelve months, debits positive."""
        rows = month_ends(account, timezone.now())
        return lines(f"{day:%Y-%m-%d}: {money}" for day, money in rows)


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """What happened to money, in the order in which it was written."""

    related = ("order", "seller_order__order", "seller_order__seller")
    list_display = (
        "pk",
        "created_at",
        "kind",
        "amount_money",
        link("order", _("order")),
        link("seller_order", _("seller order")),
        "from_what",
    )
    list_filter = ("kind", ("created_at", DateFieldListFilter))
    search_fields = ("=order__number", "=source", "=id")
    search_help_text = _("An order’s number, a source (payment:0190…), or an entry’s number")
    ordering = ("-pk",)
    fields = (
        "pk",
        "kind",
        "created_at",
        link("order", _("order")),
        link("seller_order", _("seller order")),
        "from_what",
        "note",
        "legs",
    )
    inlines = (LegInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add what each entry moved: its debits (an entry of two currencies shows the first)."""
        rows: QuerySet[Any] = super().get_queryset(request)
        legs = Posting.objects.filter(entry=OuterRef("pk"), amount_minor__gt=0).order_by()
        by_currency = legs.values("account__currency").annotate(sum=Sum("amount_minor"))
        first = by_currency.order_by("account__currency")
        with_amount: QuerySet[Any] = rows.annotate(
            moved=Subquery(first.values("sum")[:1], BigIntegerField()),
            currency=Subquery(first.values("account__currency")[:1]),
        )
        return with_amount

    @admin.display(description=_("amount"))
    def amount_money(self, entry: Any) -> Money | None:
        """Return what was moved."""
        return None if entry.moved is None else Money(int(entry.moved), entry.currency)

    @admin.display(description=_("comes from"))
    def from_what(self, entry: JournalEntry) -> str:
        """Link to the row that made it."""
        return source_link(entry.source)


@admin.register(Posting)
class PostingAdmin(OfEntry, ReadOnlyAdmin):
    """Single postings: by account, order, seller, kind and date."""

    related = ("entry__order", "account__seller", "account__gift_card")
    list_display = (
        "pk",
        "when",
        "what",
        ACCOUNT,
        DEBIT,
        CREDIT,
        link("entry__order", _("order")),
        "from_what",
    )
    list_filter = (
        ("account__kind", ChoicesFieldListFilter),
        ("entry__kind", ChoicesFieldListFilter),
        ("entry__created_at", DateFieldListFilter),
    )
    search_fields = ("=entry__order__number", "=entry__source", "account__seller__slug__startswith")
    search_help_text = _(
        "An order’s number, a source (payment:0190…), or the beginning of a shop’s address"
    )
    ordering = ("-pk",)
    fields = list_display
    # Addresses that pages of orders, shops and accounts lead to.
    narrowed: ClassVar[frozenset[str]] = frozenset(
        {
            "entry__order__id__exact",
            "entry__seller_order__id__exact",
            "account__seller__id__exact",
            "account__kind__exact",
            "account__kind__in",
            "entry__kind__exact",
            "entry__kind__in",
        }
    )

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let our own links through."""
        return lookup in self.narrowed or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("comes from"))
    def from_what(self, posting: Posting) -> str:
        """Link to the row that made its entry."""
        return source_link(posting.entry.source)


SellerAdmin.extend(
    lists=(
        (_("Accounts"), LedgerAccount, "seller__id__exact"),
        (_("Postings"), Posting, "account__seller__id__exact"),
    )
)
