"""Where pictures are kept: a folder that nginx serves, or any S3-compatible store."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

# The files are named by what is in them: nobody ever has to ask again.
FOR_EVER = "public, max-age=31536000, immutable"
_STYLES = {"path", "virtual", "auto"}
_ANSWERS = {"endpoint", "region", "style"}


def store(address: str, *, root: str, url: str, key: str, secret: str) -> dict[str, Any]:
    """Return the store as an entry of Django's STORAGES.

    ``address`` is empty for the folder ``root``, or
    ``s3://bucket/prefix?endpoint=https://…&region=…&style=path``. Without ``key`` and ``secret``
    boto3 looks where it always does (a role of the machine, ~/.aws).

    Raises:
        ImproperlyConfigured: the address is not understood, or nothing says where browsers look.
    """
    if not address:
        return {
            "BACKEND": "books4all.lib.media.FolderStorage",
            "OPTIONS": {
                "location": root,
                "base_url": url,
                "file_permissions_mode": 0o644,
                "directory_permissions_mode": 0o755,
            },
        }
    parts = urlsplit(address)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.netloc or set(asked) - _ANSWERS:
        msg = (
            "MEDIA_STORE must be empty or s3://bucket/prefix?endpoint=https://…&region=…&style=path"
        )
        raise ImproperlyConfigured(msg)
    if not url.startswith(("https://", "http://")):
        msg = "MEDIA_URL: the public address of the bucket in MEDIA_STORE, https://…/"
        raise ImproperlyConfigured(msg)
    if asked.get("style", "auto") not in _STYLES:
        msg = f"MEDIA_STORE: style is one of {', '.join(sorted(_STYLES))}"
        raise ImproperlyConfigured(msg)
    return {
        "BACKEND": "books4all.lib.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": asked.get("endpoint"),
            "region_name": asked.get("region"),
            "addressing_style": asked.get("style", "auto"),
            "access_key": key or None,
            "secret_key": secret or None,
            "default_acl": None,  # the bucket's policy says who may read
            "querystring_auth": False,
            "file_overwrite": True,
            "object_parameters": {"CacheControl": FOR_EVER},
        },
    }


def origin(url: str) -> list[str]:
    """Return where pictures come from, for the content security policy; nothing for our own site."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
