"""Errors on the wire: problem documents (RFC 9457), each with a stable ``code``.

One handler turns our own errors and Django REST framework's into the same shape::

    {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid",
     "detail": "…", "errors": [{"field": "email", "code": "required", "message": "…"}]}
"""

from collections.abc import Iterator, Mapping
from functools import singledispatch
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from books4all.lib.errors import DomainError
from books4all.lib.money import Money

CONTENT_TYPE = "application/problem+json"
# Codes that differ from the framework's own names for the same thing.
_CODES = {"throttled": "rate_limited"}


@singledispatch
def represent(value: object) -> Any:
    """Return ``value`` of an error's ``extra`` as JSON; a type nobody registered stays out (None).

    Apps register what their errors carry: ``represent.register(Quote, ...)``.
    """
    return None


@represent.register(str)
@represent.register(int)
@represent.register(float)
def _plain(value: object) -> object:
    return value


@represent.register(UUID)
def _text(value: UUID) -> str:
    return str(value)


@represent.register(Money)
def _money(value: Money) -> dict[str, object]:
    return {"amount_minor": value.minor, "currency": value.currency}


@represent.register(list)
@represent.register(tuple)
def _list(value: list[object]) -> list[object]:
    return [represent(item) for item in value]


@represent.register(Mapping)
def _mapping(value: Mapping[object, object]) -> dict[str, object]:
    return {str(key): represent(item) for key, item in value.items()}


def document(
    status: int,
    *,
    code: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    extra: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return the members of a problem; ``extra`` never replaces a standard one."""
    shown = {key: represent(value) for key, value in (extra or {}).items()}
    standard: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        standard["errors"] = errors
    return {**{key: value for key, value in shown.items() if value is not None}, **standard}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem for ``error``, or None for one that only a person can mend (500)."""
    del context
    body, headers = _problem_of(error)
    if body is None:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def _problem_of(error: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    headers: dict[str, str] = {}
    body: dict[str, Any] | None = None
    match error:
        case DomainError():
            body = _of_domain_error(error, headers)
        case exceptions.ValidationError():
            body = _of_fields(list(_field_errors(error.get_full_details())))
        case exceptions.APIException():
            body = _of_api_exception(error, headers)
        case DjangoValidationError():
            body = _of_fields(list(_django_errors(error)))
        case Http404() | ObjectDoesNotExist():
            body = document(404, code="not_found", detail=_("There is nothing here."))
        case PermissionDenied():
            body = document(403, code="permission_denied", detail=_("You may not do this."))
    return body, headers


def _of_fields(errors: list[dict[str, str]]) -> dict[str, Any]:
    return document(400, code="invalid", detail=_remedy(errors), errors=errors)


def _of_domain_error(error: DomainError, headers: dict[str, str]) -> dict[str, Any]:
    retry = error.extra.get("retry_after")
    if retry is not None:
        headers["Retry-After"] = str(retry)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    errors = [
        {"field": field, "code": error.code, "message": str(message)}
        for field, messages in error.fields.items()
        for message in messages
    ]
    return document(
        error.status, code=error.code, detail=str(error.message), errors=errors, extra=error.extra
    )


def _of_api_exception(error: exceptions.APIException, headers: dict[str, str]) -> dict[str, Any]:
    if header := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = header
    wait = getattr(error, "wait", None)
    extra: dict[str, object] = {}
    if wait is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
        extra["retry_after"] = max(1, round(wait))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    return document(
        error.status_code,
        code=_CODES.get(code, code),
        detail=str(error.detail) if not isinstance(error.detail, dict | list) else "",
        extra=extra,
    )


def _field_errors(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten the framework's nested errors: ``address.city``, ``lines.0.quantity``."""
    if isinstance(details, dict) and {"message", "code"} == set(details):
        # Half a character (a lone surrogate), sent in JSON and named in the message, can't be sent back.
        field, message = (
            text.encode(errors="replace").decode() for text in (path, str(details["message"]))
        )
        yield {"field": field, "code": str(details["code"]), "message": message}
    elif isinstance(details, dict):
        for key, value in details.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from _field_errors(value, ".".join(part for part in (path, name) if part))
    else:
        for index, item in enumerate(details):
            leaf = isinstance(item, dict) and {"message", "code"} == set(item)
            yield from _field_errors(item, path if leaf else f"{path}.{index}".lstrip("."))


def _django_errors(error: DjangoValidationError) -> Iterator[dict[str, str]]:
    by_field: Mapping[str, Any] = (
        error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    )
    for field, errors in by_field.items():
        for item in errors:
            yield {
                "field": "" if field == NON_FIELD_ERRORS else field,
                "code": str(item.code or "invalid"),
                "message": " ".join(item.messages),
            }


def _remedy(errors: list[dict[str, str]]) -> str:
    """Say in one line what to mend, for people who read only ``detail``."""
    return " ".join(
        f"{error['field']}: {error['message']}" if error["field"] else error["message"]
        for error in errors[:5]
    )


@csrf_exempt
def not_found(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer an address under the API that leads nowhere, whatever the method."""
    del request, path
    body = document(
        404, code="not_found", detail=_("The API has no such address. See /api/v1/docs/.")
    )
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)


def server_error() -> HttpResponse:
    """Answer a request that a fault of ours stopped."""
    body = document(500, code="server_error", detail=_("Something broke on our side. Try again."))
    return JsonResponse(body, status=500, content_type=CONTENT_TYPE)
