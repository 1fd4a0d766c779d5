"""Paying by bank transfer: chosen, waited for, received, too little, too much, too late, given back."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from stdnum import iso11649

from books4all.lib.errors import DomainError
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.models import BankTransfer, Order, Refund, TransferReceipt
from orders.payments.transfer.books import reference_of
from orders.selectors.transfers import receipts_to_look_at, refunds_to_send
from orders.services import checkout, payments, seller_orders, transfers
from orders.services.reconciler import sweep
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import ADDRESS, basket_with, let_time_pass, run_jobs, total_of

pytestmark = pytest.mark.django_db
BUYER = checkout.Buyer(email="hester@example.org", provider="transfer")


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.PAYMENT_PROVIDERS = ["sandbox", "transfer"]
    settings.BANK_TRANSFER_IBAN = "GB33BUKB20201555555555"
    settings.BANK_TRANSFER_NAME = "Books4All Ltd"


@pytest.fixture
def order() -> Order:
    basket = basket_with(ListingFactory())
    submitted = checkout.submit(
        basket_id=basket.pk, expected_total=total_of(basket), address=ADDRESS, buyer=BUYER
    )
    return Order.objects.get(pk=submitted.order.pk)


def come(order: Order, pence: int, source: str = "s1", **changes: Any) -> TransferReceipt:
    reference = iso11649.format(order.payment.reference)
    given = {"reference": f"order {reference.lower()} thanks", "amount": Money(pence, "GBP")}
    payer = transfers.Payer("Hester Lamb", "GB29 NWBK 6016 1331 9268 19")
    return transfers.received(**(given | changes), source=source, payer=payer)


def test_chosen_at_checkout_and_kept_for_days(client: Client) -> None:
    basket = basket_with(ListingFactory())
    client.cookies.clear()
    typed = {**ADDRESS, "email": "a@example.org", "total": total_of(basket).minor}
    session = client.session
    session.save()
    page = client.post(
        "/basket/add/",
        {"listing": basket.lines.get().listing_id},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert page.status_code in (200, 302)
    shown = client.get("/checkout/").content.decode()
    assert 'value="transfer"' in shown
    paid = client.post("/checkout/", {**typed, "payment": "transfer"})
    assert "/checkout/transfer/" in paid.url
    told = client.get(paid.url).content.decode()
    order = Order.objects.get()
    assert iso11649.format(order.payment.reference) in told
    assert "GB33 BUKB 2020 1555 5555 55" in told
    left = order.holds.get().expires_at - timezone.now()
    assert 4 < left.total_seconds() / 86400 <= 5
    run_jobs(only=["orders.send_mail"])
    letter = mail.outbox[-1]
    assert "How to pay" in letter.subject
    assert f"Please send {order.total}" in letter.body


def test_received_in_full(order: Order) -> None:
    receipt = come(order, 880)
    assert come(order, 880).pk == receipt.pk
    order.refresh_from_db()
    assert (order.status, receipt.outcome, receipt.left_minor) == ("placed", "matched", 0)
    assert not receipts_to_look_at().exists()


def test_too_little_then_the_rest(order: Order) -> None:
    first = come(order, 800)
    order.refresh_from_db()
    assert (order.status, first.outcome) == ("pending", "short")
    assert come(order, 80, "s2").outcome == "matched"
    order.refresh_from_db()
    first.refresh_from_db()
    assert (order.status, first.outcome) == ("placed", "matched")


@pytest.mark.parametrize(
    ("changes", "outcome", "left"),
    [
        ({"amount": Money(900, "GBP")}, "over", 20),
        ({"amount": Money(880, "EUR")}, "currency", 880),
        ({"reference": "RF00 nothing"}, "unknown", 880),
    ],
)
def test_what_staff_look_at(order: Order, changes: dict[str, Any], outcome: str, left: int) -> None:
    receipt = come(order, 880, **changes)
    assert (receipt.outcome, receipt.left_minor) == (outcome, left)
    assert list(receipts_to_look_at()) == [receipt]
    order.refresh_from_db()
    assert order.status == ("placed" if outcome == "over" else "pending")
    transfers.close_receipt(receipt_id=receipt.pk, note="Sent back", actor=StaffFactory())
    assert not receipts_to_look_at().exists()


def test_paid_twice(order: Order) -> None:
    come(order, 880)
    again = come(order, 880, "s2")
    assert (again.outcome, again.left_minor) == ("again", 880)


def test_staff_find_whose_it_is(order: Order) -> None:
    receipt = come(order, 880, reference="my books")
    staff = StaffFactory()
    with pytest.raises(DomainError):
        transfers.assign(receipt_id=receipt.pk, reference="RF12", actor=staff)
    reference = order.payment.reference
    assert (
        transfers.assign(receipt_id=receipt.pk, reference=reference, actor=staff).outcome
        == "matched"
    )
    order.refresh_from_db()
    assert order.status == "placed"


@pytest.mark.parametrize("still_there", [True, False])
def test_too_late(order: Order, still_there: bool) -> None:
    let_time_pass(order)
    assert payments.expire(order_id=order.pk).status == "expired"
    if not still_there:
        order.seller_orders.get().lines.get().listing.__class__.objects.update(status="withdrawn")
    come(order, 880)
    order.refresh_from_db()
    assert order.status == ("placed" if still_there else "expired")
    assert Refund.objects.count() == (0 if still_there else 1)


def test_given_back_by_hand(order: Order) -> None:
    come(order, 880)
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)
    run_jobs(only=["orders.settle_refund"])
    sweep(grace=-1)
    refund = Refund.objects.get()
    assert refund.status == "sent"
    to_send = refunds_to_send()
    assert [(one.refund, one.name, one.iban) for one in to_send] == [
        (refund, "Hester Lamb", "GB29NWBK60161331926819")
    ]
    assert transfers.refund_paid(refund_id=refund.pk).status == "settled"
    assert refunds_to_send() == []
    assert transfers.refund_bounced(refund_id=refund.pk).status == "failed"


def test_paying_in_another_way_after_all(order: Order) -> None:
    card = checkout.Buyer(email="hester@example.org", provider="sandbox")
    submitted = checkout.submit(
        basket_id=order.basket_id, expected_total=order.total, address=ADDRESS, buyer=card
    )
    assert "/sandbox-pay/" in submitted.page_url
    assert BankTransfer.objects.get().status == "cancelled"


def test_a_way_that_is_not_offered(settings: Any) -> None:
    settings.PAYMENT_PROVIDERS = ["sandbox"]
    basket = basket_with(ListingFactory())
    with pytest.raises(DomainError):
        checkout.submit(
            basket_id=basket.pk, expected_total=total_of(basket), address=ADDRESS, buyer=BUYER
        )


def test_references_are_of_the_standard_and_each_payments_own() -> None:
    keys = [str(uuid7()) for _n in range(2000)]
    references = {reference_of(key) for key in keys}
    assert len(references) == 2000
    assert all(iso11649.is_valid(reference) for reference in references)
    assert reference_of(keys[0]) == reference_of(keys[0])


def test_the_page_after_the_end_says_not_to_pay(order: Order, client: Client) -> None:
    let_time_pass(order)
    payments.expire(order_id=order.pk)
    page = client.get(reverse("orders:transfer", args=[order.payment.pk])).content.decode()
    assert "don’t send the money" in page
    assert client.get(reverse("orders:transfer", args=[uuid7()])).status_code == 404
