"""Layouts with a patterned paper: a pasted label, a quarter cloth binding."""

from books4all.lib.covers.dice import Dice
from books4all.lib.covers.lettering import Pen, byline, fit, text
from books4all.lib.covers.palette import Cloth, contrast, luma, mix
from books4all.lib.covers.papers import paper
from books4all.lib.covers.shapes import outline, rect

DARK = "#26231d"


def _dark_on(board: str, cloth: Cloth, wanted: float) -> str:
    """Return the first colour of the cloth that reads on ``board``."""
    for colour in (cloth.ground, cloth.light):
        if contrast(colour, board) > wanted:
            return colour
    return DARK


def label(dice: Dice, cloth: Cloth, title: str, author: str, uid: str) -> str:
    """Paper all over, title and author on a pasted card."""
    defs, fill = paper(dice, cloth, uid)
    card = "#f4efe3" if luma(cloth.ground) < 0.45 else "#fbf8f0"
    dark = _dark_on(card, cloth, 5.5)
    size, lines = fit(title, 116, 4, (22, 20, 18, 16, 14, 12))
    block = len(lines) * size * 1.1
    h = max(84, block + 54)
    y = 46 if dice.upto(3) else 150 - h / 2
    out = defs + rect(0, 0, 200, 300, fill) + rect(26, y, 148, h, card)
    out += rect(30.5, y + 4.5, 139, h - 9, "none", more=outline(dark, "1"))
    out += rect(33, y + 7, 134, h - 14, "none", more=outline(dark, ".4"))
    first = y + (h - 16 - block) / 2 + size * 0.82
    out += text(lines, 100, first, Pen(size, dark, anchor="middle", lead=1.1))
    return out + text([byline(author)], 100, y + h - 17, Pen(11.5, dark, "ci", "middle"))


def quarter(dice: Dice, cloth: Cloth, title: str, author: str, uid: str) -> str:
    """A plain board with a strip of paper, at the spine or at the foot."""
    pale = "#f6f2e8"
    board = dice.pick((mix(cloth.ground, pale, 0.86), mix(cloth.accent, pale, 0.8), "#efe9dc"))
    dark = _dark_on(board, cloth, 5)
    defs, fill = paper(dice, cloth, uid)
    at_foot = dice.upto(2)
    if at_foot:
        out = defs + rect(0, 0, 200, 300, fill)
        out += rect(0, 0, 200, 190, board) + rect(0, 190, 200, 3, dark)
    else:
        out = defs + rect(0, 0, 200, 300, board)
        out += rect(0, 0, 46, 300, fill) + rect(46, 0, 2, 300, dark)
    x = 18 if at_foot else 62
    size, lines = fit(title, 166 if at_foot else 124, 4, (27, 24, 21, 19, 17, 15, 13))
    out += text(lines, x, 26 + size * 0.78, Pen(size, dark))
    return out + text([byline(author)], x, 172 if at_foot else 278, Pen(13, dark, "ci"))
