"""A book is listed in three steps: found, its edition chosen or described, the copy described."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from catalog.models import Edition, Work
from catalog.selectors.comparables import comparables
from catalog.seller import finding
from catalog.seller.copy_page import copy_context, keep_photos, put_errors
from catalog.seller.listing_forms import CopyForm, DescribeForm, FindForm
from catalog.services import copies, describing, skus


def _steps(now: int) -> list[dict[str, Any]]:
    """Return the three steps as the component of steps takes them."""
    labels = (_("Find the book"), _("Choose the edition"), _("Describe your copy"))
    return [
        {"label": label, "done": at < now, "current": at == now}
        for at, label in enumerate(labels, 1)
    ]


@require_safe
@team_page(SellerRole.INVENTORY)
def find(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Ask for an ISBN or words, and show the editions that they may mean."""
    asked = "q" in request.GET or "work" in request.GET
    form = FindForm(request.GET if asked else None)
    found = None
    if asked:
        text = request.GET.get("q", "")
        work = finding.work_named(request.GET.get("work", ""))
        if work is not None:
            found = finding.editions_of_work(work, text)
        elif form.is_valid():
            found = finding.find(form.cleaned_data["q"])
    context: dict[str, Any] = {
        "form": FindForm(initial={"q": request.GET.get("q", "")}) if found else form,
        "found": found,
        "steps": _steps(2 if found and found.books else 1),
        "error_title": bool(asked and not found and form.errors),
    }
    return shop_page(request, member, "selling/listing_find.html", tab="listings", **context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.INVENTORY)
def describe(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Take down a book that the catalogue does not have, and go on to the copy."""
    form = DescribeForm(request.POST or None, initial=finding.guess(request.GET.get("q", "")))
    if form.is_valid():
        work = Work.objects.filter(pk=form.cleaned_data["work"] or 0).first()
        try:
            edition = describing.describe(
                book=form.book(work), seller=member.seller, actor=member.user
            )
        except DomainError as error:
            put_errors(form, error)
        else:
            return redirect("selling:listing_new", member.seller.slug, edition.pk)
    title, authors = str(form["title"].value() or ""), str(form["authors"].value() or "")
    context: dict[str, Any] = {
        "form": form,
        "like": finding.like(title, authors) if title else [],
        "chosen": finding.work_by_key(form["work"].value()),
        "steps": _steps(2),
        "error_title": bool(form.errors),
    }
    return shop_page(request, member, "selling/listing_describe.html", tab="listings", **context)


@require_safe
@team_page(SellerRole.INVENTORY)
def like(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Answer while somebody types a title: the works of the catalogue that it may be."""
    title, authors = request.GET.get("title", ""), request.GET.get("authors", "")
    context: dict[str, Any] = {"like": finding.like(title, authors), "shop": member.seller}
    return render(request, "selling/_listing_like.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.INVENTORY)
def copy(request: HttpRequest, member: SellerMember, edition: int) -> HttpResponse:
    """Ask for the copy, and list it: on sale, or as a draft."""
    found = _edition(edition)
    suggested = skus.suggest(seller=member.seller)
    form = CopyForm(
        request.POST or None,
        request.FILES or None,
        initial={"weight_g": found.weight_g, "quantity": 1},
    )
    if form.is_valid():
        on_sale = request.POST.get("do") != "draft"
        try:
            made = copies.create(
                seller=member.seller,
                edition=found,
                terms=form.as_terms(),
                quantity=form.cleaned_data["quantity"],
                sku=form.cleaned_data["sku"],
                on_sale=on_sale,
                actor=member.user,
            )
        except DomainError as error:
            put_errors(form, error)
        else:
            keep_photos(request, member, made.pk, form.cleaned_data["photos"])
            words = _("%(sku)s is on sale.") if on_sale else _("%(sku)s is saved as a draft.")
            messages.success(request, words % {"sku": made.sku})
            return redirect("selling:listing", member.seller.slug, made.pk)
    context: dict[str, Any] = {
        **copy_context(found, form, seller=member.seller),
        "suggested": suggested,
        "steps": _steps(3),
        "error_title": bool(form.errors),
    }
    return shop_page(request, member, "selling/listing_new.html", tab="listings", **context)


@require_safe
@team_page(SellerRole.INVENTORY)
def prices(request: HttpRequest, member: SellerMember, edition: int) -> HttpResponse:
    """Answer with the prices of comparable copies, those of the chosen grade and the next to it marked."""
    del member
    found = comparables(edition=_edition(edition), condition=request.GET.get("condition", "")[:10])
    return render(request, "selling/_listing_prices.html", {"prices": found})


def _edition(pk: int) -> Edition:
    found = Edition.objects.select_related("work", "publisher").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such edition."))
    return found
