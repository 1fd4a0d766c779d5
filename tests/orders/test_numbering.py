"""Numbers of documents under fifty hands at once: no gap, none twice. And without the lock, both."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Seller
from orders.constants import DocumentKind
from orders.models import Document, DocumentSeries
from orders.selectors.paperwork.drafts import Draft
from orders.services import documents, numbering
from tests.factories.accounts import SellerFactory

HANDS = 50


def draft(seller: Seller, n: int) -> Draft:
    """Return a statement: what needs no order, and one for each month."""
    return Draft(
        kind=DocumentKind.STATEMENT,
        issuer=None,
        seller=seller,
        currency="GBP",
        language="en-gb",
        content={"lines": []},
        total=0,
        links={"period": date(2000 + n, 1, 1)},
    )


class ChangedMindError(Exception):
    """Whoever took the number does not want it."""


def at_once(work: Callable[[int], None]) -> list[Exception]:
    """Do ``work`` in fifty threads that begin together, and return what they raised."""
    gate, raised = Barrier(HANDS), []

    def run(n: int) -> None:
        try:
            gate.wait()
            work(n)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n,)) for n in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_fifty_hands_leave_no_gap_and_no_double() -> None:
    seller = SellerFactory()

    def work(n: int) -> None:
        with transaction.atomic():
            documents.write(draft(seller, n))
            if n % 5 == 0:
                raise ChangedMindError

    raised = at_once(work)
    assert {type(error) for error in raised} == {ChangedMindError}
    written = Document.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(written) == list(range(1, HANDS - HANDS // 5 + 1))
    assert DocumentSeries.objects.get().next_number == len(written) + 1
    numbers = list(Document.objects.order_by("sequence").values_list("number", flat=True))
    assert numbers[0].endswith("-00001")
    assert len(set(numbers)) == len(numbers)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_take_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race is real, and what the lock keeps from happening the database refuses."""
    seller = SellerFactory()
    with transaction.atomic():
        documents.write(draft(seller, 99))
    gate = Barrier(HANDS)

    def unlocked(**_kwargs: object) -> tuple[DocumentSeries, int]:
        series = DocumentSeries.objects.get()
        gate.wait()
        number = series.next_number
        DocumentSeries.objects.filter(pk=series.pk).update(next_number=number + 1)
        return series, number

    monkeypatch.setattr(numbering, "take", unlocked)

    def work(n: int) -> None:
        with transaction.atomic():
            documents.write(draft(seller, n))

    raised = at_once(work)
    assert raised
    assert all(isinstance(error, DatabaseError) for error in raised)
    assert Document.objects.count() == HANDS - len(raised) + 1 == 2


@pytest.mark.django_db(transaction=True)
def test_a_number_that_is_taken_and_not_used_is_refused() -> None:
    with pytest.raises(IntegrityError, match="taken and not used"), transaction.atomic():
        numbering.take(issuer=None, kind=DocumentKind.INVOICE, year=2026)
    assert not DocumentSeries.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_issuer_kind_and_year_counts_by_itself() -> None:
    seller, found = SellerFactory(), set()

    def refused() -> None:
        with transaction.atomic():
            for issuer in (seller, None):
                for kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
                    for year in (2026, 2027):
                        series, number = numbering.take(issuer=issuer, kind=kind, year=year)
                        found.add(numbering.written(series, number))
            raise ChangedMindError

    with pytest.raises(ChangedMindError):
        refused()
    assert len(found) == 8
    assert f"INV-{seller.pk}-2026-00001" in found
    assert "CN-2027-00001" in found
