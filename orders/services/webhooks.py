"""Telling programs what happens, and the endpoints that are told.

Messages are written in the transaction of what they tell of, one delivery an endpoint, each with its job:
nothing is told that did not happen, and nothing that happened is left untold. Sending is in
``webhook_sending``.
"""

import base64
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.fetch import FetchRefusedError
from books4all.lib.jobs import enqueue
from books4all.lib.outgoing import check
from orders.constants import HOOK_OPEN, HookOff, HookState
from orders.models import OrderEvent, WebhookDelivery, WebhookEndpoint, WebhookMessage
from orders.selectors import webhooks as reads
from orders.selectors.webhook_types import TEST, unknown
from orders.services.transactions import business_transaction

MOST_ENDPOINTS = 10
# An old secret signs beside the new one for so long.
OVERLAP = timedelta(hours=24)
_SECRET_BYTES = 32


# --- Telling ---------------------------------------------------------------------------------
def emit_event(*, event: OrderEvent) -> None:
    """Tell what was written into the history of an order; for ``timeline.record``.

    A shop is told of its own part. An order that was placed is told once a part, to the marketplace too.
    """
    kind = reads.event_type(event)
    if not kind:
        return
    endpoints = reads.listeners(kind, whose=reads.shops_told(event))
    if not endpoints:
        return
    parts = reads.parts_told(event)
    for part in parts:
        wanting = [one for one in endpoints if one.seller_id in (None, part.seller_id)]
        data = reads.part_data(event, part)
        _write(kind, wanting, data, seller_id=part.seller_id, event=event)
    if not parts:
        _write(kind, endpoints, reads.order_data(event), seller_id=None, event=event)


def emit(*, kind: str, seller: Seller | None, data: Callable[[], Mapping[str, Any]]) -> None:
    """Tell something that is no event of an order, such as ``payout.created``, in its transaction.

    To the shop's webhooks and the marketplace's own. ``data`` is asked for only when somebody listens; it
    returns JSON with amounts as the API writes them (``selectors.webhooks.amount``).
    """
    whose = Q(pk=None) if seller is None else Q(seller=seller)
    endpoints = reads.listeners(kind, whose=whose)
    if endpoints:
        _write(kind, endpoints, dict(data()), seller_id=None if seller is None else seller.pk)


def _write(
    kind: str,
    endpoints: Sequence[WebhookEndpoint],
    data: Mapping[str, Any],
    *,
    seller_id: int | None,
    event: OrderEvent | None = None,
) -> list[WebhookDelivery]:
    if not endpoints:
        return []
    moment = event.created_at if event else timezone.now()
    message = WebhookMessage.objects.create(
        type=kind,
        seller_id=seller_id,
        event=event,
        payload={"type": kind, "timestamp": moment.isoformat(), "data": data},
    )
    deliveries = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(message=message, endpoint=endpoint, next_at=timezone.now())
        for endpoint in endpoints
    )
    for delivery in deliveries:
        enqueue_attempt(delivery)
    return deliveries


def enqueue_attempt(delivery: WebhookDelivery, *, delay: int = 0) -> None:
    """Enqueue the next attempt of ``delivery``.

    Those of one endpoint that have failed equally often follow each other: a slow receiver takes one
    place of the worker's, not all.
    """
    enqueue(
        "orders.send_webhook",
        delay=delay,
        lock=f"webhook.{delivery.endpoint_id}.{delivery.attempts}",
        delivery_id=str(delivery.pk),
        attempt=delivery.attempts,
    )


# --- Endpoints -------------------------------------------------------------------------------
@business_transaction
def add(
    *,
    seller: Seller | None,
    url: str,
    description: str = "",
    types: Sequence[str] = (),
    actor: User | None,
) -> WebhookEndpoint:
    """Have a shop's program (None: the marketplace's) told. Its ``secret`` is to be shown now, and never again.

    Raises:
        DomainError: nothing is sent to such an address, a type is unknown, or there are too many.
    """
    if seller is not None:
        # Two of the team at once: one waits for the other, and sees what it did.
        Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
    url, types = must_fit(seller, url, types)
    endpoint = WebhookEndpoint.objects.create(
        seller=seller, url=url, description=description[:200], types=types, secret=new_secret()
    )
    _log(endpoint, "webhook.added", actor)
    return endpoint


@business_transaction
def amend(
    *,
    endpoint_id: UUID,
    url: str | None = None,
    description: str | None = None,
    types: Sequence[str] | None = None,
    enabled: bool | None = None,
    actor: User | None,
) -> WebhookEndpoint:
    """Change where an endpoint is and what it is told, switch it on or off; None leaves it as it is.

    Raises as ``add``, and NotFoundError.
    """
    endpoint = locked(endpoint_id)
    before = endpoint.url, endpoint.description, endpoint.types
    if description is not None:
        endpoint.description = description[:200]
    if url is not None or types is not None:
        endpoint.url, endpoint.types = must_fit(
            endpoint.seller,
            endpoint.url if url is None else url,
            endpoint.types if types is None else types,
            but=endpoint.pk,
        )
    if before != (endpoint.url, endpoint.description, endpoint.types):
        endpoint.save(update_fields=["url", "description", "types", "updated_at"])
        _log(endpoint, "webhook.changed", actor)
    if enabled is not None and enabled != endpoint.enabled:
        switch = switch_on if enabled else switch_off
        endpoint = switch(endpoint_id=endpoint.pk, actor=actor)
    return endpoint


@business_transaction
def rotate(*, endpoint_id: UUID, actor: User | None) -> WebhookEndpoint:
    """Make a new secret; the one before signs beside it for ``OVERLAP``, one before that not any more.

    Raises:
        NotFoundError: there is no such endpoint.
    """
    endpoint = locked(endpoint_id)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_until = timezone.now() + OVERLAP
    endpoint.secret = new_secret()
    endpoint.save(
        update_fields=["secret", "previous_secret", "previous_until", "updated_at"],
    )
    _log(endpoint, "webhook.secret_rotated", actor)
    return endpoint


@business_transaction
def switch_on(*, endpoint_id: UUID, actor: User | None) -> WebhookEndpoint:
    """Send to an endpoint again from now on. What was given up meanwhile can be sent again."""
    endpoint = locked(endpoint_id)
    if not endpoint.enabled:
        endpoint.disabled_at, endpoint.disabled_reason = None, ""
        endpoint.failing_since = None
        endpoint.save(
            update_fields=["disabled_at", "disabled_reason", "failing_since", "updated_at"]
        )
        _log(endpoint, "webhook.switched_on", actor)
    return endpoint


@business_transaction
def switch_off(*, endpoint_id: UUID, actor: User | None) -> WebhookEndpoint:
    """Send nothing to an endpoint any more. What waits is given up, and can be sent again later."""
    endpoint = locked(endpoint_id)
    if endpoint.enabled:
        shut(endpoint, HookOff.BY_HAND)
        _log(endpoint, "webhook.switched_off", actor)
    return endpoint


@business_transaction
def remove(*, endpoint_id: UUID, actor: User | None) -> None:
    """Take an endpoint away, with its secrets.

    The row stays until the log of it is old: an event that is being told just now may still name it.
    """
    endpoint = locked(endpoint_id)
    shut(endpoint, HookOff.REMOVED)
    endpoint.secret, endpoint.previous_secret = "removed", ""
    endpoint.save(update_fields=["secret", "previous_secret", "updated_at"])
    _log(endpoint, "webhook.removed", actor)


@business_transaction
def test(*, endpoint_id: UUID, actor: User | None) -> WebhookDelivery:
    """Send a message of the type ``webhook.test`` to an endpoint, once.

    Raises:
        NotFoundError: there is no such endpoint.
        ConflictError: it is switched off.
    """
    endpoint = locked(endpoint_id)
    must_be_on(endpoint)
    shop = endpoint.seller.slug if endpoint.seller else None
    data = {"shop": shop, "message": "It works."}
    (delivery,) = _write(TEST, [endpoint], data, seller_id=endpoint.seller_id)
    _log(endpoint, "webhook.tested", actor)
    return delivery


# --- Shared with sending ---------------------------------------------------------------------
def must_fit(
    seller: Seller | None, url: str, types: Sequence[str], *, but: UUID | None = None
) -> tuple[str, list[str]]:
    """Return the address and the types of an endpoint as they are written; of ``but``, if it is there.

    Raises:
        DomainError: nothing is sent to such an address, it is there already, a type is unknown, or there
            are as many endpoints as there can be.
    """
    url, kinds = _checked(url, types, marketplace=seller is None)
    known = WebhookEndpoint.objects.filter(seller=seller).exclude(disabled_reason=HookOff.REMOVED)
    others = [found for key, found in known.values_list("pk", "url") if key != but]
    if url in others:
        raise _refused("url", _("There is a webhook with this address."))
    if len(others) >= MOST_ENDPOINTS:
        message = _("There can be at most %(n)d webhooks. Remove one that is not used any more.")
        raise DomainError(message % {"n": MOST_ENDPOINTS})
    return url, kinds


def locked(endpoint_id: UUID) -> WebhookEndpoint:
    """Return an endpoint under its row's lock, which comes before those of its deliveries.

    Raises:
        NotFoundError: there is none, or it was removed.
    """
    rows = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("seller").filter(pk=endpoint_id).first()
    if found is None or found.removed:
        raise NotFoundError(_("There is no such webhook."))
    return found


def must_be_on(endpoint: WebhookEndpoint) -> None:
    """Refuse to send to an endpoint that is off. Raises ConflictError."""
    if not endpoint.enabled:
        raise ConflictError(_("This webhook is off. Switch it on first."))


def shut(endpoint: WebhookEndpoint, reason: HookOff) -> None:
    """Send nothing to a locked endpoint any more, and give up what waits."""
    endpoint.disabled_at, endpoint.disabled_reason = timezone.now(), reason
    endpoint.save(update_fields=["disabled_at", "disabled_reason", "updated_at"])
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state__in=HOOK_OPEN)
    waiting.update(state=HookState.DEAD, next_at=None)


def new_secret() -> str:
    """Return a secret as the specification writes it: 256 random bits in base 64, with its prefix."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _checked(url: str, types: Sequence[str], *, marketplace: bool) -> tuple[str, list[str]]:
    url = url.strip()
    try:
        check(url[:501], this_machine=settings.WEBHOOKS_TO_THIS_MACHINE)
    except FetchRefusedError as error:
        raise _refused("url", error.message) from error
    if len(url) > 500:
        raise _refused("url", _("An address can have at most 500 characters."))
    strange = unknown(types, marketplace=marketplace)
    if strange:
        raise _refused("types", _("There is no type “%(name)s”.") % {"name": strange[0][:60]})
    return url, sorted(set(types))


def _refused(field: str, message: str) -> DomainError:
    return DomainError(message, fields={field: [message]})


def _log(endpoint: WebhookEndpoint, action: str, actor: User | None, **details: object) -> None:
    """Write it into the shop's log. What concerns the marketplace's own stands in the staff's history."""
    if endpoint.seller is not None:
        activity.record(
            seller=endpoint.seller, actor=actor, action=action, subject=endpoint.url, **details
        )
