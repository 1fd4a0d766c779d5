"""What waits for staff: queues and figures of the start page, registered by each app's admin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from books4all.lib.money import Money

Text = str | Promise
# Rows shown of a queue, and rows counted: "more than 1,000" is as good as a number.
SHOWN = 5
COUNTED = 1_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row that waits."""

    label: Text
    url: str
    since: datetime | None = None
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Rows that wait, the longest waiting first. ``empty`` is said when there are none."""

    title: Text
    empty: Text
    url: str
    rows: Sequence[Row]
    count: int
    icon: str = "clock"
    urgent: bool = False

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number worth knowing in the morning."""

    label: Text
    value: int | Money


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Money by day (minor units of ``currency``), drawn as bars with the same as a table."""

    title: Text
    days: Sequence[str]
    values: Sequence[int]
    currency: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence about the state of the books, with where to read more. A bad one stands out."""

    text: Text
    url: str
    good: bool


@dataclass(frozen=True)
class _Board:
    queues: list[tuple[int, str, Callable[[], Queue]]] = field(default_factory=list)
    figures: list[tuple[str, Callable[[], Sequence[Figure]]]] = field(default_factory=list)
    charts: list[tuple[str, Callable[[], Chart]]] = field(default_factory=list)
    notices: list[tuple[str, Callable[[], Notice]]] = field(default_factory=list)


_board = _Board()


def queue(order: int, permission: str) -> Callable[[Callable[[], Queue]], Callable[[], Queue]]:
    """Register a function that returns a queue; staff with ``permission`` see it, by ``order``."""

    def register(function: Callable[[], Queue]) -> Callable[[], Queue]:
        _board.queues.append((order, permission, function))
        return function

    return register


def figures(permission: str) -> Callable[[Any], Any]:
    """Register a function that returns figures, for staff with ``permission``."""

    def register(function: Callable[[], Sequence[Figure]]) -> Callable[[], Sequence[Figure]]:
        _board.figures.append((permission, function))
        return function

    return register


def chart(permission: str) -> Callable[[Callable[[], Chart]], Callable[[], Chart]]:
    """Register a function that returns a chart, for staff with ``permission``."""

    def register(function: Callable[[], Chart]) -> Callable[[], Chart]:
        _board.charts.append((permission, function))
        return function

    return register


def notice(permission: str) -> Callable[[Callable[[], Notice]], Callable[[], Notice]]:
    """Register a function that returns a notice, for staff with ``permission``."""

    def register(function: Callable[[], Notice]) -> Callable[[], Notice]:
        _board.notices.append((permission, function))
        return function

    return register


def count(rows: QuerySet[Any]) -> int:
    """Count ``rows`` up to just past ``COUNTED``."""
    return int(rows.order_by()[: COUNTED + 1].count())


def queues_for(request: HttpRequest) -> list[Queue]:
    """Return the queues that the user may see."""
    asked = sorted(_board.queues, key=lambda entry: entry[0])
    return [make() for _order, permission, make in asked if request.user.has_perm(permission)]


def figures_for(request: HttpRequest) -> list[Figure]:
    """Return the figures that the user may see."""
    return [
        figure
        for permission, make in _board.figures
        if request.user.has_perm(permission)
        for figure in make()
    ]


def charts_for(request: HttpRequest) -> list[Chart]:
    """Return the charts that the user may see."""
    return [make() for permission, make in _board.charts if request.user.has_perm(permission)]


def notices_for(request: HttpRequest) -> list[Notice]:
    """Return the notices that the user may see."""
    return [make() for permission, make in _board.notices if request.user.has_perm(permission)]
