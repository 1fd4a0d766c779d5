"""What a shop has sold: the piles of orders, and one order."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Seller, SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.api.pagination import CursorError, KeysetPage, Ordering, keyset
from books4all.lib.errors import DomainError, NotFoundError
from orders.models import SellerOrder
from orders.selectors import seller_orders as reads
from orders.selectors.paperwork import lists
from orders.seller.common import MAY_LOOK, MAY_WRITE, chosen, order_url, tab_named
from orders.seller.forms import FilterForm
from orders.services import posting
from orders.services import seller_orders as services

ROWS = 25
OLDEST = Ordering("shop-orders-oldest", ("pk",))
NEWEST = Ordering("shop-orders-newest", ("-pk",))
# What can be done with ticked orders, and the page that does it.
PAGES = {
    "post": "selling:orders_post",
    "labels": "selling:orders_labels",
    "slips": "selling:orders_slips",
    "pick": "selling:orders_pick",
}


@require_safe
@team_page(*MAY_LOOK)
def orders(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show a pile of orders: those to accept first, while there are any."""
    seller = member.seller
    counts = reads.tab_counts(seller)
    first = reads.Tab.TO_ACCEPT if counts[reads.Tab.TO_ACCEPT] else reads.Tab.TO_POST
    tab = tab_named(request.GET.get("tab", ""), first) or first
    form = FilterForm(seller, request.GET)
    filters = form.filters()
    page = _page(request, reads.orders_in(seller, tab, filters), tab)
    return shop_page(
        request,
        member,
        "selling/orders.html",
        tab="orders",
        pile=tab,
        heading=reads.TAB_LABELS[tab],
        tabs=_tabs(seller, tab, counts),
        rows=reads.rows_of(seller, page.rows),
        form=form,
        filtered=filters != reads.Filters(),
        previous=_link(request, tab, page.previous),
        next=_link(request, tab, page.next),
        waiting=tab in reads.WAITING_TABS,
        may_write=member.may(*MAY_WRITE),
    )


def _page(
    request: HttpRequest, rows: QuerySet[SellerOrder], tab: reads.Tab
) -> KeysetPage[SellerOrder]:
    order = OLDEST if tab in reads.WAITING_TABS else NEWEST
    try:
        return keyset(rows, ordering=order, limit=ROWS, cursor=request.GET.get("cursor", ""))
    except CursorError as error:
        raise Http404(error.message) from error


def _tabs(
    seller: Seller, current: reads.Tab, counts: dict[reads.Tab, int]
) -> list[dict[str, object]]:
    to = reverse("selling:orders", args=[seller.slug])
    return [
        {
            "title": label,
            "detail": f"{counts[tab]:,}",
            "url": f"{to}?tab={tab}",
            "current": tab == current,
        }
        for tab, label in reads.TAB_LABELS.items()
    ]


def _link(request: HttpRequest, tab: reads.Tab, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["tab"], query["cursor"] = tab, cursor
    return f"?{query.urlencode()}"


@require_POST
@team_page(*MAY_LOOK)
def orders_selected(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Do with the ticked orders what the button says: accept them here, anything else on its page."""
    seller, what = member.seller, request.POST.get("do", "")
    found = chosen(request, seller)
    back = f"{reverse('selling:orders', args=[seller.slug])}?tab={request.POST.get('pile', '')}"
    if not found:
        messages.error(request, _("Tick the orders that you mean, then press the button again."))
    elif what in PAGES:
        query = urlencode([("order", part.order.number) for part in found])
        return redirect(f"{reverse(PAGES[what], args=[seller.slug])}?{query}")
    elif what == "accept" and member.may(*MAY_WRITE):
        _accept(request, member, found)
    return redirect(back)


def _accept(request: HttpRequest, member: SellerMember, found: list[SellerOrder]) -> None:
    results = posting.accept_all(
        orders=[(part.pk, part.order.number) for part in found], actor=member.user
    )
    done = sum(not result.problem for result in results)
    if done:
        words = ngettext("%(n)s order accepted.", "%(n)s orders accepted.", done)
        messages.success(request, words % {"n": done})
    for result in results:
        if result.problem:
            messages.error(request, f"{result.number}: {result.problem}")


@require_safe
@team_page(*MAY_LOOK)
def order(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Show one order: what to pack, where it goes, and what has happened."""
    try:
        page = reads.sold_order(member.seller, number)
    except NotFoundError as error:
        raise Http404(error.message) from error
    return shop_page(
        request,
        member,
        "selling/order.html",
        tab="orders",
        page=page,
        part=page.seller_order,
        to=page.seller_order.order,
        documents=lists.of_seller_order(page.seller_order),
        may_write=member.may(*MAY_WRITE),
    )


@require_POST
@team_page(*MAY_WRITE)
def order_accept(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Accept one order."""
    try:
        part = reads.order_of(member.seller, number)
    except NotFoundError as error:
        raise Http404(error.message) from error
    try:
        services.accept(seller_order_id=part.pk, actor=member.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Accepted. It waits under “To post”."))
    return redirect(order_url(member.seller, part.order.number))
