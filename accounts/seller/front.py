"""The shop's front: what buyers see and are promised, its picture, and its holidays."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors
from accounts.constants import Paint, SellerRole
from accounts.models import FrontPicture, Seller, SellerMember
from accounts.seller.access import shop_page, team_page
from accounts.seller.front_forms import ClosureForm, FrontForm, PictureForm
from accounts.services import closures, fronts
from books4all.lib.errors import DomainError, NotFoundError

OWNERS = team_page(SellerRole.OWNER)


@require_http_methods(["GET", "HEAD", "POST"])
@OWNERS
def front(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show what buyers see, and change it."""
    if request.method != "POST":
        return _page(request, member)
    form = _typed(request, member)
    if form.is_valid():
        try:
            fronts.change(seller=member.seller, actor=member.user, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The shop front is repainted."))
            return redirect("selling:front", member.seller.slug)
    return _page(request, member, form=form)


@require_POST
@OWNERS
def preview(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show how what is typed would look, without keeping it."""
    form = _typed(request, member)
    form.is_valid()
    if request.headers.get("HX-Request"):
        return render(request, "selling/_front_preview.html", _seen(form.instance))
    return _page(request, member, form=form)


@require_POST
@OWNERS
def picture(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Take a picture of the shop, or take it away."""
    if "remove" in request.POST:
        fronts.remove_picture(seller=member.seller, actor=member.user)
        messages.success(request, _("The picture is gone."))
        return redirect("selling:front", member.seller.slug)
    form = PictureForm(request.POST, request.FILES, auto_id="picture_%s")
    if form.is_valid():
        try:
            fronts.set_picture(
                seller=member.seller,
                actor=member.user,
                data=form.content(),
                alt=form.cleaned_data["alt"],
            )
        except DomainError as error:
            _tell(form, error)
        else:
            messages.success(request, _("Picture taken; it is shown in a moment."))
            return redirect("selling:front", member.seller.slug)
    return _page(request, member, picture_form=form)


@require_POST
@OWNERS
def closure_add(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Plan a holiday."""
    form = ClosureForm(request.POST, auto_id="closure_%s")
    if form.is_valid():
        try:
            closures.plan(seller=member.seller, actor=member.user, **form.cleaned_data)
        except DomainError as error:
            _tell(form, error)
        else:
            messages.success(request, _("The holiday is in the plan."))
            return redirect("selling:front", member.seller.slug)
    return _page(request, member, closure_form=form)


@require_POST
@OWNERS
def closure_remove(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Take a holiday out of the plan."""
    try:
        closures.remove(seller=member.seller, actor=member.user, closure_id=pk)
    except NotFoundError as error:
        raise Http404(error.message) from error
    messages.success(request, _("The holiday is out of the plan."))
    return redirect("selling:front", member.seller.slug)


def _typed(request: HttpRequest, member: SellerMember) -> FrontForm:
    # A shop of its own: what is typed must not show where the shop is named as it is.
    return FrontForm(request.POST, instance=Seller.objects.get(pk=member.seller_id))


def _tell(form: BaseForm, error: DomainError) -> None:
    for name, texts in (error.fields or {"": [error.message]}).items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _page(request: HttpRequest, member: SellerMember, **forms: BaseForm) -> HttpResponse:
    shop = member.seller
    form = forms.get("form") or FrontForm(instance=shop)
    given: dict[str, Any] = {
        "form": form,
        "picture_form": PictureForm(
            initial={"alt": shop.picture.alt if shop.picture else ""}, auto_id="picture_%s"
        ),
        "closure_form": ClosureForm(auto_id="closure_%s"),
        "paints": Paint.choices,
        "sent": FrontPicture.objects.filter(seller=shop).defer("data").first(),
        "closures": selectors.closures_of(shop),
        **_seen(form.instance if isinstance(form, FrontForm) else shop),
        **forms,
        "error_title": any(one.errors for one in forms.values()),
    }
    return shop_page(request, member, "selling/front.html", tab="front", **given)


def _seen(seller: Seller) -> dict[str, Any]:
    """Return what the preview shows of a shop, which may not be saved."""
    return {
        "seen": seller,
        "handling": selectors.handling_line(seller),
        "returns": selectors.returns_line(seller),
        "returns_payer": selectors.returns_payer(seller),
        "kind": selectors.kind_word(seller),
    }
