"""Every state of a seller order against everything that can be done to it: allowed, or refused in words."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from books4all.lib.money import Money
from orders.constants import SellerOrderStatus
from orders.errors import TransitionError
from orders.models import OrderLine, SellerOrder
from orders.services import calling_off, completion, keeping, postage, seller_orders
from tests.factories.orders import ShipmentFactory
from tests.orders.after.steps import NOBODY, fresh
from tests.orders.selling import sold

pytestmark = pytest.mark.django_db

ACTIONS: dict[str, Callable[[SellerOrder], object]] = {
    "accept": lambda part: seller_orders.accept(seller_order_id=part.pk, actor=None),
    "post": lambda part: seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None),
    "refuse": lambda part: seller_orders.refuse(
        seller_order_id=part.pk, reason="damaged", restock=False, asked=NOBODY
    ),
    "cancel": lambda part: seller_orders.cancel(
        seller_order_id=part.pk, reason="Wet", restock=False, actor=None
    ),
    "call_off": lambda part: calling_off.call_off(seller_order_id=part.pk, actor=None),
    "ask": lambda part: calling_off.ask(seller_order_id=part.pk, actor=None),
    "agree": lambda part: calling_off.agree(seller_order_id=part.pk, restock=True, actor=None),
    "decline": lambda part: calling_off.decline(seller_order_id=part.pk, words="Gone", actor=None),
    "propose": lambda part: postage.propose(
        seller_order_id=part.pk, amount=Money(100, "GBP"), reason="Heavy", asked=NOBODY
    ),
    "deliver": lambda part: seller_orders.deliver(seller_order_id=part.pk, actor=None),
    "complete": lambda part: completion.complete(seller_order_id=part.pk),
}
# What becomes of an order in each state; a dot is refused. Deadlines have passed for all of them.
TABLE = """
              accept    post     refuse     cancel     call_off   ask       agree      decline   propose   deliver    complete
pending       .         .        .          .          .          .         .          .         .         .          .
expired       .         .        .          .          .          .         .          .         .         .          .
placed        accepted  shipped  cancelled  cancelled  cancelled  .         .          .         accepted  .          .
placed+extra  accepted  shipped  cancelled  cancelled  cancelled  .         .          .         .         .          .
accepted      .         shipped  cancelled  cancelled  .          accepted  .          .         accepted  .          .
accepted+asked .        shipped  cancelled  cancelled  .          .         cancelled  accepted  accepted  .          .
accepted+extra .        shipped  cancelled  cancelled  cancelled  .         .          .         .         .          .
partly        .         shipped  shipped    .          .          partly    .          .         .         .          .
partly+asked  .         shipped  shipped    .          .          .         shipped    partly    .         .          .
shipped       .         .        .          .          .          .         .          .         .         delivered  .
delivered     .         .        .          .          .          .         .          .         .         .          completed
completed     .         .        .          .          .          .         .          .         .         .          .
cancelled     .         .        .          .          .          .         .          .         .         .          .
"""
# What the keeper of deadlines makes of them, all being late.
KEPT = {
    "placed": "cancelled",
    "accepted": "cancelled",
    "accepted+asked": "cancelled",
    "partly": "shipped",
    "partly+asked": "shipped",
    "shipped": "delivered",
    "delivered": "completed",
}


def table() -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {(row[0], action): to for row in rows for action, to in zip(head, row[1:], strict=True)}


def in_state(name: str) -> SellerOrder:
    """Return an order in a state, whose deadline has passed."""
    status, _plus, more = name.partition("+")
    part = sold(copies=(1, 1), status=status)
    first, *_others = part.lines.order_by("pk")
    if status in ("partly", "shipped", "delivered", "completed"):
        ShipmentFactory(seller_order=part)
        lines = [first.pk] if status == "partly" else [line.pk for line in part.lines.all()]
        OrderLine.objects.filter(pk__in=lines).update(posted=1)
        SellerOrder.objects.filter(pk=part.pk).update(shipped_at=timezone.now())
    if status == "cancelled":
        part.lines.update(refused=1)
    if more == "asked":
        calling_off.ask(seller_order_id=part.pk, actor=None)
    if more == "extra":
        part.extra_postages.create(
            amount_minor=1, currency="GBP", reason="Heavy", expires_at=timezone.now()
        )
    SellerOrder.objects.filter(pk=part.pk).update(act_by=timezone.now())
    return fresh(part)


def test_the_table_knows_every_state():
    states = {state.partition("+")[0] for state, _action in table()}
    assert states == set(SellerOrderStatus.values)


@pytest.mark.parametrize("state", sorted({state for state, _action in table()}))
def test_what_can_be_done_in_every_state(state):
    part = in_state(state)
    for action, work in ACTIONS.items():
        with transaction.atomic():
            try:
                work(part)
            except TransitionError:
                became = "."
            else:
                became = fresh(part).status
            transaction.set_rollback(True)
        assert became == table()[state, action], (state, action)
    events = list(part.events.values_list("pk", flat=True))
    if state.partition("+")[2] != "extra":
        keeping.keep()
        assert fresh(part).status == KEPT.get(state, part.status), state
        grown = part.events.exclude(pk__in=events).exists()
        assert grown == (state in KEPT)
