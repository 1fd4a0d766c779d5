"""The refund matrix of RULES.md, row by row: a pure function."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.constants import ReturnPostage
from orders.constants import CaseReason
from orders.selectors.refund_matrix import (
    Delivery,
    Facts,
    Limits,
    Terms,
    statutory,
    terms,
    withdrawal_days,
)

LIMITS = Limits(not_arrived=15, claim=30)
EXPECTED = date(2026, 3, 10)
ARRIVED = date(2026, 3, 8)
FACTS = Facts(
    reason=CaseReason.DAMAGED,
    private=False,
    country="GB",
    withdrawal_days=14,
    return_postage=ReturnPostage.BUYER,
    expected=EXPECTED,
    arrived=ARRIVED,
    today=ARRIVED,
)
SHOP, BUYER = ReturnPostage.SELLER, ReturnPostage.BUYER


def row(**changed: object) -> Terms:
    return terms(replace(FACTS, **changed), LIMITS)  # type: ignore[arg-type]


# The rows, quoted from the matrix: why, and what else is so; price is always given back. Then: which
# delivery, whether the book comes back, who pays that, whether the shop may decline, or dispute.
ROWS = [
    ("Not arrived (15 days past estimate): price + shipping",
     {"reason": "not_arrived", "arrived": None, "today": date(2026, 3, 25)},
     (Delivery.WHOLE, False, "", True, False)),
    ("Known to be lost: at once, price + shipping",
     {"reason": "not_arrived", "arrived": None, "lost": True, "today": date(2026, 3, 9)},
     (Delivery.WHOLE, False, "", True, False)),
    ("Damaged: + return shipping",
     {"reason": "damaged"}, (Delivery.WHOLE, True, SHOP, True, False)),
    ("Agreed not-as-described: + return shipping",
     {"reason": "not_as_described"}, (Delivery.WHOLE, True, SHOP, False, True)),
    ("Disputed not-as-described: seller must still accept; price + shipping",
     {"reason": "not_as_described", "agreed": False},
     (Delivery.WHOLE, True, BUYER, False, True)),
    ("Another book, as not-as-described",
     {"reason": "wrong_book"}, (Delivery.WHOLE, True, SHOP, False, True)),
    ("Incomplete, disputed", {"reason": "incomplete", "agreed": False},
     (Delivery.WHOLE, True, BUYER, False, True)),
    ("Changed mind: EU sites add original shipping (standard)",
     {"reason": "changed_mind", "country": "DE"},
     (Delivery.STANDARD, True, BUYER, False, False)),
    ("Changed mind: the same in the United Kingdom; the shop has promised to pay the way back",
     {"reason": "changed_mind", "return_postage": SHOP},
     (Delivery.STANDARD, True, SHOP, False, False)),
    ("Changed mind: optional on .com (price only): the shop's own promise to America",
     {"reason": "changed_mind", "country": "US", "withdrawal_days": 30},
     (Delivery.NONE, True, BUYER, False, False)),
    ("Changed mind: a private person's own promise, price only",
     {"reason": "changed_mind", "private": True}, (Delivery.NONE, True, BUYER, False, False)),
    ("Changed mind, after the law's days but within the shop's: price only",
     {"reason": "changed_mind", "withdrawal_days": 30, "today": ARRIVED + timedelta(days=15)},
     (Delivery.NONE, True, BUYER, False, False)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "facts", "owed"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row(why: str, facts: dict[str, object], owed: tuple[object, ...]) -> None:
    found = row(**facts)
    assert found.may_ask
    assert (
        found.delivery,
        found.needs_return,
        found.return_paid_by,
        found.may_decline,
        found.may_dispute,
    ) == owed


def day(n: int, since: date = ARRIVED) -> date:
    return since + timedelta(days=n)


# Why, the last fact that matters, and whether it may be asked for on the day.
TIMES = [
    ("not_arrived", {"arrived": None, "today": day(14, EXPECTED)}, False),
    ("not_arrived", {"arrived": None, "today": day(15, EXPECTED)}, True),
    # The shop says it has arrived, and the reader that it has not: staff will see.
    ("not_arrived", {"today": day(15, EXPECTED)}, True),
    ("not_arrived", {"arrived": None, "today": day(45, EXPECTED)}, True),
    ("not_arrived", {"arrived": None, "today": day(46, EXPECTED)}, False),
    ("damaged", {"today": day(30)}, True),
    ("damaged", {"today": day(31)}, False),
    # Nobody has said that it came: from when it would count as lost.
    ("damaged", {"arrived": None, "today": day(45, EXPECTED)}, True),
    ("damaged", {"arrived": None, "today": day(46, EXPECTED)}, False),
    ("changed_mind", {"today": day(14)}, True),
    ("changed_mind", {"today": day(15)}, False),
    ("changed_mind", {"withdrawal_days": 30, "today": day(30)}, True),
    ("changed_mind", {"withdrawal_days": 0, "private": True}, False),
]


@pytest.mark.parametrize(("reason", "facts", "may"), TIMES)
def test_in_time(reason: str, facts: dict[str, object], may: bool) -> None:
    assert row(reason=reason, **facts).may_ask is may


@pytest.mark.parametrize(
    ("private", "country", "promised", "days"),
    [
        (False, "GB", 14, 14),
        (False, "FR", 30, 30),
        # Whatever is written down: the law gives fourteen.
        (False, "FR", 0, 14),
        (False, "US", 0, 0),
        (False, "CH", 7, 7),
        (True, "GB", 0, 0),
        (True, "GB", 10, 10),
    ],
)
def test_days_to_change_ones_mind(private: bool, country: str, promised: int, days: int) -> None:
    found = withdrawal_days(private=private, country=country, promised=promised, least=14)
    assert found == days


def test_the_marketplace_may_promise_more_than_the_law() -> None:
    assert withdrawal_days(private=False, country="GB", promised=14, least=21) == 21
    assert withdrawal_days(private=False, country="GB", promised=14, least=0) == 14


def test_the_law_is_that_of_the_reader_and_binds_traders() -> None:
    assert statutory(private=False, country="IE")
    assert not statutory(private=True, country="IE")
    assert not statutory(private=False, country="NO")
