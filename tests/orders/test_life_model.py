"""The whole life of orders, in any order, through the real services: the money adds up, and all ends well.

Here the same few stories every time; ``make proof`` tells a thousand others.
"""

from typing import Any

import pytest

from orders.services import postings
from tests.orders.life.machine import LifeOfOrders
from tests.orders.life.telling import tell


@pytest.mark.django_db
def test_whatever_happens_to_orders_the_money_adds_up() -> None:
    tell(LifeOfOrders, stories=16, steps=20, first=1)


@pytest.mark.django_db
def test_a_posting_that_is_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""

    def nothing(*_args: Any, **_said: Any) -> None:
        """Write no entry."""

    monkeypatch.setattr(postings, "fulfilled", nothing)
    with pytest.raises(AssertionError):
        tell(LifeOfOrders, stories=20, steps=5, first=1)
