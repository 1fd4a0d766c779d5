"""Photographs in a case: taken from either side, made anew in a job, shown to the two and to staff.

As with copies, nothing waits for a decoder inside a transaction, and a job that runs twice does no
harm. The files lie in the private store; pages hand them out after they have looked who asks.
"""

import hashlib
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from books4all.lib import images
from books4all.lib.errors import ConflictError
from books4all.lib.jobs import enqueue
from catalog.constants import CoverStatus
from orders.models import CasePhoto
from orders.models.cases import MOST_OF_A_SIDE, private_store
from orders.services.case_steps import By, locked
from orders.services.transactions import business_transaction

log = structlog.get_logger(__name__)


def add(*, case_id: UUID, data: bytes, by: By) -> CasePhoto:
    """Take a file as a photograph of one side; a job makes it anew.

    Raises:
        NotFoundError: there is no such case.
        ImageRefusedError: it can't become a picture.
        ConflictError: the case is closed, has this very file, or as many of this side as fit.
    """
    images.check(data)
    return _add(case_id=case_id, data=data, by=by)


@business_transaction
def _add(*, case_id: UUID, data: bytes, by: By) -> CasePhoto:
    case = locked(case_id)
    if not case.is_open:
        raise ConflictError(_("This case is closed."))
    there = case.photos.exclude(status=CoverStatus.REFUSED).filter(side=by.side)
    if there.count() >= MOST_OF_A_SIDE:
        message = _("Each side can show at most %(most)d photographs.")
        raise ConflictError(message % {"most": MOST_OF_A_SIDE})
    try:
        with transaction.atomic():
            photo = CasePhoto.objects.create(
                case=case, side=by.side, sha256=hashlib.sha256(data).hexdigest(), original=data
            )
    except IntegrityError:
        raise ConflictError(_("This photograph is there already.")) from None
    enqueue("orders.make_case_photo", photo_id=str(photo.pk))
    return photo


def make(*, photo_id: UUID) -> None:
    """Make a photograph anew and store it, or write down why it can't be one."""
    waiting = CasePhoto.objects.filter(pk=photo_id, status=CoverStatus.WAITING)
    photo = waiting.first()
    if photo is None or photo.original is None:
        return
    try:
        made = images.make(bytes(photo.original), of_copy=True)
    except images.ImageRefusedError as refused:
        log.info("case_photo_refused", photo=str(photo.pk), problem=refused.code)
        waiting.update(status=CoverStatus.REFUSED, problem=refused.message[:300], original=None)
        return
    store = private_store()
    for file in made.files:
        if file.kind == "jpg":
            path = photo.path(file.width)
            store.delete(path)
            store.save(path, ContentFile(file.data))
    waiting.update(status=CoverStatus.READY, widths=list(made.widths), original=None)
