"""Covers side by side: two different books never look alike next to each other.

A book's design follows from the book alone, so that it looks the same everywhere. There are some
330 designs, fewer within a subject, and in a grid chance would put two of a kind together now and
then. Only where that happens does the later book take another of the cloths that suit it, or as a
last resort another layout: always the same one in the same company.
"""

from collections import deque
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from books4all.lib.covers.dice import key_for
from books4all.lib.covers.drawing import choose, settle
from books4all.lib.covers.palette import CLOTHS, distance, suited

# How far back a neighbour can stand. The server does not know how many columns a browser makes: the
# widest page has seven, so the one above (and those beside it) is at most eight covers back.
REACH = 8
# Two cloths nearer than this (CIE76, on the ground colour) are one to a passing eye.
NEAR = 20.0


class Design(NamedTuple):
    """How a cover looks from a distance."""

    cloth: str
    layout: str


@cache
def near(cloth: str, other: str) -> bool:
    """Tell whether two cloths look the same from a distance."""
    return distance(CLOTHS[cloth].ground, CLOTHS[other].ground) < NEAR


def alike(one: Design, other: Design) -> bool:
    """Tell whether two covers look the same but for their words."""
    return one.layout == other.layout and near(one.cloth, other.cloth)


@lru_cache(maxsize=4096)
def own(title: str, author: str, subject: str) -> tuple[str, Design]:
    """Return a book's identity, and the design that it has when it stands alone."""
    _dice, cloth, layout = choose(title, author, subject)
    return key_for(title, author), Design(cloth, settle(layout, title))


def _others(title: str, author: str, subject: str) -> Iterator[Design]:
    """Yield the book's other designs: its layout on another cloth first, then other layouts."""
    cloths, layouts = suited(subject)
    cloth, layout = own(title, author, subject)[1]
    at = cloths.index(cloth)
    turned = [*cloths[at:], *cloths[:at], *(name for name in CLOTHS if name not in cloths)]
    yield from (Design(name, layout) for name in turned)
    for name in layouts:
        yield from (Design(cloth, settle(name, title)) for cloth in turned)


class Row:
    """The covers of a page in their order: each is given a design unlike those it may stand beside."""

    def __init__(self) -> None:
        self._last: deque[tuple[str, Design | None]] = deque(maxlen=REACH)

    def next(self, title: str, author: str, subject: str) -> Design:
        """Return the design of the next cover. The same book again keeps the one it had."""
        key, design = own(title, author, subject)
        beside: list[Design] = []
        for other, worn in self._last:
            if worn is not None and other == key:
                design, beside = worn, []
                break
            if worn is not None:
                beside.append(worn)
        if any(alike(design, worn) for worn in beside):
            designs = _others(title, author, subject)
            free = (one for one in designs if not any(alike(one, worn) for worn in beside))
            design = next(free, design)
        self._last.append((key, design))
        return design

    def skip(self) -> None:
        """Count a cover that is not drawn."""
        self._last.append(("", None))
