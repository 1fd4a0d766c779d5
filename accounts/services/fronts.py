"""A shop's front: its words, colour, promises and picture.

Each write locks the seller's row, which a checkout reads ``FOR SHARE``: a smallest order that is raised
meanwhile is met by every order that is written after it.
"""

import hashlib
from collections.abc import Iterable

import structlog
from django.db import transaction

from accounts.models import FrontPicture, Seller, User
from accounts.services import activity
from books4all.lib import images, media
from books4all.lib.jobs import enqueue
from books4all.lib.pictures import KINDS, path_of

log = structlog.get_logger(__name__)

# What an owner may change here; who the shop is in law goes by accounts.services.sellers.
FIELDS = (
    "name",
    "tagline",
    "story",
    "keeper",
    "hours",
    "place",
    "since",
    "paint",
    "dispatch_days",
    "return_days",
    "return_postage",
    "return_words",
    "minimum_minor",
)


@transaction.atomic
def change(*, seller: Seller, actor: User | None, **fields: object) -> Seller:
    """Change what buyers see of a shop: ``fields`` of ``FIELDS``. Those that stay are not written.

    Raises:
        ValidationError: a field is wrong, or a trader gives fewer days than the law.
    """
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        msg = f"not of a shop's front: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    locked = _lock(seller)
    changed = [name for name, value in fields.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, fields[name])
    # Other fields may stand as they were entered before there was a rule for them; the law on returns
    # (Seller.clean) holds for all.
    locked.full_clean(exclude=_all_but(changed), validate_constraints=False)
    if changed:
        locked.save(update_fields=[*changed, "updated_at"])
        activity.record(
            seller=locked, actor=actor, action="front.changed", subject=", ".join(sorted(changed))
        )
    return locked


def _all_but(names: Iterable[str]) -> set[str]:
    return {field.name for field in Seller._meta.fields} - set(names)  # noqa: SLF001 documented API


def set_picture(*, seller: Seller, actor: User | None, data: bytes, alt: str = "") -> None:
    """Take a file as the picture of a shop; it is made anew in a job, and shown once it is.

    Raises:
        ImageRefusedError: it can't become a picture.
    """
    # Before the transaction: nobody waits for a decoder.
    images.check(data)
    with transaction.atomic():
        locked = _lock(seller)
        FrontPicture.objects.update_or_create(
            seller=locked, defaults={"data": data, "alt": alt, "problem": ""}
        )
        enqueue("accounts.make_front_picture", seller_id=locked.pk)
        activity.record(seller=locked, actor=actor, action="front.picture_sent")


@transaction.atomic
def remove_picture(*, seller: Seller, actor: User | None) -> None:
    """Take the picture of a shop away, and one that is on its way."""
    locked = _lock(seller)
    FrontPicture.objects.filter(seller=locked).delete()
    if locked.front_image:
        _show(locked, None)
        activity.record(seller=locked, actor=actor, action="front.picture_removed")


def make_picture(*, seller_id: int) -> None:
    """Make the files of the picture that a shop has sent, and show it. The file as it came goes.

    Can be done twice: the files' names are a hash of what is in them.
    """
    sent = FrontPicture.objects.filter(seller=seller_id, problem="").first()
    if sent is None:
        return
    data = bytes(sent.data)
    try:
        made = images.make(data)
    except images.ImageRefusedError as refused:
        log.info("front_picture_refused", seller=seller_id, problem=refused.code)
        FrontPicture.objects.filter(seller=seller_id, data=data).update(
            problem=refused.message[:300], data=b""
        )
        return
    # A name that no cover has: each kind of picture removes its own files.
    name = hashlib.sha256(f"front:{seller_id}:{made.name}".encode()).hexdigest()[:32]
    for file in made.files:
        media.put(path_of(name, file.width, file.kind), file.data, KINDS[file.kind])
    with transaction.atomic():
        seller = Seller.objects.select_for_update(no_key=True).get(pk=seller_id)
        # Another may have been sent meanwhile, or this one taken away: it is not brought back.
        if not FrontPicture.objects.filter(seller=seller, data=data).delete()[0]:
            return
        _show(
            seller,
            {
                "name": name,
                "width": made.width,
                "height": made.height,
                "widths": list(made.widths),
                "colour": made.colour,
                "alt": sent.alt,
            },
        )


def drop_files(*, seller_id: int, name: str, widths: Iterable[int]) -> None:
    """Remove the files of a picture that the shop shows no more."""
    if Seller.objects.filter(pk=seller_id, front_image__name=name).exists():
        return
    for width in widths:
        for kind in KINDS:
            media.drop(path_of(name, width, kind))


def _show(seller: Seller, image: dict[str, object] | None) -> None:
    """Put a picture in the place of the one that was; that one's files go."""
    was = seller.picture
    seller.front_image = image
    seller.save(update_fields=["front_image", "updated_at"])
    if was is not None and (image is None or was.name != image["name"]):
        enqueue(
            "accounts.drop_front_picture",
            # Pages that are kept for a while still show it.
            delay=3600,
            seller_id=seller.pk,
            name=was.name,
            widths=list(was.widths),
        )


def _lock(seller: Seller) -> Seller:
    return Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
