"""How much is known of an edition, 0 to 100: of a work's editions the fullest is shown first.

The weights say what a shopper and a bookseller miss most. A work is as complete as its best edition.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from books4all.lib.names import is_nobody
from catalog.constants import Form
from catalog.models import Contribution, Edition, Identifier, Work, WorkSubject
from catalog.services.hygiene import is_placeholder

BATCH = 2000

# What each thing known is worth; they sum to 100.
WEIGHTS = {
    "title": 5,
    "identifier": 15,
    "people": 12,
    "publisher": 8,
    "year": 6,
    "exact_date": 2,
    "form": 6,
    "language": 5,
    "pages": 6,
    "description": 10,
    "subjects": 8,
    "size": 3,
    "weight": 3,
    "statement": 2,
    "place": 2,
    "first_published": 4,
    "original_language": 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an edition, its work's part included. A name for each of ``WEIGHTS``."""

    title: bool = False
    identifier: bool = False
    people: bool = False
    publisher: bool = False
    year: bool = False
    exact_date: bool = False
    form: bool = False
    language: bool = False
    pages: bool = False
    description: bool = False
    subjects: bool = False
    size: bool = False
    weight: bool = False
    statement: bool = False
    place: bool = False
    first_published: bool = False
    original_language: bool = False


def score(known: Known) -> int:
    """Return the completeness of an edition of which so much is known, 0 to 100."""
    return sum(WEIGHTS[part.name] for part in fields(known) if getattr(known, part.name))


def known_of(
    edition: Edition, *, has_identifier: bool, has_people: bool, has_subjects: bool
) -> Known:
    """Return what is known of ``edition`` (with its work and publisher loaded)."""
    work = edition.work
    return Known(
        title=not is_placeholder(edition.title),
        identifier=has_identifier,
        people=has_people,
        publisher=edition.publisher is not None and not is_nobody(edition.publisher.name),
        year=edition.published_year is not None,
        exact_date=len(edition.published.lstrip("-")) > 4,
        # "A book" and "not said" tell nobody whether it has hard covers.
        form=edition.form not in {"", Form.UNDEFINED, Form.BOOK},
        language=edition.language not in {"", "und"},
        pages=bool(edition.pages),
        description=len(work.description) >= 40,
        subjects=has_subjects,
        size=bool(edition.height_mm and edition.width_mm),
        weight=bool(edition.weight_g),
        statement=bool(edition.statement or edition.edition_number),
        place=bool(edition.place),
        first_published=work.first_published is not None,
        original_language=work.original_language not in {"", "und"},
    )


def refresh_completeness(edition_ids: Iterable[int]) -> int:
    """Write the completeness of these editions and their works anew; returns how many there are.

    Call it in the transaction that changed an edition, its identifiers, or its work's description,
    people or subjects. Rows whose figure stays are not written.
    """
    keys = sorted(set(edition_ids))
    return sum(_write(keys[at : at + BATCH]) for at in range(0, len(keys), BATCH))


def refresh_works(work_ids: Iterable[int]) -> int:
    """Write the completeness of these works and all their editions anew."""
    keys = sorted(set(work_ids))
    count = refresh_completeness(
        Edition.objects.filter(work__in=keys).order_by("pk").values_list("pk", flat=True)
    )
    # A work without editions knows nothing.
    Work.objects.filter(pk__in=keys, editions__isnull=True).exclude(completeness=0).update(
        completeness=0
    )
    return count


def refresh_all() -> int:
    """Write all of them anew, a batch a transaction; returns how many editions there are."""
    count, last = 0, 0
    while True:
        rows = Edition.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        keys = list(rows[:BATCH])
        if not keys:
            return count
        count, last = count + _write(keys), keys[-1]


def _facts(keys: Sequence[int]) -> QuerySet[Edition]:
    people = Contribution.objects.filter(work=OuterRef("work")).filter(
        Q(edition__isnull=True) | Q(edition=OuterRef("pk"))
    )
    return (
        Edition.objects.filter(pk__in=keys)
        .select_related("work", "publisher")
        .annotate(
            has_identifier=Exists(Identifier.objects.filter(edition=OuterRef("pk"))),
            has_people=Exists(people),
            has_subjects=Exists(WorkSubject.objects.filter(work=OuterRef("work"))),
        )
        .order_by("pk")
    )


@transaction.atomic
def _write(keys: Sequence[int]) -> int:
    figures = {
        edition.pk: score(
            known_of(
                edition,
                has_identifier=edition.has_identifier,  # type: ignore[attr-defined]  # annotated
                has_people=edition.has_people,  # type: ignore[attr-defined]  # annotated
                has_subjects=edition.has_subjects,  # type: ignore[attr-defined]  # annotated
            )
        )
        for edition in _facts(keys)
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_EDITIONS, [list(figures), list(figures.values())])
        cursor.execute(_WRITE_WORKS, [list(keys)])
    return len(figures)


# Rows are locked in the order of their keys, so that two writers wait and don't deadlock.
_WRITE_EDITIONS = """
    WITH fresh AS (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS f (id, figure)),
    changed AS (
        SELECT e.id, f.figure FROM catalog_edition e JOIN fresh f USING (id)
        WHERE e.completeness <> f.figure ORDER BY e.id FOR NO KEY UPDATE OF e
    )
    UPDATE catalog_edition e SET completeness = c.figure FROM changed c WHERE c.id = e.id
"""
_WRITE_WORKS = """
    WITH best AS (
        SELECT e.work_id, max(e.completeness) AS figure FROM catalog_edition e
        WHERE e.work_id IN (SELECT work_id FROM catalog_edition WHERE id = ANY(%s))
        GROUP BY e.work_id
    ),
    changed AS (
        SELECT w.id, b.figure FROM catalog_work w JOIN best b ON b.work_id = w.id
        WHERE w.completeness <> b.figure ORDER BY w.id FOR NO KEY UPDATE OF w
    )
    UPDATE catalog_work w SET completeness = c.figure FROM changed c WHERE c.id = w.id
"""
