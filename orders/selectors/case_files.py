"""The files of a case, read from the private store for somebody who may see them."""

from django.utils.translation import gettext as _

from books4all.lib.errors import NotFoundError
from orders.models import Case, CasePhoto
from orders.models.cases import private_store


def photo_file(photo: CasePhoto, width: int) -> bytes:
    """Return a photograph of that width, as JPEG. Raises NotFoundError."""
    if width not in photo.widths:
        raise NotFoundError(_("There is no such photograph."))
    try:
        with private_store().open(photo.path(width), "rb") as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise NotFoundError(_("There is no such photograph.")) from error


def label_file(case: Case) -> bytes:
    """Return the label for the way back, a PDF. Raises NotFoundError."""
    if not case.label:
        raise NotFoundError(_("There is no label."))
    try:
        with case.label.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise NotFoundError(_("There is no label.")) from error
