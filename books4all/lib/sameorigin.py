"""The same-origin check of forms on pages that shared caches keep, which can carry no CSRF token."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

View = TypeVar("View", bound=Callable[..., HttpResponse])

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the browser says that the request was made by a page of this site.

    Sec-Fetch-Site decides where the browser sends it (all since 2023; a page can't forge it): only
    ``same-origin``, or ``none`` for what a person started by hand. Older browsers send Origin or,
    failing that, Referer. A request with none of the three is refused.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if not source:
        return False
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin == f"{request.scheme}://{request.get_host()}" or origin in (
        settings.CSRF_TRUSTED_ORIGINS
    )


def same_origin_required(view: View) -> View:
    """Refuse unsafe requests of other sites with 403, in place of Django's CSRF token."""

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method not in SAFE_METHODS and not is_same_origin(request):
            return render(request, "403.html", {"foreign_form": True}, status=403)
        return view(request, *args, **kwargs)

    return cast(View, checked)
