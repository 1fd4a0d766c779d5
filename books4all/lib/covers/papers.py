"""Patterned papers: ten repeating tiles, recoloured by the cloth.

A tile takes the cloth and two figure colours and returns its width, its height and its drawing.
"""

from collections.abc import Callable

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.palette import Cloth
from books4all.lib.covers.shapes import circle, outline, path, rect

Tile = tuple[int, int, str]


def _dots(_cloth: Cloth, a: str, b: str) -> Tile:
    small = circle(12, 4, 0.8, a) + circle(4, 12, 0.8, a)
    return 16, 16, circle(4, 4, 2.2, a) + circle(12, 12, 2.2, b) + small


def _scales(cloth: Cloth, a: str, b: str) -> Tile:
    scales = "".join(
        circle(x, y, 11.8, cloth.ground, more=outline(a, "1.2"))
        + circle(x, y, 7, "none", more=outline(b, "1.2"))
        + circle(x, y, 2.4, a)
        for x, y in ((12, 0), (0, 12), (24, 12), (12, 24), (0, 36), (24, 36))
    )
    return 24, 24, rect(0, 0, 24, 24, cloth.ground) + scales


def _chevron(cloth: Cloth, a: str, b: str) -> Tile:
    body = path("M0 5 10 0 20 5M0 25 10 20 20 25", stroke=a, sw=1.6)
    body += path("M0 12 10 7 20 12", stroke=b, sw=1.6)
    return 20, 20, body + path("M0 18 10 13 20 18", stroke=cloth.tone, sw=2.4)


def _leaves(_cloth: Cloth, a: str, b: str) -> Tile:
    leaf = "c5 -4 5 -10 0 -13c-5 3 -5 9 0 13z"
    body = path(f"M5.5 14{leaf}", a) + path(f"M16.5 28{leaf}", b) + path(f"M16.5 0{leaf}", b)
    return 22, 28, body + path("M5.5 14v6M16.5 0v6", stroke=a, sw=0.9)


def _diamonds(cloth: Cloth, a: str, b: str) -> Tile:
    body = path("M9 2 16 13 9 24 2 13z", cloth.tone)
    body += path("M9 6 13.4 13 9 20 4.6 13z", "none", a, 1.2)
    return 18, 26, body + "".join(circle(x, y, 1.8, b) for y in (0, 26) for x in (0, 18))


def _waves(cloth: Cloth, a: str, b: str) -> Tile:
    lines = ((3, a), (8, cloth.tone), (13, b))
    body = "".join(path(f"M-12 {y}q6 -6 12 0t12 0t12 0", stroke=s, sw=1.3) for y, s in lines)
    return 24, 15, body


def _lattice(cloth: Cloth, a: str, b: str) -> Tile:
    body = path("M0 0 20 20M20 0 0 20", stroke=cloth.tone, sw=2.2) + circle(10, 10, 2.6, a)
    return 20, 20, body + "".join(circle(x, y, 2.6, b) for y in (0, 20) for x in (0, 20))


def _stars(_cloth: Cloth, a: str, b: str) -> Tile:
    star = "m0 -5 1.2 3.8 3.8 1.2 -3.8 1.2 -1.2 3.8 -1.2 -3.8 -3.8 -1.2 3.8 -1.2z"
    body = path(f"M5.5 5.5{star}", a) + path(f"M16.5 16.5{star}", b)
    return 22, 22, body + circle(16.5, 5.5, 1, a) + circle(5.5, 16.5, 1, a)


def _sprig(_cloth: Cloth, a: str, b: str) -> Tile:
    def sprig(x: int, y: int) -> str:
        low = f"M{x} {y - 4}q-5 0 -5 -5q5 0 5 5q0 -5 5 -5q0 5 -5 5"
        return f"M{x} {y}v-12{low}M{x} {y - 9}q-4 0 -4 -4q4 0 4 4q0 -4 4 -4q0 4 -4 4"

    return 26, 30, path(sprig(7, 14), "none", a, 1.1) + path(sprig(20, 29), "none", b, 1.1)


def _drops(_cloth: Cloth, a: str, b: str) -> Tile:
    drop = "c4 5 4 8 0 9c-4 -1 -4 -4 0 -9z"
    return 18, 22, path(f"M4.5 1{drop}", a) + path(f"M13.5 12{drop}", b)


# The order is part of the covers: a choice is an index into this tuple.
PAPERS: tuple[Callable[[Cloth, str, str], Tile], ...] = (
    _dots,
    _scales,
    _chevron,
    _leaves,
    _diamonds,
    _waves,
    _lattice,
    _stars,
    _sprig,
    _drops,
)


def paper(dice: Dice, cloth: Cloth, uid: str) -> tuple[str, str]:
    """Return ``<defs>`` with one patterned paper named ``uid``, and the fill that refers to it."""
    accents = (cloth.light, cloth.accent)
    a, b = accents if dice.upto(2) else accents[::-1]
    w, h, body = dice.pick(PAPERS)(cloth, a, b)
    scale = dice.pick((1, 1.15, 1.3, 1.5))
    tile = (
        f'<pattern id="{uid}" width="{w}" height="{h}" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale({scale})">{rect(0, 0, w, h, cloth.ground)}{body}</pattern>'
    )
    return f"<defs>{tile}</defs>", f"url(#{uid})"
