"""From a book to its drawing: the front cover, the spine, a shelf of them."""

import hashlib
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from books4all.lib.covers.dice import Dice, key_for
from books4all.lib.covers.layouts import LAYOUTS
from books4all.lib.covers.lettering import short, width
from books4all.lib.covers.palette import CLOTHS, Cloth, contrast, suited
from books4all.lib.covers.shapes import circle, num, outline, rect

# On a shelf: every how many books one stands face out, and which lean on their neighbour.
FACES = {4: 258, 13: 240, 21: 268, 30: 246, 39: 262}  # place -> height of the book
LEANING = (9, 26)
LONGEST_SPINE_TITLE = 24


class Choice(NamedTuple):
    """What a book's key chose, and the dice from which the layout goes on drawing."""

    dice: Dice
    cloth: str
    layout: str


def choose(title: str, author: str, subject: str) -> Choice:
    """Return the cloth and the layout of a book; ``subject`` is any text naming its subjects."""
    dice = Dice(key_for(title, author))
    cloths, layouts = suited(subject)
    return Choice(dice, dice.pick(cloths), dice.pick(layouts))


def settle(layout: str, title: str) -> str:
    """Return the layout that is drawn for ``layout``: some titles say too much for a poster."""
    words = short(title or "Untitled")
    if layout == "stack" and (len(words) > 30 or len(words.split()) > 6):
        return "index"
    return layout


def cover(
    title: str,
    author: str,
    subject: str = "",
    layout: str | None = None,
    cloth: str | None = None,
    *,
    decorative: bool = True,
    n: str = "",
) -> str:
    """Return the cover as inline SVG, 200 by 300.

    ``n`` makes the id of its pattern unique when a page shows the same book more than once.
    ``decorative`` covers are hidden from assistive technology, because the title follows them.
    """
    dice, chosen_cloth, chosen_layout = choose(title, author, subject)
    layout, cloth = layout or chosen_layout, cloth or chosen_cloth
    title, author = title or "Untitled", author or ""
    digest = hashlib.blake2b(key_for(title, author).encode(), digest_size=5).hexdigest()
    words = short(title)
    body = LAYOUTS[settle(layout, title)](dice, CLOTHS[cloth], words, author, f"p{digest}{n}")
    aria = 'aria-hidden="true"'
    if not decorative:
        aria = f'role="img" aria-label="{escape(f"{title} by {author}", quote=True)}"'
    return f'<svg class="cv" viewBox="0 0 200 300" {aria} focusable="false">{body}</svg>'


def _bands(kind: int, cloth: Cloth, box: tuple[float, float, float, float]) -> str:
    """Return the tooling of a spine standing in ``box`` (x, y, width, height)."""
    x, y, w, h = box
    base = y + h
    gilt = cloth.accent if contrast(cloth.accent, cloth.ground) > 2.4 else cloth.light
    if kind == 0:
        rules = ((y + 14, 1.4), (y + 18, 0.7), (base - 20, 1.4), (base - 24, 0.7))
        return "".join(rect(x, top, w, thick, gilt) for top, thick in rules)
    if kind == 1:
        return rect(x, y + 18, w, 22, cloth.accent) + rect(x, base - 34, w, 8, cloth.accent)
    if kind == 2:
        tops = (y + 26, base - 30, base - 26)
        return "".join(rect(x, top, w, 2, cloth.light) for top in tops)
    if kind == 3:
        caps = rect(x, y, w, 9, cloth.tone) + rect(x, base - 9, w, 9, cloth.tone)
        return caps + circle(x + w / 2, base - 24, w * 0.17, gilt)
    return rect(x + 2.5, y + 8, w - 5, h - 16, "none", more=outline(gilt, ".8"))


def spine(
    title: str,
    author: str,
    x: float = 0,
    base: float = 300,
    heights: tuple[float, float] = (190, 270),
) -> tuple[int, float, str]:
    """Return width, height and drawing of a book seen from the back, standing at ``x``.

    ``base`` is the top of the shelf; the height lies between the two ``heights``.
    """
    dice = Dice(key_for(title, author) + "spine")
    cloth = CLOTHS[dice.pick(list(CLOTHS))]
    words = short(title)
    w = dice.pick((24, 28, 30, 34, 40, 46))
    h = dice.span(*heights)
    y = base - h
    size = 13.5 if w < 30 else 16 if w < 42 else 18
    while width(words, size) > h - 78 and size > 9:
        size -= 0.5
    out = rect(x, y, w, h, cloth.ground) + _bands(dice.upto(5), cloth, (x, y, w, h))
    out += rect(x, y, 1.6, h, "#fff", more=' opacity=".16"')
    out += rect(x + w - 2.4, y, 2.4, h, "#000", more=' opacity=".18"')
    turned = f"translate({num(x + w / 2 - size * 0.3)} {num(y + 48)}) rotate(90)"
    look = f'font-size="{num(size)}" fill="{cloth.ink}"'
    return w, h, out + f'<text class="ct" transform="{turned}" {look}>{escape(words)}</text>'


def _face(book: tuple[str, str, str], x: float, height: int) -> str:
    """Return a cover standing on the shelf at ``x``."""
    drawn = cover(*book, n="s")
    inner = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    place = f'x="{x + 5:.0f}" y="{300 - height}" width="{height * 2 / 3:.0f}" height="{height}"'
    return f'<svg {place} viewBox="0 0 200 300">{inner}</svg>'


def shelf(books: Iterable[tuple[str, str, str]], width: int = 2250) -> str:
    """Return a long decorative shelf as inline SVG: spines, and a few books face out.

    ``books`` are (title, author, subject) in the order to stand in; the shelf takes books until it
    is ``width`` wide. A book whose title is too long for a spine is left out, unless face out.
    """
    x: float = 0
    place, out = 0, ""
    for title, author, subject in books:
        if x >= width:
            break
        if height := FACES.get(place):
            out += _face((title, author, subject), x, height)
            x += height * 2 / 3 + 10
        elif len(short(title)) > LONGEST_SPINE_TITLE:
            continue
        elif place in LEANING:
            w, _, drawn = spine(title, author, x + 26)
            out += f'<g transform="rotate(-6 {num(x + 26)} 300)">{drawn}</g>'
            x += w + 28
        else:
            w, _, drawn = spine(title, author, x)
            out += drawn
            x += w + 0.8
        place += 1
    box = f'viewBox="0 0 {x:.0f} 300" aria-hidden="true" focusable="false"'
    return f'<svg class="cv" {box}>{out}</svg>'
