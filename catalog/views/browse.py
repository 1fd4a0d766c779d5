"""Walking along the shelves: subjects, people, series, publishers, new arrivals, the rare room."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors import visitor_country
from catalog import jsonld
from catalog.constants import SubjectScheme
from catalog.selectors import arrivals, indexes, people, publishers, subjects
from catalog.selectors.subjects import Node
from catalog.views.shared import ATOM, OPDS, Feed, feeds, page_of, shared_page, text_of, turns

# Places in a list are a folded name and a key.
MOST_PLACE = 220


@shared_page
def subject_list(request: HttpRequest) -> HttpResponse:
    """Show the shop's own shelves, and the trade's subjects where books have them."""
    levels = subjects.upper_levels([SubjectScheme.SHELF, SubjectScheme.THEMA])
    shelves, thema = levels[SubjectScheme.SHELF], levels[SubjectScheme.THEMA]
    path = reverse("catalog:subjects")
    things = [(node.name, _subject_path(node)) for node in (*shelves, *thema)]
    context = {
        "shelves": shelves,
        "thema": thema,
        "feeds": feeds(),
        "jsonld": jsonld.block(jsonld.collection(_("All subjects"), path, things)),
    }
    return render(request, "catalog/subject_list.html", context)


@shared_page
def subject_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shelf with its books."""
    page = subjects.subject_page(
        slug=slug, country=visitor_country(request), number=page_of(request)
    )
    trail = [(_("Subjects"), reverse("catalog:subjects"))]
    trail += [(node.name, _subject_path(node)) for node in page.ancestors]
    here = (page.subject.name, _subject_path(page.subject))
    context = {
        "page": page,
        "crumbs": trail,
        "nav": page.ancestors[0].slug if page.ancestors else slug,
        "feeds": feeds(
            Feed(ATOM, _("New in %(shelf)s") % {"shelf": here[0]}, _feed("subject_feed", slug)),
            Feed(OPDS, here[0], _feed("opds_subject", slug)),
        ),
        "jsonld": jsonld.block(jsonld.works(*here, [card.work for card in page.books.items])),
        "jsonld_crumbs": jsonld.block(jsonld.crumbs([*trail, here])),
    }
    return render(request, "catalog/subject_detail.html", context)


def _subject_path(node: Node) -> str:
    return reverse("catalog:subject", args=[node.slug])


def _feed(name: str, slug: str) -> str:
    return reverse(f"catalog:{name}", args=[slug])


# ---- indexes of names --------------------------------------------------------------------------


def _index(request: HttpRequest, page: indexes.IndexPage, words: dict[str, str]) -> HttpResponse:
    """Show a page of an index. ``words``: route, to (the route of a name), title, none."""
    path = reverse(f"catalog:{words['route']}")
    to = f"catalog:{words['to']}"
    things = [
        (entry.name, reverse(to, args=[entry.slug]))
        for entry in page.entries.items
        if not entry.see
    ]
    begun = {name: text_of(request, name, MOST_PLACE) for name in ("after", "before")}
    place = {name: value for name, value in begun.items() if value}
    query = urlencode({"letter": page.letter, **place}) if page.letter else ""
    context = {
        "page": page,
        "words": words,
        "to": to,
        "turns": turns(page.entries, letter=page.letter),
        "canonical": f"{path}?{query}" if query else path,
        # A jump into the middle of a letter shows what the pages show already.
        "no_index": bool(place) and not page.entries.items,
        "jsonld": jsonld.block(jsonld.collection(words["title"], path, things)),
    }
    return render(request, "catalog/name_index.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {
        "letter": text_of(request, "letter", 4).upper(),
        "after": text_of(request, "after", MOST_PLACE),
        "before": text_of(request, "before", MOST_PLACE),
    }


@shared_page
def author_list(request: HttpRequest) -> HttpResponse:
    """Show authors under one letter, and under their other names."""
    words = {
        "route": "authors",
        "to": "author",
        "title": _("Authors, A to Z"),
        "none": _("No authors yet."),
        "where": _(
            "Writers stand under their surname, under other names they are known by, and in their own script."
        ),
    }
    return _index(request, indexes.authors_index(**_asked(request)), words)


@shared_page
def publisher_list(request: HttpRequest) -> HttpResponse:
    """Show publishers under one letter."""
    words = {
        "route": "publishers",
        "to": "publisher",
        "title": _("Publishers, A to Z"),
        "none": _("No publishers yet."),
        "where": "",
    }
    return _index(request, indexes.publishers_index(**_asked(request)), words)


@shared_page
def series_list(request: HttpRequest) -> HttpResponse:
    """Show series under one letter."""
    words = {
        "route": "series_list",
        "to": "series",
        "title": _("Series, A to Z"),
        "none": _("No series yet."),
        "where": "",
    }
    return _index(request, indexes.series_index(**_asked(request)), words)


# ---- one of them -------------------------------------------------------------------------------


@shared_page
def author_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a person and their books."""
    page = people.person_page(slug=slug, country=visitor_country(request), number=page_of(request))
    trail = [(_("Authors"), reverse("catalog:authors"))]
    path = page.person.get_absolute_url()
    described = jsonld.person(page.person, path, [card.work for card in page.works.items])
    context = {
        "page": page,
        "crumbs": trail,
        "feeds": feeds(),
        "jsonld": jsonld.block(described),
        "jsonld_crumbs": jsonld.block(jsonld.crumbs([*trail, (page.person.name, path)])),
    }
    return render(request, "catalog/author_detail.html", context)


@shared_page
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a series in its order."""
    page = people.series_page(slug=slug, country=visitor_country(request), number=page_of(request))
    trail = [(_("Series"), reverse("catalog:series_list"))]
    path = page.series.get_absolute_url()
    context = {
        "page": page,
        "crumbs": trail,
        "feeds": feeds(),
        "jsonld": jsonld.block(jsonld.series(page, path)),
        "jsonld_crumbs": jsonld.block(jsonld.crumbs([*trail, (page.series.name, path)])),
    }
    return render(request, "catalog/series_detail.html", context)


@shared_page
def publisher_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a publisher with its books, the newest first."""
    page = publishers.publisher_page(
        slug=slug,
        country=visitor_country(request),
        after=text_of(request, "after", 30),
        before=text_of(request, "before", 30),
    )
    trail = [(_("Publishers"), reverse("catalog:publishers"))]
    path = page.publisher.get_absolute_url()
    described = jsonld.publisher(page, path)
    context = {
        "page": page,
        "crumbs": trail,
        "turns": turns(page.books),
        "canonical": path,
        "no_index": bool(page.books.before),
        "feeds": feeds(),
        "jsonld": jsonld.block(described),
        "jsonld_crumbs": jsonld.block(jsonld.crumbs([*trail, (page.publisher.name, path)])),
    }
    return render(request, "catalog/publisher_detail.html", context)


# ---- copies, the newest first ------------------------------------------------------------------


@shared_page
def new_arrivals(request: HttpRequest) -> HttpResponse:
    """Show what the shops have just put out, perhaps on one shelf only."""
    chosen = text_of(request, "subject", 80)
    page = arrivals.new_arrivals(
        country=visitor_country(request),
        subject=chosen,
        after=text_of(request, "after", 40),
        before=text_of(request, "before", 40),
    )
    path = reverse("catalog:new")
    shelf = page.subject
    own = []
    if shelf:
        title = _("New in %(shelf)s") % {"shelf": shelf.name}
        own = [Feed(ATOM, title, _feed("subject_feed", shelf.slug))]
    things = [(offer.work.title, offer.work.get_absolute_url()) for offer in page.copies.items]
    context = {
        "page": page,
        "shelves": subjects.upper_levels([SubjectScheme.SHELF])[SubjectScheme.SHELF],
        "turns": turns(page.copies, subject=chosen),
        "canonical": f"{path}?{urlencode({'subject': chosen})}" if shelf else path,
        "no_index": bool(page.copies.before),
        "feeds": feeds(*own),
        "feed": own[0].path if own else reverse("catalog:new_feed"),
        "nav": "new",
        "jsonld": jsonld.block(jsonld.collection(_("New arrivals"), path, things)),
    }
    return render(request, "catalog/new_arrivals.html", context)


@shared_page
def rare_room(request: HttpRequest) -> HttpResponse:
    """Show rare and collectable copies, the newest first."""
    mark = request.GET.get("mark", "")
    mark = mark if mark in arrivals.MARKS else ""
    copies = arrivals.rare_room(
        country=visitor_country(request),
        mark=mark,
        after=text_of(request, "after", 40),
        before=text_of(request, "before", 40),
    )
    path = reverse("catalog:rare")
    context = {
        "copies": copies,
        "mark": mark,
        "marks": [
            ("", _("Everything rare")),
            ("signed", _("Signed")),
            ("first", _("First editions")),
            ("inscribed", _("Inscribed by the author")),
        ],
        "turns": turns(copies, mark=mark),
        "canonical": f"{path}?mark={mark}" if mark else path,
        "no_index": bool(copies.before),
        "feeds": feeds(),
        "nav": "rare",
        "jsonld": jsonld.block(jsonld.copies(_("The rare room"), path, copies.items)),
    }
    return render(request, "catalog/rare_room.html", context)
