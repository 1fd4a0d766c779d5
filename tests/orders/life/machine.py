"""The whole life of orders: its two halves, the keepers of the house, and everything that breaks."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from orders.constants import Ruling
from orders.models import Case, Payout, Refund, SandboxPayment
from orders.payments.sandbox import bank
from orders.services import (
    case_clock,
    case_rulings,
    gift_cards,
    keeping,
    paying_out,
    payout_batches,
    payouts,
    refund_settling,
)
from orders.services.reconciler import sweep
from tests.orders.life import truths
from tests.orders.life.buying import WHICH, there_is
from tests.orders.life.settling import STAFF, Settling

# What only a message tells: the sweeper finds the rest by itself.
_ONLY_TOLD = ("dispute.", "refund.failed")
# Rounds after which everything has come to its end, at the latest.
_ROUNDS = 30


class LifeOfOrders(Settling):
    """Everything that may happen to orders, in any order; whatever it was, it ends well."""

    # Whether all that holds is looked at after every step: where it breaks is where it is found.
    at_every_step = False
    # Whether every story is told until nothing is left to be done; else some are.
    always_to_the_end = False

    # ---- the keepers of the house ----

    @rule(which=WHICH, times=st.integers(1, 2))
    @there_is("jobs")
    def work(self, which: int, times: int) -> None:
        job = self.pick("jobs", which)
        for _time in range(times):
            self.work_off(job)

    @rule()
    @there_is("jobs")
    def work_everything_off(self) -> None:
        for job in self.jobs():
            self.work_off(job)

    @rule(which=WHICH, times=st.integers(1, 2), off=st.sampled_from([0, 0, 0, 1, -1]))
    @there_is("messages")
    def message_comes(self, which: int, times: int, off: int) -> None:
        job = self.pick("messages", which)
        heard = [self.hear(job, off=off) for _time in range(times)]
        if any(heard) and not off:
            self.finish(job)

    @rule(which=WHICH)
    @there_is("messages")
    def message_is_lost(self, which: int) -> None:
        job = self.pick("messages", which)
        if not any(f'"type": "{kind}' in job.args["body"] for kind in _ONLY_TOLD):
            self.finish(job)

    @rule(
        which=st.sampled_from(["sweep", "keep", "cases", "cards", "payouts"]),
        times=st.integers(1, 2),
    )
    def house_is_kept(self, which: str, times: int) -> None:
        for _time in range(times):
            self.do(lambda: self._keep(which))

    def _keep(self, which: str) -> None:
        rough = self.is_rough
        if which == "sweep":
            assert not sweep(grace=-1).failed or rough
        elif which == "keep":
            assert not keeping.keep().failed or rough
        elif which == "cases":
            case_clock.advance_all()
        elif which == "cards":
            gift_cards.expire_all()
        else:
            payouts.free_reserves()
            truths.nobody_who_owes_is_paid(payouts.make_due(today=self.day))

    @rule(days=st.sampled_from([1, 3, 8, 22, 40]))
    def days_pass(self, days: int) -> None:
        self.pass_days(days)

    # ---- what breaks ----

    @rule(after=st.integers(1, 60))
    def power_will_fail(self, after: int) -> None:
        self.cut_after = after

    @rule(when=st.sampled_from(["before", "after"]))
    def provider_will_be_silent(self, when: str) -> None:
        self.silent = when

    # ---- what holds ----

    @invariant()
    def it_adds_up(self) -> None:
        self.broken = True  # until it is known to hold
        if self.at_every_step:
            truths.all_of_them(self.street.shops)
        else:
            truths.cheap()
        self.broken = False

    def teardown(self) -> None:
        try:
            if not self.broken and self.ended_well():
                truths.all_of_them(self.street.shops)
                if self.always_to_the_end or self.to_the_end:
                    self.wind_up()
        finally:
            super().teardown()

    def ended_well(self) -> bool:
        """Whether the story was told to its end."""
        import sys

        return sys.exc_info()[0] is None

    def wind_up(self) -> None:
        """Let everybody do what is left to them, and time pass: nothing may be left."""
        self.silent, self.cut_after = "", 0
        self.seen.clear()
        SandboxPayment.objects.update(behaviour="")
        for _round in range(_ROUNDS):
            if not self._go_on():
                break
        for number in range(4):
            self._pay_everybody(some_fail=number == 0)
        truths.all_of_them(self.street.shops)
        truths.nothing_is_left(self.street.shops)

    def _go_on(self) -> bool:
        """Take a round of what is left to be done; whether there was anything."""
        busy = self._listen_and_work()
        for name in ("sweep", "keep", "cases"):
            self._keep(name)
        for case in Case.objects.filter(status="escalated"):
            case_rulings.decide(case_id=case.pk, ruling=Ruling.DENY, words="No", by=STAFF)
        for there in self.there("disputes"):
            bank.decide_dispute(reference=there.reference, won=bool(there.amount_minor % 2))
        for there in self.there("refunds"):
            if there.state == "pending":
                bank.end_refund(key=there.key, state="succeeded")
        for refund in Refund.objects.filter(status="failed"):
            self.do(lambda refund=refund: refund_settling.retry(refund_id=refund.pk, actor=None))
        self.pass_days(45)
        return busy or self._is_unfinished()

    def _is_unfinished(self) -> bool:
        states = (
            "messages", "jobs", "pending", "waiting", "shipped", "delivered", "extras", "cases",
            "disputes",
        )  # fmt: skip
        return any(self.there(name) for name in states)

    def _listen_and_work(self) -> bool:
        jobs, messages = self.there("jobs"), self.there("messages")
        for job in messages:
            if self.hear(job):
                self.finish(job)
        for job in jobs:
            self.work_off(job)
        self.seen.clear()
        return bool(jobs or messages)

    def _pay_everybody(self, *, some_fail: bool) -> None:
        self.pass_days(400)
        payouts.free_reserves()
        for shop in self.street.shops:
            shop.payout_terms.minimum_minor = 0
            shop.payout_terms.save()
            made = payouts.make_for(seller=shop, currency="GBP")
            truths.nobody_who_owes_is_paid([made] if made else [])
        for payout in Payout.objects.filter(status="failed"):
            self._try_again_or_not(payout)
        batch = self.do(lambda: payout_batches.make(currency="GBP", actor=None))
        for one in [batch] if batch else []:
            payout_batches.sent(batch_id=one.pk, actor=None)
        for waiting in self.there("batches"):
            self.do(lambda one=waiting: payout_batches.sent(batch_id=one.pk, actor=None))
        for payout in Payout.objects.filter(status="processing"):
            known: dict[str, Any] = {"payout_id": payout.pk, "attempt": payout.attempt}
            if some_fail and payout.amount_minor % 2:
                paying_out.failed(**known, problem="Account closed")
            else:
                paying_out.completed(**known)

    def _try_again_or_not(self, payout: Payout) -> None:
        """Give up what can't be tried again, for its shop owes something, and some of the others."""
        closed = payout.amount_minor % 4 == 1
        if closed or not self.do(lambda: paying_out.retry(payout_id=payout.pk, actor=None)):
            paying_out.give_up(payout_id=payout.pk, reason="Closed down", actor=None)
