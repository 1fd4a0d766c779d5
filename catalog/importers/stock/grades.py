"""Grades of books and jackets in the words of every program, as ours."""

import re
from functools import lru_cache
from typing import NamedTuple

from catalog.constants import Condition, Jacket

_C = Condition
_BOOK: dict[str, Condition] = {
    word: grade
    for grade, words in {
        _C.NEW: "new|brand new|new book|neu|neuware|neuf|nuovo|nuevo|nieuw|ny|nytt|nowy|novo|新品",
        _C.AS_NEW: "as new|like new|likenew|asnew|an|mint|m|wie neu|comme neuf|come nuovo|como nuevo|"
        "als nieuw|pristine|excellent|neuwertig|état neuf|ausgezeichnet|ほぼ新品",
        _C.FINE: "fine|f|fn|very fine|vf|fein|très bel état|ottimo|ottime|ottime condizioni|excelente|fine/as new",
        _C.NEAR_FINE: "near fine|nearfine|nf|nr fine|nr. fine|near f|almost fine|about fine|fast neu|fast wie neu|presque neuf",
        _C.VERY_GOOD: "very good|verygood|vg|v good|v.good|v. good|vgc|vg cond|v.g|v.g.|sehr gut|très bon|"
        "tres bon|très bon état|molto buono|muy bueno|muy bien|zeer goed|bardzo dobry|very nice|非常に良い|"
        "sehr guter zustand|good plus to very good",
        _C.GOOD: "good|g|gd|gut|bon|buono|bueno|bien|goed|dobry|bon état|average|guter zustand|bom|良い",
        _C.FAIR: "fair|fr|acceptable|accept|akzeptabel|acceptabel|accettabile|aceptable|befriedigend|"
        "mittelmäßig|état moyen|correct|passable|discreto|regular|redelijk|satisfactory|可",
        _C.POOR: "poor|p|reading copy|reading copy only|working copy|binding copy|schlecht|mauvais|"
        "mauvais état|scarso|malo|slecht|ausreichend|mangelhaft|cattivo|very poor|worn",
    }.items()
    for word in words.split("|")
}
_ORDER = {grade: rank for rank, grade in enumerate(Condition.values)}
_PREFIX = re.compile(
    r"^(?:used|gebraucht|occasion|usato|usado|segunda mano|tweedehands|collectible|collectable|sammlerstück|"
    r"de colección|de collection|da collezione|condition|cond|zustand|book)\s*[-;:,–]?\s*(?=\S)"
)
_SUFFIX = re.compile(r"\s*(?:condition|cond\.?|copy|zustand|state|overall)$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ROUND = re.compile(r"\s*(?:\++|-+|−|plus|minus)$")
_BETWEEN = re.compile(r"\s+(?:to|bis|à|-|–)\s+|(?<=[a-z])[-–](?=[a-z])|\s+or\s+")
_PAIR = re.compile(r"\s*/\s*|\s+(?:in|with)\s+(?:an?\s+)?")
_TENTHS = re.compile(r"(10|\d)(?:[.,]5)?\s*/\s*10")
_JACKET_WORD = re.compile(
    r"\s*(?:d\.?\s?/?j\.?|d\.?\s?/?w\.?|dust\s?-?(?:jacket|wrapper|cover)|jacket|wrapper|schutzumschlag|su|jaquette)\.?$"
)
# Ten is as good as new, and a nine is nearly fine: the commonest reading of a scale nobody defined.
_OF_TEN = (
    _C.POOR,
    _C.POOR,
    _C.POOR,
    _C.POOR,
    _C.FAIR,
    _C.FAIR,
    _C.GOOD,
    _C.GOOD,
    _C.VERY_GOOD,
    _C.NEAR_FINE,
    _C.AS_NEW,
)
# Amazon's numbers: 1-4 used, 5-8 collectible, 9 refurbished (not for books), 10 and 11 new.
AMAZON = {
    "1": _C.AS_NEW, "2": _C.VERY_GOOD, "3": _C.GOOD, "4": _C.FAIR, "5": _C.AS_NEW, "6": _C.VERY_GOOD,
    "7": _C.GOOD, "8": _C.FAIR, "10": _C.NEW, "11": _C.NEW,
}  # fmt: skip
REMEDY = "Write one of: New, As new, Fine, Near fine, Very good, Good, Fair, Poor."
JACKET_REMEDY = "Write one of: Fine, Very good, Good, Worn, Missing, None as issued."


class Graded(NamedTuple):
    """A grade read, the jacket's when it stands beside ("VG/G"), and what was assumed in reading."""

    condition: str
    jacket: str = ""
    assumed: str = ""


@lru_cache(maxsize=4096)
def condition(text: str) -> Graded | None:
    """Return the grade in ``text``; None when no program we know writes that.

    Pluses and minuses keep their grade (ours has none), a range takes its lower end.
    """
    if match := _TENTHS.fullmatch(text):
        grade = _OF_TEN[int(match[1])]
        return Graded(grade, "", f"On a scale of ten it was read as {grade.label}.")
    word = _CAMEL.sub(" ", text.replace("_", " ")).casefold().strip(" .,;:()[]")
    for _round in range(2):
        word = _PREFIX.sub("", word)
    whole, word = word, _SUFFIX.sub("", word)
    if found := _grade(whole) or _grade(word):
        return Graded(found)
    ends = [_grade(part) for part in _BETWEEN.split(word)]
    if len(ends) == 2 and ends[0] and ends[1]:
        lower = max(ends[0], ends[1], key=_ORDER.__getitem__)
        return Graded(lower, "", f"It was read as {lower.label}, the lower of the two.")
    parts = _PAIR.split(word, maxsplit=1)
    if len(parts) == 2 and (book := _grade(_SUFFIX.sub("", parts[0]))):
        beside = jacket(parts[1])
        if beside is not None:
            return Graded(book, beside)
    return None


def _grade(word: str) -> Condition | None:
    word = word.strip(" .,;")
    return _BOOK.get(word) or _BOOK.get(_ROUND.sub("", word).strip(" .,"))


_NONE_ISSUED = re.compile(
    r"(?:no|none|not|without|w/?o|issued|never|ohne|sans|as)\b.*\b(?:as issued|issued (?:without|with no)|wie erschienen|issued|comme paru)\b|"
    r"as issued|issued (?:without|with no).*|none as issued|njai|ndjai"
)
_NONE = re.compile(
    r"no|none|no[\s-]*(?:d\.?/?[jw]\.?|dust\s?-?(?:jacket|wrapper|cover)|jacket|wrapper)\.?(?: present| included)?|n\.?d\.?j\.?|lacking|lacks.*|missing|"
    r"absent|without.*|w/?o\b.*|ohne.*|kein.*|sans.*|fehlt|manque.*|-{2,}|no d/j"
)
_NOTHING = frozenset(
    [
        "",
        "n/a",
        "na",
        "n.a.",
        "not applicable",
        "-",
        "null",
        "not stated",
        "?",
        "not said",
        "yes",
        "y",
        "true",
        "1",
        "dust jacket included",
        "with dust jacket",
        "dust jacket",
        "dj",
        "jacket",
        "included",
    ]
)
_JACKETS = {
    _C.NEW: Jacket.FINE, _C.AS_NEW: Jacket.FINE, _C.FINE: Jacket.FINE,
    # Between our grades: the lower one promises nothing that isn't there.
    _C.NEAR_FINE: Jacket.VERY_GOOD, _C.VERY_GOOD: Jacket.VERY_GOOD, _C.GOOD: Jacket.GOOD,
    _C.FAIR: Jacket.WORN, _C.POOR: Jacket.WORN,
}  # fmt: skip


@lru_cache(maxsize=4096)
def jacket(text: str) -> str | None:
    """Return our grade of a jacket ("" when the text says nothing of it), None for unknown words."""
    word = " ".join(_CAMEL.sub(" ", text.replace("_", " ")).casefold().split()).strip(" .,;:()[]")
    if word in _NOTHING:
        return ""
    if _NONE_ISSUED.fullmatch(word):
        return Jacket.NONE_AS_ISSUED
    if _NONE.fullmatch(word):
        return Jacket.MISSING
    bare = _PREFIX.sub("", _JACKET_WORD.sub("", word))
    found = condition(bare) if bare and "/" not in bare else None
    return _JACKETS[_C(found.condition)] if found else None
