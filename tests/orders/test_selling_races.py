"""A team's people at the same order at the same time, with real threads; controls without the lock."""

from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from django.db import IntegrityError

from books4all.lib.errors import DomainError
from orders.models import OrderLine, Refund, Refusal, SellerOrder, Shipment, ShipmentLine
from orders.services import seller_orders, steps
from orders.services.seller_orders import Asked
from tests.orders.selling import sold
from tests.orders.test_races import at_once, pause

pytestmark = pytest.mark.django_db(transaction=True)


def ship(part: SellerOrder) -> Callable[[], Any]:
    return lambda: seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None)


def refuse(part: SellerOrder, **asked: Any) -> Callable[[], Any]:
    return lambda: seller_orders.refuse(
        seller_order_id=part.pk, reason="not_found", restock=True, asked=Asked(None, **asked)
    )


def without_lock(seller_order_id: Any) -> SellerOrder:
    """What the helper would be without its lock: all have looked before anybody acts."""
    found = SellerOrder.objects.select_related("order__payment", "order__user", "seller").get(
        pk=seller_order_id
    )
    pause()
    return found


def adds_up() -> bool:
    """Hold lines against the rows of parcels, refusals and refunds."""
    for line in OrderLine.objects.all():
        posted = sum(
            ShipmentLine.objects.filter(order_line=line).values_list("quantity", flat=True)
        )
        refused = sum(r.quantity for r in line.refusal_lines.all())
        if (line.posted, line.refused) != (posted, refused) or line.left < 0:
            return False
    given = sum(r.amount_minor for r in Refund.objects.all())
    told = sum(
        refusal.delivery_minor + sum(line.amount_minor for line in refusal.lines.all())
        for refusal in Refusal.objects.all()
    )
    return given == told


def refused_politely(results: list[Any]) -> list[Any]:
    bad = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(r, DomainError) and r.status == 409 for r in bad), bad
    return bad


def test_an_order_is_posted_by_one_of_many() -> None:
    part = sold(copies=(2, 1), status="accepted")
    assert len(refused_politely(at_once([ship(part) for _n in range(6)]))) == 5
    assert Shipment.objects.count() == 1
    assert adds_up()


def test_posted_or_refused_but_not_both() -> None:
    for _round in range(3):
        part = sold(copies=(2,), status="accepted")
        results = at_once([ship(part), refuse(part), ship(part), refuse(part)])
        assert len(refused_politely(results)) == 3
        part.refresh_from_db()
        assert part.status in ("shipped", "cancelled")
        assert Refund.objects.filter(seller_order=part).count() == (part.status == "cancelled")
    assert adds_up()


def test_refused_by_many_is_paid_back_once() -> None:
    part = sold(copies=(2, 1))
    assert len(refused_politely(at_once([refuse(part) for _n in range(6)]))) == 5
    assert [r.amount_minor for r in Refund.objects.all()] == [2080]
    assert adds_up()


def test_some_copies_refused_twice_from_the_same_page_are_paid_back_once() -> None:
    part = sold(copies=(4,))
    line = part.lines.get()
    part.refresh_from_db()
    one = [
        lambda: seller_orders.refuse(
            seller_order_id=part.pk,
            reason="damaged",
            restock=False,
            copies={line.pk: 1},
            asked=Asked(None, seen=part.updated_at),
        )
    ] * 4
    assert len(refused_politely(at_once(one))) == 3
    assert [r.amount_minor for r in Refund.objects.all()] == [600]


@pytest.mark.parametrize("work", [ship, refuse])
def test_control_without_the_lock_only_the_database_stands_in_the_way(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[SellerOrder], Callable[[], Any]]
) -> None:
    """Everybody has looked before anybody acts: the constraint refuses what the lock would have."""
    part = sold(copies=(1,), status="accepted")
    seen = list(part.lines.all())
    monkeypatch.setattr(steps, "locked", without_lock)
    monkeypatch.setattr(
        steps, "chosen", lambda _lines, _copies: [(copy(line), line.left) for line in seen]
    )
    results = at_once([work(part) for _n in range(3)])
    assert any(isinstance(r, IntegrityError) for r in results), results
    assert adds_up()
