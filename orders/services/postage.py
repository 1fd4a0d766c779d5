"""Extra postage: the shop proposes it before it posts, and the buyer pays, refuses, or lets it lapse.

While the buyer is asked, the shop's deadline stands still. What becomes of a payment: ``postage_paid``.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import (
    Actor,
    EventType,
    PaymentStatus,
    PostageStatus,
    RefusalReason,
    SellerOrderStatus,
)
from orders.errors import OrderClosedError, ProviderError, ProviderUnavailableError, TransitionError
from orders.models import ExtraPostage, Payment, Refusal, SellerOrder
from orders.payments import current_provider
from orders.payments.base import ProviderState
from orders.selectors.disputes import is_disputed
from orders.selectors.open_matters import has_open_matter
from orders.selectors.postage import most_extra
from orders.services import checkout, disputes, payments, promises, refusals, seller_orders, steps
from orders.services.steps import Asked
from orders.services.transactions import business_transaction


@business_transaction
def propose(*, seller_order_id: UUID, amount: Money, reason: str, asked: Asked) -> ExtraPostage:
    """Ask the buyer for ``amount`` more for the post, before anything is posted; accepts the order too.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: something is posted, a proposal waits for its answer already, or the buyer's
            bank has taken the payment back.
        ChangedMeanwhileError: it is not any more what the asker saw.
        DomainError: the reason is missing, or the amount is nothing or more than the terms allow.
    """
    part = steps.locked(seller_order_id)
    made = part.extra_postages.filter(pk=asked.key).first() if asked.key else None
    if made is not None:
        return made
    steps.check(part, asked.seen)
    _check_proposal(part, amount, reason)
    if part.status == SellerOrderStatus.PLACED:
        seller_orders.accept(seller_order_id=part.pk, actor=asked.actor)
        part.refresh_from_db()
    given = {"pk": asked.key} if asked.key else {}
    extra = ExtraPostage.objects.create(
        seller_order=part,
        amount_minor=amount.minor,
        currency=part.currency,
        reason=reason.strip()[:200],
        proposed_by=asked.actor,
        expires_at=timezone.now() + timedelta(hours=settings.EXTRA_POSTAGE_HOURS),
        **given,
    )
    promises.await_buyer(part, until=extra.expires_at)
    part.save(update_fields=[*promises.FIELDS, "updated_at"])
    _record(part, extra, EventType.POSTAGE_ASKED, asked, action="order.postage_asked")
    enqueue("orders.send_mail", kind="postage_asked", pk=str(extra.pk))
    return extra


def _check_proposal(part: SellerOrder, amount: Money, reason: str) -> None:
    disputes.check_may_be_posted(part)
    if part.status not in (SellerOrderStatus.PLACED, SellerOrderStatus.ACCEPTED):
        raise TransitionError(_("Extra postage can only be asked for before anything is posted."))
    if part.extra_postages.filter(status=PostageStatus.PROPOSED).exists():
        raise TransitionError(_("The buyer has not answered your last proposal yet."))
    if not reason.strip():
        message = _("Say why it costs more.")
        raise DomainError(message, fields={"reason": [message]})
    most = most_extra(part)
    if not 0 < amount.minor <= most.minor:
        message = _("Ask for something, and at most %(most)s.") % {"most": most}
        raise DomainError(message, fields={"amount": [message]})


@business_transaction
def withdraw(*, extra_id: UUID, actor: User | None) -> ExtraPostage:
    """Take a proposal back: the shop posts for what was paid. Raises as ``refuse``."""
    part, extra = _open(extra_id)
    _end(part, extra, PostageStatus.WITHDRAWN)
    _record(
        part, extra, EventType.POSTAGE_WITHDRAWN, Asked(actor), action="order.postage_withdrawn"
    )
    return extra


@business_transaction
def refuse(*, extra_id: UUID, actor: User | None) -> ExtraPostage:
    """Say as the buyer that nothing more is paid: the shop posts for what was paid, or cancels.

    Raises:
        NotFoundError: there is no such proposal.
        TransitionError: it has been answered.
    """
    part, extra = _open(extra_id)
    _end(part, extra, PostageStatus.REFUSED)
    _record(part, extra, EventType.POSTAGE_REFUSED, Asked(actor, side=Actor.BUYER))
    enqueue("orders.send_mail", kind="postage_refused", pk=str(extra.pk))
    return extra


def pay(*, extra_id: UUID) -> str:
    """Return the address of the provider's page on which the extra postage is paid.

    As ``checkout.pay``: the payment is written first, then opened at the provider with its id as the
    key. Must not be called inside a transaction.

    Raises:
        NotFoundError: there is no such proposal.
        TransitionError: it has been answered, or the time to answer is over.
        OrderClosedError: it was answered meanwhile.
        ProviderUnavailableError: the provider did not answer; try again.
    """
    payment = _intent(extra_id)
    if payment.page_url:
        return payment.page_url
    words = _("Extra postage for order %(number)s") % {"number": payment.order.number}
    told = checkout.create_at_provider(payment, description=words)
    kept = payments.remember(payment_id=payment.pk, told=told)
    if not ExtraPostage.objects.filter(payment=kept, status=PostageStatus.PROPOSED).exists():
        # Answered while the provider was opening its payment: nobody may pay that.
        with suppress(ProviderError):
            payments.cancel_at_provider(payment=kept)
        raise OrderClosedError(_("The extra postage is not asked for any more."), order=kept.order)
    if not kept.page_url:
        raise ProviderUnavailableError(_("The payment can’t be opened. Try again in a minute."))
    return kept.page_url


@business_transaction
def _intent(extra_id: UUID) -> Payment:
    """Write the intent to pay a proposal; the last one again, unless the provider has closed it."""
    part, extra = _open(extra_id)
    if is_disputed(part.pk):
        raise TransitionError(_("Your bank has taken the payment back: nothing more is asked for."))
    if not ExtraPostage.objects.filter(pk=extra.pk, expires_at__gt=Now()).exists():
        raise TransitionError(_("The time to answer is over."))
    payment = extra.payment
    if payment is None or payment.status == PaymentStatus.CANCELLED:
        payment = Payment.objects.create(
            order=part.order,
            provider=current_provider().name,
            amount_minor=extra.amount_minor,
            currency=extra.currency,
        )
        extra.payment = payment
        extra.save(update_fields=["payment", "updated_at"])
    payment.order = part.order
    return payment


def expire(*, extra_id: UUID) -> None:
    """Cancel a seller order whose buyer has not answered in time: first the payment at the provider.

    One that turns out to be paid is taken; one whose bank is still deciding waits. Must not be called
    in a transaction.

    Raises:
        ProviderError: the provider does not answer; nothing has changed.
    """
    extra = ExtraPostage.objects.select_related("payment").filter(pk=extra_id).first()
    if extra is None or not extra.is_open:
        return
    if extra.payment is not None and _is_unfinished(extra.payment):
        state = close_payment(payment_id=extra.payment.pk)
        if state is ProviderState.PROCESSING:
            return
    _expire(extra_id)


@business_transaction
def _expire(extra_id: UUID) -> None:
    overdue = ExtraPostage.objects.filter(
        Q(payment=None) | Q(payment__status=PaymentStatus.CANCELLED),
        pk=extra_id,
        expires_at__lte=Now(),
    )
    if not overdue.exists():
        return
    try:
        part, extra = _open(extra_id)
    except TransitionError:
        return
    if has_open_matter(part):
        # The buyer's bank has taken the payment back: what is paid back now would be paid twice.
        return
    promises.close_postage(extra, PostageStatus.EXPIRED)
    _record(part, extra, EventType.POSTAGE_EXPIRED, Asked(None))
    refusal = Refusal(seller_order=part, reason=RefusalReason.POSTAGE, restocked=True)
    refusals.take_back(refusal, asked=Asked(None))
    for kind in ("not_sent", "not_sent_shop"):
        enqueue("orders.send_mail", kind=kind, pk=str(refusal.pk))


def close_payment(*, payment_id: UUID) -> ProviderState | None:
    """Close a payment of extra postage at the provider, and apply how it stands there then.

    Returns None where the provider has never heard of it. Must not be called in a transaction.

    Raises:
        ProviderError: the provider does not answer; nothing has changed.
    """
    payment = Payment.objects.get(pk=payment_id)
    if not _is_unfinished(payment):
        return None
    told = payments.cancel_at_provider(payment=payment)
    if told is None:
        payments.forget(payment_id=payment_id)
        return None
    payments.apply(payment_id=payment_id, told=told)
    return told.state


def _is_unfinished(payment: Payment) -> bool:
    return payment.status not in (PaymentStatus.CAPTURED, PaymentStatus.CANCELLED)


def _open(extra_id: UUID) -> tuple[SellerOrder, ExtraPostage]:
    """Return a proposal that waits for its answer, under its seller order's lock."""
    owner = ExtraPostage.objects.filter(pk=extra_id).values_list("seller_order", flat=True).first()
    if owner is None:
        raise NotFoundError(_("There is no such proposal."))
    part = steps.locked(owner)
    extra = ExtraPostage.objects.select_related("payment").get(pk=extra_id)
    extra.seller_order = part
    if not extra.is_open:
        raise TransitionError(_("The extra postage has been answered."))
    return part, extra


def _end(part: SellerOrder, extra: ExtraPostage, status: PostageStatus) -> None:
    promises.close_postage(extra, status)
    promises.resume(part, extra)
    part.save(update_fields=[*promises.FIELDS, "updated_at"])


def _record(
    part: SellerOrder, extra: ExtraPostage, event: EventType, asked: Asked, *, action: str = ""
) -> None:
    steps.record(
        part,
        event,
        asked,
        action=action,
        note=extra.reason,
        data={
            "extra": str(extra.pk),
            "amount": extra.amount_minor,
            "currency": extra.currency,
            "reason": extra.reason,
        },
    )
