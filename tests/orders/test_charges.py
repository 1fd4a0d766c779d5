"""What a payment's money comes to by its provider's messages: a pure function."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.constants import ChargeStatus
from orders.constants import PaymentEventKind as Kind
from orders.selectors.charges import Charges, Told, charges_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def told(*steps: tuple[Kind, int, str]) -> list[Told]:
    """Messages a second apart."""
    return [
        Told(kind, amount, reference, START + timedelta(seconds=n))
        for n, (kind, amount, reference) in enumerate(steps)
    ]


AUTHORISED = (Kind.AUTHORIZATION_SUCCESS, 880, "pi")
CHARGED = (Kind.CHARGE_SUCCESS, 880, "pi")


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([], Charges()),
        ([(Kind.AUTHORIZATION_REQUEST, 880, "pi")], Charges(pending_authorisation=880)),
        ([AUTHORISED], Charges(authorised=880)),
        ([AUTHORISED, (Kind.CHARGE_REQUEST, 880, "pi")], Charges(pending_charge=880)),
        ([AUTHORISED, CHARGED], Charges(charged=880)),
        ([AUTHORISED, (Kind.CANCEL_SUCCESS, 880, "pi")], Charges(cancelled=880)),
        ([AUTHORISED, (Kind.AUTHORIZATION_ADJUSTMENT, 900, "pi")], Charges(authorised=900)),
        ([(Kind.AUTHORIZATION_ADJUSTMENT, 900, "a"), AUTHORISED], Charges(authorised=1780)),
        ([CHARGED, (Kind.REFUND_REQUEST, 80, "re")], Charges(charged=800, pending_refund=80)),
        ([CHARGED, (Kind.REFUND_SUCCESS, 80, "re")], Charges(charged=800, refunded=80)),
        (
            [CHARGED, (Kind.REFUND_REQUEST, 80, "re"), (Kind.REFUND_FAILURE, 80, "re")],
            Charges(charged=880),
        ),
        # A failure before the success is forgiven, one after it counts.
        ([(Kind.CHARGE_FAILURE, 880, "pi"), CHARGED], Charges(charged=880)),
        ([CHARGED, (Kind.REFUND_SUCCESS, 80, "re"), (Kind.REFUND_FAILURE, 80, "re")], Charges(charged=880)),
        # The same said in two ways: it came back once.
        ([CHARGED, (Kind.REFUND_SUCCESS, 80, "re"), (Kind.REFUND_REVERSE, 80, "re")], Charges(charged=880)),
        (
            [CHARGED, (Kind.REFUND_SUCCESS, 80, "re"), (Kind.REFUND_FAILURE, 80, "re"), (Kind.REFUND_REVERSE, 80, "re")],
            Charges(charged=880),
        ),
        ([CHARGED, (Kind.CHARGE_BACK, 880, "dp")], Charges(charged_back=880)),
        ([CHARGED, (Kind.CHARGE_BACK, 880, "dp"), (Kind.CHARGE_SUCCESS, 880, "dp")], Charges(charged=880)),
        ([CHARGED, (Kind.ACTION_REQUIRED, 5, "x")], Charges(charged=880)),
    ],
)  # fmt: skip
def test_amounts(steps: list[tuple[Kind, int, str]], wanted: Charges) -> None:
    assert charges_of(told(*steps)) == wanted


@pytest.mark.parametrize(
    ("charged", "granted", "status"),
    [
        (0, 0, ChargeStatus.NONE),
        (879, 0, ChargeStatus.PARTIAL),
        (880, 0, ChargeStatus.FULL),
        (881, 0, ChargeStatus.OVERCHARGED),
        (880, 80, ChargeStatus.OVERCHARGED),
        (800, 80, ChargeStatus.FULL),
        (0, 880, ChargeStatus.FULL),
        (-880, 0, ChargeStatus.NONE),
    ],
)
def test_status(charged: int, granted: int, status: ChargeStatus) -> None:
    assert Charges(charged=charged).status(total=880, granted=granted) == status


KINDS = st.sampled_from([kind for kind in Kind if kind != Kind.AUTHORIZATION_ADJUSTMENT])
STORIES = st.lists(st.tuples(KINDS, st.integers(1, 9), st.sampled_from(["a", "b"])), max_size=9)


@given(STORIES, st.integers(0, 999))
def test_arrival_order_and_repetition_change_nothing(
    story: list[tuple[Kind, int, str]], seed: int
) -> None:
    messages = told(*story)
    shuffled = messages + messages[::2]
    random.Random(seed).shuffle(shuffled)
    assert charges_of(shuffled) == charges_of(messages)
