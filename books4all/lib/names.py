"""Names of people in every spelling: what makes Dostoevsky, Dostoyevsky and Достоевский one.

Pure functions. A name is compared in three ways, the later ones looser: by its words as they stand,
by its words written in Latin letters and levelled (``spelling_key``), and by the sound of the surname
with the initial of the given name (``sound_key``). ``agreement`` says how well two names agree.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from books4all.lib.scripts import romanise

LONGEST = 200

_SUFFIXES = frozenset(("jr", "sr", "junior", "senior", "esq", "phd", "md", "obe", "mbe", "cbe"))
_TITLES = frozenset(("sir", "dame", "dr", "prof", "mr", "mrs", "ms", "rev", "saint", "st"))
_NUMERALS = frozenset(("ii", "iii", "iv"))
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_YEARS = re.compile(r"\b(?:ca?\.?|b\.|d\.|born|died)?\s*\d{3,4}\s*[-–—]?(?:\s*\d{3,4})?\??")
# A full stop ends an initial (J.R.R.), a hyphen joins (Jean-Paul): both part words here.
_PARTING = re.compile(r"[\s.,;:/\\\-‐‑–—_·・]+")
_APOSTROPHES = re.compile("['’‘ʼʹʺ`´ʻʿʾ]")

# Words in whose place a name should stand: nobody to match by.
_NOBODY = frozenset(
    (
        "", "anon", "anonym", "anonyme", "anonymous", "anonymus", "anonimo", "author",
        "author unknown", "collectif", "diverse", "diverse autoren", "divers auteurs", "edited",
        "editor", "etc", "et al", "multiple", "multiple authors", "n a", "na", "nan", "no author",
        "nobody", "none", "not available", "not known", "null", "ohne autor", "others", "s n",
        "tba", "tbc", "tbd", "unbekannt", "unknown", "unknown author", "unspecified", "various",
        "various artists", "various authors", "various contributors", "various writers",
        "varios autores", "verschiedene", "inconnu", "desconocido", "autore sconosciuto",
        "аноним", "неизвестный автор", "народное", "коллектив авторов", "unnamed", "test",
    )
)  # fmt: skip


class Agreement(IntEnum):
    """How well two names agree, the best highest."""

    NONE = 0
    # Surnames sound alike and first initials are the same: worth a look with other evidence.
    SOUND = 1
    # The same surname, and given names of which one shortens the other (F. M., Fyodor M., Fyodor).
    INITIALS = 2
    # The same words in another order, script or spelling.
    SPELLING = 3
    # The same words as they stand.
    SAME = 4


@lru_cache(maxsize=50_000)
def is_nobody(name: str) -> bool:
    """Whether ``name`` is a placeholder (unknown, various, "????") rather than anybody's name."""
    plain = " ".join(_words(name))
    return plain in _NOBODY or not any(c.isalpha() for c in plain)


def words_of(name: str) -> list[str]:
    """Return the words of ``name`` in the order of a title page, folded, in their own script.

    "Eliot, George, 1819-1880" and "George Eliot" give the same; titles, years and what stands in
    brackets are left out.
    """
    surname, given = _parts(name)
    return [*given, *surname]


@lru_cache(maxsize=50_000)
def spelling_key(name: str) -> str:
    """Return the levelled Latin words of ``name``, sorted: alike for all usual transliterations."""
    return " ".join(sorted(_level(word) for word in _latin(name)))[:LONGEST]


@lru_cache(maxsize=50_000)
def sound_key(name: str) -> str:
    """Return the sound of the surname and the first given name's initial ("tstfsk f").

    Empty for nobody's name.
    """
    surname, given = _parts(romanise(name))
    if not surname:
        return ""
    sound = _sound(surname[-1])
    initial = _sound(given[0])[:1] if given else ""
    return f"{sound} {initial}".strip()[:LONGEST] if sound else ""


def agreement(one: str, other: str) -> Agreement:
    """Say how well two names agree. Nobody's name agrees with none."""
    if is_nobody(one) or is_nobody(other):
        return Agreement.NONE
    if words_of(one) == words_of(other):
        return Agreement.SAME
    if spelling_key(one) == spelling_key(other):
        return Agreement.SPELLING
    if _shortens(one, other):
        return Agreement.INITIALS
    if sound_key(one) == sound_key(other) != "":
        return Agreement.SOUND
    return Agreement.NONE


def _shortens(one: str, other: str) -> bool:
    """Whether the surnames are one and given names shorten one another, at least by an initial."""
    (surname, given), (surname2, given2) = _parts(romanise(one)), _parts(romanise(other))
    if not surname or not surname2 or not given or not given2:
        return False
    if _level(surname[-1]) != _level(surname2[-1]):
        return False
    return all(_short_or_same(a, b) for a, b in zip(given, given2, strict=False))


def _short_or_same(one: str, other: str) -> bool:
    a, b = _level(one), _level(other)
    if a == b or (min(len(a), len(b)) == 1 and a[:1] == b[:1]):
        return True
    # Fyodor, Feodor, Fedor: vowels differ by school of spelling. Short names (Jan, Jane) don't count.
    return _sound(one) == _sound(other) and len(_sound(one)) > 2


def _latin(name: str) -> list[str]:
    surname, given = _parts(romanise(name))
    return [*given, *surname]


_ASCII_SIGNS = re.compile(r"[^0-9a-z]+")


def _words(text: str) -> list[str]:
    if text.isascii():
        # The same by a shorter way: most names, several times an imported book.
        return _ASCII_SIGNS.sub(" ", _APOSTROPHES.sub("", text).lower()).split()
    folded = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    kept = "".join(c for c in folded if not unicodedata.combining(c)).casefold()
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in kept)
    return spaced.split()


def _parts(name: str) -> tuple[list[str], list[str]]:
    """Return the words of the surname and of the given names."""
    bare = _YEARS.sub(" ", _BRACKETS.sub(" ", name))
    pieces = [_plain(piece) for piece in bare.split(",")]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return [], []
    if len(pieces) > 1:
        return pieces[0], [word for piece in pieces[1:] for word in piece]
    return pieces[0][-1:], pieces[0][:-1]


def _plain(piece: str) -> list[str]:
    words = _words(_PARTING.sub(" ", piece))
    kept = [word for word in words if word not in _SUFFIXES and word not in _NUMERALS]
    while len(kept) > 1 and kept[0] in _TITLES:
        kept = kept[1:]
    return kept


# Spellings of one sound by the languages that write Russian, Greek and others in Latin letters,
# applied in this order. What is left tells names apart and schools of spelling not.
_LEVELLED: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"schtsch|chtch|shch|szcz|stch", "s"),
        (r"tsch|tch|cz", "c"),
        (r"kh", "h"),
        (r"ch", "c"),
        (r"sch|sh|sz", "s"),
        (r"zh|zs", "z"),
        (r"ts|tz", "c"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ck", "k"),
        (r"ks|x", "ks"),
        (r"q", "k"),
        (r"(?<=[oe])(?:ff|w)$", "v"),
        (r"w", "v"),
        (r"ou", "u"),
        (r"[yj]", "i"),
        (r"(?<=[aeou])i+(?=e)", ""),
        (r"^i(?=e)", ""),
        (r"ae", "a"),
        (r"oe", "o"),
        (r"ue", "u"),
        (r"(.)\1+", r"\1"),
    )
)
_SOUNDS = str.maketrans("ckghqszbvfdtmnaeiou", "kkkkksspfftt" + "mnaaaaa")


@lru_cache(maxsize=50_000)
def _level(word: str) -> str:
    for pattern, by in _LEVELLED:
        word = pattern.sub(by, word)
    return word


# The same for sounds, which tell less apart: before what ``_LEVELLED`` does.
_HEARD: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"schtsch|chtch|shch|szcz|stch", "s"),
        (r"tsch|tch|cz|kh", "k"),
        (r"sch|sh|sz", "s"),
        (r"ch", "k"),
        (r"ts|tz", "s"),
        (r"c(?=[eiy])", "s"),
    )
)


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    """Return consonants by class, and the vowel that a name begins with as ``a``."""
    for pattern, by in _HEARD:
        word = pattern.sub(by, word)
    level = re.sub(r"h(?![aeiou])", "", _level(word))
    classes = level.translate(_SOUNDS)
    classes = classes[:1] + classes[1:].replace("a", "")
    return re.sub(r"(.)\1+", r"\1", classes)
