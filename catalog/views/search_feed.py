"""What is new for a search, as an Atom feed."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from accounts.selectors import visitor_country
from catalog import jsonld
from catalog.search import Hit, Query, search
from catalog.search.vocabulary import Sort, View
from catalog.selectors.cards import newest_listings
from catalog.views import search_links, search_page
from catalog.views.shared import live_page


class Feed(Atom1Feed):
    """A feed that says the same until something is new, with nothing in it too."""

    def latest_post_date(self) -> datetime:
        """Return when its newest entry was written; for an empty feed, a day long ago."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime(2000, 1, 1, tzinfo=UTC))


@live_page
def search_feed(request: HttpRequest) -> HttpResponse:
    """Answer the works that a search finds, those with the newest copies first.

    The parameters are those of the search page; order, layout and page are nobody's choice here.
    """
    query = Query.from_params(request.GET, to=visitor_country(request)).but(
        sort=Sort.NEWEST, view=View.COVERS
    )
    address = search_links.feed_url(query)
    if not search_links.is_canonical(request.GET, query.but(sort=Sort.BEST)):
        return HttpResponseRedirect(address)
    results = search(query)
    hits = [hit for hit in results.hits if hit.card.copies]
    feed = Feed(
        title=_("New copies: %(search)s") % {"search": search_page.heading(results)},
        link=jsonld.absolute(search_links.url(query)),
        feed_url=jsonld.absolute(address),
        description=_("Books that a search finds, those with the newest copies first."),
        language="en-gb",
    )
    newest = newest_listings([hit.card.work.pk for hit in hits])
    for hit in sorted(hits, key=lambda hit: newest[hit.card.work.pk], reverse=True):
        work = hit.card.work
        link = jsonld.absolute(work.get_absolute_url())
        feed.add_item(
            title=work.title,
            link=link,
            description=_summary(hit),
            author_name=work.author_line or None,
            unique_id=link,
            updateddate=newest[work.pk],
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _summary(hit: Hit) -> str:
    """Return a line on what is on sale."""
    copies = search_links.number(hit.card.copies, "copies")
    if hit.card.from_price is None:
        return copies
    words = _("%(copies)s, from %(price)s with delivery")
    return words % {"copies": copies, "price": hit.card.from_price}
