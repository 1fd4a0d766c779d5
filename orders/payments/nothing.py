"""The provider of orders that have nothing to pay: gift cards and promotions pay all of it.

So such an order goes the way of every other: it is intended, opened, captured and placed by the same steps.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from orders.errors import ProviderRefusedError, WebhookRefusedError
from orders.payments.base import (
    EvidenceFile,
    Holding,
    Intent,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    ProviderState,
)


class NothingToPay:
    """Takes payments of nothing, at once; has no page, no memory and no messages."""

    name = "nothing"
    title = _("Nothing to pay")
    explain = _("There is nothing left to pay.")

    def holding(self) -> Holding:
        """Return how long copies are kept: the order is placed at once, or tried again soon."""
        each = timedelta(minutes=settings.HOLD_MINUTES)
        return Holding(each=each, most=each * 4)

    def create(self, intent: Intent) -> ProviderPayment:
        """Return the payment as captured. The buyer is led on to where they would come back to."""
        if intent.amount:
            msg = "there is something to pay"
            raise ProviderRefusedError(msg)
        return ProviderPayment(
            key=intent.key,
            reference=f"nothing_{intent.key}",
            page_url=intent.return_url,
            state=ProviderState.CAPTURED,
            amount=intent.amount,
        )

    def find(self, key: str) -> ProviderPayment | None:
        """Return None: what was captured is known to us, and nothing else was opened."""
        del key
        return None

    def fetch(self, reference: str) -> ProviderPayment:
        """Refuse: there is nobody to ask."""
        msg = f"{reference} was never anybody's"
        raise ProviderRefusedError(msg)

    def cancel(self, reference: str) -> ProviderPayment:
        """Refuse: what is captured can't be cancelled."""
        return self.fetch(reference)

    def capture(self, reference: str) -> ProviderPayment:
        """Refuse: nothing is ever promised."""
        return self.fetch(reference)

    def refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Refuse to give back money that was never paid."""
        msg = f"nothing was paid by {reference}: {amount} for {key}"
        raise ProviderRefusedError(msg)

    def fetch_refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Refuse: there is nobody to ask."""
        return self.refund(reference=reference, key=key, amount=amount)

    def send_evidence(self, *, dispute: str, text: str, files: Sequence[EvidenceFile]) -> None:
        """Refuse: nothing can't be taken back."""
        self.fetch(dispute)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Refuse every message."""
        del headers, body
        msg = "nobody sends messages about nothing"
        raise WebhookRefusedError(msg)
