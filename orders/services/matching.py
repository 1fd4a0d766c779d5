"""What the lines of a bank statement turn out to be: found by their references, or said by staff.

Every match that moves money writes a balanced entry, in the transaction of the match. What doesn't fit
to the penny is never guessed at: it waits for somebody to look.
"""

import re
from collections.abc import Callable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError
from books4all.lib.money import Money
from orders.constants import (
    AccountKind,
    BatchStatus,
    EntryKind,
    MatchKind,
    PayoutStatus,
    RefundStatus,
)
from orders.models import (
    BankLine,
    BankMatch,
    JournalEntry,
    Payment,
    Payout,
    PayoutBatch,
    ProviderSettlement,
    Refund,
)
from orders.services import paying_out, payout_batches, postings, settlements, transfers
from orders.services.ledger import credit, debit, post
from orders.services.transactions import business_transaction

_KEY = re.compile(r"([0-9a-f]{32})(?:-(\d{1,4}))?", re.IGNORECASE)
_NUMBER = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


class MatchError(DomainError):
    """A line can't be matched so: it has been, or it is of another amount."""

    code = "match"


@business_transaction
def match(*, line_id: int) -> BankMatch | None:
    """Find out by its references what a line is; None if it waits for somebody to look."""
    line = _locked(line_id)
    if line is None:
        return None
    rules: tuple[Callable[[BankLine], BankMatch | None], ...] = (
        _payout,
        _batch,
        _settlement,
        _order,
        _refund,
    )
    for rule in rules:
        found = rule(line)
        if found is not None:
            found.save(force_insert=True)
            return found
    return None


def _payout(line: BankLine) -> BankMatch | None:
    """A payout by its key, or by its number in the text where a bank drops the key."""
    payout = _payout_named(line)
    if payout is None or abs(line.amount_minor) != payout.amount_minor:
        return None
    if line.amount_minor < 0 and payout.status == PayoutStatus.PROCESSING:
        return _as_paid(line, payout)
    if line.amount_minor > 0 and payout.status == PayoutStatus.COMPLETED:
        return _as_back(line, payout)
    return None


def _payout_named(line: BankLine) -> Payout | None:
    found = _KEY.fullmatch(line.end_to_end)
    named = Q(number__in=_NUMBER.findall(line.text.upper())[:5])
    if found is not None:
        named = Q(pk=UUID(found[1]), attempt=int(found[2] or 1))
    return Payout.objects.filter(named, currency=line.currency).order_by("pk").first()


def _as_paid(line: BankLine, payout: Payout) -> BankMatch:
    done = paying_out.completed(
        payout_id=payout.pk, attempt=payout.attempt, reference=line.bank_reference
    )
    return BankMatch(
        line=line, kind=MatchKind.PAYOUT, payout=done, entry=_entry(done, "payout_paid")
    )


def _as_back(line: BankLine, payout: Payout) -> BankMatch:
    problem = _("It came back from the bank: %(text)s") % {"text": line.text[:200] or "–"}
    done = paying_out.failed(payout_id=payout.pk, attempt=payout.attempt, problem=problem)
    return BankMatch(
        line=line, kind=MatchKind.PAYOUT_BACK, payout=done, entry=_entry(done, "payout_failed")
    )


def _entry(payout: Payout, kind: str) -> JournalEntry | None:
    source = f"payout:{payout.pk}"
    names = (source,) if payout.attempt == 1 else (f"{source}:{payout.attempt}",)
    return JournalEntry.objects.filter(source__in=names, kind=kind).first()


def _batch(line: BankLine) -> BankMatch | None:
    """A whole file in one booking, where the bank books it so all the same."""
    said = f"{line.end_to_end} {line.bank_reference} {line.text}".lower()
    names = re.findall(r"\b[0-9a-f]{32}\b", said)[:5]
    if line.amount_minor >= 0 or not names:
        return None
    batch = (
        PayoutBatch.objects.filter(
            pk__in=[UUID(name) for name in names],
            status=BatchStatus.SENT,
            total_minor=-line.amount_minor,
            currency=line.currency,
        )
        .defer("file")
        .first()
    )
    if batch is None:
        return None
    try:
        payout_batches.paid(batch_id=batch.pk)
    except payout_batches.BatchStateError:
        return None
    return BankMatch(line=line, kind=MatchKind.BATCH, batch=batch)


def _settlement(line: BankLine) -> BankMatch | None:
    """What a provider paid in: by its reference, else the only one of that amount from that provider."""
    open_ones = ProviderSettlement.objects.filter(
        arrived_at=None, net_minor=line.amount_minor, currency=line.currency
    ).order_by("pk")[:20]
    said = f"{line.end_to_end} {line.text} {line.bank_reference}".lower()
    named = [one for one in open_ones if one.reference.lower() in said]
    if not named:
        who = f"{said} {line.counterparty}".lower()
        named = [one for one in open_ones if one.provider.lower() in who]
    if len(named) != 1:
        return None
    return _as_settlement(line, named[0], None)


def _as_settlement(line: BankLine, settlement: ProviderSettlement, actor: User | None) -> BankMatch:
    done = settlements.arrived(settlement_id=settlement.pk, actor=actor)
    return BankMatch(line=line, kind=MatchKind.SETTLEMENT, settlement=done, entry=done.entry)


def _order(line: BankLine) -> BankMatch | None:
    """What a buyer pays by transfer, by the reference they were given. What is left over has its own queue."""
    said = f"{line.end_to_end} {line.text}"
    waited = transfers.waited_for(said) if line.amount_minor > 0 else None
    if waited is None:
        return None
    transfers.received(
        reference=said,
        amount=line.amount,
        source=f"bank_line:{line.pk}",
        payer=transfers.Payer(line.counterparty, line.counterparty_account),
    )
    payment = Payment.objects.filter(pk=waited.key).select_related("order").first()
    order = payment.order if payment else None
    return BankMatch(line=line, kind=MatchKind.ORDER, order=order, entry=_through(line))


def _refund(line: BankLine) -> BankMatch | None:
    """A refund that staff have sent by transfer, by its own id."""
    found = _KEY.fullmatch(line.end_to_end)
    if found is None or line.amount_minor >= 0:
        return None
    refund = Refund.objects.filter(
        pk=UUID(found[1]), payment__provider=transfers.NAME, currency=line.currency
    ).first()
    if refund is None or refund.from_provider != line.amount * -1:
        return None
    return _as_refund(line, refund)


def _as_refund(line: BankLine, refund: Refund) -> BankMatch:
    if refund.status in (RefundStatus.PENDING, RefundStatus.SENT):
        transfers.refund_paid(refund_id=refund.pk)
    return BankMatch(line=line, kind=MatchKind.REFUND, refund=refund, entry=_through(line))


def _through(line: BankLine) -> JournalEntry | None:
    """Book a transfer at our own bank: what stood between us and buyers is in it, or has left it."""
    return postings.settled(
        source=f"bank_line:{line.pk}",
        paid_in=line.amount,
        fees=Money(0, line.currency),
        note=line.text[:200],
    )


# ---- by hand ----


@business_transaction
def to_payout(*, line_id: int, number: str, note: str, actor: User) -> BankMatch:
    """Say that a line is a payout that was paid, or one that has come back.

    Raises:
        MatchError: the line is matched, there is no such payout, or it is of another amount or state.
    """
    line = _open(line_id)
    payout = Payout.objects.filter(number=number.strip().upper()).first()
    if payout is None:
        raise _wrong("number", _("There is no payout with this number."))
    if payout.currency != line.currency or abs(line.amount_minor) != payout.amount_minor:
        raise _wrong("number", _("This payout is of %(amount)s.") % {"amount": payout.amount})
    made = _as_paid(line, payout) if line.amount_minor < 0 else _as_back(line, payout)
    return _said(made, note, actor)


@business_transaction
def to_settlement(*, line_id: int, reference: str, note: str, actor: User) -> BankMatch:
    """Say that a line is what a provider paid in.

    Raises:
        MatchError: the line is matched, there is no such settlement, or it is of another amount.
    """
    line = _open(line_id)
    found = ProviderSettlement.objects.filter(reference=reference.strip()).order_by("pk").first()
    if found is None:
        raise _wrong("reference", _("There is no settlement with this reference."))
    if found.net != line.amount:
        words = _("This settlement is of %(amount)s: upload its report again, or book the line.")
        raise _wrong("reference", words % {"amount": found.net})
    return _said(_as_settlement(line, found, actor), note, actor)


@business_transaction
def to_refund(*, line_id: int, number: str, note: str, actor: User) -> BankMatch:
    """Say that a line is the only open refund by transfer of its amount of the order ``number``.

    Raises:
        MatchError: the line is matched, or no refund, or more than one, would fit.
    """
    line = _open(line_id)
    rows = Refund.objects.filter(
        payment__provider=transfers.NAME,
        payment__order__number=number.strip().upper(),
        status__in=(RefundStatus.PENDING, RefundStatus.SENT, RefundStatus.SETTLED),
        currency=line.currency,
        bank_matches=None,
    )
    fitting = [one for one in rows.order_by("pk")[:50] if one.from_provider == line.amount * -1]
    if len(fitting) != 1:
        raise _wrong("number", _("There is not one refund by transfer of this amount."))
    return _said(_as_refund(line, fitting[0]), note, actor)


# Where staff may book what fits nothing else. What is held for orders and sellers changes by their own
# events alone.
ADJUSTABLE = (
    AccountKind.CLEARING,
    AccountKind.PROVIDER_FEES,
    AccountKind.REFUNDS_PAYABLE,
    AccountKind.DISPUTES,
    AccountKind.COMMISSION,
    AccountKind.FEE_TAX,
    AccountKind.SALES_TAX,
    AccountKind.LOSSES,
    AccountKind.IN_TRANSIT,
)


@business_transaction
def adjust(*, line_id: int, account: AccountKind, note: str, actor: User) -> BankMatch:
    """Book a line between our bank and another of the marketplace's accounts, with a word on why.

    Raises:
        MatchError: the line is matched, there is no note, or the account is not for this.
    """
    line = _open(line_id)
    if account not in ADJUSTABLE:
        raise _wrong("account", _("Nothing is booked to this account by hand."))
    if not note.strip():
        raise _wrong("note", _("Say what it was: the auditor will ask."))
    amount = Money(line.amount_minor, line.currency)
    entry = post(
        kind=EntryKind.ADJUSTED,
        source=f"bank_line:{line.pk}",
        note=note.strip(),
        legs=[debit(AccountKind.BANK, amount), credit(account, amount)],
    )
    return _said(BankMatch(line=line, kind=MatchKind.ADJUSTMENT, entry=entry), note, actor)


def _said(made: BankMatch, note: str, actor: User) -> BankMatch:
    made.note, made.actor = note.strip()[:200], actor
    made.save(force_insert=True)
    return made


def _open(line_id: int) -> BankLine:
    line = _locked(line_id)
    if line is None:
        raise MatchError(_("Somebody has matched this line already."))
    return line


def _locked(line_id: int) -> BankLine | None:
    """Return a line that is not matched, locked against others who would match it."""
    line = BankLine.objects.select_for_update(no_key=True).get(pk=line_id)
    return None if BankMatch.objects.filter(line=line).exists() else line


def _wrong(field: str, text: str) -> MatchError:
    return MatchError(text, fields={field: [text]})
