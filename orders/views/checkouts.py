"""Checkout on one page, and the way back from the provider's."""

from math import ceil
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_countries import countries

from accounts.selectors import addresses_of, visitor_country
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import OrderStatus
from orders.errors import (
    BasketChangedError,
    BusyError,
    CheckoutInProgressError,
    OrderClosedError,
    ProviderError,
    ProviderUnavailableError,
)
from orders.forms import CheckoutForm, address_values
from orders.models import Basket, Order
from orders.payments import offered_providers
from orders.payments.base import ProviderState
from orders.selectors import orders as reads
from orders.selectors.baskets import BasketView, view_of
from orders.services import baskets, payments
from orders.services import checkout as checkouts
from orders.views import codes
from orders.views.common import (
    basket_context,
    own_basket,
    own_view,
    visitor_user,
)

log = structlog.get_logger(__name__)


@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """Take the address and lead to the provider's page; everything is on one page."""
    if request.method == "POST":
        asked = _codes_changed if codes.is_asked(request) else _checkout_submitted
        return asked(request)
    view = own_view(request)
    if view.quote.is_empty:
        return redirect("orders:basket")
    form = CheckoutForm(initial=_initial(request, view))
    return _checkout_page(request, view, form)


def _initial(request: HttpRequest, view: BasketView) -> dict[str, Any]:
    initial: dict[str, Any] = {"country": view.quote.country}
    user, order = visitor_user(request), view.waiting
    if user is not None:
        initial["email"], initial["full_name"] = user.email, user.name
        chosen = request.GET.get("address", "")
        saved = list(addresses_of(user)[:20])
        fitting = [a for a in saved if str(a.pk) == chosen] or (saved[:1] if not chosen else [])
        for address in fitting:
            initial |= address_values(address)
    if order is not None:
        initial |= address_values(order) | {"email": order.email}
    return initial


def _checkout_page(
    request: HttpRequest,
    view: BasketView,
    form: CheckoutForm,
    *,
    notice: str = "",
    status: int = 200,
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    user = visitor_user(request)
    country = form["country"].value() or view.quote.country
    if view.basket is not None and country != view.quote.country and country in _codes():
        view = view_of(view.basket, country=country)
    context = {
        **basket_context(view),
        **(refused or {}),
        "form": form,
        "notice": notice,
        "error_title": bool(form.errors or notice or refused),
        "addresses": list(addresses_of(user)[:20]) if user else [],
        "held_minutes": _held_minutes(view.waiting),
        "total_minor": view.quote.to_pay.minor,
        "ways": _ways(form, view.waiting) if view.quote.to_pay else [],
    }
    return render(request, "orders/checkout.html", context, status=status)


def _ways(form: CheckoutForm, order: Order | None) -> list[dict[str, object]]:
    """Return the ways to pay, with the chosen one marked; an order that waits keeps its own."""
    chosen = form["payment"].value() or (order.payment.provider if order else "")
    offered = offered_providers()
    names = {way.name for way in offered}
    return [
        {
            "code": way.name,
            "title": way.title,
            "explain": way.explain,
            "selected": way.name == chosen or (chosen not in names and n == 0),
        }
        for n, way in enumerate(offered)
    ]


def _codes() -> frozenset[str]:
    return frozenset(code for code, _name in countries)


def _held_minutes(order: Order | None) -> int:
    """Return for how many more minutes the books are held: a length needs no time zone."""
    hold = order.holds.order_by("expires_at").first() if order else None
    left = (hold.expires_at - timezone.now()).total_seconds() if hold else 0
    return max(0, ceil(left / 60))


def _codes_changed(request: HttpRequest) -> HttpResponse:
    """Use a code or take one out; what was typed into the page stays as it is, right or wrong."""
    own = own_basket(request)
    if own is None:
        return redirect("orders:basket")
    form = CheckoutForm(
        initial={name: request.POST.get(name, "") for name in CheckoutForm.base_fields}
    )
    country = str(form["country"].value())
    _choose_services(request, own, country if country in _codes() else visitor_country(request))
    refused = codes.change(request, own)
    return _checkout_page(
        request, own_view(request), form, status=422 if refused else 200, refused=refused
    )


def _checkout_submitted(request: HttpRequest) -> HttpResponse:
    own, form = own_basket(request), CheckoutForm(request.POST)
    if own is None:
        return redirect("orders:basket")
    if not form.is_valid():
        return _checkout_page(request, own_view(request), form, status=422)
    try:
        _choose_services(request, own, form.cleaned_data["country"])
        submitted = checkouts.submit(
            basket_id=own.pk,
            expected_total=Money(form.cleaned_data["total"], settings.MARKETPLACE_CURRENCY),
            address=form.address(),
            buyer=checkouts.Buyer(
                email=form.cleaned_data["email"],
                user=visitor_user(request),
                language=get_language() or settings.LANGUAGE_CODE,
                provider=form.cleaned_data["payment"],
            ),
        )
    except OrderClosedError as error:
        return _closed(request, error)
    except ProviderUnavailableError as error:
        messages.warning(request, error.message)
        waiting = view_of(own, country=form.cleaned_data["country"]).waiting
        return (
            redirect("orders:pay_return", waiting.payment.pk)
            if waiting
            else redirect("orders:basket")
        )
    except BasketChangedError as error:
        view = own_view(request, form.cleaned_data["country"])
        return _checkout_page(request, view, form, notice=error.message, status=409)
    except DomainError as error:
        view = own_view(request, form.cleaned_data["country"])
        return _checkout_page(request, view, form, notice=error.message, status=error.status)
    return redirect(_near(submitted.page_url))


def _closed(request: HttpRequest, error: OrderClosedError) -> HttpResponse:
    order = error.extra.get("order")
    if isinstance(order, Order) and order.status == OrderStatus.PLACED:
        return redirect(order)
    messages.warning(request, error.message)
    return redirect("orders:basket")


def _near(url: str) -> str:
    """Leave the host out of an address on this site: the visitor may know it by another name."""
    return url.removeprefix(settings.PUBLIC_URL) or "/"


def _choose_services(request: HttpRequest, own: Basket, country: str) -> None:
    """Take over the speeds of delivery that were chosen on the checkout page."""
    quote = view_of(own, country=country).quote
    wanted = {}
    for parcel in quote.parcels:
        code = request.POST.get(f"service-{parcel.seller_id}", "")
        offered = {option.code for option in parcel.services}
        if parcel.service and code != parcel.service.code and code in offered:
            wanted[parcel.seller_id] = code
    if wanted:
        try:
            baskets.choose_deliveries(basket=own, services=wanted)
        except CheckoutInProgressError:
            checkouts.abandon(basket_id=own.pk)
            baskets.choose_deliveries(basket=own, services=wanted)


@require_POST
def pay_again(request: HttpRequest, payment: UUID) -> HttpResponse:
    """Lead back to the provider's page of an order that waits for payment."""
    order = _order_of(payment)
    try:
        return redirect(_near(checkouts.pay(order_id=order.pk)))
    except OrderClosedError as error:
        return _closed(request, error)
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("orders:pay_return", payment)


@never_cache
@require_GET
def pay_return(request: HttpRequest, payment: UUID) -> HttpResponse:
    """Welcome the buyer back from the provider's page, whatever happened there."""
    order = _order_of(payment)
    try:
        settled = payments.settle(payment_id=payment)
        order, state = settled.order, settled.state
    except (ProviderError, BusyError) as error:
        log.warning("payment_not_known", payment=str(payment), error=str(error))
        state = ProviderState.PROCESSING
    if order.status == OrderStatus.PLACED:
        if state is ProviderState.PROCESSING:
            # Paid later than the order: extra postage.
            messages.info(
                request, _("We are waiting for your bank. Please don’t pay again: we write to you.")
            )
        return redirect(order)
    context = {
        "order": order,
        "payment": payment,
        "expired": order.status == OrderStatus.EXPIRED,
        "processing": state is ProviderState.PROCESSING and order.status == OrderStatus.PENDING,
        "held_minutes": _held_minutes(order),
    }
    return render(request, "orders/pay_return.html", context)


def _order_of(payment: UUID) -> Order:
    order = reads.order_of_payment(payment)
    if order is None:
        raise Http404
    return order
