"""Payments that a buyer's bank takes back: opened, answered, won and lost, before and after posting."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orders.constants import AccountKind as A
from orders.errors import TransitionError
from orders.models import Dispute, Order, SandboxDispute, SellerOrder
from orders.payments.sandbox import bank
from orders.selectors.ledger import balance
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.order_check import order_differences
from orders.selectors.payment_amounts import amounts_of
from orders.selectors.stock_check import stock_differences
from orders.services import evidence, seller_orders
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed, run_jobs
from tests.orders.test_webhooks import send

pytestmark = pytest.mark.django_db
OF_SELLERS = {A.SELLER_PENDING, A.SELLER_AVAILABLE, A.SELLER_RESERVE}


def books(order: Order) -> dict[str, int]:
    """What is not nothing on the accounts; of sellers, all together."""
    sellers = [part.seller for part in order.seller_orders.all()]
    found = {}
    for kind in A:
        of = sellers if kind in OF_SELLERS else [None]
        found[kind.value] = sum(balance(kind, "GBP", seller=seller).minor for seller in of)
    return {kind: amount for kind, amount in found.items() if amount}


@pytest.fixture
def tell(client: Client) -> Callable[..., None]:
    """Deliver what the bank says of a dispute now."""

    def deliver(reference: str, **changes: Any) -> None:
        found = SandboxDispute.objects.select_related("payment").get(reference=reference)
        for name, value in changes.items():
            setattr(found, name, value)
        body = bank.event_body(found.payment, f"dispute.{found.status}", dispute=found).encode()
        name = f"evt_{found.status}_{found.amount_minor}_{reference}"[:100]
        assert send(client, body, event=name).status_code == 204

    return deliver


def sold(*, posted: bool, shops: int = 1) -> Order:
    order = placed(*(ListingFactory(seller=SellerFactory()) for _n in range(shops)))
    if posted:
        for part in order.seller_orders.all():
            seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    return order


def taken_back(order: Order, tell: Callable[..., None], amount: int | None = None) -> str:
    made = bank.dispute(reference=order.payment.reference, amount_minor=amount)
    for _time in range(2):
        tell(made.reference)
    return made.reference


def decided(reference: str, tell: Callable[..., None], *, won: bool) -> Dispute:
    bank.decide_dispute(reference=reference, won=won)
    for _time in range(2):
        tell(reference)
    return Dispute.objects.get()


def test_posted_and_lost(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    before = books(order)
    reference = taken_back(order, tell)
    assert books(order) == {"disputes": 880, "seller_reserve": before["seller_pending"]} | {
        kind: amount for kind, amount in before.items() if kind in ("commission", "fee_tax")
    }
    assert amounts_of(order.payment).charges.charged_back == 880
    dispute = decided(reference, tell, won=False)
    assert (dispute.status, books(order)) == ("lost", {})


def test_posted_and_won(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    before = books(order)
    reference = taken_back(order, tell)
    dispute = decided(reference, tell, won=True)
    assert (dispute.status, books(order)) == ("won", before)
    assert amounts_of(order.payment).charges.charged == 880


def test_completed_orders_lose_what_is_ready_for_payout(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    order.seller_orders.update(status="completed")
    taken_back(order, tell)
    assert books(order)["seller_reserve"] == -books(order)["seller_available"]


def test_of_what_is_posted_the_letter_asks_for_proof(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    taken_back(order, tell)
    run_jobs(only=["orders.send_mail"])
    letter = mail.outbox[-1]
    assert letter.subject == f"The payment for order {order.number} is disputed"
    assert "proof of postage" in letter.body
    assert "don’t post" not in letter.body


def test_not_posted_yet_is_held_back_and_called_off(tell: Callable[..., None]) -> None:
    order = sold(posted=False)
    part = order.seller_orders.get()
    reference = taken_back(order, tell)
    assert books(order) == {"disputes": 880, "held": -880}
    with pytest.raises(TransitionError, match="Don’t post"):
        seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    run_jobs(only=["orders.send_mail"])
    assert [m for m in mail.outbox if m.to == [part.seller.email] and "don’t post" in m.subject]
    decided(reference, tell, won=False)
    part.refresh_from_db()
    assert (part.status, books(order)) == ("cancelled", {})
    listing = part.lines.get().listing
    listing.refresh_from_db()
    assert listing.on_hand == 1
    assert stock_differences() == []
    run_jobs(only=["orders.send_mail"])
    assert [m for m in mail.outbox if m.to == [part.seller.email] and "is lost" in m.subject]


def test_won_before_posting_is_posted_after_all(tell: Callable[..., None]) -> None:
    order = sold(posted=False)
    reference = taken_back(order, tell)
    decided(reference, tell, won=True)
    part = order.seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    assert "held" not in books(order)


def test_divided_between_shops_to_the_penny(tell: Callable[..., None]) -> None:
    order = sold(posted=False, shops=3)
    taken_back(order, tell, amount=1001)
    parts = Dispute.objects.get().parts.all()
    assert sorted(part.paid_minor for part in parts) == [333, 334, 334]
    assert books(order)["disputes"] == 1001


def test_a_part_that_is_lost_is_not_the_shops_loss_before_it_posts(
    tell: Callable[..., None],
) -> None:
    order = sold(posted=False)
    reference = taken_back(order, tell, amount=500)
    decided(reference, tell, won=False)
    assert books(order) == {"clearing": 380, "held": -880, "losses": 500}
    part = order.seller_orders.get()
    # The letter that says what to do with the rest says what is done with the money, too.
    letter = letter_to(part)
    assert "Please post what is not on its way yet" in letter
    assert "paid in full" in letter
    assert "called off" not in letter
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)


def letter_to(part: SellerOrder) -> str:
    """Return the last letter that the shop got."""
    run_jobs(only=["orders.send_mail"])
    return str([m.body for m in mail.outbox if m.to == [part.seller.email]][-1])


@pytest.mark.parametrize("won", [True, False])
def test_nothing_is_posted_before_all_is_decided(tell: Callable[..., None], won: bool) -> None:
    order = sold(posted=False)
    part = order.seller_orders.get()
    first = taken_back(order, tell, amount=300)
    second = taken_back(order, tell, amount=200)
    bank.decide_dispute(reference=first, won=won)
    tell(first)
    assert "has not decided about all of it" in letter_to(part)
    with pytest.raises(TransitionError, match="Don’t post"):
        seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    bank.decide_dispute(reference=second, won=True)
    tell(second)
    assert "Please post" in letter_to(part)
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    assert [*ledger_differences(), *order_differences()] == []


@pytest.mark.parametrize("first_lost_at_once", [True, False])
def test_lost_bit_by_bit_an_order_ends_with_the_last(
    tell: Callable[..., None], first_lost_at_once: bool
) -> None:
    order = sold(posted=False)
    first = taken_back(order, tell, amount=500)
    if first_lost_at_once:
        bank.decide_dispute(reference=first, won=False)
        tell(first)
    second = taken_back(order, tell, amount=380)
    for reference in (second, first):
        bank.decide_dispute(reference=reference, won=False)
        tell(reference)
    assert (order.seller_orders.get().status, books(order)) == ("cancelled", {})
    assert stock_differences() == []


def test_what_a_bank_kept_of_copies_that_are_refused_is_not_given_back_again(
    tell: Callable[..., None],
) -> None:
    order = sold(posted=False)
    reference = taken_back(order, tell, amount=700)
    decided(reference, tell, won=False)
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)
    run_jobs(only=["orders.settle_refund"])
    assert (order.payment.refunds.get().amount_minor, books(order)) == (180, {})
    assert [*ledger_differences(), *order_differences()] == []


def test_what_was_given_back_before_is_the_marketplaces_loss(tell: Callable[..., None]) -> None:
    order = sold(posted=False)
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)
    run_jobs(only=["orders.settle_refund"])
    reference = taken_back(order, tell)
    dispute = decided(reference, tell, won=False)
    assert (dispute.own_minor, books(order)) == (880, {"clearing": -880, "losses": 880})


def test_the_last_word_may_come_first_and_counts_once(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    reference = bank.dispute(reference=order.payment.reference).reference
    tell(reference, status="lost")
    tell(reference, status="opened")
    tell(reference, status="won")
    assert (Dispute.objects.get().status, books(order)) == ("lost", {})


def test_more_than_was_paid_is_not_believed(tell: Callable[..., None]) -> None:
    order = sold(posted=True)
    reference = bank.dispute(reference=order.payment.reference).reference
    tell(reference, amount_minor=881)
    assert not Dispute.objects.exists()
    assert order.events.filter(type="payment_problem").count() == 1


def test_answered_by_staff_with_a_paper(
    client: Client, tell: Callable[..., None], settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    order = sold(posted=True)
    reference = taken_back(order, tell)
    dispute = Dispute.objects.get()
    client.force_login(StaffFactory())

    def do(name: str, **data: Any) -> str:
        url = reverse("admin:orders_dispute_act", args=[dispute.pk, name])
        return client.post(url, {"confirmed": "1", **data}, follow=True).content.decode()

    assert "Write the answer first" in do("send")
    do("write", text="Posted on Monday.")
    assert "at most 4 MB" in do("paper", file=SimpleUploadedFile("a.exe", b"MZ"))
    do("paper", file=SimpleUploadedFile("post.pdf", b"%PDF-1.7"))
    do("send")
    dispute.refresh_from_db()
    assert (dispute.status, dispute.evidence_sent_at is not None) == ("under_review", True)
    found = SandboxDispute.objects.get(reference=reference)
    assert found.evidence == "Posted on Monday.\n[post.pdf, 8 bytes]"
    with pytest.raises(TransitionError):
        evidence.send(dispute_id=dispute.pk)
