"""Throttles that hold under parallel requests: the framework's classes over our own limits.

The framework's throttles read a count and write it back, so that requests at the same time all read
the old one (a limit of 10 let 53 of 60 through). These count inside Redis (books4all.lib.ratelimit).
"""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from books4all.lib.http import client_address, network_of
from books4all.lib.ratelimit import Limit, LimitExceededError, limiter

if TYPE_CHECKING:
    # The framework loads this module while it loads its views.
    from rest_framework.views import APIView


class LimitThrottle(BaseThrottle):
    """A throttle whose rate is ``settings.API_LIMITS[scope]``."""

    scope = ""

    def __init__(self) -> None:
        self._wait: float | None = None

    def identity(self, request: Request) -> tuple[str, ...] | None:
        """Return whose requests are counted together; None counts nothing."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count this request and return whether it is within the limit."""
        del view
        identity = self.identity(request)
        if identity is None:
            return True
        limit = Limit(f"api-{self.scope}", settings.API_LIMITS[self.scope])
        try:
            limiter().hit(limit, *identity)
        except LimitExceededError as error:
            self._wait = float(error.retry_after)
            return False
        return True

    def wait(self) -> float | None:
        """Return the seconds after which to try again."""
        return self._wait


class AddressThrottle(LimitThrottle):
    """Counts by the client's network address; checked before a token is looked at."""

    scope = "address"

    def identity(self, request: Request) -> tuple[str, ...] | None:
        """Return the client's address (of IPv6, the customer's /64)."""
        return (network_of(client_address(request._request)),)  # noqa: SLF001 documented attribute


class UserThrottle(LimitThrottle):
    """Counts by the signed-in user, wherever they are."""

    scope = "user"

    def identity(self, request: Request) -> tuple[str, ...] | None:
        """Return the user's key; visitors are counted by address alone."""
        user = request.user
        return (str(user.pk),) if user.is_authenticated else None


class CheckoutThrottle(AddressThrottle):
    """Counts checkouts, which hold stock, more tightly."""

    scope = "checkout"
