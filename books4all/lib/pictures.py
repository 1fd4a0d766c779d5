"""A picture in the sizes and formats that it is kept in, as pages and programs ask for it.

The files are named by what is in them, so that nothing that keeps them ever has to ask again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

# Best first: a browser takes the first it knows.
KINDS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
# Editions' covers, and photographs of single copies: apart, so that the one is never shown, or dropped,
# as the other.
COVERS, COPIES = "covers", "copies"


def path_of(name: str, width: int, kind: str, folder: str = COVERS) -> str:
    """Return where the file lies in the store; ``kind`` is a key of ``KINDS``."""
    return f"{folder}/{name[:2]}/{name}-{width}.{kind}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be shown. ``width`` and ``height`` are those of the widest file (pixels).

    ``widths`` are the files' widths, narrowest first; ``colour`` is the most common one (#rrggbb).
    """

    name: str
    width: int
    height: int
    widths: tuple[int, ...]
    colour: str = ""
    alt: str = ""
    credit: str = ""
    edition: int | None = None
    folder: str = COVERS

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Picture | None":
        """Return the picture that a row's ``cover_image`` tells of, if it tells of one."""
        if not kept:
            return None
        return cls(**{**kept, "widths": tuple(kept["widths"])})

    def url(self, kind: str, width: int | None = None) -> str:
        """Return the address of a file: the widest unless told otherwise."""
        path = path_of(self.name, width or self.widths[-1], kind, self.folder)
        return f"{settings.MEDIA_URL}{path}"

    def srcset(self, kind: str) -> str:
        """Return the addresses of all widths, as ``srcset`` takes them."""
        return ", ".join(f"{self.url(kind, width)} {width}w" for width in self.widths)

    def absolute(self, kind: str = "jpg", width: int | None = None) -> str:
        """Return a file's whole address, for readers away from the site: the widest unless told."""
        url = self.url(kind, width)
        return url if "://" in url else f"{settings.PUBLIC_URL}{url}"

    def absolute_srcset(self, kind: str) -> str:
        """Return ``srcset`` with whole addresses, for pages of another site."""
        return ", ".join(f"{self.absolute(kind, width)} {width}w" for width in self.widths)

    @property
    def fits(self) -> bool:
        """Whether it fills a cover's frame (2:3) without losing more than a margin."""
        return 0.57 <= self.width / self.height <= 0.78
