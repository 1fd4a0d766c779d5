"""Stripe's SDK as this site uses it: one client, short timeouts, its errors told as ours."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import stripe
from django.conf import settings

from orders.errors import ProviderError, ProviderRefusedError

T = TypeVar("T")

# Seconds to connect and to wait for an answer. With the retries a buyer waits half a minute at most.
TIMEOUT = (3.05, 8.0)
RETRIES = 2
# What Stripe has looked at and said no to. All else may be otherwise the next time: a wrong key of
# ours, too, must not make a refund fail for good.
_REFUSALS = (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError)


def client() -> stripe.StripeClient:
    """Return the SDK's client by the settings.

    Raises:
        ProviderError: no key is set.
    """
    if not settings.STRIPE_SECRET_KEY:
        msg = "STRIPE_SECRET_KEY is not set"
        raise ProviderError(msg)
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base, "files": base} if base else None,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def call(work: Callable[[stripe.StripeClient], T]) -> T:
    """Return what ``work`` gets from Stripe.

    Raises:
        ProviderRefusedError: Stripe said no, and will say so again.
        ProviderError: it is not known what came of it.
    """
    try:
        return work(client())
    except _REFUSALS as error:
        # 409: another request with the same key is being answered just now.
        kind = ProviderError if error.http_status in {409, 429} else ProviderRefusedError
        raise kind(_said(error)) from error
    except stripe.StripeError as error:
        raise ProviderError(_said(error)) from error


def _said(error: stripe.StripeError) -> str:
    """Return what Stripe said, for staff and logs: never more than the code and the request."""
    return f"Stripe: {error.code or type(error).__name__} ({error.request_id or 'no request'})"
