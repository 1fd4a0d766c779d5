"""Enqueueing of jobs by name, for code that must not import what the job does."""

from collections.abc import Mapping, Sequence
from typing import Any

from procrastinate.contrib.django import app


def enqueue(task: str, *, delay: int = 0, lock: str | None = None, **arguments: Any) -> None:
    """Enqueue the job ``task`` in the current transaction, to run in ``delay`` seconds at the earliest.

    It is written with what the transaction writes, and rolled back with it. Jobs with the same ``lock``
    run one after the other, in the order in which they were enqueued, whatever they wait for.
    """
    later = {"seconds": delay} if delay else None
    app.configure_task(task, schedule_in=later, lock=lock).defer(**arguments)


def enqueue_many(task: str, arguments: Sequence[Mapping[str, Any]]) -> None:
    """Enqueue the job ``task`` once for each of ``arguments``, in the current transaction."""
    if arguments:
        app.configure_task(task).batch_defer(*(dict(one) for one in arguments))
