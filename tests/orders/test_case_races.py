"""Two people who settle one case at the same moment: the money goes once."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from books4all.lib.errors import DomainError
from orders.constants import Actor, CaseStatus, EventType, Ruling
from orders.models import Case, OrderEvent, Refund
from orders.services import case_answers, case_clock, case_rulings, case_steps, cases
from orders.services.case_steps import By
from tests.factories.accounts import StaffFactory
from tests.orders.cases import READER, complain, given_back, posted, shop

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[str]:
    """Run ``works`` in threads that begin together; return what each came to: "done" or an error."""
    gate, results = Barrier(len(works)), [""] * len(works)

    def run(n: int, work: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            work()
            results[n] = "done"
        except DomainError as error:
            results[n] = error.code
        except Exception as error:
            results[n] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_the_reader_takes_it_back_while_the_shop_pays() -> None:
    part = posted()
    case, keeper = complain(part), shop(part.seller)
    results = at_once(
        lambda: cases.cancel(case_id=case.pk, by=READER),
        lambda: case_answers.refund(case_id=case.pk, by=keeper),
    )
    assert sorted(results) == ["done", "transition"]
    case.refresh_from_db()
    paid = case.status == CaseStatus.RESOLVED
    assert given_back(part) == (part.total_minor if paid else 0)


def test_two_of_the_staff_decide() -> None:
    part = posted()
    case = complain(part)
    cases.escalate(case_id=case.pk, words="Look.", by=shop(part.seller))

    def decide(ruling: Ruling) -> Callable[[], object]:
        by = By(Actor.STAFF, StaffFactory())
        return lambda: case_rulings.decide(case_id=case.pk, ruling=ruling, words="So.", by=by)

    results = at_once(decide(Ruling.SHOP_PAYS), decide(Ruling.GOODWILL))
    assert sorted(results) == ["done", "transition"]
    assert Refund.objects.count() == 1
    assert given_back(part) == part.total_minor


def test_two_cases_about_one_book_are_one() -> None:
    part = posted()
    results = at_once(lambda: complain(part), lambda: complain(part))
    assert sorted(results) == ["conflict", "done"]
    assert Case.objects.count() == 1


def test_two_clocks_remind_once() -> None:
    case = complain(posted())
    Case.objects.update(answer_by=case.created_at)
    at_once(*[lambda: case_clock.advance(case_id=case.pk)] * 2)
    assert OrderEvent.objects.filter(type=EventType.CASE_REMINDED).count() == 1


def test_without_the_locks_both_would_go_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what the locks are for."""
    gate = Barrier(2)

    def unlocked(case_id: Any) -> Case:
        case = Case.objects.select_related(
            "seller_order__order__payment", "seller_order__seller"
        ).get(pk=case_id)
        gate.wait(10)
        return case

    for module in (cases, case_answers):
        monkeypatch.setattr(module, "locked", unlocked)
    assert case_steps.locked is not unlocked
    part = posted()
    case, keeper = complain(part), shop(part.seller)
    results = at_once(
        lambda: cases.cancel(case_id=case.pk, by=READER),
        lambda: case_answers.refund(case_id=case.pk, by=keeper),
    )
    # Told that it is closed without a refund, and paid.
    assert results == ["done", "done"]
    with transaction.atomic():
        assert given_back(part) == part.total_minor
        types = set(OrderEvent.objects.values_list("type", flat=True))
    assert {EventType.CASE_CANCELLED, EventType.CASE_RESOLVED} <= types
