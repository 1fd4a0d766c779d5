"""Our side of the sandbox provider: the PaymentProvider that the rest of orders knows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from orders.errors import ProviderRefusedError
from orders.models.sandbox import SandboxPayment, SandboxRefund, SandboxStatus
from orders.payments.base import (
    EvidenceFile,
    Holding,
    Intent,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    RefundState,
)
from orders.payments.sandbox import bank, messages

T = TypeVar("T")

# However often the buyer comes back, copies are kept from others for at most this many times
# settings.HOLD_MINUTES, counted from the order.
MOST_HOLDS = 4


def _nothing(call: str) -> None:
    """Stand in for the network that a call to a real provider would cross."""


class SandboxProvider:
    """The sandbox provider.

    ``before`` and ``after`` stand for the network on the way there and back: tests put something
    there that waits, or raises ``ProviderError`` when the provider has (not) done its work yet.
    """

    name = "sandbox"
    title = _("Card or wallet")
    explain = _("You pay on the page of our payment provider. We never see your card.")

    def __init__(self) -> None:
        self.before: Callable[[str], None] = _nothing
        self.after: Callable[[str], None] = _nothing

    def create(self, intent: Intent) -> ProviderPayment:
        """Open a payment, or return the one that was opened with the same key."""
        return self._call(
            "create",
            lambda: _told(
                bank.open_payment(
                    key=intent.key,
                    amount_minor=intent.amount.minor,
                    currency=intent.amount.currency,
                    description=intent.description,
                    return_url=intent.return_url,
                    capture_later=intent.capture_later,
                )
            ),
        )

    def find(self, key: str) -> ProviderPayment | None:
        """Return the payment opened with ``key``; None if there is none."""
        found = self._call("find", lambda: SandboxPayment.objects.filter(key=key).first())
        return _told(found) if found else None

    def fetch(self, reference: str) -> ProviderPayment:
        """Return the payment as it is now."""
        return self._call("fetch", lambda: _told(_existing(reference)))

    def cancel(self, reference: str) -> ProviderPayment:
        """Make sure that it can't be paid any more; returned as captured when that is too late."""
        return self._call("cancel", lambda: _told(bank.cancel(reference)))

    def capture(self, reference: str) -> ProviderPayment:
        """Take the money of an authorised payment."""
        return self._call("capture", lambda: _told(bank.capture(reference)))

    def refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Give back part of a captured payment, once a key."""
        return self._call(
            "refund",
            lambda: _refunded(
                bank.refund(reference=reference, key=key, amount_minor=amount.minor),
                amount.currency,
            ),
        )

    def fetch_refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Return a refund as it is now."""
        del reference
        return self._call("fetch_refund", lambda: _refunded(_existing_refund(key), amount.currency))

    def send_evidence(self, *, dispute: str, text: str, files: Sequence[EvidenceFile]) -> None:
        """Answer a dispute."""
        papers = "".join(f"\n[{file.name}, {len(file.content)} bytes]" for file in files)
        self._call("evidence", lambda: bank.answer_dispute(reference=dispute, text=text + papers))

    def holding(self) -> Holding:
        """Return how long copies are kept: as for any card."""
        each = timedelta(minutes=settings.HOLD_MINUTES)
        return Holding(each=each, most=each * MOST_HOLDS)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Verify a message by its signature and read it."""
        return messages.parse(headers, body)

    def _call(self, name: str, work: Callable[[], T]) -> T:
        self.before(name)
        try:
            answer = work()
        except bank.BankError as error:
            raise ProviderRefusedError(str(error)) from error
        self.after(name)
        return answer


def _existing(reference: str) -> SandboxPayment:
    found = SandboxPayment.objects.filter(reference=reference).first()
    if found is None:
        msg = "no such payment"
        raise bank.BankError(msg)
    return found


def _existing_refund(key: str) -> SandboxRefund:
    found = SandboxRefund.objects.filter(key=key).first()
    if found is None:
        msg = "no such refund"
        raise bank.BankError(msg)
    return found


def _refunded(refund: SandboxRefund, currency: str) -> ProviderRefund:
    return ProviderRefund(
        key=refund.key,
        reference=refund.reference,
        state=RefundState(refund.state),
        amount=Money(refund.amount_minor, currency),
    )


def _told(payment: SandboxPayment) -> ProviderPayment:
    page = settings.PUBLIC_URL + reverse("orders:sandbox_pay", args=[payment.reference])
    return ProviderPayment(
        key=payment.key,
        reference=payment.reference,
        page_url=page,
        state=messages.STATES[SandboxStatus(payment.status)],
        amount=Money(payment.amount_minor, payment.currency),
    )
