"""Writing what search reads: a document for each work."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction
from django.db.models import QuerySet

from catalog.constants import IdentifierType, Role
from catalog.models import (
    Contribution,
    Edition,
    Identifier,
    SeriesEntry,
    Work,
    WorkSubject,
)
from catalog.search.text import stored

BATCH = 500

# Stemmed words weigh a step less than the words as they stand.
_WRITE = """
    INSERT INTO catalog_searchdocument (work_id, vector, names)
    SELECT t.id,
        setweight(to_tsvector('books4all', t.a), 'A')
            || setweight(to_tsvector('books4all_english', t.a), 'B')
            || setweight(to_tsvector('books4all', t.b), 'B')
            || setweight(to_tsvector('books4all', t.c), 'C')
            || setweight(to_tsvector('books4all_english', t.c), 'C')
            || setweight(to_tsvector('books4all', t.d), 'D')
            || setweight(to_tsvector('books4all_english', t.d), 'D'),
        unaccent(t.names)
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS t (id, a, b, c, d, names)
    ON CONFLICT (work_id) DO UPDATE SET vector = EXCLUDED.vector, names = EXCLUDED.names
"""


@dataclass(slots=True)
class _Texts:
    """A work's words by weight: A title and authors, B other names, C subjects, D the rest."""

    a: list[str] = field(default_factory=list)
    b: list[str] = field(default_factory=list)
    c: list[str] = field(default_factory=list)
    d: list[str] = field(default_factory=list)

    def row(self, pk: int) -> tuple[int, str, str, str, str, str]:
        """Return the work's row for the statement."""
        names = list(dict.fromkeys(stored(self.a).split() + stored(self.b).split()))
        texts = (stored(self.a), stored(self.b), stored(self.c), stored(self.d))
        return (pk, *texts, " ".join(names))


def refresh(work_ids: Iterable[int]) -> int:
    """Write the documents of these works anew, and return how many there are.

    Call it in the transaction that changed a work, its people, editions, subjects or series. The
    works are locked in the order of their keys, so that of two changes at a time the later one is
    the one that stays.
    """
    keys = sorted(set(work_ids))
    return sum(_write(keys[at : at + BATCH]) for at in range(0, len(keys), BATCH))


def rebuild() -> int:
    """Write all documents anew, a batch a transaction, and return how many there are."""
    keys = Work.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000)
    count = 0
    while batch := list(islice(keys, BATCH)):
        count += _write(batch)
    with connection.cursor() as cursor:
        # The planner guesses badly about a table that was just filled.
        cursor.execute("ANALYZE catalog_searchdocument")
    return count


@transaction.atomic
def _write(keys: Sequence[int]) -> int:
    works = Work.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    texts = {work.pk: _of_work(work) for work in works}
    if not texts:
        return 0
    _add_people(texts)
    _add_editions(texts)
    _add_shelves(texts)
    rows = [part.row(pk) for pk, part in texts.items()]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])
    return len(rows)


def _of_work(work: Work) -> _Texts:
    return _Texts(
        a=[work.title, work.original_title],
        b=[work.subtitle],
        d=[work.description],
    )


def _add_people(texts: dict[int, _Texts]) -> None:
    rows: QuerySet[Contribution] = (
        Contribution.objects.filter(work_id__in=texts)
        .select_related("person")
        .order_by("sequence", "pk")
    )
    for row in rows:
        part = texts[row.work_id]
        person = row.person
        author = row.role == Role.AUTHOR and row.edition_id is None
        (part.a if author else part.b).append(person.name)
        part.b += [person.native_name, *person.other_names]


def _add_editions(texts: dict[int, _Texts]) -> None:
    """Add other titles (translations have them), publishers and what editions are numbered."""
    seen: defaultdict[int, set[str]] = defaultdict(set)
    rows = Edition.objects.filter(work_id__in=texts).values_list(
        "work_id", "title", "publisher__name"
    )
    for work_id, title, publisher in rows.order_by("pk"):
        if title not in {*texts[work_id].a, *seen[work_id]}:
            texts[work_id].b.append(title)
        if publisher and publisher not in seen[work_id]:
            texts[work_id].c.append(publisher)
        seen[work_id] |= {title, publisher or ""}
    numbers = Identifier.objects.filter(
        edition__work_id__in=texts, type__in=(IdentifierType.LCCN, IdentifierType.OCLC)
    ).values_list("edition__work_id", "value")
    for work_id, value in numbers.order_by("pk"):
        texts[work_id].d.append(value)


def _add_shelves(texts: dict[int, _Texts]) -> None:
    subjects = WorkSubject.objects.filter(work_id__in=texts).values_list(
        "work_id", "subject__name", "subject__parent__name"
    )
    for work_id, name, parent in subjects.order_by("pk"):
        texts[work_id].c += [name, parent or ""]
    series = SeriesEntry.objects.filter(work_id__in=texts).values_list("work_id", "series__name")
    for work_id, name in series.order_by("pk"):
        texts[work_id].b.append(name)
