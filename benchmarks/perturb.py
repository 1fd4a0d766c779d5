"""Queries as people type them, made of real titles and names at random with a fixed seed."""

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from catalog.search.numbers import FIGURES, ROMAN_OF
from catalog.search.text import title_key, words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("ei", "ie"), ("ie", "ei"), ("ll", "l"), ("tt", "t"), ("ss", "s"),
    ("nn", "n"), ("rr", "r"), ("ea", "ee"), ("ou", "u"), ("ai", "ay"), ("y", "i"), ("tion", "shun"),
    ("c", "s"), ("c", "k"), ("z", "s"), ("s", "z"), ("er", "ar"), ("or", "er"), ("an", "en"),
    ("en", "an"), ("gh", ""), ("kn", "n"), ("wh", "w"), ("th", "t"), ("oo", "u"), ("au", "aw"),
)  # fmt: skip
NAME_SOUNDS = (
    ("ch", "k"), ("ch", "tch"), ("sky", "ski"), ("y", "i"), ("i", "y"), ("ll", "l"), ("l", "ll"),
    ("nn", "n"), ("n", "nn"), ("tt", "t"), ("t", "tt"), ("ck", "k"), ("k", "ck"), ("ph", "f"),
    ("v", "w"), ("w", "v"), ("e", "a"), ("a", "e"), ("o", "a"), ("er", "or"), ("ei", "ie"),
    ("ie", "ei"), ("ss", "s"), ("s", "ss"), ("z", "s"), ("c", "k"), ("au", "a"), ("th", "t"),
    ("gh", "g"), ("sch", "sh"), ("ts", "tz"), ("kh", "k"), ("j", "y"), ("ey", "y"), ("y", "ey"),
)  # fmt: skip
EXTRA = (
    "hardcover", "paperback", "book", "edition", "first edition", "kindle", "a novel", "the book",
    "by", "used", "(hardcover)", "an i can read book", "2nd edition", "isbn", "unabridged",
)  # fmt: skip
_ROMAN = {v: k for k, v in ROMAN_OF.items()}


@dataclass(frozen=True, slots=True)
class Case:
    """A query, its kind, and the ISBNs of the books that it means."""

    query: str
    kind: str
    isbns: frozenset[str]
    author: str = ""


Row = dict[str, str]
Make = Callable[[random.Random, Row], str | None]


def _pick_word(rng: random.Random, text: str, least: int = 4) -> tuple[int, list[str]] | None:
    spelt = text.split()
    able = [
        at
        for at, word in enumerate(spelt)
        if len(word) >= least and word.isascii() and word.isalpha()
    ]
    return (rng.choice(able), spelt) if able else None


def _typo(rng: random.Random, word: str) -> str:
    at = rng.randrange(len(word))
    kind = rng.choice(("drop", "add", "swap", "neighbour", "double"))
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "add":
        return word[:at] + rng.choice(LETTERS) + word[at:]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    if kind == "swap" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for row in KEYS:
        place = row.find(word[at])
        if place >= 0:
            beside = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            return word[:at] + rng.choice(beside) + word[at + 1 :]
    return word


def _errors(rng: random.Random, text: str, count: int, *, same: bool = False) -> str | None:
    out = text.lower()
    chosen = None
    for _ in range(count):
        picked = chosen if same and chosen else _pick_word(rng, out, 7 if same else 5)
        if not picked:
            return None
        at, spelt = picked
        spelt[at] = _typo(rng, spelt[at])
        out = " ".join(spelt)
        chosen = (at, spelt)
    return out if out != text.lower() else None


def _sounds(
    rng: random.Random, text: str, pairs: Sequence[tuple[str, str]], count: int = 1
) -> str | None:
    out = text.lower()
    for _ in range(count):
        able = [(a, b) for a, b in pairs if a in out[1:]]
        if not able:
            return None
        a, b = rng.choice(able)
        places = [m.start() for m in re.finditer(re.escape(a), out) if m.start()]
        at = rng.choice(places)
        out = out[:at] + b + out[at + len(a) :]
    return out if out != text.lower() else None


def _author(row: Row) -> str:
    return " ".join(row["authors"].partition("|")[0].split())


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _slip(rng: random.Random, row: Row) -> str | None:
    return _errors(rng, row["title"], 1)


def _two(rng: random.Random, row: Row) -> str | None:
    return _errors(rng, row["title"], 2)


def _two_in_one(rng: random.Random, row: Row) -> str | None:
    return _errors(rng, row["title"], 2, same=True)


def _one_word(rng: random.Random, row: Row) -> str | None:
    return _errors(rng, row["title"], 1) if len(row["title"].split()) == 1 else None


def _heard(rng: random.Random, row: Row) -> str | None:
    return _sounds(rng, row["title"], SOUNDS)


def _joined(rng: random.Random, row: Row) -> str | None:
    spelt = row["title"].lower().split()
    if len(spelt) < 2:
        return None
    at = rng.randrange(len(spelt) - 1)
    return " ".join([*spelt[:at], spelt[at] + spelt[at + 1], *spelt[at + 2 :]])


def _split(rng: random.Random, row: Row) -> str | None:
    picked = _pick_word(rng, row["title"].lower(), 6)
    if not picked:
        return None
    at, spelt = picked
    cut = rng.randrange(2, len(spelt[at]) - 1)
    spelt[at] = spelt[at][:cut] + " " + spelt[at][cut:]
    return " ".join(spelt)


def _swapped(rng: random.Random, row: Row) -> str | None:
    spelt = row["title"].lower().split()
    if len(spelt) < 3:
        return None
    mixed = rng.sample(spelt, len(spelt))
    return " ".join(mixed) if mixed != spelt else None


def _no_marks(rng: random.Random, row: Row) -> str | None:
    plain = _plain(row["title"])
    return plain.lower() if plain != row["title"] and plain.isascii() else None


def _no_apostrophe(rng: random.Random, row: Row) -> str | None:
    bare = re.sub("['’]", rng.choice(("", " ")), row["title"])
    return bare.lower() if bare != row["title"] else None


def _word_and_author(rng: random.Random, row: Row) -> str | None:
    spelt = [w for w in re.findall(r"[\w'’]+", row["title"]) if len(w) > 3]
    author = _author(row).split()
    if not spelt or not author:
        return None
    pair = [rng.choice(spelt), author[-1]]
    rng.shuffle(pair)
    return " ".join(pair).lower()


def _title_and_author(rng: random.Random, row: Row) -> str | None:
    form = rng.choice(("{t} {a}", "{a} {t}", "{t} by {a}", "{a}: {t}"))
    return form.format(t=row["title"], a=_author(row)) if row["authors"] else None


def _misspelt_author_and_title(rng: random.Random, row: Row) -> str | None:
    author = _sounds(rng, _author(row).rpartition(" ")[2], NAME_SOUNDS)
    return f"{row['title'].lower()} {author}" if author else None


def _subtitle(rng: random.Random, row: Row) -> str | None:
    return row["subtitle"] if len(row["subtitle"].split()) > 2 else None


def _run_on(rng: random.Random, row: Row) -> str | None:
    return f"{row['title']} {row['subtitle']}".lower() if row["subtitle"] else None


def _beginning(rng: random.Random, row: Row) -> str | None:
    title = row["title"].lower()
    if len(title) < 9:
        return None
    return title[: rng.randrange(6, len(title))].strip()


def _extra(rng: random.Random, row: Row) -> str | None:
    return f"{row['title']} {rng.choice(EXTRA)}".lower()


def _numbers(rng: random.Random, row: Row) -> str | None:
    def other(found: re.Match[str]) -> str:
        word = found[0].lower()
        return FIGURES.get(word) or (_ROMAN.get(word) if len(word) > 1 else None) or word

    title = re.sub(
        r"[A-Za-z]+-[a-z]+|\w+",
        lambda m: FIGURES.get(m[0].lower().replace("-", ""), m[0]),
        row["title"],
    )
    title = re.sub(r"\w+", other, title)
    return title.lower() if title.lower() != row["title"].lower() else None


def _roman(rng: random.Random, row: Row) -> str | None:
    title = re.sub(r"(?<=\s)\d{1,2}\b", lambda m: ROMAN_OF.get(m[0], m[0]), row["title"])
    return title if title != row["title"] else None


def _ampersand(rng: random.Random, row: Row) -> str | None:
    title = row["title"]
    if " and " in title:
        return title.replace(" and ", rng.choice((" & ", "&"))).lower()
    return title.replace("&", "and").lower() if "&" in title else None


def _hyphens(rng: random.Random, row: Row) -> str | None:
    title = re.sub(r"(?<=\w)-(?=\w)", rng.choice(("", " ", "‐", "–")), row["title"])
    return title if title != row["title"] else None


def _caps(rng: random.Random, row: Row) -> str | None:
    return row["title"].upper()


def _exact(rng: random.Random, row: Row) -> str | None:
    return row["title"].lower()


def _partial(rng: random.Random, row: Row) -> str | None:
    spelt = [w for w in re.findall(r"[\w'’]+", row["title"].lower()) if len(w) > 3]
    if len(spelt) < 3:
        return None
    kept = sorted(rng.sample(range(len(spelt)), len(spelt) - 1))
    return " ".join(spelt[at] for at in kept)


def _original(rng: random.Random, row: Row) -> str | None:
    original = row["original_title"]
    return original if original and original.lower() != row["title"].lower() else None


def _volume(rng: random.Random, row: Row) -> str | None:
    if not row["series"] or not row["series_number"].isdecimal():
        return None
    form = rng.choice(
        ("{s} #{n}", "{s} book {n}", "{s} {n}", "{s} vol. {n}", "{s} no. {n}", "{s} volume {n}")
    )
    return form.format(s=row["series"].lower(), n=row["series_number"])


def _script(rng: random.Random, row: Row) -> str | None:
    return (
        row["title"]
        if not _plain(row["title"]).isascii() and re.search(r"[\u0370-\uffff]", row["title"])
        else None
    )


def _isbn(rng: random.Random, row: Row) -> str | None:
    number = rng.choice((row["isbn13"], row["isbn10"] or row["isbn13"]))
    form = rng.choice(("plain", "label", "gaps", "digits", "zero"))
    if form == "zero" and row["isbn10"].startswith("0"):
        return row["isbn10"].lstrip("0") if len(row["isbn10"].lstrip("0")) > 7 else number
    if form == "digits":
        return "".join(chr(0x0660 + int(c)) if c.isdigit() else c for c in number)
    if form == "gaps":
        gap = rng.choice("-‐‑–  ")
        cuts = sorted(rng.sample(range(1, len(number)), 3))
        return gap.join(number[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True))
    return rng.choice(("ISBN: ", "isbn ", "ISBN-13: ", "")) + number if form == "label" else number


KINDS: dict[str, Make] = {
    "title_exact": _exact, "all_caps": _caps, "typo_title": _slip, "typo_one_word_title": _one_word,
    "typo_two_errors": _two, "typo_two_in_one_word": _two_in_one, "misspelt_by_sound": _heard,
    "words_joined": _joined, "words_split": _split, "word_order": _swapped,
    "diacritics_dropped": _no_marks, "apostrophe_dropped": _no_apostrophe,
    "author_and_word": _word_and_author, "author_and_title": _title_and_author,
    "misspelt_author_and_title": _misspelt_author_and_title, "subtitle_only": _subtitle,
    "title_and_subtitle": _run_on, "title_beginning": _beginning, "extra_words": _extra,
    "number_forms": _numbers, "roman_numerals": _roman, "ampersand": _ampersand,
    "hyphens": _hyphens, "partial_words": _partial, "original_title": _original,
    "series_and_number": _volume, "other_scripts": _script, "isbn": _isbn,
}  # fmt: skip


def _given(rng: random.Random, name: str) -> str | None:
    """Return the initials in one of the ways people write them."""
    spelt = re.findall(r"[^\s.]+", name)
    if len(spelt) < 2 or not all(len(word) == 1 for word in spelt[:-1]):
        return None
    form = rng.choice(("{j} {l}", "{s} {l}", "{p} {l}", "{P} {l}", "{l}, {P}"))
    first = spelt[:-1]
    return form.format(
        j="".join(first).lower(), s=" ".join(first).lower(), l=spelt[-1].lower(),
        p=". ".join(first).lower() + ".", P=".".join(first) + ".",
    )  # fmt: skip


def _inverted(rng: random.Random, name: str) -> str | None:
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first else None


def _misspelt(rng: random.Random, name: str) -> str | None:
    return _sounds(rng, _plain(name), NAME_SOUNDS)


def _mistyped(rng: random.Random, name: str) -> str | None:
    return _errors(rng, _plain(name), 1)


def _misspelt_surname(rng: random.Random, name: str) -> str | None:
    last = _plain(name).rpartition(" ")[2]
    return _sounds(rng, last, NAME_SOUNDS) if len(last) > 5 else None


def _called(rng: random.Random, name: str) -> str | None:
    return name.lower()


NAMES: dict[str, Callable[[random.Random, str], str | None]] = {
    "author": _called, "author_initials": _given, "author_inverted": _inverted,
    "author_misspelt": _misspelt, "author_mistyped": _mistyped, "surname_misspelt": _misspelt_surname,
}  # fmt: skip
LEAST_WORKS = 3
BY_TITLE = frozenset(
    [
        "title_exact",
        "all_caps",
        "typo_title",
        "typo_one_word_title",
        "typo_two_errors",
        "typo_two_in_one_word",
        "misspelt_by_sound",
        "words_joined",
        "words_split",
        "word_order",
        "diacritics_dropped",
        "apostrophe_dropped",
        "extra_words",
        "number_forms",
        "roman_numerals",
        "ampersand",
        "hyphens",
        "other_scripts",
    ]
)


class _Shelf:
    """Which books a query may mean: by work, by title, by person and by place in a series."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.works: defaultdict[str, set[str]] = defaultdict(set)
        self.titles: defaultdict[str, set[str]] = defaultdict(set)
        self.people: defaultdict[str, set[str]] = defaultdict(set)
        self.series: defaultdict[str, set[str]] = defaultdict(set)
        self.known_as: dict[str, str] = {}
        for row in rows:
            self._take(row)

    def _take(self, row: Row) -> None:
        number = row["isbn13"]
        self.works[row["work_key"]].add(number)
        self.titles[title_key(row["title"])].add(number)
        self.series[f"{row['series']}/{row['series_number']}"].add(number)
        for name in row["authors"].split("|"):
            plain = " ".join(name.split())
            self.known_as.setdefault("".join(words(plain)), plain)
            self.people["".join(words(plain))].add(number)

    def meant_by(self, kind: str, row: Row) -> frozenset[str]:
        """Return the books that a query of this kind, made of ``row``, means."""
        if kind == "series_and_number":
            return frozenset(self.series[f"{row['series']}/{row['series_number']}"])
        if kind in BY_TITLE:
            # Nothing in the query says which of the books of this title.
            return frozenset(self.titles[title_key(row["title"])] | self.works[row["work_key"]])
        return frozenset(self.works[row["work_key"]])

    def by(self, kind: str, name: str) -> frozenset[str]:
        """Return the books by somebody of this name; for a surname alone, of that surname."""
        if kind != "surname_misspelt":
            return frozenset(self.people["".join(words(name))])
        last = words(name)[-1:]
        keys = [key for key, known in self.known_as.items() if words(known)[-1:] == last]
        return frozenset(number for key in keys for number in self.people[key])

    def names(self) -> list[str]:
        """Return the full names of people with a few books."""
        return sorted(
            name
            for key, name in self.known_as.items()
            if len(self.people[key]) >= LEAST_WORKS and len(name) > 6 and " " in name
        )


def cases(rows: Sequence[Row], *, each: int, seed: int) -> Iterator[Case]:
    """Yield about ``each`` queries of every kind."""
    rng = random.Random(seed)
    shelf = _Shelf(rows)
    known = [row for row in rows if 5 <= len(row["title"]) <= 80]
    for kind, make in KINDS.items():
        pool = rng.sample(known, len(known))
        made = ((query, row) for row in pool if (query := make(rng, row)))
        for query, row in islice(made, each):
            yield Case(query, kind, shelf.meant_by(kind, row))
    names = shelf.names()
    for kind, spell in NAMES.items():
        pairs = ((q, name) for name in rng.sample(names, len(names)) if (q := spell(rng, name)))
        for query, name in islice(pairs, each):
            yield Case(query, kind, shelf.by(kind, name), name)
