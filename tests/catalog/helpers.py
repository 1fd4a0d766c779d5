"""What the tests of the catalogue's pages share."""

import json
import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

_BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def get(path: str, **cookies: str) -> HttpResponse:
    """Ask for a page as an anonymous visitor, ``country="FR"`` for one in France."""
    client = Client()
    client.cookies.load(cookies)
    return client.get(path)  # type: ignore[return-value]


def queries(path: str) -> int:
    """Return how many queries the page takes for an anonymous visitor."""
    with CaptureQueriesContext(connection) as captured:
        assert get(path).status_code == 200
    return len(captured)


def data_blocks(response: HttpResponse) -> list[dict[str, Any]]:
    """Return the page's JSON-LD, read as a program would."""
    return [json.loads(text) for text in _BLOCK.findall(response.content.decode())]
