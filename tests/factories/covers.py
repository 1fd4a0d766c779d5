"""Covers, and files to make them of."""

import io
from typing import Any

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from catalog.constants import CoverSource, CoverStatus
from catalog.models import Cover, CoverOriginal, ListingPhoto, PhotoOriginal
from tests.factories.catalog import EditionFactory, ListingFactory


class CoverFactory(DjangoModelFactory[Cover]):
    """A cover that is shown."""

    class Meta:
        model = Cover

    edition = factory.SubFactory(EditionFactory)
    source = CoverSource.UPLOADED
    status = CoverStatus.READY
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    name = factory.Sequence(lambda n: f"{n:032x}")
    width = 640
    height = 960
    widths = (160, 320, 640)
    colour = "#1f0b19"


class CoverOriginalFactory(DjangoModelFactory[CoverOriginal]):
    """A file that waits to be made into pictures."""

    class Meta:
        model = CoverOriginal

    cover = factory.SubFactory(CoverFactory, status=CoverStatus.WAITING)
    data = b"x"


class ListingPhotoFactory(DjangoModelFactory[ListingPhoto]):
    """A photograph of a copy that is shown."""

    class Meta:
        model = ListingPhoto

    listing = factory.SubFactory(ListingFactory)
    position = factory.Sequence(lambda n: n)
    status = CoverStatus.READY
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    name = factory.Sequence(lambda n: f"{n:032x}")
    width = 1280
    height = 960
    widths = (160, 480, 1280)
    colour = "#1f0b19"


class PhotoOriginalFactory(DjangoModelFactory[PhotoOriginal]):
    """A file that waits to be made into photographs."""

    class Meta:
        model = PhotoOriginal

    photo = factory.SubFactory(ListingPhotoFactory, status=CoverStatus.WAITING)
    data = b"x"


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (400, 600),
    mode: str = "RGB",
    colour: Any = None,
    **how: Any,
) -> bytes:
    """Return a file with a picture that has something in it."""
    image = Image.new(mode, size, colour if colour is not None else 0)
    if colour is None and mode in {"RGB", "L", "CMYK", "RGBA"}:
        image = Image.linear_gradient("L").resize(size).convert("RGB").convert(mode)
    target = io.BytesIO()
    image.save(target, format=kind, **how)
    return target.getvalue()
