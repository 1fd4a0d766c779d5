"""Rows as the database has them, whatever the model: read, written and put back exactly.

A row is a mapping of columns to JSON values, as ``to_jsonb`` gives it and ``jsonb_populate_record``
takes it: microseconds, arrays and nulls survive the way there and back, and so do columns of apps
that this one knows nothing of.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model
from psycopg import sql

Key = Any
Row = dict[str, Any]


def model_of(label: str) -> type[Model]:
    """Return the model of a label such as ``catalog.Work``, also one made for a many-to-many."""
    app, _dot, name = label.partition(".")
    return apps.get_model(app, name, require_ready=False)


def table_of(model: type[Model]) -> sql.Identifier:
    """Return the name of the model's table, quoted."""
    return sql.Identifier(model._meta.db_table)  # noqa: SLF001 Django's documented interface


def key_of(model: type[Model]) -> str:
    """Return the column of the primary key."""
    return str(model._meta.pk.column)  # noqa: SLF001 Django's documented interface


def read(
    model: type[Model], column: str, values: Collection[Key], *, lock: bool = True
) -> list[Row]:
    """Return the rows whose ``column`` is one of ``values``, in the order of their keys, locked."""
    statement = sql.SQL(
        "SELECT to_jsonb(t)::text FROM {table} t WHERE t.{column} = ANY(%s) ORDER BY t.{key} {lock}"
    ).format(
        table=table_of(model),
        column=sql.Identifier(column),
        key=sql.Identifier(key_of(model)),
        lock=sql.SQL("FOR NO KEY UPDATE" if lock else ""),
    )
    return [json.loads(text) for (text,) in _all(statement, [list(values)])]


def lock(
    model: type[Model], column: str, values: Collection[Key], *, removing: bool = False
) -> list[Key]:
    """Lock the rows whose ``column`` is one of ``values`` by their keys' order; return the keys.

    ``removing`` also keeps others from referring to them until the transaction ends.
    """
    statement = sql.SQL(
        "SELECT t.{key} FROM {table} t WHERE t.{column} = ANY(%s) ORDER BY t.{key} {how}"
    ).format(
        table=table_of(model),
        column=sql.Identifier(column),
        key=sql.Identifier(key_of(model)),
        how=sql.SQL("FOR UPDATE" if removing else "FOR NO KEY UPDATE"),
    )
    return [key for (key,) in _all(statement, [list(values)])]


def point(model: type[Model], column: str, keys: Sequence[Key], *, old: Key, new: Key) -> list[Key]:
    """Set ``column`` to ``new`` in the rows ``keys`` where it is ``old``; return the keys of those."""
    statement = sql.SQL(
        "UPDATE {table} SET {column} = %s WHERE {key} = ANY(%s) AND {column} = %s RETURNING {key}"
    ).format(
        table=table_of(model), column=sql.Identifier(column), key=sql.Identifier(key_of(model))
    )
    return [key for (key,) in _all(statement, [new, _typed(model, keys), old])]


def write(model: type[Model], key: Key, values: Row) -> None:
    """Set the columns of ``values`` in one row."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in values)
    picked = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(column)) for column in values)
    statement = sql.SQL(
        "UPDATE {table} SET ({columns}) = ROW({picked}) "
        "FROM jsonb_populate_record(NULL::{table}, %s::jsonb) r WHERE {table}.{key} = %s"
    ).format(
        table=table_of(model), columns=columns, picked=picked, key=sql.Identifier(key_of(model))
    )
    _do(statement, [json.dumps(values), key])


def count(model: type[Model], key: Key, deltas: dict[str, int]) -> None:
    """Add ``deltas`` to columns of one row; none falls below nothing."""
    if not any(deltas.values()):
        return
    changes = sql.SQL(", ").join(
        sql.SQL("{column} = GREATEST({column} + %s, 0)").format(column=sql.Identifier(column))
        for column in deltas
    )
    statement = sql.SQL("UPDATE {table} SET {changes} WHERE {key} = %s").format(
        table=table_of(model), changes=changes, key=sql.Identifier(key_of(model))
    )
    _do(statement, [*deltas.values(), key])


def remove(model: type[Model], key: Key) -> None:
    """Delete one row. What still refers to it makes the database refuse, at the latest at the end."""
    statement = sql.SQL("DELETE FROM {table} WHERE {key} = %s").format(
        table=table_of(model), key=sql.Identifier(key_of(model))
    )
    _do(statement, [key])


def put_back(model: type[Model], row: Row) -> None:
    """Insert ``row`` as it was; columns that are younger than it get their default."""
    known = {str(field.column): field for field in model._meta.concrete_fields}  # noqa: SLF001
    values = {column: value for column, value in row.items() if column in known}
    for column, field in known.items():
        if column not in values and not getattr(field, "generated", False):
            values[column] = field.get_default()
    names = sql.SQL(", ").join(sql.Identifier(column) for column in values)
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} "
        "FROM jsonb_populate_record(NULL::{table}, %s::jsonb) r"
    ).format(table=table_of(model), names=names)
    _do(statement, [json.dumps(values, default=str)])


def exists(model: type[Model], key: Key) -> bool:
    """Whether there is a row with this primary key."""
    manager = model._base_manager  # noqa: SLF001 rows that a default manager hides count too
    return bool(manager.filter(pk=key).exists())


def newest(model: type[Model]) -> Key | None:
    """Return the greatest key of the table, as text: what is greater has come later."""
    statement = sql.SQL("SELECT t.{key} FROM {table} t ORDER BY t.{key} DESC LIMIT 1").format(
        table=table_of(model), key=sql.Identifier(key_of(model))
    )
    rows = _all(statement, [])
    return plain(rows[0][0]) if rows else None


def younger(model: type[Model], column: str, value: Key, than: Key | None) -> int:
    """Count the rows with ``column`` = ``value`` whose key is greater ``than``."""
    table, key = table_of(model), sql.Identifier(key_of(model))
    bound = sql.SQL("AND t.{key} > %s").format(key=key) if than is not None else sql.SQL("")
    statement = sql.SQL("SELECT count(*) FROM {table} t WHERE t.{column} = %s {bound}").format(
        table=table, column=sql.Identifier(column), bound=bound
    )
    return int(_all(statement, [value] if than is None else [value, than])[0][0])


def check_references() -> None:
    """Have the database check now what it would check at the end of the transaction."""
    _do(sql.SQL("SET CONSTRAINTS ALL IMMEDIATE"), [])
    _do(sql.SQL("SET CONSTRAINTS ALL DEFERRED"), [])


def plain(key: Key) -> Any:
    """Return a key as JSON has it: a number, or the text of a UUID."""
    return key if isinstance(key, int) else str(key)


def _typed(model: type[Model], keys: Iterable[Key]) -> list[Key]:
    pk = model._meta.pk  # noqa: SLF001
    return [pk.to_python(key) for key in keys]


def _all(statement: sql.Composed, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _do(statement: sql.Composable, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
