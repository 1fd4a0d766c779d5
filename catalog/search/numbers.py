"""Numbers in titles: "7", "seven" and "VII" are one and the same to whoever looks for the book."""

from collections.abc import Sequence
from typing import Final

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_ROMANS = [
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
    "xvii",
    "xviii",
    "xix",
    "xx",
]


def _ordinal(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _spelt() -> dict[str, str]:
    """Return number words as figures; those of two words ("twenty-one") joined."""
    known = {word: str(at) for at, word in enumerate(_UNITS)}
    for at, tens in enumerate(_TENS, start=2):
        known[tens] = str(at * 10)
        for unit in range(1, 10):
            known[tens + _UNITS[unit]] = str(at * 10 + unit)
    known |= {word: _ordinal(at) for at, word in enumerate(_ORDINALS, start=1)}
    for at, tens in enumerate(_TENS, start=2):
        known |= {tens + _ORDINALS[u - 1]: _ordinal(at * 10 + u) for u in range(1, 10)}
    return known | {"hundred": "100", "thousand": "1000", "hundredth": "100th"}


FIGURES: Final = _spelt()
SPELT: Final = {figure: word for word, figure in FIGURES.items()}
# A single letter is a letter more often than a number.
ROMANS: Final = {roman: str(at) for at, roman in enumerate(_ROMANS, start=1) if len(roman) > 1}
ROMAN_OF: Final = {figure: roman for roman, figure in ROMANS.items()}
_TENS_SET: Final = frozenset(_TENS)


def figures(spelt: Sequence[str]) -> list[str]:
    """Return words with those that are numbers as figures: "twenty", "one" is "21"."""
    out: list[str] = []
    tens = ""
    for word in spelt:
        if tens and tens + word in FIGURES:
            out[-1] = FIGURES[tens + word]
            tens = ""
            continue
        out.append(FIGURES.get(word, word))
        tens = word if word in _TENS_SET else ""
    return out


def same(word: str) -> list[str]:
    """Return the other ways to write a number; nothing for any other word."""
    figure = FIGURES.get(word) or ROMANS.get(word) or word
    forms = (figure, SPELT.get(figure, ""), ROMAN_OF.get(figure, ""))
    return [form for form in forms if form and form != word]
