"""Writing to the ledger. Every posting of the marketplace is written by ``post``."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Seller
from books4all.lib.errors import ConflictError
from books4all.lib.money import Money
from orders.constants import AccountKind, EntryKind
from orders.models import GiftCard, JournalEntry, LedgerAccount, Order, Posting, SellerOrder

# Where the entries are noted that are written, while somebody watches.
_watched: ContextVar[list[JournalEntry] | None] = ContextVar("watched", default=None)


class AlreadyPostedError(ConflictError):
    """The source had this effect before, with other amounts."""

    code = "already_posted"


@dataclass(frozen=True, slots=True)
class Leg:
    """What an entry does to one account: a debit (positive) or a credit (negative)."""

    account: AccountKind
    amount: Money
    seller: Seller | None = None
    gift_card: GiftCard | None = None


def debit(
    account: AccountKind,
    amount: Money,
    seller: Seller | None = None,
    *,
    gift_card: GiftCard | None = None,
) -> Leg:
    """Return a leg that takes ``amount`` to the account's debit side."""
    return Leg(account, amount, seller, gift_card)


def credit(
    account: AccountKind,
    amount: Money,
    seller: Seller | None = None,
    *,
    gift_card: GiftCard | None = None,
) -> Leg:
    """Return a leg that takes ``amount`` to the account's credit side."""
    return Leg(account, amount * -1, seller, gift_card)


@contextmanager
def watched() -> Iterator[list[JournalEntry]]:
    """Give the list of the entries that are written inside, in their order."""
    written: list[JournalEntry] = []
    token = _watched.set(written)
    try:
        yield written
    finally:
        _watched.reset(token)


def post(
    *,
    kind: EntryKind,
    source: str,
    legs: Sequence[Leg],
    order: Order | None = None,
    seller_order: SellerOrder | None = None,
    note: str = "",
) -> JournalEntry | None:
    """Write an entry in the transaction of what it is about; the same news told again writes nothing.

    Legs of nothing are left out; None when nothing is left. The database refuses, at the end of the
    transaction, what doesn't balance (IntegrityError).

    Raises:
        AlreadyPostedError: ``source`` had an effect of this ``kind`` before, of other amounts.
    """
    wanted = [leg for leg in legs if leg.amount]
    if not wanted:
        return None
    history = _history.get()
    if history is not None:
        row = JournalEntry(kind=kind, source=source, order=order, seller_order=seller_order)
        history.add(row, wanted)
        return None
    entry, is_new = JournalEntry.objects.get_or_create(
        source=source,
        kind=kind,
        defaults={
            "order": order,
            "seller_order": seller_order,
            "legs": len(wanted),
            "note": note[:200],
        },
    )
    accounts = _accounts(wanted)
    rows = [
        Posting(entry=entry, account=accounts[leg], amount_minor=leg.amount.minor) for leg in wanted
    ]
    if is_new:
        Posting.objects.bulk_create(rows)
        if (watching := _watched.get()) is not None:
            watching.append(entry)
    elif not _are_written(entry, rows):
        message = _("This was posted before with other amounts (%(entry)s).")
        raise AlreadyPostedError(message % {"entry": entry})
    return entry


class History:
    """Entries that are brought in from before, to be written many at once and dated as they happened."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self._entries: list[tuple[JournalEntry, Sequence[Leg]]] = []

    def add(self, entry: JournalEntry, legs: Sequence[Leg]) -> None:
        """Take down an entry of the moment ``at``."""
        entry.legs = len(legs)
        if self.at is not None:
            entry.created_at = self.at
        self._entries.append((entry, legs))

    def write(self, *, until: datetime | None = None) -> None:
        """Write the entries, those ``until`` a moment alone if it is given, in the order of their time."""
        found = sorted(self._entries, key=_moment)
        n = len(found) if until is None else bisect_right(found, until, key=_moment)
        due, self._entries = found[:n], found[n:]
        accounts = _accounts([leg for _entry, legs in due for leg in legs]) if due else {}
        JournalEntry.objects.bulk_create([entry for entry, _legs in due], batch_size=1000)
        Posting.objects.bulk_create(
            (
                Posting(entry=entry, account=accounts[leg], amount_minor=leg.amount.minor)
                for entry, legs in due
                for leg in legs
            ),
            batch_size=2000,
        )


def _moment(pair: tuple[JournalEntry, Sequence[Leg]]) -> datetime:
    return pair[0].created_at


_history: ContextVar[History | None] = ContextVar("history", default=None)


@contextmanager
def brought_forward() -> Iterator[History]:
    """Collect what is posted inside, so that a history brought in from elsewhere keeps its dates.

    ``at`` is the moment of what is posted next; ``write`` writes. The database checks the entries as any
    others, so nothing is written twice, and nothing that doesn't balance.
    """
    history = History()
    token = _history.set(history)
    try:
        yield history
        history.write()
    finally:
        _history.reset(token)


def _accounts(legs: Sequence[Leg]) -> dict[Leg, LedgerAccount]:
    """Return the account of each leg; one that is needed for the first time is opened."""

    def key(leg: Leg) -> tuple[str, int | None, UUID | None, str]:
        seller = leg.seller.pk if leg.seller else None
        card = leg.gift_card.pk if leg.gift_card else None
        return str(leg.account), seller, card, leg.amount.currency

    wanted = dict.fromkeys(key(leg) for leg in legs)
    known = {
        (account.kind, account.seller_id, account.gift_card_id, account.currency): account
        for account in LedgerAccount.objects.filter(
            reduce(
                or_,
                (
                    Q(kind=kind, seller=seller, gift_card=card, currency=currency)
                    for kind, seller, card, currency in wanted
                ),
            )
        )
    }
    for leg in legs:
        if key(leg) not in known:
            known[key(leg)] = LedgerAccount.objects.get_or_create(
                kind=leg.account,
                seller=leg.seller,
                gift_card=leg.gift_card,
                currency=leg.amount.currency,
            )[0]
    return {leg: known[key(leg)] for leg in legs}


def _are_written(entry: JournalEntry, rows: Sequence[Posting]) -> bool:
    written = entry.postings.values_list("account_id", "amount_minor")
    return sorted(written) == sorted((row.account_id, row.amount_minor) for row in rows)
