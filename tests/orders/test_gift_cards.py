"""Gift cards: accounts of the ledger that buy books."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind, GiftFunding, OrderStatus
from orders.errors import BasketChangedError, CodeRefusedError
from orders.models import GiftCard, GiftCardUse, JournalEntry, Posting
from orders.selectors.baskets import view_of
from orders.selectors.gift_cards import card_with, digest_of
from orders.selectors.ledger import balance
from orders.services import (
    checkout,
    gift_cards,
    payments,
    placing,
    promotions,
    refund_settling,
    seller_orders,
)
from orders.services.ledger import credit, debit, post
from orders.services.seller_orders import Asked
from tests.factories.catalog import ListingFactory
from tests.factories.promotions import GiftCardFactory
from tests.orders.journeys import (
    ADDRESS,
    BUYER,
    at_the_provider,
    basket_with,
    let_time_pass,
    pay_at_the_bank,
    run_jobs,
    total_of,
)
from tests.orders.test_races import at_once

pytestmark = pytest.mark.django_db


def worth(card: GiftCard) -> int:
    """Return what the ledger says is on a card."""
    postings = Posting.objects.filter(account__gift_card=card)
    return -(postings.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def left(card: GiftCard) -> int:
    return GiftCard.objects.get(pk=card.pk).balance_minor


def bought(card: GiftCard, *prices: int) -> Any:
    """Return a basket with books at ``prices`` and the card's code."""
    basket = basket_with(*(ListingFactory(price_minor=price) for price in prices))
    promotions.type_code(basket=basket, code=card.typed)
    return basket


def test_a_code_is_found_however_it_is_typed() -> None:
    card = GiftCardFactory()
    typed = card.typed.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert card_with(typed) == card
    assert card_with("nonsense") is None
    assert card.typed.replace("-", "") not in str(GiftCard.objects.values().get())
    assert card.digest == digest_of(card.typed)


def test_it_is_issued_and_sent() -> None:
    card = GiftCardFactory(initial_minor=2500, recipient="friend@example.org")
    assert worth(card) == left(card) == 2500
    assert balance(AccountKind.BANK, "GBP").minor == 2500
    # Whoever reads the jobs, or the log of them, can't spend.
    waiting = str(list(ProcrastinateJob.objects.values_list("args", flat=True)))
    assert str(card.pk) in waiting
    assert card.typed not in waiting
    run_jobs()
    letter = mail.outbox[-1]
    assert letter.to == ["friend@example.org"]
    assert card.typed in letter.body
    goodwill = GiftCardFactory(funding=GiftFunding.GOODWILL)
    assert balance(AccountKind.GOODWILL, "GBP").minor == goodwill.initial_minor


def test_part_of_an_order_is_paid_with_it() -> None:
    card = GiftCardFactory(initial_minor=500)
    basket = bought(card, 2000)
    quote = view_of(basket, country="GB").quote
    assert (quote.gift, quote.to_pay) == (Money(500, "GBP"), quote.total - Money(500, "GBP"))
    order = at_the_provider(basket)
    assert order.payment.amount_minor == order.total_minor - 500
    assert (left(card), worth(card)) == (0, 500)  # put by, not spent
    pay_at_the_bank(order)
    order = payments.settle(payment_id=order.payment.pk).order
    assert order.status == OrderStatus.PLACED
    assert (left(card), worth(card)) == (0, 0)
    assert -balance(AccountKind.HELD, "GBP").minor == order.total_minor


def test_it_can_pay_all_of_an_order() -> None:
    card = GiftCardFactory(initial_minor=5000)
    basket = bought(card, 2000)
    submitted = checkout.submit(
        basket_id=basket.pk, expected_total=Money(0, "GBP"), address=ADDRESS, buyer=BUYER
    )
    order = submitted.order
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED
    assert order.payment.provider == "nothing"
    assert submitted.page_url.endswith(f"/checkout/return/{order.payment.pk}/")
    assert payments.settle(payment_id=order.payment.pk).order == order
    assert left(card) == worth(card) == 5000 - order.total_minor


def test_an_order_that_is_not_paid_puts_it_back() -> None:
    card = GiftCardFactory(initial_minor=500)
    order = at_the_provider(bought(card, 2000))
    let_time_pass(order)
    payments.expire(order_id=order.pk)
    assert left(card) == worth(card) == 500


def test_an_order_paid_too_late_takes_it_again_or_is_paid_back() -> None:
    for spent, status in ((False, OrderStatus.PLACED), (True, OrderStatus.EXPIRED)):
        card = GiftCardFactory(initial_minor=500)
        order = at_the_provider(bought(card, 2000))
        pay_at_the_bank(order)
        GiftCardUse.objects.filter(card=card)  # the money is on its way while the order expires
        _expire_here(order)
        if spent:
            GiftCard.objects.filter(pk=card.pk).update(balance_minor=0)
        assert payments.settle(payment_id=order.payment.pk).order.status == status
        assert order.payment.refunds.exists() == spent


def _expire_here(order: Any) -> None:
    """Expire an order without asking its provider, as one that lost its messages does."""
    payment = order.payment
    placing.expire(payments.locked(payment.pk))
    type(payment).objects.filter(pk=payment.pk).update(status="pending")


def test_what_a_refund_gives_back_goes_where_it_came_from(client: Client) -> None:
    card = GiftCardFactory(initial_minor=1500)
    order = at_the_provider(bought(card, 1000, 1000))
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    paid = order.payment.amount_minor
    for part in order.seller_orders.all():
        seller_orders.cancel(seller_order_id=part.pk, reason="Lost", restock=False, actor=None)
    given = list(order.payment.refunds.order_by("created_at"))
    assert sum(r.amount_minor for r in given) == order.total_minor
    assert sum(r.gift_minor for r in given) == 1500
    assert sum(r.from_provider.minor for r in given) == paid
    assert left(card) == worth(card) == 1500
    for refund in given:
        refund_settling.settle(refund_id=refund.pk)
    for kind in (AccountKind.HELD, AccountKind.REFUNDS_PAYABLE, AccountKind.CLEARING):
        assert balance(kind, "GBP").minor == 0, kind
    page = client.get(order.get_absolute_url()).content.decode()
    assert f"Given back: {Money(paid, 'GBP')}" in page
    assert "Back on your gift card: £15.00" in page
    assert "On its way back" not in page


def test_copies_that_were_given_away_can_be_refused() -> None:
    from tests.factories.promotions import PromotionFactory

    PromotionFactory(code="", percent_bp=10_000)
    listing = ListingFactory(price_minor=1000)
    order = at_the_provider(basket_with(listing))
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    part = order.seller_orders.get()
    refusal = seller_orders.refuse(
        seller_order_id=part.pk, reason="not_found", restock=False, asked=Asked(None)
    )
    assert refusal.refund.amount_minor == order.delivery_minor
    assert balance(AccountKind.HELD, "GBP").minor == 0
    assert balance(AccountKind.PROMOTIONS, "GBP").minor == 0


def test_what_comes_back_to_an_expired_card_is_written_off_on_the_same_day_too() -> None:
    card = GiftCardFactory(initial_minor=500)
    GiftCard.objects.filter(pk=card.pk).update(expires_at=timezone.now())
    for n in range(2):
        gift_cards.expire(card=card)
        card.refresh_from_db()
        assert card.balance_minor == 0
        # As a refund of what it had paid puts it back.
        post(
            kind=EntryKind.ADJUSTED,
            source=f"back:{n}",
            legs=[
                debit(AccountKind.REFUNDS_PAYABLE, Money(500, "GBP")),
                credit(AccountKind.GIFT_CARDS, Money(500, "GBP"), gift_card=card),
            ],
        )
        GiftCard.objects.filter(pk=card.pk).update(balance_minor=500)
    gift_cards.expire(card=card)
    assert JournalEntry.objects.filter(kind=EntryKind.GIFT_EXPIRED).count() == 3
    assert worth(card) == 0


def test_a_blocked_or_expired_card_pays_nothing() -> None:
    blocked, old = GiftCardFactory(), GiftCardFactory(expires_at=timezone.now() + timedelta(days=1))
    gift_cards.block(card=blocked, blocked=True, actor=None)
    GiftCard.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    basket = basket_with(ListingFactory())
    for card in (blocked, old):
        with pytest.raises(CodeRefusedError):
            promotions.type_code(basket=basket, code=card.typed)
    gift_cards.expire_all()
    assert (left(old), worth(old)) == (0, 0)
    assert left(blocked) == worth(blocked) == 2000
    gift_cards.expire(card=old)


@pytest.mark.parametrize(
    "wrong", [{"worth": Money(0, "GBP")}, {"expires_at": timezone.now() - timedelta(days=1)}]
)
def test_a_card_without_sense_is_not_issued(wrong: dict[str, Any]) -> None:
    asked = {"worth": Money(100, "GBP"), "funding": GiftFunding.SOLD, "actor": None, **wrong}
    with pytest.raises(DomainError):
        gift_cards.issue(**asked)
    assert not GiftCard.objects.exists()


def _rush(card: GiftCard, buyers: int) -> list[Any]:
    works = []
    for _n in range(buyers):
        basket = bought(card, 2000)
        shown = total_of(basket)
        works.append(
            lambda basket=basket, shown=shown: checkout.prepare(
                basket_id=basket.pk, expected_total=shown, address=ADDRESS, buyer=BUYER
            )
        )
    return at_once(works)


@pytest.mark.django_db(transaction=True)
def test_a_card_is_never_spent_twice() -> None:
    card = GiftCardFactory(initial_minor=1000)
    results = _rush(card, 6)
    assert sum(isinstance(r, BasketChangedError) for r in results) == 5, results
    assert left(card) == 0
    assert GiftCardUse.objects.get().amount_minor == 1000


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_database_stands_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.db import IntegrityError

    card = GiftCardFactory(initial_minor=1000)
    seen = {card.pk: GiftCard.objects.get(pk=card.pk)}
    monkeypatch.setattr(gift_cards, "_locked", lambda _cards: seen)
    results = _rush(card, 4)
    assert any(isinstance(r, IntegrityError) for r in results), results
    assert left(card) == 0
