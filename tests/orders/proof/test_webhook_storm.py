"""Ten thousand messages of a provider: a third of them twice, in any order, twenty at a time, some before
the buyer is led back, some wrong by a cent. What is there in the end is what a model of it says."""

import collections
import json
import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from books4all.lib.money import Money
from orders.constants import AccountKind, DisputeStatus
from orders.models import Dispute, Order, PaymentEvent, Refund
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.payments.sandbox.signatures import signed_headers
from orders.selectors.ledger import balance
from orders.selectors.payment_amounts import amounts_of
from orders.selectors.stock_check import stock_differences
from orders.services import payment_events, payments, refunds
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, placed, prepare

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

MESSAGES = int(os.environ.get("PROOF_WEBHOOKS", "10000"))
AT_ONCE = 20
BEFORE_THE_REDIRECT = min(100, MESSAGES // 20)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Story:
    """One payment, its messages in the order in which things happened, and what should come of it."""

    order: Order
    key: str
    reference: str
    paid: bool = True
    refunds: dict[str, tuple[int, str]] = field(default_factory=dict)
    disputes: dict[str, tuple[int, str]] = field(default_factory=dict)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    def say(self, kind: str, *, off: int = 0, status: str = "succeeded", **parts: Any) -> None:
        """Add a message; ``off`` is by how many pence its amount is wrong."""
        at = START + timedelta(seconds=len(self.messages))
        said: dict[str, Any] = {
            "type": kind,
            "at": at.isoformat(),
            "data": {
                "reference": self.reference,
                "key": self.key,
                "status": status,
                "amount": 880 + (off if not parts else 0),
                "currency": "GBP",
            },
        }
        for name, part in parts.items():
            said[name] = part | {"amount": part["amount"] + off}
        self.messages.append((f"evt_{uuid4().hex}", json.dumps(said).encode()))

    def refund(self, key: str, amount: int, states: Sequence[str]) -> None:
        """A refund of ours that goes through ``states`` there."""
        self.refunds[key] = (
            amount,
            {"pending": "sent", "succeeded": "settled"}.get(states[-1], states[-1]),
        )
        for state in states:
            told = {"reference": f"re_{key}", "key": key, "state": state, "amount": amount}
            self.say(f"refund.{state}", refund=told)
            self.say(f"refund.{state}", refund=told | {"state": "failed"}, off=1)

    def dispute(self, amount: int, states: Sequence[str]) -> None:
        """The buyer's bank takes ``amount`` back."""
        name = f"dp_{uuid4().hex}"
        self.disputes[name] = (amount, states[-1])
        for state in states:
            due = (START + timedelta(days=9)).isoformat()
            told = {
                "reference": name,
                "status": state,
                "amount": amount,
                "reason": "fraudulent",
                "evidence_due": due,
            }
            self.say(f"dispute.{state}", dispute=told)
        self.say(
            "dispute.won",
            dispute=told | {"status": "won", "reference": f"dp_{uuid4().hex}"},
            off=880,
        )


def early(dice: random.Random) -> Story:
    """Paid before our own call for its page was answered."""
    order = prepare(basket_with(ListingFactory()))
    opened = bank.open_payment(key=str(order.payment.pk), amount_minor=880, currency="GBP")
    bank.pay(reference=opened.reference, behaviour=Behaviour.LOST_WEBHOOK)
    story = Story(order, str(order.payment.pk), opened.reference)
    story.say("payment.succeeded")
    story.say("payment.succeeded", off=dice.choice([-1, 1]))
    return story


def open_one(dice: random.Random) -> Story:
    """At the provider; paid, or only said to be by messages that are wrong."""
    order = at_the_provider(basket_with(ListingFactory()))
    story = Story(order, str(order.payment.pk), order.payment.reference, paid=dice.random() < 0.7)
    if story.paid:
        pay_at_the_bank(order, Behaviour.LOST_WEBHOOK)
        story.say("payment.processing", status="open")
        story.say("payment.succeeded")
    for _n in range(3):
        story.say("payment.succeeded", off=dice.choice([-1, 1]))
    return story


def given_back(dice: random.Random) -> Story:
    """Placed, with refunds on their way and perhaps a dispute."""
    order = placed(ListingFactory())
    story = Story(order, str(order.payment.pk), order.payment.reference)
    story.say("payment.succeeded")
    for _n in range(dice.randrange(1, 7)):
        with transaction.atomic():
            amount = Money(dice.randrange(1, 120), "GBP")
            asked = refunds.ask(payment=order.payment, amount=amount, reason="")
        states = dice.choice(
            [
                ["pending"],
                ["pending", "succeeded"],
                ["succeeded"],
                ["pending", "failed"],
                ["succeeded", "failed"],
            ]
        )
        story.refund(str(asked.pk), asked.amount_minor, states)
    if dice.random() < 0.4:
        states = dice.choice([["opened"], ["opened", "won"], ["opened", "under_review", "lost"]])
        # Of what the refunds leave: of more, who has paid them depends on which news came first.
        left = 880 - sum(amount for amount, _state in story.refunds.values())
        story.dispute(dice.randrange(1, left + 1), states)
    return story


def storm(dice: random.Random, most: int) -> tuple[list[Story], list[tuple[str, bytes]]]:
    """Stories, and ``most`` messages about them: a third of them sent before, in no order."""
    stories = [early(dice) for _n in range(min(BEFORE_THE_REDIRECT, most // 20))]
    while sum(len(story.messages) for story in stories) < most * 3 // 4:
        stories.append(dice.choice([open_one, given_back, given_back])(dice))
    messages = [message for story in stories for message in story.messages]
    twice = [dice.choice(messages) for _n in range(max(0, most - len(messages)))]
    assert len(twice) * 4 >= len(messages)
    messages += twice
    dice.shuffle(messages)
    return stories, messages


def deliver(messages: Sequence[tuple[str, bytes]]) -> collections.Counter[int]:
    """Send them, ``AT_ONCE`` at a time, each again until it is taken in; returns the answers."""
    answers: collections.Counter[int] = collections.Counter()
    lock = threading.Lock()

    def send(part: Sequence[tuple[str, bytes]]) -> None:
        client = Client(raise_request_exception=False)
        try:
            for event_id, body in part:
                for _try in range(20):
                    headers = signed_headers("whsec_test", event_id, body)
                    answer = client.post(
                        "/webhooks/payments/sandbox/",
                        body,
                        content_type="application/json",
                        headers=headers,
                    )
                    with lock:
                        answers[answer.status_code] += 1
                    if answer.status_code == 204:
                        break
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(messages[n::AT_ONCE],)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def wrong(stories: Sequence[Story], messages: Sequence[tuple[str, bytes]]) -> list[str]:
    """Return where what is there differs from the model."""
    found: list[str] = []

    def same(what: str, is_: object, should: object) -> None:
        if is_ != should:
            found.append(f"{what}: {is_}, not {should}")

    clearing = owed = disputed = 0
    for story in stories:
        order = Order.objects.select_related("payment").get(pk=story.order.pk)
        name = order.number
        same(f"{name} order", order.status, "placed" if story.paid else "pending")
        same(f"{name} payment", order.payment.status, "captured" if story.paid else "pending")
        is_ = {
            str(r.pk): (r.amount_minor, r.status)
            for r in Refund.objects.filter(payment=order.payment)
        }
        same(f"{name} refunds", is_, story.refunds)
        told = Dispute.objects.filter(payment=order.payment)
        same(
            f"{name} disputes",
            {d.reference: (d.amount_minor, d.status) for d in told},
            story.disputes,
        )
        settled = sum(n for n, state in story.refunds.values() if state == "settled")
        sent = sum(n for n, state in story.refunds.values() if state == "sent")
        gone = sum(n for n, state in story.disputes.values() if state != "won")
        charges = amounts_of(order.payment).charges
        paid = 880 if story.paid else 0
        same(f"{name} charged", charges.charged, paid - settled - sent - gone)
        same(f"{name} refunded", (charges.refunded, charges.pending_refund), (settled, sent))
        clearing += paid - settled - gone
        owed += sum(n for n, state in story.refunds.values() if state != "settled")
        disputed += sum(
            n
            for n, s in story.disputes.values()
            if s in (DisputeStatus.OPENED, DisputeStatus.UNDER_REVIEW)
        )
    same("clearing", balance(AccountKind.CLEARING, "GBP").minor, clearing)
    same("owed to buyers", -balance(AccountKind.REFUNDS_PAYABLE, "GBP").minor, owed)
    same("disputed", balance(AccountKind.DISPUTES, "GBP").minor, disputed)
    taken_in = PaymentEvent.objects.exclude(event_id__startswith="own:")
    same("messages taken in", taken_in.count(), len({event_id for event_id, _body in messages}))
    same("stock", stock_differences(), [])
    return found


def test_ten_thousand_messages_end_as_the_model_says() -> None:
    stories, messages = storm(random.Random(5), MESSAGES)
    answers = deliver(messages)
    assert answers[204] == len(messages), answers
    assert not {status for status in answers if status >= 500}, answers
    # The hundred who paid before they were led back come back now.
    for story in stories[:BEFORE_THE_REDIRECT]:
        assert payments.settle(payment_id=story.order.payment.pk).order.status == "placed"
    assert wrong(stories, messages) == []


@pytest.fixture
def no_inbox(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every message in as if it were new."""

    def naive(*, news: payment_events.News, **given: Any) -> bool:
        return real(
            news=payment_events.News(
                f"{news.event_id[:80]}:{uuid4()}", news.type, news.payload, news.happened_at
            ),
            **given,
        )

    real: Callable[..., bool] = payment_events.write
    monkeypatch.setattr(payment_events, "write", naive)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_paymentevent DROP CONSTRAINT paymentevent_once")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE orders_paymentevent")
        cursor.execute(
            "ALTER TABLE orders_paymentevent ADD CONSTRAINT paymentevent_once UNIQUE (provider, event_id)"
        )


@pytest.mark.usefixtures("no_inbox")
def test_control_without_the_inbox_messages_count_twice() -> None:
    stories, messages = storm(random.Random(5), 400)
    deliver(messages)
    assert any("messages taken in" in one for one in wrong(stories, messages))


# ---- refunds ----


def race(order: Order, times: int, amount: int) -> int:
    """Ask for refunds of one payment, ``AT_ONCE`` at a time; returns how many were granted."""
    granted = 0
    lock, start = threading.Lock(), threading.Barrier(AT_ONCE)

    def ask(n: int) -> None:
        nonlocal granted
        start.wait()
        try:
            for _time in range(n, times, AT_ONCE):
                try:
                    with transaction.atomic():
                        refunds.ask(payment=order.payment, amount=Money(amount, "GBP"), reason="")
                except IntegrityError:
                    continue
                with lock:
                    granted += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return granted


def refunded(order: Order) -> int:
    return sum(refund.amount_minor for refund in Refund.objects.filter(payment=order.payment))


def test_a_hundred_refunds_at_once_of_fifty_payments_never_exceed_what_was_captured() -> None:
    for _n in range(50):
        order = placed(ListingFactory())
        assert race(order, 100, 100) == 8
        assert refunded(order) == 800


@pytest.fixture
def no_trigger(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_refund DISABLE TRIGGER refund_at_most_captured")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_refund ENABLE TRIGGER refund_at_most_captured")


@pytest.mark.usefixtures("no_trigger")
def test_control_without_the_trigger_more_is_given_back_than_was_captured() -> None:
    order = placed(ListingFactory())
    race(order, 100, 100)
    assert refunded(order) > order.total_minor
