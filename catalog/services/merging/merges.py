"""Two rows of the catalogue become one: every row that refers to the one that goes moves over.

Children are locked before their parents, each kind in the order of keys, as sales and reviews lock
them. The row that goes is locked so that nobody can refer to it any more; who has done so meanwhile
makes the database refuse at the end, and the merge runs again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.constants import DoubtState, Mergeable, ReviewStatus
from catalog.errors import MergeError
from catalog.models import (
    Contribution,
    Duplicate,
    Edition,
    MatchDoubt,
    Merge,
    Redirect,
    Review,
    Work,
    WorkSubject,
)
from catalog.services.merging import collisions, fields, kinds, rows
from catalog.services.merging.journal import VERSION, Journal
from catalog.services.merging.relations import PUT_ASIDE, Relation, relations_to
from catalog.services.merging.transactions import merging_transaction

# Rows merged into one at a time; each is a merge of its own, and undone on its own.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of a kind move."""

    label: str
    rows: int


@dataclass(frozen=True, slots=True)
class Solved:
    """Two rows of which one had to go: what they are, and how it was solved."""

    label: str
    stays: str
    goes: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do, or did."""

    kept: str
    gone: str
    moved: list[Moved]
    solved: list[Solved]
    filled: list[tuple[str, str]]
    redirect: str = ""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as the history keeps it."""
        return {
            "moved": [[m.label, m.rows] for m in self.moved],
            "solved": [[s.label, s.stays, s.goes, s.words] for s in self.solved],
            "filled": [list(pair) for pair in self.filled],
            "redirect": self.redirect,
            "notes": self.notes,
        }


@merging_transaction
def merge(
    *, kind: str, kept_id: int, gone_ids: Sequence[int], actor: User | None, reason: str = ""
) -> list[Merge]:
    """Merge the rows ``gone_ids`` into ``kept_id``, all or none; returns a ``Merge`` for each.

    Raises:
        MergeError: a row is not there (any more), or the same as the one kept.
        BusyError: somebody is changing the rows.
    """
    gone = _asked(kept_id, gone_ids)
    done = [_merge_one(kind, kept_id, one, actor, reason)[0] for one in gone]
    kinds.refresh(kind, [kept_id])
    return done


@merging_transaction
def preview(*, kind: str, kept_id: int, gone_ids: Sequence[int]) -> list[Preview]:
    """Return what ``merge`` would do, by doing it and taking it back. Raises as ``merge``."""
    gone = _asked(kept_id, gone_ids)
    with transaction.atomic():
        shown = [_merge_one(kind, kept_id, one, None, "")[1] for one in gone]
        transaction.set_rollback(True)
    return shown


def _asked(kept_id: int, gone_ids: Sequence[int]) -> list[int]:
    gone = sorted(set(gone_ids))
    if not gone or kept_id in gone:
        raise MergeError(_("Choose two different rows."))
    if len(gone) > MOST_AT_ONCE:
        raise MergeError(_("Merge at most %(n)d at a time.") % {"n": MOST_AT_ONCE})
    return gone


def _merge_one(
    kind: str, kept_id: int, gone_id: int, actor: User | None, reason: str
) -> tuple[Merge, Preview]:
    model = kinds.MODELS[kind]
    kept, gone = lock_both(model, kept_id, gone_id)
    names = (
        kinds.name_of(model(**_attributes(model, kept))),
        kinds.name_of(model(**_attributes(model, gone))),
    )
    horizons = {r.label: rows.newest(r.model) for r in relations_to(model) if not r.derived}
    journal = Journal()
    _before(journal, model, kept, gone)
    filled = fields.filled(model, kept, gone)
    solved = absorb(journal, model, gone, kept)
    journal.change(model, kept, filled)
    _settle_doubts(journal, kind, (kept_id, gone_id), actor)
    redirect = _redirect(journal, kind, kept_id, gone)
    rows.check_references()
    shown = Preview(
        kept=names[0],
        gone=names[1],
        moved=_moved(journal),
        solved=solved,
        filled=[(_label(model, column), str(value)) for column, value in filled.items()],
        redirect=redirect.old_slug,
        notes=_notes(kind, kept, gone),
    )
    record = Merge.objects.create(
        kind=kind,
        kept_id=kept_id,
        kept_name=names[0],
        gone_id=gone_id,
        gone_name=names[1],
        reason=reason[:300],
        manifest={
            "version": VERSION,
            "entries": journal.entries,
            "horizons": horizons,
            "ratings": _ratings(journal),
        },
        summary=shown.as_json(),
        actor=actor,
    )
    return record, shown


def lock_both(model: type[Model], kept_id: int, gone_id: int) -> tuple[rows.Row, rows.Row]:
    """Lock what refers to the two rows, then the rows, and return them as they are now.

    Raises:
        MergeError: one of them is not there.
    """
    for relation in relations_to(model):
        if not relation.derived:
            rows.lock(relation.model, relation.column, [gone_id])
    rows.lock(model, rows.key_of(model), [kept_id, gone_id], removing=True)
    found = {row["id"]: row for row in rows.read(model, "id", [kept_id, gone_id])}
    if len(found) < 2:
        raise MergeError(_("One of them is gone: somebody was quicker. Look again."))
    return found[kept_id], found[gone_id]


def absorb(journal: Journal, model: type[Model], gone: rows.Row, kept: rows.Row) -> list[Solved]:
    """Move everything that refers to ``gone`` over to ``kept``, and remove ``gone``.

    Where both sides have a row that may be there only once, the two are merged in the same manner.
    """
    key = rows.key_of(model)
    solved: list[Solved] = []
    for relation in relations_to(model):
        if relation.derived:
            relation.model._base_manager.filter(**{relation.column: gone[key]}).delete()  # noqa: SLF001
        else:
            solved += _move(journal, relation, gone[key], kept[key])
    # As it is now: solving may have changed its sums.
    (gone,) = rows.read(model, key, [gone[key]])
    journal.count(model, kept[key], fields.carried(model, gone))
    journal.remove(model, gone)
    return solved


def _move(journal: Journal, relation: Relation, gone: Any, kept: Any) -> list[Solved]:
    model, solved = relation.model, []
    if relation.label in PUT_ASIDE:
        for row in rows.read(model, relation.column, [gone]):
            journal.remove(model, row)
        return []
    while found := collisions.all_pairs(relation, gone, kept):
        for mine, theirs in found:
            solution = collisions.solve(model, mine, theirs)
            _uncount(journal, relation, solution.goes)
            solved += absorb(journal, model, solution.goes, solution.stays)
            journal.change(model, solution.stays, solution.changes)
            solved.append(
                Solved(
                    label=_name_of(model),
                    stays=_said(model, solution.stays),
                    goes=_said(model, solution.goes),
                    words=str(solution.words),
                )
            )
    keys = rows.lock(model, relation.column, [gone])
    if keys:
        journal.move(model, relation.column, keys, old=gone, new=kept)
    return solved


def _uncount(journal: Journal, relation: Relation, row: rows.Row) -> None:
    """Take the rating of a review that goes off its work."""
    if rating := collisions.published_rating(relation.label, row):
        by = {"rating_sum": -rating, "rating_count": -1}
        journal.count(Work, row["work_id"], by)


def _before(journal: Journal, model: type[Model], kept: rows.Row, gone: rows.Row) -> None:
    """Make way for what would break a rule that no pair of rows shows."""
    if model is Work:
        _one_main_subject(journal, kept["id"], gone["id"])
    if model is Edition and kept["work_id"] != gone["work_id"]:
        for row in rows.read(Contribution, "edition_id", [gone["id"]]):
            journal.change(Contribution, row, {"work_id": kept["work_id"]})


def _one_main_subject(journal: Journal, kept: int, gone: int) -> None:
    main = [row for row in rows.read(WorkSubject, "work_id", [kept, gone]) if row["is_main"]]
    theirs = {row["subject_id"] for row in main if row["work_id"] == kept}
    for row in main:
        if theirs and row["work_id"] == gone:
            journal.change(WorkSubject, row, {"is_main": False})


def _settle_doubts(journal: Journal, kind: str, both: tuple[int, int], actor: User | None) -> None:
    """Answer questions whether the two are one, and ask those about the one gone of the other."""
    kept, gone = both
    same = {
        "state": DoubtState.SAME.value,
        "decided_by_id": actor.pk if actor else None,
        "decided_at": timezone.now().isoformat(),
    }
    for one, other in _PAIRS.get(kind, ()):
        for row in rows.read(MatchDoubt, one, [kept]):
            if row["kind"] == kind and row[other] == kept and row["state"] != DoubtState.SAME:
                journal.change(MatchDoubt, row, same)
    for column in ("first_id", "second_id"):
        for row in rows.read(Duplicate, column, [gone]):
            if row["kind"] == kind:
                _ask_of(journal, row, both, same)


# Columns of a doubt that name its two rows.
_PAIRS: dict[str, tuple[tuple[str, str], ...]] = {
    Mergeable.WORK: (("work_id", "candidate_work_id"),),
    Mergeable.EDITION: (("edition_id", "candidate_id"),),
}


def _ask_of(journal: Journal, row: rows.Row, both: tuple[int, int], same: rows.Row) -> None:
    kept, gone = both
    other = row["second_id"] if row["first_id"] == gone else row["first_id"]
    if other == kept:
        journal.change(Duplicate, row, same)
        return
    first, second = sorted((other, kept))
    twin = Duplicate.objects.filter(kind=row["kind"], first_id=first, second_id=second)
    if twin.exists():
        journal.remove(Duplicate, row)
    else:
        journal.change(Duplicate, row, {"first_id": first, "second_id": second})


def _redirect(journal: Journal, kind: str, kept_id: int, gone: rows.Row) -> Redirect:
    """Lead from the old address to the new, and whoever was led to the old one too."""
    for row in rows.read(Redirect, "target_id", [gone["id"]]):
        if row["kind"] == kind:
            journal.change(Redirect, row, {"target_id": kept_id})
    slug = str(gone.get("slug", ""))
    # An address that led elsewhere before the row took it leads there no more.
    for row in rows.read(Redirect, "old_slug", [slug]) if slug else ():
        if row["kind"] == kind:
            journal.remove(Redirect, row)
    redirect = Redirect(kind=kind, old_slug=slug, old_id=gone["id"], target_id=kept_id)
    journal.create(redirect)
    return redirect


def _notes(kind: str, kept: rows.Row, gone: rows.Row) -> list[str]:
    if kind != Mergeable.EDITION or kept["work_id"] == gone["work_id"]:
        return []
    notes = [_("The two stood under different works.")]
    if not Edition.objects.filter(work=gone["work_id"]).exists():
        notes.append(_("The other work is left without an edition: merge the works as well."))
    return notes


def _moved(journal: Journal) -> list[Moved]:
    counts: Counter[str] = Counter()
    for entry in journal.entries:
        if entry["did"] == "move":
            counts[entry["model"]] += len(entry["keys"])
    return [Moved(_name_of(rows.model_of(label)), n) for label, n in counts.items() if n]


def _name_of(model: type[Model]) -> str:
    return str(capfirst(model._meta.verbose_name_plural))  # noqa: SLF001


def _label(model: type[Model], column: str) -> str:
    found = next(f for f in model._meta.concrete_fields if f.column == column)  # noqa: SLF001
    return str(capfirst(found.verbose_name))


def _attributes(model: type[Model], row: rows.Row) -> dict[str, Any]:
    return {f.attname: row[str(f.column)] for f in model._meta.concrete_fields}  # noqa: SLF001


def _said(model: type[Model], row: rows.Row) -> str:
    """Return what a row says, in a few words: its texts and figures, no keys and times."""
    shown = []
    for column in model._meta.concrete_fields:  # noqa: SLF001
        value = row[str(column.column)]
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        dated = column.get_internal_type() == "DateTimeField"
        if plain and value != "" and not (column.is_relation or column.primary_key or dated):
            shown.append(str(value))
    return " · ".join(shown)[:200]


def _ratings(journal: Journal) -> list[int]:
    """Return sum and number of the ratings shown of the reviews that moved."""
    keys = [
        key
        for entry in journal.entries
        if entry["did"] == "move" and entry["model"] == Review._meta.label  # noqa: SLF001
        for key in entry["keys"]
    ]
    shown = Review.objects.filter(pk__in=keys, status=ReviewStatus.PUBLISHED)
    ratings = list(shown.values_list("rating", flat=True))
    return [sum(ratings), len(ratings)]
