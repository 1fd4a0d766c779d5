"""Files of payouts for the bank: made, uploaded by staff, and taken back or refused.

A payout is in one file that counts. Whatever a file holds stays as it was when it was made.
"""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.banking.sepa import Party, Transfer, pain001
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.ids import uuid7
from orders.constants import BatchStatus, PayoutMethod, PayoutStatus
from orders.models import Payout, PayoutBatch
from orders.services import paying_out
from orders.services.transactions import business_transaction

# What a bank's website takes in one file.
MOST = 2000


class BatchStateError(ConflictError):
    """A file of payouts can't go from the state it is in to the one asked for."""

    code = "batch_state"


@business_transaction
def make(*, currency: str, actor: User | None) -> PayoutBatch:
    """Put the payouts by bank transfer that wait into a file, the oldest first.

    Raises:
        DomainError: none waits, or the marketplace's own account is not set.
    """
    if not (settings.PAYOUT_FROM_IBAN and settings.PAYOUT_FROM_NAME):
        raise DomainError(
            _(
                "Set PAYOUT_FROM_NAME and PAYOUT_FROM_IBAN first: the account that shops are paid from."
            )
        )
    payouts = list(
        Payout.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            status=PayoutStatus.PENDING,
            batch=None,
            currency=currency,
            account__method=PayoutMethod.SEPA,
        )
        .select_related("account")
        .order_by("pk")[:MOST]
    )
    if not payouts:
        raise DomainError(_("No payout waits to be put into a file."))
    now, key = timezone.now(), uuid7()
    day = _banking_day(now.date())
    batch = PayoutBatch.objects.create(
        pk=key,
        currency=currency,
        execute_on=day,
        count=len(payouts),
        total_minor=sum(payout.amount_minor for payout in payouts),
        file=pain001(
            message=key.hex,
            created_at=now,
            execute_on=day,
            payer=Party(
                settings.PAYOUT_FROM_NAME, settings.PAYOUT_FROM_IBAN, settings.PAYOUT_FROM_BIC
            ),
            transfers=[_transfer(payout) for payout in payouts],
            version=settings.PAYOUT_FILE,
        ),
        made_by=actor,
        created_at=now,
    )
    Payout.objects.filter(pk__in=[payout.pk for payout in payouts]).update(
        batch=batch, updated_at=now
    )
    return batch


@business_transaction
def sent(*, batch_id: UUID, actor: User | None) -> PayoutBatch:
    """Note that the bank has been given the file: its payouts are on their way, the shops are told.

    Raises:
        BatchStateError: it was withdrawn, or has been sent.
    """
    batch = _locked(batch_id, BatchStatus.OPEN)
    batch.status, batch.sent_at, batch.sent_by = BatchStatus.SENT, timezone.now(), actor
    batch.save(update_fields=["status", "sent_at", "sent_by"])
    for payout in _payouts(batch, PayoutStatus.PENDING):
        paying_out.on_its_way(payout)
    return batch


@business_transaction
def withdraw(*, batch_id: UUID, actor: User | None) -> PayoutBatch:
    """Take a file back that the bank was never given: its payouts wait for another one.

    Raises:
        BatchStateError: it was withdrawn, or has been sent.
    """
    del actor
    batch = _locked(batch_id, BatchStatus.OPEN)
    batch.status = BatchStatus.WITHDRAWN
    batch.save(update_fields=["status"])
    Payout.objects.filter(batch=batch).update(batch=None, updated_at=timezone.now())
    return batch


@business_transaction
def refused(*, batch_id: UUID, reason: str, actor: User | None) -> PayoutBatch:
    """Note that the bank has turned the whole file down: its payouts have failed, and can be tried again.

    Raises:
        BatchStateError: it has not been sent, or some of it was paid.
    """
    batch = _locked(batch_id, BatchStatus.SENT)
    if Payout.objects.filter(batch=batch, status=PayoutStatus.COMPLETED).exists():
        raise BatchStateError(_("Some of these payouts were paid: the bank has taken the file."))
    for payout in _payouts(batch, PayoutStatus.PROCESSING):
        paying_out.failed(payout_id=payout.pk, attempt=payout.attempt, problem=reason, actor=actor)
    batch.status = BatchStatus.WITHDRAWN
    batch.save(update_fields=["status"])
    return batch


@business_transaction
def paid(*, batch_id: UUID) -> PayoutBatch:
    """Note that the bank has paid all of a file in one booking.

    Raises:
        BatchStateError: it has not been sent, or what is on its way of it is not all of it.
    """
    batch = _locked(batch_id, BatchStatus.SENT)
    payouts = _payouts(batch, PayoutStatus.PROCESSING)
    if sum(payout.amount_minor for payout in payouts) != batch.total_minor:
        raise BatchStateError(_("Some of these payouts were paid or have failed already."))
    for payout in payouts:
        paying_out.completed(payout_id=payout.pk, attempt=payout.attempt)
    return batch


def _transfer(payout: Payout) -> Transfer:
    text = f"{settings.MARKETPLACE_NAME} {payout.number}"
    return Transfer(
        payout.key, Party(payout.account.holder, payout.account.number), payout.amount, text
    )


def _banking_day(today: date) -> date:
    """The next day that is no weekend; on holidays the bank takes the one after by itself."""
    day = today + timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def _payouts(batch: PayoutBatch, status: PayoutStatus) -> list[Payout]:
    return list(
        Payout.objects.select_for_update(of=("self",), no_key=True)
        .filter(batch=batch, status=status)
        .select_related("seller", "account")
        .order_by("pk")
    )


def _locked(batch_id: UUID, expected: BatchStatus) -> PayoutBatch:
    batch = PayoutBatch.objects.select_for_update(no_key=True).defer("file").get(pk=batch_id)
    if batch.status != expected:
        message = _("This file is “%(state)s”.") % {"state": batch.get_status_display()}
        raise BatchStateError(message)
    return batch
