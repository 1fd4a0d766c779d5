"""The way into the workplaces of one's shops."""

from contextlib import suppress

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
# Pages of a shop that links from elsewhere lead to without knowing whose shop: /selling/?to=import
_PAGES = {"import": "selling:imports"}


@require_safe
@login_required
def shops(request: HttpRequest) -> HttpResponse:
    """Go to one's shop; choose between several; without any, read how to open one."""
    user = selectors.signed_in_user(request)
    members = list(selectors.memberships(user)[:50])
    invitations = invitations_for(user)
    if not members and not invitations:
        return redirect("pages:fees")
    to = request.GET.get("to", "")
    if len(members) == 1 and not invitations and "all" not in request.GET:
        return redirect(first_page(members[0], to))
    places = [(member, first_page(member, to)) for member in members]
    context = {"places": places, "invitations": invitations, "nav": "sell"}
    return render(request, "selling/shops.html", context)


def first_page(member: SellerMember, to: str = "") -> str:
    """Return the address that a member's work begins at; ``to`` names another page of the shop."""
    before = member.seller.status in _BEFORE_OPENING
    # These come from apps above, which a deployment may not have.
    for name in filter(None, (_PAGES.get(to), None if before else "selling:today")):
        with suppress(NoReverseMatch):
            return reverse(name, args=[member.seller.slug])
    return reverse("selling:application", args=[member.seller.slug])
