"""Pictures from strangers: what can't be shown is refused with a sentence, and nothing else gets through."""

import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from books4all.lib import images
from tests.factories.covers import picture

SIZE = (400, 600)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG that says what it likes about itself."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def bomb() -> bytes:
    """Return 200 kB that would be 600 MB: 14,000 by 14,000 black pixels."""
    squeezer = zlib.compressobj(9)
    row = b"\0" * (14_000 * 3 + 1)
    data = b"".join(squeezer.compress(row * 100) for _ in range(140)) + squeezer.flush()
    return png(14_000, 14_000, data)


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "blue", "green")]
    target = io.BytesIO()
    frames[0].save(target, format=kind, save_all=True, append_images=frames[1:])
    return target.getvalue()


def text_bomb() -> bytes:
    """Return a PNG whose note is a megabyte for every kilobyte."""
    note = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 200_000_000, 9))
    plain = picture("PNG", SIZE)
    return plain[:33] + note + plain[33:]


def huge_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "x" * 60_000
    return picture("JPEG", SIZE, exif=exif)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG, PNG = picture("JPEG", SIZE), picture("PNG", SIZE)

HOSTILE: dict[str, tuple[Callable[[], bytes] | bytes, str]] = {
    "nothing": (b"", "empty"),
    "too large": (JPEG + b"\0" * images.MOST_BYTES, "too_large"),
    "text": (b"hello, I am a cover", "wrong_type"),
    "svg": (SVG, "page"),
    "svg with a declaration": (b'<?xml version="1.0"?>' + SVG, "page"),
    "html": (b"<!DOCTYPE html><html><body>cover", "page"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "wrong_type"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "wrong_type"),
    "elf": (b"\x7fELF" + b"\0" * 100, "wrong_type"),
    "tiff": (lambda: picture("TIFF", SIZE), "wrong_type"),
    "bmp": (lambda: picture("BMP", SIZE), "wrong_type"),
    "icon": (lambda: picture("ICO", (128, 128)), "wrong_type"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "wrong_type"),
    "jpeg and html": (JPEG + b"<html><script>alert(1)</script>", "page"),
    "jpeg with a comment in html": (
        lambda: picture("JPEG", SIZE, comment=b"<SCRIPT>alert(1)</SCRIPT>"),
        "page",
    ),
    "gif and script": (b"GIF89a/*" + b"\0" * 50 + b"*/=1;<script>alert(1)</script>", "page"),
    "png and svg": (PNG + SVG, "page"),
    "png and php": (PNG + b"<?php system($_GET[0]);", "page"),
    "jpeg by its first bytes alone": (b"\xff\xd8\xff\xe0" + b"nonsense" * 20, "unreadable"),
    "png by its first bytes alone": (b"\x89PNG\r\n\x1a\n" + b"nonsense" * 20, "unreadable"),
    "webp by its first bytes alone": (b"RIFF\x10\0\0\0WEBPVP8 " + b"x" * 40, "unreadable"),
    "avif by its first bytes alone": (b"\0\0\0\x20ftypavif" + b"x" * 40, "unreadable"),
    "gif by its first bytes alone": (b"GIF89a" + b"\xff" * 40, "unreadable"),
    "half a jpeg": (JPEG[: len(JPEG) // 2], "truncated"),
    "half a png": (PNG[: len(PNG) // 2], "truncated"),
    "half a webp": (lambda: picture("WEBP", SIZE)[:300], "unreadable"),
    "bomb": (bomb, "too_many_pixels"),
    "bomb by its header": (png(60_000, 60_000, zlib.compress(b"")), "too_many_pixels"),
    "as many pixels as a header can say": (png(2**31 - 1, 2**31 - 1, b""), "too_many_pixels"),
    "one long line": (png(24_000, 200, zlib.compress(b"\0" * 100)), "too_many_pixels"),
    "bomb in a note": (text_bomb, "unreadable"),
    "no pixels": (png(0, 0, b""), "unreadable"),
    "less than it says": (png(400, 600, zlib.compress(b"\0" * 100)), "truncated"),
    "small": (lambda: picture("JPEG", (40, 60)), "too_small"),
    "banner": (lambda: picture("JPEG", (1200, 120)), "too_long"),
    "moving gif": (lambda: animated("GIF"), "animated"),
    "moving webp": (lambda: animated("WEBP"), "animated"),
    "moving png": (lambda: animated("PNG"), "animated"),
    "moving avif": (lambda: animated("AVIF"), "animated"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_sentence(name: str) -> None:
    made, problem = HOSTILE[name]
    data = made() if callable(made) else made
    for look in (images.check, images.make):
        started = time.monotonic()
        with pytest.raises(images.ImageRefusedError) as refused:
            look(data)
        assert refused.value.code == problem, refused.value.message
        # What is wrong, and what to do about it.
        assert refused.value.message.count(".") >= 1
        assert refused.value.fields["file"] == [refused.value.message]
        assert time.monotonic() - started < 15


def test_the_files_of_the_test_are_what_they_say() -> None:
    """The control: the same files without what is hostile about them are taken."""
    for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF"):
        assert images.check(picture(kind, SIZE)) == SIZE, kind
    assert len(bomb()) < 1_000_000
    squeezed = zlib.compress((b"\0" + b"\x80" * 1200) * 600)
    assert images.check(png(400, 600, squeezed)) == SIZE


def files(data: bytes) -> list[Image.Image]:
    made = images.make(data)
    return [Image.open(io.BytesIO(file.data)) for file in made.files]


def colour_at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return found


def test_nothing_but_pixels_comes_through() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Somebody's telephone"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = picture(
        "JPEG", SIZE, exif=exif, comment=b"my street", icc_profile=profile, xmp=b"<x:xmpmeta/>"
    )
    data += b"a second file: PK\x03\x04 my street"
    assert b"telephone" in data
    made = images.make(data)
    for file in made.files:
        for word in (b"telephone", b"street", b"xmpmeta", b"PK\x03\x04", b"ICC_PROFILE"):
            assert word not in file.data, (file.kind, word)
        image = Image.open(io.BytesIO(file.data))
        assert not dict(image.getexif())
        assert "icc_profile" not in image.info


def test_a_text_in_a_png_does_not_come_through() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "my street")
    made = images.make(picture("PNG", SIZE, pnginfo=notes))
    assert all(b"street" not in file.data for file in made.files)


@pytest.mark.parametrize("turn", range(1, 9))
def test_it_stands_upright(turn: int) -> None:
    upright = Image.new("RGB", SIZE, "white")
    upright.paste("red", (0, 0, 400, 150))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose: what turns it back
    stored = upright.transpose(Image.Transpose(undo[turn])) if turn in undo else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    target = io.BytesIO()
    stored.save(target, format="JPEG", quality=95, exif=exif)
    widest = files(target.getvalue())[-1]
    assert widest.height == widest.width * 3 // 2
    assert colour_at(widest, 0.5, 0.1)[1] < 60, "red above"
    assert min(colour_at(widest, 0.5, 0.8)) > 200, "white below"


def test_other_colours_become_srgb() -> None:
    ink = picture("JPEG", SIZE, mode="CMYK", colour=(0, 255, 255, 0))  # red, in inks
    deep = Image.new("I;16", SIZE, 40_000)
    target = io.BytesIO()
    deep.save(target, format="PNG")
    cases: dict[str, tuple[bytes, tuple[int, int, int]]] = {
        "cmyk": (ink, (255, 0, 0)),
        "sixteen bits": (target.getvalue(), (156, 156, 156)),
        "grey": (picture("PNG", SIZE, mode="L", colour=128), (128, 128, 128)),
        "one bit": (picture("PNG", SIZE, mode="1", colour=1), (255, 255, 255)),
        "palette": (
            picture("GIF", SIZE, mode="RGB", colour=(0, 0, 255)),
            (0, 0, 255),
        ),
        "seen through": (
            picture("PNG", SIZE, mode="RGBA", colour=(0, 0, 0, 0)),
            (255, 255, 255),
        ),
        "half seen through": (
            picture("WEBP", SIZE, mode="RGBA", colour=(0, 0, 0, 128), lossless=True),
            (127, 127, 127),
        ),
    }
    for name, (data, expected) in cases.items():
        for image in files(data):
            found = colour_at(image, 0.5, 0.5)
            far = max(abs(a - b) for a, b in zip(found, expected, strict=True))
            assert far <= 12, (name, image.format, found)


def swapped_profile() -> bytes:
    """Return a colour profile in which red and blue have changed places (ICC.1:2001)."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(number(value) for value in values)

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(2.2 * 256), 0)
    tags = [
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(*blue)),
        (b"gXYZ", xyz(*green)),
        (b"bXYZ", xyz(*red)),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    header = struct.pack(">I4sI", at + len(body), b"\0\0\0\0", 0x02400000)
    header += b"mntrRGB XYZ " + b"\0" * 12 + b"acsp" + b"\0" * 28
    header += number(0.9642) + number(1.0) + number(0.8249)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def test_a_colour_profile_is_obeyed() -> None:
    data = picture("JPEG", SIZE, colour=(220, 20, 20), icc_profile=swapped_profile())
    red, _green, blue = colour_at(files(data)[-1], 0.5, 0.5)
    assert (blue > 150, red < 80) == (True, True)
    # One that says nothing about these channels, or nothing at all, is not used and breaks nothing.
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (other, b"not a profile at all" * 20):
        data = picture("JPEG", SIZE, colour=(200, 30, 30), icc_profile=profile)
        assert abs(colour_at(files(data)[-1], 0.5, 0.5)[0] - 200) < 8


def test_long_metadata_is_no_harm() -> None:
    assert files(huge_exif())[0].size[0] == 160


def test_a_telephone_s_second_view_is_left_out() -> None:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, format="MPO", save_all=True, append_images=frames[1:])
    red, _green, blue = colour_at(files(target.getvalue())[-1], 0.5, 0.5)
    assert (red > 200, blue < 60) == (True, True)


def test_nothing_is_enlarged() -> None:
    made = images.make(picture("JPEG", (500, 800)))
    assert made.widths == (160, 320, 500)
    assert (made.width, made.height) == (500, 800)
    assert images.make(picture("JPEG", (170, 260))).widths == (160,)
    assert images.make(picture("JPEG", (120, 180))).widths == (120,)


def test_the_encoder_has_little_memory_and_time() -> None:
    """The limits hold in the program that decodes, whatever the library lets through."""
    code = (
        "import runpy, sys; encoder = runpy.run_path(sys.argv[1]); encoder['limit']();"
        "bytearray(2_000_000_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(images.ENCODER)], capture_output=True, check=False
    )
    assert b"MemoryError" in done.stderr


def test_a_decoder_that_dies_or_hangs_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    encoder = tmp_path / "encoder.py"
    monkeypatch.setattr(images, "ENCODER", encoder)
    encoder.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(images.ImageRefusedError, match="too much memory or time"):
        images.check(picture())
    encoder.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(images, "SECONDS", 0.5)
    with pytest.raises(images.ImageRefusedError, match="too much memory or time"):
        images.check(picture())
    encoder.write_text("raise SystemExit(1)")
    with pytest.raises(images.ImageRefusedError, match="can’t be read"):
        images.check(picture())
