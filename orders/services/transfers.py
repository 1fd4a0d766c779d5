"""Money that comes and goes by bank transfer, as the account's statement or staff tell."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from stdnum import iso11649

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.money import Money
from orders.constants import PaymentEventKind, ReceiptOutcome, RefundStatus, TransferStatus
from orders.errors import TransitionError
from orders.models import BankTransfer, Payment, Refund, TransferReceipt
from orders.payments import provider_named
from orders.payments.base import Moved, ProviderRefund, RefundState
from orders.services import payment_events, payments, refund_settling
from orders.services.transactions import business_transaction

NAME = "transfer"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who sent money, as the statement says: where a refund of it goes."""

    name: str = ""
    iban: str = ""


@business_transaction
def received(
    *, reference: str, amount: Money, source: str, payer: Payer | None = None
) -> TransferReceipt:
    """Take in money that has come to our account, once a ``source`` (a line of a statement).

    ``reference`` is what the payer wrote, in any spacing. Enough of it places the order, or after the
    order's end sells the copies anew or gives the money back. Too little waits for the rest; that, too
    much, and what fits nothing is in the staff's queue: see ``outcome`` and ``left_minor``.

    Raises:
        DomainError: not an amount.
    """
    if amount.minor <= 0:
        raise DomainError(_("An amount that came is more than nothing."))
    known = TransferReceipt.objects.filter(source=source[:120]).first()
    if known is not None:
        return known
    payer = payer or Payer()
    transfer = waited_for(reference)
    receipt, is_new = TransferReceipt.objects.get_or_create(
        source=source[:120],
        defaults={
            "reference": reference[:140],
            "transfer": transfer,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "payer": payer.name[:140],
            "payer_iban": payer.iban.replace(" ", "")[:34],
            "outcome": ReceiptOutcome.UNKNOWN,
            "left_minor": amount.minor,
        },
    )
    if is_new and transfer is not None:
        _count(receipt, transfer)
    return receipt


@business_transaction
def assign(*, receipt_id: int, reference: str, actor: User) -> TransferReceipt:
    """Say which transfer money belongs to whose reference fitted nothing.

    Raises:
        NotFoundError: there is no such receipt.
        TransitionError: it has been dealt with, or belongs to a transfer.
        DomainError: nothing is waited for under ``reference``.
    """
    receipt = _open_receipt(receipt_id)
    if receipt.transfer_id is not None:
        raise TransitionError(_("It belongs to a payment already."))
    transfer = waited_for(reference)
    if transfer is None:
        message = _("Nothing is waited for under this reference.")
        raise DomainError(message, fields={"reference": [message]})
    receipt.transfer, receipt.handled_by = transfer, actor
    receipt.save(update_fields=["transfer", "handled_by"])
    _count(receipt, transfer)
    return receipt


@business_transaction
def close_receipt(*, receipt_id: int, note: str, actor: User) -> TransferReceipt:
    """Take money off the queue that was dealt with otherwise; ``note`` says how. Raises as ``assign``."""
    receipt = _open_receipt(receipt_id)
    if not note.strip():
        message = _("Say what was done with the money.")
        raise DomainError(message, fields={"note": [message]})
    receipt.note, receipt.handled_by, receipt.handled_at = note.strip()[:200], actor, Now()
    receipt.save(update_fields=["note", "handled_by", "handled_at"])
    return receipt


@business_transaction
def refund_paid(*, refund_id: UUID) -> Refund:
    """Say that a refund was sent by bank transfer: by hand, or in a SEPA file.

    Raises:
        NotFoundError: there is no such refund of a bank transfer.
        TransitionError: it is not waiting to be paid.
    """
    return _refund_is(refund_id, RefundState.SUCCEEDED, (RefundStatus.PENDING, RefundStatus.SENT))


@business_transaction
def refund_bounced(*, refund_id: UUID) -> Refund:
    """Say that a refund that was sent came back, or can't be sent. Raises as ``refund_paid``."""
    before = (RefundStatus.PENDING, RefundStatus.SENT, RefundStatus.SETTLED)
    return _refund_is(refund_id, RefundState.FAILED, before)


def _refund_is(refund_id: UUID, state: RefundState, before: tuple[RefundStatus, ...]) -> Refund:
    refund = Refund.objects.filter(pk=refund_id, payment__provider=NAME).first()
    if refund is None:
        raise NotFoundError(_("There is no such refund of a bank transfer."))
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    refund.refresh_from_db()
    if refund.status not in before:
        raise TransitionError(_("This refund is not waiting to be paid."))
    reference = refund.reference or f"transfer:{refund.key}"
    told = ProviderRefund(refund.key, reference, state, refund.from_provider)
    after = refund_settling.take_in(payment=payment, told=told)
    assert after is not None  # told with its own key and amount
    return after


def _count(receipt: TransferReceipt, transfer: BankTransfer) -> None:
    """Hold money against what is waited for, and place the order when that is all there."""
    transfer = BankTransfer.objects.select_for_update().get(pk=transfer.pk)
    amount = receipt.amount
    if amount.currency != transfer.currency:
        _turn_out(receipt, ReceiptOutcome.CURRENCY, amount.minor)
        return
    if transfer.status == TransferStatus.RECEIVED:
        _turn_out(receipt, ReceiptOutcome.AGAIN, amount.minor)
        return
    transfer.received_minor += amount.minor
    over = transfer.received_minor - transfer.amount_minor
    if over >= 0:
        transfer.status = TransferStatus.RECEIVED
    transfer.save(update_fields=["received_minor", "status", "updated_at"])
    if over < 0:
        _turn_out(receipt, ReceiptOutcome.SHORT, amount.minor)
        return
    # What was too little before is part of it now.
    transfer.receipts.filter(outcome=ReceiptOutcome.SHORT).update(
        outcome=ReceiptOutcome.MATCHED, left_minor=0
    )
    _turn_out(receipt, ReceiptOutcome.OVER if over else ReceiptOutcome.MATCHED, over)
    _tell_payment(transfer)


def _tell_payment(transfer: BankTransfer) -> None:
    """Apply a transfer that has come as the news that it is. Reads our own books alone."""
    provider = provider_named(NAME)
    assert provider is not None
    payments.apply(payment_id=UUID(transfer.key), told=provider.fetch(transfer.reference))


def _turn_out(receipt: TransferReceipt, outcome: ReceiptOutcome, left: int) -> None:
    receipt.outcome, receipt.left_minor = outcome, left
    receipt.save(update_fields=["outcome", "left_minor"])
    payment = _payment_of(receipt)
    if payment is not None and outcome == ReceiptOutcome.SHORT:
        moved = Moved(PaymentEventKind.ACTION_REQUIRED, receipt.amount, receipt.source)
        payment_events.note(payment=payment, moved=moved, by="transfer.short")


def _payment_of(receipt: TransferReceipt) -> Payment | None:
    if receipt.transfer is None:
        return None
    return Payment.objects.filter(pk=receipt.transfer.key).first()


def waited_for(reference: str) -> BankTransfer | None:
    """Return the transfer whose reference stands in what a payer wrote, in any spacing."""
    squeezed = iso11649.compact(reference)
    start = squeezed.find("RF")
    while start >= 0:
        # As we make them: "RF", two digits and twelve signs.
        found = BankTransfer.objects.filter(reference=squeezed[start : start + 16]).first()
        if found is not None:
            return found
        start = squeezed.find("RF", start + 1)
    return None


def _open_receipt(receipt_id: int) -> TransferReceipt:
    receipt = TransferReceipt.objects.select_for_update().filter(pk=receipt_id).first()
    if receipt is None:
        raise NotFoundError(_("There is no such receipt."))
    if receipt.handled_at is not None or receipt.outcome == ReceiptOutcome.MATCHED:
        raise TransitionError(_("It has been dealt with."))
    return receipt
