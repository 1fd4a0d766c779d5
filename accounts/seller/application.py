"""Opening a shop: few short steps, each saved by itself, in any order."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.constants import SELLER_TRANSITIONS, SellerRole, SellerStatus
from accounts.models import SellerMember
from accounts.selectors import signed_in_user, visitor_country
from accounts.selectors.checklist import checklist, details_of
from accounts.seller.access import shop_page, team_page
from accounts.seller.forms import (
    SENDABLE,
    AccountForm,
    CloseForm,
    DeclarationForm,
    FactsForm,
    IdentityForm,
    OpenShopForm,
    TaxFactsForm,
)
from accounts.services import applications, sellers
from books4all.lib.errors import DomainError


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_shop(request: HttpRequest) -> HttpResponse:
    """Begin: a kind, a name and a place."""
    user = signed_in_user(request)
    form = OpenShopForm(request.POST or None, initial={"country": visitor_country(request)})
    if request.method == "POST" and form.is_valid():
        try:
            seller = applications.open_shop(user=user, **form.cleaned_data)
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Begun. You can stop at any time and come back here."))
            return redirect("selling:application", seller.slug)
    return render(request, "selling/open.html", {"form": form, "nav": "sell"})


@require_safe
@team_page()
def application(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show how far the shop is, and what comes next."""
    seller = member.seller
    details = details_of(seller)
    found = checklist(seller)
    return shop_page(
        request,
        member,
        "selling/application.html",
        tab="application",
        checklist=found,
        details=details,
        remarked=[(item, details.remarks.get(item.code, "")) for item in found.items],
        owner=member.may(SellerRole.OWNER),
        send_label=SENDABLE.get(SellerStatus(seller.status), ""),
        can_close=SellerStatus.CLOSED in SELLER_TRANSITIONS[seller.status],
    )


@require_POST
@team_page(SellerRole.OWNER)
def submit(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Send the application to be looked at."""
    try:
        sellers.submit(seller=member.seller, actor=member.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("Sent. We look at it within two working days and write to you.")
        )
    return redirect("selling:application", member.seller.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def facts(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Change who stands behind the shop."""
    form = FactsForm(request.POST or None, instance=member.seller)
    return _step(request, member, form, "facts", applications.change_facts)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def account(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Give the account that the shop is paid to; once money may be on its way there, with the password."""
    if member.seller.status not in applications.DRAFTS:
        return redirect("selling:payout_account", member.seller.slug)
    details = details_of(member.seller)
    form = AccountForm(request.POST or None, initial={"account_holder": details.account_holder})
    if details.account_number:
        form.fields["account_number"].help_text = _(
            "Kept: %(number)s. Leave it empty to keep it, or write another one."
        ) % {"number": details.masked_account}
    return _step(request, member, form, "account", applications.set_account)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def tax_facts(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Change what the tax office may have to be told."""
    details = details_of(member.seller)
    given = {name: getattr(details, name) for name in applications.TAX_FACTS}
    form = TaxFactsForm(request.POST or None, initial=given, private=member.seller.is_private)
    return _step(request, member, form, "tax_facts", applications.set_tax_facts)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def identity(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Give a document to show who one is."""
    sent = request.method == "POST"
    form = IdentityForm(request.POST if sent else None, request.FILES if sent else None)
    return _step(request, member, form, "identity", applications.set_document)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def declaration(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Give one's word."""
    details = details_of(member.seller)
    given = {"lawful": bool(details.lawful_at), "terms": bool(details.terms_at)}
    # A form of ticks that are all empty is sent as nothing at all.
    form = DeclarationForm(request.POST if request.method == "POST" else None, initial=given)
    return _step(request, member, form, "declaration", applications.declare)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def close(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Ask, then close the shop."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            sellers.close(seller=member.seller, actor=member.user, **form.cleaned_data)
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The shop is closed."))
            return redirect("selling:application", member.seller.slug)
    return shop_page(request, member, "selling/close.html", tab="application", form=form)


def _step(
    request: HttpRequest, member: SellerMember, form: forms.BaseForm, name: str, save: Any
) -> HttpResponse:
    """Save one step and go back to the checklist, or show it."""
    if request.method == "POST" and form.is_valid():
        try:
            save(seller=member.seller, actor=member.user, **form.cleaned_data)
        except DomainError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("selling:application", member.seller.slug)
    return shop_page(
        request,
        member,
        f"selling/step_{name}.html",
        tab="application",
        form=form,
        details=details_of(member.seller),
        error_title=bool(form.errors),
    )


def show_errors(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service said beside the fields it names, or on top."""
    known = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in known.items():
        form.add_error(name, texts)
    if not known:
        form.add_error(None, error.message)
