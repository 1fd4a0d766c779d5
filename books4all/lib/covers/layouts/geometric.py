"""Layouts of plain figures: tiles, arcs, stripes, scales, orbit."""

import math

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.lettering import Pen, byline, fit, text
from books4all.lib.covers.palette import Cloth, mix
from books4all.lib.covers.shapes import circle, num, outline, path, rect

MIRRORED = (1, 0, 3, 2)  # the corner a tile turns to, seen in a mirror


def _heading(
    title: str, author: str, ink: str, at: tuple[float, float, float]
) -> tuple[str, float]:
    """Return title and author set from ``at`` (x, y, measure), and the author's baseline."""
    x, y, measure = at
    size, lines = fit(title, measure, 3, (25, 22, 20, 18, 16, 14))
    first = y + size * 0.78
    last = first + (len(lines) - 1) * size * 1.08 + 21
    words = text(lines, x, first, Pen(size, ink))
    return words + text([byline(author)], x, last, Pen(13, ink, "ci")), last


def _tile_figure(kind: str, corner: int, box: tuple[float, float, float], colour: str) -> str:
    x, y, u = box
    if kind == "disc":
        return circle(x + u / 2, y + u / 2, u * 0.36, colour)
    cx, cy = (x, x + u, x + u, x)[corner], (y, y, y + u, y + u)[corner]
    sx, sy = (1, -1, -1, 1)[corner], (1, 1, -1, -1)[corner]
    start, end = f"M{num(cx)} {num(cy)}h{num(sx * u)}", f"{num(cx)} {num(cy + sy * u)}z"
    if kind == "triangle":
        return path(f"{start}L{end}", colour)
    sweep = 1 if sx * sy > 0 else 0
    return path(f"{start}A{num(u)} {num(u)} 0 0 {sweep} {end}", colour)


def _tile_kind(mode: int, k: int) -> str:
    if mode == 0 or (mode == 2 and k % 2):
        return "quarter"
    return "triangle" if mode == 1 else "disc"


def tiles(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A square of tiles, mirrored or free, over the words."""
    ground, light, accent, tone, ink = cloth
    across = dice.pick((4, 4, 5))
    u, rows = 200 / across, across
    mode, mirrored = dice.upto(3), dice.upto(2)
    out = rect(0, 0, 200, 300, ground)
    grid: dict[tuple[int, int], tuple[int, int]] = {}
    for y in range(rows):
        for x in range(across):
            source = across - 1 - x if mirrored and x >= across / 2 else x
            if (source, y) not in grid:
                grid[source, y] = (dice.upto(4), dice.upto(9))
            corner, k = grid[source, y]
            back = (tone, ground, tone, mix(ground, tone, 0.5))[k % 4]
            front = (light, accent, light, accent, tone)[k % 5]
            if front == tone == back:
                back = ground
            out += rect(x * u, y * u, u + 0.3, u + 0.3, back, more=' shape-rendering="crispEdges"')
            turned = corner if source == x else MIRRORED[corner]
            out += _tile_figure(_tile_kind(mode, k), turned, (x * u, y * u, u), front)
    top = rows * u
    size, lines = fit(title, 172, 3, (22, 20, 18, 16, 14, 12.5))
    room, block = 300 - top, len(lines) * size * 1.08
    first = top + (room - block - 16) / 2 + size * 0.78
    last = first + (len(lines) - 1) * size * 1.08 + 20
    out += rect(0, top, 200, room, ground) + text(lines, 14, first, Pen(size, ink))
    return out + text([byline(author)], 14, last, Pen(12.5, ink, "ci"))


def arcs(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Rings around one point, solid or drawn in line."""
    ground, light, accent, tone, ink = cloth
    cx, cy = dice.pick(((100, 300), (200, 300), (0, 300), (100, 214)))
    count = dice.pick((5, 6, 7, 9))
    radius = 92 if cy == 214 else 104 if cx == 100 else 176
    colours = [light, ground, accent, ground] if dice.upto(2) else [tone, accent, ground, light]
    solid = dice.upto(2)
    out = rect(0, 0, 200, 300, ground)
    for i in range(count):
        r = radius * (1 - i / count)
        if solid:
            out += circle(cx, cy, r, colours[i % 4])
        else:
            stroke = outline((light, accent)[i % 2], num(radius / count * 0.34))
            out += circle(cx, cy, r, "none", more=stroke)
    return out + _heading(title, author, ink, (18, 24, 164))[0]


def stripes(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Stripes of five widths, upright or slanting, behind a plain panel."""
    ground, light, accent, tone, ink = cloth
    colours = (light, accent, tone, ground, accent, light, ground, tone)
    slanting = dice.upto(3) == 0
    y, h = (-60, 460) if slanting else (0, 300)
    x = -120 if slanting else 0
    at = dice.upto(8)
    body = ""
    while x < 330:
        w = dice.pick((6, 10, 14, 22, 30))
        body += rect(x, y, w + 0.3, h, colours[at % 8])
        x += w
        at += 1
    if slanting:
        body = f'<g transform="rotate(24 100 150)">{body}</g>'
    size, lines = fit(title, 130, 4, (24, 22, 20, 18, 16, 14))
    high = len(lines) * size * 1.1 + 50
    top = dice.pick((150 - high / 2, 300 - high - 26, 34))
    out = rect(0, 0, 200, 300, ground) + body + rect(20, top, 160, high, ground)
    out += text(lines, 34, top + 18 + size * 0.72, Pen(size, ink, lead=1.1))
    return out + text([byline(author)], 34, top + high - 15, Pen(12.5, ink, "ci"))


def scale(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """Rows of overlapping scales under the words."""
    ground, light, accent, tone, ink = cloth
    r = dice.pick((20, 25, 33.4))
    colours = [light, accent, tone, mix(ground, light, 0.25)]
    words, last = _heading(title, author, ink, (16, 22, 168))
    y = max(108, last + 11) + r
    row, out = 0, rect(0, 0, 200, 300, ground)
    while y < 330 + r:
        runs: dict[str, str] = {}
        eyes = ""
        for i in range(int(200 / r / 2) + 3):
            x = i * 2 * r - (r if row % 2 else 0)
            if -r < x < 200 + r:
                shade = colours[(i * 3 + row * 2 + dice.upto(4) * (row % 3 == 0)) % 4]
                arc = f"M{num(x - r)} {num(y)}a{num(r)} {num(r)} 0 0 1 {num(2 * r)} 0z"
                runs[shade] = runs.get(shade, "") + arc
                small = num(r / 2)
                eyes += f"M{num(x - r / 2)} {num(y)}a{small} {small} 0 0 1 {num(r)} 0z"
        out += "".join(path(run, shade, ground, 1.4) for shade, run in runs.items())
        out += path(eyes, ground)
        y += r * 0.72
        row += 1
    return out + words


def orbit(dice: Dice, cloth: Cloth, title: str, author: str, _uid: str) -> str:
    """A sun, four orbits and a body on each."""
    ground, light, accent, _, ink = cloth
    out = rect(0, 0, 200, 300, ground)
    for i, r in enumerate((28, 46, 64, 82)):
        ring = f'cx="100" cy="186" rx="{r}" ry="{r}" fill="none" stroke="{light}"'
        out += f'<ellipse {ring} stroke-width=".8"/>'
        angle = dice.span(0, 6.28)
        size = dice.pick((3, 4.5, 6.5))
        x, y = 100 + r * math.cos(angle), 186 + r * math.sin(angle)
        out += circle(x, y, size, accent if i % 2 else light)
    out += circle(100, 186, 13, accent)
    fitted, lines = fit(title, 168, 2, (24, 22, 20, 18, 16, 14, 12.5))
    out += text(lines, 100, 22 + fitted * 0.78, Pen(fitted, ink, anchor="middle"))
    return out + text([byline(author)], 100, 288, Pen(13, ink, "ci", "middle"))
