"""Telling stories of a machine against the test's database."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.orders.life.story import Story
from tests.orders.life.street import Street


def tell(machine: type[Story], *, stories: int, steps: int) -> None:
    """Tell so many stories of so many steps. ``PROOF_SHRINK`` makes one that fails short, which takes long.

    Each is told by itself, after the simplest there is: Hypothesis holds the stories of a run to go on in the
    same way from the same beginning, and rows of one millisecond come in no order.
    """
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
    for _ in range(stories):
        machine.TestCase().runTest()
