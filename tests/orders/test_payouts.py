"""Paying sellers: what is ready is paid once, debts are taken from it, what fails is tried again."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Seller
from accounts.services import applications
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import PayoutSchedule, PayoutStatus
from orders.errors import ProviderError, ProviderRefusedError
from orders.models import Payout, PayoutAccount, PayoutItem, PayoutRun, PayoutTerms, Posting
from orders.payments import payouts as providers
from orders.selectors.ledger import balance, balances_of_seller
from orders.selectors.ledger_check import ledger_differences
from orders.selectors.money import items_of, paid_lines
from orders.selectors.payouts import Terms, open_amount
from orders.services import paying_out, payout_accounts, payouts
from tests.factories.accounts import SellerDetailsFactory, StaffFactory, UserFactory
from tests.factories.payouts import PayoutTermsFactory, paid_out, payable, ready
from tests.orders.journeys import jobs_waiting
from tests.orders.selling import member_of
from tests.orders.test_ledger import at_once, refused

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def make(seller: Seller) -> Payout | None:
    return payouts.make_for(seller=seller, currency="GBP")


def stands(seller: Seller) -> tuple[int, int]:
    """Return what the seller has ready, and what it owes (below nothing)."""
    has = balances_of_seller(seller, "GBP")
    return has[A.SELLER_AVAILABLE].minor, has[A.SELLER_RECEIVABLE].minor


def sent(payout: Payout) -> Payout:
    """Have a payout on its way, as by a file."""
    paying_out.on_its_way(payout)
    return payout


def test_all_that_is_ready_is_paid_and_stamped() -> None:
    seller = payable()
    ready(seller, 1500)
    ready(seller, 900)
    payout = make(seller)
    at_once()
    assert payout is not None
    assert (payout.amount, payout.status) == (gbp(2400), PayoutStatus.PENDING)
    assert stands(seller) == (0, 0)
    assert balance(A.IN_TRANSIT, "GBP") == gbp(-2400)
    # What was made of the payout itself is stamped with it, so that nothing is left over.
    assert PayoutItem.objects.filter(payout=payout).count() == 3
    assert open_amount(seller, "GBP") == gbp(0)
    assert make(seller) is None


def test_a_posting_is_in_one_payout() -> None:
    first, second = paid_out(), paid_out()
    item = first.items.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutItem.objects.create(posting=item.posting, payout=second)


def test_a_payout_takes_no_other_shop_s_money() -> None:
    payout = paid_out()
    other = ready(payable(), 500).postings.get(account__kind=A.SELLER_AVAILABLE)
    with pytest.raises(IntegrityError, match="not of the seller"), transaction.atomic():
        PayoutItem.objects.create(posting=other, payout=payout)


def test_a_payout_is_what_its_lines_come_to() -> None:
    payout = paid_out()
    with refused("its lines come to"):
        Payout.objects.filter(pk=payout.pk).update(amount_minor=payout.amount_minor + 1)


def test_less_than_the_minimum_waits(settings: Any) -> None:
    seller = payable()
    ready(seller, settings.PAYOUT_MINIMUM_MINOR - 1)
    assert make(seller) is None
    ready(seller, 1)
    payout = make(seller)
    assert payout is not None
    assert payout.amount_minor == settings.PAYOUT_MINIMUM_MINOR


def test_a_shop_may_have_a_minimum_of_its_own() -> None:
    seller = payable()
    PayoutTermsFactory(seller=seller, minimum_minor=0)
    ready(seller, 1)
    assert make(seller) is not None


@pytest.mark.parametrize("terms", [{"on_hold": True}])
def test_on_hold_nothing_is_paid(terms: dict[str, Any]) -> None:
    seller = payable()
    PayoutTermsFactory(seller=seller, **terms)
    ready(seller, 5000)
    assert make(seller) is None


def test_without_an_account_nothing_is_paid() -> None:
    seller = payable()
    ready(seller, 5000)
    type(seller.details).objects.filter(seller=seller).update(account_number="")
    assert make(seller) is None


def test_an_account_without_iban_waits_for_one() -> None:
    details: Any = SellerDetailsFactory(seller__country="US", account_number="1234567")
    ready(details.seller, 5000)
    assert make(details.seller) is None


def test_below_nothing_is_owed_and_taken_from_what_is_earned_next() -> None:
    seller = payable()
    ready(seller, 2000)
    make(seller)
    ready(seller, -1500)
    assert make(seller) is None
    assert stands(seller) == (0, -1500)
    # Told again, nothing changes.
    assert make(seller) is None
    assert stands(seller) == (0, -1500)
    ready(seller, 600)
    assert make(seller) is None
    assert stands(seller) == (0, -900)
    ready(seller, 3000)
    payout = make(seller)
    assert payout is not None
    assert payout.amount == gbp(2100)
    assert stands(seller) == (0, 0)
    # Every line that the payout is of stands on it: debts noted, netted, earnings.
    lines = PayoutItem.objects.filter(payout=payout).exclude(
        posting__entry__kind__startswith="payout"
    )
    assert -sum(item.posting.amount_minor for item in lines) == 2100


def test_a_payout_arrives() -> None:
    payout = sent(paid_out())
    paying_out.completed(payout_id=payout.pk, attempt=1)
    paying_out.completed(payout_id=payout.pk, attempt=1)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.COMPLETED
    assert (balance(A.IN_TRANSIT, "GBP"), balance(A.BANK, "GBP")) == (gbp(0), gbp(-2500))


def test_a_failed_payout_is_tried_again_as_the_same() -> None:
    payout = sent(paid_out())
    first = payout.key
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    assert stands(payout.seller) == (2500, 0)
    # The money is claimed: no other payout takes it.
    assert make(payout.seller) is None
    again = paying_out.retry(payout_id=payout.pk, actor=None)
    assert (again.pk, again.attempt, again.status) == (payout.pk, 2, PayoutStatus.PENDING)
    assert again.key != first
    assert stands(payout.seller) == (0, 0)
    sent(again)
    paying_out.completed(payout_id=payout.pk, attempt=2)
    at_once()
    assert (balance(A.IN_TRANSIT, "GBP"), balance(A.BANK, "GBP")) == (gbp(0), gbp(-2500))


@pytest.mark.parametrize("noted", [False, True])
def test_a_failed_payout_waits_while_its_shop_owes_something(noted: bool) -> None:
    """Paid whole it would pay what a refund has taken from the shop since, which nobody may ever get back."""
    payout = sent(paid_out())
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    ready(payout.seller, -1000)
    if noted:
        # The next day of payouts has made a debt of it.
        assert make(payout.seller) is None
        assert stands(payout.seller) == (2500, -1000)
    with pytest.raises(paying_out.PayoutStateError, match=r"owes £10\.00"):
        paying_out.retry(payout_id=payout.pk, actor=None)
    ready(payout.seller, 999)
    with pytest.raises(paying_out.PayoutStateError, match=r"owes £0\.01"):
        paying_out.retry(payout_id=payout.pk, actor=None)
    ready(payout.seller, 1)
    again = paying_out.retry(payout_id=payout.pk, actor=None)
    assert (again.pk, again.amount) == (payout.pk, gbp(2500))


def test_a_payout_that_would_wait_for_ever_is_given_up(settings: Any) -> None:
    settings.PAYOUT_MINIMUM_MINOR = 0
    payout = sent(paid_out())
    with pytest.raises(paying_out.PayoutStateError, match="given up"):
        paying_out.give_up(payout_id=payout.pk, reason="Closed down", actor=None)
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    ready(payout.seller, -1000)
    assert make(payout.seller) is None
    for _twice in range(2):
        paying_out.give_up(payout_id=payout.pk, reason="Closed down", actor=None)
    at_once()
    assert stands(payout.seller) == (2500, -1000)
    assert open_amount(payout.seller, "GBP") == gbp(2500)
    with pytest.raises(paying_out.PayoutStateError):
        paying_out.retry(payout_id=payout.pk, actor=None)
    # What the shop owes comes off first, and the rest is paid.
    rest = make(payout.seller)
    at_once()
    assert rest is not None
    assert rest.amount == gbp(1500)
    assert stands(payout.seller) == (0, 0)
    lines = [line.amount for line in paid_lines(items_of(rest))]
    assert lines == [gbp(-1000), gbp(1000), gbp(2500), gbp(-1000)]
    assert list(ledger_differences()) == []


def test_staff_give_it_up_and_the_shop_reads_so(client: Client) -> None:
    payout = sent(paid_out())
    act = reverse("admin:orders_payout_act", args=[payout.pk, "give_up"])
    client.force_login(StaffFactory())
    page = client.post(act, {"reason": "x"}).content.decode()
    assert "Only a payout that has failed is given up." in page
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    assert "Give it up" in client.get(act).content.decode()
    page = client.post(act, {"reason": "The shop has closed down"}, follow=True).content.decode()
    assert "given up; its money is ready for the next payout" in page
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.GIVEN_UP
    client.force_login(member_of(payout.seller))
    shop = payout.seller.slug
    page = client.get(reverse("selling:payout", args=[shop, payout.pk])).content.decode()
    assert "Given up" in page
    assert "paid with a later payout" in page
    log = client.get(reverse("selling:activity", args=[shop])).content.decode()
    assert f"gave the payout {payout.number} up" in log


def test_news_of_a_payout_that_was_given_up_is_for_staff_to_look_at() -> None:
    payout = sent(paid_out())
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="No such account")
    paying_out.give_up(payout_id=payout.pk, reason="Closed down", actor=None)
    for step in (paying_out.completed, partial(paying_out.failed, problem="Again")):
        with pytest.raises(paying_out.PayoutStateError, match="Given up"):
            step(payout_id=payout.pk, attempt=1)


def test_a_day_of_payouts_is_done_though_a_failed_one_waits(settings: Any) -> None:
    settings.PAYOUT_ACCOUNT_WAIT_DAYS = 0
    payout = sent(paid_out())
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    payout_accounts.change(
        seller=payout.seller, actor=UserFactory(), holder="H", number="DE89370400440532013000"
    )
    ready(payout.seller, -1000)
    payouts.make_due(today=TUESDAY)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED
    assert PayoutRun.objects.filter(day=TUESDAY).exists()
    ready(payout.seller, 1000)
    payouts.make_due(today=TUESDAY + timedelta(days=1))
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.PENDING


def test_what_comes_back_after_it_was_paid() -> None:
    payout = sent(paid_out())
    paying_out.completed(payout_id=payout.pk, attempt=1)
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    assert (balance(A.IN_TRANSIT, "GBP"), balance(A.BANK, "GBP")) == (gbp(0), gbp(0))
    assert stands(payout.seller) == (2500, 0)


@pytest.mark.parametrize(
    ("step", "arguments"),
    [
        (paying_out.completed, {"attempt": 1}),
        (paying_out.failed, {"attempt": 1, "problem": "x"}),
        (paying_out.retry, {"actor": None}),
    ],
)
def test_what_was_never_sent_neither_arrives_nor_fails(step: Any, arguments: Any) -> None:
    payout = paid_out()
    with pytest.raises(paying_out.PayoutStateError):
        step(payout_id=payout.pk, **arguments)


def test_news_of_an_earlier_try_changes_nothing() -> None:
    payout = sent(paid_out())
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="x")
    sent(paying_out.retry(payout_id=payout.pk, actor=None))
    with pytest.raises(paying_out.PayoutStateError):
        paying_out.completed(payout_id=payout.pk, attempt=1)


# ---- where to ----


def test_a_changed_account_waits() -> None:
    seller, owner = payable(), UserFactory()
    first = payout_accounts.current(seller=seller)
    assert first is not None
    assert not first.waits
    changed = payout_accounts.change(
        seller=seller, actor=owner, holder="Hester Vane", number="DE89 3704 0044 0532 0130 00"
    )
    assert changed.usable_from > timezone.now() + timedelta(days=2)
    ready(seller, 5000)
    assert make(seller) is None
    assert PayoutAccount.objects.filter(seller=seller).count() == 2


def test_an_account_that_was_changed_elsewhere_waits_too() -> None:
    """The steps of the application write the same fact."""
    seller = payable()
    payout_accounts.current(seller=seller)
    applications.set_account(
        seller=seller,
        actor=UserFactory(),
        account_holder="Hester Vane",
        account_number="DE89370400440532013000",
    )
    ready(seller, 5000)
    assert make(seller) is None
    found = payout_accounts.current(seller=seller)
    assert found is not None
    assert (found.number, found.waits) == ("DE89370400440532013000", True)
    assert payout_accounts.current(seller=seller) == found


def test_failed_payouts_go_to_the_account_that_was_given_since(settings: Any) -> None:
    settings.PAYOUT_ACCOUNT_WAIT_DAYS = 0
    payout = sent(paid_out())
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="Account closed")
    payouts.make_due(today=TUESDAY)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED
    payout_accounts.change(
        seller=payout.seller, actor=UserFactory(), holder="H", number="DE89370400440532013000"
    )
    payouts.make_due(today=TUESDAY + timedelta(days=1))
    payout.refresh_from_db()
    assert (payout.status, payout.attempt) == (PayoutStatus.PENDING, 2)
    assert payout.account.number == "DE89370400440532013000"


# ---- when ----


def terms(schedule: PayoutSchedule, weekday: int = 2) -> Terms:
    return Terms(schedule, weekday, gbp(0), 0, 0)


@pytest.mark.parametrize(
    ("given", "after", "until", "falls"),
    [
        (terms(PayoutSchedule.DAILY), 0, 1, True),
        (terms(PayoutSchedule.WEEKLY), -1, 0, True),
        (terms(PayoutSchedule.WEEKLY), 0, 6, False),
        (terms(PayoutSchedule.WEEKLY), 0, 7, True),
        (terms(PayoutSchedule.MONTHLY), 0, 6, False),
        (terms(PayoutSchedule.MONTHLY), 0, 7, True),
        (terms(PayoutSchedule.MONTHLY), -400, 0, True),
    ],
)
def test_days(given: Terms, after: int, until: int, falls: bool) -> None:
    first, last = (TUESDAY + timedelta(days=n) for n in (after, until))
    assert given.falls_between(first, last) is falls


def test_the_next_day() -> None:
    assert terms(PayoutSchedule.WEEKLY).next_day(TUESDAY) == TUESDAY + timedelta(days=7)
    assert terms(PayoutSchedule.MONTHLY).next_day(TUESDAY) == date(2026, 12, 1)


def test_payouts_are_made_on_their_day_and_a_day_that_was_missed_is_made_up_for() -> None:
    seller = payable()
    ready(seller, 5000)
    assert payouts.make_due(today=TUESDAY - timedelta(days=1)) == []
    # The worker was down on Tuesday.
    [payout] = payouts.make_due(today=TUESDAY + timedelta(days=1))
    assert payout.seller == seller
    assert payouts.make_due(today=TUESDAY + timedelta(days=1)) == []
    ready(seller, 5000)
    assert payouts.make_due(today=TUESDAY + timedelta(days=2)) == []
    assert len(payouts.make_due(today=TUESDAY + timedelta(days=7))) == 1


def test_a_shop_may_have_a_day_of_its_own() -> None:
    seller = payable()
    PayoutTerms.objects.create(seller=seller, schedule="daily")
    ready(seller, 5000)
    assert len(payouts.make_due(today=TUESDAY + timedelta(days=3))) == 1


# ---- by a provider ----


class Provider:
    """Somebody who pays, and can be told what to answer."""

    name = "test"

    def __init__(self) -> None:
        self.paid: dict[str, int] = {}
        self.lost = False
        self.refuses = False

    def send(self, order: Any) -> str:
        if self.refuses:
            raise ProviderRefusedError("The account is closed")
        self.paid[order.key] = order.amount.minor
        if self.lost:
            raise ProviderError("no answer")
        return f"tr_{order.key}"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setitem(providers._PROVIDERS, "stripe", made)
    return made


@pytest.fixture
def connected(settings: Any) -> Payout:
    settings.PAYOUT_ACCOUNT_WAIT_DAYS = 0
    seller = payable()
    payout_accounts.use_stripe(seller=seller, actor=UserFactory(), account="acct_123")
    return paid_out(seller)


def test_a_provider_pays_by_itself(provider: Provider, connected: Payout) -> None:
    assert jobs_waiting("orders.send_payout") == 1
    paying_out.send(payout_id=connected.pk)
    paying_out.send(payout_id=connected.pk)
    connected.refresh_from_db()
    assert connected.status == PayoutStatus.COMPLETED
    assert connected.reference == f"tr_{connected.pk.hex}"
    # It leaves what the provider holds for us, not our bank.
    assert balance(A.CLEARING, "GBP") == gbp(-2500)
    assert balance(A.BANK, "GBP") == gbp(0)


def test_an_answer_that_is_lost_costs_nothing_twice(provider: Provider, connected: Payout) -> None:
    provider.lost = True
    with pytest.raises(ProviderError):
        paying_out.send(payout_id=connected.pk)
    provider.lost = False
    done = paying_out.send(payout_id=connected.pk)
    assert done.status == PayoutStatus.COMPLETED
    assert provider.paid == {connected.pk.hex: 2500}


def test_a_provider_that_says_no(provider: Provider, connected: Payout) -> None:
    provider.refuses = True
    done = paying_out.send(payout_id=connected.pk)
    assert (done.status, done.problem) == (PayoutStatus.FAILED, "The account is closed")
    assert stands(connected.seller) == (2500, 0)


def test_the_statement_is_the_postings() -> None:
    """What is claimed and what is open are all there is."""
    seller = payable()
    ready(seller, 4000)
    payout = sent(make(seller))  # type: ignore[arg-type]
    paying_out.failed(payout_id=payout.pk, attempt=1, problem="x")
    ready(seller, -700)
    mine = Posting.objects.filter(account__seller=seller, account__kind=A.SELLER_AVAILABLE)
    claimed = mine.filter(payout_item__isnull=False)
    assert -sum(p.amount_minor for p in claimed) == 4000
    assert open_amount(seller, "GBP") == gbp(-700)
    assert stands(seller) == (3300, 0)


def test_one_shop_that_fails_keeps_no_other_from_being_paid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = payable(), payable()
    for seller in (first, second):
        ready(seller, 2000)
    real = payouts.make_for

    def unwell(*, seller: Seller, currency: str) -> Payout | None:
        if seller == first:
            raise RuntimeError
        return real(seller=seller, currency=currency)

    with monkeypatch.context() as patched:
        patched.setattr(payouts, "make_for", unwell)
        for _hour in range(2):
            payouts.make_due(today=TUESDAY)
    assert [payout.seller for payout in Payout.objects.all()] == [second]
    # The day is not done until everybody has been looked at.
    payouts.make_due(today=TUESDAY)
    assert {payout.seller for payout in Payout.objects.all()} == {first, second}
