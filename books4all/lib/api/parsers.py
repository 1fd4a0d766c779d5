"""JSON bodies, read with limits: none of them takes more time or memory than an order could need."""

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

# No body of ours is longer than a few kilobytes.
MOST_BYTES = 128 * 1024


class BodyTooLongError(APIException):
    """The body is longer than any that the API reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too long."
    default_code = "too_long"


class StrictJSONParser(JSONParser):
    """Reads a body of at most ``MOST_BYTES``; what is no JSON, however it is broken, is a ParseError.

    The framework's parser reads whatever length there is, and lets three things through as faults of
    ours: nesting deeper than Python's stack, an unknown charset, and names with lone surrogates,
    which no answer could repeat.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what the body says.

        Raises:
            BodyTooLongError: longer than ``MOST_BYTES``.
            ParseError: no JSON, or none that could be written again as UTF-8.
        """
        encoding = (parser_context or {}).get("encoding") or settings.DEFAULT_CHARSET
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise BodyTooLongError
        try:
            codecs.lookup(encoding)
            text = body.decode(encoding)
            value = json.loads(text, parse_constant=_refused)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, LookupError, RecursionError) as error:
            raise ParseError(_("The body is no JSON that we can read.")) from error
        return value


def _refused(constant: str) -> None:
    raise ValueError(constant)
