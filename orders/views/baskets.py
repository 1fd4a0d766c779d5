"""The basket's page and forms, and the header's share of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import sells
from books4all.lib.errors import DomainError
from books4all.lib.sameorigin import same_origin_required
from catalog.selectors.lists import new_copies_for
from orders.forms import AddForm, DeliveryForm, QuantityForm
from orders.receivers import SESSION_KEY
from orders.selectors.baskets import copies_in
from orders.services import baskets
from orders.services import checkout as checkouts
from orders.views import codes
from orders.views.common import (
    basket_context,
    basket_token,
    change_basket,
    own_basket,
    own_view,
    visitor_user,
)


@never_cache
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """Show the basket, a parcel a shop."""
    view = own_view(request)
    return render(request, "orders/basket.html", basket_context(view))


@require_POST
@same_origin_required
def basket_add(request: HttpRequest) -> HttpResponse:
    """Put a copy in the basket, from pages that carry no token."""
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That copy is no longer for sale."))
        return redirect("orders:basket")
    own = baskets.get_or_create_basket(user=visitor_user(request), token=basket_token(request))
    if own.user_id is None and basket_token(request) != own.token:
        request.session[SESSION_KEY] = own.token
    quantity = form.cleaned_data["quantity"] or 1
    added = change_basket(
        request,
        own,
        lambda: baskets.add(basket=own, listing_id=form.cleaned_data["listing"], quantity=quantity),
    )
    if added is not None:
        _say_added(request, added)
    if request.htmx and request.htmx.target:  # type: ignore[attr-defined]  # django-htmx
        response = render(request, "orders/_added.html")
        response["HX-Trigger"] = "basket-changed"
        return response
    return redirect("orders:basket")


def _say_added(request: HttpRequest, added: baskets.Added) -> None:
    title = added.line.listing.edition.title
    if not added.added:
        text = _("Every copy of %(title)s that this shop has is in your basket.")
        messages.info(request, text % {"title": title})
    elif added.clamped:
        text = ngettext(
            "%(title)s: only %(n)s copy was left, and it is in your basket.",
            "%(title)s: only %(n)s copies were left, and they are in your basket.",
            added.line.quantity,
        )
        messages.warning(request, text % {"title": title, "n": added.line.quantity})
    else:
        messages.success(request, _("%(title)s is in your basket.") % {"title": title})


@require_POST
def basket_update(request: HttpRequest, line: UUID) -> HttpResponse:
    """Change how many copies, or remove them."""
    own, form = own_basket(request), QuantityForm(request.POST)
    if own is None:
        return redirect("orders:basket")
    if not form.is_valid():
        messages.error(request, _("Enter how many copies you want, as a number."))
        return redirect("orders:basket")
    wanted = form.cleaned_data["quantity"]
    changed = change_basket(
        request,
        own,
        lambda: baskets.set_quantity(basket=own, line_id=line, quantity=wanted),
    )
    if changed is not None and changed.quantity < wanted:
        messages.warning(request, _("There are no more than %(n)s.") % {"n": changed.quantity})
    return redirect("orders:basket")


@require_POST
def basket_delivery(request: HttpRequest) -> HttpResponse:
    """Choose the speed of delivery for one shop's parcel."""
    own, form = own_basket(request), DeliveryForm(request.POST)
    if own is not None and form.is_valid():
        seller, service = form.cleaned_data["seller"], form.cleaned_data["service"]
        change_basket(
            request,
            own,
            lambda: baskets.choose_delivery(basket=own, seller_id=seller, service=service),
        )
    return redirect("orders:basket")


@require_POST
def basket_code(request: HttpRequest) -> HttpResponse:
    """Put the code of a promotion or a gift card in the basket, or take one out."""
    own = own_basket(request)
    refused = codes.change(request, own) if own else {}
    if refused:
        context = {**basket_context(own_view(request)), **refused, "error_title": True}
        return render(request, "orders/basket.html", context, status=422)
    return redirect("orders:basket")


@require_POST
def basket_reopen(request: HttpRequest) -> HttpResponse:
    """Give up paying for now, and change the basket."""
    own = own_basket(request)
    if own is None:
        return redirect("orders:basket")
    try:
        paid = checkouts.abandon(basket_id=own.pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("orders:basket")
    return redirect(paid) if paid else redirect("orders:basket")


@never_cache
@require_safe
def header(request: HttpRequest) -> HttpResponse:
    """Show the personal part of the header, which pages in shared caches can't carry."""
    user = visitor_user(request)
    context = {
        "basket_count": copies_in(user=user, token=basket_token(request)),
        "want_count": new_copies_for(user) if user else 0,
        "name": user.get_short_name() if user else "",
        "shop_url": reverse("selling:shops") if user and sells(user) else "",
        "fragment": True,
    }
    return render(request, "components/header_tools.html", context)
