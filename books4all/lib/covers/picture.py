"""A cover as a picture, for programs that show no drawings: plain cloth, a gilt frame, the title.

It has the cloth of the drawn cover. The page fonts hold Latin letters; a title in another script is
left to the cloth and the frame, as no title is better than a row of boxes.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from books4all.lib.covers.drawing import choose
from books4all.lib.covers.lettering import WIDTHS, short
from books4all.lib.covers.palette import CLOTHS, contrast

WIDTH, HEIGHT = 400, 600
MARGIN = 44
_FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"


@lru_cache(maxsize=32)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"{name}.woff2"), size)


def picture(title: str, author: str, subject: str = "") -> bytes:
    """Return the cover as PNG, 400 by 600, about 8 kB; the same book gives the same bytes."""
    cloth = CLOTHS[choose(title, author, subject).cloth]
    gilt = cloth.accent if contrast(cloth.accent, cloth.ground) > 2.4 else cloth.light
    image = Image.new("RGB", (WIDTH, HEIGHT), cloth.ground)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 14, HEIGHT), fill=cloth.tone)
    pen.rectangle((26, 20, WIDTH - 20, HEIGHT - 20), outline=gilt, width=3)
    pen.rectangle((33, 27, WIDTH - 27, HEIGHT - 27), outline=gilt, width=1)
    top = _set(
        pen, short(title or "Untitled"), 120, face="newsreader-display", size=54, colour=cloth.ink
    )
    pen.line((WIDTH / 2 - 34, top + 26, WIDTH / 2 + 40, top + 26), fill=gilt, width=3)
    _set(pen, author, HEIGHT - 130, face="newsreader-italic", size=30, colour=cloth.ink)
    out = BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def _set(
    pen: ImageDraw.ImageDraw, words: str, top: float, *, face: str, size: int, colour: str
) -> float:
    """Set ``words`` in centred lines from ``top`` down, as large as they fit; return where they end."""
    if not all(c in WIDTHS["display"] or c.isspace() for c in words):
        return top
    measure = WIDTH - 2 * MARGIN
    while size > 18:
        lines = _lines(words, _font(face, size), measure)
        if len(lines) * size <= 250 and all(
            _font(face, size).getlength(line) <= measure for line in lines
        ):
            break
        size -= 4
    font = _font(face, size)
    for line in _lines(words, font, measure)[:8]:
        pen.text((WIDTH / 2 + 4, top), line, font=font, fill=colour, anchor="ma")
        top += size * 1.1
    return top


def _lines(words: str, font: ImageFont.FreeTypeFont, measure: float) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= measure:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
