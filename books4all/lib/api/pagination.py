"""Pages by key: constant cost at any depth, no count, no row twice or left out while others are added.

A cursor says where a page ends (the ordering's values of its last row) and which way to go. It is
signed, so that only cursors we gave out ever reach the database.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from books4all.lib.api.serializers import StrictSerializer
from books4all.lib.errors import DomainError

MOST = 100
USUAL = 25
M = TypeVar("M", bound=Model)
_SIGNER = Signer(salt="books4all.api.cursor")


class CursorError(DomainError):
    """The cursor is not one of ours, or belongs to another ordering."""

    code = "invalid_cursor"


class PageQuery(StrictSerializer):
    """How much of a list, and from where."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text="Rows a page"
    )
    cursor = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="From `next` or `previous`"
    )


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order by columns that are never null, the last of them unique: ``("-price_minor", "pk")``.

    ``name`` binds cursors to it.
    """

    name: str
    columns: tuple[str, ...]

    @property
    def keys(self) -> tuple[tuple[str, bool], ...]:
        """Columns with whether they descend."""
        return tuple((column.lstrip("-"), column.startswith("-")) for column in self.columns)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """Rows of a page, with cursors to its neighbours (empty: there is none)."""

    rows: Sequence[M]
    next: str
    previous: str


def keyset(
    queryset: QuerySet[M], *, ordering: Ordering, limit: int, cursor: str = ""
) -> KeysetPage[M]:
    """Return the page of ``queryset`` that ``cursor`` leads to, the first without one; one query.

    Raises:
        CursorError: the cursor is forged, damaged or of another ordering.
    """
    limit = max(1, min(limit, MOST))
    backwards, values = _read(cursor, ordering) if cursor else (False, None)
    columns = [_turned(column) if backwards else column for column in ordering.columns]
    rows_query = queryset.order_by(*columns)
    if values is not None:
        rows_query = rows_query.filter(_after(ordering, values, backwards=backwards))
    rows = list(rows_query[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (more if backwards else values is not None)
    return KeysetPage(
        rows=rows,
        next=_write(rows[-1], ordering, backwards=False) if has_next else "",
        previous=_write(rows[0], ordering, backwards=True) if has_previous else "",
    )


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _after(ordering: Ordering, values: Sequence[Any], *, backwards: bool) -> Q:
    """Return the condition for rows past ``values``.

    The first column is bounded on its own as well, which is what an index on it can use.
    """
    past, equal = Q(), Q()
    for (column, descending), value in zip(ordering.keys, values, strict=True):
        operator = "lt" if descending != backwards else "gt"
        past |= equal & Q(**{f"{column}__{operator}": value})
        equal &= Q(**{column: value})
    column, descending = ordering.keys[0]
    operator = "lte" if descending != backwards else "gte"
    return Q(**{f"{column}__{operator}": values[0]}) & past


def _write(row: Model, ordering: Ordering, *, backwards: bool) -> str:
    values = [_plain(getattr(row, column)) for column, _descending in ordering.keys]
    return _SIGNER.sign_object([ordering.name, backwards, values])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _read(cursor: str, ordering: Ordering) -> tuple[bool, list[Any]]:
    try:
        name, backwards, values = _SIGNER.unsign_object(cursor)
    except (BadSignature, ValueError):
        name, backwards, values = "", False, []
    if name != ordering.name or len(values) != len(ordering.columns):
        raise CursorError(
            _("This cursor leads nowhere. Start again without one."),
            fields={"cursor": [_("Not a cursor of this list.")]},
        )
    return backwards, values


def page_body(
    request: Request, page: KeysetPage[M], represent: Callable[[Iterable[M]], Any]
) -> dict[str, Any]:
    """Return a page as it goes over the wire; ``represent`` turns the rows into JSON values."""
    return {
        "results": represent(page.rows),
        "next": _link(request, page.next),
        "previous": _link(request, page.previous),
    }


def _link(request: Request, cursor: str) -> str | None:
    if not cursor:
        return None
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))


def page_of(row: type[serializers.Serializer[Any]], name: str) -> type[serializers.Serializer[Any]]:
    """Return the serializer class of a page of ``row``, for the schema; ``name`` is its component's."""
    return type(
        name,
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list. Follow `next` until it is null.",
            "results": row(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )
