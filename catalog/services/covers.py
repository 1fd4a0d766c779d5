"""Pictures of editions: taken from staff or fetched, made in a job, shown once they are ready.

Nothing here waits for a decoder or the network inside a transaction, and everything a job does can be
done twice: the files' names are a hash of what is in them.
"""

import hashlib
from collections.abc import Iterable, Sequence

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib import images, media
from books4all.lib.errors import ConflictError, DomainError
from books4all.lib.fetch import FetchFailedError, FetchRefusedError, fetch, judge
from books4all.lib.jobs import enqueue, enqueue_many
from books4all.lib.pictures import KINDS, path_of
from catalog.constants import CoverSource, CoverStatus
from catalog.models import Cover, CoverOriginal, Edition

log = structlog.get_logger(__name__)

FETCH_SECONDS = 20.0
LONGEST_ADDRESS = 2000


def upload(
    *,
    edition: Edition,
    data: bytes,
    alt: str = "",
    licence: str = "",
    credit: str = "",
    actor: User | None,
) -> Cover:
    """Take a file as the cover of ``edition``; its pictures are made in a job.

    Raises:
        ImageRefusedError: it can't become a picture.
        ConflictError: the edition has it already.
    """
    images.check(data)
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        cover = Cover(
            edition=edition,
            source=CoverSource.UPLOADED,
            sha256=sha256,
            alt=alt,
            licence=licence,
            credit=credit,
            created_by=actor,
        )
        try:
            with transaction.atomic():
                cover.save(force_insert=True)
        except IntegrityError:
            raise ConflictError(_("This edition has that very file as a cover already.")) from None
        CoverOriginal.objects.create(cover=cover, data=data)
        enqueue("catalog.make_cover", cover_id=cover.pk)
    return cover


def request(
    *,
    edition_id: int,
    url: str,
    source: str = CoverSource.FEED,
    licence: str = "",
    credit: str = "",
    actor: User | None = None,
) -> Cover | None:
    """Have the cover at ``url`` fetched, once, if COVER_FETCH allows its host; else do nothing.

    For one that staff ask for (``source`` "fetched") a refusal is raised as FetchRefusedError.
    """
    made = request_many(
        addresses=[(edition_id, url)], source=source, licence=licence, credit=credit, actor=actor
    )
    if source == CoverSource.FETCHED and not made:
        # The name may not be known here and now; whether it may be asked is.
        judge(url, settings.COVER_FETCH, look_up=lambda _host, _port: ["1.1.1.1"])
        raise ConflictError(_("That address has been asked for this edition already."))
    return made[0] if made else None


@transaction.atomic
def request_many(
    *,
    addresses: Iterable[tuple[int, str]],
    source: str = CoverSource.FEED,
    licence: str = "",
    credit: str = "",
    actor: User | None = None,
) -> list[Cover]:
    """Have covers fetched in jobs: pairs of an edition's key and an address.

    Addresses that COVER_FETCH does not allow, and those asked for already, are left out; so an import
    may give all it has, again and again.
    """
    asked = [pair for pair in dict.fromkeys(addresses) if _may_be_asked(pair[1])]
    known = _asked_before(asked)
    new = [pair for pair in asked if pair not in known]
    if not new:
        return []
    # What somebody else asks for at the same moment is theirs to fetch.
    started = timezone.now()
    Cover.objects.bulk_create(
        (
            Cover(
                edition_id=edition_id,
                source=source,
                source_url=url,
                licence=licence,
                credit=credit,
                created_by=actor,
                created_at=started,
            )
            for edition_id, url in new
        ),
        ignore_conflicts=True,
    )
    made = _asked_before(new)
    ours = [made[pair] for pair in new if pair in made and made[pair].created_at == started]
    enqueue_many("catalog.fetch_cover", [{"cover_id": cover.pk} for cover in ours])
    return ours


def _asked_before(pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Cover]:
    """Return the covers with an address of the editions in ``pairs``, by edition and address."""
    editions = {edition_id for edition_id, _url in pairs}
    rows = Cover.objects.filter(edition_id__in=editions, source_url__gt="")
    return {(cover.edition_id, cover.source_url): cover for cover in rows}


def _may_be_asked(url: str) -> bool:
    """Whether ``url`` may be fetched as far as its words tell; its name is looked up in the job."""
    if not settings.COVER_FETCH or len(url) > LONGEST_ADDRESS:
        return False
    try:
        judge(url, settings.COVER_FETCH, look_up=lambda _host, _port: ["1.1.1.1"])
    except DomainError:
        return False
    return True


def download(*, cover_id: int, last: bool = True) -> None:
    """Fetch the file of a waiting cover and make its pictures.

    Raises:
        FetchFailedError: it did not work, and is not the ``last`` attempt.
    """
    cover = Cover.objects.filter(pk=cover_id, status=CoverStatus.WAITING).first()
    if cover is None:
        return
    try:
        data = fetch(
            cover.source_url,
            hosts=settings.COVER_FETCH,
            most_bytes=images.MOST_BYTES,
            seconds=FETCH_SECONDS,
        )
    except FetchRefusedError as refused:
        _refuse(cover, refused)
    except FetchFailedError as failed:
        if not last:
            raise
        _refuse(cover, failed)
    else:
        _make(cover, data)


def make(*, cover_id: int) -> None:
    """Make the pictures of an uploaded cover."""
    cover = Cover.objects.filter(pk=cover_id, status=CoverStatus.WAITING).first()
    original = CoverOriginal.objects.filter(cover_id=cover_id).first()
    if cover is not None and original is not None:
        _make(cover, bytes(original.data))


def _make(cover: Cover, data: bytes) -> None:
    """Make the files, store them, and then let the edition show them."""
    try:
        made = images.make(data)
    except images.ImageRefusedError as refused:
        _refuse(cover, refused)
        return
    for file in made.files:
        media.put(path_of(made.name, file.width, file.kind), file.data, KINDS[file.kind])
    ready = {
        "status": CoverStatus.READY,
        "sha256": hashlib.sha256(data).hexdigest(),
        "name": made.name,
        "width": made.width,
        "height": made.height,
        "widths": list(made.widths),
        "colour": made.colour,
    }
    try:
        with transaction.atomic():
            _finish(cover, **ready)
    except IntegrityError:
        # Another address of the same edition gave the same file.
        message = _("This edition has that very file as a cover already.")
        _refuse(cover, ConflictError(message))


def _refuse(cover: Cover, error: DomainError) -> None:
    log.info("cover_refused", cover=cover.pk, problem=error.code)
    with transaction.atomic():
        _finish(cover, status=CoverStatus.REFUSED, problem=error.code, reason=error.message[:300])


def _finish(cover: Cover, **fields: object) -> None:
    """Write the outcome of a job, and let the original go."""
    for name, value in fields.items():
        setattr(cover, name, value)
    # Somebody may have removed it meanwhile: it is not brought back.
    if Cover.objects.select_for_update().filter(pk=cover.pk, status=CoverStatus.WAITING).exists():
        cover.save(update_fields=[*fields, "updated_at"])
    CoverOriginal.objects.filter(cover_id=cover.pk).delete()


@transaction.atomic
def ask_again(*, cover: Cover) -> None:
    """Fetch a refused cover's address once more.

    Raises:
        ConflictError: it was not refused, or nothing says where to fetch it.
        FetchRefusedError: the address may not be asked.
    """
    locked = Cover.objects.select_for_update(no_key=True).get(pk=cover.pk)
    if locked.status != CoverStatus.REFUSED or not locked.source_url:
        raise ConflictError(_("Only a refused cover with an address can be fetched again."))
    judge(locked.source_url, settings.COVER_FETCH, look_up=lambda _host, _port: ["1.1.1.1"])
    locked.status, locked.problem, locked.reason = CoverStatus.WAITING, "", ""
    locked.save(update_fields=["status", "problem", "reason", "updated_at"])
    enqueue("catalog.fetch_cover", cover_id=locked.pk)


def drop_files(*, name: str, widths: Iterable[int]) -> None:
    """Remove the files of a picture that no cover shows any more."""
    if Cover.objects.filter(name=name).exists():
        return
    for width in widths:
        for kind in KINDS:
            media.drop(path_of(name, width, kind))
