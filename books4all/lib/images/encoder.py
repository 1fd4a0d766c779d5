"""Reads a picture from a stranger and writes it anew: pixels alone come through.

Run as a program of its own, which knows nothing of the project and has little memory and time: what
a hostile file does to a decoder, it does here. The file comes on standard input; on standard output
go a line of JSON and, after it, the files that it lists. ``check`` as an argument only looks;
``copy`` makes the larger files of a photograph, on which a shopper looks for the faults of a copy.
"""

import contextlib
import io
import json
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from PIL import Image, ImageCms, ImageFile, ImageOps

MEMORY = 1_500_000_000
SECONDS = 20
# Before anything is decoded: 25 million pixels are a cover printed at 600 dots an inch.
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 12_000
LEAST_WIDTH, LEAST_HEIGHT = 100, 100
# Nothing between two covers is so long: a banner, a spine, or a trick.
MOST_RATIO = 4
WIDTHS = (160, 320, 640)
COPY_WIDTHS = (160, 480, 1280)
# How far two files of a picture may differ in width to be worth two files.
SAVERS: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 55, "speed": 6, "max_threads": 1},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


class Refused(Exception):  # noqa: N818 it is an answer
    """The picture is not taken: a stable word, and figures for the sentence about it."""

    def __init__(self, problem: str, **figures: int) -> None:
        super().__init__(problem)
        self.problem, self.figures = problem, figures


def limit() -> None:
    """Take memory and processor time away from this process (not on Windows)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 it is not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def opened(data: bytes, kind: str) -> Image.Image:
    """Return the picture, decoded whole, after its header has been judged."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused("too_many_pixels", most=MOST_PIXELS // 1_000_000) from None
    except Exception:
        raise Refused("unreadable") from None
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Refused("too_many_pixels", most=MOST_PIXELS // 1_000_000)
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        raise Refused("too_small", width=LEAST_WIDTH, height=LEAST_HEIGHT)
    if max(width, height) > MOST_RATIO * min(width, height):
        raise Refused("too_long", most=MOST_RATIO)
    # A telephone's JPEG may hold a second view of the same picture; the first is the picture.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise Refused("animated")
    try:
        image.load()
    except Exception as error:
        words = str(error).lower()
        cut = "truncat" in words or "broken" in words or "not enough" in words
        raise Refused("truncated" if cut else "unreadable") from None
    return image


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB; colours without a usable profile are taken as they are."""
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            if {"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L"}.get(space) == image.mode:
                made = ImageCms.profileToProfile(
                    image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                return made or image.convert("RGB")
    return image.convert("RGB")


def plain(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the picture with eight bits a channel and without a palette, and its transparency."""
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits (or more) a channel, in grey: scaled, where converting would cut.
        # One channel has one pair of extremes; the types allow for a pair a channel.
        top = max(255.0, float(cast("tuple[float, float]", image.getextrema())[1]))
        scale = 255.0 / (65535.0 if top <= 65535 else top)
        image = image.convert("F").point(lambda value: value * scale).convert("L")
    elif "transparency" in image.info or image.mode in {"PA", "LA", "RGBa", "La"}:
        image = image.convert("RGBA")
    elif image.mode in {"1", "P"}:
        image = image.convert("RGB")
    if image.mode == "RGBA":
        return image.convert("RGB"), image.getchannel("A")
    return image, None


def prepared(image: Image.Image, largest: int) -> tuple[Image.Image, tuple[int, int]]:
    """Return the picture upright, in sRGB on white and at most ``largest`` wide; and its whole size."""
    profile = image.info.get("icc_profile")
    with contextlib.suppress(Exception):  # a broken Exif block turns nothing
        image = ImageOps.exif_transpose(image)
    whole = image.size
    image, alpha = plain(image)
    if whole[0] > largest:
        size = (largest, max(1, round(whole[1] * largest / whole[0])))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        alpha = alpha and alpha.resize(size, Image.Resampling.LANCZOS)
    image = to_srgb(image, profile)
    if alpha:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=alpha)
        image = white
    image.info = {}  # what savers would write of it: comments, Exif, XMP, profiles
    return image, whole


def commonest(image: Image.Image) -> str:
    """Return the most common colour as #rrggbb."""
    few = image.resize((48, 72)).quantize(8)
    counts = Counter(few.get_flattened_data())
    at = cast("int", counts.most_common(1)[0][0]) * 3
    palette = few.getpalette() or []
    return "#" + "".join(f"{channel:02x}" for channel in palette[at : at + 3])


def widths_for(width: int, wanted: Sequence[int] = WIDTHS) -> list[int]:
    """Return the widths to make of a picture that wide: nothing is enlarged."""
    fitting = [one for one in wanted if one <= width]
    # One between two sizes is kept as it is, unless the size below is as good.
    if width < wanted[-1] and (not fitting or width > fitting[-1] * 1.2):
        fitting.append(width)
    return fitting


def encode(
    image: Image.Image, wanted: Sequence[int] = WIDTHS
) -> tuple[dict[str, object], list[bytes]]:
    """Return what is said of the files, and the files."""
    image, whole = prepared(image, wanted[-1])
    said: list[dict[str, object]] = []
    files: list[bytes] = []
    widths = widths_for(image.width, wanted)
    for width in widths:
        height = max(1, round(image.height * width / image.width))
        small = image.resize((width, height), Image.Resampling.LANCZOS)
        for kind, how in SAVERS.items():
            target = io.BytesIO()
            small.save(target, **how)
            files.append(target.getvalue())
            said.append({"width": width, "kind": kind, "bytes": len(files[-1])})
    widest = widths[-1]
    return {
        "width": widest,
        "height": max(1, round(image.height * widest / image.width)),
        "whole": whole,
        "widths": widths,
        "colour": commonest(image),
        "files": said,
    }, files


def main(kind: str, *, only_check: bool, wanted: Sequence[int] = WIDTHS) -> None:
    """Answer for one file."""
    limit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    files: list[bytes] = []
    try:
        image = opened(sys.stdin.buffer.read(), kind)
        answer: dict[str, object] = {"whole": image.size}
        if not only_check:
            answer, files = encode(image, wanted)
    except Refused as no:
        answer = {"problem": no.problem, "figures": no.figures}
    except MemoryError:
        answer = {"problem": "too_heavy", "figures": {}}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(files))


if __name__ == "__main__":
    main(
        sys.argv[1],
        only_check="check" in sys.argv[2:],
        wanted=COPY_WIDTHS if "copy" in sys.argv[2:] else WIDTHS,
    )
