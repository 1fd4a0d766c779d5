"""Who may open which page of a shop's workplace.

Every page's address names the shop (``/selling/<shop>/…``), so that somebody of two shops works in two
windows. The address proves nothing: the asker's own membership is what a page starts from.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.selectors import membership, signed_in_user
from books4all.lib.errors import NotFoundError

P = ParamSpec("P")
TeamView = Callable[Concatenate[HttpRequest, SellerMember, P], HttpResponse]
ShopView = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def team_page(*roles: SellerRole) -> Callable[[TeamView[P]], ShopView[P]]:
    """Let in those of the shop's team who have one of ``roles``, all of the team without any named.

    The view gets the asker's membership in the place of the shop's slug. Visitors are asked to sign
    in, strangers get 404, members of another role 403 with a word on whom to ask.
    """

    def decorate(view: TeamView[P]) -> ShopView[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, shop: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            try:
                member = membership(signed_in_user(request), shop)
            except NotFoundError as error:
                raise Http404(error.message) from error
            if roles and not member.may(*roles):
                return shop_page(request, member, "selling/not_your_task.html", status=403)
            return view(request, member, *args, **kwargs)

        # Django calls by name, which a Callable cannot say.
        return login_required(guarded)  # type: ignore[return-value]

    return decorate


def shop_page(
    request: HttpRequest,
    member: SellerMember,
    template: str,
    *,
    tab: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render a page of the workplace; ``tab`` is the item of the menu that it belongs to."""
    known = {"member": member, "shop": member.seller, "tab": tab, "nav": "sell"}
    return render(request, template, {**known, **context}, status=status)
