"""Pictures that strangers send: judged by what is in them, and made anew in fixed sizes.

Nothing of a file but its pixels reaches anybody: no metadata (a photograph may say where somebody
lives), no profile, no second file hidden in the first. All decoding is done by ``encoder`` in a
process of its own, which a bomb or a hole in a decoder takes down alone.
"""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from books4all.lib.errors import DomainError

ENCODER = Path(__file__).with_name("encoder.py")
# Below what nginx lets through (client_max_body_size), so that the answer is a sentence of ours.
MOST_BYTES = 10_000_000
# Longer than the processor time that the encoder gives itself: others may be at work as well.
SECONDS = 60

# By what a file begins with, never by its name or by what is said of it.
_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBP", "WEBP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypmif1", "AVIF"),
    (4, b"ftypavis", "AVIS"),
)
# A file that is a picture to us and a page to a browser is nobody's cover.
_PAGE = re.compile(rb"<(?:script|html|iframe|!doctype\s+html|\?php|svg[\s>])", re.IGNORECASE)


class ImageRefusedError(DomainError):
    """The file is not taken as a picture. ``code`` says why, the message what to do."""

    # The word of the problem, such as "truncated".
    code: str

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, fields={"file": [message]})
        self.code = code


@dataclass(frozen=True, slots=True)
class File:
    """One of the files of a picture; ``kind`` is avif, webp or jpg."""

    width: int
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made anew. ``name`` is a hash of its files; sizes are those of the widest (pixels)."""

    name: str
    width: int
    height: int
    widths: tuple[int, ...]
    colour: str
    files: tuple[File, ...]


def kind_of(data: bytes) -> str:
    """Return the format that ``data`` begins as: JPEG, PNG, WEBP, AVIF or GIF.

    Raises:
        ImageRefusedError: it is empty, too large, no picture, or a page as well.
    """
    if not data:
        raise _refused("empty")
    if len(data) > MOST_BYTES:
        raise _refused("too_large", most=MOST_BYTES // 1_000_000)
    if _PAGE.search(data):
        raise _refused("page")
    # AVIF and WebP have a length in front of, or within, what they begin with.
    found = (kind for at, start, kind in _BEGINNINGS if data.startswith(start, at))
    if (kind := next(found, None)) is None:
        raise _refused("wrong_type")
    if kind == "AVIS":
        raise _refused("animated")
    return kind


def check(data: bytes) -> tuple[int, int]:
    """Decode ``data`` and return its width and height.

    Raises:
        ImageRefusedError: it can't become a picture.
    """
    answer, _files = _ask(kind_of(data), data, "check")
    return answer["whole"][0], answer["whole"][1]


def make(data: bytes, *, of_copy: bool = False) -> Made:
    """Return ``data`` made anew: upright, in sRGB, in three widths and three formats at most.

    A photograph ``of_copy`` gets larger files than a cover: its faults are what it is looked at for.

    Raises:
        ImageRefusedError: it can't become a picture.
    """
    answer, rest = _ask(kind_of(data), data, *(("copy",) if of_copy else ()))
    files, at = [], 0
    for said in answer["files"]:
        files.append(File(said["width"], said["kind"], rest[at : at + said["bytes"]]))
        at += said["bytes"]
    return Made(
        name=hashlib.sha256(rest).hexdigest()[:32],
        width=answer["width"],
        height=answer["height"],
        widths=tuple(answer["widths"]),
        colour=answer["colour"],
        files=tuple(files),
    )


def _ask(kind: str, data: bytes, *arguments: str) -> tuple[dict[str, Any], bytes]:
    """Have the encoder answer; one that dies or never ends has met something hostile."""
    try:
        done = subprocess.run(  # noqa: S603 our own program, and words of ours
            # -I: neither the folder it is started in nor the environment can add code to it.
            [sys.executable, "-I", str(ENCODER), kind, *arguments],
            input=data,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise _refused("too_heavy") from None
    if done.returncode:
        raise _refused("too_heavy" if done.returncode < 0 else "unreadable")
    line, _line_end, rest = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(line)
    if "problem" in answer:
        raise _refused(answer["problem"], **answer["figures"])
    return answer, rest


def _refused(code: str, **figures: int) -> ImageRefusedError:
    """Return the error with its sentence: what is wrong, and what to do."""
    sentences = {
        "empty": _("The file is empty. Choose it again, or save it anew."),
        "too_large": _("The file is larger than %(most)d MB. Save it smaller."),
        "wrong_type": _("This is no JPEG, PNG, WebP, AVIF or GIF file. Save it as one of these."),
        "page": _("The file holds the code of a web page. Save the picture anew, as JPEG."),
        "animated": _("The picture moves. Save one frame of it."),
        "truncated": _("The end of the file is missing. Fetch or send it again."),
        "unreadable": _("The picture can’t be read. Open it in a picture program and save it anew."),
        "too_many_pixels": _("The picture has more than %(most)d million pixels. Make it smaller."),
        "too_small": _("The picture is smaller than %(width)d by %(height)d pixels: too small to show."),
        "too_long": _("One side is more than %(most)d times the other. That is not a cover."),
        "too_heavy": _("Reading the picture takes too much memory or time. Save it smaller, as JPEG."),
    }  # fmt: skip
    return ImageRefusedError(code, sentences[code] % figures)
