"""Documents that people send us to look at, such as a passport: what they are is read from the bytes."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

# Bytes. nginx takes requests of up to 10 MB.
MOST_BYTES = 8 * 1024 * 1024

# The first bytes of a file of each kind, and the ending it is kept under.
_BEGINNINGS = (
    (b"%PDF-", ".pdf"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
)
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


def check_document(file: "UploadedFile[Any]") -> str:
    """Return the ending (``.pdf``, ``.jpg``, …) that the file's bytes deserve, whatever it is called.

    Raises:
        ValueError: it is empty, larger than ``MOST_BYTES``, or of another kind; the message says which.
    """
    if not file.size:
        raise ValueError(_("The file is empty. Choose another one."))
    if file.size > MOST_BYTES:
        raise ValueError(
            _("The file is too large: at most %(n)s MB. A smaller photograph will do.")
            % {"n": MOST_BYTES // 1024 // 1024}
        )
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    for beginning, ending in _BEGINNINGS:
        if start.startswith(beginning):
            return ending
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return ".webp"
    raise ValueError(_("Send a PDF or a picture (JPEG, PNG or WebP)."))
