"""What is said about search: how it ranks, for readers, and how it is asked, for browsers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from catalog.search import Query
from catalog.views import search_links
from catalog.views.shared import shared_page

# The query language by example: what is typed, and what it does.
EXAMPLES = (
    ("middlemarch eliot", _("Words may come from the title and the author, in any order.")),
    ("midlemarch elliot", _("A letter wrong, missing or too many is forgiven.")),
    ("dostojewski", _("People are found by every spelling of their name, in any script.")),
    ("978-0-14-143954-9", _("An ISBN in any form: with hyphens or without, ten figures or thirteen.")),
    ("“crime and punishment”", _("Words in quotation marks stand next to each other, in this order.")),
    ("emma -abridged", _("A hyphen before a word leaves out what has it.")),
    ("author:austen", _("A book by somebody of this name, not about them. Also translator: and editor:")),
    ("title:emma", _("The word stands in the title. Also series: publisher: subject:")),
    ("austen year:1990-1995", _("Editions of these years. year:1990.. means since, year:..1950 until.")),
    ("discworld 5", _("A series and a number lead to that volume.")),
)  # fmt: skip


@shared_page
def search_how(request: HttpRequest) -> HttpResponse:
    """Publish by what results are ordered, and what can be typed."""
    examples = [(text, words, search_links.url(Query(text=text))) for text, words in EXAMPLES]
    return render(request, "catalog/search_how.html", {"examples": examples})


@shared_page
def opensearch(request: HttpRequest) -> HttpResponse:
    """Describe the search to browsers, which may then offer it beside their own."""
    response = render(
        request,
        "catalog/opensearch.xml",
        {"public_url": settings.PUBLIC_URL},
        content_type="application/opensearchdescription+xml",
    )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
