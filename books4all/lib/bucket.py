"""Pictures in an S3-compatible store. Imported only where there is one: its client is large."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage


class BucketStorage(S3Storage):  # type: ignore[misc]  # comes without types
    """A bucket. What is written stays under its name; who may read is the bucket's own business."""

    def __init__(self, **settings: Any) -> None:
        """Take what MEDIA_STORE says (books4all.settings.media)."""
        style = settings.pop("addressing_style")
        settings["client_config"] = Config(
            s3={"addressing_style": style},
            signature_version="s3v4",
            # A store that is away must not keep a worker: the job is done again later.
            connect_timeout=5,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Checksums in trailers are AWS's own; others refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(**settings)
