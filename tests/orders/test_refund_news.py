"""Refunds that are under way for a while, fail, come back, and are tried again."""

import pytest
from django.test import Client
from django.urls import reverse

from books4all.lib.errors import ConflictError
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.errors import TransitionError
from orders.models import Order, Refund, SandboxPayment, SandboxRefund
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.ledger import balance
from orders.selectors.payment_amounts import amounts_of
from orders.services import refund_settling, refunds, seller_orders
from orders.services.reconciler import sweep
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, pay_at_the_bank, run_jobs
from tests.orders.test_webhooks import send

pytestmark = pytest.mark.django_db


def sold(behaviour: Behaviour = Behaviour.SUCCESS) -> Order:
    order = at_the_provider(basket_with(ListingFactory()))
    pay_at_the_bank(order, behaviour)
    sweep(grace=-1)
    order.refresh_from_db()
    assert order.status == "placed"
    return order


def given_back(order: Order) -> Refund:
    """The shop can't find the book; the provider is asked."""
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=False, actor=None)
    run_jobs(only=["orders.settle_refund"])
    return Refund.objects.get()


def books() -> tuple[int, int, int]:
    """Held, owed to buyers, and at the provider."""
    kinds = (A.HELD, A.REFUNDS_PAYABLE, A.CLEARING)
    return tuple(balance(kind, "GBP").minor for kind in kinds)  # type: ignore[return-value]


def news(client: Client, refund: Refund, **changes: object) -> int:
    """The provider's message about a refund as it is there now."""
    made = SandboxRefund.objects.select_related("payment").get(key=refund.key)
    for name, value in changes.items():
        setattr(made, name, value)
    body = bank.event_body(made.payment, f"refund.{made.state}", refund=made).encode()
    name = f"evt_{made.state}_{made.amount_minor}_{made.key}"
    return send(client, body, event=name).status_code


def test_under_way_then_paid(client: Client) -> None:
    order = sold(Behaviour.SLOW_REFUND)
    refund = given_back(order)
    assert (refund.status, books()) == ("sent", (0, -880, 880))
    assert amounts_of(order.payment).charges.pending_refund == 880
    bank.end_refund(key=refund.key, state="succeeded")
    for _time in range(2):
        assert news(client, refund) == 204
    refund.refresh_from_db()
    assert (refund.status, books()) == ("settled", (0, 0, 0))
    assert amounts_of(order.payment).charges.refunded == 880


def test_under_way_and_its_message_lost() -> None:
    refund = given_back(sold(Behaviour.SLOW_REFUND))
    bank.end_refund(key=refund.key, state="succeeded")
    sweep(grace=-1)
    refund.refresh_from_db()
    assert refund.status == "settled"


def test_paid_back_and_come_back_then_tried_again(client: Client) -> None:
    order = sold(Behaviour.FAILED_REFUND)
    refund = given_back(order)
    assert (refund.status, books()) == ("settled", (0, 0, 0))
    bank.end_refund(key=refund.key, state="failed")
    assert news(client, refund) == 204
    refund.refresh_from_db()
    assert (refund.status, books()) == ("failed", (0, -880, 880))
    assert amounts_of(order.payment).charges.charged == 880
    SandboxPayment.objects.update(behaviour="")
    again = refund_settling.retry(refund_id=refund.pk, actor=StaffFactory())
    assert (again.attempt, again.key) == (2, f"{refund.pk}.2")
    run_jobs(only=["orders.settle_refund"])
    refund.refresh_from_db()
    assert (refund.status, books()) == ("settled", (0, 0, 0))
    assert amounts_of(order.payment).charges.refunded == 880
    # Late news of the first attempt changes nothing.
    refund.attempt = 1
    assert news(client, refund, state="succeeded") == 204
    refund.refresh_from_db()
    assert (refund.status, books()) == ("settled", (0, 0, 0))


def test_failure_told_before_the_success_is_the_last_word(client: Client) -> None:
    refund = given_back(sold(Behaviour.SLOW_REFUND))
    bank.end_refund(key=refund.key, state="failed")
    assert news(client, refund) == 204
    assert news(client, refund, state="succeeded") == 204
    refund.refresh_from_db()
    assert (refund.status, books()) == ("failed", (0, -880, 880))


@pytest.mark.parametrize("change", [{"amount_minor": 879}, {"key": "nobody"}])
def test_what_does_not_agree_moves_nothing(client: Client, change: dict[str, object]) -> None:
    order = sold(Behaviour.SLOW_REFUND)
    refund = given_back(order)
    assert news(client, refund, state="succeeded", **change) == 204
    refund.refresh_from_db()
    assert (refund.status, books()) == ("sent", (0, -880, 880))
    assert order.events.filter(type="payment_problem").count() == 1
    assert amounts_of(order.payment).charges.refunded == 0


def test_only_what_failed_is_tried_again_and_only_while_its_money_is_there() -> None:
    order = sold(Behaviour.SLOW_REFUND)
    refund = given_back(order)
    with pytest.raises(TransitionError):
        refund_settling.retry(refund_id=refund.pk, actor=None)
    bank.end_refund(key=refund.key, state="failed")
    sweep(grace=-1)
    refunds.ask(payment=order.payment, amount=Money(880, "GBP"), reason="by hand")
    with pytest.raises(ConflictError):
        refund_settling.retry(refund_id=refund.pk, actor=None)


def test_staff_try_again_by_a_button(client: Client) -> None:
    refund = given_back(sold(Behaviour.SLOW_REFUND))
    bank.end_refund(key=refund.key, state="failed")
    sweep(grace=-1)
    client.force_login(StaffFactory())
    page = reverse("admin:orders_refund_change", args=[refund.pk])
    assert "do/retry/" in client.get(page).content.decode()
    client.post(reverse("admin:orders_refund_act", args=[refund.pk, "retry"]), {"confirmed": "1"})
    refund.refresh_from_db()
    assert (refund.status, refund.attempt) == ("pending", 2)
