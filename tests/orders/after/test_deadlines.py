"""Deadlines: what a shop leaves lying is cancelled, after it was reminded; what nobody doubts goes on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError

from accounts.models import Seller
from catalog.models import Listing
from orders.constants import AccountKind, EventType, ReminderKind
from orders.errors import TransitionError
from orders.models import OrderEvent, Refund, Refusal, Reminder, Shipment
from orders.selectors import deadlines, due
from orders.selectors.standing import standings
from orders.services import completion, keeping, seller_orders
from tests.orders.after.steps import (
    accept,
    books_balance,
    bought,
    days_later,
    deliver,
    fresh,
    given_back,
    held,
    post,
    stands,
    until_due,
)
from tests.orders.journeys import run_jobs

FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def test_deadlines_are_the_end_of_their_day(settings):
    settings.ACCEPT_DAYS, settings.POSTING_GRACE_DAYS = 2, 3
    assert deadlines.accept_until(FRIDAY) == datetime(2026, 11, 25, tzinfo=UTC)
    # Promised within a working day: Monday. Three days of grace: until Thursday is over.
    assert deadlines.post_until(FRIDAY, 1) == datetime(2026, 11, 27, tzinfo=UTC)
    assert deadlines.end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_reminders_come_at_half_time_and_a_day_before():
    until = FRIDAY + timedelta(days=6)
    assert deadlines.reminders(FRIDAY, until) == [
        (ReminderKind.HALF, FRIDAY + timedelta(days=3)),
        (ReminderKind.DAY, FRIDAY + timedelta(days=5)),
    ]
    # Half of two days is the day before; of half a day, there is no day before.
    short = FRIDAY + timedelta(days=2)
    assert deadlines.reminders(FRIDAY, short) == [(ReminderKind.DAY, FRIDAY + timedelta(days=1))]
    hours = FRIDAY + timedelta(hours=12)
    assert deadlines.reminders(FRIDAY, hours) == [(ReminderKind.HALF, FRIDAY + timedelta(hours=6))]


@pytest.mark.django_db
def test_the_deadlines_are_frozen_when_it_is_placed(settings):
    part = bought()
    paid = part.order.placed_at
    assert part.post_until == deadlines.post_until(paid, part.dispatch_days)
    assert part.act_by == min(deadlines.accept_until(paid), part.post_until)
    Seller.objects.update(dispatch_days=30)
    settings.POSTING_GRACE_DAYS = 30
    assert accept(part).act_by == part.post_until


@pytest.mark.django_db
def test_a_shop_is_reminded_twice_and_each_time_once():
    part = accept(bought())
    assert keeping.keep().reminded == 0
    for kind in ("half", "day"):
        left = (fresh(part).remind_at - datetime.now(UTC)) / timedelta(days=1)
        days_later(part, left + 0.001)
        assert [keeping.keep().reminded for _time in range(2)] == [1, 0]
        assert Reminder.objects.filter(promise="post", kind=kind).count() == 1
    assert fresh(part).remind_at is None
    run_jobs(only=["orders.send_mail"])
    told = [m for m in mail.outbox if "Please post order" in m.subject]
    assert [m.to for m in told] == [[part.seller.email]] * 2
    with pytest.raises(IntegrityError):
        Reminder.objects.create(seller_order=part, promise="post", kind="day", act_by=part.act_by)


@pytest.mark.django_db
def test_a_late_keeper_reminds_once_not_twice():
    part = accept(bought())
    day_before = (fresh(part).act_by - datetime.now(UTC)) / timedelta(days=1) - 0.5
    days_later(part, day_before)
    assert keeping.keep().reminded == 1
    assert Reminder.objects.get().kind == "day"
    assert keeping.keep().reminded == 0


@pytest.mark.django_db
def test_what_a_shop_leaves_lying_is_cancelled_and_paid_back():
    part = bought()
    assert keeping.keep().cancelled == 0
    until_due(part)
    assert [keeping.keep().cancelled for _time in range(2)] == [1, 0]
    part = fresh(part)
    assert (part.status, part.act_by, part.remind_at) == ("cancelled", None, None)
    assert given_back(part) == part.total_minor
    assert held(part.order) == 0
    listing = Listing.objects.get()
    assert listing.on_hand == 0, "only the shop knows whether it is there"
    run_jobs(only=["orders.settle_refund", "orders.send_mail"])
    subjects = {m.subject for m in mail.outbox}
    assert f"{part.seller.name} did not post your books in time" in subjects
    assert f"Order {part.order.number} was cancelled: not posted in time" in subjects
    assert books_balance()


@pytest.mark.django_db
def test_of_a_part_that_was_posted_the_rest_is_cancelled():
    part = post(accept(bought(copies=2)), first=True)
    until_due(part)
    assert keeping.keep().cancelled == 1
    part = fresh(part)
    assert part.status == "shipped"
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.delivery_minor) == ("silent", 0)
    assert given_back(part) == part.lines.order_by("pk")[1].paid_minor
    assert held(part.order) == 0


@pytest.mark.django_db
def test_silence_counts_against_the_shop():
    silent = bought()
    until_due(silent)
    keeping.keep()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    [row] = standings(as_of=tomorrow, days=90, seller_ids=[silent.seller_id])
    assert (row.orders, row.cancelled) == (1, 1)


@pytest.mark.django_db
def test_a_deadline_that_was_met_meanwhile_cancels_nothing():
    part = bought()
    until_due(part)
    [pk] = due.left_lying()
    accept(part)
    assert keeping.cancel_silent(seller_order_id=pk) is None
    assert fresh(part).status == "accepted"


@pytest.mark.django_db
def test_what_nobody_complains_of_is_delivered_and_completed():
    part = post(accept(bought()))
    assert keeping.keep().delivered == 0
    until_due(part)
    kept = keeping.keep()
    assert (kept.delivered, kept.completed) == (1, 0)
    part = fresh(part)
    assert part.status == "delivered"
    assert part.shipments.get().tracking_status == "delivered"
    earned = stands(AccountKind.SELLER_PENDING, part)
    assert earned > 0
    until_due(part)
    assert [keeping.keep().completed for _time in range(2)] == [1, 0]
    part = fresh(part)
    assert (part.status, part.act_by) == ("completed", None)
    assert part.completed_at is not None
    assert stands(AccountKind.SELLER_PENDING, part) == 0
    assert stands(AccountKind.SELLER_AVAILABLE, part) == earned
    assert books_balance()


@pytest.mark.django_db
def test_completion_waits_for_the_longer_of_withdrawal_and_hold(settings):
    settings.PAYOUT_HOLD_DAYS = 30
    part = deliver(post(accept(bought())))
    assert part.act_by.date() == part.delivered_at.date() + timedelta(days=31)
    with pytest.raises(TransitionError):
        completion.complete(seller_order_id=part.pk)


@pytest.mark.django_db
def test_a_lost_parcel_changes_the_parcel_alone_and_holds_the_order():
    part = post(accept(bought()))
    parcel = part.shipments.get()
    seller_orders.follow_parcel(shipment_id=parcel.pk, status="lost", actor=None)
    assert (fresh(part).status, Shipment.objects.get().tracking_status) == ("shipped", "lost")
    until_due(part)
    assert keeping.keep().delivered == 0
    assert fresh(part).status == "shipped"
    # The buyer may know better.
    assert deliver(part).shipments.get().tracking_status == "delivered"


@pytest.mark.django_db
def test_what_was_sold_without_a_deadline_stays_without():
    part = bought()
    type(part).objects.update(act_by=None, post_until=None, remind_at=None)
    assert accept(part).act_by is None
    assert keeping.keep().cancelled == 0


@pytest.mark.django_db
def test_one_that_fails_holds_nobody_up(monkeypatch):
    parts = [bought() for _n in range(3)]
    for part in parts:
        until_due(part)
    real = keeping.cancel_silent

    def unwell(*, seller_order_id):
        if seller_order_id == parts[0].pk:
            raise RuntimeError
        return real(seller_order_id=seller_order_id)

    monkeypatch.setattr(keeping, "cancel_silent", unwell)
    monkeypatch.setattr(due, "PORTION", 1)
    kept = keeping.keep()
    assert (kept.cancelled, kept.failed) == (2, 1)
    assert Refund.objects.count() == 2
    assert OrderEvent.objects.filter(type=EventType.CANCELLED, side="system").count() == 2
