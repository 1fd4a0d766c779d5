"""A payout's way: sent, arrived, failed, tried again as the same payout, or given up.

The provider is asked outside of any transaction, by the payout's key: asked twice, it pays once.
"""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.activity import record
from books4all.lib.errors import ConflictError
from books4all.lib.jobs import enqueue
from orders.constants import AccountKind, PayoutMethod, PayoutStatus
from orders.errors import ProviderRefusedError
from orders.models import JournalEntry, LedgerAccount, Payout, PayoutItem
from orders.payments.payouts import Transfer, payout_provider
from orders.selectors.payouts import account_of, obstacle, terms_of, uncovered
from orders.selectors.webhooks import payout_data
from orders.services import postings, webhooks
from orders.services.transactions import business_transaction


class PayoutStateError(ConflictError):
    """A payout can't go from the state it is in to the one asked for."""

    code = "payout_state"


def claim(payout: Payout, entry: JournalEntry | None, *, but: Q | None = None) -> None:
    """Stamp what ``entry`` did to the seller's ready money, ``but`` for some of it, as the payout's own."""
    if entry is None:
        return
    rows = entry.postings.filter(account__kind=AccountKind.SELLER_AVAILABLE)
    rows = rows if but is None else rows.exclude(but)
    PayoutItem.objects.bulk_create(PayoutItem(posting=posting, payout=payout) for posting in rows)


def tell(payout: Payout, deed: str) -> None:
    """Tell programs what has happened to a payout ("created", "completed", "failed"), in its transaction."""
    webhooks.emit(kind=f"payout.{deed}", seller=payout.seller, data=lambda: payout_data(payout))


def send(*, payout_id: UUID) -> Payout:
    """Have the provider of its account pay a payout, once; run again, it asks for the same.

    Files for the bank are sent by staff (orders.services.payout_batches). Must not be called in a
    transaction.

    Raises:
        ProviderError: the provider did not answer; the payout stays on its way, and is tried again.
    """
    payout = _begin(payout_id=payout_id)
    if payout.status != PayoutStatus.PROCESSING:
        return payout
    provider = payout_provider(PayoutMethod(payout.account.method))
    try:
        reference = provider.send(
            Transfer(
                key=payout.key,
                amount=payout.amount,
                to=payout.account.number,
                text=payout.number,
            )
        )
    except ProviderRefusedError as error:
        return failed(payout_id=payout_id, attempt=payout.attempt, problem=str(error))
    return completed(payout_id=payout_id, attempt=payout.attempt, reference=reference)


@business_transaction
def _begin(*, payout_id: UUID) -> Payout:
    payout = _locked(payout_id)
    if payout.status == PayoutStatus.PENDING and payout.account.method != PayoutMethod.SEPA:
        on_its_way(payout)
    return payout


def on_its_way(payout: Payout) -> None:
    """Note that a locked payout has been handed over, and tell the shop; in the caller's transaction."""
    payout.status, payout.sent_at = PayoutStatus.PROCESSING, timezone.now()
    payout.save(update_fields=["status", "sent_at", "updated_at"])
    enqueue("orders.send_mail", kind="payout_sent", pk=str(payout.pk))


@business_transaction
def completed(*, payout_id: UUID, attempt: int, reference: str = "") -> Payout:
    """Note that a try of a payout has been paid. Told again it changes nothing.

    Raises:
        PayoutStateError: that try was never sent, or has failed.
    """
    payout = _locked(payout_id)
    if payout.status == PayoutStatus.COMPLETED and payout.attempt == attempt:
        return payout
    _expect(payout, attempt, PayoutStatus.PROCESSING)
    payout.status, payout.completed_at = PayoutStatus.COMPLETED, timezone.now()
    payout.reference, payout.problem = reference[:120], ""
    payout.save(update_fields=["status", "completed_at", "reference", "problem", "updated_at"])
    postings.payout_paid(
        payout=payout.pk, amount=payout.amount, attempt=attempt, account=paid_from(payout)
    )
    tell(payout, "completed")
    return payout


@business_transaction
def failed(*, payout_id: UUID, attempt: int, problem: str, actor: User | None = None) -> Payout:
    """Note that a try of a payout has failed, or has come back after it was paid.

    The money is the seller's again and stays claimed: the same payout is tried again. Told again it
    changes nothing.

    Raises:
        PayoutStateError: that try was never sent.
    """
    payout = _locked(payout_id)
    if payout.status == PayoutStatus.FAILED and payout.attempt == attempt:
        return payout
    _expect(payout, attempt, PayoutStatus.PROCESSING, PayoutStatus.COMPLETED)
    came_back = payout.status == PayoutStatus.COMPLETED
    payout.status, payout.problem, payout.completed_at = PayoutStatus.FAILED, problem[:300], None
    payout.save(update_fields=["status", "problem", "completed_at", "updated_at"])
    entry = postings.payout_failed(
        payout=payout.pk,
        seller=payout.seller,
        amount=payout.amount,
        attempt=attempt,
        account=paid_from(payout) if came_back else AccountKind.IN_TRANSIT,
    )
    claim(payout, entry)
    record(
        seller=payout.seller,
        actor=actor,
        action="payout.failed",
        subject=payout.number,
        reason=payout.problem,
    )
    tell(payout, "failed")
    enqueue("orders.send_mail", kind="payout_failed", pk=str(payout.pk))
    return payout


@business_transaction
def retry(*, payout_id: UUID, actor: User | None) -> Payout:
    """Try a failed payout again, to the account that the seller has now.

    The same payout, of the same amount: it waits while the seller owes what it has not earned since.

    Raises:
        PayoutStateError: it has not failed, the seller can't be paid now, or owes something.
    """
    payout = _locked(payout_id)
    if payout.status != PayoutStatus.FAILED:
        raise PayoutStateError(_("Only a payout that has failed is tried again."))
    account = account_of(payout.seller)
    # Payouts of one seller are made one after the other.
    LedgerAccount.objects.select_for_update(no_key=True).get(
        kind=AccountKind.SELLER_AVAILABLE, seller=payout.seller, currency=payout.currency
    )
    problem = obstacle(terms_of(payout.seller), account) or uncovered(payout)
    if problem:
        raise PayoutStateError(problem)
    assert account is not None  # no account is a problem
    payout.attempt += 1
    payout.status, payout.account, payout.batch = PayoutStatus.PENDING, account, None
    payout.problem, payout.sent_at, payout.reference = "", None, ""
    payout.save()
    entry = postings.payout_made(
        payout=payout.pk, seller=payout.seller, amount=payout.amount, attempt=payout.attempt
    )
    claim(payout, entry)
    record(seller=payout.seller, actor=actor, action="payout.retried", subject=payout.number)
    if account.method == PayoutMethod.STRIPE:
        enqueue("orders.send_payout", payout_id=str(payout.pk))
    return payout


@business_transaction
def give_up(*, payout_id: UUID, reason: str, actor: User | None) -> Payout:
    """Try a failed payout no more: its money is ready again, for what the seller owes and the next payout.

    For one that would wait for ever: its shop owes more than it will earn, or has given all up.

    Raises:
        PayoutStateError: it has not failed.
    """
    payout = _locked(payout_id)
    if payout.status == PayoutStatus.GIVEN_UP:
        return payout
    if payout.status != PayoutStatus.FAILED:
        raise PayoutStateError(_("Only a payout that has failed is given up."))
    payout.status = PayoutStatus.GIVEN_UP
    payout.save(update_fields=["status", "updated_at"])
    entry = postings.payout_given_up(
        payout=payout.pk, seller=payout.seller, amount=payout.amount, attempt=payout.attempt
    )
    # What takes the money from this payout is its own; what gives it back to the shop is free.
    claim(payout, entry, but=Q(amount_minor__lt=0))
    record(
        seller=payout.seller,
        actor=actor,
        action="payout.given_up",
        subject=payout.number,
        reason=reason,
    )
    return payout


def paid_from(payout: Payout) -> AccountKind:
    """Return where the money for a payout is taken from: our bank, or what the provider holds."""
    bank = payout.account.method == PayoutMethod.SEPA
    return AccountKind.BANK if bank else AccountKind.CLEARING


def _expect(payout: Payout, attempt: int, *states: PayoutStatus) -> None:
    if payout.attempt != attempt or payout.status not in states:
        message = _("The payout %(number)s is “%(state)s” (try %(attempt)s).")
        words = {
            "number": payout.number,
            "state": payout.get_status_display(),
            "attempt": payout.attempt,
        }
        raise PayoutStateError(message % words)


def _locked(payout_id: UUID) -> Payout:
    return (
        Payout.objects.select_for_update(of=("self",), no_key=True)
        .select_related("seller", "account", "batch")
        .get(pk=payout_id)
    )
