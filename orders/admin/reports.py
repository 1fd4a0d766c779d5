"""Pages of reports: VAT by country and rate, and what sellers had in a year (DAC7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books4all.lib.money import Money
from orders.selectors.paperwork import dac7, tax_report, words
from orders.selectors.paperwork.tax_report import Period

# Facts that the law wants, as the report's column of what is missing calls them.
_MISSING = {
    "name": gettext_lazy("legal name"),
    "address": gettext_lazy("address"),
    "account": gettext_lazy("account"),
    "tin": gettext_lazy("tax number"),
    "birth_date": gettext_lazy("date of birth"),
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A report as a page: what to choose, a table of its first rows, and its files."""

    title: str
    explain: str
    choices: Sequence[tuple[str, str]]
    chosen: str
    heads: Sequence[str | Promise]
    rows: Sequence[Sequence[object]]
    # Columns of numbers, by index.
    numbers: Sequence[int]
    files: Sequence[tuple[str, str]] = field(default_factory=tuple)
    more: bool = False


class ReportsMixin:
    """Adds the two reports to the admin of documents."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        """Add the pages."""
        routes = [
            path("vat/", self.admin_site.admin_view(self.vat), name="orders_document_vat"),
            path("sellers/", self.admin_site.admin_view(self.sellers), name="orders_document_dac7"),
        ]
        return [*routes, *super().get_urls()]  # type: ignore[misc]  # a model admin stands beside it

    def vat(self, request: HttpRequest) -> HttpResponseBase:
        """Show VAT by country and rate in a period, or send it as a table."""
        _hold(request, "orders.view_document")
        try:
            period = Period.parse(request.GET.get("of") or _last_quarter())
        except ValueError:
            period = Period.parse(_last_quarter())
        by_shop = request.GET.get("by") == "shop"
        if request.GET.get("as") == "csv":
            name = f"vat-{period}{'-by-shop' if by_shop else ''}"
            return _csv(tax_report.table(period, by_shop=by_shop), name)
        return self._page(request, _vat_page(period))

    def sellers(self, request: HttpRequest) -> HttpResponseBase:
        """Show what each seller had in a year, or send it as a table. It has their private details."""
        _hold(request, "orders.view_document", "accounts.view_sellerdetails")
        years = dac7.years()
        text = request.GET.get("of", "")
        year = int(text) if text.isdecimal() and int(text) in years else years[1]
        if request.GET.get("as") == "csv":
            everybody = request.GET.get("by") == "everybody"
            name = f"dac7-{year}{'-everybody' if everybody else ''}"
            return _csv(dac7.table(year, everybody=everybody), name)
        return self._page(request, _sellers_page(year))

    def _page(self, request: HttpRequest, page: Page) -> HttpResponse:
        context: Mapping[str, Any] = {
            **self.admin_site.each_context(request),
            "title": page.title,
            "page": page,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/orders/report.html", dict(context))


def _hold(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def _csv(lines: Iterator[str], name: str) -> HttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    # A response all the same, though the stubs know no common base.
    return cast("HttpResponse", response)


def _last_quarter() -> str:
    today = timezone.localdate()
    quarter = (today.month - 1) // 3
    return f"{today.year}-q{quarter}" if quarter else f"{today.year - 1}-q4"


def _periods() -> list[tuple[str, str]]:
    """Return the quarters and months of this year and the two before, the latest first."""
    today = timezone.localdate()
    found = []
    for year in range(today.year, today.year - 3, -1):
        for quarter in (4, 3, 2, 1):
            period = Period(year, quarter=quarter)
            if period.first <= today:
                named = {"n": quarter, "year": year}
                found.append((str(period), _("Quarter %(n)s of %(year)s") % named))
            for month in range(3 * quarter, 3 * quarter - 3, -1):
                one = Period(year, month=month)
                if one.first <= today:
                    found.append((str(one), words.day(one.first.isoformat(), "F Y")))
    return found


def _vat_page(period: Period) -> Page:
    found = list(islice(tax_report.report(period), tax_report.SHOWN + 1))
    rows = [
        [
            row.remitter,
            row.country_from,
            row.country_to,
            _("goods") if row.goods else _("services"),
            row.scheme,
            words.rate(row.rate_bp),
            words.amount(row.net, row.currency),
            words.amount(row.tax, row.currency),
            words.amount(row.gross, row.currency),
        ]
        for row in found[: tax_report.SHOWN]
    ]
    return Page(
        title=_("VAT by country and rate"),
        explain=_(
            "From the documents that were issued, by the day on which the tax fell due; credit notes are"
            " taken off. What shops remit is theirs to declare: the table by shop has their VAT numbers."
        ),
        choices=_periods(),
        chosen=str(period),
        heads=[
            *(_("Remitted by"), _("From"), _("To"), _("Supply"), _("Scheme"), _("Rate")),
            *(_("Without VAT"), _("VAT"), _("With VAT")),
        ],
        rows=rows,
        numbers=(5, 6, 7, 8),
        files=[("", _("Table (CSV)")), ("shop", _("Table by shop (CSV)"))],
        more=len(found) > tax_report.SHOWN,
    )


def _sellers_page(year: int) -> Page:
    found = list(islice(dac7.report(year), dac7.SHOWN + 1))
    rows = [
        [
            one.seller.name,
            one.seller.get_kind_display(),
            str(one.seller.country.name),
            one.sales,
            *(Money(n, one.currency) for n in (one.consideration, one.fees, one.taxes)),
            _("too little") if one.is_excluded else _("reported"),
            ", ".join(str(_MISSING[name]) for name in one.missing) or "–",
        ]
        for one in found[: dac7.SHOWN]
    ]
    return Page(
        title=_("Sellers’ year (DAC7)"),
        explain=_(
            "What each seller has had, after all that the marketplace kept, with refunds taken off. Left out"
            " of the report: fewer than 30 sales for no more than 2,000 euros in the year. The file for the"
            " tax office is a table so far, not yet its XML."
        ),
        choices=[(str(one), str(one)) for one in dac7.years()],
        chosen=str(year),
        heads=[
            *(_("Seller"), _("Kind"), _("Country"), _("Sales"), _("Had"), _("Fees kept")),
            *(_("Taxes kept"), _("In the report"), _("Missing facts")),
        ],
        rows=rows,
        numbers=(3, 4, 5, 6),
        files=[("", _("Report (CSV)")), ("everybody", _("All sellers (CSV)"))],
        more=len(found) > dac7.SHOWN,
    )
