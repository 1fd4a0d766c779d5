"""The admin itself."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.pages import pages_for, site_pages
from books4all.lib.staff.queues import charts_for, figures_for, notices_for, queues_for


class StaffSite(AdminSite):
    """Django's admin, opening with what waits to be done."""

    site_title = _("Books4All staff")
    site_header = _("Staff")
    index_title = _("What waits")
    index_template = "admin/index.html"
    empty_value_display = "–"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 Django's signature
        """Refuse a NUL in parameters, which filters hand to PostgreSQL as they are."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any("\0" in value for values in request.GET.lists() for value in values[1]):
                raise BadRequest
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return checked

    def get_urls(self) -> list[Any]:
        """Add the pages that are about no single model."""
        own = [
            path(page.route, self.admin_view(page.view), name=page.name) for page in site_pages()
        ]
        return [*own, *super().get_urls()]

    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> Any:
        """Return what Django lists in the sidebar of every page, with names that are translated once.

        They are sorted; lazy names are translated anew for every comparison, half of the time of a page.
        """
        apps = super()._build_app_dict(request, label)
        for app in [apps] if label and apps else (apps or {}).values():
            for model in app["models"]:
                model["name"] = str(model["name"])
        return apps

    def _find_url(self, request: HttpRequest) -> str:
        """Return where the box of the start page asks, for those who may."""
        found = [page for page in site_pages() if page.name == "find"]
        may = found and request.user.has_perm(found[0].permission)
        return reverse("admin:find") if may else ""

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the work queues and figures above the list of models."""
        waiting = {
            "queues": queues_for(request),
            "figures": figures_for(request),
            "charts": charts_for(request),
            "notices": notices_for(request),
            "site_pages": pages_for(request),
            "find_url": self._find_url(request),
        }
        return super().index(request, {**waiting, **(extra_context or {})})
