"""What a bank's statement says, whatever file it came in."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from books4all.lib.errors import DomainError
from books4all.lib.money import Money

# A statement of a year of a busy account is smaller; what is larger is none.
MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 50_000


class StatementError(DomainError):
    """The file is no statement that can be read; the message says where, and what to do."""

    code = "statement"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Money that was booked on an account of ours: in (positive) or out (negative).

    ``key`` is unique within the account: the same file read twice gives the same keys.
    """

    booked_on: date
    amount: Money
    # What the payer gave along for the payee (ISO 20022 EndToEndId); ours of payments that we made.
    end_to_end: str = ""
    text: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    # The bank's own name for the booking.
    bank_reference: str = ""
    # Whether it is a payment of ours that has come back.
    returned: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one account, in the order of the file. Balances where the file tells them."""

    account: str
    lines: Sequence[StatementLine]
    name: str = ""
    opening: Money | None = None
    closing: Money | None = None

    @property
    def adds_up(self) -> bool:
        """Whether the lines lead from the opening balance to the closing one; True if not told."""
        if self.opening is None or self.closing is None:
            return True
        moved = sum(line.amount.minor for line in self.lines)
        return self.opening.minor + moved == self.closing.minor


def with_keys(lines: Iterable[StatementLine]) -> list[StatementLine]:
    """Return ``lines`` with their keys: a hash of what the bank said, and which of its like it is.

    A file has whole days, so that lines which are alike in everything keep their numbers.
    """
    seen: Counter[str] = Counter()
    keyed = []
    for line in lines:
        digest = _digest(line)
        seen[digest] += 1
        keyed.append(replace(line, key=f"{digest}-{seen[digest]}"))
    return keyed


def _digest(line: StatementLine) -> str:
    # A bank may word the rest anew from file to file, but not its own reference.
    said = (
        (line.bank_reference,)
        if line.bank_reference
        else (line.end_to_end, line.text, line.counterparty, line.counterparty_account)
    )
    parts = (line.booked_on.isoformat(), str(line.amount.minor), line.amount.currency, *said)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def minor_units(amount: Decimal, currency: str) -> Money:
    """Return an amount in major units as ``Money``.

    Raises:
        ValueError: it has more digits than the currency, or more than any account.
    """
    scaled = amount.scaleb(Money(0, currency).exponent)
    if not amount.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 10**17:
        msg = f"{amount} is no amount of {currency}"
        raise ValueError(msg)
    return Money(int(scaled), currency)
