"""The ``Idempotency-Key`` header (IETF draft-ietf-httpapi-idempotency-key-header)."""

import re

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from books4all.lib.errors import DomainError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PARAMETER = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    required=True,
    description="1 to 100 printable characters, new for each purchase (a UUID, say). "
    "The same request with the same key is answered the same.",
)
_KEY = re.compile(r'"?([!-~]{1,100}?)"?')


class KeyMissingError(DomainError):
    """There is no key, or not of the shape."""

    code = "idempotency_key_missing"


def key_of(request: Request) -> str:
    """Return the request's key, without the quotes it may be written in.

    Raises:
        KeyMissingError: there is none, or it is not 1 to 100 printable ASCII characters.
    """
    matched = _KEY.fullmatch(request.headers.get(HEADER, ""))
    if not matched:
        message = _("Send an Idempotency-Key header of 1 to 100 characters, such as a UUID.")
        raise KeyMissingError(message, fields={HEADER: [message]})
    return matched[1]
