"""Workers, teams and orders at the same webhook at the same time, with real threads; a control without the lock."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from books4all.lib.errors import ConflictError, DomainError
from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.services import seller_orders, webhook_sending, webhooks
from tests.factories.accounts import SellerFactory
from tests.factories.webhooks import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.orders.receiver import Receiver, listening
from tests.orders.selling import sold
from tests.orders.test_races import at_once, pause

pytestmark = pytest.mark.django_db(transaction=True)
SEND = "orders.send_webhook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as program:
        yield program


def send(delivery: WebhookDelivery) -> Callable[[], Any]:
    return lambda: webhook_sending.send(delivery_id=delivery.pk, attempt=delivery.attempts)


def told(receiver: Receiver) -> WebhookDelivery:
    endpoint = webhooks.add(seller=SellerFactory(), url=receiver.url, actor=None)
    seller_orders.accept(seller_order_id=sold(endpoint.seller).pk, actor=None)
    return WebhookDelivery.objects.get()


def test_one_job_on_many_workers_is_one_message_and_one_attempt(receiver: Receiver) -> None:
    receiver.answer(500)
    delivery = told(receiver)
    at_once([send(delivery) for _n in range(5)])
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert WebhookMessage.objects.count() == WebhookAttempt.objects.count() == 1
    # Whatever went out went out under one id, and one next attempt is planned.
    assert {got.headers["webhook-id"] for got in receiver.got} == {str(delivery.message_id)}
    assert ProcrastinateJob.objects.filter(task_name=SEND, scheduled_at__isnull=False).count() == 1


def test_control_without_the_lock_it_is_several(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody has looked before anybody writes."""
    receiver.answer(500)
    delivery = told(receiver)

    def without_lock(endpoint_id: Any) -> WebhookEndpoint:
        return WebhookEndpoint.objects.select_related("seller").get(pk=endpoint_id)

    class Unlocked:
        """What the row of the delivery would be without its lock."""

        def __init__(self, *_args: Any, **_kwargs: Any) -> None:
            self.rows = WebhookDelivery.objects.select_related("message")

        def select_related(self, *_names: str) -> "Unlocked":
            return self

        def filter(self, **what: Any) -> "Unlocked":
            self.rows = self.rows.filter(**what)
            return self

        def first(self) -> WebhookDelivery | None:
            found = self.rows.first()
            pause()
            return found

    monkeypatch.setattr(webhook_sending, "locked", without_lock)
    monkeypatch.setattr(WebhookDelivery.objects, "select_for_update", Unlocked, raising=False)
    at_once([send(delivery) for _n in range(3)])
    assert WebhookAttempt.objects.count() > 1


def test_sent_again_by_two_at_once_is_sent_again_once() -> None:
    delivery = WebhookDeliveryFactory(state="dead")
    again = [lambda: webhook_sending.replay(delivery_id=delivery.pk, actor=None)] * 4
    results = at_once(again)
    assert len([r for r in results if isinstance(r, ConflictError)]) == 3, results
    assert ProcrastinateJob.objects.filter(task_name=SEND).count() == 1


def test_no_more_endpoints_than_there_can_be() -> None:
    shop = SellerFactory()
    for n in range(webhooks.MOST_ENDPOINTS - 1):
        WebhookEndpointFactory(seller=shop, url=f"https://shop.example/{n}")

    def add(n: int) -> Callable[[], Any]:
        return lambda: webhooks.add(seller=shop, url=f"https://shop.example/new-{n}", actor=None)

    results = at_once([add(n) for n in range(4)])
    assert len([r for r in results if isinstance(r, DomainError)]) == 3, results
    assert WebhookEndpoint.objects.count() == webhooks.MOST_ENDPOINTS


def test_an_order_goes_its_way_whatever_becomes_of_the_webhook(receiver: Receiver) -> None:
    """Removed and switched off while it is told: the order is accepted, and what was written is given up."""
    shop = SellerFactory()
    for take_away in (webhooks.remove, webhooks.switch_off):
        endpoint = webhooks.add(seller=shop, url=receiver.url, actor=None)
        parts = [sold(shop) for _n in range(4)]

        def accept(part: Any) -> Callable[[], Any]:
            return lambda: seller_orders.accept(seller_order_id=part.pk, actor=None)

        def end(act: Any = take_away, pk: Any = endpoint.pk) -> Any:
            return act(endpoint_id=pk, actor=None)

        results = at_once([*(accept(part) for part in parts), end])
        assert not [r for r in results if isinstance(r, Exception)], results
        for part in parts:
            part.refresh_from_db()
            assert part.status == "accepted"
        for delivery in WebhookDelivery.objects.filter(endpoint=endpoint):
            webhook_sending.send(delivery_id=delivery.pk, attempt=0)
        assert receiver.got == []
        assert not WebhookDelivery.objects.exclude(state="dead").exists()


def test_sending_switching_and_replaying_at_once_do_not_stand_in_each_other_s_way(
    receiver: Receiver,
) -> None:
    receiver.answer(500)
    endpoint = webhooks.add(seller=SellerFactory(), url=receiver.url, actor=None)
    rows = [WebhookDeliveryFactory(endpoint=endpoint) for _n in range(4)]
    old = rows[0].message.created_at.replace(year=2020)
    results = at_once(
        [
            *(send(row) for row in rows),
            lambda: webhooks.switch_off(endpoint_id=endpoint.pk, actor=None),
            lambda: webhook_sending.replay_failed(endpoint_id=endpoint.pk, since=old, actor=None),
        ]
    )
    bad = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(r, ConflictError) for r in bad), bad
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}
