"""Bank transfers: what a buyer is told, what came and fits nothing, and refunds to be sent."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from stdnum import iban, iso11649

from books4all.lib.money import Money
from orders.constants import PaymentStatus, ReceiptOutcome, RefundStatus, TransferStatus
from orders.models import BankTransfer, Order, Payment, Refund, TransferReceipt

# Refunds that are shown or written to a file at a time.
MOST_REFUNDS = 500


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What a buyer needs to send the money: grouped by four, as banks print it."""

    order: Order
    amount: Money
    missing: Money
    name: str
    iban: str
    reference: str
    days: int
    waits: bool


def transfer_page(payment_id: UUID) -> TransferPage | None:
    """Return where to send the money for a payment; None for one that is not by bank transfer."""
    transfer = BankTransfer.objects.filter(key=str(payment_id)).first()
    payment = Payment.objects.filter(pk=payment_id).select_related("order").first()
    if transfer is None or payment is None:
        return None
    return TransferPage(
        order=payment.order,
        amount=transfer.amount,
        missing=transfer.missing,
        name=settings.BANK_TRANSFER_NAME or settings.MARKETPLACE_NAME,
        iban=iban.format(settings.BANK_TRANSFER_IBAN),
        reference=iso11649.format(transfer.reference),
        days=settings.BANK_TRANSFER_DAYS,
        waits=transfer.status == TransferStatus.OPEN and payment.status == PaymentStatus.PENDING,
    )


def receipts_to_look_at() -> QuerySet[TransferReceipt]:
    """Return money that came and fits nothing, or not to the penny, the oldest first."""
    return (
        TransferReceipt.objects.filter(handled_at=None)
        .exclude(outcome=ReceiptOutcome.MATCHED)
        .select_related("transfer")
        .order_by("created_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class RefundToSend:
    """A refund that is to be paid by bank transfer, to the account that the money came from."""

    refund: Refund
    name: str
    iban: str


def refunds_to_send() -> list[RefundToSend]:
    """Return the refunds of bank transfers that wait to be paid, the oldest first, at most 500."""
    waiting = Refund.objects.filter(
        payment__provider="transfer", status__in=(RefundStatus.PENDING, RefundStatus.SENT)
    )
    refunds = list(waiting.select_related("payment__order").order_by("created_at")[:MOST_REFUNDS])
    keys = {str(refund.payment_id) for refund in refunds}
    receipts = TransferReceipt.objects.filter(transfer__key__in=keys).select_related("transfer")
    payers = {r.transfer.key: r for r in receipts.order_by("pk") if r.transfer is not None}
    return [
        RefundToSend(
            refund,
            payer.payer if payer else refund.payment.order.full_name,
            payer.payer_iban if payer else "",
        )
        for refund in refunds
        for payer in [payers.get(str(refund.payment_id))]
    ]
