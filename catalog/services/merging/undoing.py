"""A merge taken back: every row where it was, as far as the world has not moved on.

The journal is read backwards. Rows written since the merge stay with the kept row, rows that somebody
changed or moved on since stay as they are now; both are reported. What can't be taken back without
breaking something is refused as a whole, with reasons.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CASCADE, SET_NULL, ForeignKey, Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from catalog.constants import Mergeable, MergeAction, ReviewStatus
from catalog.errors import MergeError
from catalog.models import Merge, Redirect, Review, Work
from catalog.services.merging import kinds, rows
from catalog.services.merging.journal import Entry
from catalog.services.merging.merges import merge
from catalog.services.merging.relations import relations_to
from catalog.services.merging.transactions import merging_transaction


class _Undoing:
    """One merge being taken back: what could not go back is in ``report``."""

    def __init__(self, record: Merge) -> None:
        self.record = record
        self.model = kinds.MODELS[record.kind]
        self.report: list[str] = []
        # Rows that stayed away, so that nothing is done to them further back.
        self.lost: set[tuple[str, Any]] = set()

    def run(self) -> None:
        for entry in reversed(self.record.manifest["entries"]):
            getattr(self, f"_un{entry['did']}")(entry, rows.model_of(entry["model"]))

    def _unmove(self, entry: Entry, model: type[Model]) -> None:
        column, keys = entry["column"], entry["keys"]
        back = rows.point(model, column, keys, old=entry["new"], new=entry["old"])
        left = len(keys) - len(back)
        if left:
            self._say(
                ngettext(
                    "%(n)d of the %(rows)s has gone elsewhere since, and stays there.",
                    "%(n)d of the %(rows)s have gone elsewhere since, and stay there.",
                    left,
                )
                % {"n": left, "rows": _plural(model)}
            )

    def _unchange(self, entry: Entry, model: type[Model]) -> None:
        key, after, before = entry["key"], entry["after"], entry["before"]
        if (entry["model"], key) in self.lost:
            return
        found = rows.read(model, rows.key_of(model), [key])
        if not found:
            return
        same = {c: before[c] for c, value in after.items() if found[0][c] == value}
        for column in after.keys() - same.keys():
            words = _("%(field)s of %(row)s was changed since, and stays.")
            self._say(words % {"field": column, "row": _singular(model)})
        if same:
            rows.write(model, key, same)

    def _uncount(self, entry: Entry, model: type[Model]) -> None:
        rows.count(model, entry["key"], {name: -n for name, n in entry["by"].items()})

    def _uncreate(self, entry: Entry, model: type[Model]) -> None:
        if rows.read(model, rows.key_of(model), [entry["key"]]):
            rows.remove(model, entry["key"])

    def _unremove(self, entry: Entry, model: type[Model]) -> None:
        row, root = entry["row"], self._is_root(entry)
        if not self._parents_stand(model, row, root=root):
            self.lost.add((entry["model"], entry["key"]))
            return
        try:
            with transaction.atomic():
                rows.put_back(model, row)
        except IntegrityError as error:
            if root:
                raise MergeError(
                    _("Its address or key is used by another row now. Change that one first.")
                ) from error
            self.lost.add((entry["model"], entry["key"]))
            words = _("One of the %(rows)s can’t come back: there is a newer one in its place.")
            self._say(words % {"rows": _plural(model)})

    def _is_root(self, entry: Entry) -> bool:
        label = self.model._meta.label  # noqa: SLF001
        return bool(entry["model"] == label and entry["key"] == self.record.gone_id)

    def _parents_stand(self, model: type[Model], row: rows.Row, *, root: bool) -> bool:
        """Whether what ``row`` refers to is there; a merged parent is followed, an optional let go."""
        fields: Any = model._meta.concrete_fields  # noqa: SLF001
        for field in fields:
            if not isinstance(field, ForeignKey) or not getattr(field, "db_constraint", True):
                continue
            value = row.get(str(field.column))
            parent = field.remote_field.model
            if value is None or rows.exists(parent, value):
                continue
            if (target := _moved_on(parent, value)) is not None:
                row[field.column] = target
            elif field.null and field.remote_field.on_delete is SET_NULL:
                row[field.column] = None
            elif field.remote_field.on_delete is CASCADE and not root:
                words = _("One of the %(rows)s stays away: what it belonged to is gone.")
                self._say(words % {"rows": _plural(model)})
                return False
            else:
                words = _("%(what)s it belonged to is gone.") % {"what": field.verbose_name}
                raise MergeError(words)
        return True

    def _say(self, words: str) -> None:
        self.report.append(words)


@merging_transaction
def undo(*, merge_id: int, actor: User | None) -> Merge:
    """Take back a merge, or a split. ``undo_report`` of the returned row says what stayed.

    Raises:
        MergeError: it was taken back already, or can't be now; ``reasons`` say why.
        BusyError: somebody is changing the rows.
    """
    record = _undo(merge_id, actor)
    record.undone_at, record.undone_by = timezone.now(), actor
    record.save(update_fields=["undone_at", "undone_by", "undo_report"])
    _refresh(record)
    return record


@merging_transaction
def preview_undo(*, merge_id: int) -> list[str]:
    """Return what would stay as it is if the merge were taken back. Raises as ``undo``."""
    with transaction.atomic():
        report = _undo(merge_id, None).undo_report
        transaction.set_rollback(True)
    return list(report)


def _undo(merge_id: int, actor: User | None) -> Merge:
    record = Merge.objects.select_for_update(of=("self",)).filter(pk=merge_id).first()
    if record is None:
        raise MergeError(_("There is no such merge."))
    if reasons := obstacles(record):
        raise MergeError(" ".join(reasons), reasons=reasons)
    if record.action == MergeAction.SPLIT:
        return _unsplit(record, actor)
    undoing = _Undoing(record)
    _lock(record, undoing.model)
    since = _rated_since(record)
    # In this order the sums are possible at every step, as the database wants them.
    rows.count(Work, record.kept_id, {name: -n for name, n in since.items()})
    undoing.run()
    rows.count(Work, record.gone_id, since)
    rows.check_references()
    record.undo_report = [*undoing.report, *_stayed(record, undoing.model)]
    return record


def _unsplit(record: Merge, actor: User | None) -> Merge:
    """Take a split back by merging the new work into the old: what came to it since comes along."""
    (done,) = merge(
        kind=record.kind, kept_id=record.kept_id, gone_ids=[record.gone_id], actor=actor
    )
    words = _("The split was taken back by a merge (%(n)d), which can be undone too.")
    record.undo_report = [words % {"n": done.pk}]
    return record


def obstacles(record: Merge) -> list[str]:
    """Return why a merge can't be taken back just now, as sentences; none if it can."""
    if record.undone_at:
        return [_("It was taken back already.")]
    later = Merge.objects.filter(kind=record.kind, undone_at=None, pk__gt=record.pk)
    reasons = []
    if onward := later.filter(gone_id=record.kept_id).first():
        words = _("“%(kept)s” was itself merged into “%(into)s” later: take that back first.")
        reasons.append(words % {"kept": record.kept_name, "into": onward.kept_name})
    elif not kinds.MODELS[record.kind]._base_manager.filter(pk=record.kept_id).exists():  # noqa: SLF001
        reasons.append(_("“%(kept)s” has been deleted.") % {"kept": record.kept_name})
    if record.action == MergeAction.SPLIT and later.filter(gone_id=record.gone_id).exists():
        reasons.append(_("“%(gone)s” was merged since.") % {"gone": record.gone_name})
    return reasons


def _lock(record: Merge, model: type[Model]) -> None:
    for relation in relations_to(model):
        if not relation.derived:
            keys = _keys_moved(record, relation.label)
            rows.lock(relation.model, rows.key_of(relation.model), keys)
    rows.lock(model, rows.key_of(model), [record.kept_id, record.gone_id], removing=True)


def _keys_moved(record: Merge, label: str) -> list[Any]:
    model = rows.model_of(label)
    pk = model._meta.pk  # noqa: SLF001
    return [
        pk.to_python(key)
        for entry in record.manifest["entries"]
        if entry["did"] == "move" and entry["model"] == label
        for key in entry["keys"]
    ]


def _rated_since(record: Merge) -> dict[str, int]:
    """Return by how much the ratings of the reviews that go back have changed since the merge.

    At the merge their work's sums were carried over whole; what was published or taken back since
    belongs to the row that comes back.
    """
    if record.kind != Mergeable.WORK:
        return {}
    then = record.manifest["ratings"]
    keys = _keys_moved(record, Review._meta.label)  # noqa: SLF001
    shown = Review.objects.filter(
        pk__in=keys, work=record.kept_id, status=ReviewStatus.PUBLISHED
    ).values_list("rating", flat=True)
    ratings = list(shown)
    return {"rating_sum": sum(ratings) - then[0], "rating_count": len(ratings) - then[1]}


def _stayed(record: Merge, model: type[Model]) -> list[str]:
    """Count the rows written since the merge, which stay with the kept row."""
    said = []
    for relation in relations_to(model):
        horizons = record.manifest["horizons"]
        if relation.derived or relation.label not in horizons:
            continue
        n = rows.younger(relation.model, relation.column, record.kept_id, horizons[relation.label])
        if n:
            words = ngettext(
                "%(n)d of the %(rows)s is younger than the merge, and stays with “%(kept)s”.",
                "%(n)d of the %(rows)s are younger than the merge, and stay with “%(kept)s”.",
                n,
            )
            said.append(words % {"n": n, "rows": _plural(relation.model), "kept": record.kept_name})
    return said


def _refresh(record: Merge) -> None:
    model = kinds.MODELS[record.kind]
    there = model._base_manager.filter(pk__in=[record.kept_id, record.gone_id])  # noqa: SLF001
    kinds.refresh(record.kind, list(there.values_list("pk", flat=True)))


def _moved_on(model: type[Model], key: Any) -> int | None:
    if model not in kinds.MODELS.values():
        return None
    found = Redirect.objects.filter(kind=kinds.kind_of(model), old_id=key).first()
    return found.target_id if found else None


def _plural(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)  # noqa: SLF001


def _singular(model: type[Model]) -> str:
    return str(model._meta.verbose_name)  # noqa: SLF001
