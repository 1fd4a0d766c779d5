"""Rows kept as JSON, for those that need a correction: packed without what is usual, and unpacked again."""

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from catalog.importers.record import (
    BookRecord,
    ContributorIn,
    IdentifierIn,
    Problem,
    SeriesIn,
    Severity,
    SubjectIn,
)
from catalog.importers.stock.row import StockAction, StockRow

# Lists of a record whose items are of a class; RelatedIn is nothing that a stock file has.
_ITEMS: dict[str, type[Any]] = {
    "identifiers": IdentifierIn,
    "contributors": ContributorIn,
    "series": SeriesIn,
    "subjects": SubjectIn,
}
_LEFT_OUT = frozenset({"related", "problems", "present", "book", "raw"})


def packed(row: StockRow) -> dict[str, Any]:
    """Return a row as JSON has it. What it was in its file (``raw``) is left out: the file has it."""
    return {
        **_spoken(row, StockRow(number=0, book=_EMPTY)),
        "number": row.number,
        "said": sorted(row.said),
        "problems": plain([{**asdict(p), "severity": str(p.severity)} for p in row.problems]),
        "book": _spoken(row.book, _EMPTY),
    }


def unpacked(data: dict[str, Any]) -> StockRow:
    """Return the row that was packed."""
    given = dict(data)
    book = dict(given.pop("book"))
    for name, kind in _ITEMS.items():
        if name in book:
            book[name] = [kind(**_tuples(item)) for item in book[name]]
    problems = [
        Problem(**{**p, "severity": Severity(p["severity"])}) for p in given.pop("problems")
    ]
    said = frozenset(given.pop("said"))
    action = StockAction(given.pop("action", StockAction.UPSERT))
    record = BookRecord(**{**book, "number": given["number"]})
    return StockRow(**_tuples(given), action=action, book=record, said=said, problems=problems)


def plain(value: Any) -> Any:
    """Return a value as JSON and PostgreSQL have it: without times and NULs."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime | date) else value


def _spoken(thing: Any, usual: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(thing):
        if one.name in _LEFT_OUT or one.name in {"number", "said"}:
            continue
        value = getattr(thing, one.name)
        if value == getattr(usual, one.name):
            continue
        if one.name in _ITEMS:
            value = [asdict(item) for item in value]
        found[one.name] = plain(value)
    return found


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}


_EMPTY = BookRecord(number=0)
