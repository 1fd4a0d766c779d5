"""What programs that read the site ask for: robots.txt and the sitemap."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import jsonld
from catalog.selectors import sitemaps

CACHE_CONTROL = f"public, max-age={sitemaps.AGE}"
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
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """List the files of the sitemap."""
    return _xml(sitemaps.index())


@require_safe
def sitemap_section(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """List the addresses of one file."""
    written = sitemaps.file(section, number)
    if written is None:
        raise Http404(_("There is no such page."))
    return _xml(written)


def _xml(written: str) -> HttpResponse:
    return HttpResponse(
        written,
        content_type="application/xml; charset=utf-8",
        # Read by programs; no search engine is to show the list itself.
        headers={"Cache-Control": CACHE_CONTROL, "X-Robots-Tag": "noindex"},
    )
