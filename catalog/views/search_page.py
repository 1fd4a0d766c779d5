"""The search page in words: its heading, what became of the words typed, and where to go on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from books4all.lib import isbn
from catalog.search import Hit, Query, Results
from catalog.search.related import Related
from catalog.search.vocabulary import Kind, Sort, View
from catalog.selectors.cards import WorkCard
from catalog.views.search_filters import applied, groups, subject_name, suggested
from catalog.views.search_links import feed_url, is_kept, number, pager, plain, url

# Filters whose fields may hold what can't be read.
TYPED = ("min", "max", "year_min", "year_max")


def context(
    results: Results,
    raw: Mapping[str, str],
    *,
    related: Sequence[Related],
    near: Iterable[WorkCard],
) -> dict[str, Any]:
    """Return what the page's template shows of ``results``.

    ``raw`` is what was typed into fields and could not be read, ``related`` what the works found
    have in common, ``near`` books that come close when none was found.
    """
    # What was searched for in the end: links and filters go on from the corrected words.
    query = results.query.but(text=results.corrected or results.query.text, page=results.query.page)
    chips = applied(query, results)
    return {
        **_words(results, query),
        "query": query,
        "results": results,
        "heading": heading(results),
        "rows": [_row(hit) for hit in results.hits],
        "total": results.works + results.unsold,
        "copies": number(results.copies, "copies", about=results.about),
        "books": number(results.works, "books", more=results.more, about=results.works_about),
        "sellers": number(results.sellers, "sellers", about=results.about),
        "groups": groups(query, results, raw),
        "applied": chips,
        "suggested": suggested(query, results),
        "filters_on": len(chips),
        "unfiltered_url": url(query.unfiltered()),
        "hidden": _hidden(query),
        "sort_hidden": [p for p in query.but().params if p[0] != "sort"],
        "sorts": [
            {"value": value, "label": label, "selected": value == query.sort}
            for value, label in Sort.choices
        ],
        "covers_url": url(query.but(view=View.COVERS, page=query.page)),
        "list_url": url(query.but(view=View.LIST, page=query.page)),
        "pager": pager(query, results.pages),
        "canonical": settings.PUBLIC_URL + url(plain(results.query)),
        "kept": is_kept(results.query),
        "feed_url": feed_url(query),
        "isbn": _isbn(results),
        "related": [_related(one) for one in related],
        "near": [_card(card) for card in near],
        "nav": "rare" if query.kind == (Kind.RARE,) and not query.text else "",
        "action": reverse("catalog:search"),
    }


def _words(results: Results, query: Query) -> dict[str, Any]:
    """Return what was typed, what was searched for instead, and the way to either."""
    typed = results.query.text
    return {
        "typed": typed,
        "q": typed,
        # Only what was corrected is searched for as typed; only what was typed may be corrected.
        "exact_url": url(results.query.but(exact=True)) if results.corrected else "",
        "meant": results.meant,
        "meant_url": url(query.but(text=results.meant, exact=False)) if results.meant else "",
    }


def _hidden(query: Query) -> list[tuple[str, str]]:
    """Return what the form of filters carries along: all that has no box in it."""
    boxes = {"page", "first", "signed", "jacket", "min", "max", "year_min", "year_max"}
    kept = [(k, v) for k, v in query.params if k in {"q", "kind", "sort", "view", "exact"} - boxes]
    return [pair for pair in kept if pair != ("kind", Kind.RARE)]


def heading(results: Results) -> str:
    """Return what the page is called."""
    query = results.query
    if results.landmark:
        return results.landmark.name
    if query.text:
        return results.corrected or query.text
    if len(query.kind) == 1:
        return str(Kind(query.kind[0]).label)
    if len(query.subject) == 1:
        return subject_name(query.subject[0], results)
    return _("All books on sale")


def _related(one: Related) -> dict[str, str]:
    """Return a search that this one may lead on to, as a chip."""
    if one.kind == "subject":
        return {"label": one.name, "url": url(Query(subject=(one.slug,)))}
    return {"label": one.name, "url": url(Query(text=one.name))}


def _card(card: WorkCard) -> dict[str, Any]:
    copies = number(card.copies, "copies") if card.copies else _("No copy on sale just now")
    return {
        "work": card.work,
        "price": card.from_price,
        "from": card.copies > 1,
        "sold_out": not card.copies,
        "extra": copies,
    }


def _row(hit: Hit) -> dict[str, Any]:
    """Return a hit as the card components take it."""
    card = hit.card
    copies = number(card.copies, "copies")
    kinds = (
        (hit.new_from, _("New from %(price)s")),
        (hit.used_from, _("Used from %(price)s")),
        (hit.rare_from, _("Rare from %(price)s")),
    )
    return {
        **_card(card),
        "list_extra": _("%(copies)s, delivery included") % {"copies": copies}
        if card.from_price
        else copies,
        "kinds": " · ".join(words % {"price": price} for price, words in kinds if price),
        "rating": card.work.rating,
        "rating_count": card.work.rating_count,
    }


def _isbn(results: Results) -> dict[str, Any] | None:
    """Return what to say about an ISBN in the query."""
    answer = results.isbn
    if answer is None:
        return None
    corrected = answer.digits[:-1] + answer.expected if answer.expected else ""
    return {
        "number": isbn.hyphenate(answer.isbn13) if answer.isbn13 else answer.digits,
        "valid": bool(answer.isbn13),
        "editions": answer.editions,
        "expected": answer.expected,
        # Books whose number is one slip away; without any, the number with its last figure right.
        "meant": [{"row": row, "url": url(Query(text=row.number))} for row in answer.meant],
        "corrected": corrected,
        "corrected_url": url(Query(text=corrected)) if corrected else "",
    }
