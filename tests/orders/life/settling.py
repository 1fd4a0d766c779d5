"""The second half: what goes wrong after the post, money that goes back, and shops that are paid."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from books4all.lib.money import Money
from orders.constants import Actor, CaseReason, CaseStatus, CaseStep, Ruling
from orders.models import Case, OrderLine, Refund, SandboxDispute, SandboxPayment
from orders.payments.sandbox import bank
from orders.services import (
    case_answers,
    case_rulings,
    cases,
    goodwill,
    paying_out,
    payout_batches,
    payouts,
    refund_settling,
    sandbox_day,
)
from orders.services.case_steps import By
from tests.orders.life.buying import WHICH, Buying, there_is

READER, SHOP, STAFF = By(Actor.BUYER), By(Actor.SELLER), By(Actor.STAFF)
PENCE = st.sampled_from([1, 77, 350, 1000])
OF_SHOPS = [
    CaseStep.REFUND, CaseStep.APPROVE, CaseStep.TAKE_BACK, CaseStep.OFFER, CaseStep.REPLACE,
    CaseStep.DECLINE, CaseStep.RECEIVE,
]  # fmt: skip
OF_READERS = [CaseStep.TAKE_OFFER, CaseStep.REFUSE_OFFER, CaseStep.POST, CaseStep.CANCEL]
LABEL = b"%PDF-1.7"


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


class Settling(Buying):
    """Readers who complain, banks that take back, and the marketplace that pays."""

    # ---- cases ----

    @there_is("posted")
    @rule(which=WHICH, reason=st.sampled_from(CaseReason), all_of_it=st.booleans())
    def complain(self, which: int, reason: str, all_of_it: bool) -> None:
        pk = self.pick("posted", which)
        lines = list(OrderLine.objects.filter(seller_order=pk, posted__gt=0).order_by("pk"))
        copies = {line.pk: line.posted if all_of_it else 1 for line in lines}
        if not all_of_it:
            copies = dict(list(copies.items())[:1])
        words = "" if reason == CaseReason.CHANGED_MIND else "The spine is broken."
        self.do(
            lambda: cases.open_case(
                seller_order_id=pk,
                complaint=cases.Complaint(reason=reason, words=words),
                copies=copies,
                by=READER,
            )
        )

    @there_is("cases")
    @rule(which=WHICH, step=st.sampled_from(OF_SHOPS), pence=PENCE, whole=st.booleans())
    def answer(self, which: int, step: CaseStep, pence: int, whole: bool) -> None:
        case: Case = self.pick("cases", which)
        arrived = {
            line.order_line_id: case_answers.Arrived(
                line.quantity if whole else 1, line.quantity if whole else 0
            )
            for line in case.lines.all()
        }
        steps: dict[str, Any] = {
            CaseStep.REFUND: lambda: case_answers.refund(case_id=case.pk, by=SHOP),
            CaseStep.APPROVE: lambda: case_answers.approve(case_id=case.pk, by=SHOP),
            CaseStep.TAKE_BACK: lambda: case_answers.take_back(
                case_id=case.pk, words="As described", by=SHOP
            ),
            CaseStep.OFFER: lambda: case_answers.offer(case_id=case.pk, amount=gbp(pence), by=SHOP),
            CaseStep.REPLACE: lambda: case_answers.replace(
                case_id=case.pk, carrier="DHL", from_stock=whole, by=SHOP
            ),
            CaseStep.DECLINE: lambda: case_answers.decline(case_id=case.pk, words="No", by=SHOP),
            CaseStep.RECEIVE: lambda: case_answers.receive(
                case_id=case.pk, arrived=arrived, by=SHOP
            ),
        }
        self.do(steps[step])

    @there_is("cases")
    @rule(which=WHICH, step=st.sampled_from(OF_READERS), proof=st.booleans())
    def go_on_with_a_case(self, which: int, step: CaseStep, proof: bool) -> None:
        pk = self.pick("cases", which).pk
        steps: dict[str, Any] = {
            CaseStep.TAKE_OFFER: lambda: cases.take_offer(case_id=pk, by=READER),
            CaseStep.REFUSE_OFFER: lambda: cases.refuse_offer(case_id=pk, by=READER),
            CaseStep.POST: lambda: cases.post_back(
                case_id=pk, carrier="DHL", proof=proof, by=READER
            ),
            CaseStep.CANCEL: lambda: cases.cancel(case_id=pk, by=READER),
        }
        self.do(steps[step])

    @there_is("cases")
    @rule(which=WHICH, side=st.sampled_from([READER, SHOP, STAFF]))
    def escalate(self, which: int, side: By) -> None:
        pk = self.pick("cases", which).pk
        self.do(lambda: cases.escalate(case_id=pk, words="Please", by=side))

    @there_is("cases")
    @rule(which=WHICH, ruling=st.sampled_from(Ruling), pence=st.none() | PENCE)
    def decide(self, which: int, ruling: str, pence: int | None) -> None:
        case: Case = self.pick("cases", which)
        if case.status != CaseStatus.ESCALATED:
            self.do(lambda: cases.escalate(case_id=case.pk, words="Please", by=STAFF))
        amount = None if pence is None else gbp(pence)
        self.do(
            lambda: case_rulings.decide(
                case_id=case.pk, ruling=ruling, amount=amount, words="So be it", by=STAFF
            )
        )

    @there_is("posted")
    @rule(which=WHICH, pence=PENCE)
    def apologise(self, which: int, pence: int) -> None:
        pk = self.pick("posted", which)
        self.do(
            lambda: goodwill.give(seller_order_id=pk, amount=gbp(pence), words="Sorry", by=SHOP)
        )

    # ---- refunds and banks ----

    @there_is("refunds")
    @rule(which=WHICH, state=st.sampled_from(["succeeded", "failed"]))
    def refund_ends(self, which: int, state: str) -> None:
        there = self.pick("refunds", which)
        self.do(lambda: bank.end_refund(key=there.key, state=state))

    @rule()
    def try_refunds_again(self) -> None:
        for refund in Refund.objects.filter(status="failed").order_by("pk"):
            self.do(lambda refund=refund: refund_settling.retry(refund_id=refund.pk, actor=None))

    @there_is("paid")
    @rule(which=WHICH, share=st.sampled_from([1, 2, 3, 1000]))
    def bank_takes_back(self, which: int, share: int) -> None:
        there: SandboxPayment = self.pick("paid", which)
        taken = SandboxDispute.objects.filter(payment=there).exclude(status="won")
        left = there.amount_minor - sum(taken.values_list("amount_minor", flat=True))
        if left:
            amount = max(1, left // share)
            self.do(lambda: bank.dispute(reference=there.reference, amount_minor=amount))

    @there_is("disputes")
    @rule(which=WHICH, won=st.booleans())
    def bank_decides(self, which: int, won: bool) -> None:
        there = self.pick("disputes", which)
        self.do(lambda: bank.decide_dispute(reference=there.reference, won=won))

    # ---- shops are paid ----

    @rule(which=st.integers(0, 1), freed=st.booleans())
    def pay_a_shop(self, which: int, freed: bool) -> None:
        if freed:
            self.do(payouts.free_reserves)
        shop = self.street.shops[which]
        self.do(lambda: payouts.make_for(seller=shop, currency="GBP"))

    @there_is("payouts")
    @rule(sent=st.sampled_from(["sent", "sent", "withdrawn"]))
    def send_a_file(self, sent: str) -> None:
        batch = self.do(lambda: payout_batches.make(currency="GBP", actor=None))
        if batch is None:
            return
        step = payout_batches.sent if sent == "sent" else payout_batches.withdraw
        self.do(lambda: step(batch_id=batch.pk, actor=None))

    @there_is("batches")
    @rule(which=WHICH, paid=st.booleans())
    def bank_answers_a_file(self, which: int, paid: bool) -> None:
        pk = self.pick("batches", which).pk
        if paid:
            self.do(lambda: payout_batches.paid(batch_id=pk))
        else:
            self.do(lambda: payout_batches.refused(batch_id=pk, reason="No", actor=None))

    @there_is("payouts")
    @rule(which=WHICH, step=st.sampled_from(["completed", "failed", "retry", "give up"]))
    def payout_goes_on(self, which: int, step: str) -> None:
        payout = self.pick("payouts", which)
        known: dict[str, Any] = {"payout_id": payout.pk, "attempt": payout.attempt}
        if step == "retry":
            self.do(lambda: paying_out.retry(payout_id=payout.pk, actor=None))
        elif step == "give up":
            self.do(lambda: paying_out.failed(**known, problem="Account closed"))
            self.do(lambda: paying_out.give_up(payout_id=payout.pk, reason="Closed", actor=None))
        elif step == "failed":
            self.do(lambda: paying_out.failed(**known, problem="Account closed"))
        else:
            self.do(lambda: paying_out.completed(**known))

    @rule()
    def end_the_bank_s_day(self) -> None:
        self.pass_days(1)
        self.do(lambda: sandbox_day.settle(day=self.day))
