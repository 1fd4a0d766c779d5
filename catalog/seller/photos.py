"""Photographs of one copy: sent up, put in order, removed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import team_page
from books4all.lib.errors import DomainError, NotFoundError
from catalog.seller.copy_page import keep_photos
from catalog.seller.listing_forms import PhotosForm
from catalog.seller.listings import one_of
from catalog.services import photos as services


@require_POST
@team_page(SellerRole.INVENTORY)
def photos(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Take photographs of a copy."""
    found = one_of(member, pk)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid():
        keep_photos(request, member, found.pk, form.cleaned_data["photos"])
    else:
        for words in form.errors.get("photos", []):
            messages.error(request, str(words))
    return _back(member, found.pk)


@require_POST
@team_page(SellerRole.INVENTORY)
def arrange(request: HttpRequest, member: SellerMember, pk: int) -> HttpResponse:
    """Put photographs in the order of their numbers, move one with a button, and describe them."""
    found = one_of(member, pk)
    there = list(found.photos.order_by("position", "pk").values_list("pk", flat=True))
    places = {key: _place(request.POST.get(f"place-{key}", ""), at) for at, key in enumerate(there)}
    # A half step moves one past its neighbour, whatever the numbers say.
    for name, step in (("up", -1.5), ("down", 1.5)):
        moved = request.POST.get(name, "")
        if moved.isdecimal() and len(moved) < 19 and int(moved) in places:
            places = {key: float(at) for at, key in enumerate(there)}
            places[int(moved)] += step
    services.arrange(
        seller=member.seller,
        listing_id=found.pk,
        order=sorted(there, key=lambda key: places[key]),
        words={key: request.POST[f"alt-{key}"] for key in there if f"alt-{key}" in request.POST},
        actor=member.user,
    )
    messages.success(request, _("The photographs are in their new order."))
    return _back(member, found.pk)


def _place(typed: str, at: int) -> float:
    """Return the place that was typed, counted from 1; what is no number leaves one where it was."""
    text = typed.strip()
    return float(int(text) - 1) if text.isdecimal() and len(text) <= 3 else float(at)


@require_POST
@team_page(SellerRole.INVENTORY)
def remove(request: HttpRequest, member: SellerMember, pk: int, photo: int) -> HttpResponse:
    """Remove a photograph."""
    found = one_of(member, pk)
    try:
        services.remove(
            seller=member.seller, listing_id=found.pk, photo_id=photo, actor=member.user
        )
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The photograph is removed."))
    return _back(member, found.pk)


def _back(member: SellerMember, pk: int) -> HttpResponse:
    return redirect(f"{reverse('selling:listing', args=[member.seller.slug, pk])}#photos")
