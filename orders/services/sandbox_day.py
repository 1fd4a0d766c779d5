"""A day at the sandbox: its provider pays in, its bank pays files of payouts and sends a statement.

So that all of it can be walked on one machine, where no money moves.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils import timezone

from orders.constants import BatchStatus, PayoutMethod, PayoutStatus
from orders.models import Payout, ProviderSettlement
from orders.payments.sandbox.settling import report
from orders.services import settlements, statements
from orders.services.statements import TakenIn


def settle(*, day: date | None = None) -> TakenIn | None:
    """Take in what the sandbox pays in on ``day``, and its bank's statement of the day; again, no more.

    None where another provider takes the payments. Not to be called in a transaction.
    """
    if settings.PAYMENT_PROVIDER != "sandbox" or not settings.PAYOUT_FROM_IBAN:
        return None
    today = day or timezone.now().date()
    if data := report(today):
        settlements.take_in(provider="sandbox", data=data, actor=None)
    return statements.take_in(data=_statement(today), file_name=f"sandbox-{today}.csv", actor=None)


def _statement(day: date) -> bytes:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["Date", "Amount", "Currency", "Description", "Name", "End to end id", "Id"])
    writer.writerows([day.isoformat(), *row] for row in (*_came_in(day), *_went_out()))
    return sheet.getvalue().encode()


def _came_in(day: date) -> Iterable[tuple[object, ...]]:
    for one in ProviderSettlement.objects.filter(provider="sandbox", paid_on=day, arrived_at=None):
        text = f"SETTLEMENT {one.reference}"
        yield one.net.amount, one.currency, text, "Sandbox", "", one.reference


def _went_out() -> Iterable[tuple[object, ...]]:
    on_their_way = Payout.objects.filter(
        status=PayoutStatus.PROCESSING,
        account__method=PayoutMethod.SEPA,
        batch__status=BatchStatus.SENT,
    ).select_related("account")
    for one in on_their_way.order_by("pk"):
        amount = (one.amount * -1).amount
        yield amount, one.currency, one.number, one.account.holder, one.key, f"out-{one.key}"
