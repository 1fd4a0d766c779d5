"""What a buyer does about a parcel after the sale, by the order's link: with an account, or without."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from books4all.lib.errors import DomainError
from orders.constants import Actor
from orders.forms import CallOffForm
from orders.models import SellerOrder
from orders.selectors import orders as reads
from orders.selectors.cancelling import Cancelling, cancelling
from orders.selectors.postage import open_extra
from orders.services import calling_off, postage, seller_orders
from orders.views.common import visitor_user


def _part(token: str, pk: UUID) -> SellerOrder:
    found = reads.part_by_token(token, pk)
    if found is None:
        raise Http404
    return found


def _actor(request: HttpRequest, part: SellerOrder) -> User | None:
    """Return the buyer, if it is their account; the link alone is nobody's name."""
    user = visitor_user(request)
    return user if user is not None and user.pk == part.order.user_id else None


def _back(request: HttpRequest, part: SellerOrder) -> HttpResponse:
    """Lead back to the order, in the account where it is theirs."""
    if _actor(request, part) is not None:
        return redirect("orders:my_order", part.order.number)
    return redirect(part.order)


def _done(
    request: HttpRequest, part: SellerOrder, work: Callable[[], object], words: str
) -> HttpResponse:
    try:
        work()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return _back(request, part)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_cancel(request: HttpRequest, token: str, part: UUID) -> HttpResponse:
    """Cancel what the shop has not accepted, or ask it to cancel what it has."""
    found = _part(token, part)
    may = cancelling(found)
    if may not in (Cancelling.CANCEL, Cancelling.ASK):
        messages.error(request, _("Nothing of this order is left to cancel."))
        return _back(request, found)
    form = CallOffForm(request.POST if request.method == "POST" else None)
    # What the buyer was shown counts: nobody asks who meant to cancel, nor the other way round.
    shown = request.POST.get("may", may.value)
    if form.is_valid() and shown == may.value:
        reason, actor = form.cleaned_data["reason"], _actor(request, found)
        if may == Cancelling.CANCEL:
            return _done(
                request,
                found,
                lambda: calling_off.call_off(seller_order_id=found.pk, reason=reason, actor=actor),
                _("Cancelled. You get all of it back, the way you paid."),
            )
        return _done(
            request,
            found,
            lambda: calling_off.ask(seller_order_id=found.pk, reason=reason, actor=actor),
            _("The shop is asked to cancel. We write to you as soon as it has answered."),
        )
    if shown != may.value:
        messages.warning(request, _("The order has changed meanwhile. Look again, then decide."))
    context = {"part": found, "order": found.order, "form": form, "ask": may == Cancelling.ASK,
               "may": may.value, "error_title": bool(form.errors)}  # fmt: skip
    return render(request, "orders/part_cancel.html", context)


@require_POST
def part_arrived(request: HttpRequest, token: str, part: UUID) -> HttpResponse:
    """Say that the parcels of a shop have arrived."""
    found = _part(token, part)
    return _done(
        request,
        found,
        lambda: seller_orders.deliver(
            seller_order_id=found.pk, actor=_actor(request, found), side=Actor.BUYER
        ),
        _("Thank you. We hope you like what you read."),
    )


@require_POST
def part_postage(request: HttpRequest, token: str, part: UUID) -> HttpResponse:
    """Pay the extra postage that the shop asks for, or refuse it."""
    found = _part(token, part)
    extra = open_extra(found)
    if extra is None:
        messages.error(request, _("The extra postage has been answered."))
        return _back(request, found)
    if request.POST.get("answer") == "refuse":
        return _done(
            request,
            found,
            lambda: postage.refuse(extra_id=extra.pk, actor=_actor(request, found)),
            _("Refused. The shop posts for what you have paid, or cancels: we write to you."),
        )
    try:
        page = postage.pay(extra_id=extra.pk)
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request, found)
    return redirect(page.removeprefix(settings.PUBLIC_URL) or "/")
