"""Sending messages to webhooks: signed, tried again for three days, and given up visibly.

Standard Webhooks 1.0. The other side is never asked inside a transaction. A worker that dies on the way
leaves the delivery as it was: the message goes out again under the same id, which is what receivers
know a message by.
"""

import json
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from accounts.models import User
from accounts.services import activity
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.fetch import FetchFailedError, FetchRefusedError
from books4all.lib.jobs import enqueue
from books4all.lib.outgoing import post
from orders.constants import HOOK_OPEN, HookOff, HookState
from orders.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.models.webhooks import ANSWER_LENGTH
from orders.selectors.webhook_types import TEST
from orders.selectors.webhooks import due_delivery, ordered
from orders.services.transactions import business_transaction
from orders.services.webhooks import enqueue_attempt, locked, must_be_on, shut

log = structlog.get_logger(__name__)

# Seconds from a failed attempt to the next: ten attempts in 75 hours and a half, as the specification
# proposes.
SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MOST_ATTEMPTS = len(SCHEDULE) + 1
# So that what failed together is not tried again together: a tenth more at most, but never long, since
# those behind wait for it.
_JITTER, _MOST_JITTER = 0.1, 300
TIMEOUT = 10.0
# An endpoint that has taken nothing for so long is switched off.
PATIENCE = timedelta(days=5)
# Failed messages that one request sends again.
MOST_REPLAYED = 1_000
# How long the log is kept, and how much of it one night's job forgets at most.
KEPT = timedelta(days=30)
_FORGOTTEN_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status of the answer, or why there is none."""

    began: datetime
    duration_ms: int
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was taken. A redirect is none of our business."""
        return self.status is not None and 200 <= self.status < 300


def body_of(message: WebhookMessage) -> bytes:
    """Return a message as it goes over the wire: the same bytes however often it is sent."""
    return json.dumps(ordered(message), ensure_ascii=False, separators=(",", ":")).encode()


def headers_for(
    endpoint: WebhookEndpoint, message: WebhookMessage, body: bytes, *, now: datetime
) -> dict[str, str]:
    """Return the headers of a message that is sent at ``now``, with a signature by each secret that counts."""
    name, text = str(message.pk), body.decode()
    signatures = [Webhook(secret).sign(name, now, text) for secret in endpoint.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Books4All webhooks",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def send(*, delivery_id: UUID, attempt: int) -> None:
    """Try to deliver, if this attempt (counted from 0) is still to be made. For the job.

    Must not be called in a transaction.
    """
    delivery = due_delivery(delivery_id, attempt)
    if delivery is None:
        return
    outcome = _try(delivery) if delivery.endpoint.enabled else None
    _note(
        endpoint_id=delivery.endpoint_id, delivery_id=delivery_id, attempt=attempt, outcome=outcome
    )


def _try(delivery: WebhookDelivery) -> Outcome:
    now, started = datetime.now(UTC), time.monotonic()
    body = body_of(delivery.message)

    def took() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        answer = post(
            delivery.endpoint.url,
            body=body,
            headers=headers_for(delivery.endpoint, delivery.message, body, now=now),
            most_bytes=ANSWER_LENGTH,
            seconds=TIMEOUT,
            this_machine=settings.WEBHOOKS_TO_THIS_MACHINE,
        )
    except (FetchRefusedError, FetchFailedError) as error:
        return Outcome(now, took(), error=error.message[:300])
    # PostgreSQL keeps every character but this one.
    text = answer.body.decode(errors="replace").replace("\0", "�")
    return Outcome(now, took(), status=answer.status, answer=text[:ANSWER_LENGTH])


@business_transaction
def _note(*, endpoint_id: UUID, delivery_id: UUID, attempt: int, outcome: Outcome | None) -> None:
    """Write down what came of an attempt, and what comes next. None: the endpoint was off."""
    try:
        endpoint = locked(endpoint_id)
    except NotFoundError:
        # Removed while an event was being told to it.
        waiting = WebhookDelivery.objects.filter(pk=delivery_id, state__in=HOOK_OPEN)
        waiting.update(state=HookState.DEAD, next_at=None)
        return
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message")
        .filter(pk=delivery_id, attempts=attempt, state__in=HOOK_OPEN)
        .first()
    )
    if delivery is None:
        # The job ran twice, and the other was quicker; or it was given up, or begun anew.
        return
    if outcome is None:
        _close(delivery, HookState.DEAD)
        return
    WebhookAttempt.objects.create(
        delivery=delivery,
        at=outcome.began,
        status=outcome.status,
        duration_ms=outcome.duration_ms,
        answer=outcome.answer,
        error=outcome.error,
    )
    delivery.attempts += 1
    if outcome.ok:
        _close(delivery, HookState.DELIVERED)
        if endpoint.failing_since is not None:
            endpoint.failing_since = None
            endpoint.save(update_fields=["failing_since", "updated_at"])
    else:
        _failed(endpoint, delivery, outcome)


def _close(delivery: WebhookDelivery, state: HookState) -> None:
    delivery.state, delivery.next_at = state, None
    delivery.delivered_at = timezone.now() if state == HookState.DELIVERED else None
    delivery.save(update_fields=["state", "next_at", "delivered_at", "attempts"])


def _failed(endpoint: WebhookEndpoint, delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Plan the next attempt, or give the message up; and the endpoint, when it is gone for good."""
    is_test = delivery.message.type == TEST
    if is_test or delivery.attempts >= MOST_ATTEMPTS:
        _close(delivery, HookState.DEAD)
    else:
        delay = delay_after(delivery.attempts)
        delivery.state = HookState.FAILED
        delivery.next_at = timezone.now() + timedelta(seconds=delay)
        delivery.save(update_fields=["state", "next_at", "attempts"])
        enqueue_attempt(delivery, delay=delay)
    if outcome.status == 410:
        _give_up(endpoint, HookOff.GONE)
    elif not is_test:
        _lose_patience(endpoint)


def delay_after(attempts: int) -> int:
    """Return the seconds to wait after so many failed attempts."""
    usual = SCHEDULE[attempts - 1]
    return usual + round(random.uniform(0, min(usual * _JITTER, _MOST_JITTER)))  # noqa: S311 no secret


def _lose_patience(endpoint: WebhookEndpoint) -> None:
    now = timezone.now()
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since", "updated_at"])
    elif now - endpoint.failing_since >= PATIENCE:
        _give_up(endpoint, HookOff.FAILING)


def _give_up(endpoint: WebhookEndpoint, reason: HookOff) -> None:
    """Switch a locked endpoint off, and tell its owner by mail."""
    if not endpoint.enabled:
        return
    shut(endpoint, reason)
    log.warning("webhook_switched_off", endpoint=str(endpoint.pk), reason=reason.value)
    if endpoint.seller is not None:
        activity.record(
            seller=endpoint.seller,
            actor=None,
            action="webhook.switched_off",
            subject=endpoint.url,
            reason=str(reason.label),
        )
        enqueue("orders.send_mail", kind="webhook_off", pk=str(endpoint.pk))


# --- Again -----------------------------------------------------------------------------------
@business_transaction
def replay(*, delivery_id: UUID, actor: User | None) -> WebhookDelivery:
    """Send a message again under its own id, with all its attempts, delivered or not.

    Raises:
        NotFoundError: there is no such delivery.
        ConflictError: its endpoint is off, or it is about to be sent anyway.
    """
    owner = WebhookDelivery.objects.filter(pk=delivery_id).values_list("endpoint_id", flat=True)
    endpoint = locked(owner.first() or delivery_id)
    must_be_on(endpoint)
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message")
        .get(pk=delivery_id)
    )
    if delivery.state == HookState.WAITING:
        raise ConflictError(_("It is about to be sent."))
    _begin_anew(delivery)
    _log_replay(endpoint, 1, actor)
    return delivery


@business_transaction
def replay_failed(*, endpoint_id: UUID, since: datetime, actor: User | None) -> int:
    """Send again what happened at ``since`` or later and was not taken, the oldest first; returns how many.

    At most ``MOST_REPLAYED`` at once. Raises as ``replay``.
    """
    endpoint = locked(endpoint_id)
    must_be_on(endpoint)
    rows = (
        WebhookDelivery.objects.select_for_update(of=("self",), no_key=True)
        .filter(endpoint=endpoint, state__in=(HookState.FAILED, HookState.DEAD))
        .filter(message__created_at__gte=since)
        .order_by("pk")[:MOST_REPLAYED]
    )
    deliveries = list(rows)
    for delivery in deliveries:
        _begin_anew(delivery)
    if deliveries:
        _log_replay(endpoint, len(deliveries), actor)
    return len(deliveries)


def _begin_anew(delivery: WebhookDelivery) -> None:
    delivery.state, delivery.attempts = HookState.WAITING, 0
    delivery.next_at, delivery.delivered_at = timezone.now(), None
    delivery.save(update_fields=["state", "attempts", "next_at", "delivered_at"])
    enqueue_attempt(delivery)


def _log_replay(endpoint: WebhookEndpoint, n: int, actor: User | None) -> None:
    if endpoint.seller is not None:
        activity.record(
            seller=endpoint.seller,
            actor=actor,
            action="webhook.replayed",
            subject=endpoint.url,
            n=n,
        )


def forget_old() -> int:
    """Forget messages that were told, or given up, long ago, and endpoints that were removed; returns how many.

    For the nightly job. The history of orders keeps what happened.
    """
    before = timezone.now() - KEPT
    waiting = WebhookDelivery.objects.filter(message=OuterRef("pk"), state__in=HOOK_OPEN)
    old = WebhookMessage.objects.filter(~Exists(waiting), created_at__lt=before)
    keys = list(old.order_by("created_at", "pk").values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    WebhookMessage.objects.filter(pk__in=keys).delete()
    gone = WebhookEndpoint.objects.filter(disabled_reason=HookOff.REMOVED, disabled_at__lt=before)
    gone.filter(~Exists(WebhookDelivery.objects.filter(endpoint=OuterRef("pk")))).delete()
    return len(keys)
