"""Layouts with a picture: horizon, phase, lines, botanic, arch."""

import math
from itertools import pairwise

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.lettering import Pen, byline, fit, text
from books4all.lib.covers.palette import Cloth, contrast, luma, mix
from books4all.lib.covers.shapes import circle, num, path, rect


def _hills(dice: Dice, y: float) -> str:
    peak = dice.span(20, 90)
    left = num(y + dice.span(4, 24))
    first = num(y - dice.span(2, 30))
    second = f"{num(peak + 40)} {num(y + dice.span(10, 34))}"
    return f"M0 {left}C{num(peak)} {first} {second} 200 {num(y - dice.span(-16, 18))}V300H0z"


def _waves(y: float, row: int) -> str:
    crests = "".join(f"q5 {num(-3.4 - row)} 10 0t10 0" for _ in range(11))
    return f"M-10 {num(y)}{crests}V310H-10z"


def horizon(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A sun over four bands of hills or sea."""
    size, lines = fit(title, 164, 3, (27, 24, 21, 19, 17, 15, 13))
    first = 22 + size * 0.8
    last = first + (len(lines) - 1) * size * 1.08 + 22
    sun = dice.span(max(last + 38, 150), 188)
    out = rect(0, 0, 200, 300, cloth.ground)
    out += circle(dice.span(50, 150), sun, dice.span(22, 36), cloth.accent)
    deep = cloth.light if luma(cloth.light) < luma(cloth.ground) else "#000000"
    bands = [cloth.tone, mix(cloth.tone, deep, 0.35)]
    bands += [mix(cloth.ground, deep, 0.62), mix(cloth.ground, deep, 0.82)]
    sea = dice.upto(3) == 0
    y = sun + (2 if sea else dice.span(-6, 10))
    for row, colour in enumerate(bands):
        out += path(_waves(y, row) if sea else _hills(dice, y), colour)
        y += (300 - sun) / 4.4
    out += text(lines, 18, first, Pen(size, cloth.ink))
    return out + text([byline(author)], 18, last, Pen(13, cloth.ink, "ci"))


def phase(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A disc cut by a horizon, and its reflection."""
    ground, light = cloth.ground, cloth.light
    level = dice.pick((150, 168, 186))
    low = light if contrast(light, ground) > 3 else cloth.accent
    fallback = "#1d1f23" if luma(low) > 0.3 else "#f6f3ea"
    low_ink = ground if contrast(ground, low) > 4.5 else fallback
    out = rect(0, 0, 200, level, ground) + rect(0, level, 200, 300 - level, low)
    r = dice.pick((44, 52, 58))
    x = dice.pick((100, 100, 62, 138))
    disc = f"M{x - r} {level}a{r} {r} 0 0"
    mirrored = cloth.tone if contrast(cloth.tone, low) > 1.6 else ground
    out += path(f"{disc} 1 {2 * r} 0z", cloth.accent if low != cloth.accent else light)
    out += path(f"{disc} 0 {2 * r} 0z", mirrored)
    size, lines = fit(title, 168, 2, (22, 20, 18, 16, 14, 12.5))
    out += text(lines, 16, 22 + size * 0.78, Pen(size, cloth.ink))
    return out + text([byline(author)], 16, 284, Pen(13, low_ink, "ci"))


def lines(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Lines that rise into one range of hills."""
    count = dice.pick((14, 17, 20))
    shift, pitch, height = dice.span(0, 6), dice.span(0.012, 0.024), dice.span(6, 15)
    size, words = fit(title, 164, 3, (25, 22, 20, 18, 16, 14))
    first = 24 + size * 0.78
    last = first + (len(words) - 1) * size * 1.08 + 21
    top = max(118, last + 38)
    peak = dice.span(60, 140)
    out = rect(0, 0, 200, 300, cloth.ground)
    for i in range(count):
        y = top + (296 - top) * i / (count - 1)
        points = []
        for x in range(-10, 224, 18):
            swell = math.exp(-(((x - peak) / 62) ** 2)) * height
            wave = math.sin(x * pitch * 4 + shift + i * 0.42)
            ripple = 0.5 * math.cos(x * pitch * 7 + i * 0.9)
            points.append((x, y - swell * (1.2 + wave + ripple)))
        curve = f"M-10 {num(points[0][1])}" + "".join(
            f"Q{x} {num(y)} {x + 9} {num((y + following) / 2)}"
            for (x, y), (_, following) in pairwise(points[1:])
        )
        out += path(curve, cloth.ground, cloth.accent if i % 6 == 2 else cloth.light, 1.15)
    out += text(words, 18, first, Pen(size, cloth.ink))
    return out + text([byline(author)], 18, last, Pen(13, cloth.ink, "ci"))


def _on_stem(t: float, top: float, sway: float) -> tuple[float, float]:
    """Return the point at ``t`` (0 to 1) of the stem, a cubic curve."""
    points = ((100, 300), (100 + sway, 230), (100 - sway, top + 60), (100, top))
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(w * p[0] for w, p in zip(weights, points, strict=True))
    return x, sum(w * p[1] for w, p in zip(weights, points, strict=True))


def _leaf(length: float, slim: float, colour: str, vein: str) -> str:
    w = length * slim
    out = f"C{num(w)} {num(-length * 0.3)} {num(w)} {num(-length * 0.75)} 0 {num(-length)}"
    back = f"C{num(-w)} {num(-length * 0.75)} {num(-w)} {num(-length * 0.3)} 0 0z"
    return path(f"M0 0{out}{back}", colour) + path(f"M0 0V{num(-length * 0.8)}", "none", vein, 0.8)


def botanic(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """One swaying stem with pairs of leaves."""
    pairs = dice.pick((5, 6, 7))
    top, sway = dice.span(104, 118), dice.span(-14, 14)
    stem = f"M100 300C{num(100 + sway)} 230 {num(100 - sway)} {num(top + 60)} 100 {num(top)}"
    out = rect(0, 0, 200, 300, cloth.ground) + path(stem, "none", cloth.light, 1.6)
    slim, lift, by_side = dice.span(0.26, 0.42), dice.span(24, 46), dice.upto(2)
    for i in range(pairs):
        t = 0.1 + 0.78 * i / (pairs - 1)
        x, y = _on_stem(t, top, sway)
        for side in (-1, 1):
            lit = side > 0 if by_side else i % 2
            colour = cloth.light if lit else cloth.accent
            leaf = _leaf(62 * (1 - 0.55 * t), slim, colour, cloth.ground)
            turn = f"rotate({num(side * (90 - lift + i * 2))})"
            out += f'<g transform="translate({num(x)} {num(y)}) {turn}">{leaf}</g>'
    bud = path("M0 0C7 -7 7 -16 0 -22C-7 -16 -7 -7 0 0z", cloth.accent)
    out += f'<g transform="translate(100 {num(top + 2)})">{bud}</g>'
    size, words = fit(title, 172, 2, (22, 20, 18, 16, 14, 12.5))
    first = 20 + size * 0.78
    last = first + (len(words) - 1) * size * 1.08 + 20
    out += text(words, 100, first, Pen(size, cloth.ink, anchor="middle"))
    return out + text([byline(author)], 100, last, Pen(12.5, cloth.ink, "ci", "middle"))


def _arch(w: int, top: float, colour: str) -> str:
    return path(f"M{100 - w} 300V{num(top + w)}a{w} {w} 0 0 1 {2 * w} 0V300z", colour)


def _steps(w: int, moon: str, door: str) -> str:
    return "".join(
        rect(100 - w + (2 - i) * w / 4, 300 - 9 * (3 - i), 2 * w - (2 - i) * w / 2, 9.3, colour)
        for i, colour in enumerate(mix(moon, door, 0.3 * i) for i in range(3))
    )


def arch(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Arches within arches, with a moon or a flight of steps in the last."""
    ground, light, accent = cloth.ground, cloth.light, cloth.accent
    size, words = fit(title, 168, 2, (22, 20, 18, 16, 14, 12.5))
    first = 20 + size * 0.78
    last = first + (len(words) - 1) * size * 1.08 + 18
    count = dice.pick((3, 4, 5))
    colours = [light, ground, accent, ground, light]
    if not dice.upto(2):
        colours = [cloth.tone, accent, ground, light, ground]
    step = 13 if count > 3 else 16
    out = rect(0, 0, 200, 300, ground)
    for i in range(count):
        out += _arch(72 - i * step, last + 20 + i * step, colours[i])
    door = colours[count - 1]
    moon = accent if door != accent else light
    if dice.upto(2):
        out += circle(100, last + 112, 8, moon)
    else:
        out += _steps(72 - (count - 1) * step, moon, door)
    out += text(words, 100, first, Pen(size, cloth.ink, anchor="middle"))
    return out + text([byline(author)], 100, last, Pen(12.5, cloth.ink, "ci", "middle"))
