"""What a record changes: filling gaps, taking a source's own corrections, keeping better values.

A source may overwrite what it said itself, and what sources of a lower rank said. Whatever else it
says otherwise is kept in the report of the record, and the catalogue stays as it is.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from books4all.lib.text import sort_title
from catalog.constants import SourceRank, SubjectScheme
from catalog.importers.record import BookRecord, Problem
from catalog.models import (
    Edition,
    EditionSource,
    Identifier,
    SeriesEntry,
    Work,
    WorkSubject,
)
from catalog.services.imports.contributing import WORK_ROLES, Contributions
from catalog.services.imports.described import year_of
from catalog.services.imports.naming import Names, clean, small
from catalog.services.imports.rows import Row, name_key
from catalog.services.imports.shelf import EditionFacts, Shelf, WorkFacts
from catalog.services.imports.slugs import ladder
from catalog.services.imports.vouching import STAFF

MOST_SUBJECTS = 60

# Field of the record → column of the edition and its longest value.
_TEXTS: dict[str, tuple[str, int]] = {
    "title": ("title", 500),
    "subtitle": ("subtitle", 500),
    "language": ("language", 3),
    "form": ("form", 2),
    "imprint": ("imprint", 200),
    "place": ("place", 120),
    "edition_statement": ("statement", 120),
    "contributor_statement": ("contributor_statement", 500),
    "publishing_status": ("publishing_status", 2),
    "availability": ("availability", 2),
}
_NUMBERS: dict[str, int] = {
    "pages": 100_000,
    "height_mm": 20_000,
    "width_mm": 20_000,
    "thickness_mm": 20_000,
    "weight_g": 1_000_000,
    "edition_number": 30_000,
}
# Values that say nothing: whatever is fuller takes their place.
_EMPTY: dict[str, frozenset[str]] = {
    "language": frozenset({"", "und"}),
    "form": frozenset({"", "00", "BA"}),
    "original_language": frozenset({"", "und"}),
}
# The scheme whose main subject becomes the work's, the first that a record has.
_MAIN_SCHEMES = (SubjectScheme.SHELF, SubjectScheme.THEMA, SubjectScheme.BISAC)


@dataclass(slots=True)
class Applied:
    """What came of applying a record: which fields changed, which were kept against it."""

    changed: list[str] = field(default_factory=list)
    kept: list[Problem] = field(default_factory=list)

    def keep(self, name: str, theirs: object, ours: object) -> None:
        """Report a value that the catalogue does not take from this source."""
        self.kept.append(
            Problem(
                code="kept_better",
                field=name,
                value=str(theirs)[:200],
                message=_("The catalogue says “%(ours)s”, from a better source.")
                % {"ours": str(ours)[:200]},
                remedy=_("Change the edition by hand if this is right."),
            )
        )


class Applier:
    """Applies records of one source to the rows on a shelf."""

    def __init__(self, shelf: Shelf, *, rank: int, import_id: int | None) -> None:
        self.shelf, self.rank, self.import_id = shelf, rank, import_id
        self.add = shelf.batch.add
        self.names = Names(shelf)
        self.contributions = Contributions(shelf.batch, self.names)
        # Editions that are new or changed, in the order in which they came.
        self.touched: dict[Row, None] = {}

    # ---- new rows ----

    def create(self, record: BookRecord, work: Row | None, reference: str) -> Row:
        """Write a new edition, of a new work unless there is one, and return it."""
        if work is None:
            work = self._new_work(record)
        values: dict[str, Any] = {**self._texts(record), **self._numbers(record)}
        values = {name: value for name, value in values.items() if value not in {"", None}}
        values.setdefault("language", "und")
        values["form_details"] = _details(record)
        values["published"] = record.published
        values["published_year"] = small(year_of(record.published))
        values["work_id"] = work
        publisher = self.names.publisher(record.publisher)
        values["publisher_id"] = publisher
        edition = self.add(Row(Edition, values))
        edition.extra = EditionFacts(work, name_key(record.publisher))
        facts: WorkFacts = work.extra
        facts.editions.append(edition)
        facts.edition_count += 1
        self._fill_work(record, work, Applied(), may=False)
        self.contributions.contribute(record, edition, work, replace=False)
        self._identify(record, edition, may=True)
        self._source(edition, reference)
        self.touched[edition] = None
        return edition

    def _new_work(self, record: BookRecord) -> Row:
        title = clean(record.title, 500)
        names = [c.name for c in record.contributors if set(c.roles) & WORK_ROLES]
        year = record.first_published or year_of(record.published)
        values = {
            "title": title,
            "subtitle": clean(record.subtitle, 500),
            "sort_title": sort_title(clean(record.sort_title, 500) or title)[:500],
            "original_title": clean(record.original_title, 500),
            "original_language": record.original_language[:3] or "und",
            "first_published": small(record.first_published),
            "description": clean(record.description, 20_000),
            "author_line": "",
            "cover_subject": "",
            "slug": ladder(
                title, names[0] if names else "", str(year or ""), fallback="book", longest=100
            ),
        }
        work = self.add(Row(Work, values))
        work.extra = WorkFacts()
        self.shelf.index_work(work)
        return work

    # ---- known rows ----

    def update(self, record: BookRecord, edition: Row, reference: str) -> Applied:
        """Fill the gaps of an edition and its work; overwrite where the source may."""
        done = Applied()
        facts: EditionFacts = edition.extra
        if facts.superseded(self.shelf.source, reference):
            return done
        own = (self.shelf.source in {s for s, *_rest in facts.sources}) and self.rank >= facts.rank
        may = own or self.rank > facts.rank
        work = facts.work
        alone = may and work.extra.edition_count <= 1
        old_title = edition["title"]
        for name, value in {**self._texts(record), **self._numbers(record)}.items():
            self._field(done, edition, name, value, may=may)
        self._date(done, edition, record, may=may)
        self._details(done, edition, record, may=may)
        self._house(done, edition, record, may=may)
        if own:
            self._empty(done, edition, record)
        if alone and edition["title"] != old_title and work["title"] == old_title:
            work.set("title", edition["title"])
            work.set("sort_title", sort_title(record.sort_title or edition["title"])[:500])
            self.shelf.index_work(work)
        self._fill_work(record, work, done, may=alone)
        if self.contributions.contribute(record, edition, work, replace=may):
            done.changed.append("contributors")
        if self._identify(record, edition, may=may):
            done.changed.append("identifiers")
        self._source(edition, reference)
        if done.changed:
            self.touched[edition] = None
        return done

    def _field(self, done: Applied, row: Row, name: str, value: Any, *, may: bool) -> None:
        if value in {"", None}:
            return
        old = row[name]
        if old == value or (isinstance(value, str) and value in _EMPTY.get(name, ())):
            return
        if old in {"", None} or old in _EMPTY.get(name, ()) or may:
            row.set(name, value)
            done.changed.append(name)
        elif not (isinstance(value, str) and name_key(value) == name_key(str(old))):
            done.keep(name, value, old)

    def _date(self, done: Applied, edition: Row, record: BookRecord, *, may: bool) -> None:
        new, old = record.published, edition["published"] or ""
        if not new or new == old or (old and old.startswith(new) and not may):
            return
        if old and not new.startswith(old) and not may:
            done.keep("published", new, old)
            return
        edition.set("published", new)
        edition.set("published_year", small(year_of(new)))
        done.changed.append("published")

    def _details(self, done: Applied, edition: Row, record: BookRecord, *, may: bool) -> None:
        details = _details(record)
        if (
            details
            and (may or not edition["form_details"])
            and edition.set("form_details", details)
        ):
            done.changed.append("form_details")

    def _house(self, done: Applied, edition: Row, record: BookRecord, *, may: bool) -> None:
        key = name_key(record.publisher)
        known = edition.extra.publisher
        if not key or key == known:
            return
        if known and not may:
            done.keep("publisher", record.publisher, known)
            return
        edition.set("publisher_id", self.names.publisher(record.publisher))
        edition.extra.publisher = key
        done.changed.append("publisher")

    def _empty(self, done: Applied, edition: Row, record: BookRecord) -> None:
        """Empty what the source says is empty now: only what it may speak of, never a title."""
        for name in sorted(record.present):
            if name in _TEXTS and name not in {"title", "language", "form"}:
                column, empty = _TEXTS[name][0], ""
            elif name in _NUMBERS:
                column, empty = name, None
            else:
                continue
            if getattr(record, name) in {"", None} and edition.set(column, empty):
                done.changed.append(column)

    def _fill_work(self, record: BookRecord, work: Row, done: Applied, *, may: bool) -> None:
        texts = {
            "subtitle": clean(record.subtitle, 500),
            "original_title": clean(record.original_title, 500),
            "original_language": record.original_language[:3],
            "description": clean(record.description, 20_000),
        }
        quiet = Applied()
        for name, value in texts.items():
            self._field(quiet, work, name, value, may=may)
        self._field(quiet, work, "first_published", small(record.first_published), may=may)
        if "original_title" in quiet.changed:
            self.shelf.index_work(work)
        if self._shelve(record, work, may=may):
            quiet.changed.append("subjects")
        if self._place(record, work, may=may):
            quiet.changed.append("series")
        done.changed += [name for name in quiet.changed if name not in done.changed]

    # ---- what hangs on them ----

    def _identify(self, record: BookRecord, edition: Row, *, may: bool) -> bool:
        facts: EditionFacts = edition.extra
        kinds = {kind for kind, _value in facts.identifiers}
        added = False
        for one in record.identifiers:
            key = (one.type[:2], clean(one.value, 60))
            if not key[1] or key in facts.identifiers or (key[0] in kinds and not may):
                continue
            values = {
                "edition_id": edition,
                "type": key[0],
                "value": key[1],
                "as_printed": clean(one.as_printed, 80),
                "conflict": False,
            }
            self.shelf.number_edition(edition, self.add(Row(Identifier, values)))
            added = True
        return added

    def _source(self, edition: Row, reference: str) -> None:
        facts: EditionFacts = edition.extra
        source = self.shelf.source
        if any((source, reference) == (s, r) for s, r, *_rest in facts.sources):
            return
        if not facts.sources and not edition.is_new:
            # Written by staff, who vouch for it still.
            self._describe_source(edition, STAFF, "", SourceRank.STAFF.value)
        self._describe_source(edition, source, reference, self.rank)

    def _describe_source(self, edition: Row, source: str, reference: str, rank: int) -> None:
        values = {"edition_id": edition, "source": source, "reference": reference, "rank": rank}
        values["import_id"] = self.import_id
        self.add(Row(EditionSource, values))
        self.shelf.source_edition(edition, source, reference, rank, self.import_id)

    def _shelve(self, record: BookRecord, work: Row, *, may: bool) -> bool:
        facts: WorkFacts = work.extra
        schemes = {scheme for scheme, _code in facts.subjects}
        fresh = work.is_new
        changed = False
        for one in record.subjects[:MOST_SUBJECTS]:
            key = (one.scheme[:2], clean(one.code, 60))
            if len(key[0]) != 2 or not key[1] or key in facts.subjects:
                continue
            if key[0] in schemes and not (may or fresh):
                continue
            subject = self.names.subject(key, clean(one.heading, 200))
            values = {"work_id": work, "subject_id": subject, "is_main": False}
            facts.subjects[key] = self.add(Row(WorkSubject, values))
            changed = True
        self._main_subject(record, work)
        return changed

    def _main_subject(self, record: BookRecord, work: Row) -> None:
        facts: WorkFacts = work.extra
        if facts.has_main:
            return
        ranks = {str(scheme): n for n, scheme in enumerate(_MAIN_SCHEMES)}
        fit = [s for s in record.subjects[:MOST_SUBJECTS] if s.scheme in ranks]
        for one in sorted(fit, key=lambda s: (not s.main, ranks[s.scheme])):
            place = facts.subjects.get((one.scheme[:2], clean(one.code, 60)))
            if place is not None:
                place.set("is_main", value=True)
                facts.has_main = True
                subject = place["subject_id"]
                name = subject["name"] if isinstance(subject, Row) else one.heading or one.code
                if not work["cover_subject"]:
                    work.set("cover_subject", str(name).casefold()[:60])
                return

    def _place(self, record: BookRecord, work: Row, *, may: bool) -> bool:
        facts: WorkFacts = work.extra
        changed = False
        for one in record.series[:10]:
            if not name_key(one.name):
                continue
            number = clean(one.number, 20)
            series = self.names.series(one.name)
            entry = facts.series.get(series) or facts.series.get(series.key or -1)
            if entry is None:
                values = {"series_id": series, "work_id": work, "number": number}
                values["position"] = _position(number)
                facts.series[series] = self.add(Row(SeriesEntry, values))
                changed = True
            elif number and entry["number"] != number and (may or not entry["number"]):
                entry.set("number", number)
                entry.set("position", _position(number))
                changed = True
        return changed

    def _texts(self, record: BookRecord) -> dict[str, str]:
        return {
            column: clean(getattr(record, name), longest)
            for name, (column, longest) in _TEXTS.items()
        }

    def _numbers(self, record: BookRecord) -> dict[str, int | None]:
        found = {name: getattr(record, name) for name in _NUMBERS}
        return {n: v if v is not None and 0 < v <= _NUMBERS[n] else None for n, v in found.items()}


def _details(record: BookRecord) -> list[str]:
    return [code for code in dict.fromkeys(record.form_details) if len(code) == 4][:40]


def _position(number: str) -> int:
    found = re.search(r"\d{1,5}", number)
    return min(int(found[0]), 32_000) if found else 0
