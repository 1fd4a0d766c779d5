"""The way into the workplaces of one's shops."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import selectors


@require_safe
@login_required
def shops(request: HttpRequest) -> HttpResponse:
    """Go to one's shop; choose between several; without any, read how to open one."""
    members = list(selectors.memberships(selectors.signed_in_user(request))[:50])
    if not members:
        return redirect("pages:fees")
    if len(members) == 1:
        return redirect("selling:today", members[0].seller.slug)
    return render(request, "selling/shops.html", {"members": members, "nav": "sell"})
