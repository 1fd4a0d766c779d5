"""Payouts of one shop made at the same moment: one is, and nothing is in two. With a negative control."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Seller
from orders.constants import AccountKind as A
from orders.constants import PayoutStatus
from orders.models import LedgerAccount, Payout, Posting
from orders.selectors import money as reads
from orders.selectors.ledger import balances_of_seller
from orders.selectors.payouts import open_amount
from orders.services import paying_out, payouts
from tests.factories.payouts import (
    PayoutAccountFactory,
    PayoutTermsFactory,
    paid_out,
    payable,
    ready,
)
from tests.orders.test_ledger import at_once

TIMES = 4


def at_the_same_moment(work: Callable[[], Any]) -> list[Any]:
    """Run ``work`` in threads that begin together; what they raise is among what they return."""
    barrier = Barrier(TIMES)

    def one() -> Any:
        try:
            barrier.wait(timeout=20)
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as pool:
        return [future.result() for future in [pool.submit(one) for _time in range(TIMES)]]


@pytest.mark.django_db(transaction=True)
def test_payouts_at_the_same_moment_are_one() -> None:
    seller = payable()
    for _time in range(5):
        ready(seller, 1000)
    made = at_the_same_moment(lambda: payouts.make_for(seller=seller, currency="GBP"))
    assert [payout.amount_minor for payout in made if payout is not None] == [5000]
    assert balances_of_seller(seller, "GBP")[A.SELLER_AVAILABLE].minor == 0


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_stamps_refuse_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without the lock the others run into what the database keeps."""
    seller = payable()
    ready(seller, 5000)
    barrier = Barrier(TIMES)
    honest = payouts.open_postings

    def all_have_looked(account: LedgerAccount) -> Any:
        rows = list(honest(account))
        barrier.wait(timeout=20)
        return Posting.objects.filter(pk__in=[row.pk for row in rows])

    monkeypatch.setattr(payouts, "_net", lambda *_args: None)
    monkeypatch.setattr(payouts, "open_postings", all_have_looked)
    monkeypatch.setattr(
        LedgerAccount.objects, "select_for_update", lambda **_kwargs: LedgerAccount.objects.all()
    )
    monkeypatch.setattr(
        payouts.payout_accounts, "current", lambda *, seller: seller.payout_accounts.first()
    )
    PayoutAccountFactory(seller=seller)
    results = at_the_same_moment(lambda: payouts.make_for(seller=seller, currency="GBP"))
    assert sum(isinstance(one, Payout) for one in results) == 1
    assert sum(isinstance(one, IntegrityError) for one in results) == TIMES - 1
    assert Payout.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_failed_payout_is_tried_again_once() -> None:
    payout = paid_out()
    paying_out.on_its_way(payout)
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="x")
    results = at_the_same_moment(lambda: paying_out.retry(payout_id=payout.pk, actor=None))
    assert sum(isinstance(one, Payout) for one in results) == 1
    payout.refresh_from_db()
    assert (payout.attempt, payout.status) == (2, PayoutStatus.PENDING)


# ---- any story ----

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 5000)),
        st.tuples(st.just("refund"), st.integers(1, 5000)),
        st.tuples(
            st.sampled_from(["pay", "send", "arrive", "fail", "retry", "give up"]), st.just(0)
        ),
    ),
    max_size=14,
)


class Story:
    """A shop to which things happen, and what it should have by our own count."""

    def __init__(self) -> None:
        self.seller: Seller = payable()
        PayoutTermsFactory(seller=self.seller, minimum_minor=0)
        self.earned = self.arrived = self.n = 0

    def take(self, step: str, amount: int) -> None:
        self.n += 1
        if step in ("earn", "refund"):
            signed = amount if step == "earn" else -amount
            self.earned += signed
            ready(self.seller, signed, source=f"story:{self.seller.pk}:{self.n}")
        elif step == "pay":
            payouts.make_for(seller=self.seller, currency="GBP")
        else:
            self.of_payout(step)

    def of_payout(self, step: str) -> None:
        states = {
            "send": ["pending"],
            "arrive": ["processing"],
            "fail": ["processing", "completed"],
            "retry": ["failed"],
            "give up": ["failed"],
        }
        payout = Payout.objects.filter(seller=self.seller, status__in=states[step]).first()
        if payout is None:
            return
        if step == "send":
            paying_out.on_its_way(payout)
        elif step == "arrive":
            paying_out.completed(payout_id=payout.pk, attempt=payout.attempt)
            self.arrived += payout.amount_minor
        elif step == "fail":
            self.arrived -= payout.amount_minor if payout.status == "completed" else 0
            paying_out.failed(payout_id=payout.pk, attempt=payout.attempt, problem="x")
        elif step == "give up":
            paying_out.give_up(payout_id=payout.pk, reason="x", actor=None)
        else:
            paying_out.retry(payout_id=payout.pk, actor=None)

    def check(self) -> None:
        at_once()
        has = reads.position(self.seller, "GBP")
        way = reads.on_the_way(self.seller, "GBP")
        # Nothing is lost, nothing is paid twice.
        assert has.whole.minor + way.minor + self.arrived == self.earned
        lines = reads.told(
            self.seller,
            "GBP",
            list(reads.entries_of(self.seller, "GBP").order_by("-created_at", "-pk")),
        )
        # The statement is the postings: line by line, from nothing to what there is.
        assert sum(line.change.minor for line in lines) == has.whole.minor
        balances = [line.balance.minor for line in lines]
        assert balances[:1] == ([has.whole.minor] if lines else [])
        assert all(
            above - line.change.minor == below
            for above, line, below in zip(balances, lines, [*balances, 0][1:], strict=True)
        )
        failed = Payout.objects.filter(seller=self.seller, status="failed")
        claimed = sum(payout.amount_minor for payout in failed)
        assert open_amount(self.seller, "GBP").minor + claimed == has.ready.minor
        for payout in Payout.objects.filter(seller=self.seller):
            lines_of = reads.paid_lines(reads.items_of(payout))
            assert sum(line.amount.minor for line in lines_of) == payout.amount_minor


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_whatever_happens_the_statement_is_the_postings(steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        story = Story()
        for step, amount in steps:
            story.take(step, amount)
        story.check()
        transaction.set_rollback(True)
