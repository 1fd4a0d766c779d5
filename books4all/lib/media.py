"""The store of public pictures: files that are written once, under names that say what is in them."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, storages

STORE = "media"


class FolderStorage(FileSystemStorage):
    """A folder. A file is there whole or not at all, whoever writes it at the same time."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name as it is: a file of that name is the same file."""
        del max_length
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        """Write beside the name, then take the name in one step."""
        path = Path(self.path(name))
        path.parent.mkdir(
            parents=True, exist_ok=True, mode=self.directory_permissions_mode or 0o755
        )
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
            Path(written).chmod(self.file_permissions_mode or 0o644)
            Path(written).replace(path)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise
        return name


class _Typed(ContentFile):  # type: ignore[type-arg]  # not generic when it runs
    """Bytes with their type, which an S3 store tells browsers."""

    def __init__(self, data: bytes, content_type: str) -> None:
        super().__init__(data)
        self.content_type = content_type


def put(path: str, data: bytes, content_type: str) -> None:
    """Write a file; one of the same name is replaced, and is the same anyway.

    Raises:
        OSError: the folder or the store can't be written (an S3 store raises botocore's errors).
    """
    storages[STORE].save(path, _Typed(data, content_type))


def drop(path: str) -> None:
    """Remove a file, if it is there."""
    storages[STORE].delete(path)
