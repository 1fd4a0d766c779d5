"""The completeness of what a batch writes, worked out on its rows (catalog.services.completeness)."""

from collections.abc import Iterable
from functools import lru_cache

from books4all.lib.names import is_nobody
from catalog.constants import Form
from catalog.services.completeness import Known, score
from catalog.services.hygiene import is_placeholder
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import EditionFacts, WorkFacts


def weigh(editions: Iterable[Row]) -> None:
    """Set the completeness of ``editions`` and of their works: that of the fullest edition."""
    for edition in editions:
        work = edition.extra.work
        figure = score(_known(edition, work))
        edition.set("completeness", figure)
        if figure > (work["completeness"] or 0):
            work.set("completeness", figure)


def _known(edition: Row, work: Row) -> Known:
    facts: EditionFacts = edition.extra
    of_work: WorkFacts = work.extra
    places = {None, edition, edition.key}
    return Known(
        title=not is_placeholder(edition["title"]),
        identifier=bool(facts.identifiers),
        people=any(p["edition_id"] in places for p in of_work.contributions if not p.dropped),
        publisher=_is_house(facts.publisher),
        year=edition["published_year"] is not None,
        exact_date=len((edition["published"] or "").lstrip("-")) > 4,
        form=(edition["form"] or "") not in {"", Form.UNDEFINED.value, Form.BOOK.value},
        language=edition["language"] not in {"", "und", None},
        pages=bool(edition["pages"]),
        description=len(work["description"] or "") >= 40,
        subjects=bool(of_work.subjects),
        size=bool(edition["height_mm"] and edition["width_mm"]),
        weight=bool(edition["weight_g"]),
        statement=bool(edition["statement"] or edition["edition_number"]),
        place=bool(edition["place"]),
        first_published=work["first_published"] is not None,
        original_language=work["original_language"] not in {"", "und", None},
    )


@lru_cache(maxsize=5_000)
def _is_house(publisher: str) -> bool:
    return bool(publisher) and not is_nobody(publisher)
