"""Pages of the staff site that are about no single model: registered by an app's admin, like queues."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page: its address below the site's, its name (``admin:<name>``), and who may open it.

    One with a ``label`` is linked from the start page.
    """

    route: str
    name: str
    permission: str
    view: View
    label: str | Promise = ""


_pages: list[SitePage] = []


def site_page(
    route: str, *, name: str, permission: str, label: str | Promise = ""
) -> Callable[[View], View]:
    """Register a view as a page of the staff site; whoever lacks ``permission`` gets 403."""

    def register(view: View) -> View:
        @wraps(view)
        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        _pages.append(SitePage(route, name, permission, allowed, label))
        return allowed

    return register


def staff_of(request: HttpRequest) -> Any:
    """Return who is signed in: the staff site lets nobody else as far as a view."""
    return request.user


def site_pages() -> list[SitePage]:
    """Return all pages in the order of their registration."""
    return list(_pages)


def pages_for(request: HttpRequest) -> list[SitePage]:
    """Return the pages that the start page links to, and the user may open."""
    return [page for page in _pages if page.label and request.user.has_perm(page.permission)]
