"""A shop's conversations with readers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from books4all.lib.missing import found_or_404
from orders.constants import Side
from orders.forms import MessageForm, ReportForm
from orders.selectors import messages as reads
from orders.services import messages as writes

read_or_write = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@require_safe
@team_page(SellerRole.ORDERS)
def inbox(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """List the shop's conversations."""
    only = reads.filter_named(request.GET.get("show", ""))
    page = reads.page_of(reads.threads_of_seller(member.seller, only), request.GET.get("page"))
    return shop_page(
        request,
        member,
        "selling/messages.html",
        tab="messages",
        page=page,
        chosen=only,
        side=Side.SELLER,
    )


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def thread(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Show a conversation, and write on in it."""
    view = reads.thread_of_seller(member.seller, pk)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            writes.reply(thread_id=pk, side=Side.SELLER, author=member.user, text=text)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Sent."))
            return redirect("selling:message", member.seller.slug, pk)
    talk = reads.talk_of(view.thread, request.GET.get("page"))
    if talk.until and view.thread.seller_unread:
        writes.mark_read(thread_id=pk, side=Side.SELLER, until=talk.until)
    return shop_page(
        request,
        member,
        "selling/message.html",
        tab="messages",
        view=view,
        thread=view.thread,
        side=Side.SELLER,
        talk=talk,
        form=form,
        error_title=bool(form.errors),
    )


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def about_order(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Write to the buyer of an order; goes on in the conversation there is."""
    part = reads.order_of_seller(member.seller, pk)
    known = reads.thread_about_order(part)
    if known is not None:
        return redirect("selling:message", member.seller.slug, known.pk)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = writes.write_about_order(
                seller_order=part,
                side=Side.SELLER,
                author=member.user,
                text=form.cleaned_data["text"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Sent. The buyer gets an email that leads here."))
            return redirect("selling:message", member.seller.slug, sent.thread_id)
    return shop_page(
        request,
        member,
        "selling/message_new.html",
        tab="messages",
        form=form,
        part=part,
        error_title=bool(form.errors),
    )


@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def archive(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Put a conversation away, or get it out again."""
    view = reads.thread_of_seller(member.seller, pk)
    away = not view.thread.seller_archived
    writes.archive(thread_id=pk, side=Side.SELLER, archived=away)
    messages.success(request, _("Put away.") if away else _("Back among your messages."))
    return redirect("selling:messages", member.seller.slug)


@require_POST
@found_or_404
@team_page(SellerRole.ORDERS)
def block(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Block the reader, or let them write again."""
    view = reads.thread_of_seller(member.seller, pk)
    try:
        if view.blocked_by_me:
            writes.unblock(thread_id=pk, side=Side.SELLER, actor=member.user)
            messages.success(request, _("They can write to you again."))
        else:
            writes.block(thread_id=pk, side=Side.SELLER, actor=member.user)
            messages.success(request, _("They can’t write to you any more."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("selling:message", member.seller.slug, pk)


@never_cache
@read_or_write
@found_or_404
@team_page(SellerRole.ORDERS)
def report(request: HttpRequest, member: SellerMember, pk: UUID) -> HttpResponse:
    """Ask staff to look at a conversation."""
    view = reads.thread_of_seller(member.seller, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            writes.report(thread_id=pk, side=Side.SELLER, reporter=member.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. Our staff will look at it."))
            return redirect("selling:message", member.seller.slug, pk)
    return shop_page(
        request,
        member,
        "selling/message_report.html",
        tab="messages",
        thread=view.thread,
        form=form,
        error_title=bool(form.errors),
    )
