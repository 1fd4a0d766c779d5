"""The API's table of contents: /api/v1/."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, re_path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView

from books4all.lib.api import reference
from books4all.lib.api.problems import not_found


@cache
def _reference(language: str | None) -> dict[str, Any]:
    """Return what the page shows; the schema changes with the code alone."""
    del language
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # drf-spectacular has no types here
    return {"groups": reference.groups(schema), "shapes": reference.shapes(schema)}


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the API as people read it."""
    return render(request, "api/docs.html", _reference(get_language()))


app_name = "api"
urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("orders.api.urls")),
    # The description of all this, for programs and for people
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    # Anything else: a problem document, never a page
    re_path(r"^(?P<path>.*)$", not_found),
]
