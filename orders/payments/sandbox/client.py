"""Our side of the sandbox provider: the PaymentProvider that the rest of orders knows."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.conf import settings
from django.urls import reverse

from books4all.lib.money import Money
from orders.errors import ProviderRefusedError, WebhookRefusedError
from orders.models.sandbox import SandboxPayment, SandboxStatus
from orders.payments.base import Intent, ProviderEvent, ProviderPayment, ProviderState
from orders.payments.sandbox import bank
from orders.payments.sandbox.signatures import verify

T = TypeVar("T")

_STATES = {
    SandboxStatus.OPEN: ProviderState.OPEN,
    SandboxStatus.ACTION: ProviderState.OPEN,
    SandboxStatus.PROCESSING: ProviderState.PROCESSING,
    SandboxStatus.SUCCEEDED: ProviderState.CAPTURED,
    SandboxStatus.CANCELLED: ProviderState.CANCELLED,
}


def _nothing(call: str) -> None:
    """Stand in for the network that a call to a real provider would cross."""


class SandboxProvider:
    """The sandbox provider.

    ``before`` and ``after`` stand for the network on the way there and back: tests put something
    there that waits, or raises ``ProviderError`` when the provider has (not) done its work yet.
    """

    name = "sandbox"

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

    def refund(self, *, reference: str, key: str, amount: Money) -> str:
        """Give back part of a captured payment, once a key; returns the refund's reference."""
        return self._call(
            "refund",
            lambda: bank.refund(reference=reference, key=key, amount_minor=amount.minor),
        )

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Verify a message by its signature and read it."""
        event_id = verify(headers, body, settings.SANDBOX_WEBHOOK_SECRETS)
        try:
            if rb"\u0000" in body:
                msg = "the database keeps no NUL"
                raise ValueError(msg)  # noqa: TRY301 one place refuses all that is wrong
            said = json.loads(body)
            data = said["data"]
            if not 0 <= data["amount"] < 2**63:
                msg = "not an amount"
                raise ValueError(msg)  # noqa: TRY301
            payment = ProviderPayment(
                key=_word(data["key"], 80),
                reference=_word(data["reference"], 60),
                page_url="",
                state=_STATES[SandboxStatus(data["status"])],
                amount=Money(data["amount"], _word(data["currency"], 3)),
            )
            return ProviderEvent(event_id, _word(said["type"], 60), payment, said)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            msg = "not a message of ours"
            raise WebhookRefusedError(msg) from error

    def _call(self, name: str, work: Callable[[], T]) -> T:
        self.before(name)
        try:
            answer = work()
        except bank.BankError as error:
            raise ProviderRefusedError(str(error)) from error
        self.after(name)
        return answer


def _word(value: object, most: int) -> str:
    """Return a name or code as it came. Raises ValueError for what isn't one."""
    if not (isinstance(value, str) and len(value) <= most and value.isascii()):
        msg = f"not a word of at most {most} letters: {value!r}"
        raise ValueError(msg)
    return value


def _existing(reference: str) -> SandboxPayment:
    found = SandboxPayment.objects.filter(reference=reference).first()
    if found is None:
        msg = "no such payment"
        raise bank.BankError(msg)
    return found


def _told(payment: SandboxPayment) -> ProviderPayment:
    page = settings.PUBLIC_URL + reverse("orders:sandbox_pay", args=[payment.reference])
    return ProviderPayment(
        key=payment.key,
        reference=payment.reference,
        page_url=page,
        state=_STATES[SandboxStatus(payment.status)],
        amount=Money(payment.amount_minor, payment.currency),
    )
