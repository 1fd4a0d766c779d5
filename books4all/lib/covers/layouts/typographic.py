"""Layouts that live by their letters: gilt frame, great initial, poster stack, index card."""

import re

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.lettering import Pen, byline, fit, text, width
from books4all.lib.covers.palette import Cloth, contrast
from books4all.lib.covers.shapes import circle, num, outline, path, rect

SMALL_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "in",
        "on",
        "to",
        "with",
        "from",
        "for",
        "under",
        "or",
        "at",
        "by",
    ]
)
CORNERS = (
    "M0 22V6A6 6 0 0 1 6 0H22",
    "M0 26C14 24 24 14 26 0M0 14C8 13 13 8 14 0",
    "M0 16L16 0M0 26L26 0M0 6L6 0",
)


def _petal(kind: int, r: float, colour: str) -> str:
    if kind == 0:
        right = f"C{num(r * 0.35)} {num(-r * 0.35)} {num(r * 0.3)} {num(-r * 0.8)} 0 {num(-r)}"
        left = f"C{num(-r * 0.3)} {num(-r * 0.8)} {num(-r * 0.35)} {num(-r * 0.35)} 0 0z"
        return path(f"M0 0{right}{left}", "none", colour, 0.9)
    if kind == 1:
        side, waist = num(r * 0.16), num(-r * 0.62)
        diamond = f"M0 {num(-r * 0.25)}L{side} {waist}L0 {num(-r)}L{num(-r * 0.16)} {waist}z"
        return path(diamond, colour)
    return circle(0, -r * 0.62, r * 0.3, "none", more=outline(colour, ".9"))


def _rosette(dice: Dice, y: float, r: float, colours: tuple[str, str]) -> str:
    count = dice.pick((6, 8, 8, 12))
    petal = _petal(dice.upto(3), r, colours[0])
    petals = "".join(
        f'<g transform="rotate({num(360 / count * i)})">{petal}</g>' for i in range(count)
    )
    middle = circle(0, 0, r * 0.14, colours[1])
    return f'<g transform="translate(100 {num(y)})">{petals}{middle}</g>'


def frame(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A gilt double rule with ornamented corners and, where there is room, a rosette."""
    gilt = cloth.accent if contrast(cloth.accent, cloth.ground) > 3 else cloth.light
    out = rect(0, 0, 200, 300, cloth.ground)
    out += rect(12.5, 12.5, 175, 275, "none", more=outline(gilt, "1.6"))
    out += rect(17, 17, 166, 266, "none", more=outline(gilt, ".6"))
    corner = path(CORNERS[dice.upto(3)], "none", gilt, 0.8)
    for x, y, turn in ((17, 17, 0), (183, 17, 90), (183, 283, 180), (17, 283, 270)):
        out += f'<g transform="translate({x} {y}) rotate({turn})">{corner}</g>'
    size, lines = fit(title, 136, 5, (28, 25, 22, 20, 18, 16, 14))
    first = 78 if len(lines) > 2 else 88
    out += text(lines, 100, first, Pen(size, cloth.ink, anchor="middle", lead=1.12))
    last = first + (len(lines) - 1) * size * 1.12
    radius = min(30, (252 - last) / 2 - 16)
    if radius > 10:
        heart = cloth.light if gilt == cloth.accent else cloth.accent
        out += _rosette(dice, (last + 252) / 2 + 2, radius, (gilt, heart))
    return out + text([byline(author)], 100, 262, Pen(13, cloth.ink, "ci", "middle"))


def initial(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """The first letter of the title, larger than the book."""
    bare = re.sub(r"^(the|a|an|le|la) ", "", title, flags=re.IGNORECASE)
    letter = next((c for c in bare if c.isalpha()), "B").upper()
    colour = dice.pick((cloth.tone, cloth.accent, cloth.tone))
    low = dice.upto(2)
    out = rect(0, 0, 200, 300, cloth.ground)
    place = f'x="{num(dice.span(88, 108))}" y="{300 if low else 268}"'
    look = f'font-size="{330 if low else 300}" fill="{colour}" text-anchor="middle"'
    out += f'<text class="ct" {place} {look}>{letter}</text>'
    size, lines = fit(title, 164, 3, (25, 22, 20, 18, 16, 14))
    if colour == cloth.accent:  # strong colour: the words get a plain field of their own
        foot = 24 + len(lines) * size * 1.1 + 36 - 8
        out += rect(0, 0, 200, foot, cloth.ground) + rect(0, foot, 200, 0.8, cloth.ink)
    first = 24 + size * 0.78
    out += text(lines, 18, first, Pen(size, cloth.ink, lead=1.1))
    last = first + (len(lines) - 1) * size * 1.1 + 21
    return out + text([byline(author)], 18, last, Pen(13, cloth.ink, "ci"))


def _poster_rows(title: str) -> list[tuple[str, bool]]:
    """Return rows of words and whether they are small words; short neighbours share a row."""
    rows: list[tuple[str, bool]] = []
    for word in title.split():
        small = word.lower() in SMALL_WORDS
        if rows and rows[-1][1] == small and (small or len(rows[-1][0]) + len(word) < 7):
            rows[-1] = (f"{rows[-1][0]} {word}", small)
        else:
            rows.append((word, small))
    return rows


def stack(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Poster: big words fill the measure, little words sit between them in italic."""
    rows = _poster_rows(title)
    sizes = [19 if small else min(84, 168 / max(0.1, width(row, 1))) for row, small in rows]
    heights = (
        size * (1.05 if small else 0.88) for size, (_, small) in zip(sizes, rows, strict=True)
    )
    shrink = min(1, 214 / sum(heights))
    hot = dice.pick([i for i, row in enumerate(rows) if not row[1]] or [0])
    accent = cloth.accent if contrast(cloth.accent, cloth.ground) > 3.2 else cloth.ink
    out = rect(0, 0, 200, 300, cloth.ground)
    y: float = 20
    for i, ((row, small), full) in enumerate(zip(rows, sizes, strict=True)):
        size = full if small else full * shrink
        y += size * (0.82 if small else 0.74)
        colour = accent if i == hot else cloth.ink
        out += text([row], 16, y, Pen(size, colour, "ci" if small else "ct"))
        y += size * (0.23 if small else 0.14)
    out += rect(16, 258, 168, 0.8, cloth.ink)
    return out + text([byline(author)], 16, 279, Pen(13, cloth.ink, "ci"))


def index(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A large title between two rules, with one small figure."""
    size, lines = fit(title, 168, 6, (36, 32, 28, 25, 22, 20, 18, 16))
    out = rect(0, 0, 200, 300, cloth.ground) + rect(16, 20, 168, 0.9, cloth.ink)
    out += text(lines, 16, 32 + size * 0.74, Pen(size, cloth.ink, lead=1.04))
    colour = cloth.accent if contrast(cloth.accent, cloth.ground) > 1.8 else cloth.ink
    out += (
        circle(28, 234, 12, colour),
        path("M16 246h24L28 222z", colour),
        rect(16, 222, 24, 24, colour),
        path("M16 246a24 24 0 0 1 24 -24v24z", colour),
        path("M28 222l12 12l-12 12l-12 -12z", colour),
    )[dice.upto(5)]
    out += rect(16, 262, 168, 0.9, cloth.ink)
    return out + text([byline(author)], 16, 280, Pen(13, cloth.ink, "ci"))
