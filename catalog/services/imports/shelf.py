"""What of the catalogue a batch of records may be about: read in a few statements, kept in memory.

The records of a batch are taken one after the other, and what the first writes the second finds:
new rows are put on the shelf beside those that were read. So it makes no difference where one batch
ends and the next begins.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Model

from books4all.lib.names import spelling_key
from catalog.constants import SourceRank
from catalog.importers.record import BookRecord, ContributorIn
from catalog.models import (
    Contribution,
    Edition,
    EditionSource,
    Identifier,
    Person,
    PersonName,
    Publisher,
    Series,
    SeriesEntry,
    Subject,
    Work,
    WorkSubject,
)
from catalog.services.imports.described import (
    WORLDWIDE,
    names_of,
    titles_of,
    worldwide,
    year_of,
)
from catalog.services.imports.rows import Batch, Row, name_key, read
from catalog.services.matching import Described, title_keys

# New rows refer only to tables further left.
ORDER: tuple[type[Model], ...] = (
    Publisher, Person, PersonName, Series, Subject, Work, Edition, Identifier, Contribution,
    WorkSubject, SeriesEntry, EditionSource,
)  # fmt: skip

# RelatedProduct: the same work in another form, and the printed book of an e-book.
_SAME_WORK = frozenset({"06", "13"})

# By the title first, each by its index: somebody may have written thousands of works, and a planner that
# knows little of the tables yet would look each of them up for each title that is asked for.
_WORKS_OF = """
    WITH titled AS MATERIALIZED (
        SELECT w.id, asked.person
        FROM unnest(%s::text[], %s::bigint[]) AS asked (title, person)
        JOIN catalog_work w ON b4a_title_key(w.title) = b4a_title_key(asked.title)
        UNION
        SELECT w.id, asked.person
        FROM unnest(%s::text[], %s::bigint[]) AS asked (title, person)
        JOIN catalog_work w ON w.original_title <> ''
            AND b4a_title_key(w.original_title) = b4a_title_key(asked.title)
    )
    SELECT DISTINCT t.id FROM titled t
    JOIN catalog_contribution c ON c.work_id = t.id AND c.person_id = t.person
"""

_SUBJECTS = """
    SELECT s.id FROM unnest(%s::text[], %s::text[]) AS asked (scheme, code)
    JOIN catalog_subject s ON s.scheme = asked.scheme AND s.code = asked.code
"""

# Editions of a work that a record without a known number may be: of its year, or of none.
_EDITIONS_OF = """
    SELECT e.id FROM catalog_edition e
    JOIN unnest(%s::bigint[], %s::int[]) AS asked (work, year) ON e.work_id = asked.work
        AND (e.published_year = asked.year OR e.published_year IS NULL OR asked.year IS NULL)
    GROUP BY e.id ORDER BY e.id LIMIT 5000
"""


@dataclass(slots=True)
class EditionFacts:
    """What hangs on an edition: its work, its numbers, who has described it, its own people."""

    work: Row
    publisher: str = ""
    identifiers: dict[tuple[str, str], Row] = field(default_factory=dict)
    sources: list[tuple[str, str, int, int | None]] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """The highest rank of its sources; that of staff when there is none."""
        return max((rank for _s, _r, rank, _i in self.sources), default=SourceRank.STAFF.value)

    def superseded(self, source: str, reference: str) -> bool:
        """Whether a record has been taken already, and another of the same file after it.

        Only records without a reference of their own are told apart like that, by their digest: a
        file that is imported once more then changes nothing, though it contradicts itself.
        """
        ours = [(r, i) for s, r, _rank, i in self.sources if s == source and r.startswith("#")]
        known = next((i for r, i in ours if r == reference), None)
        return bool(known and ours[-1][0] != reference and ours[-1][1] == known)

    @property
    def isbns(self) -> frozenset[str]:
        """Its valid ISBN-13s."""
        return frozenset(
            value for kind, value in self.identifiers if kind == "15" or _is_isbn(kind, value)
        )


@dataclass(slots=True)
class WorkFacts:
    """What hangs on a work: its editions (those read), people, subjects and series."""

    editions: list[Row] = field(default_factory=list)
    edition_count: int = 0
    contributions: list[Row] = field(default_factory=list)
    subjects: dict[tuple[str, str], Row] = field(default_factory=dict)
    series: dict[int | Row, Row] = field(default_factory=dict)
    has_main: bool = False


def _is_isbn(kind: str, value: str) -> bool:
    return kind == "03" and value.startswith(("978", "979")) and len(value) == 13


class Shelf:
    """The part of the catalogue that a batch of records may be about, and what the batch adds."""

    def __init__(self, records: Sequence[BookRecord], source: str, *, lock: bool = True) -> None:
        """Read everything that ``records`` of ``source`` name, in a fixed number of statements.

        What they may change is locked, unless they are only looked at.
        """
        self.source, self.lock = source, lock
        self.batch = Batch(ORDER)
        self.editions: dict[int, Row] = {}
        self.works: dict[int, Row] = {}
        self.people: dict[int, Row] = {}
        self.by_number: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self.by_reference: dict[str, Row] = {}
        self.by_name: defaultdict[str, list[Row]] = defaultdict(list)
        self.by_title: defaultdict[str, list[Row]] = defaultdict(list)
        self.publishers: dict[str, Row] = {}
        self.series: dict[str, Row] = {}
        self.subjects: dict[tuple[str, str], Row] = {}
        self._load(records)

    # ---- reading ----

    def _load(self, records: Sequence[BookRecord]) -> None:
        self._load_people(records)
        numbered = self._editions_by_number(records) | self._editions_by_reference(records)
        works = self._works_by_title(records) | set(
            Edition.objects.filter(pk__in=numbered).order_by().values_list("work_id", flat=True)
        )
        self._load_works(works)
        numbered |= self._editions_of_works(records)
        self._load_editions(numbered)
        self._load_names(records)

    def _load_people(self, records: Sequence[BookRecord]) -> None:
        keys = {spelling_key(n) for r in records for c in r.contributors for n in names_of(c)}
        known = read(PersonName, "spelling", keys - {""})
        self._add_people({name["person_id"] for name in known})

    def _add_people(self, pks: set[int]) -> None:
        pks -= self.people.keys()
        for values in read(Person, "id", pks):
            row = self.batch.keep(Row(Person, values, values["id"]))
            row.extra = set()
            self.people[values["id"]] = row
        for name in read(PersonName, "person_id", pks, order="person_id, id"):
            self.name_person(self.people[name["person_id"]], name["spelling"])

    def name_person(self, person: Row, spelling: str) -> None:
        """Let a person be found by another spelling key."""
        if spelling and spelling not in person.extra:
            person.extra.add(spelling)
            self.by_name[spelling].append(person)

    def _editions_by_number(self, records: Sequence[BookRecord]) -> set[int]:
        values = {value for record in records for _kind, value in worldwide(record.identifiers)}
        values |= {
            value
            for record in records
            for related in record.related
            if related.relation in _SAME_WORK
            for _kind, value in worldwide(related.identifiers)
        }
        found = Identifier.objects.filter(value__in=values, type__in=WORLDWIDE).order_by()
        return set(found.values_list("edition_id", flat=True))

    def _editions_by_reference(self, records: Sequence[BookRecord]) -> set[int]:
        references = {record.reference for record in records if record.reference}
        found = EditionSource.objects.filter(reference__in=references, source=self.source).exclude(
            reference=""
        )
        return set(found.order_by().values_list("edition_id", flat=True))

    def _works_by_title(self, records: Sequence[BookRecord]) -> set[int]:
        pairs: dict[tuple[str, int], None] = {}
        for record in records:
            named = [p for c in record.contributors for p in self.named(c)]
            for title in titles_of(record):
                pairs.update(dict.fromkeys((title, person.key) for person in named if person.key))
        titles, people = [title for title, _p in pairs], [person for _t, person in pairs]
        with connection.cursor() as cursor:
            cursor.execute(_WORKS_OF, [titles, people, titles, people])
            return {row[0] for row in cursor.fetchall()}

    def _editions_of_works(self, records: Sequence[BookRecord]) -> set[int]:
        """Return editions that a record may be by its title and year, of works that fit it."""
        pairs = {
            (work.key, year_of(record.published)): None
            for record in records
            for work in self.titled(record)
        }
        with connection.cursor() as cursor:
            cursor.execute(_EDITIONS_OF, [[w for w, _y in pairs], [y for _w, y in pairs]])
            return {row[0] for row in cursor.fetchall()}

    def _load_works(self, pks: set[int]) -> None:
        # Locked in the order of their keys, as everybody does who changes a work.
        for values in read(Work, "id", pks, lock=self.lock):
            row = self.batch.keep(Row(Work, values, values["id"]))
            row.extra = WorkFacts()
            self.works[values["id"]] = row
        parts = read(Contribution, "work_id", pks, order="sequence, id")
        rows = [Row(Contribution, values, values["id"]) for values in parts]
        self._add_people({row["person_id"] for row in rows})
        for row in rows:
            row.values["person_id"] = self.people[row["person_id"]]
            self.works[row["work_id"]].extra.contributions.append(self.batch.keep(row))
        for work in self.works.values():
            self.index_work(work)
        self._load_places(pks)

    def _load_places(self, pks: set[int]) -> None:
        places = WorkSubject.objects.filter(work_id__in=pks).order_by("pk")
        for pk, work_id, subject_id, is_main, scheme, code in places.values_list(
            "pk", "work_id", "subject_id", "is_main", "subject__scheme", "subject__code"
        ):
            values = {"work_id": work_id, "subject_id": subject_id, "is_main": is_main}
            facts = self.works[work_id].extra
            facts.subjects[scheme, code] = self.batch.keep(Row(WorkSubject, values, pk))
            facts.has_main |= is_main
        for values in read(SeriesEntry, "work_id", pks):
            row = self.batch.keep(Row(SeriesEntry, values, values["id"]))
            self.works[values["work_id"]].extra.series[values["series_id"]] = row

    def _load_editions(self, pks: set[int]) -> None:
        for values in read(Edition, "id", pks, lock=self.lock):
            work = self.works[values["work_id"]]
            row = self.batch.keep(Row(Edition, values, values["id"]))
            row.extra = EditionFacts(work)
            self.editions[values["id"]] = row
            work.extra.editions.append(row)
        for values in read(Identifier, "edition_id", pks):
            row = self.batch.keep(Row(Identifier, values, values["id"]))
            self.number_edition(self.editions[values["edition_id"]], row)
        for one in read(EditionSource, "edition_id", pks):
            self.source_edition(
                self.editions[one["edition_id"]],
                one["source"],
                one["reference"],
                one["rank"],
                one["import_id"],
            )
        houses = {e["publisher_id"] for e in self.editions.values() if e["publisher_id"]}
        keys = dict(
            Publisher.objects.filter(pk__in=houses).order_by().values_list("pk", "name_key")
        )
        for row in self.editions.values():
            row.extra.publisher = keys.get(row["publisher_id"], "")
        counts = _edition_counts(self.works)
        for key, work in self.works.items():
            work.extra.edition_count = counts.get(key, 0)

    def _load_names(self, records: Sequence[BookRecord]) -> None:
        """Load publishers, series and subjects that the records name."""
        houses = {name_key(record.publisher) for record in records} - {""}
        for values in read(Publisher, "name_key", houses):
            row = Row(Publisher, values, values["id"])
            self.publishers.setdefault(values["name_key"], row)
        series = {name_key(one.name) for record in records for one in record.series} - {""}
        for values in read(Series, "name_key", series):
            self.series.setdefault(values["name_key"], Row(Series, values, values["id"]))
        codes = {(s.scheme, s.code[:60]) for record in records for s in record.subjects}
        with connection.cursor() as cursor:
            cursor.execute(_SUBJECTS, [[s for s, _c in codes], [c for _s, c in codes]])
            keys = [row[0] for row in cursor.fetchall()]
        for values in read(Subject, "id", keys):
            self.subjects[values["scheme"], values["code"]] = Row(Subject, values, values["id"])

    def work_of(self, pk: int) -> Row | None:
        """Return a work that somebody has named, whatever a record says; it is read if need be."""
        if pk not in self.works:
            self._load_works({pk})
        return self.works.get(pk)

    # ---- finding ----

    def named(self, contributor: ContributorIn) -> list[Row]:
        """Return the people on file or on this shelf who may be meant, the likeliest first."""
        found = dict.fromkeys(
            row for name in names_of(contributor) for row in self.by_name[spelling_key(name)]
        )
        return [row for row in found if _lived_then(row, contributor)]

    def numbered(self, record: BookRecord) -> list[tuple[str, Row]]:
        """Return the editions that bear one of the record's numbers, each with the kind of number."""
        found: dict[Row, str] = {}
        for kind, value in worldwide(record.identifiers):
            for edition in self.by_number[kind, value]:
                if not edition.dropped:
                    found.setdefault(edition, kind)
        return [(kind, edition) for edition, kind in found.items()]

    def titled(self, record: BookRecord) -> list[Row]:
        """Return the works that have the main part of one of the record's titles, in no other order
        than that in which they came to the shelf."""
        shorts = dict.fromkeys(title_keys(title).short for title in titles_of(record))
        found = dict.fromkeys(work for short in shorts for work in self.by_title[short])
        return [work for work in found if not work.dropped]

    def related(self, record: BookRecord) -> list[Row]:
        """Return works of which a record says that it is another form of."""
        found: dict[Row, None] = {}
        for related in record.related:
            if related.relation in _SAME_WORK:
                for key in worldwide(related.identifiers):
                    found.update((e.extra.work, None) for e in self.by_number[key] if not e.dropped)
        return list(found)

    def described(self, edition: Row) -> Described:
        """Return what can be compared of an edition."""
        facts: EditionFacts = edition.extra
        work = facts.work
        people = {
            key
            for part in work.extra.contributions
            if not part.dropped and part["edition_id"] in {None, edition, edition.key}
            for key in part["person_id"].extra
        }
        titles = (work["title"], work["original_title"])
        return Described(
            title=edition["title"],
            subtitle=edition["subtitle"] or "",
            other_titles=tuple(t for t in titles if t and t != edition["title"]),
            people=frozenset(people),
            published=edition["published"] or "",
            year=year_of(edition["published"] or ""),
            publisher=facts.publisher,
            form=edition["form"] or "",
            language=edition["language"] or "",
            pages=edition["pages"],
            isbns=facts.isbns,
        )

    # ---- adding ----

    def index_work(self, work: Row) -> None:
        """Let a work be found by its titles."""
        for title in (work["title"], work["original_title"]):
            if title:
                bucket = self.by_title[title_keys(title).short]
                if work not in bucket:
                    bucket.append(work)

    def number_edition(self, edition: Row, identifier: Row) -> None:
        """Let an edition be found by an identifier."""
        kind, value = identifier["type"], identifier["value"]
        edition.extra.identifiers[kind, value] = identifier
        if world := WORLDWIDE.get(kind):
            bucket = self.by_number[world, value]
            if edition not in bucket:
                bucket.append(edition)

    def source_edition(
        self, edition: Row, source: str, reference: str, rank: int, import_id: int | None
    ) -> None:
        """Note that a source has described an edition."""
        edition.extra.sources.append((source, reference, rank, import_id))
        if reference and source == self.source:
            self.by_reference.setdefault(reference, edition)


def _lived_then(person: Row, contributor: ContributorIn) -> bool:
    """Whether the years of a person and of a contributor of that name agree, where known."""
    pairs = ((person["born"], contributor.born), (person["died"], contributor.died))
    return all(one is None or other is None or one == other for one, other in pairs)


def _edition_counts(works: Iterable[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT work_id, count(*) FROM catalog_edition WHERE work_id = ANY(%s) GROUP BY work_id",
            [list(works)],
        )
        return dict(cursor.fetchall())
