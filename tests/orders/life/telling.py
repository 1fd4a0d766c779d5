"""Telling stories of a machine against the test's database."""

import os
import secrets

from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings

from tests.orders.life.story import Story
from tests.orders.life.street import Street


def tell(machine: type[Story], *, stories: int, steps: int, first: int | None = None) -> None:
    """Tell so many stories of so many steps, from the seed ``first``, ``PROOF_SEED`` or one by lot.

    Each is told by itself, after the simplest there is: Hypothesis holds the stories of a run to go on in the
    same way from the same beginning, and rows of one millisecond come in no order. The seed of one that fails
    is said; ``PROOF_SHRINK`` makes it short, which takes long.
    """
    if first is None:
        first = int(os.environ.get("PROOF_SEED") or secrets.randbelow(10**9))
    machine.street = Street.opened()
    shorter = (Phase.shrink,) if os.environ.get("PROOF_SHRINK") else ()
    machine.TestCase.settings = settings(
        max_examples=2,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate, *shorter],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    for number in range(first, first + stories):
        seed(number)(machine)
        try:
            machine.TestCase().runTest()
        except BaseException as error:
            error.add_note(f"PROOF_SEED={number}")
            raise
        if not connection.in_atomic_block and not number % 25:
            # What stories have written and undone would make those to come slower and slower.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
