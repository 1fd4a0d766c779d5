"""What stands between our books and the bank: payouts under way, lines that fit nothing, and how old they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from books4all.lib.money import Money
from orders.constants import AccountKind, BatchStatus, PayoutMethod, PayoutStatus
from orders.models import (
    BankLine,
    BankMatch,
    Payout,
    PayoutBatch,
    Posting,
    ProviderSettlement,
    SettlementLine,
)

# A payout that has not arrived by then is looked at: SEPA allows a bank one working day.
STUCK_AFTER = timedelta(days=4)
# Days by which what stands on an account is sorted: up to so many, then the rest.
AGES = (1, 3, 7, 30)


def failed_payouts() -> QuerySet[Payout]:
    """Return payouts that failed and wait to be tried again."""
    return Payout.objects.filter(status=PayoutStatus.FAILED).select_related("seller")


def stuck_payouts(*, now: datetime | None = None) -> QuerySet[Payout]:
    """Return payouts that were sent long ago and of which nobody has heard since."""
    before = (now or timezone.now()) - STUCK_AFTER
    return Payout.objects.filter(status=PayoutStatus.PROCESSING, sent_at__lt=before).select_related(
        "seller"
    )


def payouts_for_a_file() -> QuerySet[Payout]:
    """Return payouts that wait to be put into a file for the bank."""
    return Payout.objects.filter(
        status=PayoutStatus.PENDING, batch=None, account__method=PayoutMethod.SEPA
    ).select_related("seller")


def batches_to_upload() -> QuerySet[PayoutBatch]:
    """Return files that nobody has said to be with the bank."""
    return PayoutBatch.objects.filter(status=BatchStatus.OPEN).defer("file")


def unmatched_lines() -> QuerySet[BankLine]:
    """Return the bank's lines that nobody knows the meaning of."""
    return BankLine.objects.filter(~Exists(BankMatch.objects.filter(line=OuterRef("pk"))))


def open_settlement_lines() -> QuerySet[SettlementLine]:
    """Return movements in settlements that fit nothing of ours."""
    return SettlementLine.objects.filter(~Q(problem=""), resolved_at=None).select_related(
        "settlement"
    )


@dataclass(frozen=True, slots=True)
class Age:
    """What has stood on an account for up to ``days``; None: for longer than all of them."""

    days: int | None
    amount: Money


def ageing(kind: AccountKind, currency: str, *, today: date | None = None) -> list[Age]:
    """Return how old what stands on an account of the marketplace's is, the youngest first; one query.

    For ``CLEARING``, ``IN_TRANSIT`` and ``REFUNDS_PAYABLE``. What came last is taken to be still there (first
    in, first out): the ages add up to the balance.
    """
    day = today or timezone.now().date()
    # What came to either side of the account in each age: which of them counts, the balance says.
    asked: dict[str, Sum] = {"balance": Sum("amount_minor", default=0)}
    upto = day + timedelta(days=1)
    for days in AGES:
        since = day - timedelta(days=days)
        within = Q(entry__created_at__date__gte=since, entry__created_at__date__lt=upto)
        for side, came in (("debit", Q(amount_minor__gt=0)), ("credit", Q(amount_minor__lt=0))):
            asked[f"{side}{days}"] = Sum("amount_minor", filter=within & came, default=0)
        upto = since
    found = Posting.objects.filter(account__kind=kind, account__currency=currency).aggregate(
        **asked
    )
    balance = int(found["balance"])
    sign = -1 if balance < 0 else 1
    left, ages = abs(balance), []
    for days in AGES:
        part = min(left, abs(int(found[f"{'credit' if sign < 0 else 'debit'}{days}"])))
        ages.append(Age(days, Money(sign * part, currency)))
        left -= part
    return [*ages, Age(None, Money(sign * left, currency))]


def unarrived() -> QuerySet[ProviderSettlement]:
    """Return settlements that providers have told of and no bank statement has."""
    return ProviderSettlement.objects.filter(arrived_at=None).order_by("paid_on", "pk")
