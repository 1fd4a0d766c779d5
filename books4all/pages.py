"""Pages that say who runs the marketplace and how: text only, the same for everyone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

app_name = "pages"

PAGES = {
    "help": "help/",
    "about": "about/",
    "fees": "sell/",
    "terms": "terms/",
    "privacy": "privacy/",
    "accessibility": "accessibility/",
}


def _page(name: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of the page ``templates/pages/<name>.html``."""

    @require_safe
    @cache_control(private=True, max_age=60)
    def page(request: HttpRequest) -> HttpResponse:
        context = {
            "contact": settings.DEFAULT_FROM_EMAIL.partition("<")[2].rstrip(">"),
            "hold_minutes": settings.HOLD_MINUTES,
            "nav": "sell" if name == "fees" else "",
        }
        return render(request, f"pages/{name}.html", context)

    return page


urlpatterns: list[URLPattern] = [
    path(route, _page(name), name=name) for name, route in PAGES.items()
]
