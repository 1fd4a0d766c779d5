"""The link in an invitation: anybody who has it may look, only the invited person may accept."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import SellerInvitation, User
from accounts.selectors.team import invitation_by_token, owns_address
from accounts.services import team
from books4all.lib.errors import DomainError, NotFoundError


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what one is asked to, and accept it."""
    asked = _asked(token)
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST" and user is not None:
        try:
            team.accept(invitation=asked, user=user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request, _("Welcome to the team of %(shop)s.") % {"shop": asked.seller.name}
            )
            return redirect("selling:team", asked.seller.slug)
    context = {
        "invitation": asked,
        "shop": asked.seller,
        "theirs": user is not None and owns_address(user, asked.email),
        "nav": "sell",
    }
    response = render(request, "selling/invitation.html", context)
    # The address holds a secret: no page that is linked from here may learn it.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _asked(token: str) -> SellerInvitation:
    try:
        return invitation_by_token(token)
    except NotFoundError as error:
        raise Http404(error.message) from error
