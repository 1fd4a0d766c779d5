"""A batch of records: found, applied and written in one transaction, with the position reached."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.constants import DoubtKind, Outcome
from catalog.importers.record import Action, BookRecord, Problem, Severity
from catalog.models import (
    CatalogueImport,
    ImportRecord,
    MatchDoubt,
    Person,
    Publisher,
    Series,
    Subject,
    Work,
)
from catalog.services import covers, people
from catalog.services.imports import deleting, rows, slugs
from catalog.services.imports.applying import Applier
from catalog.services.imports.finding import MOST_SHOWN, Doubt, Found, find
from catalog.services.imports.results import Result, reference_of, source_name
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import Shelf
from catalog.services.imports.weighing import weigh

_SLUGGED = (Person, Publisher, Series, Subject, Work)


_COLUMNS = (
    "catalogue_import_id", "number", "line", "reference", "title", "outcome", "edition_id",
    "work_id", "problems", "said",
)  # fmt: skip


def apply(catalogue_import: CatalogueImport, records: Sequence[BookRecord]) -> Counter[str]:
    """Apply ``records`` and write their report; return how many there are by outcome.

    Call it in the transaction that writes the position. A record that the database refuses is found
    by halving and refused; the others are taken.
    """
    results = _apply(catalogue_import, records)
    dry_run = catalogue_import.dry_run
    rows.copy(
        ImportRecord,
        _COLUMNS,
        [result.line(catalogue_import.pk, dry_run=dry_run) for result in results],
    )
    return Counter(result.outcome for result in results)


class _TriedOutError(Exception):
    """A dry run: what was written goes."""


def _apply(catalogue_import: CatalogueImport, records: Sequence[BookRecord]) -> list[Result]:
    results: list[Result] = []
    try:
        with transaction.atomic():
            for deletes, run in groupby(records, key=lambda r: r.action == Action.DELETE):
                part = list(run)
                take = deleting.take_away if deletes else _take
                results += take(catalogue_import, part)
            if catalogue_import.dry_run:
                raise _TriedOutError  # noqa: TRY301 it leaves the savepoint
    except _TriedOutError:
        pass
    except (DataError, IntegrityError, UnicodeError, OverflowError) as error:
        if len(records) == 1:
            return [_unstorable(records[0], error)]
        half = len(records) // 2
        first = _apply(catalogue_import, records[:half])
        return first + _apply(catalogue_import, records[half:])
    return results


def _take(catalogue_import: CatalogueImport, records: Sequence[BookRecord]) -> list[Result]:
    source = source_name(catalogue_import)
    wanted = [r for r in records if not r.refused and r.action != Action.TEST]
    shelf = Shelf(wanted, source)
    applier = Applier(shelf, rank=catalogue_import.rank, import_id=catalogue_import.pk)
    doubts: list[tuple[Row, Doubt, int]] = []
    results = [_take_one(shelf, applier, record, doubts) for record in records]
    settle(shelf, applier, doubts, catalogue_import=catalogue_import, number=records[0].number)
    if not catalogue_import.dry_run:
        pictures = [(r.edition, r.record.cover_url) for r in results if r.record.cover_url]
        covers.request_many(addresses=[(e.key, url) for e, url in pictures if e and e.key])
    return results


def settle(
    shelf: Shelf,
    applier: Applier,
    doubts: Sequence[tuple[Row, Doubt, int]],
    *,
    catalogue_import: CatalogueImport | None,
    number: int,
) -> None:
    """Write what a batch has worked out on its shelf, journalled as of the ``catalogue_import``.

    Without one there is no journal: a shop's stock file makes books too, and is not undone by staff.
    """
    for model in _SLUGGED:
        slugs.give([row for row in shelf.batch.new[model] if not row.dropped])
    weigh(applier.touched)
    renamed = [row for row in shelf.batch.read[Person] if "other_names" in row.before]
    rows.write(shelf.batch, catalogue_import, number)
    if renamed:
        people.keep_names(row.key for row in renamed if row.key)
    _write_doubts(catalogue_import, doubts)


def _take_one(
    shelf: Shelf, applier: Applier, record: BookRecord, doubts: list[tuple[Row, Doubt, int]]
) -> Result:
    if record.action == Action.TEST:
        return Result(record, Outcome.SKIPPED, _("A test record: nothing was done."))
    if record.refused:
        return Result(record, Outcome.REFUSED, _("Refused: see what was wrong."))
    reference = reference_of(record)
    found = find(shelf, record, reference)
    if found.edition is not None and found.doubt is not None:
        return _ask(record, found, doubts)
    if found.edition is not None:
        return _update(applier, record, found.edition, reference)
    if record.action == Action.PARTIAL:
        problem = Problem(
            code="nothing_to_update",
            field="NotificationType",
            value=record.reference[:200],
            message=_("A partial update of a book that the catalogue does not have."),
            remedy=_("Send the whole record first."),
            line=record.line,
            severity=Severity.ERROR,
        )
        said = _("Refused: there is no such book to update.")
        return Result(record, Outcome.REFUSED, said, problems=[problem])
    return _create(applier, record, found, reference, doubts)


def _create(
    applier: Applier,
    record: BookRecord,
    found: Found,
    reference: str,
    doubts: list[tuple[Row, Doubt, int]],
) -> Result:
    new_work = found.work is None
    edition = applier.create(record, found.work, reference)
    work = edition.extra.work
    _flag_shared(edition, found.shared)
    if found.doubt is not None:
        doubts.append((edition, found.doubt, record.number))
        said = {
            "title_contradicts": _(
                "Taken as an edition of its own: its ISBN is on file with another title. Staff decide."
            ),
            "thin_record": _(
                "Taken as an edition of its own: it says too little to be matched. Staff decide."
            ),
        }.get(
            found.doubt.reason,
            _("Taken as an edition of its own, though one on file is like it. Staff decide."),
        )
        return Result(record, Outcome.DOUBTFUL, said, edition, work)
    said = (
        _("A new book: work and edition.")
        if new_work
        else _("A new edition of “%(work)s”.") % {"work": work["title"]}
    )
    return Result(record, Outcome.CREATED, said, edition, work)


def _update(applier: Applier, record: BookRecord, edition: Row, reference: str) -> Result:
    done = applier.update(record, edition, reference)
    work = edition.extra.work
    if done.changed:
        fields = ", ".join(dict.fromkeys(done.changed))
        said = _("Updated: %(fields)s.") % {"fields": fields}
        return Result(record, Outcome.UPDATED, said, edition, work, done.kept)
    if done.kept:
        said = ngettext(
            "Matched. The catalogue’s own value was kept in %(n)d field.",
            "Matched. The catalogue’s own values were kept in %(n)d fields.",
            len(done.kept),
        ) % {"n": len(done.kept)}
        return Result(record, Outcome.MATCHED, said, edition, work, done.kept)
    return Result(record, Outcome.UNCHANGED, _("Nothing new."), edition, work)


def _ask(record: BookRecord, found: Found, doubts: list[tuple[Row, Doubt, int]]) -> Result:
    """Leave an edition as it is, of several with its ISBN that all fit."""
    edition, doubt = found.edition, found.doubt
    assert edition is not None
    assert doubt is not None
    for other, _score in doubt.candidates:
        _flag_shared(other, [o for o, _s in doubt.candidates if o is not other])
    asked = doubt.candidates[1][0]
    pairs = {(e.key, d.candidates[0][0].key) for e, d, _n in doubts if e.key}
    if (edition.key, asked.key) in pairs or _is_asked(edition, asked):
        said = _(
            "Nothing was done: which of the editions with this ISBN it is has yet to be decided."
        )
        return Result(record, Outcome.UNCHANGED, said, edition, edition.extra.work)
    doubts.append((edition, Doubt(doubt.reason, doubt.candidates[1:]), record.number))
    said = _("Nothing was done: several editions have this ISBN. Staff decide.")
    return Result(record, Outcome.DOUBTFUL, said, edition, edition.extra.work)


def _is_asked(edition: Row, other: Row) -> bool:
    if edition.key is None or other.key is None:
        return False
    return MatchDoubt.objects.filter(edition=edition.key, candidate=other.key).exists()


def _flag_shared(edition: Row, others: Sequence[Row]) -> None:
    """Mark the numbers that an edition and others bear as in conflict."""
    for other in others:
        for key in edition.extra.identifiers.keys() & other.extra.identifiers.keys():
            for bearer in (edition, other):
                bearer.extra.identifiers[key].set("conflict", value=True)


def _write_doubts(
    catalogue_import: CatalogueImport | None, doubts: Sequence[tuple[Row, Doubt, int]]
) -> None:
    made: dict[tuple[Any, Any], MatchDoubt] = {}
    for edition, doubt, number in doubts:
        best, points = doubt.candidates[0]
        made.setdefault(
            (edition.key, best.key),
            MatchDoubt(
                kind=DoubtKind.EDITION,
                reason=doubt.reason,
                edition_id=edition.key,
                work_id=_of(edition.values["work_id"]),
                candidate_id=best.key,
                candidate_work_id=_of(best.values["work_id"]),
                candidates=[
                    {
                        "edition": row.key,
                        "work": _of(row.values["work_id"]),
                        "title": row["title"],
                        "score": found.points,
                        "evidence": found.as_json(),
                    }
                    for row, found in doubt.candidates[:MOST_SHOWN]
                ],
                score=points.points,
                catalogue_import=catalogue_import,
                number=number,
            ),
        )
    if made:
        MatchDoubt.objects.bulk_create(made.values(), ignore_conflicts=True)


def _unstorable(record: BookRecord, error: Exception) -> Result:
    problem = Problem(
        code="not_storable",
        field="",
        value="",
        message=_("The database can’t hold a value of this record: %(why)s")
        % {"why": str(error).splitlines()[0][:200]},
        remedy=_("Correct the value and send the record again."),
        line=record.line,
        severity=Severity.ERROR,
    )
    said = _("Refused: a value can’t be stored.")
    return Result(record, Outcome.REFUSED, said, problems=[problem])


def _of(row: Any) -> int | None:
    return row.key if isinstance(row, Row) else row
