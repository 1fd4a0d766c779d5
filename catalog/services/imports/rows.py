"""Rows in memory while a batch is worked out, and how they reach the database in a few statements.

A batch changes thousands of rows. They are worked out on ``Row`` objects, which refer to each other
before they have keys; then ``write`` takes keys from the sequences and copies the new rows in, a
statement a table, updates the changed ones, a statement a table, and journals both.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb

from books4all.lib import text
from books4all.lib.models import NameKeyField
from catalog.constants import ChangeKind
from catalog.models import CatalogueImport, ImportChange

# Worked out from other rows, or counted by the shop: no part of what an import wrote.
DERIVED = frozenset(
    {"id", "created_at", "updated_at", "completeness", "popularity", "rating_sum", "rating_count"}
    | {"conflict", "name_key", "cover_image"}
)


# A feed names the same houses and series over and over.
name_key = lru_cache(maxsize=20_000)(text.name_key)


class Row:
    """A row to be written, or read and perhaps to be changed.

    ``values`` holds columns by name (``work_id``); a new row that another refers to stands there
    itself until it has a key. ``before`` remembers the columns of a read row that were changed.
    """

    __slots__ = ("before", "dropped", "extra", "key", "model", "values")

    def __init__(
        self, model: type[models.Model], values: dict[str, Any], key: int | None = None
    ) -> None:
        """Take a row of ``model``; one without a ``key`` is new."""
        self.model, self.values, self.key = model, values, key
        self.before: dict[str, Any] = {}
        self.dropped = False
        self.extra: Any = None

    @property
    def is_new(self) -> bool:
        """Whether it is still to be written."""
        return self.key is None

    def __getitem__(self, column: str) -> Any:
        """Return the value of a column; None when a new row says nothing of it."""
        return self.values.get(column)

    def set(self, column: str, value: Any) -> bool:
        """Change a column, and return whether it was another value before."""
        old = self.values.get(column)
        if old == value:
            return False
        if self.key is not None:
            self.before.setdefault(column, old)
        self.values[column] = value
        return True

    @property
    def changed(self) -> bool:
        """Whether a row that was read has other values now."""
        return any(self.values[column] != old for column, old in self.before.items())


class Batch:
    """The rows that a batch writes, in the order in which they may refer to each other."""

    def __init__(self, order: Sequence[type[models.Model]]) -> None:
        """Take the models in an order in which none refers to a later one."""
        self.new: dict[type[models.Model], list[Row]] = {model: [] for model in order}
        self.read: dict[type[models.Model], list[Row]] = {model: [] for model in order}
        self.removed: list[Row] = []

    def add(self, row: Row) -> Row:
        """Take a new row, to be written with the others."""
        self.new[row.model].append(row)
        return row

    def keep(self, row: Row) -> Row:
        """Take a row that was read, to be updated if it changes."""
        self.read[row.model].append(row)
        return row


def read(
    model: type[models.Model],
    column: str,
    values: Iterable[Any],
    *,
    order: str = "id",
    lock: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``model`` whose ``column`` has one of ``values``, as dicts of columns.

    By hand, because a batch asks for thousands of rows by thousands of keys, and the ORM would spend
    more time on the question than the database on the answer.
    """
    fields = model._meta.concrete_fields  # noqa: SLF001 documented
    names = [str(field.column) for field in fields]
    jsons = [str(field.column) for field in fields if isinstance(field, models.JSONField)]
    listed = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {listed} FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s)'  # noqa: S608, SLF001 names of columns
            f" ORDER BY {order}{' FOR NO KEY UPDATE' if lock else ''}",
            [list(values)],
        )
        found = cursor.fetchall()
    for line in found:
        row = dict(zip(names, line, strict=True))
        for name in jsons:
            row[name] = json.loads(row[name]) if isinstance(row[name], str) else row[name]
        yield row


def write(batch: Batch, catalogue_import: CatalogueImport | None, number: int) -> None:
    """Write a batch: new rows copied in, changed ones updated, removed ones deleted; all journalled
    under the ``number`` of the record that the batch began with, if there is an import to undo."""
    now = timezone.now()
    journal: list[tuple[Any, ...]] = []
    new = {model: [r for r in rows if not r.dropped] for model, rows in batch.new.items()}
    _give_keys(new)
    for model, rows in new.items():
        if rows:
            journal.append(_insert(model, rows, now))
    for model, rows in batch.read.items():
        journal += _update(model, [row for row in rows if row.changed and not row.dropped], now)
    journal += remove(batch.removed)
    if catalogue_import is not None:
        keep_journal(catalogue_import, number, journal)


def keep_journal(
    catalogue_import: CatalogueImport, number: int, journal: Iterable[tuple[Any, ...]]
) -> None:
    """Write entries of the journal: kind, table, keys, fields, digests, before and after."""
    columns = ("kind", "table", "keys", "fields", "digests", "before", "after")
    copy(
        ImportChange,
        ("catalogue_import_id", "number", *columns, "note", "undone"),
        [(catalogue_import.pk, number, *entry, "", False) for entry in journal],
    )


def copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Copy ``rows`` into the table of ``model``: the fastest way in, and triggers fire all the same."""
    rows = list(rows)
    if not rows:
        return
    fields = {field.column: field for field in model._meta.concrete_fields}  # noqa: SLF001 documented
    jsons = [i for i, name in enumerate(columns) if isinstance(fields[name], models.JSONField)]
    names = ", ".join(f'"{name}"' for name in columns)
    # What is copied goes past Django, its translation of errors too.
    into = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'  # noqa: SLF001 documented
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(into) as sink:
        for row in rows:
            line = list(row) if jsons else row
            for i in jsons:
                line[i] = None if line[i] is None else Jsonb(line[i])  # type: ignore[index]  # a list
            sink.write_row(line)


def digest(values: Iterable[Any]) -> int:
    """Return a number by which to see later whether a row's values are still the same."""
    return zlib.crc32(repr(tuple(values)).encode("utf-8", "backslashreplace"))


def _give_keys(new: dict[type[models.Model], list[Row]]) -> None:
    wanted = [(model._meta.db_table, rows) for model, rows in new.items() if rows]  # noqa: SLF001
    if not wanted:
        return
    one = (
        "SELECT %s::text, nextval(pg_get_serial_sequence(%s, 'id'))"
        " FROM generate_series(1, %s) AS n"
    )
    params = [value for table, rows in wanted for value in (table, table, len(rows))]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(wanted)), params)
        keys: dict[str, list[int]] = {table: [] for table, _rows in wanted}
        for table, key in cursor.fetchall():
            keys[table].append(key)
    for table, rows in wanted:
        for row, key in zip(rows, sorted(keys[table]), strict=True):
            row.key = key


def _insert(model: type[models.Model], rows: list[Row], now: datetime) -> tuple[Any, ...]:
    options = model._meta  # noqa: SLF001 documented
    columns: list[str] = [str(field.column) for field in options.concrete_fields]
    fixed: dict[Any, Any] = {
        f.column: f.get_default() for f in options.concrete_fields if not f.primary_key
    }
    fixed |= dict.fromkeys({"created_at", "updated_at"} & fixed.keys(), now)
    keyed = [f.column for f in options.concrete_fields if isinstance(f, NameKeyField)]
    written = [column for column in columns if column not in DERIVED]
    lines: list[list[Any]] = []
    digests: list[int] = []
    for row in rows:
        values = row.values
        for column, value in values.items():
            if value.__class__ is Row:
                values[column] = value.key
        full = {**fixed, **values, "id": row.key}
        for key_column in keyed:
            full[key_column] = name_key(full["name"])
        lines.append([full[column] for column in columns])
        digests.append(digest(full[column] for column in written))
    copy(model, columns, lines)
    keys = [row.key for row in rows]
    return (ChangeKind.CREATED.value, options.db_table, keys, written, digests, {}, {})


def _update(model: type[models.Model], rows: list[Row], now: datetime) -> list[tuple[Any, ...]]:
    if not rows:
        return []
    table = model._meta.db_table  # noqa: SLF001 documented
    stamped = any(f.column == "updated_at" for f in model._meta.concrete_fields)  # noqa: SLF001
    for row in rows:
        for column, value in row.values.items():
            if value.__class__ is Row:
                row.values[column] = value.key
        if "name" in row.before and "name_key" in row.values:
            row.set("name_key", name_key(row.values["name"]))
        if stamped:
            row.set("updated_at", now)
    columns = sorted({column for row in rows for column in row.before})
    rewrite(model, columns, [{"id": r.key, **{c: r.values[c] for c in columns}} for r in rows])
    journal: list[tuple[Any, ...]] = []
    for row in rows:
        touched = sorted(c for c, old in row.before.items() if row.values[c] != old)
        before = {c: plain(row.before[c]) for c in touched}
        after = {c: plain(row.values[c]) for c in touched}
        kind = ChangeKind.UPDATED.value
        journal.append((kind, table, [row.key], touched, [], before, after))
    return journal


def rewrite(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Set ``columns`` of rows of ``model``, given with their ``id``, in one statement."""
    if not rows or not columns:
        return
    fields = {field.column: field for field in model._meta.concrete_fields}  # noqa: SLF001 documented
    types = ", ".join(
        f'"{c}" {fields[c].rel_db_type(connection) if fields[c].is_relation else fields[c].db_type(connection)}'
        for c in columns
    )
    sets = ", ".join(f'"{c}" = new."{c}"' for c in columns)
    sql = (
        f'UPDATE "{model._meta.db_table}" AS old SET {sets}'  # noqa: S608, SLF001 names of columns
        f" FROM jsonb_to_recordset(%s) AS new (id bigint, {types}) WHERE old.id = new.id"
    )
    lines = [{name: plain(value) for name, value in row.items()} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(sql, [Jsonb(lines)])  # type: ignore[list-item]  # psycopg adapts it


def remove(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Delete rows, the last first, and return their journal, from which they can be written again."""
    journal: list[tuple[Any, ...]] = []
    by_model: dict[type[models.Model], list[Row]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row)
    for model, group in by_model.items():
        table = model._meta.db_table  # noqa: SLF001 documented
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{table}" WHERE id = ANY(%s)',  # noqa: S608 a name of a table
                [[row.key for row in group]],
            )
        for row in group:
            before = {column: plain(value) for column, value in row.values.items()}
            journal.append((ChangeKind.REMOVED.value, table, [row.key], [], [], before, {}))
    return journal


def plain(value: Any) -> Any:
    """Return a column's value as JSON has it."""
    if isinstance(value, Row):
        return value.key
    return value.isoformat() if isinstance(value, datetime | date) else value
