"""Searching: identifiers first, then words, then what misspelt words were meant to be."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection

from books4all.lib.money import Money
from catalog.models import Work
from catalog.search import identifiers, spelling
from catalog.search.query import Query
from catalog.search.results import Hit, Results, SubjectCount
from catalog.search.statement import build
from catalog.search.text import asked
from catalog.selectors.cards import WorkCard

# Figures that are an ISBN without its leading zeros, and may as well be a date or a number in a title.
SHORT_NUMBER = 9


def search(query: Query) -> Results:
    """Return the page of works that ``query`` finds, with the counts of every filter.

    At most five SQL statements, whatever the size of the catalogue. No text makes it fail: what
    holds no word finds nothing.
    """
    parsed = identifiers.find(query.text)
    answer = identifiers.answer(parsed, to=query.to) if parsed else None
    if parsed and answer and (answer.editions or len(parsed.digits) > SHORT_NUMBER):
        works = list(dict.fromkeys(found.edition.work_id for found in answer.editions))
        return replace(_run(query, query.text, works), isbn=answer)
    results = _run(query, query.text)
    if answer or not asked(query.text):
        return results if results.matched else replace(results, isbn=answer)
    if results.works or results.unsold:
        return replace(results, landmark=spelling.landmark(query.text))
    return _corrected(query, results)


def _corrected(query: Query, results: Results) -> Results:
    """Name the shop that was meant, or search for the words that the catalogue's names suggest."""
    if results.matched:
        # The words are right; it is the filters that no copy meets.
        return results
    shop = spelling.shop(query.text)
    if shop:
        return replace(results, landmark=shop)
    words = spelling.nearest(query.text)
    if not words:
        return results
    return replace(_run(query, words), corrected=words, landmark=spelling.landmark(words))


def _run(query: Query, text: str, work_ids: Sequence[int] | None = None) -> Results:
    sql = build(query, text, work_ids)
    with connection.cursor() as cursor:
        cursor.execute("".join(sql.parts), sql.params)
        totals, page, counts, shelves = (_loaded(column) for column in cursor.fetchone())
    works, copies, sellers, matched = totals
    return Results(
        query=query,
        hits=_hits(page),
        works=works,
        copies=int(copies),
        sellers=sellers,
        matched=matched,
        unsold=0 if query.filtered or not query.text else matched - works,
        counts={(facet, value): n for facet, value, n in counts},
        subjects=[
            SubjectCount(slug=slug, name=name, parent=parent or "", copies=int(n))
            for slug, name, parent, n in shelves
        ],
    )


def _loaded(column: Any) -> Any:
    return json.loads(column) if isinstance(column, str) else column


def _hits(rows: Sequence[Sequence[Any]]) -> list[Hit]:
    """Return the page's works as cards, priced by the copies that meet the filters."""
    works = Work.objects.in_bulk([row[0] for row in rows])
    return [
        Hit(
            WorkCard(work=works[pk], from_price=_money(price), copies=copies),
            *(_money(minor) for minor in kinds),
        )
        for pk, price, copies, *kinds in rows
        if pk in works
    ]


def _money(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, settings.MARKETPLACE_CURRENCY)
