"""The box on the start page: one thing found is opened, several are listed."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from books4all.lib.staff.display import change_url
from books4all.lib.staff.models import view_permission
from books4all.lib.staff.pages import site_page
from orders.models import Payment, Refund, SellerOrder, Shipment
from orders.selectors.find import LONGEST, find


@site_page("find/", name="find", permission="orders.view_order")
def find_page(request: HttpRequest) -> HttpResponse:
    """Find an order, a payment, a shop or a reader, as far as the asker may see them."""
    typed = request.GET.get("q", "")[:LONGEST]
    found = [
        group
        for group in find(typed)
        if request.user.has_perm(view_permission(type(group.rows[0])))
    ]
    if len(found) == 1 and len(found[0].rows) == 1:
        return HttpResponseRedirect(change_url(found[0].rows[0]))
    groups = [
        {
            "label": one.label,
            "more": one.more,
            "rows": [(change_url(r), _name(r)) for r in one.rows],
        }
        for one in found
    ]
    context = {
        **admin.site.each_context(request),
        "title": _("Find"),
        "typed": typed,
        "groups": groups,
    }
    return TemplateResponse(request, "admin/orders/find.html", context)


def _name(row: Model) -> str:
    """Return what tells a row from others of its kind."""
    if isinstance(row, Payment):
        return f"{row.order.number}, {row.amount}, {row.get_status_display()}"
    if isinstance(row, Refund):
        return f"{row.payment.order.number}, {row}"
    if isinstance(row, Shipment):
        return f"{row.seller_order.order.number}, {row}"
    if isinstance(row, SellerOrder):
        return f"{row}, {row.get_status_display()}"
    return str(row)
