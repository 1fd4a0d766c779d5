"""Setting text in a box: widths, balanced wrapping and the largest size that fits.

``widths.json`` holds the advance widths of the page fonts in ems, so that a line is measured here
exactly as the browser will set it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from books4all.lib.covers.shapes import num

CJK = 0x2E7F  # from here on scripts are written full width and without spaces


class Widths(dict[str, float]):
    """Widths by character, with a guess for those that the font does not hold."""

    def __missing__(self, character: str) -> float:
        """Guess without remembering: a shop meets every character there is."""
        return 1.0 if ord(character) > CJK else 0.54


WIDTHS = {
    face: Widths({character: wide for character, wide in widths.items() if wide})
    for face, widths in json.loads(
        Path(__file__).with_name("widths.json").read_text(encoding="utf-8")
    ).items()
}


@dataclass(frozen=True)
class Pen:
    """How lines are set: size and colour, class (``ct`` roman, ``ci`` italic), anchor, leading."""

    size: float
    fill: str
    cls: str = "ct"
    anchor: str = "start"
    lead: float = 1.08


def width(line: str, size: float, face: str = "display") -> float:
    """Return the width of ``line`` at ``size``, in the units of the drawing."""
    # Most of what a drawing costs is spent here.
    return sum(map(WIDTHS[face].__getitem__, line)) * size


def _words(line: str, size: float, measure: float, *, cut: bool) -> list[str]:
    """Split at spaces, and inside words too wide if ``cut`` or if the script has no spaces."""
    words = []
    for whole in line.split():
        word = whole
        while word and (cut or word > chr(CJK + 1)) and width(word, size) > measure:
            fitting = (
                i for i in range(len(word), 0, -1) if i == 1 or width(word[:i], size) <= measure
            )
            at = next(fitting)
            words.append(word[:at])
            word = word[at:]
        if word:
            words.append(word)
    return words


def _lay(words: Sequence[str], size: float, limit: float) -> list[str]:
    """Fill lines greedily up to ``limit``."""
    lines, line = [], ""
    for word in words:
        longer = f"{line} {word}".strip()
        if line and width(longer, size) > limit:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def wrap(line: str, size: float, measure: float, *, cut: bool = False) -> list[str]:
    """Return balanced lines: the narrowest measure that keeps the number of lines."""
    words = _words(line, size, measure, cut=cut)
    best = _lay(words, size, measure)
    limit = measure
    while limit > measure * 0.45:
        limit -= measure * 0.04
        tighter = _lay(words, size, limit)
        if len(tighter) > len(best) or max(width(x, size) for x in tighter) > measure:
            break
        best = tighter
    return best


def fit(line: str, measure: float, most: int, sizes: Sequence[float]) -> tuple[float, list[str]]:
    """Return the largest of ``sizes`` at which ``line`` fits ``most`` lines, and the lines.

    When none fits, the last size is used and the text is cut, with an ellipsis at the end.
    """
    for size in sizes:
        lines = wrap(line, size, measure)
        if len(lines) <= most and max(width(x, size) for x in lines) <= measure:
            return size, lines
    size = sizes[-1]
    full = wrap(line, size, measure, cut=True)
    lines = full[:most]
    if len(full) > most:
        lines[-1] = lines[-1].rstrip(" ,;:") + "…"
    return size, lines


def text(lines: Sequence[str], x: float, y: float, pen: Pen) -> str:
    """Return ``lines`` as SVG text, the first baseline at ``y``."""
    anchor = f' text-anchor="{pen.anchor}"' if pen.anchor != "start" else ""
    look = f'font-size="{num(pen.size)}" fill="{pen.fill}"{anchor}'
    step = pen.size * pen.lead
    return "".join(
        f'<text class="{pen.cls}" x="{num(x)}" y="{num(y + i * step)}" {look}>{escape(line)}</text>'
        for i, line in enumerate(lines)
    )


def short(title: str) -> str:
    """Return the title as a cover says it: without subtitle or alternative title."""
    head: str = re.split(r"\s*[:;]\s|, or,? ", title)[0]
    return head if len(head) > 2 else title


def byline(author: str) -> str:
    """Return the first author, forenames as initials when the name is long."""
    name = author.partition(";")[0].strip()
    if len(name) <= 24:
        return name
    names = name.split()
    if len(names) == 1:
        return name[:24]
    return " ".join([f"{forename[0]}." for forename in names[:-1]] + names[-1:])
