"""Our side of bank transfers: the PaymentProvider that the rest of orders knows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from orders.constants import TransferStatus
from orders.errors import ProviderRefusedError, WebhookRefusedError
from orders.models.transfers import BankTransfer
from orders.payments.base import (
    EvidenceFile,
    Holding,
    Intent,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    ProviderState,
    RefundState,
)
from orders.payments.transfer import books

_STATES = {
    TransferStatus.OPEN: ProviderState.OPEN,
    TransferStatus.RECEIVED: ProviderState.CAPTURED,
    TransferStatus.CANCELLED: ProviderState.CANCELLED,
}


class TransferProvider:
    """Bank transfers, to the account of the settings."""

    name = "transfer"
    title = _("Bank transfer")
    explain = _(
        "You get our account number and a reference. The books are posted when the money has come."
    )

    def holding(self) -> Holding:
        """Return how long copies are kept: the days that a transfer may take, once."""
        days = timedelta(days=settings.BANK_TRANSFER_DAYS)
        return Holding(each=days, most=days)

    def create(self, intent: Intent) -> ProviderPayment:
        """Wait for a transfer; once a key."""
        transfer, is_same = books.open_transfer(
            key=intent.key,
            amount_minor=intent.amount.minor,
            currency=intent.amount.currency,
            description=intent.description,
        )
        if not is_same:
            msg = "the key was used for another amount"
            raise ProviderRefusedError(msg)
        return told(transfer)

    def find(self, key: str) -> ProviderPayment | None:
        """Return the transfer that is waited for under ``key``; None if there is none."""
        found = BankTransfer.objects.filter(key=key).first()
        return told(found) if found else None

    def fetch(self, reference: str) -> ProviderPayment:
        """Return how a transfer stands."""
        return told(_known(BankTransfer.objects.filter(reference=reference).first()))

    def capture(self, reference: str) -> ProviderPayment:
        """Return how it stands: money that has come is there."""
        return self.fetch(reference)

    def cancel(self, reference: str) -> ProviderPayment:
        """Wait no more for it; returned as captured when it has come."""
        return told(_known(books.cancel(reference)))

    def refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Leave it to staff, or to a SEPA file, to send the money back."""
        del reference
        return ProviderRefund(key, f"transfer:{key}", RefundState.PENDING, amount)

    def fetch_refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Return it as being under way: that it was paid is told by ``services.transfers``."""
        return ProviderRefund(key, reference, RefundState.PENDING, amount)

    def send_evidence(self, *, dispute: str, text: str, files: Sequence[EvidenceFile]) -> None:
        """Refuse: a transfer can't be taken back by a bank."""
        msg = "bank transfers have no disputes"
        raise ProviderRefusedError(msg)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Refuse: nobody sends messages about transfers."""
        msg = "bank transfers send no messages"
        raise WebhookRefusedError(msg)


def told(transfer: BankTransfer) -> ProviderPayment:
    """Return a transfer as a provider would tell it."""
    path = reverse("orders:transfer", args=[transfer.key])
    return ProviderPayment(
        key=transfer.key,
        reference=transfer.reference,
        page_url=settings.PUBLIC_URL + path,
        state=_STATES[TransferStatus(transfer.status)],
        amount=transfer.amount,
    )


def _known(transfer: BankTransfer | None) -> BankTransfer:
    if transfer is None:
        msg = "no such transfer"
        raise ProviderRefusedError(msg)
    return transfer
