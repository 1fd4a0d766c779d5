"""The second person's limit holds for whatever staff move by hand, and for many small steps as for a large one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from books4all.lib.errors import ConflictError
from orders.constants import RefundStatus, StaffRequestStatus
from orders.models import (
    BankMatch,
    GiftCard,
    Payout,
    Refund,
    SellerOrder,
    SettlementLine,
    StaffRequest,
)
from orders.services import approvals, transfers
from orders.services.hand_steps import PAY_OUT
from orders.services.staff_steps import GOODWILL, REFUND
from tests.factories.accounts import StaffFactory
from tests.factories.payouts import BankLineFactory, SettlementLineFactory, payable, ready
from tests.orders.cases import posted
from tests.orders.journeys import run_jobs

pytestmark = pytest.mark.django_db
WAITING, DONE = StaffRequestStatus.WAITING, StaffRequestStatus.DONE


def goodwill(part: SellerOrder, pence: int, actor: User) -> StaffRequest:
    payload = {"amount": pence, "reason": "Damp"}
    return approvals.ask(step=GOODWILL, subject=part, payload=payload, actor=actor, key=uuid4())


def press(client: Client, row: Any, name: str, **form: str) -> None:
    """Press a button of a row's page in the admin, and say yes."""
    options = row._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_act", args=[row.pk, name])
    assert client.post(url, {"confirmed": "1", **form}).status_code in (200, 302)


# ---- many small ones ----


def test_small_steps_about_one_order_add_up(settings: Any) -> None:
    settings.APPROVAL_LIMIT_MINOR = 300
    part, iris = posted(), StaffFactory()
    assert goodwill(part, 200, iris).status == DONE
    preview = approvals.preview(
        step=GOODWILL, subject=part, payload={"amount": 101, "reason": "Damp"}, actor=iris
    )
    assert preview.needs_approval
    asked = goodwill(part, 101, iris)
    assert (asked.status, asked.limit_minor) == (WAITING, 100)
    assert Refund.objects.count() == 1
    # Another step about the same order is no way round.
    line = part.lines.get()
    payload = {"lines": {str(line.pk): {"copies": 0, "amount": 101}}, "reason": "Damp"}
    asked = approvals.ask(step=REFUND, subject=part, payload=payload, actor=iris, key=uuid4())
    assert asked.status == WAITING
    assert goodwill(part, 100, iris).status == DONE


def test_what_others_did_and_what_was_long_ago_does_not_count(settings: Any) -> None:
    settings.APPROVAL_LIMIT_MINOR = 200
    part, iris = posted(), StaffFactory()
    assert goodwill(part, 200, iris).status == DONE
    assert goodwill(part, 50, StaffFactory()).status == DONE
    assert goodwill(posted(), 200, iris).status == DONE
    asked = goodwill(part, 50, iris)
    assert asked.status == WAITING
    # What a colleague has approved is not hers alone.
    approvals.approve(request_id=asked.pk, actor=StaffFactory())
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert goodwill(part, 200, iris).status == DONE


# ---- by a button ----


def test_paying_out_now(client: Client) -> None:
    iris, rowan = StaffFactory(), StaffFactory()
    client.force_login(iris)
    shop = payable()
    ready(shop, 10_000)
    press(client, shop, "pay-out")
    assert Payout.objects.get().amount_minor == 10_000
    # The next day of payouts would pay it without anybody: what is brought forward adds up.
    other = payable()
    ready(other, 2_000)
    press(client, other, "pay-out")
    assert Payout.objects.count() == 1
    asked = StaffRequest.objects.get(status=WAITING)
    approvals.approve(request_id=asked.pk, actor=rowan)
    assert Payout.objects.get(seller=other).amount_minor == 2_000
    with pytest.raises(ConflictError, match="Nothing can be paid"):
        approvals.preview(step=PAY_OUT, subject=other, payload={}, actor=iris)


def test_booking_a_bank_line(client: Client) -> None:
    client.force_login(StaffFactory())
    small, dear = BankLineFactory(amount_minor=-9_000), BankLineFactory(amount_minor=-9_000)
    press(client, small, "adjust", account="losses", note="Rent")
    press(client, dear, "adjust", account="losses", note="Rent again")
    assert BankMatch.objects.get().line == small
    asked = StaffRequest.objects.get(status=WAITING)
    assert (asked.amount_minor, asked.reason) == (9_000, "Rent again")
    colleague = StaffFactory()
    approvals.approve(request_id=asked.pk, actor=colleague)
    # In the name of who asked.
    assert BankMatch.objects.get(line=dear).actor == asked.asked_by


def test_booking_a_movement_at_the_provider(client: Client) -> None:
    client.force_login(StaffFactory())
    line = SettlementLineFactory(amount_minor=-20_000)
    press(client, line, "resolve", account="losses", note="Theirs")
    assert SettlementLine.objects.get().resolved_at is None
    approvals.approve(request_id=StaffRequest.objects.get().pk, actor=StaffFactory())
    assert SettlementLine.objects.get().resolved_at is not None
    # What books nothing moves nothing.
    other = SettlementLineFactory(amount_minor=-20_000)
    press(client, other, "resolve", account="", note="In another report")
    other.refresh_from_db()
    assert other.resolved_at is not None


def test_saying_that_a_refund_was_sent(client: Client, settings: Any) -> None:
    settings.APPROVAL_LIMIT_MINOR = 250
    part, iris = posted(), StaffFactory()
    part.order.payments.update(provider=transfers.NAME)
    client.force_login(iris)
    refund = Refund.objects.get(pk=goodwill(part, 250, iris).pk)
    # The same money is not counted twice.
    press(client, refund, "paid")
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SETTLED
    asked = goodwill(part, 50, iris)
    approvals.approve(request_id=asked.pk, actor=StaffFactory())
    second = Refund.objects.get(pk=asked.pk)
    press(client, second, "paid")
    second.refresh_from_db()
    assert second.status == RefundStatus.PENDING
    approvals.approve(request_id=StaffRequest.objects.get(status=WAITING).pk, actor=StaffFactory())
    second.refresh_from_db()
    assert second.status == RefundStatus.SETTLED


# ---- gift cards ----


def issue(client: Client, pounds: str, recipient: str = "") -> str:
    form = {
        "initial_minor": pounds, "funding": "goodwill", "recipient": recipient, "note": "Sorry",
        "expires_at_0": "2030-01-01", "expires_at_1": "00:00",
    }  # fmt: skip
    url = reverse("admin:orders_giftcard_add")
    return client.post(url, form, follow=True).content.decode()


@pytest.mark.parametrize("recipient", ["", "miriam@example.org"])
def test_gift_cards(client: Client, recipient: str) -> None:
    iris = StaffFactory()
    client.force_login(iris)
    assert "The code is" in issue(client, "60.00")
    page = issue(client, "60.00", recipient)
    assert "The code is" not in page
    assert "a colleague has to approve it" in page
    assert GiftCard.objects.count() == 1
    asked = StaffRequest.objects.get(status=WAITING)
    approvals.approve(request_id=asked.pk, actor=StaffFactory())
    card = GiftCard.objects.latest("created_at")
    assert (card.initial_minor, card.issued_by, card.note) == (6_000, iris, "Sorry")
    assert card.expires_at == datetime(2030, 1, 1, tzinfo=UTC)
    # Its code reaches whoever is to spend it, and never who approved.
    mail.outbox.clear()
    run_jobs()
    assert [letter.to for letter in mail.outbox if "gift" in letter.subject.lower()] == [
        [recipient or iris.email]
    ]
