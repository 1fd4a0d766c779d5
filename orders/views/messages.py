"""The reader's conversations with shops."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.selectors import signed_in_user
from books4all.lib.errors import DomainError
from books4all.lib.missing import found_or_404
from orders.constants import Side
from orders.forms import MessageForm, ReportForm
from orders.models import Message
from orders.selectors import messages as reads
from orders.services import messages as writes

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List the reader's conversations."""
    only = reads.filter_named(request.GET.get("show", ""))
    page = reads.page_of(
        reads.threads_of_buyer(signed_in_user(request), only), request.GET.get("page")
    )
    context = {"page": page, "chosen": only, "side": Side.BUYER, "tab": "messages"}
    return render(request, "orders/messages.html", context)


@never_cache
@login_required
@read_or_write
@found_or_404
def thread(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a conversation, and write on in it."""
    user = signed_in_user(request)
    view = reads.thread_of_buyer(user, pk)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            writes.reply(thread_id=pk, side=Side.BUYER, author=user, text=form.cleaned_data["text"])
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Sent."))
            return redirect("orders:message", pk)
    talk = reads.talk_of(view.thread, request.GET.get("page"))
    if talk.until and view.thread.buyer_unread:
        writes.mark_read(thread_id=pk, side=Side.BUYER, until=talk.until)
    context = {"view": view, "thread": view.thread, "side": Side.BUYER, "talk": talk}
    context |= {"form": form, "error_title": bool(form.errors), "tab": "messages"}
    return render(request, "orders/message.html", context)


@never_cache
@login_required
@read_or_write
@found_or_404
def ask(request: HttpRequest, listing: int) -> HttpResponse:
    """Ask the shop about a copy."""
    user = signed_in_user(request)
    copy = reads.copy_to_ask_about(listing)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = _begun(
            request,
            form,
            lambda: writes.ask(buyer=user, listing_id=copy.pk, text=form.cleaned_data["text"]),
        )
        if sent is not None:
            return sent
    context = {"form": form, "copy": copy, "shop": copy.seller, "error_title": bool(form.errors)}
    return render(request, "orders/message_new.html", {**context, "tab": "messages"})


@never_cache
@login_required
@read_or_write
@found_or_404
def about_order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the shop about an order; goes on in the conversation there is."""
    user = signed_in_user(request)
    part = reads.order_of_buyer(user, pk)
    known = reads.thread_about_order(part)
    if known is not None:
        return redirect("orders:message", known.pk)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = _begun(
            request,
            form,
            lambda: writes.write_about_order(
                seller_order=part, side=Side.BUYER, author=user, text=form.cleaned_data["text"]
            ),
        )
        if sent is not None:
            return sent
    context = {"form": form, "order": part.order, "shop": part.seller}
    context |= {"error_title": bool(form.errors), "tab": "messages"}
    return render(request, "orders/message_new.html", context)


@login_required
@require_POST
@found_or_404
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a conversation away, or get it out again."""
    view = reads.thread_of_buyer(signed_in_user(request), pk)
    away = not view.thread.buyer_archived
    writes.archive(thread_id=pk, side=Side.BUYER, archived=away)
    messages.success(request, _("Put away.") if away else _("Back among your messages."))
    return redirect("orders:messages")


@login_required
@require_POST
@found_or_404
def block(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Block the shop, or let it write again."""
    user = signed_in_user(request)
    view = reads.thread_of_buyer(user, pk)
    try:
        if view.blocked_by_me:
            writes.unblock(thread_id=pk, side=Side.BUYER, actor=user)
            messages.success(request, _("The shop can write to you again."))
        else:
            writes.block(thread_id=pk, side=Side.BUYER, actor=user)
            messages.success(request, _("The shop can’t write to you any more."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("orders:message", pk)


@never_cache
@login_required
@read_or_write
@found_or_404
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask staff to look at a conversation."""
    user = signed_in_user(request)
    view = reads.thread_of_buyer(user, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            writes.report(thread_id=pk, side=Side.BUYER, reporter=user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. Our staff will look at it."))
            return redirect("orders:message", pk)
    context = {"view": view, "thread": view.thread, "form": form, "tab": "messages"}
    return render(
        request, "orders/message_report.html", context | {"error_title": bool(form.errors)}
    )


def _begun(
    request: HttpRequest, form: MessageForm, write: Callable[[], Message]
) -> HttpResponse | None:
    """Send the first message of a conversation and go there; None if it was refused."""
    try:
        sent = write()
    except DomainError as error:
        form.refuse(error)
        return None
    messages.success(request, _("Sent. The shop’s answer comes here, and you get an email."))
    return redirect("orders:message", sent.thread_id)
