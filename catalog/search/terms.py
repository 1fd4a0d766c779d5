"""What the ranking compares: the words asked for, and the texts of a book."""

from collections.abc import Sequence
from functools import lru_cache

from catalog.search import numbers
from catalog.search.attempts import variants
from catalog.search.likeness import quality
from catalog.search.meaning import Word, is_slight
from catalog.search.spelling import Spellings
from catalog.search.text import ARTICLES, LINKS, key_of, stored, words

# A beginning is no proof that the word was meant to go on, nor is another spelling: both stay below
# what is sure.
BEGINNING, FORM = 0.92, 0.96
LEAST_FUZZY = 0.42
LINK_WEIGHT, NOISE_WEIGHT = 0.12, 0.3
# As many texts as a process remembers.
REMEMBERED = 16384


class Term:
    """A word of the query, with every word that may stand for it and how well."""

    __slots__ = (
        "accepts",
        "bits",
        "fuzzy",
        "open",
        "pieces",
        "seen",
        "size",
        "slight",
        "text",
        "weight",
    )

    def __init__(self, text: str, weight: float) -> None:
        self.text = text
        self.weight = weight
        self.accepts = {text: 1.0}
        self.pieces: list[tuple[tuple[str, ...], float]] = []
        self.open = False
        self.fuzzy = False
        self.seen: dict[str, float] = {}
        self.bits = _letters(text)
        self.size = len(text)
        self.slight = is_slight(text)

    def match(self, found: frozenset[str]) -> tuple[float, str]:
        """Return how well the words ``found`` have this one, and which word it is."""
        if self.text in found:
            return 1.0, self.text
        well, which = self._accepted(found)
        if well < BEGINNING and self.open:
            longer = next((word for word in found if word.startswith(self.text)), "")
            if longer:
                return BEGINNING, longer
        return self._likest(found) if not well and self.fuzzy else (well, which)

    def _accepted(self, found: frozenset[str]) -> tuple[float, str]:
        """Return the best of what may stand for the word: another form, spelling or its pieces."""
        best, which = 0.0, ""
        for word in self.accepts.keys() & found:
            if self.accepts[word] > best:
                best, which = self.accepts[word], word
        for words_, well in self.pieces:
            if well > best and found.issuperset(words_):
                best, which = well, words_[-1]
        return best, which

    def _likest(self, found: frozenset[str]) -> tuple[float, str]:
        """Return the word most like this one. What was compared once is remembered."""
        best, which = 0.0, ""
        for word in found:
            if word not in self.seen:
                self.seen[word] = self._alike(word)
            if self.seen[word] > best:
                best, which = self.seen[word], word
        return best, which

    def _alike(self, word: str) -> float:
        if abs(len(word) - self.size) > 2 or (self.bits ^ _letters(word)).bit_count() > 4:
            return 0.0
        well = quality(self.text, word)
        return well if well >= LEAST_FUZZY else 0.0


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _weight(word: str) -> float:
    if word in LINKS:
        return LINK_WEIGHT
    if is_slight(word):
        return NOISE_WEIGHT
    if word.isdecimal():
        return 0.9
    return 0.8 if len(word) <= 3 else 1.0


def title_weight(word: str) -> float:
    return LINK_WEIGHT if word in ARTICLES or word in LINKS else 1.0


class Name:
    """A person's or a series' name, as the ranking compares it."""

    __slots__ = ("found", "number", "spelt", "telling")

    def __init__(self, text: str) -> None:
        self.spelt = words(text)
        self.found = frozenset(named(self.spelt)) | _apart(text)
        self.telling = sum(1 for word in self.spelt if len(word) > 2) or 1
        self.number = self.spelt[-1] if len(self.spelt) > 1 and self.spelt[-1].isdecimal() else ""


class Title:
    """A title as the ranking compares it: its words, and itself as one word."""

    __slots__ = ("found", "key", "length", "row", "spelt", "whole")

    def __init__(self, text: str) -> None:
        self.spelt = words(text)
        self.found = frozenset(self.spelt) | _apart(text)
        self.key = key_of(self.spelt)
        self.whole = key_of(self.spelt, links=True)
        self.row = " ".join([word for word in self.spelt if word not in LINKS])
        self.length = sum([title_weight(word) for word in self.spelt]) or 1.0


# The texts of the books that are sought most come back with every search.
name_of = lru_cache(maxsize=REMEMBERED)(Name)
title_of = lru_cache(maxsize=REMEMBERED)(Title)


def term_of(word: Word, spellings: Spellings | None) -> Term:
    """Return the term for a word, with what the lexicon said of it."""
    text = word.text
    term = Term(text, NOISE_WEIGHT if word.noise else _weight(text))
    term.slight = word.slight
    for form in variants(text):
        term.accepts[form] = 0.99 if text in numbers.same(form) else FORM
    known = spellings.works.get(text, 0) if spellings else 0
    for other in spellings.meant.get(text, ()) if spellings else ():
        # A word that many books have was probably meant as it stands.
        well = min(BEGINNING, other.quality) * (0.9 if known > 3 * other.works else 1.0)
        if len(other.words) == 1:
            term.accepts.setdefault(other.words[0], well)
        else:
            term.pieces.append((other.words, well))
    return term


def initial_of(term: Term, person: Name) -> float:
    """Return how well a lone letter stands for one of the person's names; 0 for longer words."""
    if term.size > 1 or term.text in person.found:
        return 0.0
    return 0.9 if any(word.startswith(term.text) for word in person.spelt) else 0.0


def _apart(text: str) -> frozenset[str]:
    """Return words that ``text`` writes with apostrophes and hyphens, split and joined."""
    if text.isascii() and "'" not in text and "-" not in text:
        return frozenset()
    return frozenset(stored([text]).split())


def named(spelt: Sequence[str]) -> set[str]:
    """Return the words of a name, and its initials as they are typed: "jrr", "jk"."""
    if len(spelt) < 2:
        return set(spelt)
    initials = "".join(word[0] for word in spelt[:-1])
    runs = {initials} if len(initials) > 1 else set()
    return {*spelt, *runs}
