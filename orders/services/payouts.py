"""Paying sellers: what they earned becomes ready, then payouts are made of it.

A payout and the stamps on what it pays are written in one transaction, under the lock of the seller's
account: a line of it is in one payout, ever. Sending is ``orders.services.paying_out``.
"""

from datetime import date, timedelta

import structlog
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Seller
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind, PayoutMethod, PayoutStatus
from orders.models import (
    JournalEntry,
    LedgerAccount,
    Payout,
    PayoutItem,
    PayoutRun,
    Posting,
    ReserveHold,
    SellerOrder,
)
from orders.selectors.ledger import balance
from orders.selectors.payouts import (
    Terms,
    accounts_with_open_money,
    obstacle,
    open_postings,
    terms_of,
    uncovered,
)
from orders.services import paying_out, payout_accounts, postings
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)

# Rows that one transaction frees of the reserve.
_AT_ONCE = 200


@business_transaction
def release(seller_order: SellerOrder) -> JournalEntry | None:
    """Make what a completed seller order has earned ready for payout, but for the seller's reserve.

    The caller holds the seller order's lock. Again, it releases what was earned since; else nothing.
    """
    currency = seller_order.currency
    mine = Posting.objects.filter(
        entry__seller_order=seller_order, account__kind=AccountKind.SELLER_PENDING
    )
    earned = Money(-(mine.aggregate(sum=Sum("amount_minor"))["sum"] or 0), currency)
    if not earned:
        return None
    terms = terms_of(seller_order.seller)
    # What is below nothing is taken from the seller's other earnings, and nothing of it is kept back.
    reserve = Money(max(0, earned.minor) * terms.reserve_bp // 10_000, currency)
    before = seller_order.entries.filter(kind=EntryKind.RELEASED).count()
    source = f"seller_order:{seller_order.pk}" + (f":{before + 1}" if before else "")
    if reserve:
        ReserveHold.objects.create(
            seller_order=seller_order,
            amount_minor=reserve.minor,
            currency=currency,
            until=timezone.now().date() + timedelta(days=terms.reserve_days),
        )
    return postings.released(seller_order, amount=earned, reserve=reserve, source=source)


def free_reserves(*, today: date | None = None) -> int:
    """Make ready for payout what has been in reserve for long enough; returns how many were."""
    day, freed = today or timezone.now().date(), 0
    while done := _free_some(day):
        freed += done
    return freed


@business_transaction
def _free_some(day: date) -> int:
    held = list(
        ReserveHold.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(freed_at=None, until__lte=day)
        .select_related("seller_order__seller", "seller_order__order")
        .order_by("pk")[:_AT_ONCE]
    )
    now = timezone.now()
    for hold in held:
        postings.reserve_freed(hold.seller_order, source=f"reserve:{hold.pk}", amount=hold.amount)
        hold.freed_at = now
        hold.save(update_fields=["freed_at"])
    return len(held)


def make_due(*, today: date | None = None) -> list[Payout]:
    """Make the payouts of all sellers whose day it is, or was since the last run.

    Each is a transaction of its own, and one that fails holds nobody up; run again, it makes what is
    missing. Not to be called in a transaction.
    """
    day = today or timezone.now().date()
    last = PayoutRun.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None and last >= day:
        return []
    since = last or day - timedelta(days=1)
    made, failed = [], 0
    for seller_id, currency in accounts_with_open_money():
        seller = Seller.objects.get(pk=seller_id)
        if not terms_of(seller).falls_between(since, day):
            continue
        try:
            payout = make_for(seller=seller, currency=currency)
        except Exception:  # one bad account must not keep the others from being paid
            failed += 1
            log.exception("payout_not_made", seller=seller_id, currency=currency)
            continue
        if payout is not None:
            made.append(payout)
    failed += _retry_with_new_accounts()
    if not failed:
        # The day is done; else the next hour's run tries again what is missing.
        PayoutRun.objects.get_or_create(day=day)
    log.info("payouts_made", day=str(day), payouts=len(made), failed=failed)
    return made


@business_transaction
def make_for(*, seller: Seller, currency: str) -> Payout | None:
    """Make a payout of all that is ready, less what the seller owes.

    None when it comes to less than the minimum, or the seller can't be paid now: debts are netted all
    the same.
    """
    account = payout_accounts.current(seller=seller)
    # Whoever makes payouts of this seller waits here; postings don't (their key is not locked).
    ledger = (
        LedgerAccount.objects.select_for_update(no_key=True)
        .filter(kind=AccountKind.SELLER_AVAILABLE, seller=seller, currency=currency)
        .first()
    )
    if ledger is None:
        return None
    _net(ledger, seller)
    lines = list(open_postings(ledger).values_list("pk", "amount_minor"))
    due = Money(-sum(amount for _pk, amount in lines), currency)
    terms = terms_of(seller)
    if obstacle(terms, account) or due.minor < _least(terms, currency):
        return None
    assert account is not None  # no account is an obstacle
    payout = Payout.objects.create(
        seller=seller, account=account, amount_minor=due.minor, currency=currency
    )
    PayoutItem.objects.bulk_create(PayoutItem(posting_id=pk, payout=payout) for pk, _n in lines)
    paying_out.claim(
        payout, postings.payout_made(payout=payout.pk, seller=seller, amount=payout.amount)
    )
    paying_out.tell(payout, "created")
    if account.method == PayoutMethod.STRIPE:
        enqueue("orders.send_payout", payout_id=str(payout.pk))
    return payout


def _least(terms: Terms, currency: str) -> int:
    """The smallest payout, in minor units: at least one. The marketplace's minimum is in its currency."""
    return max(1, terms.minimum.minor if terms.minimum.currency == currency else 1)


def _net(ledger: LedgerAccount, seller: Seller) -> None:
    """Bring what is ready to nothing if it is below, or take from it what the seller owes."""
    currency = ledger.currency
    rows = list(open_postings(ledger).values_list("pk", "amount_minor"))
    if not rows:
        return
    ready = Money(-sum(amount for _pk, amount in rows), currency)
    # The last line is counted in once: what comes after it makes a source of its own.
    source = f"ready:{ledger.pk}:{rows[-1][0]}"
    owed = balance(AccountKind.SELLER_RECEIVABLE, currency, seller=seller)
    if ready.minor < 0:
        postings.debt_noted(source=source, seller=seller, amount=ready * -1)
    elif owed.minor > 0:
        postings.debt_netted(source=source, seller=seller, amount=min(ready, owed))


def _retry_with_new_accounts() -> int:
    """Try failed payouts again whose shops have given another account since; returns how many can't be."""
    stuck = 0
    failed = Payout.objects.filter(status=PayoutStatus.FAILED).select_related("seller", "account")
    for payout in failed.order_by("pk"):
        account = payout_accounts.current(seller=payout.seller)
        if account is not None and account.pk != payout.account_id:
            if obstacle(terms_of(payout.seller), account) or uncovered(payout):
                continue
            try:
                paying_out.retry(payout_id=payout.pk, actor=None)
            except Exception:  # as above
                stuck += 1
                log.exception("payout_not_retried", payout=str(payout.pk))
    return stuck
