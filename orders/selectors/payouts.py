"""Reads about paying sellers: on which terms, when next, how much, and what stands in the way."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum import iban

from accounts.models import Seller, SellerDetails
from books4all.lib.money import Money
from orders.constants import AccountKind, PayoutMethod, PayoutSchedule
from orders.models import (
    LedgerAccount,
    Payout,
    PayoutAccount,
    PayoutItem,
    PayoutTerms,
    Posting,
)
from orders.selectors.ledger import balance


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a seller is paid: its own where agreed, else the marketplace's."""

    schedule: PayoutSchedule
    # 1 Monday, 7 Sunday: where it is paid every week.
    weekday: int
    minimum: Money
    reserve_bp: int
    reserve_days: int
    on_hold: bool = False
    reason: str = ""

    def is_day(self, day: date) -> bool:
        """Whether the seller is paid on ``day``."""
        if self.schedule == PayoutSchedule.MONTHLY:
            return day.day == 1
        return self.schedule == PayoutSchedule.DAILY or day.isoweekday() == self.weekday

    def falls_between(self, after: date, until: date) -> bool:
        """Whether the seller is paid on a day after ``after``, ``until`` included."""
        # A month has a first, whatever lies between: longer gaps need not be counted out.
        days = min((until - after).days, 31)
        return any(self.is_day(until - timedelta(days=n)) for n in range(days))

    def next_day(self, today: date) -> date:
        """Return the next day on which the seller is paid, after ``today``."""
        return next(day for n in range(1, 32) if self.is_day(day := today + timedelta(days=n)))


def terms_of(seller: Seller) -> Terms:
    """Return the terms that a seller is paid on."""
    own = PayoutTerms.objects.filter(seller=seller).first() or PayoutTerms(seller=seller)

    def agreed(value: int | None, usual: int) -> int:
        return usual if value is None else value

    return Terms(
        schedule=PayoutSchedule(own.schedule or settings.PAYOUT_SCHEDULE),
        weekday=agreed(own.weekday, settings.PAYOUT_WEEKDAY),
        minimum=Money(
            agreed(own.minimum_minor, settings.PAYOUT_MINIMUM_MINOR), settings.MARKETPLACE_CURRENCY
        ),
        reserve_bp=agreed(own.reserve_bp, settings.PAYOUT_RESERVE_BP),
        reserve_days=agreed(own.reserve_days, settings.PAYOUT_RESERVE_DAYS),
        on_hold=own.on_hold,
        reason=own.reason,
    )


def account_of(seller: Seller) -> PayoutAccount | None:
    """Return where the seller is paid to; None if it has given no account yet."""
    return PayoutAccount.objects.filter(seller=seller).order_by("-pk").first()


def given_account(seller: Seller) -> PayoutAccount | None:
    """Return where the seller will be paid to by what it has given, written down already or not.

    What was given in its application is taken over (``payout_accounts.current``) when a payout is made.
    """
    rows = list(PayoutAccount.objects.filter(seller=seller).order_by("-pk")[:50])
    last = next((row for row in rows if row.method == PayoutMethod.SEPA), None)
    details = SellerDetails.objects.filter(seller=seller).first()
    if details is None or not (details.account_number and details.account_holder):
        return rows[0] if rows else None
    given = (details.account_holder, details.account_number)
    if last is not None and (last.holder, last.number) == given:
        return rows[0]
    wait = timedelta(days=settings.PAYOUT_ACCOUNT_WAIT_DAYS if rows else 0)
    return PayoutAccount(
        seller=seller, holder=given[0], number=given[1], usable_from=timezone.now() + wait
    )


def obstacle(terms: Terms, account: PayoutAccount | None) -> str:
    """Return in words why the seller can't be paid just now, or nothing."""
    if terms.on_hold:
        return terms.reason or _("Payouts to this shop are on hold.")
    if account is None:
        return _("No account has been given to pay to.")
    if account.waits:
        return _("The account was changed: nothing is paid to it before %(day)s.") % {
            "day": f"{account.usable_from:%-d %B}"
        }
    if account.method == PayoutMethod.SEPA and not iban.is_valid(account.number):
        return _("The account has no IBAN, which our bank needs.")
    return ""


def open_postings(account: LedgerAccount) -> QuerySet[Posting]:
    """Return what no payout has claimed yet, of a seller's account of what is ready."""
    claimed = PayoutItem.objects.filter(posting=OuterRef("pk"))
    return Posting.objects.filter(~Exists(claimed), account=account).order_by("pk")


def open_amount(seller: Seller, currency: str) -> Money:
    """Return what the next payout would come to as things stand, before debts are taken from it."""
    claimed = PayoutItem.objects.filter(posting=OuterRef("pk"))
    rows = Posting.objects.filter(
        ~Exists(claimed),
        account__kind=AccountKind.SELLER_AVAILABLE,
        account__seller=seller,
        account__currency=currency,
    )
    return Money(-(rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0), currency)


def uncovered(payout: Payout) -> str:
    """Return in words why a failed payout waits though its shop could be paid, or nothing.

    Its money is the shop's again and stays claimed by it; what the shop has come to owe beside it, through
    a refund or a dispute, is taken from other earnings first, for a payout is tried again whole.
    """
    owed = balance(AccountKind.SELLER_RECEIVABLE, payout.currency, seller=payout.seller)
    short = owed - open_amount(payout.seller, payout.currency)
    if short.minor <= 0:
        return ""
    message = _(
        "The shop owes %(owed)s by now: this payout waits until its next sales have covered it."
    )
    return message % {"owed": short}


def accounts_with_open_money() -> list[tuple[int, str]]:
    """Return (seller, currency) of all who have something that no payout has claimed."""
    claimed = PayoutItem.objects.filter(posting=OuterRef("pk"))
    rows = (
        Posting.objects.filter(~Exists(claimed), account__kind=AccountKind.SELLER_AVAILABLE)
        .order_by("account__seller", "account__currency")
        .values_list("account__seller", "account__currency")
        .distinct()
    )
    return list(rows)
