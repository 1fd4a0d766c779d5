"""How near a typed word is to a known one: which errors hands, ears and eyes make."""

from functools import lru_cache
from typing import Final

from catalog.search import sounds

_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS: Final = frozenset("aeiouy")
# Costs of errors; a wrong letter is 1.
SWAPPED, DOUBLED, NEIGHBOUR, VOWEL, FIRST = 0.7, 0.55, 0.75, 0.75, 0.35
MOST_ERRORS = 3


def _neighbours() -> frozenset[str]:
    """Return pairs of letters whose keys touch."""
    pairs = set()
    for at, row in enumerate(_ROWS):
        for place, letter in enumerate(row):
            beside = row[place + 1 : place + 2]
            below = _ROWS[at + 1][max(0, place - 1) : place + 1] if at + 1 < len(_ROWS) else ""
            for other in beside + below:
                pairs |= {letter + other, other + letter}
    return frozenset(pairs)


_NEAR_KEYS: Final = _neighbours()


def _wrong(typed: str, meant: str) -> float:
    if typed == meant:
        return 0.0
    if typed in _VOWELS and meant in _VOWELS:
        return VOWEL
    return NEIGHBOUR if typed + meant in _NEAR_KEYS else 1.0


def _extra(word: str, at: int) -> float:
    """Return the cost of the letter at ``at`` being there: less if it doubles its neighbour."""
    twice = at > 0 and word[at - 1] == word[at]
    return DOUBLED if twice else 1.0


@lru_cache(maxsize=16384)
def errors(typed: str, meant: str) -> float:
    """Return the weighted count of errors between two words (restricted Damerau-Levenshtein)."""
    before: list[float] = []
    row = [0.0]
    for at in range(len(meant)):
        row.append(row[-1] + _extra(meant, at))
    for i, letter in enumerate(typed):
        extra = _extra(typed, i)
        new = [row[0] + extra]
        for j, other in enumerate(meant):
            best = min(
                row[j + 1] + extra, new[j] + _extra(meant, j), row[j] + _wrong(letter, other)
            )
            if i and j and letter == meant[j - 1] and typed[i - 1] == other and letter != other:
                best = min(best, before[j - 1] + SWAPPED)
            new.append(best)
        if min(new) > MOST_ERRORS:
            return MOST_ERRORS + 1.0
        before, row = row, new
    return row[-1]


@lru_cache(maxsize=16384)
def quality(typed: str, meant: str) -> float:
    """Return how well ``meant`` explains ``typed``: 1 is the same, 0 nothing alike."""
    if typed == meant:
        return 1.0
    ours, theirs = sounds.latin(typed), sounds.latin(meant)
    alike = bool(set(sounds.codes(typed)) & set(sounds.codes(meant)))
    if abs(len(ours) - len(theirs)) > MOST_ERRORS:
        return 0.0
    cost = errors(ours, theirs)
    if ours[:1] != theirs[:1]:
        cost += FIRST
    elif ours[-1:] == theirs[-1:]:
        # Readers and typists get both ends of a word right.
        cost *= 0.9
    if alike:
        cost *= 0.65
    return max(0.0, 1.0 - cost * (0.12 + 0.9 / max(4, len(theirs))))
