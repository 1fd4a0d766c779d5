"""The money of a year of demo sales: brought forward into the ledger, settled, and paid out to the shops."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from books4all.demo.history import Rows
from books4all.lib.money import Money, total
from orders.constants import AccountKind, EntryKind, PayoutStatus, SettlementKind
from orders.models import (
    CommissionRule,
    LedgerAccount,
    Parts,
    Payment,
    Payout,
    PayoutItem,
    PayoutRun,
    Posting,
    ProviderSettlement,
    SellerOrder,
    SettlementLine,
    ShipmentLine,
)
from orders.selectors.paperwork.months import Month
from orders.selectors.payouts import open_postings
from orders.services import documents, ledger, month_documents, payout_accounts, postings
from orders.services.ledger import History

# How often shops were paid, and how long a bank took.
PAYDAYS, BANK = timedelta(days=28), timedelta(days=2)
# What comes to less waited (pence).
LEAST = 1000


def add_rules() -> None:
    """Write what the marketplace charges: less for what costs much."""
    CommissionRule.objects.create(
        position=1,
        name="Rare and fine",
        price_from_minor=20_000,
        percent_bp=600,
    )
    CommissionRule.objects.create(
        position=2, name="Standard", percent_bp=1000, floor_minor=20, of_delivery=False
    )


def bring_forward(rows: Rows, now: datetime) -> None:
    """Post what happened to the money of past orders when it happened, and pay the shops on paydays."""
    with ledger.brought_forward() as history:
        for payment in rows.payments:
            history.at = payment.captured_at
            postings.captured(payment)
        _earnings(rows, history)
        days = _paydays(rows, now)
        for before, day in pairwise(days):
            history.write(until=day)
            _settle([p for p in rows.payments if before <= _when(p) < day], day, history)
            _pay(day, history)
            history.write(until=day)
            _stamp()
    PayoutRun.objects.create(day=now.date())
    documents.ask_for_missing()
    # What every shop is billed, and how its account stood: as on the first of this month.
    month_documents.ask_for_month(month=Month.of(now.date()).previous)


def _when(payment: Payment) -> datetime:
    assert payment.captured_at is not None
    return payment.captured_at


def _paydays(rows: Rows, now: datetime) -> list[datetime]:
    """Return the paydays of the year, the last one a week ago: what was ready since waits."""
    first = min(_when(payment) for payment in rows.payments)
    days = [now - timedelta(days=7)]
    while days[-1] > first:
        days.append(days[-1] - PAYDAYS)
    return days[::-1]


def _earnings(rows: Rows, history: History) -> None:
    """Post what each parcel earned, and what was ready once its order was completed."""
    lines: dict[object, list[ShipmentLine]] = defaultdict(list)
    for line in rows.shipment_lines:
        lines[line.shipment_id].append(line)
    earned: dict[object, Money] = {}
    for shipment in rows.shipments:
        part = shipment.seller_order
        parts = sum((line.parts for line in lines[shipment.pk]), start=Parts())
        share = postings.share_of(part, parts + part.delivery_parts)
        history.at = shipment.shipped_at
        postings.fulfilled(part, source=f"shipment:{shipment.pk}", share=share)
        earned[part.pk] = share.seller
    for part in rows.seller_orders:
        _release(part, earned, history)


def _release(part: SellerOrder, earned: dict[object, Money], history: History) -> None:
    if part.completed_at is not None:
        history.at = part.completed_at
        postings.released(part, amount=earned[part.pk])


def _settle(payments: list[Payment], day: datetime, history: History) -> None:
    """Have the provider pay in what it had collected, less 1.4% and 20p a payment."""
    if not payments:
        return
    fees = {payment.pk: payment.amount_minor * 14 // 1000 + 20 for payment in payments}
    gross = total((payment.amount for payment in payments), "GBP")
    kept = Money(sum(fees.values()), "GBP")
    settlement = ProviderSettlement.objects.create(
        provider="sandbox",
        reference=f"demo_{day:%Y%m%d}",
        paid_on=day.date(),
        currency="GBP",
        net_minor=(gross - kept).minor,
        fee_minor=kept.minor,
        arrived_at=day,
        created_at=day,
    )
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=settlement,
            reference=payment.reference,
            about=payment.reference,
            kind=SettlementKind.CHARGE,
            amount_minor=payment.amount_minor,
            fee_minor=fees[payment.pk],
            currency="GBP",
            payment=payment,
        )
        for payment in payments
    )
    history.at = day
    postings.settled(source=f"settlement:{settlement.pk}", paid_in=gross - kept, fees=kept)


def _pay(day: datetime, history: History) -> None:
    """Pay every shop all that is ready."""
    accounts = LedgerAccount.objects.filter(kind=AccountKind.SELLER_AVAILABLE)
    for account in accounts.select_related("seller").order_by("pk"):
        lines = list(open_postings(account).values_list("pk", "amount_minor"))
        due = -sum(amount for _pk, amount in lines)
        to = payout_accounts.current(seller=account.seller) if account.seller else None
        if due < LEAST or to is None or account.seller is None:
            continue
        payout = Payout.objects.create(
            seller=account.seller,
            account=to,
            status=PayoutStatus.COMPLETED,
            amount_minor=due,
            currency="GBP",
            sent_at=day,
            completed_at=day + BANK,
            created_at=day,
        )
        PayoutItem.objects.bulk_create(PayoutItem(posting_id=pk, payout=payout) for pk, _n in lines)
        history.at = day
        postings.payout_made(payout=payout.pk, seller=account.seller, amount=payout.amount)
        history.at = day + BANK
        postings.payout_paid(payout=payout.pk, amount=payout.amount)


def _stamp() -> None:
    """Stamp what payouts themselves did to what was ready as theirs."""
    made = Posting.objects.filter(
        entry__kind=EntryKind.PAYOUT_MADE,
        account__kind=AccountKind.SELLER_AVAILABLE,
        payout_item=None,
    ).select_related("entry")
    payouts = {f"payout:{payout.pk}": payout for payout in Payout.objects.all()}
    PayoutItem.objects.bulk_create(
        PayoutItem(posting=posting, payout=payouts[posting.entry.source]) for posting in made
    )
