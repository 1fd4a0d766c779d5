"""The jobs that look after the others."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from orders import jobs


async def _give_stalled_jobs_back() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as real:
        async with real.open_async():
            await jobs.give_back(real.job_manager)


def _left_by_a_dead_worker(task: str) -> int:
    """Write a job as a worker leaves it that was killed: being done, by nobody."""
    job = app.configure_task(task, lock=task, queueing_lock=task).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    return job


@pytest.mark.django_db(transaction=True)
def test_jobs_of_a_dead_worker_are_done_by_another() -> None:
    stalled = _left_by_a_dead_worker("orders.tidy")
    asyncio.run(_give_stalled_jobs_back())
    assert ProcrastinateJob.objects.get(pk=stalled).status == "todo"


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_killed_at_work_does_not_stop_the_next_for_ever() -> None:
    # The next minute's sweep waits already: the two can't wait under one queueing lock, and the next
    # can't begin while the dead one counts as being done.
    dead = _left_by_a_dead_worker("orders.sweep")
    following = app.configure_task(
        "orders.sweep", lock="orders.sweep", queueing_lock="orders.sweep"
    ).defer(timestamp=60)
    other = _left_by_a_dead_worker("orders.tidy")
    asyncio.run(_give_stalled_jobs_back())
    left = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    assert left[following] == "todo"
    assert left.get(dead) not in ("todo", "doing")
    assert left[other] == "todo"
