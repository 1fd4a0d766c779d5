"""Long stories of orders, many of them; and many at once, read while they happen."""

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection

from orders.constants import CaseReason, Ruling
from orders.payments.sandbox.cards import Behaviour
from orders.services import dispute_postings, postings
from tests.orders.life import truths
from tests.orders.life.machine import LifeOfOrders
from tests.orders.life.settling import OF_READERS, OF_SHOPS
from tests.orders.life.street import CODES, COUNTRIES, Street
from tests.orders.life.telling import tell

pytestmark = pytest.mark.proof

STORIES = int(os.environ.get("PROOF_ROUNDS", "1000"))
SECONDS = int(os.environ.get("PROOF_SECONDS", "60"))
WRITERS = 6


class ToTheEnd(LifeOfOrders):
    """Stories that all end with nothing left to be done."""

    always_to_the_end = True


@pytest.mark.django_db(transaction=True)
def test_the_money_adds_up_through_long_stories() -> None:
    tell(ToTheEnd, stories=STORIES, steps=50)


# What every story comes to. The others are found too, where the story is about them.
FORGOTTEN = ("captured", "placed", "fulfilled", "released", "refunded_before_posting",
             "refunded_after_posting", "refund_paid", "refund_undone", "reserve_freed",
             "payout_made", "payout_paid", "payout_failed", "payout_given_up", "dispute_opened", "dispute_lost",
             "dispute_won", "held_dispute_opened", "held_dispute_lost", "held_dispute_won",
             "goodwill", "debt_noted", "debt_netted", "gift_card_expired")  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", FORGOTTEN)
def test_control_a_posting_that_is_forgotten_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = postings if hasattr(postings, name) else dispute_postings
    monkeypatch.setattr(module, name, lambda *_args, **_said: None)
    with pytest.raises(Exception):  # noqa: B017, PT011 by whatever it is found first
        tell(ToTheEnd, stories=400, steps=50)


# ---- many at once, and somebody who reads ----


class Live(LifeOfOrders):
    """Somebody who does this and that, beside others who do."""

    def open(self) -> None:
        self.depth = 0

    def _keep(self, which: str) -> None:
        # Rows that others work on are left for the next round.
        with suppress(AssertionError):
            super()._keep(which)


def _deeds(state: Live, dice: random.Random) -> list[Callable[[], Any]]:
    """Return what may be done next."""

    def some() -> int:
        return dice.randrange(10)

    def either() -> bool:
        return dice.random() < 0.5

    def buy() -> None:
        books = [(n, dice.randrange(1, 3)) for n in dice.sample(range(4), dice.randrange(1, 4))]
        card = dice.choice(["", "", "small", "large", "ends"])
        state.buy(
            books=books, code=dice.choice(CODES), card=card, to=dice.choice(COUNTRIES),
            paid=dice.random() < 0.8, how=dice.choice([Behaviour.SUCCESS, Behaviour.AUTHORIZE]),
        )  # fmt: skip

    there = {
        "pending": lambda: state.come_back(which=some()),
        "unpaid": lambda: state.use_a_card(which=some(), how=dice.choice(list(Behaviour))),
        "placed": lambda: state.accept(which=some()),
        "waiting": dice.choice(
            [
                lambda: state.post(which=some(), first=either()),
                lambda: state.refuse(
                    which=some(), first=either(), restock=either(), reason="not_found"
                ),
                lambda: state.call_off(which=some()),
                lambda: state.ask_for_postage(which=some(), pence=199),
            ]
        ),
        "extras": lambda: state.pay_postage(which=some(), used=True, back=either()),
        "shipped": lambda: state.arrive(which=some()),
        "posted": dice.choice(
            [
                lambda: state.complain(
                    which=some(), reason=dice.choice(list(CaseReason)), all_of_it=either()
                ),
                lambda: state.apologise(which=some(), pence=77),
            ]
        ),
        "cases": dice.choice(
            [
                lambda: state.answer(
                    which=some(), step=dice.choice(OF_SHOPS), pence=350, whole=either()
                ),
                lambda: state.go_on_with_a_case(
                    which=some(), step=dice.choice(OF_READERS), proof=either()
                ),
                lambda: state.decide(which=some(), ruling=dice.choice(list(Ruling)), pence=None),
            ]
        ),
        "refunds": lambda: state.refund_ends(which=some(), state="failed"),
        "paid": lambda: state.bank_takes_back(which=some(), share=dice.choice([1, 3])),
        "disputes": lambda: state.bank_decides(which=some(), won=either()),
        "jobs": lambda: state.work(which=some(), times=2),
        "messages": lambda: state.message_comes(which=some(), times=2, off=0),
        "payouts": lambda: state.payout_goes_on(
            which=some(), step=dice.choice(["completed", "failed", "retry"])
        ),
    }
    always = [
        buy,
        buy,
        lambda: state.house_is_kept(which=dice.choice(["sweep", "keep", "cases"]), times=1),
        lambda: state.pay_a_shop(which=dice.randrange(2), freed=True),
        lambda: state.send_a_file(sent="sent"),
        state.try_refunds_again,
        lambda: state.days_pass(days=dice.choice([1, 8, 22])),
    ]
    return [*always, *(deed for name, deed in there.items() if state.there(name))]


def write(seed: int, until: float, done: list[int], failed: list[BaseException]) -> None:
    """Do this and that until the time is over."""
    state, dice = Live(), random.Random(seed)
    try:
        while time.monotonic() < until and not failed:
            state.seen.clear()
            # A step that moves all rows back in time may stand in somebody's way.
            with suppress(OperationalError, IndexError):
                dice.choice(_deeds(state, dice))()
                done.append(seed)
    except BaseException as error:
        failed.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_whoever_reads_meanwhile_sees_books_that_add_up(settings: Any) -> None:
    settings.MARKETPLACE_VAT_NUMBER, settings.PAYOUT_ACCOUNT_WAIT_DAYS = "GB987654321", 0
    Live.street = Street.opened()
    done: list[int] = []
    failed: list[BaseException] = []
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=write, args=(seed, until, done, failed)) for seed in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    seen = []
    while any(thread.is_alive() for thread in threads):
        seen.append(truths.books())
        time.sleep(0.1)
    if failed:
        raise failed[0]
    assert set(seen) == {(0, "")}
    assert len(done) > SECONDS
    truths.all_of_them(Live.street.shops)
