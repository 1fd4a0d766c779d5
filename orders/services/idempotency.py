"""Requests that may be sent twice: the first answer is kept and given again.

A key belongs to whoever sends it (``owner``) and to one request (``fingerprint``). While a request is
being answered its row is leased: others are told to wait, and when the process that holds the lease
dies, the next request with the key takes over once the lease is over, by the database's clock.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from orders.errors import KeyInUseError, KeyReusedError
from orders.models import IdempotencyKey

# Longer than the slowest answer (two calls of the payment provider and our own locks).
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body. ``replayed``: it was given before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def fingerprint_of(*, method: str, path: str, body: object) -> str:
    """Return a hash of a request; the order of the body's fields does not matter."""
    canonical = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def once(*, owner: str, key: str, fingerprint: str, work: Callable[[], Answer]) -> Answer:
    """Return the answer kept under ``key``, or do ``work`` and keep its answer.

    ``work`` must not run inside a transaction and has to be harmless when it runs again: it does
    after a crash. An error that it raises is kept by nobody, so that 409, 429 and 503 can be tried
    again with the same key.

    Raises:
        KeyReusedError: the key came with another request before.
        KeyInUseError: that request is being answered now. ``extra["retry_after"]`` is in seconds.
    """
    found = _claim(owner, key, fingerprint)
    if isinstance(found, Answer):
        return found
    mine = IdempotencyKey.objects.filter(owner=owner, key=key, locked_until=found, status=None)
    try:
        answer = work()
    except BaseException:
        mine.delete()
        raise
    # Only while the lease is ours: whoever took it over keeps their own answer.
    mine.update(status=answer.status, body=answer.body, locked_until=None)
    return answer


@transaction.atomic
def _claim(owner: str, key: str, fingerprint: str) -> Answer | datetime:
    """Return the kept answer, or the end of the lease that is now ours."""
    IdempotencyKey.objects.bulk_create(
        [IdempotencyKey(owner=owner, key=key, fingerprint=fingerprint)], ignore_conflicts=True
    )
    rows = IdempotencyKey.objects.filter(owner=owner, key=key).select_for_update()
    row = rows.annotate(now=Now()).first()
    if row is None:  # it was given up between the two statements
        raise KeyInUseError(_("This request was being answered. Send it again."), retry_after=1)
    if row.fingerprint != fingerprint:
        raise KeyReusedError(
            _("This Idempotency-Key came with another request. Use a new one."),
            fields={"Idempotency-Key": [_("Use a new key for a new request.")]},
        )
    if row.status is not None:
        return Answer(row.status, row.body or {}, replayed=True)
    now: datetime = row.now
    if row.locked_until and row.locked_until > now:
        raise KeyInUseError(_("This request is being answered. Wait a moment."), retry_after=1)
    row.locked_until = now + LEASE
    row.save(update_fields=["locked_until"])
    return row.locked_until


def forget_old() -> int:
    """Delete keys that are older than ``KEPT``, and return how many there were."""
    count, _by_model = IdempotencyKey.objects.filter(created_at__lt=Now() - KEPT).delete()
    return count


def plain(value: Any) -> Any:
    """Return ``value`` as JSON would give it back (dates and ids as text)."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
