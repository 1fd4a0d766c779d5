"""A seller's money as its pages tell it: what stands where, and everything that made it so, line by line.

A line is an entry of the ledger as far as it is the seller's. Lines are in the order of the database's clock,
so that what stood at the end of a day is what its last line says.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.money import Money, total
from orders.constants import AccountKind, EntryKind, PayoutStatus
from orders.models import JournalEntry, Payout, PayoutItem, Posting
from orders.selectors.ledger import balances_of_seller

# Lines that one table of all of them (CSV) has at most.
MOST_LINES = 50_000
_AT_ONCE = 500
_PAYOUT = re.compile(r"payout:([0-9a-f-]{36})(?::\d+)?")

WORDS: dict[str, Promise] = {
    EntryKind.FULFILLED: _("Earned by posting"),
    EntryKind.RELEASED: _("Completed: ready for payout"),
    EntryKind.RESERVE_FREED: _("Reserve freed"),
    EntryKind.REFUNDED_EARNED: _("Given back to the buyer"),
    EntryKind.REFUND_UNDONE: _("Refund that could not be paid"),
    EntryKind.PAYOUT_MADE: _("Payout"),
    EntryKind.PAYOUT_FAILED: _("Payout that failed: ready again"),
    EntryKind.PAYOUT_GIVEN_UP: _("Payout that is not tried again: for the next one"),
    EntryKind.DEBT_NOTED: _("More given back than was ready: owed from here on"),
    EntryKind.DEBT_NETTED: _("What was owed, taken from what was ready"),
    EntryKind.DISPUTE_OPENED: _("Payment disputed by the buyer’s bank: put aside"),
    EntryKind.DISPUTE_LOST: _("Dispute lost"),
    EntryKind.DISPUTE_WON: _("Dispute won: yours again"),
    EntryKind.ADJUSTED: _("Correction"),
}


@dataclass(frozen=True, slots=True)
class Position:
    """What a seller has with the marketplace. ``owed`` is what it owes, nothing or less."""

    waiting: Money
    ready: Money
    reserve: Money
    owed: Money

    @property
    def whole(self) -> Money:
        """All of it together."""
        return self.waiting + self.ready + self.reserve + self.owed


@dataclass(frozen=True, slots=True)
class Period:
    """Lines after ``since`` and before ``until``; None where there is no end."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of_month(cls, first: date) -> "Period":
        """Return the month that ``first`` begins."""
        days = calendar.monthrange(first.year, first.month)[1]
        return cls(_midnight(first), _midnight(first + timedelta(days=days)))

    @classmethod
    def up_to(cls, day: date) -> "Period":
        """Return everything to the end of ``day``."""
        return cls(None, _midnight(day + timedelta(days=1)))

    @property
    def last_moment(self) -> datetime | None:
        """The moment whose balances close the period; None for now."""
        return self.until - timedelta(microseconds=1) if self.until else None

    @property
    def moment_before(self) -> datetime | None:
        """The moment whose balances open the period; None where it has no beginning."""
        return self.since - timedelta(microseconds=1) if self.since else None

    @property
    def q(self) -> Q:
        """The condition on entries."""
        condition = Q()
        if self.since:
            condition &= Q(created_at__gte=self.since)
        if self.until:
            condition &= Q(created_at__lt=self.until)
        return condition


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Something that happened to a seller's money.

    ``moved`` says what it did to each of the accounts, ``change`` what to all of them together,
    ``balance`` what all came to after it.
    """

    entry: JournalEntry
    what: str
    order_number: str
    payout: Payout | None
    moved: Mapping[AccountKind, Money]
    change: Money
    balance: Money

    @property
    def waiting(self) -> Money | None:
        """What it did to what waits."""
        return self.moved.get(AccountKind.SELLER_PENDING)

    @property
    def ready(self) -> Money | None:
        """What it did to what is ready."""
        return self.moved.get(AccountKind.SELLER_AVAILABLE)

    @property
    def reserve(self) -> Money | None:
        """What it did to the reserve."""
        return self.moved.get(AccountKind.SELLER_RESERVE)

    @property
    def owed(self) -> Money | None:
        """What it did to what is owed."""
        return self.moved.get(AccountKind.SELLER_RECEIVABLE)


def position(seller: Seller, currency: str, *, at: datetime | None = None) -> Position:
    """Return what a seller has, now or as of ``at``."""
    has = balances_of_seller(seller, currency, at=at)
    return Position(
        waiting=has[AccountKind.SELLER_PENDING],
        ready=has[AccountKind.SELLER_AVAILABLE],
        reserve=has[AccountKind.SELLER_RESERVE],
        owed=has[AccountKind.SELLER_RECEIVABLE],
    )


def on_the_way(seller: Seller, currency: str) -> Money:
    """Return what has been paid out and has not arrived yet, as far as we know."""
    under_way = Payout.objects.filter(
        seller=seller,
        currency=currency,
        status__in=(PayoutStatus.PENDING, PayoutStatus.PROCESSING),
    )
    return Money(under_way.aggregate(sum=Sum("amount_minor"))["sum"] or 0, currency)


def entries_of(
    seller: Seller, currency: str, period: Period | None = None
) -> QuerySet[JournalEntry]:
    """Return what happened to a seller's money, for ``told``. Order it by ``created_at`` and ``pk``."""
    mine = Posting.objects.filter(
        entry=OuterRef("pk"), account__seller=seller, account__currency=currency
    )
    rows = JournalEntry.objects.filter(Exists(mine)).select_related("order")
    return rows.filter(period.q) if period else rows


def told(seller: Seller, currency: str, entries: Sequence[JournalEntry]) -> list[MoneyLine]:
    """Return neighbouring ``entries`` (the latest first) as lines, with what the seller had after each."""
    if not entries:
        return []
    moved = _moved(seller, currency, entries)
    payouts = _payouts(seller, entries)
    lines, after = [], _after(seller, currency, entries[0])
    for entry in entries:
        change = total(moved[entry.pk].values(), currency)
        lines.append(
            MoneyLine(
                entry=entry,
                what=_words(entry),
                order_number=entry.order.number if entry.order else "",
                payout=payouts.get(_payout_key(entry)),
                moved=moved[entry.pk],
                change=change,
                balance=after,
            )
        )
        after -= change
    return lines


def all_lines(seller: Seller, currency: str, period: Period) -> Iterator[MoneyLine]:
    """Return up to ``MOST_LINES`` lines of a period, the latest first, a few hundred at a time."""
    rows = entries_of(seller, currency, period).order_by("-created_at", "-pk")
    left, last = MOST_LINES, None
    while left > 0:
        page = rows if last is None else rows.filter(_before(last))
        entries = list(page[: min(_AT_ONCE, left)])
        yield from told(seller, currency, entries)
        if len(entries) < _AT_ONCE:
            return
        left, last = left - len(entries), entries[-1]


def months(seller: Seller, currency: str) -> list[date]:
    """Return the months in which something happened to a seller's money, the latest first."""
    rows = entries_of(seller, currency).annotate(month=TruncMonth("created_at"))
    found = rows.order_by("-month").values_list("month", flat=True).distinct()[:120]
    return [month.date() for month in found if month is not None]


def first_day(seller: Seller, currency: str) -> date:
    """Return the day of the first line; today if there is none."""
    first = entries_of(seller, currency).aggregate(first=Min("created_at"))["first"]
    return (first or timezone.now()).date()


def payout_of(seller: Seller, pk: UUID) -> Payout | None:
    """Return a payout of the seller's with where it went; None if there is none."""
    return Payout.objects.filter(seller=seller, pk=pk).select_related("account").first()


def items_of(payout: Payout) -> QuerySet[PayoutItem]:
    """Return the lines that a payout pays, without what was made of the payout itself."""
    return (
        PayoutItem.objects.filter(payout=payout)
        .exclude(posting__entry__source__startswith=f"payout:{payout.pk}")
        .select_related("posting__entry__order", "posting__account")
    )


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of a seller's account that a payout pays."""

    entry: JournalEntry
    what: str
    order_number: str
    amount: Money


def paid_lines(items: Iterable[PayoutItem]) -> list[PaidLine]:
    """Return the lines of a payout as people read them."""
    return [
        PaidLine(
            entry=item.posting.entry,
            what=_words(item.posting.entry),
            order_number=item.posting.entry.order.number if item.posting.entry.order else "",
            amount=item.posting.amount * -1,
        )
        for item in items
    ]


def _moved(
    seller: Seller, currency: str, entries: Sequence[JournalEntry]
) -> dict[int, dict[AccountKind, Money]]:
    rows = Posting.objects.filter(
        entry__in=entries, account__seller=seller, account__currency=currency
    ).values_list("entry_id", "account__kind", "amount_minor")
    moved: dict[int, dict[AccountKind, Money]] = {entry.pk: {} for entry in entries}
    for entry, kind, amount in rows:
        before = moved[entry].get(AccountKind(kind), Money(0, currency))
        moved[entry][AccountKind(kind)] = before - Money(amount, currency)
    return moved


def _after(seller: Seller, currency: str, entry: JournalEntry) -> Money:
    """What the seller had once ``entry`` was written."""
    rows = Posting.objects.filter(account__seller=seller, account__currency=currency).filter(
        Q(entry__created_at__lt=entry.created_at)
        | Q(entry__created_at=entry.created_at, entry__lte=entry.pk)
    )
    return Money(-(rows.aggregate(sum=Sum(F("amount_minor")))["sum"] or 0), currency)


def _before(entry: JournalEntry) -> Q:
    return Q(created_at__lte=entry.created_at) & (
        Q(created_at__lt=entry.created_at) | Q(created_at=entry.created_at, pk__lt=entry.pk)
    )


def _payouts(seller: Seller, entries: Sequence[JournalEntry]) -> dict[UUID | None, Payout]:
    keys = {key for entry in entries if (key := _payout_key(entry))}
    found = Payout.objects.filter(seller=seller, pk__in=keys) if keys else ()
    return {payout.pk: payout for payout in found}


def _payout_key(entry: JournalEntry) -> UUID | None:
    found = _PAYOUT.fullmatch(entry.source)
    return UUID(found[1]) if found else None


def _words(entry: JournalEntry) -> str:
    words = str(WORDS.get(entry.kind) or entry.get_kind_display())
    return f"{words}: {entry.note}" if entry.note else words


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
