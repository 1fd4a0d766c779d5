"""The sandbox provider's report of what it pays in: once a day, all that was paid and given back.

It speaks as Stripe's itemised payout reconciliation does, and keeps 1.4% and 20p of each payment.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

from books4all.lib.banking.settlement_csv import COLUMNS
from books4all.lib.money import Money
from orders.constants import DisputeStatus
from orders.models.sandbox import (
    SandboxDispute,
    SandboxPayment,
    SandboxRefund,
    SandboxRefundState,
    SandboxStatus,
)
from orders.models.sandbox_bank import SandboxMovement

_CATEGORIES = {"ch": "charge", "re": "refund", "dp": "dispute", "dpw": "dispute_reversal"}
RATE, EACH = Decimal("0.014"), 20


def report(day: date) -> bytes:
    """Return the report of what is paid in on ``day``, the same however often it is asked for.

    Empty where nothing was paid or given back since the last one.
    """
    name = f"po_sbx_{day:%Y%m%d}"
    with transaction.atomic(durable=True):
        if not SandboxMovement.objects.filter(settlement=name).exists():
            SandboxMovement.objects.bulk_create(_new(name), ignore_conflicts=True)
    rows = list(SandboxMovement.objects.filter(settlement=name).order_by("reference"))
    return _csv(rows, day) if rows else b""


def _new(name: str) -> list[SandboxMovement]:
    known = set(SandboxMovement.objects.values_list("reference", flat=True))
    return [
        SandboxMovement(
            reference=one.reference,
            about=one.about,
            settlement=name,
            amount_minor=one.amount,
            fee_minor=_fee(one.amount) if one.reference.startswith("ch_") else 0,
            currency=one.currency,
        )
        for one in _moved()
        if one.reference not in known
    ]


@dataclass(frozen=True, slots=True)
class _Moved:
    """Money that came to the provider for us, or went from it."""

    reference: str
    about: str
    amount: int
    currency: str


def _moved() -> Iterator[_Moved]:
    for paid in SandboxPayment.objects.filter(status=SandboxStatus.SUCCEEDED):
        yield _Moved(f"ch_{paid.key}", paid.reference, paid.amount_minor, paid.currency)
    given_back = SandboxRefund.objects.filter(state=SandboxRefundState.SUCCEEDED)
    for refund in given_back.select_related("payment"):
        name = refund.reference
        yield _Moved(name, name, -refund.amount_minor, refund.payment.currency)
    for dispute in SandboxDispute.objects.select_related("payment"):
        name, currency = dispute.reference, dispute.payment.currency
        yield _Moved(f"dp_{name}", name, -dispute.amount_minor, currency)
        if dispute.status == DisputeStatus.WON:
            yield _Moved(f"dpw_{name}", name, dispute.amount_minor, currency)


def _fee(amount: int) -> int:
    if amount <= 0:
        return 0
    return int((amount * RATE).quantize(Decimal(1), ROUND_HALF_UP)) + EACH


def _csv(rows: Iterable[SandboxMovement], day: date) -> bytes:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*COLUMNS, "source_id"])
    for row in rows:
        writer.writerow(
            [
                row.settlement,
                day.isoformat(),
                f"txn_{row.reference}",
                row.currency.lower(),
                Money(row.amount_minor, row.currency).amount,
                Money(row.fee_minor, row.currency).amount,
                _CATEGORIES[row.reference.split("_")[0]],
                row.about,
            ]
        )
    return sheet.getvalue().encode()
