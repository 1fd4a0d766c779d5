"""What the catalogue’s pages share: the same for everyone, and kept for a while."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Shared caches keep a page for half a minute and may serve it another minute while they ask again.
# A browser asks every time (304 when nothing changed): a visitor who changes country or theme
# must see it at once.
CACHE_CONTROL = "public, max-age=0, s-maxage=30, stale-while-revalidate=60"


def shared_page(view: View[P]) -> View[P]:
    """Serve a page that carries nothing personal but country and theme.

    GET and HEAD only, 404 for rows that don't exist, with an ETag and leave to keep it.
    """

    @require_safe
    @conditional_page
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except ObjectDoesNotExist as missing:
            raise Http404(_("There is no such page.")) from missing
        if response.status_code == 200:
            response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        return response

    return page


def page_of(request: HttpRequest) -> int:
    """Return the page asked for; anything that is not a number is the first."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def text_of(request: HttpRequest, name: str, most: int = 100) -> str:
    """Return a parameter's words on one line, without the NUL that PostgreSQL refuses."""
    return " ".join(request.GET.get(name, "").replace("\0", "").split())[:most]
