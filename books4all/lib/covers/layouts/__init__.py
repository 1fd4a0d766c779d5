"""The sixteen ways to lay out a cover.

A layout takes the dice, the cloth, the short title, the author and an id for its pattern, and
returns the inside of an SVG with the view box ``0 0 200 300``. What it draws from the dice, and in
which order, is part of every cover: never reorder the throws.
"""

from collections.abc import Callable

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.layouts.geometric import arcs, orbit, scale, stripes, tiles
from books4all.lib.covers.layouts.papered import label, quarter
from books4all.lib.covers.layouts.scenic import arch, botanic, horizon, lines, phase
from books4all.lib.covers.layouts.typographic import frame, index, initial, stack
from books4all.lib.covers.palette import Cloth

Layout = Callable[[Dice, Cloth, str, str, str], str]

LAYOUTS: dict[str, Layout] = {
    "label": label,
    "frame": frame,
    "initial": initial,
    "horizon": horizon,
    "tiles": tiles,
    "arcs": arcs,
    "stack": stack,
    "phase": phase,
    "lines": lines,
    "botanic": botanic,
    "arch": arch,
    "quarter": quarter,
    "index": index,
    "stripes": stripes,
    "scale": scale,
    "orbit": orbit,
}
