"""What programs are told: signed, tried again, given up visibly, sent again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import SellerEvent
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.money import Money
from orders.constants import Actor, EventType
from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.selectors import webhook_types
from orders.selectors.seller_orders import sold_order
from orders.services import (
    paying_out,
    refunds,
    seller_orders,
    timeline,
    webhook_sending,
    webhooks,
)
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import ListingFactory
from tests.factories.payouts import paid_out, payable
from tests.orders.journeys import placed, run_jobs
from tests.orders.receiver import Got, Receiver, listening
from tests.orders.selling import sold

pytestmark = pytest.mark.django_db
SEND = "orders.send_webhook"
URL = "https://shop.example/hooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as program:
        yield program


@pytest.fixture
def shop() -> Any:
    return SellerFactory(slug="saltmarsh", email="nell@saltmarsh.example")


@pytest.fixture
def endpoint(shop: Any, receiver: Receiver) -> WebhookEndpoint:
    return webhooks.add(seller=shop, url=receiver.url, actor=None)


def accept(shop: Any) -> Any:
    part = sold(shop)
    seller_orders.accept(seller_order_id=part.pk, actor=None)
    return part


def verified(got: Got, secret: str) -> Any:
    return Webhook(secret).verify(got.body, got.headers)


# ---- What is told ------------------------------------------------------------------------------


def test_payouts_are_told_as_they_go(shop: Any, endpoint: WebhookEndpoint, settings: Any) -> None:
    payout = paid_out(shop)
    paid_out(payable())
    paying_out.on_its_way(payout)
    for _time in range(2):
        paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    paying_out.on_its_way(paying_out.retry(payout_id=payout.pk, actor=None))
    for _time in range(2):
        paying_out.completed(payout_id=payout.pk, attempt=2)
    told = [one.payload for one in WebhookMessage.objects.order_by("created_at", "pk")]
    assert [(one["type"], one["data"]["status"], one["data"]["attempt"]) for one in told] == [
        ("payout.created", "pending", 1),
        ("payout.failed", "failed", 1),
        ("payout.completed", "completed", 2),
    ]
    assert told[1]["data"] == {
        "shop": "saltmarsh",
        "payout": str(payout.pk),
        "number": payout.number,
        "status": "failed",
        "attempt": 1,
        "amount": {"amount_minor": 2500, "currency": "GBP"},
        "problem": "Account closed",
        "links": {
            "api": f"{settings.PUBLIC_URL}/api/v1/selling/saltmarsh/money/payouts/{payout.pk}/",
            "page": f"{settings.PUBLIC_URL}/selling/saltmarsh/money/payouts/{payout.pk}/",
        },
    }


def test_an_accepted_order_is_told_and_its_signature_holds(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    part = accept(shop)
    assert receiver.got == []
    run_jobs(only=[SEND])
    (got,) = receiver.got
    payload = verified(got, endpoint.secret)
    assert payload["type"] == "order.accepted"
    assert datetime.fromisoformat(payload["timestamp"]) == part.events.get().created_at
    assert payload["data"] == {
        "shop": "saltmarsh",
        "order": part.order.number,
        "seller_order": str(part.pk),
        "status": "accepted",
        "by": "system",
        "placed_at": part.order.placed_at.isoformat(),
        "items": {"amount_minor": 600, "currency": "GBP"},
        "delivery": {"amount_minor": 280, "currency": "GBP"},
        "total": {"amount_minor": 880, "currency": "GBP"},
        "links": {
            "api": f"{settings.PUBLIC_URL}/api/v1/selling/saltmarsh/orders/{part.order.number}/",
            "page": f"{settings.PUBLIC_URL}/selling/saltmarsh/orders/{part.order.number}/",
        },
    }
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.next_at) == ("delivered", 1, None)
    assert got.headers["webhook-id"] == str(delivery.message_id)
    assert abs(int(got.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 30
    assert got.headers["content-type"] == "application/json"
    tried = delivery.tries.get()
    assert (tried.status, tried.answer, tried.error) == (200, "thanks", "")


def test_nothing_of_the_buyer_is_told(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    part = accept(shop)
    run_jobs(only=[SEND])
    order, text = part.order, receiver.got[0].body.decode()
    for private in (order.email, order.full_name, order.line1, order.postcode, order.token):
        assert str(private) not in text


def test_a_changed_word_is_noticed(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    """Hold the tests of signatures to their purpose."""
    accept(shop)
    run_jobs(only=[SEND])
    got = receiver.got[0]
    other = Got(got.headers, got.body.replace(b"accepted", b"rejected"))
    with pytest.raises(WebhookVerificationError):
        verified(other, endpoint.secret)
    with pytest.raises(WebhookVerificationError):
        verified(got, webhooks.new_secret())


def test_a_purchase_is_told_to_each_shop_its_own_part_and_to_the_marketplace_all(
    receiver: Receiver,
) -> None:
    first, second = ListingFactory(), ListingFactory()
    for seller in (first.seller, second.seller, SellerFactory(), None):
        webhooks.add(seller=seller, url=receiver.url, types=["order.placed"], actor=None)
    order = placed(first, second)
    told = {
        (delivery.endpoint.seller_id, delivery.message.payload["data"]["shop"])
        for delivery in WebhookDelivery.objects.select_related("message", "endpoint")
    }
    assert told == {
        (first.seller_id, first.seller.slug),
        (second.seller_id, second.seller.slug),
        (None, first.seller.slug),
        (None, second.seller.slug),
    }
    # One message a part, whoever hears it.
    assert WebhookMessage.objects.count() == 2
    for message in WebhookMessage.objects.all():
        assert message.payload["data"]["order"] == order.number
        assert message.payload["data"]["status"] == "placed"
        assert message.payload["data"]["placed_at"] == order.placed_at.isoformat()


def test_what_befalls_a_whole_order_is_the_marketplace_s_business(receiver: Receiver) -> None:
    part = sold()
    webhooks.add(seller=part.seller, url=receiver.url, actor=None)
    own = webhooks.add(seller=None, url=receiver.url, actor=None)
    timeline.record(part.order, EventType.PAYMENT_PROBLEM, note="Secret words")
    delivery = WebhookDelivery.objects.get()
    assert delivery.endpoint == own
    assert delivery.message.type == "payment.problem"
    assert delivery.message.payload["data"]["shop"] is None
    assert "Secret words" not in str(delivery.message.payload)


def test_what_the_marketplace_gives_of_its_own_is_not_told_to_the_shop(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    operator = webhooks.add(seller=None, url=f"{receiver.url}market", actor=None)
    part = placed(ListingFactory(seller=shop)).seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    part.refresh_from_db()
    refunds.goodwill(seller_order=part, amount=Money(100, "GBP"), reason="Sorry")
    run_jobs(only=["orders.settle_refund"])
    told = WebhookDelivery.objects.filter(message__type__startswith="refund.")
    assert {delivery.endpoint for delivery in told} == {operator}
    page = sold_order(shop, part.order.number)
    assert not page.given_back
    assert "refund_asked" not in {event.type for event in page.history}


def test_only_what_was_asked_for_is_told(shop: Any, receiver: Receiver) -> None:
    webhooks.add(seller=shop, url=receiver.url, types=["order.shipped"], actor=None)
    part = accept(shop)
    assert not WebhookMessage.objects.exists()
    seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None)
    assert [m.type for m in WebhookMessage.objects.all()] == ["order.shipped"]


def test_details_are_keys_of_rows_and_amounts_alone(shop: Any, endpoint: WebhookEndpoint) -> None:
    part = sold(shop)
    timeline.record(
        part.order,
        EventType.REFUND_ASKED,
        seller_order=part,
        side=Actor.SELLER,
        data={"refund": "r-1", "amount": 250, "currency": "GBP", "words": "private"},
    )
    data = WebhookMessage.objects.get().payload["data"]
    assert data["details"] == {
        "refund": "r-1",
        "amount": {"amount_minor": 250, "currency": "GBP"},
    }
    assert data["by"] == "seller"


def test_every_event_has_a_name_of_a_kind() -> None:
    names = [webhook_types.type_of(value) for value in EventType.values]
    told = [name for name in names if name]
    assert len(told) == len(set(told)) == len(names) - 1
    assert {
        "order.placed", "order.accepted", "order.refused", "order.shipped", "order.delivered",
        "order.completed", "order.cancelled", "refund.requested", "refund.settled",
        "refund.failed",
    } <= set(told)  # fmt: skip
    assert all(name.count(".") == 1 and name == name.lower() for name in told)
    assert webhook_types.type_of("case_offer_refused") == "case.offer_refused"


def test_a_step_that_fails_tells_nothing(shop: Any, endpoint: WebhookEndpoint) -> None:
    part = accept(shop)
    WebhookMessage.objects.all().delete()
    with pytest.raises(DomainError):
        seller_orders.accept(seller_order_id=part.pk, actor=None)
    assert not WebhookMessage.objects.exists()


def test_telling_nobody_costs_one_query(
    shop: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    part = sold(shop)
    with django_assert_num_queries(2):
        # The event; who listens.
        timeline.record(part.order, EventType.ACCEPTED, seller_order=part)


# ---- Secrets -----------------------------------------------------------------------------------


def test_after_a_rotation_both_secrets_sign_for_a_day(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    old = endpoint.secret
    new = webhooks.rotate(endpoint_id=endpoint.pk, actor=None).secret
    assert new != old
    accept(shop)
    run_jobs(only=[SEND])
    got = receiver.got[0]
    assert len(got.headers["webhook-signature"].split()) == 2
    assert verified(got, old) == verified(got, new)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=True):
        accept(shop)
        run_jobs(only=[SEND], late=True)
        assert verified(receiver.got[1], new)
        with pytest.raises(WebhookVerificationError):
            verified(receiver.got[1], old)


def test_secrets_are_256_bits_and_never_the_same() -> None:
    made = {webhooks.new_secret() for _n in range(50)}
    assert len(made) == 50
    assert all(one.startswith("whsec_") and len(Webhook(one)._whsecret) == 32 for one in made)


# ---- Again and again ---------------------------------------------------------------------------


def test_ten_attempts_in_three_days_then_it_is_given_up_visibly(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(500, body=b"out of order")
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        accept(shop)
        waits = []
        delivery = WebhookDelivery.objects.get()
        while delivery.is_open:
            webhook_sending.send(delivery_id=delivery.pk, attempt=delivery.attempts)
            delivery.refresh_from_db()
            if delivery.next_at is not None:
                waits.append((delivery.next_at - timezone.now()).total_seconds())
                clock.move_to(delivery.next_at)
        took = timezone.now() - begun
    assert (delivery.state, delivery.attempts, len(receiver.got)) == ("dead", 10, 10)
    for wait, usual in zip(waits, webhook_sending.SCHEDULE, strict=True):
        assert usual <= wait <= usual + min(usual * 0.1, 300) + 1
    assert timedelta(hours=75) < took < timedelta(hours=77)
    # The same message each time, signed anew.
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == 10
    assert [t.status for t in delivery.tries.all()] == [500] * 10
    assert {t.answer for t in delivery.tries.all()} == {"out of order"}


def test_a_failed_one_is_planned_again(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(503, 200)
    accept(shop)
    run_jobs(only=[SEND])
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    job = ProcrastinateJob.objects.get(status="todo", task_name=SEND)
    assert abs((job.scheduled_at - delivery.next_at).total_seconds()) < 2
    run_jobs(only=[SEND], late=True)
    delivery.refresh_from_db()
    endpoint.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert endpoint.failing_since is None


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver, code: int
) -> None:
    receiver.answer(code, Location=receiver.url)
    accept(shop)
    run_jobs(only=[SEND])
    assert len(receiver.got) == 1
    assert WebhookDelivery.objects.get().state == "failed"
    assert WebhookAttempt.objects.get().status == code


def test_gone_switches_the_endpoint_off_and_tells_its_shop(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(503, 410)
    accept(shop)
    run_jobs(only=[SEND])
    accept(shop)
    run_jobs(only=[SEND, "orders.send_mail"])
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "gone")
    # What still waited was given up with it.
    assert {d.state for d in WebhookDelivery.objects.all()} == {"dead"}
    letter = mail.outbox[-1]
    assert letter.to == ["nell@saltmarsh.example"]
    assert endpoint.url in letter.body
    assert "410" in letter.body
    assert SellerEvent.objects.get(action="webhook.switched_off").actor is None
    # Nothing is told to it any more.
    before = WebhookMessage.objects.count()
    accept(shop)
    assert WebhookMessage.objects.count() == before


def test_five_days_of_failures_switch_it_off(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(500)
    begun = timezone.now()
    accept(shop)
    run_jobs(only=[SEND])
    with time_machine.travel(begun + timedelta(days=4, hours=23), tick=True):
        accept(shop)
        run_jobs(only=[SEND])
        endpoint.refresh_from_db()
        assert endpoint.enabled
    with time_machine.travel(begun + timedelta(days=5, minutes=1), tick=True):
        accept(shop)
        run_jobs(only=[SEND, "orders.send_mail"])
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "failing")
    assert "five days" in mail.outbox[-1].body


def test_a_success_in_between_begins_the_five_days_anew(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(500, 200, 500)
    begun = timezone.now()
    for days in (0, 3, 6):
        with time_machine.travel(begun + timedelta(days=days), tick=True):
            accept(shop)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL")
            run_jobs(only=[SEND])
    endpoint.refresh_from_db()
    assert endpoint.enabled


def test_the_job_twice_is_one_attempt(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    accept(shop)
    delivery = WebhookDelivery.objects.get()
    for _again in range(2):
        webhook_sending.send(delivery_id=delivery.pk, attempt=0)
    assert len(receiver.got) == 1
    assert WebhookMessage.objects.count() == WebhookAttempt.objects.count() == 1


def test_a_worker_that_dies_on_the_way_sends_again_under_the_same_id(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(shop)
    delivery = WebhookDelivery.objects.get()

    def dies(**_what: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(webhook_sending, "_note", dies)
        with pytest.raises(KeyboardInterrupt):
            webhook_sending.send(delivery_id=delivery.pk, attempt=0)
    webhook_sending.send(delivery_id=delivery.pk, attempt=0)
    assert [got.headers["webhook-id"] for got in receiver.got] == [str(delivery.message_id)] * 2
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)


def test_long_and_odd_answers_are_kept_in_part(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(400, body=b"<script>\0\xff" + b"x" * 100_000)
    accept(shop)
    run_jobs(only=[SEND])
    answer = WebhookAttempt.objects.get().answer
    assert len(answer) == 1000
    assert answer.startswith("<script>��x")


def test_nobody_there_is_a_failure(shop: Any) -> None:
    webhooks.add(seller=shop, url="http://127.0.0.1:9/", actor=None)
    accept(shop)
    run_jobs(only=[SEND])
    tried = WebhookAttempt.objects.get()
    assert tried.status is None
    assert "ConnectionRefusedError" in tried.error


# ---- Sent again by hand ------------------------------------------------------------------------


def test_replayed_under_the_same_id(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    accept(shop)
    run_jobs(only=[SEND])
    delivery = WebhookDelivery.objects.get()
    webhook_sending.replay(delivery_id=delivery.pk, actor=None)
    with pytest.raises(ConflictError):
        webhook_sending.replay(delivery_id=delivery.pk, actor=None)
    run_jobs(only=[SEND])
    assert len(receiver.got) == 2
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries.count()) == ("delivered", 2)


def test_all_that_failed_since_is_sent_again(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer(500)
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=2), tick=True):
        accept(shop)
        run_jobs(only=[SEND])
    for _n in range(2):
        accept(shop)
    run_jobs(only=[SEND])
    WebhookDelivery.objects.filter(state="failed").update(state="dead", next_at=None)
    since = now - timedelta(days=1)
    again = webhook_sending.replay_failed(endpoint_id=endpoint.pk, since=since, actor=None)
    assert again == 2
    receiver.answer(200)
    run_jobs(only=[SEND])
    states = WebhookDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["dead", "delivered", "delivered"]
    assert webhook_sending.replay_failed(endpoint_id=endpoint.pk, since=since, actor=None) == 0


def test_a_test_is_sent_once_whatever_the_types(shop: Any, receiver: Receiver) -> None:
    endpoint = webhooks.add(seller=shop, url=receiver.url, types=["order.shipped"], actor=None)
    receiver.answer(500)
    webhooks.test(endpoint_id=endpoint.pk, actor=None)
    run_jobs(only=[SEND], late=True)
    (got,) = receiver.got
    assert verified(got, endpoint.secret)["type"] == "webhook.test"
    assert WebhookDelivery.objects.get().state == "dead"
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_off_and_on_again(shop: Any, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    accept(shop)
    webhooks.switch_off(endpoint_id=endpoint.pk, actor=None)
    run_jobs(only=[SEND])
    assert receiver.got == []
    delivery = WebhookDelivery.objects.get()
    assert delivery.state == "dead"
    for refused in (
        lambda: webhooks.test(endpoint_id=endpoint.pk, actor=None),
        lambda: webhook_sending.replay(delivery_id=delivery.pk, actor=None),
    ):
        with pytest.raises(ConflictError):
            refused()
    webhooks.switch_on(endpoint_id=endpoint.pk, actor=None)
    webhook_sending.replay(delivery_id=delivery.pk, actor=None)
    run_jobs(only=[SEND])
    assert len(receiver.got) == 1


def test_one_that_is_off_when_its_job_comes_is_given_up(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    """An event that was being written while somebody switched it off."""
    accept(shop)
    WebhookEndpoint.objects.update(disabled_at=timezone.now(), disabled_reason="by_hand")
    run_jobs(only=[SEND])
    assert receiver.got == []
    assert WebhookDelivery.objects.get().state == "dead"


def test_removed_is_gone_with_its_secret(
    shop: Any, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    accept(shop)
    webhooks.remove(endpoint_id=endpoint.pk, actor=None)
    run_jobs(only=[SEND])
    assert receiver.got == []
    secret = endpoint.secret
    endpoint.refresh_from_db()
    assert secret not in (endpoint.secret, endpoint.previous_secret)
    with pytest.raises(NotFoundError):
        webhooks.rotate(endpoint_id=endpoint.pk, actor=None)
    # The address is free again.
    assert webhooks.add(seller=shop, url=receiver.url, actor=None).pk != endpoint.pk


def test_old_logs_are_forgotten(shop: Any, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=31), tick=True):
        accept(shop)
        run_jobs(only=[SEND])
        accept(shop)
    accept(shop)
    run_jobs(only=["orders.send_mail"])
    webhooks_before = WebhookMessage.objects.count()
    assert webhook_sending.forget_old() == 1
    # One is recent, one still waits.
    assert WebhookMessage.objects.count() == webhooks_before - 1 == 2
    assert WebhookAttempt.objects.count() == 0


# ---- Where nothing is sent ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://example.org/", "http://example.org/", "https://user:pw@example.org/",
     "https://example.org:8443/", "https://localhost/", "https://a.localhost/", "https://10.0.0.1/",
     "https://169.254.169.254/latest/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
     "https://printer.local/", "https://db.internal/", "https://example.org/#x",
     "https://127.0.0.1/", "http://localhost:8000/", "http://127.0.0.1:8000@evil.example/",
     "http://127.0.0.2/", "https://exa mple.org/", "https://example.org/" + "x" * 500],
)  # fmt: skip
def test_odd_addresses_are_refused(shop: Any, url: str) -> None:
    with pytest.raises(DomainError) as caught:
        webhooks.add(seller=shop, url=url, actor=None)
    assert "url" in caught.value.fields
    assert not WebhookEndpoint.objects.exists()


def test_this_machine_is_for_developers(shop: Any, settings: Any) -> None:
    webhooks.add(seller=shop, url="http://127.0.0.1:9/a", actor=None)
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    with pytest.raises(DomainError):
        webhooks.add(seller=shop, url="http://127.0.0.1:9/b", actor=None)
    # One from before is not sent to either.
    accept(shop)
    run_jobs(only=[SEND])
    tried = WebhookAttempt.objects.get()
    assert tried.status is None
    assert "names a port" in tried.error


def test_too_many_twice_and_unknown_are_refused(shop: Any) -> None:
    for n in range(webhooks.MOST_ENDPOINTS):
        webhooks.add(seller=shop, url=f"https://example.org/{n}", actor=None)
    with pytest.raises(DomainError, match="at most 10"):
        webhooks.add(seller=shop, url="https://example.org/x", actor=None)
    with pytest.raises(DomainError, match="this address"):
        webhooks.add(seller=shop, url="https://example.org/1", actor=None)
    with pytest.raises(DomainError, match=r"payment\.problem"):
        webhooks.add(seller=SellerFactory(), url=URL, types=["payment.problem"], actor=None)
    webhooks.add(seller=None, url=URL, types=["payment.problem"], actor=None)
    with pytest.raises(DomainError, match=r"order\.eaten"):
        webhooks.add(seller=None, url="https://a.example/", types=["order.eaten"], actor=None)


# ---- The developers' guide ---------------------------------------------------------------------


def test_the_guide_names_what_is_told_and_when_it_is_tried_again() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs/webhooks.md").read_text(encoding="utf-8")
    for name in webhook_types.types():
        noun = name.split(".")[0]
        assert f"`{name}`" in guide or f"`{noun}.…`" in guide, name
    said = "5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours"
    assert said in " ".join(guide.split())
    minutes, hours = 60, 3600
    assert (5, 5 * minutes, 30 * minutes, *(n * hours for n in (2, 5, 10, 14, 20, 24))) == (
        webhook_sending.SCHEDULE
    )
