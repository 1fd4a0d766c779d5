"""Extra postage: proposed, paid, refused, lapsed; and every penny of it where it belongs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from catalog.models import Listing
from orders.constants import AccountKind, DisputeStatus, EventType, Stage
from orders.errors import OrderClosedError, TransitionError
from orders.models import ExtraPostage, OrderEvent, Payment, Refund, SandboxPayment
from orders.payments.base import ProviderDispute
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.postage import most_extra
from orders.services import (
    calling_off,
    checkout,
    disputes,
    keeping,
    payments,
    postage,
    refunds,
    seller_orders,
)
from orders.services.reconciler import sweep
from tests.orders.after.steps import (
    NOBODY,
    accept,
    books_balance,
    bought,
    days_later,
    deliver,
    fresh,
    given_back,
    held,
    pay_extra,
    post,
    propose,
    stands,
    until_due,
)
from tests.orders.journeys import run_jobs

pytestmark = pytest.mark.django_db


def test_paid_extra_postage_is_earned_with_the_first_parcel():
    part = bought()
    before = part.post_until
    extra = propose(part)
    part = fresh(part)
    assert (part.status, part.act_by, part.remind_at) == ("accepted", extra.expires_at, None)
    extra = pay_extra(extra)
    part = fresh(part)
    assert (extra.status, part.extra_minor) == ("paid", 500)
    assert part.act_by == part.post_until > before
    assert held(part.order) == part.total_minor + 500
    post(part)
    assert held(part.order) == 0
    assert stands(AccountKind.SELLER_PENDING, part) == part.total_minor + 500
    run_jobs(only=["orders.send_mail"])
    subjects = [m.subject for m in mail.outbox]
    assert f"{part.seller.name} asks for £5.00 more for the post" not in subjects, "answered by now"
    assert f"The extra postage for order {part.order.number} is paid" in subjects
    assert "You have paid £5.00 of extra postage" in subjects
    assert books_balance()


def test_the_shop_s_deadline_stands_still_while_the_buyer_is_asked():
    part = accept(bought())
    before = part.post_until
    extra = propose(part)
    days_later(part, 3)
    shifted = fresh(part).post_until
    postage.refuse(extra_id=extra.pk, actor=None)
    stood = fresh(part).post_until - shifted
    assert timedelta(days=3) <= stood < timedelta(days=3, minutes=5)
    assert fresh(part).act_by == fresh(part).post_until
    assert abs(before - fresh(part).post_until) < timedelta(minutes=5)
    # What the buyer refused is not the end of it: the shop may post, and ask again.
    assert propose(part, 300).is_open
    post(part)
    assert list(ExtraPostage.objects.values_list("status", flat=True)) == ["refused", "withdrawn"]


def test_while_the_buyer_is_asked_the_shop_is_neither_reminded_nor_late():
    part = bought()
    propose(part)
    days_later(part, 3.9)
    kept = keeping.keep()
    assert (kept.reminded, kept.cancelled, kept.lapsed) == (0, 0, 0)


def test_unanswered_it_cancels_the_order_and_the_copies_go_back_on_sale():
    part = bought()
    propose(part)
    days_later(part, 4.01)
    assert [keeping.keep().lapsed for _time in range(2)] == [1, 1 - 1]
    part = fresh(part)
    assert part.status == "cancelled"
    assert ExtraPostage.objects.get().status == "expired"
    assert Listing.objects.get().on_hand == 1
    assert (given_back(part), held(part.order)) == (part.total_minor, 0)
    told = OrderEvent.objects.filter(seller_order=part).values_list("type", flat=True)
    assert {"postage_expired", "called_off"} <= set(told)
    assert "cancelled" not in told, "it does not count against the shop"


def test_what_was_paid_at_the_last_moment_counts():
    part = bought()
    extra = pay_extra(propose(part), settle=False)
    days_later(part, 4.01)
    keeping.keep()
    assert ExtraPostage.objects.get().status == "paid"
    assert fresh(part).extra_minor == extra.amount_minor


def test_a_bank_that_is_still_deciding_is_waited_for():
    part = bought()
    extra = propose(part)
    postage.pay(extra_id=extra.pk)
    extra.refresh_from_db()
    bank.pay(reference=extra.payment.reference, behaviour=Behaviour.SLOW)
    days_later(part, 4.01)
    keeping.keep()
    assert ExtraPostage.objects.get().is_open
    bank.settle(reference=extra.payment.reference)
    sweep(grace=0)
    assert ExtraPostage.objects.get().status == "paid"


@pytest.mark.parametrize("how", ["refused", "withdrawn", "posted", "called off"])
def test_a_payment_that_comes_too_late_goes_back(how):
    part = accept(bought())
    extra = pay_extra(propose(part), settle=False)
    {
        "refused": lambda: postage.refuse(extra_id=extra.pk, actor=None),
        "withdrawn": lambda: postage.withdraw(extra_id=extra.pk, actor=None),
        "posted": lambda: post(part),
        "called off": lambda: calling_off.call_off(seller_order_id=part.pk, actor=None),
    }[how]()
    run_jobs(only=["orders.close_payment"])
    late = Refund.objects.get(payment__placing=None)
    assert (late.amount_minor, late.seller_order_id) == (500, part.pk)
    assert fresh(part).extra_minor == 0
    run_jobs(only=["orders.settle_refund"])
    assert SandboxPayment.objects.get(amount_minor=500).refunded_minor == 500
    assert held(part.order) == (0 if how in ("posted", "called off") else part.total_minor)
    assert books_balance()


def test_an_open_page_is_closed_once_it_is_answered():
    part = bought()
    extra = propose(part)
    postage.pay(extra_id=extra.pk)
    postage.refuse(extra_id=extra.pk, actor=None)
    run_jobs(only=["orders.close_payment"])
    extra.refresh_from_db()
    assert extra.payment.status == "cancelled"
    assert SandboxPayment.objects.get(amount_minor=500).status == "cancelled"


def test_the_page_is_the_same_until_the_provider_closes_it():
    part = bought()
    extra = propose(part)
    first = postage.pay(extra_id=extra.pk)
    assert postage.pay(extra_id=extra.pk) == first
    extra.refresh_from_db()
    bank.cancel(extra.payment.reference)
    payments.settle(payment_id=extra.payment.pk)
    assert postage.pay(extra_id=extra.pk) != first
    assert Payment.objects.filter(placing=None).count() == 2


def test_a_page_that_opens_after_the_answer_is_nobody_s(monkeypatch):
    part = bought()
    extra = propose(part)
    real = checkout.create_at_provider

    def slowly(payment, *, description):
        told = real(payment, description=description)
        postage.refuse(extra_id=extra.pk, actor=None)
        return told

    monkeypatch.setattr(checkout, "create_at_provider", slowly)
    with pytest.raises(OrderClosedError):
        postage.pay(extra_id=extra.pk)
    assert SandboxPayment.objects.get(amount_minor=500).status == "cancelled"


def test_it_is_asked_for_once_at_a_time_within_the_terms_before_posting(settings):
    settings.EXTRA_POSTAGE_MOST_MINOR = 2000
    part = bought()
    most = most_extra(part)
    assert most.minor == part.delivery_minor + 2000
    for wrong in (0, -1, most.minor + 1):
        with pytest.raises(DomainError) as refused:
            propose(part, wrong)
        assert "amount" in refused.value.fields
    with pytest.raises(DomainError) as refused:
        postage.propose(seller_order_id=part.pk, amount=Money(1, "GBP"), reason=" ", asked=NOBODY)
    assert "reason" in refused.value.fields
    pay_extra(propose(part, most.minor))
    with pytest.raises(DomainError):
        propose(part, 1)
    post(part)
    with pytest.raises(TransitionError):
        propose(part, 1)


def test_what_is_given_back_goes_to_the_payment_it_came_by():
    part = bought()
    pay_extra(propose(part, 500))
    seller_orders.cancel(seller_order_id=part.pk, reason="Water", restock=False, actor=None)
    by_payment = {refund.payment.placing_id: refund for refund in Refund.objects.all()}
    assert by_payment[None].amount_minor == 500
    assert by_payment[part.order_id].amount_minor == part.total_minor
    assert fresh(part).refusals.get().amount == Money(part.total_minor + 500, "GBP")
    assert held(part.order) == 0
    run_jobs(only=["orders.settle_refund"])
    taken = SandboxPayment.objects.values_list("amount_minor", "refunded_minor")
    assert all(paid == back for paid, back in taken)
    assert books_balance()


def test_a_part_of_the_delivery_comes_from_what_was_paid_first():
    part = bought()
    pay_extra(propose(part, 500))
    part = deliver(post(part))
    for minor, shares in (
        (part.delivery_minor - 80, {part.order_id: part.delivery_minor - 80}),
        (200, {part.order_id: 80, None: 120}),
        (380, {None: 380}),
    ):
        known = set(Refund.objects.values_list("pk", flat=True))
        refunds.grant(
            seller_order=part,
            stage=Stage.EARNED,
            lines=(),
            delivery=Money(minor, "GBP"),
            reason="Late",
            actor=None,
        )
        new = Refund.objects.exclude(pk__in=known).select_related("payment")
        assert {one.payment.placing_id: one.amount_minor for one in new} == shares
    with pytest.raises(DomainError):
        refunds.grant(
            seller_order=part,
            stage=Stage.EARNED,
            lines=(),
            delivery=Money(1, "GBP"),
            reason="Late",
            actor=None,
        )
    assert stands(AccountKind.SELLER_PENDING, part) == part.items_minor
    assert books_balance()


def test_the_same_message_of_the_provider_counts_once():
    part = bought()
    extra = pay_extra(propose(part))
    payments.settle(payment_id=extra.payment.pk)
    payments.settle(payment_id=extra.payment.pk)
    assert fresh(part).extra_minor == 500
    assert OrderEvent.objects.filter(type=EventType.POSTAGE_PAID).count() == 1


def test_an_answer_after_the_time_is_refused():
    part = bought()
    extra = propose(part)
    days_later(part, 4.01)
    with pytest.raises(TransitionError):
        postage.pay(extra_id=extra.pk)
    assert datetime.now(UTC) > ExtraPostage.objects.get().expires_at


def test_the_shop_can_still_be_late_after_a_refusal():
    part = bought()
    postage.refuse(extra_id=propose(part).pk, actor=None)
    until_due(part)
    assert keeping.keep().cancelled == 1


def test_while_a_bank_decides_nothing_more_is_taken():
    part = bought()
    extra = pay_extra(propose(part), settle=False)
    dispute = bank.dispute(reference=part.order.payment.reference)
    told = ProviderDispute(
        dispute.reference, DisputeStatus.OPENED, part.order.payment.amount, "fraudulent", None
    )
    disputes.take_in(payment=part.order.payment, told=told)
    with pytest.raises(TransitionError):
        propose(fresh(part))
    payments.settle(payment_id=extra.payment_id)
    extra.refresh_from_db()
    assert (extra.status, fresh(part).extra_minor) == ("withdrawn", 0)
    assert given_back(part) == 500
