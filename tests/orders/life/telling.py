"""Telling stories of a machine against the test's database."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.orders.life.story import Story
from tests.orders.life.street import Street


def tell(machine: type[Story], *, stories: int, steps: int) -> None:
    """Run so many stories of so many steps. ``PROOF_SHRINK`` makes one that fails short, which takes long."""
    machine.street = Street.opened()
    shorter = (Phase.shrink,) if os.environ.get("PROOF_SHRINK") else ()
    machine.TestCase.settings = settings(
        max_examples=stories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate, *shorter],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    machine.TestCase().runTest()
