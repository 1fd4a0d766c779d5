"""The way into the workplaces of one's shops."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from accounts import selectors
from accounts.constants import SellerStatus
from accounts.models import SellerMember
from accounts.selectors.team import invitations_for

# In these a shop's workplace begins with what is left to do before it opens.
_BEFORE_OPENING = (
    SellerStatus.PENDING,
    SellerStatus.READY_FOR_REVIEW,
    SellerStatus.CHANGES_REQUESTED,
    SellerStatus.REJECTED,
)


@require_safe
@login_required
def shops(request: HttpRequest) -> HttpResponse:
    """Go to one's shop; choose between several; without any, read how to open one."""
    user = selectors.signed_in_user(request)
    members = list(selectors.memberships(user)[:50])
    invitations = invitations_for(user)
    if not members and not invitations:
        return redirect("pages:fees")
    if len(members) == 1 and not invitations and "all" not in request.GET:
        return redirect(first_page(members[0]))
    places = [(member, first_page(member)) for member in members]
    context = {"places": places, "invitations": invitations, "nav": "sell"}
    return render(request, "selling/shops.html", context)


def first_page(member: SellerMember) -> str:
    """Return the address that a member's work begins at."""
    if member.seller.status in _BEFORE_OPENING:
        return reverse("selling:application", args=[member.seller.slug])
    try:
        return reverse("selling:today", args=[member.seller.slug])
    except NoReverseMatch:
        # The desk comes from an app above, which a deployment may not have.
        return reverse("selling:application", args=[member.seller.slug])
