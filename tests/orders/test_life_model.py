"""The whole life of orders, in any order, through the real services: the money adds up, and all ends well."""

import pytest

from tests.orders.life.machine import LifeOfOrders
from tests.orders.life.telling import tell


@pytest.mark.django_db
def test_whatever_happens_to_orders_the_money_adds_up() -> None:
    tell(LifeOfOrders, stories=25, steps=20)
