"""What a merge did, in its order: enough to take all of it back.

Every change goes through here, is written to the database, and noted. The notes are JSON:

``{"did": "move", "model": "catalog.Edition", "column": "work_id", "old": 2, "new": 1, "keys": [7]}``
``{"did": "change", "model": …, "key": 7, "before": {"is_main": true}, "after": {"is_main": false}}``
``{"did": "count", "model": …, "key": 1, "by": {"rating_sum": 4}}``
``{"did": "remove", "model": …, "key": 9, "row": {…}, "because": "…"}``
``{"did": "create", "model": …, "key": 3}``
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from catalog.services.merging import rows

VERSION = 1
# A statement must end within the statement timeout.
_AT_ONCE = 5000
_MOST = 2**31 - 1
Entry = dict[str, Any]


class Journal:
    """The changes of one merge, made through it."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def move(
        self, model: type[Model], column: str, keys: Sequence[Any], *, old: Any, new: Any
    ) -> None:
        """Point the rows ``keys`` from ``old`` to ``new``."""
        for at in range(0, len(keys), _AT_ONCE):
            some = rows.point(model, column, keys[at : at + _AT_ONCE], old=old, new=new)
            moved = sorted(map(rows.plain, some))
            self._note("move", model, column=column, old=old, new=new, keys=moved)

    def change(self, model: type[Model], row: rows.Row, values: rows.Row) -> None:
        """Set ``values`` in ``row``; what is so already is left out."""
        after = {column: value for column, value in values.items() if row[column] != value}
        if not after:
            return
        key = row[rows.key_of(model)]
        rows.write(model, key, after)
        before = {column: row[column] for column in after}
        # As the database writes it: undoing compares the two.
        (fresh,) = rows.read(model, rows.key_of(model), [key])
        row.update(fresh)
        after = {column: fresh[column] for column in after}
        self._note("change", model, key=key, before=before, after=after)

    def count(self, model: type[Model], key: Any, by: dict[str, int]) -> None:
        """Add to counters, which stay within nothing and what their columns hold."""
        (now,) = rows.read(model, rows.key_of(model), [key])
        added = {c: min(max(now[c] + n, 0), _MOST) - now[c] for c, n in by.items()}
        added = {column: number for column, number in added.items() if number}
        if added:
            rows.count(model, key, added)
            self._note("count", model, key=key, by=added)

    def remove(self, model: type[Model], row: rows.Row, *, because: str = "") -> None:
        """Delete ``row``, which is kept here whole."""
        key = row[rows.key_of(model)]
        rows.remove(model, key)
        self._note("remove", model, key=key, row=row, because=because)

    def create(self, obj: Model) -> None:
        """Insert a new row."""
        obj.save(force_insert=True)
        self._note("create", type(obj), key=rows.plain(obj.pk))

    def _note(self, did: str, model: type[Model], **what: Any) -> None:
        label = model._meta.label  # noqa: SLF001 Django's documented interface
        self.entries.append({"did": did, "model": label, **what})
