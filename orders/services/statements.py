"""Our bank's statements: read once, whatever file a line comes in, and matched as far as it goes."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.banking import camt053, statement_csv
from books4all.lib.banking.lines import Statement, StatementError
from orders.models import BankLine, BankStatement
from orders.selectors.reconciliation import unmatched_lines
from orders.services import matching
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a file: lines in it, lines that are new, and those of them that fitted."""

    lines: int
    new: int
    matched: int
    adds_up: bool


def take_in(
    *, data: bytes, file_name: str, actor: User | None, account: str = "", currency: str = ""
) -> TakenIn:
    """Read a bank's file (CAMT.053 or CSV) and match its new lines. Not to be called in a transaction.

    ``account`` and ``currency`` are those of a CSV, which does not say; without, the marketplace's own.

    Raises:
        StatementError: the file can't be understood, or is of another account or currency; nothing was taken.
    """
    if camt053.looks_like_one(data):
        statements = camt053.read(data)
    else:
        statements = [
            statement_csv.read(
                data,
                account=account or settings.PAYOUT_FROM_IBAN,
                currency=currency or settings.MARKETPLACE_CURRENCY,
            )
        ]
    own = {settings.PAYOUT_FROM_IBAN, settings.BANK_TRANSFER_IBAN.replace(" ", "")} - {""}
    if own and any(statement.account not in own for statement in statements):
        raise StatementError(_("This is the statement of another account than the marketplace’s."))
    for statement in statements:
        _check_currency(statement)
    rows = [_write(statement=one, file_name=file_name, actor=actor) for one in statements]
    return TakenIn(
        lines=sum(row.line_count for row in rows),
        new=sum(row.new_count for row in rows),
        matched=match_open(),
        adds_up=all(row.adds_up for row in rows),
    )


def _check_currency(statement: Statement) -> None:
    """Refuse a statement of an account in another currency: its amounts would fit what they are not."""
    own = settings.MARKETPLACE_CURRENCY
    other = next((line for line in statement.lines if line.amount.currency != own), None)
    if other is not None:
        message = _(
            "This statement is in %(currency)s, and the marketplace’s books are in %(own)s."
        )
        raise StatementError(message % {"currency": other.amount.currency, "own": own})


@business_transaction
def _write(*, statement: Statement, file_name: str, actor: User | None) -> BankStatement:
    lines = statement.lines
    currency = lines[0].amount.currency if lines else settings.MARKETPLACE_CURRENCY
    known = set(
        BankLine.objects.filter(
            account=statement.account, key__in=[line.key for line in lines]
        ).values_list("key", flat=True)
    )
    new = [line for line in lines if line.key not in known]
    row = BankStatement.objects.create(
        account=statement.account,
        name=statement.name,
        file_name=file_name[-120:],
        currency=currency,
        opening_minor=statement.opening.minor if statement.opening else None,
        closing_minor=statement.closing.minor if statement.closing else None,
        adds_up=statement.adds_up,
        line_count=len(lines),
        new_count=len(new),
        actor=actor,
    )
    # Of two uploads at the same moment one is refused by the database, as a whole.
    BankLine.objects.bulk_create(
        BankLine(
            statement=row,
            account=statement.account,
            key=line.key,
            booked_on=line.booked_on,
            amount_minor=line.amount.minor,
            currency=line.amount.currency,
            end_to_end=line.end_to_end,
            text=line.text,
            counterparty=line.counterparty,
            counterparty_account=line.counterparty_account,
            bank_reference=line.bank_reference,
            returned=line.returned,
        )
        for line in new
    )
    return row


def match_open() -> int:
    """Try the lines again that did not fit before; returns how many do now."""
    # What went out before what came in: a payout is paid before it comes back.
    rows = (
        unmatched_lines().order_by("booked_on", "amount_minor", "pk").values_list("pk", flat=True)
    )
    return sum(_matched(pk) for pk in rows[:5000])


def _matched(line_id: int) -> bool:
    try:
        return matching.match(line_id=line_id) is not None
    except (
        Exception
    ):  # one bad line must not keep the others waiting: it stays in the staff's queue
        log.exception("bank_line_failed", line=line_id)
        return False
