"""A shop's money: what stands where, its account line by line, its payouts, and where they go."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.selectors.checklist import details_of
from accounts.seller.access import shop_page, team_page
from accounts.seller.application import show_errors
from books4all.lib.api.pagination import CursorError, KeysetPage, M, Ordering, keyset
from books4all.lib.csv_cells import inert
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import PayoutStatus
from orders.models import Payout, PayoutAccount
from orders.selectors import money as reads
from orders.selectors import payouts as paying
from orders.seller.money_forms import PayoutAccountForm, PeriodForm
from orders.services import payout_accounts

ROWS = 50
LINES = Ordering("shop-money", ("-created_at", "-pk"))
PAYOUTS = Ordering("shop-payouts", ("-pk",))
ITEMS = Ordering("shop-payout-lines", ("pk",))


class _Echo:
    """A file that gives back what is written to it, line by line."""

    def write(self, text: str) -> str:
        return text


@dataclass(frozen=True, slots=True)
class Replay:
    """A period that adds up: what there was before it, what its lines changed, what there was after."""

    opening: reads.Position | None
    closing: reads.Position

    @property
    def change(self) -> Money | None:
        return self.closing.whole - self.opening.whole if self.opening else None


@require_safe
@team_page(SellerRole.ACCOUNTING)
def money(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show what the shop has, when it is paid next, and its account line by line."""
    seller, currency = member.seller, settings.MARKETPLACE_CURRENCY
    months = reads.months(seller, currency)
    form = PeriodForm(months, request.GET)
    period = form.period()
    page = _page(request, reads.entries_of(seller, currency, period), LINES)
    terms = paying.terms_of(seller)
    account = paying.given_account(seller)
    return shop_page(
        request,
        member,
        "selling/money.html",
        tab="money",
        now=reads.position(seller, currency),
        on_the_way=reads.on_the_way(seller, currency),
        terms=terms,
        next_day=terms.next_day(timezone.now().date()),
        obstacle=paying.obstacle(terms, account),
        account=account,
        form=form,
        day=form.chosen_day,
        month=form.month_first,
        replay=_replay(member, period) if form.chosen_day or form.month_first else None,
        lines=reads.told(seller, currency, list(page.rows)),
        previous=_link(request, page.previous),
        next=_link(request, page.next),
        csv_query=form.query(),
        owner=member.may(SellerRole.OWNER),
    )


def _replay(member: SellerMember, period: reads.Period) -> Replay:
    currency = settings.MARKETPLACE_CURRENCY
    before = period.moment_before
    return Replay(
        opening=reads.position(member.seller, currency, at=before) if before else None,
        closing=reads.position(member.seller, currency, at=period.last_moment),
    )


@require_safe
@team_page(SellerRole.ACCOUNTING)
def money_csv(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Give the account as a table, for the shop's own bookkeeping."""
    form = PeriodForm(reads.months(member.seller, settings.MARKETPLACE_CURRENCY), request.GET)
    response = StreamingHttpResponse(
        _rows(member, form.period()), content_type="text/csv; charset=utf-8"
    )
    name = f"money-{member.seller.slug}-{form.name()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[return-value]  # a kin of HttpResponse, and as good to Django


def _rows(member: SellerMember, period: reads.Period) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        [
            _("When (UTC)"), _("What"), _("Order"), _("Payout"), _("Waiting"), _("Ready"),
            _("Reserve"), _("Owed"), _("Change"), _("Balance"), _("Currency"),
        ]
    )  # fmt: skip
    currency = settings.MARKETPLACE_CURRENCY
    for line in reads.all_lines(member.seller, currency, period):
        moved = (line.waiting, line.ready, line.reserve, line.owed)
        yield writer.writerow(
            [
                line.entry.created_at.isoformat(timespec="seconds"),
                inert(line.what),
                line.order_number,
                line.payout.number if line.payout else "",
                *(amount.amount if amount else "" for amount in moved),
                line.change.amount,
                line.balance.amount,
                currency,
            ]
        )


@require_safe
@team_page(SellerRole.ACCOUNTING)
def payouts(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List what the shop was paid."""
    rows = Payout.objects.filter(seller=member.seller).select_related("account")
    page = _page(request, rows, PAYOUTS)
    return shop_page(
        request,
        member,
        "selling/payouts.html",
        tab="money",
        rows=page.rows,
        previous=_link(request, page.previous),
        next=_link(request, page.next),
    )


@require_safe
@team_page(SellerRole.ACCOUNTING)
def payout(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show one payout with every line that it pays."""
    found = reads.payout_of(member.seller, pk)
    if found is None:
        raise Http404
    page = _page(request, reads.items_of(found), ITEMS)
    return shop_page(
        request,
        member,
        "selling/payout.html",
        tab="money",
        payout=found,
        waits=paying.uncovered(found) if found.status == PayoutStatus.FAILED else "",
        lines=reads.paid_lines(page.rows),
        previous=_link(request, page.previous),
        next=_link(request, page.next),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth comes without types
def payout_account(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Change where the shop is paid to, by an owner who has just given their password."""
    seller = member.seller
    account = paying.given_account(seller)
    form = PayoutAccountForm(
        request.POST or None, initial={"account_holder": details_of(seller).account_holder}
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = payout_accounts.change(
                seller=seller,
                actor=member.user,
                holder=form.cleaned_data["account_holder"],
                number=form.cleaned_data["account_number"],
            )
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _said(changed, account))
            return redirect("selling:money", seller.slug)
    return shop_page(
        request,
        member,
        "selling/payout_account.html",
        tab="money",
        form=form,
        account=account,
        days=settings.PAYOUT_ACCOUNT_WAIT_DAYS,
        error_title=bool(form.errors),
    )


def _said(changed: PayoutAccount, before: PayoutAccount | None) -> str:
    if before is not None and changed.pk == before.pk:
        return _("Nothing has changed.")
    if changed.waits:
        return _("Saved. Payouts go to it from %(day)s.") % {
            "day": date_format(changed.usable_from, "j F")
        }
    return _("Saved.")


def _page(request: HttpRequest, rows: "QuerySet[M]", order: Ordering) -> KeysetPage[M]:
    try:
        return keyset(rows, ordering=order, limit=ROWS, cursor=request.GET.get("cursor", ""))
    except CursorError as error:
        raise Http404(error.message) from error


def _link(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"
