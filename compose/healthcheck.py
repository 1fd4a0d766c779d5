"""The container's health: does this replica answer? (/readyz would ask for its engines as well.)"""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

request = urllib.request.Request(
    "http://127.0.0.1:8000/healthz",
    headers={
        # What nginx would say of a visitor: the settings refuse other names and plain HTTP.
        "Host": urlsplit(os.environ.get("PUBLIC_URL", "http://localhost")).netloc,
        "X-Forwarded-Proto": "https",
    },
)
try:
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - our own address
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(str(error))
