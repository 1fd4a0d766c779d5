"""The readings of a text, as queries: first what was typed, then what may have been meant."""

from collections.abc import Sequence
from itertools import combinations

from catalog.search import numbers
from catalog.search.asked import Attempt
from catalog.search.meaning import Meaning, Word
from catalog.search.spelling import Spellings
from catalog.search.text import key_of

# A title as a whole is a lexeme too: "=t:middlemarch".
KEY = "=t:"
SHORTEST_TITLE = 4
# Pairs of words are also looked for as one ("dragon fly"), of this many words at most.
MOST_JOINED = 6
# A beginning of fewer letters stands for too many words to look for all of them.
SHORTEST_BEGINNING = 3
# Of more words than these, the longest are required and the others only rank.
MOST_LOOSE = 6
# Of as many words as this, two may be wrong.
MANY = 5
LONGEST_RUN = 4
# A single word that stands in more works than this says nothing alone.
COMMON = 5000


def strict(meaning: Meaning) -> list[Attempt]:
    """Return the readings that take the words as they are; all, then those that tell."""
    readings = [_all(meaning, meaning.required, "words")]
    if initials(meaning) or meaning.telling != meaning.required:
        readings.append(_all(meaning, meaning.telling, "telling"))
    if meaning.open and _bare(meaning):
        readings.append(_beginning(meaning))
    return [reading for reading in readings if reading.sql]


def meant(meaning: Meaning, spellings: Spellings) -> list[Attempt]:
    """Return the readings that allow for misspelt words, and for one that is wrong altogether."""
    telling = meaning.telling
    corrected = spellings.corrected([word.text for word in meaning.words])
    groups = {word: _group(word, spellings, open_=_open(meaning, word)) for word in telling}
    readings = []
    if any(spellings.meant.get(word.text) for word in telling):
        query = _and([group for group in groups.values() if group])
        readings.append(_attempt(meaning, query, "spelt", corrected))
    loose = _loose(telling, groups, spellings)
    if loose:
        readings.append(_attempt(meaning, loose, "loose", corrected))
    return readings


def _bare(meaning: Meaning) -> bool:
    """Whether the text is words alone, so that it may be a title as it stands."""
    return not meaning.excluded and not any(w.weights or w.phrase >= 0 for w in meaning.words)


def _beginning(meaning: Meaning) -> Attempt:
    """Return the reading as the beginning of a title: "in a dark" is *In a Dark, Dark Wood*."""
    key = key_of(meaning.plain, links=True)
    query = f"'{KEY}{key}':*" if len(key) >= SHORTEST_TITLE else ""
    return Attempt(
        name="beginning", sql="%s::tsquery" if query else "", params=(query,) if query else (),
        body=False,
    )  # fmt: skip


def _open(meaning: Meaning, word: Word) -> bool:
    return meaning.open and word == meaning.words[-1] and len(word.text) >= SHORTEST_BEGINNING


def _all(meaning: Meaning, required: Sequence[Word], name: str) -> Attempt:
    """Return the reading that wants every word, or two neighbours written as one."""
    kept = [word for word in required if _needed(meaning, word, required)]
    groups = [_group(word, None, open_=_open(meaning, word)) for word in kept]
    runs = [f"({_term(run)}|({_and([_term(c) for c in run])}))" for run in initials(meaning)]
    wanted = [_and(groups + _phrases(kept) + (runs if name == "words" else []))]
    plain = [word for word in kept if not word.weights and word.phrase < 0]
    if 1 < len(plain) == len(kept) <= MOST_JOINED:
        for at in range(len(kept) - 1):
            one = _term(kept[at].text + kept[at + 1].text)
            wanted.append(_and([*groups[:at], one, *groups[at + 2 :]]))
    return _attempt(meaning, "|".join(f"({w})" for w in wanted if w), name, "")


def initials(meaning: Meaning) -> list[str]:
    """Return the runs of single letters, joined: "a. s. byatt" has "as"; none if that is all."""
    if not _bare(meaning) or all(len(word) == 1 for word in meaning.plain):
        return []
    marks = "".join(
        word if len(word) == 1 and "a" <= word <= "z" else " " for word in meaning.plain
    )
    return [run for run in marks.split() if 1 < len(run) <= LONGEST_RUN]


def _needed(meaning: Meaning, word: Word, required: Sequence[Word]) -> bool:
    """Whether a book must have ``word``: not lone letters and short beginnings, among others."""
    if word.weights or word.phrase >= 0 or len(required) == 1:
        return True
    if len(word.text) > 1 and not (meaning.open and word == meaning.words[-1]):
        return True
    others = [w for w in required if w != word and not (len(w.text) == 1 and w.text.isascii())]
    short = len(word.text) < SHORTEST_BEGINNING and word.text.isascii() and word.text.isalpha()
    return not (short and others)


def _phrases(kept: Sequence[Word]) -> list[str]:
    """Return the conditions that words of a phrase stand side by side."""
    out = []
    for number in sorted({word.phrase for word in kept if word.phrase >= 0}):
        row = [word for word in kept if word.phrase == number]
        out.append("(" + "<->".join(_term(w.text, w.weights) for w in row) + ")")
    return out


def _group(word: Word, spellings: Spellings | None, *, open_: bool) -> str:
    """Return the query for a word: itself, its other forms, and what it may have been meant to be."""
    if word.phrase >= 0:
        return _term(word.text, word.weights)
    forms = [_term(word.text, word.weights, open_=open_)]
    forms += [_term(form, word.weights) for form in variants(word.text)]
    for alternative in spellings.meant.get(word.text, ()) if spellings else ():
        forms.append(_and([_term(part, word.weights) for part in alternative.words]))
    forms = list(dict.fromkeys(forms))
    return forms[0] if len(forms) == 1 else f"({'|'.join(forms)})"


def _loose(telling: Sequence[Word], groups: dict[Word, str], spellings: Spellings) -> str:
    """Return the query for all words but one or two; of two words, for those that tell more."""
    bound = [groups[word] for word in telling if word.weights or word.phrase >= 0]
    free = [word for word in telling if not word.weights and word.phrase < 0]
    known = sorted(free, key=lambda word: (-len(word.text), word.text))[:MOST_LOOSE]
    if len(free) < 2:
        return ""
    if len(known) == 2:
        counts = {word: _works(word, spellings) for word in known}
        rarest = [word for word in known if 0 < counts[word] <= COMMON]
        return _and(
            [*bound, "(" + "|".join(groups[word] for word in rarest) + ")"] if rarest else []
        )
    missing = 1 if len(known) < MANY else 2
    choices = combinations([groups[word] for word in known], len(known) - missing)
    return _and([*bound, "(" + "|".join(f"({_and(list(choice))})" for choice in choices) + ")"])


def _works(word: Word, spellings: Spellings) -> int:
    alternatives = spellings.meant.get(word.text, ())
    return spellings.works.get(word.text, 0) + sum(a.works for a in alternatives)


def variants(word: str) -> list[str]:
    """Return the other forms of a word that are searched for with it: numbers, plural, singular."""
    forms = numbers.same(word)
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return forms
    if word.endswith("ies"):
        return [*forms, word[:-3] + "y"]
    if word.endswith(("sses", "shes", "ches", "xes")):
        return [*forms, word[:-2]]
    if word.endswith("s"):
        return forms if word.endswith("ss") else [*forms, word[:-1]]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [*forms, word[:-1] + "ies"]
    return [*forms, word + "s"]


def _term(word: str, weights: str = "", *, open_: bool = False) -> str:
    """Return a lexeme as tsquery text. Words hold letters, marks and digits only."""
    flags = ("*" if open_ else "") + weights
    return f"'{word}':{flags}" if flags else f"'{word}'"


def _and(parts: Sequence[str]) -> str:
    return "&".join(part for part in parts if part)


def _attempt(meaning: Meaning, query: str, name: str, corrected: str) -> Attempt:
    unwanted = [
        "!(" + "<->".join(_term(word) for word in group) + ")" for group in meaning.excluded
    ]
    if query:
        query = _and([f"({query})", *unwanted])
    spelt: Sequence[str] = corrected.split() if corrected else meaning.plain
    if name == "telling":
        spelt = [word.text for word in meaning.telling]
    keys = (key_of(spelt), key_of(spelt, links=True)) if _bare(meaning) else ()
    return Attempt(
        name=name,
        sql="%s::tsquery" if query else "",
        params=(query,) if query else (),
        keys=tuple(key for key in dict.fromkeys(keys) if key),
        body=name == "words",
    )
