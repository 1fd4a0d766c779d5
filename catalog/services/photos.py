"""Photographs of single copies: taken from their seller, made anew in a job, put in order, removed.

As with covers, nothing waits for a decoder inside a transaction, and a job that runs twice does no
harm: the files' names are a hash of what is in them.
"""

import hashlib
from collections.abc import Iterable, Sequence

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services import activity
from books4all.lib import images, media
from books4all.lib.errors import ConflictError, NotFoundError
from books4all.lib.jobs import enqueue
from books4all.lib.pictures import COPIES, KINDS, path_of
from catalog.constants import CoverStatus
from catalog.models import Listing, ListingPhoto, PhotoOriginal
from catalog.services import copies

log = structlog.get_logger(__name__)

MOST_PHOTOS = 12


def upload(
    *, seller: Seller, listing_id: int, data: bytes, alt: str = "", actor: User | None
) -> ListingPhoto:
    """Take a file as the last photograph of a copy; its pictures are made in a job.

    Raises:
        NotFoundError: the shop has no such listing.
        ImageRefusedError: it can't become a picture.
        ConflictError: the copy has this very file, or as many photographs as fit.
    """
    copies.own(seller=seller, listing_id=listing_id)
    images.check(data)
    with transaction.atomic():
        # Two uploads at a time: each is counted before the next.
        listing = copies.lock_own(seller=seller, listing_id=listing_id)
        photo = _insert(listing, data, alt, actor)
        PhotoOriginal.objects.create(photo=photo, data=data)
        enqueue("catalog.make_photo", photo_id=photo.pk)
        activity.record(seller=seller, actor=actor, action="photo.added", subject=listing.sku)
    return photo


def _insert(listing: Listing, data: bytes, alt: str, actor: User | None) -> ListingPhoto:
    there = listing.photos.exclude(status=CoverStatus.REFUSED)
    if there.count() >= MOST_PHOTOS:
        raise ConflictError(
            _("A copy has at most %(most)d photographs. Remove one first.") % {"most": MOST_PHOTOS}
        )
    sha256 = hashlib.sha256(data).hexdigest()
    # One that was refused may be tried again.
    listing.photos.filter(sha256=sha256, status=CoverStatus.REFUSED).delete()
    last = listing.photos.aggregate(last=Max("position"))["last"]
    try:
        with transaction.atomic():
            return ListingPhoto.objects.create(
                listing=listing,
                position=0 if last is None else last + 1,
                sha256=sha256,
                alt=alt.strip()[:300],
                created_by=actor,
            )
    except IntegrityError:
        raise ConflictError(_("This copy has that very photograph already.")) from None


def make(*, photo_id: int) -> None:
    """Make the pictures of an uploaded photograph, store them, and then let it be shown."""
    photo = ListingPhoto.objects.filter(pk=photo_id, status=CoverStatus.WAITING).first()
    original = PhotoOriginal.objects.filter(photo_id=photo_id).first()
    if photo is None or original is None:
        return
    try:
        made = images.make(bytes(original.data), of_copy=True)
    except images.ImageRefusedError as refused:
        log.info("photo_refused", photo=photo.pk, problem=refused.code)
        _finish(
            photo,
            status=CoverStatus.REFUSED,
            problem=refused.code,
            reason=refused.message[:300],
        )
        return
    for file in made.files:
        media.put(path_of(made.name, file.width, file.kind, COPIES), file.data, KINDS[file.kind])
    _finish(
        photo,
        status=CoverStatus.READY,
        name=made.name,
        width=made.width,
        height=made.height,
        widths=list(made.widths),
        colour=made.colour,
    )


@transaction.atomic
def _finish(photo: ListingPhoto, **fields: object) -> None:
    """Write the outcome of a job, and let the original go."""
    for name, value in fields.items():
        setattr(photo, name, value)
    # Somebody may have removed it meanwhile: it is not brought back.
    waiting = ListingPhoto.objects.select_for_update().filter(
        pk=photo.pk, status=CoverStatus.WAITING
    )
    if waiting.exists():
        photo.save(update_fields=[*fields, "updated_at"])
    PhotoOriginal.objects.filter(photo_id=photo.pk).delete()


@transaction.atomic
def arrange(
    *,
    seller: Seller,
    listing_id: int,
    order: Sequence[int],
    words: dict[int, str] | None = None,
    actor: User | None,
) -> None:
    """Put a copy's photographs in the ``order`` of their keys, and write what is said of them.

    Photographs that ``order`` does not name follow in the order they had; keys of others are ignored.
    ``words`` are descriptions by key.

    Raises:
        NotFoundError: the shop has no such listing.
    """
    listing = copies.lock_own(seller=seller, listing_id=listing_id)
    photos = {photo.pk: photo for photo in listing.photos.order_by("position", "pk")}
    wanted = [pk for pk in dict.fromkeys(order) if pk in photos]
    row = [photos[pk] for pk in [*wanted, *(pk for pk in photos if pk not in wanted)]]
    for place, photo in enumerate(row):
        photo.position = place
        if words and photo.pk in words:
            photo.alt = words[photo.pk].strip()[:300]
    ListingPhoto.objects.bulk_update(row, ["position", "alt"])
    activity.record(seller=seller, actor=actor, action="photo.arranged", subject=listing.sku)


@transaction.atomic
def remove(*, seller: Seller, listing_id: int, photo_id: int, actor: User | None) -> None:
    """Remove a photograph of a copy. Raises NotFoundError for one of another copy, or shop."""
    listing = copies.lock_own(seller=seller, listing_id=listing_id)
    photo = listing.photos.filter(pk=photo_id).first()
    if photo is None:
        raise NotFoundError(_("There is no such photograph of this copy."))
    photo.delete()
    activity.record(seller=seller, actor=actor, action="photo.removed", subject=listing.sku)


def drop_files(*, name: str, widths: Iterable[int]) -> None:
    """Remove the files of a picture that no photograph shows any more."""
    if ListingPhoto.objects.filter(name=name).exists():
        return
    for width in widths:
        for kind in KINDS:
            media.drop(path_of(name, width, kind, COPIES))
