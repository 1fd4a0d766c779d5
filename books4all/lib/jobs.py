"""Enqueueing of jobs by name, for code that must not import what the job does."""

from typing import Any

from procrastinate.contrib.django import app


def enqueue(task: str, *, delay: int = 0, **arguments: Any) -> None:
    """Enqueue the job ``task`` in the current transaction, to run in ``delay`` seconds at the earliest.

    It is written with what the transaction writes, and rolled back with it.
    """
    later = {"seconds": delay} if delay else None
    app.configure_task(task, schedule_in=later).defer(**arguments)
