"""Reads of the ledger: balances as of any moment."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import QuerySet, Sum

from accounts.models import Seller
from books4all.lib.money import Money
from orders.constants import AccountKind
from orders.models import LedgerAccount, Posting

# What the seller sees of its accounts: credits are what it has.
OF_SELLER = (
    AccountKind.SELLER_PENDING,
    AccountKind.SELLER_AVAILABLE,
    AccountKind.SELLER_RESERVE,
    AccountKind.SELLER_RECEIVABLE,
)


def _until(postings: QuerySet[Posting], at: datetime | None) -> QuerySet[Posting]:
    return postings if at is None else postings.filter(entry__created_at__lte=at)


def balance(
    kind: AccountKind, currency: str, *, seller: Seller | None = None, at: datetime | None = None
) -> Money:
    """Return what an account holds, debits positive, now or as of ``at``."""
    postings = Posting.objects.filter(
        account__kind=kind, account__seller=seller, account__currency=currency
    )
    return Money(_until(postings, at).aggregate(sum=Sum("amount_minor"))["sum"] or 0, currency)


def balances_of_seller(
    seller: Seller, currency: str, *, at: datetime | None = None
) -> Mapping[AccountKind, Money]:
    """Return what a seller has in each of its accounts, credits positive (a debt is negative)."""
    postings = Posting.objects.filter(account__seller=seller, account__currency=currency)
    sums = dict(
        _until(postings, at)
        .order_by()
        .values_list("account__kind")
        .annotate(sum=Sum("amount_minor"))
    )
    return {kind: Money(-sums.get(kind, 0), currency) for kind in OF_SELLER}


def month_ends(
    account: LedgerAccount, now: datetime, *, months: int = 12
) -> list[tuple[date, Money]]:
    """Return what ``account`` held at the ends of the last ``months`` months (UTC), the latest first."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_MONTH_ENDS, {"account": account.pk, "first": first, "months": months})
        return [(day, Money(int(sum_), account.currency)) for day, sum_ in cursor.fetchall()]


# One pass over the account: sums by month, then their running sum.
_MONTH_ENDS = """
WITH ends AS (
    SELECT %(first)s::timestamptz AT TIME ZONE 'UTC' - make_interval(months => n) AS month_end
    FROM generate_series(0, %(months)s - 1) n
), sums AS (
    SELECT date_trunc('month', e.created_at AT TIME ZONE 'UTC') AS month, sum(p.amount_minor) AS total
    FROM orders_posting p JOIN orders_journalentry e ON e.id = p.entry_id
    WHERE p.account_id = %(account)s
    GROUP BY 1
)
SELECT (month_end - interval '1 day')::date,
    coalesce((SELECT sum(total) FROM sums WHERE month < month_end), 0)
FROM ends ORDER BY 1 DESC
"""
