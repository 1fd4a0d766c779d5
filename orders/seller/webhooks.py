"""A shop's webhooks: which of its programs are told what, and what became of the telling."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from accounts.seller.application import show_errors
from books4all.lib.api.pagination import CursorError, Ordering, keyset
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.missing import found_or_404
from orders.models import WebhookEndpoint
from orders.selectors import webhooks as reads
from orders.seller.webhook_forms import LogForm, ReplayForm, WebhookForm
from orders.services import webhook_sending, webhooks

TAB = "webhooks"
A_PAGE = 50
BY_TIME = Ordering("webhook-log", ("-pk",))
# Where a new secret waits to be shown: once, on the page that follows.
_FRESH = "webhook_secret"

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@require_safe
@team_page(SellerRole.ORDERS)
def webhook_list(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List the shop's webhooks."""
    rows = list(reads.endpoints_of(member.seller))
    return shop_page(
        request,
        member,
        "selling/webhooks.html",
        tab=TAB,
        rows=rows,
        room=len(rows) < webhooks.MOST_ENDPOINTS,
    )


@never_cache
@read_or_write
@team_page(SellerRole.ORDERS)
def webhook_add(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Add a webhook; its secret is shown on the page that follows."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = webhooks.add(seller=member.seller, actor=member.user, **form.cleaned_data)
        except DomainError as error:
            show_errors(form, error)
        else:
            return _show_secret(request, member, made)
    return shop_page(
        request,
        member,
        "selling/webhook_edit.html",
        tab=TAB,
        form=form,
        error_title=bool(form.errors),
    )


@never_cache
@require_safe
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show a webhook with the log of what it was told; a secret that was just made, once."""
    return _endpoint_page(request, member, pk, ReplayForm(initial={"since": _yesterday()}))


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_edit(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Change where a webhook is, and what it is told."""
    endpoint = reads.endpoint_of(member.seller, pk)
    known = {
        "url": endpoint.url,
        "description": endpoint.description,
        "types": endpoint.types,
    }
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        try:
            webhooks.amend(endpoint_id=endpoint.pk, actor=member.user, **form.cleaned_data)
        except NotFoundError:
            raise
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return _back(member, pk)
    return shop_page(
        request,
        member,
        "selling/webhook_edit.html",
        tab=TAB,
        endpoint=endpoint,
        form=form,
        error_title=bool(form.errors),
    )


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_rotate(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Ask, then make a new secret and show it."""
    endpoint = reads.endpoint_of(member.seller, pk)
    if request.method == "POST":
        made = webhooks.rotate(endpoint_id=endpoint.pk, actor=member.user)
        return _show_secret(request, member, made)
    return shop_page(request, member, "selling/webhook_rotate.html", tab=TAB, endpoint=endpoint)


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_remove(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Ask, then take a webhook away."""
    endpoint = reads.endpoint_of(member.seller, pk)
    if request.method == "POST":
        webhooks.remove(endpoint_id=endpoint.pk, actor=member.user)
        messages.success(request, _("Removed. Nothing is sent to it any more."))
        return redirect("selling:webhooks", member.seller.slug)
    return shop_page(request, member, "selling/webhook_remove.html", tab=TAB, endpoint=endpoint)


@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_switch(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Switch a webhook on (``on`` is "yes") or off."""
    endpoint = reads.endpoint_of(member.seller, pk)
    on = request.POST.get("on") == "yes"
    switch = webhooks.switch_on if on else webhooks.switch_off
    done = (
        _("On again. What was given up meanwhile can be sent again below.")
        if on
        else _("Off. Nothing is sent to it until you switch it on.")
    )
    return _do(request, member, endpoint, switch, done)


@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_test(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Send a test, and show what becomes of it."""
    endpoint = reads.endpoint_of(member.seller, pk)
    try:
        made = webhooks.test(endpoint_id=endpoint.pk, actor=member.user)
    except NotFoundError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _back(member, pk)
    return redirect("selling:webhook_delivery", member.seller.slug, made.pk)


@never_cache
@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_replay(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Send everything again that failed since a day."""
    endpoint = reads.endpoint_of(member.seller, pk)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _endpoint_page(request, member, pk, form)
    try:
        n = webhook_sending.replay_failed(
            endpoint_id=endpoint.pk, since=form.moment(), actor=member.user
        )
    except NotFoundError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _back(member, pk)
    if n:
        text = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", n)
        messages.success(request, text % {"n": n})
    else:
        messages.info(request, _("Nothing has failed since then."))
    return _back(member, pk)


@never_cache
@require_safe
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_delivery(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show one message on its way: what was sent, and each answer."""
    delivery = reads.delivery_of(member.seller, pk)
    return shop_page(
        request,
        member,
        "selling/webhook_delivery.html",
        tab=TAB,
        delivery=delivery,
        endpoint=delivery.endpoint,
        sent=reads.readable(delivery.message),
        tries=list(delivery.tries.all())[:A_PAGE],
    )


@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def webhook_delivery_replay(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Send one message again."""
    delivery = reads.delivery_of(member.seller, pk)
    try:
        webhook_sending.replay(delivery_id=delivery.pk, actor=member.user)
    except NotFoundError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is sent again."))
    return redirect("selling:webhook_delivery", member.seller.slug, pk)


def _endpoint_page(
    request: HttpRequest, member: SellerMember, pk: UUID, replay: ReplayForm
) -> HttpResponse:
    endpoint = reads.endpoint_of(member.seller, pk)
    form = LogForm(request.GET or None)
    narrowed = form.narrowed() if form.is_bound else {}
    try:
        page = keyset(
            reads.deliveries_of(endpoint, **narrowed),
            ordering=BY_TIME,
            limit=A_PAGE,
            cursor=request.GET.get("cursor", ""),
        )
    except CursorError as error:
        raise Http404(error.message) from error
    kept = {"state": narrowed.get("state", ""), "type": narrowed.get("kind", "")}

    def link(cursor: str) -> str:
        return f"?{urlencode({**kept, 'cursor': cursor})}" if cursor else ""

    fresh: dict[str, str] = request.session.get(_FRESH, {})
    secret = fresh.get(str(pk), "")
    if secret:
        del request.session[_FRESH]
    return shop_page(
        request,
        member,
        "selling/webhook.html",
        tab=TAB,
        endpoint=endpoint,
        secret=secret,
        form=form,
        replay=replay,
        filtered=any(kept.values()),
        rows=page.rows,
        previous=link(page.previous),
        next=link(page.next),
        error_title=bool(replay.errors),
    )


def _show_secret(
    request: HttpRequest, member: SellerMember, endpoint: WebhookEndpoint
) -> HttpResponse:
    """Go to the endpoint's page, which shows the new secret: reloading it does nothing twice."""
    request.session[_FRESH] = {str(endpoint.pk): endpoint.secret}
    return _back(member, endpoint.pk)


def _do(
    request: HttpRequest,
    member: SellerMember,
    endpoint: WebhookEndpoint,
    act: Callable[..., Any],
    done: str,
) -> HttpResponse:
    act(endpoint_id=endpoint.pk, actor=member.user)
    messages.success(request, done)
    return _back(member, endpoint.pk)


def _back(member: SellerMember, pk: UUID) -> HttpResponse:
    return redirect("selling:webhook", member.seller.slug, pk)


def _yesterday() -> Any:
    return (timezone.now() - timedelta(days=1)).date()
