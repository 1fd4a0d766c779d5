"""What the bank and the providers say, held against the books: matched to the penny, or left to people."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from books4all.lib.banking.lines import StatementError
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.money import Money
from orders.constants import AccountKind as A
from orders.constants import MatchKind, PayoutStatus
from orders.models import (
    BankLine,
    BankMatch,
    BankStatement,
    Payout,
    PayoutBatch,
    ProviderSettlement,
    SettlementLine,
)
from orders.selectors.ledger import balance
from orders.selectors.reconciliation import ageing, unmatched_lines
from orders.services import (
    matching,
    paying_out,
    payout_batches,
    sandbox_day,
    settlements,
    statements,
)
from tests.banking.files import camt, entry, transfer
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.catalog import ListingFactory
from tests.factories.payouts import BankLineFactory, ProviderSettlementFactory, paid_out, payable
from tests.orders.journeys import placed
from tests.orders.test_ledger import at_once

pytestmark = pytest.mark.django_db
OURS = "GB33BUKB20201555555555"


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def with_the_bank(*payouts: Payout) -> PayoutBatch:
    """Put what waits into a file that the bank has."""
    batch = payout_batches.make(currency="GBP", actor=None)
    payout_batches.sent(batch_id=batch.pk, actor=None)
    for payout in payouts:
        payout.refresh_from_db()
    return batch


def read(*entries: str) -> statements.TakenIn:
    data = camt(*entries, account=OURS, currency="GBP")
    return statements.take_in(data=data, file_name="bank.xml", actor=None)


def booked(minor: int, *, end_to_end: str = "", text: str = "x", back: bool = False) -> str:
    """Return an entry of our bank: out below nothing."""
    side = "DBIT" if minor < 0 else "CRDT"
    details = transfer(end_to_end=end_to_end, text=text, more="<RtrInf/>" if back else "")
    amount = f"{abs(minor) // 100}.{abs(minor) % 100:02}"
    return entry(
        amount, side=side, currency="GBP", details=details, reference=f"{end_to_end}{text}{side}"
    )


# ---- files for the bank ----


def test_a_file_of_what_waits() -> None:
    first, second = paid_out(pence=2500), paid_out(pence=1200)
    batch = payout_batches.make(currency="GBP", actor=None)
    root = etree.fromstring(bytes(batch.file))
    keys = [one.text for one in root.iterfind(".//{*}EndToEndId")]
    assert keys == [first.pk.hex, second.pk.hex]
    assert root.findtext(".//{*}CtrlSum") == "37.00"
    assert root.findtext(".//{*}DbtrAcct//{*}IBAN") == OURS
    assert (batch.count, batch.total) == (2, gbp(3700))
    # They are in it, and nowhere else.
    with pytest.raises(DomainError, match="No payout waits"):
        payout_batches.make(currency="GBP", actor=None)


def test_without_an_account_of_ours_there_is_no_file(settings: Any) -> None:
    settings.PAYOUT_FROM_IBAN = ""
    paid_out()
    with pytest.raises(DomainError, match="PAYOUT_FROM_IBAN"):
        payout_batches.make(currency="GBP", actor=None)


def test_a_file_that_was_withdrawn_frees_its_payouts() -> None:
    payout = paid_out()
    batch = payout_batches.make(currency="GBP", actor=None)
    payout_batches.withdraw(batch_id=batch.pk, actor=None)
    payout.refresh_from_db()
    assert (payout.batch, payout.status) == (None, PayoutStatus.PENDING)
    assert with_the_bank(payout).pk != batch.pk
    assert payout.status == PayoutStatus.PROCESSING


def test_a_file_the_bank_has_is_not_withdrawn() -> None:
    paid_out()
    batch = with_the_bank()
    with pytest.raises(payout_batches.BatchStateError):
        payout_batches.withdraw(batch_id=batch.pk, actor=None)
    with pytest.raises(payout_batches.BatchStateError):
        payout_batches.sent(batch_id=batch.pk, actor=None)


def test_a_file_that_the_bank_turned_down() -> None:
    payout = paid_out()
    batch = with_the_bank(payout)
    payout_batches.refused(batch_id=batch.pk, reason="Wrong version", actor=None)
    payout.refresh_from_db()
    assert (payout.status, payout.problem) == (PayoutStatus.FAILED, "Wrong version")
    again = paying_out.retry(payout_id=payout.pk, actor=None)
    root = etree.fromstring(bytes(payout_batches.make(currency="GBP", actor=None).file))
    assert root.findtext(".//{*}EndToEndId") == f"{again.pk.hex}-2"


# ---- statements ----


def test_a_payout_that_was_paid() -> None:
    payout = paid_out()
    with_the_bank(payout)
    taken = read(booked(-2500, end_to_end=payout.key))
    assert (taken.lines, taken.new, taken.matched) == (1, 1, 1)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.COMPLETED
    match = BankMatch.objects.get()
    assert (match.kind, match.payout, match.entry.kind) == (MatchKind.PAYOUT, payout, "payout_paid")
    assert balance(A.BANK, "GBP") == gbp(-2500)


def test_the_same_file_twice_changes_nothing() -> None:
    payout = paid_out()
    with_the_bank(payout)
    read(booked(-2500, end_to_end=payout.key))
    taken = read(booked(-2500, end_to_end=payout.key))
    assert (taken.new, taken.matched) == (0, 0)
    assert (BankLine.objects.count(), BankStatement.objects.count()) == (1, 2)
    assert balance(A.BANK, "GBP") == gbp(-2500)


def test_a_payout_that_came_back() -> None:
    payout = paid_out()
    with_the_bank(payout)
    read(
        booked(2500, end_to_end=payout.key, text="AC04 ACCOUNT CLOSED", back=True),
        booked(-2500, end_to_end=payout.key),
    )
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED
    assert "AC04 ACCOUNT CLOSED" in payout.problem
    assert (balance(A.BANK, "GBP"), balance(A.IN_TRANSIT, "GBP")) == (gbp(0), gbp(0))
    assert balance(A.SELLER_AVAILABLE, "GBP", seller=payout.seller) == gbp(-2500)


def test_a_payout_is_known_by_its_number_where_the_bank_drops_the_key() -> None:
    payout = paid_out()
    with_the_bank(payout)
    assert read(booked(-2500, text=f"BOOKS4ALL {payout.number}")).matched == 1


@pytest.mark.parametrize("off", [-2501, -2499, 2500])
def test_what_does_not_fit_to_the_penny_waits(off: int) -> None:
    payout = paid_out()
    with_the_bank(payout)
    assert read(booked(off, end_to_end=payout.key)).matched == 0
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.PROCESSING
    assert unmatched_lines().count() == 1


def test_a_file_that_the_bank_books_as_one() -> None:
    first, second = paid_out(pence=2500), paid_out(pence=1200)
    batch = with_the_bank()
    assert read(booked(-3700, text=f"SEPA {batch.message}")).matched == 1
    for payout in (first, second):
        payout.refresh_from_db()
        assert payout.status == PayoutStatus.COMPLETED


def test_another_account_s_statement_is_refused() -> None:
    with pytest.raises(StatementError, match="another account"):
        statements.take_in(data=camt(entry()), file_name="x.xml", actor=None)
    assert BankStatement.objects.count() == 0


def test_a_statement_in_another_currency_is_refused() -> None:
    data = camt(entry(), account=OURS, currency="EUR")
    with pytest.raises(StatementError, match="in EUR, and the marketplace’s books are in GBP"):
        statements.take_in(data=data, file_name="x.xml", actor=None)
    assert BankStatement.objects.count() == 0


# ---- settlements ----


def report(*rows: str, payout: str = "po_1") -> bytes:
    head = (
        "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,currency,gross,"
        "fee,reporting_category,source_id\n"
    )
    return (head + "".join(f"{payout},2026-11-23,{row}\n" for row in rows)).encode()


def test_what_a_provider_paid_in() -> None:
    order = placed(ListingFactory(price_minor=2000))
    total, reference = order.total, order.payment.reference
    data = report(f"txn_1,gbp,{total.amount},0.54,charge,{reference}", "txn_2,gbp,-1.00,0,fee,x")
    [settlement] = settlements.take_in(provider="sandbox", data=data, actor=None)
    assert settlements.take_in(provider="sandbox", data=data, actor=None) == []
    line = SettlementLine.objects.get(kind="charge")
    assert (line.payment, line.problem) == (order.payment, "")
    assert settlement.net == total - gbp(154)
    assert read(booked(settlement.net_minor, text="SANDBOX PO_1")).matched == 1
    assert balance(A.BANK, "GBP") == settlement.net
    assert balance(A.PROVIDER_FEES, "GBP") == gbp(54)
    # What the fee of £1.00 was for is said by nobody: it stands where it left the provider.
    assert balance(A.CLEARING, "GBP") == gbp(100)
    with pytest.raises(ConflictError):
        settlements.arrived(settlement_id=settlement.pk)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("txn_1,gbp,5.00,0,charge,unknown", "No payment of ours"),
        ("txn_1,gbp,-5.00,0,refund,unknown", "No refund of ours"),
        ("txn_1,gbp,5.00,0,moonshine,x", "not known here: moonshine"),
    ],
)
def test_a_movement_that_is_not_ours_waits_and_is_resolved(row: str, problem: str) -> None:
    settlements.take_in(provider="stripe", data=report(row), actor=None)
    line = SettlementLine.objects.get()
    assert problem in line.problem
    actor = UserFactory()
    with pytest.raises(DomainError, match="auditor"):
        settlements.resolve(line_id=line.pk, note=" ", account=None, actor=actor)
    settlements.resolve(line_id=line.pk, note="A test", account=A.LOSSES, actor=actor)
    at_once()
    assert balance(A.CLEARING, "GBP").minor == line.amount_minor
    with pytest.raises(DomainError, match="no open problem"):
        settlements.resolve(line_id=line.pk, note="again", account=None, actor=actor)


def test_a_payment_of_another_amount_is_named() -> None:
    order = placed(ListingFactory(price_minor=2000))
    row = f"txn_1,gbp,1.00,0,charge,{order.payment.reference}"
    settlements.take_in(provider="sandbox", data=report(row), actor=None)
    assert "The payment is of" in SettlementLine.objects.get().problem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n", "no column “automatic_payout_id”"),
        (report("txn_1,gbp,x,0,charge,y"), "Row 2"),
        (report("txn_1,gbp,1.00,0,charge,y", "txn_2,eur,1.00,0,charge,y"), "another currency"),
        (b"\xff\xfe", "not CSV"),
    ],
)
def test_a_report_that_cannot_be_read(data: bytes, said: str) -> None:
    with pytest.raises(StatementError, match=said):
        settlements.take_in(provider="stripe", data=data, actor=None)
    assert ProviderSettlement.objects.count() == 0


def test_two_settlements_of_one_amount_are_not_guessed_at() -> None:
    ProviderSettlementFactory(reference="po_a")
    ProviderSettlementFactory(reference="po_b")
    assert read(booked(2346, text="STRIPE")).matched == 0
    assert read(booked(2346, text="STRIPE PO_B")).matched == 1
    assert ProviderSettlement.objects.get(reference="po_b").arrived_at is not None


# ---- by hand ----


def test_a_line_is_booked_with_a_word_on_why() -> None:
    line, actor = BankLineFactory(amount_minor=-350, text="ACCOUNT FEE"), UserFactory()
    matching.adjust(line_id=line.pk, account=A.LOSSES, note="The bank’s fee", actor=actor)
    at_once()
    match = BankMatch.objects.get()
    assert (match.kind, match.note, match.actor) == (
        MatchKind.ADJUSTMENT,
        "The bank’s fee",
        actor,
    )
    assert (balance(A.BANK, "GBP"), balance(A.LOSSES, "GBP")) == (gbp(-350), gbp(350))
    with pytest.raises(matching.MatchError, match="already"):
        matching.adjust(line_id=line.pk, account=A.LOSSES, note="again", actor=actor)


@pytest.mark.parametrize(
    ("account", "note"), [(A.HELD, "x"), (A.SELLER_AVAILABLE, "x"), (A.LOSSES, " ")]
)
def test_what_is_never_booked_by_hand(account: A, note: str) -> None:
    line = BankLineFactory()
    with pytest.raises(matching.MatchError):
        matching.adjust(line_id=line.pk, account=account, note=note, actor=UserFactory())
    assert unmatched_lines().count() == 1


def test_a_line_is_said_to_be_a_payout() -> None:
    payout, actor = paid_out(), UserFactory()
    with_the_bank(payout)
    line = BankLineFactory(amount_minor=-2500, text="?")
    for number, said in (("NONE-0000", "no payout"), (paid_out(pence=1100).number, "£11.00")):
        with pytest.raises(matching.MatchError, match=said):
            matching.to_payout(line_id=line.pk, number=number, note="", actor=actor)
    matching.to_payout(line_id=line.pk, number=payout.number.lower(), note="seen", actor=actor)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.COMPLETED


def test_a_line_is_said_to_be_a_settlement() -> None:
    settlement, actor = ProviderSettlementFactory(reference="po_x"), UserFactory()
    line = BankLineFactory(amount_minor=2346)
    matching.to_settlement(line_id=line.pk, reference="po_x", note="", actor=actor)
    settlement.refresh_from_db()
    assert settlement.arrived_at is not None
    other = BankLineFactory(amount_minor=1)
    with pytest.raises(matching.MatchError, match=r"£23\.46"):
        matching.to_settlement(line_id=other.pk, reference="po_x", note="", actor=actor)


def test_how_old_what_stands_there_is() -> None:
    payout = paid_out()
    with_the_bank(payout)
    today = timezone.now().date()
    ages = ageing(A.IN_TRANSIT, "GBP", today=today)
    assert (ages[0].days, ages[0].amount.minor) == (1, -2500)
    later = ageing(A.IN_TRANSIT, "GBP", today=today + timedelta(days=5))
    assert [age.amount.minor for age in later] == [0, 0, -2500, 0, 0]
    long = ageing(A.IN_TRANSIT, "GBP", today=today + timedelta(days=50))
    assert (long[-1].days, long[-1].amount) == (None, gbp(-2500))


# ---- the whole of it ----


@pytest.mark.django_db(transaction=True)
def test_a_day_at_the_sandbox() -> None:
    order = placed(ListingFactory(seller=payable(), price_minor=2000))
    payout = paid_out()
    with_the_bank(payout)
    day = date(2026, 11, 23)
    taken = sandbox_day.settle(day=day)
    assert taken is not None
    assert (taken.new, taken.matched) == (2, 2)
    again = sandbox_day.settle(day=day)
    assert again is not None
    assert again.new == 0
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.COMPLETED
    settlement = ProviderSettlement.objects.get()
    assert settlement.net + settlement.fees == order.total
    assert balance(A.CLEARING, "GBP") == gbp(0)
    assert SettlementLine.objects.exclude(problem="").count() == 0


def test_staff_walk_it_in_the_admin(client: Client) -> None:
    client.force_login(StaffFactory())
    payout = paid_out()
    start = client.get(reverse("admin:index")).content.decode()
    assert "Make a file of the payouts that wait: 1" in start
    page = client.post(reverse("admin:orders_payoutbatch_add"), follow=True)
    assert "Download it (XML)" in page.content.decode()
    batch = PayoutBatch.objects.get()
    file = client.get(reverse("admin:orders_payoutbatch_file", args=[batch.pk]))
    assert file["Content-Type"] == "application/xml"
    assert payout.pk.hex in file.content.decode()
    client.post(reverse("admin:orders_payoutbatch_act", args=[batch.pk, "sent"]))
    data = camt(
        booked(-2500, end_to_end=payout.key), booked(900, text="?"), account=OURS, currency="GBP"
    )
    page = client.post(
        reverse("admin:orders_bankstatement_add"),
        {"file": SimpleUploadedFile("bank.xml", data)},
        follow=True,
    )
    text = page.content.decode()
    assert "2 lines, 2 of them new; 1 fitted by themselves." in text
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.COMPLETED
    line = unmatched_lines().get()
    assert "Bank lines that fit nothing" in client.get(reverse("admin:index")).content.decode()
    act = reverse("admin:orders_bankline_act", args=[line.pk, "adjust"])
    client.post(act, {"account": "losses", "note": "Interest"})
    assert unmatched_lines().count() == 0
    wrong = client.post(
        reverse("admin:orders_bankstatement_add"), {"file": SimpleUploadedFile("x", b"<a/>")}
    )
    assert "CAMT.053" in wrong.content.decode()
