"""Signatures of webhooks: Standard Webhooks 1.0 (HMAC-SHA256 over ``id.timestamp.body``)."""

import base64
import hmac
import time
from collections.abc import Mapping, Sequence

from orders.errors import WebhookRefusedError

# Seconds by which sender's and receiver's clocks may differ.
TOLERANCE = 300


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """Return one signature, as it stands in the header: ``v1,`` and base64."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, "sha256").digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(
    secret: str, event_id: str, body: bytes, *, now: int | None = None
) -> dict[str, str]:
    """Return the headers that go with ``body``. ``now`` is in seconds since 1970."""
    timestamp = str(int(time.time()) if now is None else now)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, event_id, timestamp, body),
    }


def verify(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now: float | None = None
) -> str:
    """Return the id of a message that was signed with one of ``secrets`` just now.

    While a secret is being replaced both are good. Headers are looked up in lower case.

    Raises:
        WebhookRefusedError: a header is missing, the time is off by more than ``TOLERANCE``, or no
            signature fits.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not event_id or len(event_id) > 120 or not (timestamp.isascii() and timestamp.isdigit()):
        msg = "headers missing"
        raise WebhookRefusedError(msg)
    clock = time.time() if now is None else now
    if len(timestamp) > 12 or abs(clock - int(timestamp)) > TOLERANCE:
        msg = "too old, or from the future"
        raise WebhookRefusedError(msg)
    offered = [part.encode() for part in given.get("webhook-signature", "").split()][:8]
    wanted = [signature(secret, event_id, timestamp, body).encode() for secret in secrets]
    # No early end: how long it takes says nothing about which one fitted, or how far.
    matches = [hmac.compare_digest(one, other) for one in offered for other in wanted]
    if not any(matches):
        msg = "no signature fits"
        raise WebhookRefusedError(msg)
    return event_id
