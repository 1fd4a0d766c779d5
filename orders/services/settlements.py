"""What payment providers say they paid in, movement by movement, held against our own payments.

A settlement is money in our bank once it stands on a bank statement, or staff say so: only then is it
posted (``arrived``).
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.banking import settlement_csv
from books4all.lib.banking.settlement_csv import Movement, Settlement
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.money import Money, total
from orders.constants import AccountKind, EntryKind, PaymentStatus, RefundStatus, SettlementKind
from orders.models import Payment, PaymentEvent, ProviderSettlement, Refund, SettlementLine
from orders.services import postings
from orders.services.ledger import credit, debit, post
from orders.services.transactions import business_transaction

# What the provider calls a movement, and what it is to us.
_KINDS = {
    "charge": SettlementKind.CHARGE,
    "payment": SettlementKind.CHARGE,
    "refund": SettlementKind.REFUND,
    "payment_refund": SettlementKind.REFUND,
    "dispute": SettlementKind.DISPUTE,
    "dispute_reversal": SettlementKind.DISPUTE,
    "fee": SettlementKind.FEE,
    "transfer": SettlementKind.TRANSFER,
    "transfer_reversal": SettlementKind.TRANSFER,
}


def take_in(*, provider: str, data: bytes, actor: User | None) -> list[ProviderSettlement]:
    """Read a provider's report; what was read before is left as it is. Returns what is new.

    Raises:
        StatementError: the file can't be understood; nothing of it was taken.
    """
    found = settlement_csv.read(data)
    return [made for one in found if (made := _write(provider=provider, given=one, actor=actor))]


@business_transaction
def _write(*, provider: str, given: Settlement, actor: User | None) -> ProviderSettlement | None:
    fees = total((one.fee for one in given.movements), given.currency)
    gross = total((one.gross for one in given.movements), given.currency)
    settlement, is_new = ProviderSettlement.objects.get_or_create(
        provider=provider,
        reference=given.reference,
        defaults={
            "paid_on": given.paid_on,
            "currency": given.currency,
            "net_minor": (gross - fees).minor,
            "fee_minor": fees.minor,
            "actor": actor,
        },
    )
    if not is_new:
        return None
    SettlementLine.objects.bulk_create(_line(settlement, movement) for movement in given.movements)
    return settlement


def _line(settlement: ProviderSettlement, movement: Movement) -> SettlementLine:
    kind = _KINDS.get(movement.category, SettlementKind.OTHER)
    line = SettlementLine(
        settlement=settlement,
        reference=movement.reference,
        about=movement.about[0] if movement.about else "",
        kind=kind,
        amount_minor=movement.gross.minor,
        fee_minor=movement.fee.minor,
        currency=movement.gross.currency,
    )
    if kind == SettlementKind.CHARGE:
        line.payment = _payment(settlement.provider, movement.about)
        line.problem = _problem_of_charge(line)
    elif kind == SettlementKind.REFUND:
        line.refund = _refund(settlement.provider, movement)
        line.problem = _problem_of_refund(line)
    elif kind == SettlementKind.OTHER:
        line.problem = _("A movement of a kind that is not known here: %(kind)s.") % {
            "kind": movement.category[:60]
        }
    return line


def _payment(provider: str, names: Sequence[str]) -> Payment | None:
    """By the payment's own reference, or by that of its money, which the provider's messages bear."""
    told = PaymentEvent.objects.filter(provider=provider, reference__in=names)
    mine = Q(reference__in=names) | Q(pk__in=told.values("payment"))
    return Payment.objects.filter(mine, provider=provider).order_by("pk").first()


def _refund(provider: str, movement: Movement) -> Refund | None:
    names = [movement.reference, *movement.about]
    return (
        Refund.objects.filter(payment__provider=provider, reference__in=names)
        .order_by("pk")
        .first()
    )


def _problem_of_charge(line: SettlementLine) -> str:
    if line.payment is None:
        return _("No payment of ours has this reference.")
    if line.payment.status != PaymentStatus.CAPTURED:
        return _("The payment is not captured here.")
    if line.payment.amount != line.amount:
        return _("The payment is of %(amount)s here.") % {"amount": line.payment.amount}
    return ""


def _problem_of_refund(line: SettlementLine) -> str:
    if line.refund is None:
        return _("No refund of ours has this reference.")
    if line.refund.status != RefundStatus.SETTLED:
        return _("The refund is not settled here.")
    if line.refund.from_provider != line.amount * -1:
        return _("The refund is of %(amount)s here.") % {"amount": line.refund.from_provider}
    return ""


@business_transaction
def arrived(*, settlement_id: UUID, actor: User | None = None) -> ProviderSettlement:
    """Note that a settlement stands on our bank account: fees and all of it leave the provider's.

    Raises:
        ConflictError: it has been noted before.
    """
    settlement = ProviderSettlement.objects.select_for_update(no_key=True).get(pk=settlement_id)
    if settlement.arrived_at is not None:
        raise ConflictError(_("This settlement has arrived already."))
    settlement.entry = postings.settled(
        source=f"settlement:{settlement.pk}",
        paid_in=settlement.net,
        fees=settlement.fees,
        note=f"{settlement.provider} {settlement.reference}",
    )
    settlement.arrived_at = timezone.now()
    settlement.actor = actor or settlement.actor
    settlement.save(update_fields=["entry", "arrived_at", "actor"])
    return settlement


@business_transaction
def resolve(*, line_id: int, note: str, account: AccountKind | None, actor: User) -> SettlementLine:
    """Say what a line is that did not fit; with an ``account``, book it there, against the provider.

    Raises:
        DomainError: it has no problem, or there is no note.
    """
    line = SettlementLine.objects.select_for_update(of=("self",)).get(pk=line_id)
    if not line.problem or line.resolved_at is not None:
        raise DomainError(_("This line has no open problem."))
    if not note.strip():
        text = _("Say what it was: the auditor will ask.")
        raise DomainError(text, fields={"note": [text]})
    if account is not None:
        amount = Money(line.amount_minor, line.currency)
        post(
            kind=EntryKind.ADJUSTED,
            source=f"settlement_line:{line.pk}",
            note=note,
            legs=[debit(AccountKind.CLEARING, amount), credit(account, amount)],
        )
    line.resolved_at, line.resolution = timezone.now(), note.strip()[:200]
    line.save(update_fields=["resolved_at", "resolution"])
    return line
