"""Payments: what the provider tells about one becomes true here once, whoever brings the news.

Return page, webhook (``payment_news``), sweeper and reconciler all end in ``apply`` or ``expire``. States only move
forwards: what is captured stays captured, whatever an older message says.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from books4all.lib.errors import NotFoundError
from books4all.lib.jobs import enqueue
from orders.constants import (
    EventType,
    OrderStatus,
    PaymentEventKind,
    PaymentStatus,
)
from orders.models import (
    Order,
    OrderEvent,
    Payment,
)
from orders.payments import provider_named
from orders.payments.base import (
    Moved,
    PaymentProvider,
    ProviderPayment,
    ProviderState,
)
from orders.selectors.orders import is_overdue
from orders.services import (
    payment_events,
    placing,
    postage_paid,
    postings,
    timeline,
)
from orders.services.baskets import lock_basket
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


@business_transaction
def apply(*, payment_id: UUID, told: ProviderPayment) -> Order:
    """Make true here what the provider ``told`` about a payment, and return its order.

    Idempotent: the third step of checkout. A captured payment places its order, turning holds into
    sales; after the order expired the copies are sold anew if they are still there, else the money
    is given back. A cancelled one expires its order.
    """
    return apply_locked(locked(payment_id), told)


@business_transaction
def remember(*, payment_id: UUID, told: ProviderPayment) -> Payment:
    """Write down the provider's reference and page for a payment, and what state it is in."""
    payment = locked(payment_id)
    if not _agrees(payment, told):
        return payment
    if payment.status == PaymentStatus.CREATED:
        payment.status = PaymentStatus.PENDING
    payment.page_url = payment.page_url or told.page_url
    payment.save(update_fields=["status", "page_url", "updated_at"])
    apply_locked(payment, told)
    return payment


@dataclass(frozen=True, slots=True)
class Settled:
    """An order after its payment was asked about; ``state`` is None where nothing is known there."""

    order: Order
    state: ProviderState | None


def settle(*, payment_id: UUID) -> Settled:
    """Ask the provider how a payment stands and apply it. Must not be called in a transaction.

    Raises:
        NotFoundError: there is no such payment.
        ProviderError: the provider does not answer; nothing has changed.
    """
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise NotFoundError(_("There is no such payment."))
    if payment.status == PaymentStatus.CAPTURED:
        return Settled(payment.order, ProviderState.CAPTURED)
    provider = _provider(payment)
    if payment.reference:
        told = provider.fetch(payment.reference)
    else:
        found = provider.find(str(payment.pk))
        if found is None:
            Payment.objects.filter(pk=payment.pk).update(updated_at=Now())
            return Settled(payment.order, None)
        told = found
    kept = remember(payment_id=payment.pk, told=told)
    if kept.status == PaymentStatus.AUTHORIZED:
        order = capture(payment_id=payment.pk)
        placed = order.status == OrderStatus.PLACED
        return Settled(order, ProviderState.CAPTURED if placed else told.state)
    return Settled(kept.order, told.state)


def capture(*, payment_id: UUID) -> Order:
    """Take the money that was authorised, and place the order; again changes nothing.

    Of an order that has expired meanwhile nothing is taken: the authorisation is given up. Must not be
    called in a transaction.

    Raises:
        NotFoundError: there is no such payment.
        ProviderError: the provider does not answer; the sweeper tries again.
    """
    payment = Payment.objects.select_related("order").filter(pk=payment_id).first()
    if payment is None:
        raise NotFoundError(_("There is no such payment."))
    if payment.status != PaymentStatus.AUTHORIZED:
        return payment.order
    provider = _provider(payment)
    wanted = payment.placing_id is None or payment.order.status == OrderStatus.PENDING
    call = provider.capture if wanted else provider.cancel
    return apply(payment_id=payment.pk, told=call(payment.reference))


def expire(*, order_id: UUID, even_if_held: bool = False) -> Order:
    """End an order that was not paid: first at the provider, then here, and free its copies.

    Nothing happens before the holds have run out by the database's clock, unless ``even_if_held``
    (the buyer gives up). An order that turns out to be paid is placed; one whose bank is still
    deciding, or whose payment is being opened just now, stays pending. Must not be called in a transaction.

    Raises:
        ProviderError: the provider does not answer; nothing has changed.
    """
    payment = Payment.objects.select_related("order").get(placing_id=order_id)
    order = payment.order
    if order.status != OrderStatus.PENDING or not (even_if_held or is_overdue(order)):
        return order
    if payment.status == PaymentStatus.AUTHORIZED and not even_if_held:
        # The buyer has done their part in time.
        return capture(payment_id=payment.pk)
    return _end(payment_id=payment.pk, told=cancel_at_provider(payment=payment))


@business_transaction
def forget(*, payment_id: UUID) -> None:
    """Close a payment of extra postage that the provider has never heard of."""
    payment = locked(payment_id)
    if payment.placing_id is None and not payment.reference:
        postage_paid.closed(payment)


def cancel_at_provider(*, payment: Payment) -> ProviderPayment | None:
    """Close a payment at the provider; returns how it stands then, or None if it is not known there.

    Raises:
        ProviderError: the provider does not answer.
    """
    provider = _provider(payment)
    reference = payment.reference
    if not reference:
        found = provider.find(str(payment.pk))
        if found is None:
            return None
        reference = found.reference
    return provider.cancel(reference)


@business_transaction
def _end(*, payment_id: UUID, told: ProviderPayment | None) -> Order:
    payment = locked(payment_id)
    order = payment.order
    if order.status != OrderStatus.PENDING:
        return order
    if told is None and payment.reference:
        # It was opened after the provider was asked, and its buyer may be paying: ask again later.
        return order
    if told is not None and told.state is ProviderState.PROCESSING:
        return order
    if told is not None and told.state is ProviderState.CAPTURED and _agrees(payment, told):
        return apply_locked(payment, told)
    if told is not None and told.state is ProviderState.CANCELLED:
        _note(payment, PaymentEventKind.CANCEL_SUCCESS, told)
    placing.expire(payment)
    return order


def apply_locked(payment: Payment, told: ProviderPayment) -> Order:
    """Apply the news to a payment that is locked, with its order and basket."""
    order = payment.order
    if payment.status == PaymentStatus.CAPTURED or not _agrees(payment, told):
        return order
    if told.state is ProviderState.CAPTURED:
        payment.status, payment.captured_at = PaymentStatus.CAPTURED, Now()
        payment.save(update_fields=["status", "captured_at", "updated_at"])
        _note(payment, PaymentEventKind.CHARGE_SUCCESS, told)
        postings.captured(payment)
        if payment.placing_id is None:
            postage_paid.captured(payment)
        elif order.status == OrderStatus.PENDING:
            placing.place_held(order)
        else:
            placing.place_late(payment)
    elif told.state is ProviderState.AUTHORIZED:
        _promised(payment, told)
    elif told.state is ProviderState.CANCELLED:
        _cancelled(payment, told)
    return order


def _promised(payment: Payment, told: ProviderPayment) -> None:
    """The buyer's bank has promised the money: it is taken outside this transaction."""
    if payment.status != PaymentStatus.AUTHORIZED:
        payment.status = PaymentStatus.AUTHORIZED
        payment.save(update_fields=["status", "updated_at"])
        _note(payment, PaymentEventKind.AUTHORIZATION_SUCCESS, told)
        enqueue("orders.capture_payment", payment_id=str(payment.pk))


def _cancelled(payment: Payment, told: ProviderPayment) -> None:
    _note(payment, PaymentEventKind.CANCEL_SUCCESS, told)
    if payment.order.status == OrderStatus.PENDING:
        placing.expire(payment)
    elif payment.status != PaymentStatus.CANCELLED:
        payment.status = PaymentStatus.CANCELLED
        payment.save(update_fields=["status", "updated_at"])


def _note(payment: Payment, kind: PaymentEventKind, told: ProviderPayment) -> None:
    moved = Moved(kind, told.amount, told.money or told.reference)
    payment_events.note(payment=payment, moved=moved)


def _agrees(payment: Payment, told: ProviderPayment) -> bool:
    """Check that the news is about this payment, to the penny; takes over a reference not known yet."""
    fits = (
        told.key == str(payment.pk)
        and told.amount == payment.amount
        and payment.reference in ("", told.reference)
    )
    if not fits:
        amount = told.amount
        problem(payment, f"{told.state} {amount.minor} {amount.currency} {told.reference}")
        return False
    if not payment.reference:
        payment.reference = told.reference
        payment.save(update_fields=["reference", "updated_at"])
    return True


def problem(payment: Payment, note: str) -> None:
    """Have staff look at a payment; once for the same words."""
    log.error("payment_disagrees", payment=str(payment.pk), told=note)
    problems = OrderEvent.objects.filter(order=payment.order, type=EventType.PAYMENT_PROBLEM)
    if not problems.filter(note=note[:300]).exists():
        timeline.record(payment.order, EventType.PAYMENT_PROBLEM, note=note)


def locked(payment_id: UUID) -> Payment:
    """Lock basket, order and payment, in this order, and return the payment with both on it."""
    ids = Payment.objects.filter(pk=payment_id).values_list("order__basket_id", "order_id").first()
    if ids is None:
        raise NotFoundError(_("There is no such payment."))
    basket = lock_basket(ids[0])
    order = Order.objects.select_for_update(no_key=True).get(pk=ids[1])
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
    if basket is not None:
        order.basket = basket
    payment.order = order
    return payment


def _provider(payment: Payment) -> PaymentProvider:
    provider = provider_named(payment.provider)
    if provider is None:
        msg = f"Payment {payment.pk} was made with {payment.provider!r}, which is not installed"
        raise LookupError(msg)
    return provider
