"""Middleware that knows no app."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.template.loader import render_to_string

from books4all.lib.api import problems
from books4all.lib.ratelimit import LimitExceededError

Handler = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Give every request an id that its log lines and its answer carry (X-Request-ID)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the proxy's id when it looks like one, else make one."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=request_id, method=request.method, path=request.path
        )
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class UnreadableMiddleware:
    """Keep NUL from everything behind, where PostgreSQL would refuse it in the middle of a page.

    No address has one: 404; a header or cookie with one (browsers send none, but
    ``"\\000"`` in a cookie is read as one) counts as absent. Forms and the API refuse it by field.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or drop and pass on."""
        if "\0" in request.path:
            return _nowhere(request)
        for name in [name for name, value in request.META.items() if _has_nul(name, value)]:
            del request.META[name]
            request.__dict__.pop("headers", None)  # made of META, once
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)


def _has_nul(name: str, value: object) -> bool:
    return name.startswith("HTTP_") and isinstance(value, str) and "\0" in value


def _nowhere(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.not_found(request)
    return HttpResponseNotFound(render_to_string("404.html"))


class DatabaseDownMiddleware:
    """Answer 503 with Retry-After while the database can't be had, instead of 500.

    This sees what a view or its template raises. Middleware further in is wrapped by Django, so what
    that raises (a session that can't be saved) ends in ``books4all.errors.server_error``, which calls
    ``unavailable`` as well.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Catch what a view lets through."""
        return unavailable(request, exception) if is_database_down(exception) else None


def is_database_down(error: BaseException | None) -> bool:
    """Return whether ``error`` means that the database has no connection or no time for us.

    A full pool (``psycopg_pool.PoolTimeout``), a server that is away and a statement or lock that took
    too long are all OperationalError; a connection that broke in use may be InterfaceError.
    """
    return isinstance(error, OperationalError | InterfaceError)


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Return the 503 answer, a page or a problem document, and log why."""
    structlog.get_logger(__name__).error(
        "database_unavailable",
        error=str(error).strip(),
        sqlstate=getattr(error.__cause__, "sqlstate", None),
    )
    if request.path.startswith("/api/"):
        body = (
            '{"type":"about:blank","title":"Service unavailable","status":503,'
            '"code":"unavailable","detail":"Try again in a few seconds."}'
        )
        response = HttpResponse(body, status=503, content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = "5"
    response.headers["Cache-Control"] = "no-store"
    return response


class LimitMiddleware:
    """Answer 429 with Retry-After when a view meets one of our limits."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say how long to wait."""
        if not isinstance(exception, LimitExceededError):
            return None
        seconds = exception.retry_after
        context = {"retry_after": seconds, "message": exception.message}
        response = render(request, "429.html", context, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response


class PrivateByDefaultMiddleware:
    """Keep every answer out of shared caches unless its view said otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add ``private, no-store`` where no Cache-Control is set."""
        response = self.get_response(request)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response
