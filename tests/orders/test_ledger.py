"""The ledger: it balances, it stays as written, it knows any moment, and news told twice count once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import EntryKind as K
from orders.models import JournalEntry, LedgerAccount, Posting
from orders.selectors.ledger import balance
from orders.services.ledger import AlreadyPostedError, credit, debit, post
from tests.factories.accounts import SellerFactory

pytestmark = pytest.mark.django_db


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def at_once() -> None:
    """Have the deferred rules checked now, as at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(match: str) -> Iterator[None]:
    """Expect the database to refuse, at the end of the transaction, what is done inside."""
    with pytest.raises(IntegrityError, match=match), transaction.atomic():  # noqa: PT012 for others
        yield
        at_once()


def simple(source: str = "test:1", minor: int = 500) -> JournalEntry:
    entry = post(
        kind=K.ADJUSTED, source=source, legs=[debit(A.BANK, gbp(minor)), credit(A.HELD, gbp(minor))]
    )
    assert entry is not None
    return entry


def test_an_entry_that_does_not_balance_is_refused() -> None:
    legs = [debit(A.BANK, gbp(500)), credit(A.HELD, gbp(499))]
    with refused("out of balance"):
        post(kind=K.ADJUSTED, source="x", legs=legs)


def test_currencies_balance_each_for_itself() -> None:
    legs = [debit(A.BANK, gbp(500)), credit(A.HELD, Money(500, "EUR"))]
    with refused("EUR -500"):
        post(kind=K.ADJUSTED, source="x", legs=legs)


def test_legs_added_later_are_refused() -> None:
    """Even those that balance: an entry says how many it has."""
    entry = simple()
    at_once()
    with refused("postings, not the 2"):
        for account, minor in zip(LedgerAccount.objects.all(), (5, -5), strict=True):
            Posting.objects.create(entry=entry, account=account, amount_minor=minor)


def test_an_entry_without_legs_is_refused() -> None:
    with refused("0 postings"):
        JournalEntry.objects.create(kind=K.ADJUSTED, source="x", legs=2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_posting SET amount_minor = amount_minor + 1",
        "DELETE FROM orders_posting",
        "UPDATE orders_journalentry SET note = 'else'",
        "DELETE FROM orders_journalentry",
        "UPDATE orders_ledgeraccount SET kind = 'losses'",
        "DELETE FROM orders_ledgeraccount",
    ],
)
def test_what_is_written_stays(statement: str) -> None:
    simple()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_same_news_twice_is_written_once() -> None:
    assert simple() == simple()
    assert Posting.objects.count() == 2


def test_the_same_source_with_other_amounts_is_a_fault() -> None:
    simple(minor=500)
    with pytest.raises(AlreadyPostedError):
        simple(minor=501)


def test_nothing_is_no_entry() -> None:
    legs = [debit(A.BANK, gbp(0)), credit(A.HELD, gbp(0))]
    assert post(kind=K.ADJUSTED, source="x", legs=legs) is None


def test_balances_as_of_any_moment() -> None:
    simple("a", 500)
    simple("b", 300)
    assert balance(A.BANK, "GBP") == gbp(800)
    assert balance(A.BANK, "GBP", at=timezone.now() - timedelta(minutes=5)) == gbp(0)


def test_a_seller_s_account_is_that_seller_s() -> None:
    with pytest.raises(IntegrityError, match="ledgeraccount_of_seller"), transaction.atomic():
        LedgerAccount.objects.create(kind=A.SELLER_AVAILABLE, currency="GBP")
    with pytest.raises(IntegrityError, match="ledgeraccount_of_seller"), transaction.atomic():
        LedgerAccount.objects.create(kind=A.BANK, seller=SellerFactory(), currency="GBP")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=6))
def test_whatever_balances_is_taken_and_nothing_else(amounts: list[int]) -> None:
    with transaction.atomic():
        legs = [debit(kind, gbp(n)) for kind, n in zip(A, amounts, strict=False)]
        whole = sum(amounts)
        if whole:
            legs.append(credit(A.LOSSES, gbp(whole)))
        if len(legs) >= 2:
            post(kind=K.ADJUSTED, source="x", legs=legs)
            at_once()
            bent = [*legs[:-1], debit(A.GOODWILL, legs[-1].amount + gbp(1))]
            if all(leg.amount for leg in bent):
                post(kind=K.ADJUSTED, source="y", legs=bent)
                with pytest.raises(IntegrityError), transaction.atomic():
                    at_once()
        transaction.set_rollback(True)
