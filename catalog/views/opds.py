"""The OPDS 2 catalogue over HTTP: a start, shelves, new arrivals, the rare room, search, books."""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors import visitor_country
from catalog.constants import SubjectScheme
from catalog.search import Query, search
from catalog.search.query import LAST_PAGE
from catalog.selectors import arrivals, books, subjects
from catalog.selectors.offers import Offer
from catalog.selectors.paging import Slice
from catalog.views import opds_parts as opds
from catalog.views.shared import live_page, page_of, shared_page, text_of, turns

# Of each room some books stand in the entrance.
GROUP = 12
ROOMS = 8


def _json(thing: dict[str, Any], content_type: str = opds.FEED) -> HttpResponse:
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type=f"{content_type}; charset=utf-8")


@shared_page
def start(request: HttpRequest) -> HttpResponse:
    """Show where the catalogue begins: ways in, and the best-known books of each room."""
    country = visitor_country(request)
    levels = subjects.upper_levels([SubjectScheme.SHELF, SubjectScheme.THEMA])
    rooms = levels[SubjectScheme.SHELF] or levels[SubjectScheme.THEMA]
    shelves = {
        "metadata": {"title": _("Subjects")},
        "navigation": [
            opds.link("subsection", _subject(room.slug), room.name,
                      properties={"numberOfItems": room.works})
            for room in rooms
        ],
    }  # fmt: skip
    groups = [
        {
            "metadata": {"title": room.name, "numberOfItems": room.works},
            "links": [opds.link("self", _subject(room.slug))],
            "publications": [opds.of_card(card) for card in cards],
        }
        for room, cards in subjects.best_known(rooms[:ROOMS], country=country, count=GROUP)
    ]
    navigation = [
        opds.link("http://opds-spec.org/sort/new", reverse("catalog:opds_new"), _("New arrivals")),
        opds.link(
            "http://opds-spec.org/featured", reverse("catalog:opds_rare"), _("The rare room")
        ),
    ]
    feed = opds.feed(
        settings.MARKETPLACE_NAME,
        reverse("catalog:opds"),
        navigation=navigation,
        groups=[shelves, *groups] if rooms else [],
    )
    return _json(feed)


@shared_page
def subject(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shelf: what is under it, and its books by popularity."""
    number = page_of(request)
    page = subjects.subject_page(slug=slug, country=visitor_country(request), number=number)
    path = _subject(slug)
    here = path if number == 1 else f"{path}?page={number}"
    navigation = [
        opds.link("subsection", _subject(child.slug), child.name,
                  properties={"numberOfItems": child.works})
        for child in page.subject.children
    ]  # fmt: skip
    parts: dict[str, Any] = {"publications": [opds.of_card(card) for card in page.books.items]}
    if navigation:
        parts["navigation"] = navigation
    feed = opds.feed(
        page.subject.name,
        here,
        links=opds.turns(path, page.books.number, more=page.books.has_next()),
        metadata={
            "numberOfItems": page.books.total,
            "itemsPerPage": page.books.size,
            "currentPage": page.books.number,
        },
        **parts,
    )
    return _json(feed)


def _subject(slug: str) -> str:
    return reverse("catalog:opds_subject", args=[slug])


def _copies(request: HttpRequest, title: str, path: str, part: "Slice[Offer]") -> HttpResponse:
    """Show copies, the newest first, a book once."""
    beside = turns(part)
    links = [
        opds.link(rel, f"{path}{query}")
        for rel, query in (("previous", beside["previous"]), ("next", beside["next"]))
        if query
    ]
    here = request.get_full_path() if request.GET else path
    publications = [
        opds.of_offer(book.offer, book.more + 1) for book in arrivals.books_of(part.items)
    ]
    return _json(opds.feed(title, here, links=links, publications=publications))


@shared_page
def new(request: HttpRequest) -> HttpResponse:
    """Show what the shops have just put out."""
    page = arrivals.new_arrivals(
        country=visitor_country(request),
        after=text_of(request, "after", 40),
        before=text_of(request, "before", 40),
    )
    return _copies(request, _("New arrivals"), reverse("catalog:opds_new"), page.copies)


@shared_page
def rare(request: HttpRequest) -> HttpResponse:
    """Show rare and collectable copies."""
    copies = arrivals.rare_room(
        country=visitor_country(request),
        after=text_of(request, "after", 40),
        before=text_of(request, "before", 40),
    )
    return _copies(request, _("The rare room"), reverse("catalog:opds_rare"), copies)


@live_page
def results(request: HttpRequest) -> HttpResponse:
    """Find books by words, as the search page does."""
    words = text_of(request, "query", 200)
    asked = Query(text=words, to=visitor_country(request), page=min(page_of(request), LAST_PAGE))
    found = search(asked)
    path = f"{reverse('catalog:opds_search')}?{urlencode({'query': words})}"
    links = []
    if asked.page > 1:
        links.append(opds.link("previous", f"{path}&page={asked.page - 1}"))
    if asked.page < found.pages:
        links.append(opds.link("next", f"{path}&page={asked.page + 1}"))
    return _json(
        opds.feed(
            _("Search: %(words)s") % {"words": words},
            path if asked.page == 1 else f"{path}&page={asked.page}",
            links=links,
            publications=[opds.of_card(hit.card) for hit in found.hits],
        )
    )


@shared_page
def book(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one book."""
    page = books.book_page(slug=slug, country=visitor_country(request))
    return _json(opds.of_book(page), opds.PUBLICATION)
