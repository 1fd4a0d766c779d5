"""One change to many copies: chosen in the list, looked at, made, taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from catalog.constants import BulkStatus, ListingStatus
from catalog.models import BulkEdit
from catalog.selectors import shop_stock
from catalog.seller.listing_forms import BulkForm
from catalog.services import bulk

MOST_LEFT_OUT = 50


@require_POST
@team_page(SellerRole.INVENTORY)
def prepare(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Keep what is to be done to the ticked rows, or to all that the list shows."""
    form = BulkForm(request.POST)
    ids = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 19]
    all_of_them = request.POST.get("which") == "all"
    if not form.is_valid():
        for words in form.errors.values():
            messages.error(request, str(words[0]))
        return redirect("selling:listings", member.seller.slug)
    try:
        made = bulk.prepare(
            seller=member.seller,
            actor=member.user,
            action=form.cleaned_data["action"],
            terms=form.terms(),
            ids=() if all_of_them else ids,
            filters=shop_stock.read(request.POST) if all_of_them else None,
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("selling:listings", member.seller.slug)
    return redirect("selling:bulk_edit", member.seller.slug, made.pk)


@require_safe
@team_page(SellerRole.INVENTORY)
def edit(request: HttpRequest, member: SellerMember, edit: UUID) -> HttpResponse:
    """Show what a change would do, or has done, and what not."""
    found = _own(member, edit)
    context: dict[str, Any] = {
        "edit": found,
        "how": _how(found),
        "ready": found.status == BulkStatus.PREPARED,
    }
    if found.status == BulkStatus.PREPARED:
        planned = bulk.preview(found)
        context |= {
            "preview": planned,
            "left_out": [(bulk.PROBLEMS[code], n) for code, n in planned.left_out],
            "examples": [
                {"listing": one.listing, "changes": _changes(one.before, one.after)}
                for one in planned.examples
            ],
        }
    else:
        rows = found.changes.exclude(problem="").order_by("pk")[:MOST_LEFT_OUT]
        context["problems"] = [(row, bulk.PROBLEMS.get(row.problem, row.problem)) for row in rows]
    return shop_page(request, member, "selling/bulk_edit.html", tab="listings", **context)


def _own(member: SellerMember, pk: UUID) -> BulkEdit:
    try:
        return bulk.own(seller=member.seller, edit_id=pk)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _how(found: BulkEdit) -> str:
    """Return the terms of a change in words."""
    terms = found.terms
    if "percent" in terms:
        endings = dict(bulk.ENDINGS)
        words = {"percent": terms["percent"], "ending": endings[terms.get("ending", "")]}
        return _("by %(percent)s percent, %(ending)s") % words
    return ", ".join(terms.values())


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a listing's values before and after as words."""
    return [(_words(name, before.get(name)), _words(name, value)) for name, value in after.items()]


def _words(name: str, value: object) -> str:
    if name == "price_minor" and isinstance(value, int):
        return str(Money(value, settings.MARKETPLACE_CURRENCY))
    if name == "status":
        return str(ListingStatus(str(value)).label)
    if name == "deleted":
        return _("deleted") if value else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value or "–")


@require_POST
@team_page(SellerRole.INVENTORY)
def make(request: HttpRequest, member: SellerMember, edit: UUID) -> HttpResponse:
    """Make a prepared change."""
    found = _own(member, edit)
    try:
        bulk.start(edit=found, actor=member.user)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("selling:bulk_edit", member.seller.slug, found.pk)


@require_POST
@team_page(SellerRole.INVENTORY)
def undo(request: HttpRequest, member: SellerMember, edit: UUID) -> HttpResponse:
    """Take a change back."""
    found = _own(member, edit)
    try:
        bulk.undo(edit=found, actor=member.user)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("selling:bulk_edit", member.seller.slug, found.pk)
