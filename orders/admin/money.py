"""The page "Money and promises": figures by period, charts, and every table as CSV."""

import csv
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from books4all.lib.csv_cells import inert
from books4all.lib.money import Money
from books4all.lib.staff.pages import site_page
from orders.selectors.money_figures import SPANS, Cell, Table, period, table_named, tables

SPAN_WORDS = {1: _("one month"), 3: _("three months"), 12: _("twelve months")}


@site_page("money/", name="money", permission="orders.view_posting", label=_("Money and promises"))
def money_page(request: HttpRequest) -> HttpResponse:
    """Show the tables of a period."""
    of = period(request.GET.get("month", ""), request.GET.get("span", ""))
    chosen = urlencode({"month": f"{of.last:%Y-%m}", "span": str(of.months)})
    context = {
        **admin.site.each_context(request),
        "title": _("Money and promises"),
        "of": of,
        "spans": [(n, SPAN_WORDS[n]) for n in SPANS],
        "tables": [_shown(table, chosen) for table in tables(of)],
    }
    return TemplateResponse(request, "admin/orders/money.html", context)


@site_page("money/<slug:table>.csv", name="money_csv", permission="orders.view_posting")
def money_csv(request: HttpRequest, table: str) -> HttpResponse:
    """Send one of the tables; amounts are in major units of the marketplace's currency."""
    of = period(request.GET.get("month", ""), request.GET.get("span", ""))
    found = table_named(table, of)
    if found is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.name}-{of.last:%Y-%m}.csv"'
    writer = csv.writer(response)
    writer.writerow([inert(head) for head in found.heads])
    writer.writerows([[_plain(cell) for cell in row] for row in found.rows])
    return response


def _plain(cell: Cell) -> object:
    """Return a cell for a spreadsheet: amounts as numbers, words that are no formulas."""
    if isinstance(cell, Money):
        return str(cell.amount)
    if cell is None or isinstance(cell, int):
        return cell
    return inert(cell)


def _shown(table: Table, chosen: str) -> dict[str, Any]:
    rows = [[(cell, isinstance(cell, int | Money)) for cell in row] for row in table.rows]
    shown: dict[str, Any] = {
        "name": table.name,
        "title": table.title,
        "heads": table.heads,
        "rows": rows,
        "csv": f"{reverse('admin:money_csv', args=[table.name])}?{chosen}",
    }
    if table.drawn is not None and table.rows:
        # What is together would dwarf its parts.
        drawn = [row for row in table.rows if len(str(row[0])) == 10]
        amounts = [cell for row in drawn if isinstance(cell := row[table.drawn], Money)]
        if any(amounts):
            shown["amounts"] = [max(0, amount.minor) for amount in amounts]
            shown["labels"] = [str(row[0]) for row in drawn]
            shown["currency"] = amounts[0].currency
            shown["drawn"] = table.heads[table.drawn]
    return shown
