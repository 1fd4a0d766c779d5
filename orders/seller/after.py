"""Orders that do not go as they were sold: extra postage, a buyer who wants to cancel; and their arrival."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.models import SellerOrder
from orders.selectors.cancelling import wish
from orders.selectors.postage import most_extra, open_extra
from orders.seller.after_forms import CancellationForm, PostageForm
from orders.seller.common import MAY_WRITE, order_url, own_order
from orders.services import calling_off, postage, seller_orders
from orders.services.steps import Asked


@require_POST
@team_page(*MAY_WRITE)
def order_delivered(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Say that the parcels have arrived."""
    part = own_order(member.seller, number)
    return _done(
        request,
        part,
        lambda: seller_orders.deliver(seller_order_id=part.pk, actor=member.user),
        _("Marked as delivered. The buyer is asked for a review."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def order_postage(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Ask the buyer for extra postage."""
    part = own_order(member.seller, number)
    form = PostageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        amount = Money(form.cleaned_data["amount"], part.currency)
        try:
            postage.propose(
                seller_order_id=part.pk,
                amount=amount,
                reason=form.cleaned_data["reason"],
                asked=Asked(member.user),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            words = _("The buyer is asked for %(amount)s by mail. Your deadline stands still.")
            messages.success(request, words % {"amount": amount})
            return redirect(order_url(part.seller, part.order.number))
    return shop_page(
        request,
        member,
        "selling/order_postage.html",
        tab="orders",
        part=part,
        form=form,
        most=most_extra(part),
        hours=settings.EXTRA_POSTAGE_HOURS,
        error_title=bool(form.errors),
    )


@require_POST
@team_page(*MAY_WRITE)
def order_postage_withdraw(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Take the proposal of extra postage back."""
    part = own_order(member.seller, number)
    extra = open_extra(part)
    if extra is None:
        messages.error(request, _("The extra postage has been answered."))
        return redirect(order_url(part.seller, part.order.number))
    return _done(
        request,
        part,
        lambda: postage.withdraw(extra_id=extra.pk, actor=member.user),
        _("Withdrawn. Please post the order for what was paid."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def order_cancellation(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Answer a buyer who asks to cancel."""
    part = own_order(member.seller, number)
    asked = wish(part)
    if asked is None or not asked.is_open:
        messages.error(request, _("Nobody asks to cancel this order (any more)."))
        return redirect(order_url(part.seller, part.order.number))
    form = CancellationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            words = _answer(part, member, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, words)
            return redirect(order_url(part.seller, part.order.number))
    return shop_page(
        request,
        member,
        "selling/order_cancellation.html",
        tab="orders",
        part=part,
        asked=asked,
        form=form,
        error_title=bool(form.errors),
    )


def _answer(part: SellerOrder, member: SellerMember, given: dict[str, Any]) -> str:
    if given["answer"] == CancellationForm.DECLINE:
        calling_off.decline(seller_order_id=part.pk, words=given["words"], actor=member.user)
        return _("The buyer is told that the order stays.")
    refusal = calling_off.agree(
        seller_order_id=part.pk, restock=given["restock"], actor=member.user
    )
    return _("Cancelled. The buyer gets %(amount)s back.") % {"amount": refusal.amount}


def _done(
    request: HttpRequest, part: SellerOrder, work: Callable[[], object], words: str
) -> HttpResponse:
    try:
        work()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(order_url(part.seller, part.order.number))
