"""Copies on sale for merchant programs (Google Merchant Center): RSS 2.0 with its own elements.

In parts, each of a range of keys: a part is written while it is read, and never held in memory. The
list of parts is text, an address a line.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import jsonld
from catalog.selectors import merchant
from catalog.selectors.merchant import Product

AGE = 3600
MOST_PARTS = 100_000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
    "<title>{title}</title><link>{link}</link><description>{description}</description>\n"
)
_TAIL = "</channel></rss>\n"
# What is not a character of XML 1.0: a seller's words may hold anything.
_CONTROLS = {i: None for i in range(32) if chr(i) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """List the addresses of the parts, one a line."""
    lines = [jsonld.absolute(_path(number)) for number in merchant.parts()]
    return HttpResponse(
        "".join(f"{line}\n" for line in lines),
        content_type="text/plain; charset=utf-8",
        headers=_headers(),
    )


@require_safe
def part(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Give the copies of one part."""
    if number > MOST_PARTS or not merchant.has_copies(number):
        raise Http404(_("There is no such page."))
    return StreamingHttpResponse(
        _written(number), content_type="application/xml; charset=utf-8", headers=_headers()
    )


def _headers() -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={AGE}", "X-Robots-Tag": "noindex"}


def _path(number: int) -> str:
    return reverse("catalog:merchant_part", args=[number])


def _written(number: int) -> Iterator[str]:
    name = escape(settings.MARKETPLACE_NAME)
    yield _HEAD.format(
        title=name, link=escape(settings.PUBLIC_URL), description=escape(_("Copies on sale"))
    )
    for product in merchant.products(number, country=settings.DEFAULT_COUNTRY):
        yield _item(product)
    yield _TAIL


def _item(product: Product) -> str:
    offer = product.offer
    work, listing = offer.work, offer.listing
    price = offer.item_price
    what = " · ".join(part for part in (offer.condition_label, offer.format_line) if part)
    said = ". ".join(part for part in (what, offer.note, offer.remarks, work.description) if part)
    fields = [
        ("g:id", f"copy-{listing.pk}"),
        ("g:title", ", ".join(part for part in (work.title, work.author_line) if part)[:150]),
        ("g:description", said[:5000]),
        ("g:link", jsonld.absolute(work.get_absolute_url())),
        ("g:availability", "in_stock"),
        ("g:price", f"{price.amount} {price.currency}"),
        ("g:condition", "new" if product.is_new else "used"),
        ("g:google_product_category", "784"),
        ("g:external_seller_id", listing.seller.slug),
    ]
    # A cover drawn by us is no picture of the book, and an edition's is none of a used copy.
    if product.is_new and (picture := offer.edition.picture):
        fields.append(("g:image_link", picture.absolute()))
    if product.gtin:
        fields.append(("g:gtin", product.gtin))
    else:
        fields.append(("g:identifier_exists", "no"))
    if listing.edition.publisher:
        fields.append(("g:brand", listing.edition.publisher.name))
    written = "".join(f"<{name}>{_clean(value)}</{name}>" for name, value in fields)
    return f"<item>{written}{_shipping(product)}</item>\n"


def _shipping(product: Product) -> str:
    if product.shipping is None:
        return ""
    cost = f"{product.shipping.amount} {product.shipping.currency}"
    country = settings.DEFAULT_COUNTRY
    return f"<g:shipping><g:country>{country}</g:country><g:price>{cost}</g:price></g:shipping>"


def _clean(text: str) -> str:
    return escape(str(text).translate(_CONTROLS))
