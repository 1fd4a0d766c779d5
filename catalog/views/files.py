"""What programs that read the site ask for: robots.txt and the sitemap."""

from typing import Any, TypeAlias

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import jsonld

# In quotes: Sitemap is not generic when it runs.
Sitemaps: TypeAlias = "dict[str, type[Sitemap[Any]] | Sitemap[Any]]"
CACHE_CONTROL = "public, max-age=3600"
# Pages that are personal, endless, or not for reading.
CLOSED = ("/account/", "/admin/", "/api/", "/auth/", "/basket/", "/checkout/", "/fragments/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say where programs may read. Nowhere, on a site that is not the real one."""
    lines = ["User-agent: *"]
    if settings.ROBOTS_ALLOW:
        lines += [f"Disallow: {path}" for path in (*CLOSED, "/orders/", "/search/suggest/")]
        lines += ["", f"Sitemap: {jsonld.absolute(reverse('catalog:sitemap'))}"]
    else:
        lines.append("Disallow: /")
    text = "\n".join(lines) + "\n"
    return HttpResponse(text, content_type="text/plain", headers={"Cache-Control": CACHE_CONTROL})


@require_safe
def sitemap_index(request: HttpRequest, sitemaps: Sitemaps) -> HttpResponse:
    """List the files of the sitemap."""
    response = sitemap_views.index(request, sitemaps, sitemap_url_name="catalog:sitemap_section")
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


@require_safe
def sitemap_section(request: HttpRequest, section: str, sitemaps: Sitemaps) -> HttpResponse:
    """List the addresses of one file."""
    response = sitemap_views.sitemap(request, sitemaps, section=section)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
