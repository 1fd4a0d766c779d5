"""Whether two descriptions are of one book: weighted evidence, as Open Library weighs it.

Pure functions of two descriptions, without the database. The weights and the threshold are those of
Open Library's matching of records: a shared ISBN alone proves little, a wrong date disproves nearly
everything, and only several facts together reach the threshold.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from books4all.lib.names import is_nobody
from books4all.lib.text import name_key, sort_title

# From here on two descriptions are taken for one edition without asking anybody.
THRESHOLD = 875
# From here on staff are asked, unless something speaks against it.
DOUBTFUL = 700
# Less than this share of common words, and two titles contradict each other.
LEAST_COMMON = 0.4

FULL_TITLE, KEYWORDS, TITLE_MISMATCH = 600, 500, -600
PEOPLE, PEOPLE_MISMATCH = 125, -200
DATE, DATE_MISMATCH = 200, -800
PUBLISHER, PUBLISHER_MISMATCH = 100, -50
PAGES, PAGES_NEAR, PAGES_MISMATCH = 100, 50, -50
FORM, FORM_MISMATCH = 50, -225
LANGUAGE_MISMATCH = -400
ISBN, ISBN_MISMATCH = 85, -225

_BROKEN_OFF = re.compile(r"\s*[(\[].*$")
_PART = re.compile(r"\s*(?:[:;=]|\s[-–—/]\s)\s*")
# Subtitles that say what kind of book it is and tell no two books apart.
_GENERIC = frozenset(
    [
        "a novel",
        "novel",
        "roman",
        "ein roman",
        "a memoir",
        "memoir",
        "poems",
        "stories",
        "short stories",
        "a play",
        "a story",
        "a tale",
        "a thriller",
        "a mystery",
        "novela",
        "romanzo",
        "an autobiography",
        "unabridged",
        "large print",
        "illustrated",
    ]
)
_VOLUME = re.compile(r"\b(?:\d+|[ivxl]+|part|vol|volume|book|band|teil|tome|no)\b")
_UNSAID_FORMS = frozenset({"", "00", "BA", "BZ", "ZZ"})


class Evidence(NamedTuple):
    """One fact compared: ``what`` it is, its ``points``, and both sides' words."""

    what: str
    points: int
    ours: str
    theirs: str


class TitleKeys(NamedTuple):
    """A title to compare: the key of its main part, and of what follows it."""

    short: str
    rest: str


@dataclass(frozen=True, slots=True)
class Described:
    """What is compared of a record or of an edition on file.

    ``people`` are spelling keys of all their names; ``year`` is None for placeholders; ``isbns`` are valid
    ISBN-13s.
    """

    title: str
    subtitle: str = ""
    other_titles: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()
    published: str = ""
    year: int | None = None
    publisher: str = ""
    form: str = ""
    language: str = ""
    pages: int | None = None
    isbns: frozenset[str] = frozenset()


@dataclass(slots=True)
class Score:
    """The sum of the evidence, and the evidence."""

    points: int = 0
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, what: str, points: int, ours: object, theirs: object) -> None:
        """Weigh one more fact in."""
        self.points += points
        self.evidence.append(Evidence(what, points, str(ours)[:200], str(theirs)[:200]))

    @property
    def contradicted(self) -> bool:
        """Whether anything speaks against it."""
        return any(fact.points <= PEOPLE_MISMATCH for fact in self.evidence)

    def as_json(self) -> list[dict[str, object]]:
        """Return the evidence for a MatchDoubt."""
        return [fact._asdict() for fact in self.evidence]


@lru_cache(maxsize=20_000)
def title_keys(title: str, subtitle: str = "") -> TitleKeys:
    """Return the keys of a title: without article, signs, case and accents.

    "The Trial: A Novel" and "Trial" have one short key; the generic subtitle is left out.
    """
    main, *parts = _PART.split(_BROKEN_OFF.sub("", title) or title)
    short = name_key(sort_title(main.replace("&", " and "))).replace(" ", "")
    if not short:
        # A title of signs alone, or in a script that folds to nothing, is itself.
        return TitleKeys(name_key(title).replace(" ", "") or title.strip().casefold(), "")
    rest = name_key(" ".join([*parts, subtitle]).replace("&", " and "))
    return TitleKeys(short, "" if rest in _GENERIC else rest)


def same_title(ours: TitleKeys, theirs: TitleKeys) -> bool:
    """Whether two titles name one work: equal main parts, and no parts or volumes that differ."""
    if ours.short != theirs.short:
        return False
    if ours.rest == theirs.rest:
        return True
    if not ours.rest or not theirs.rest:
        return not _VOLUME.search(ours.rest or theirs.rest)
    if _VOLUME.findall(ours.rest) != _VOLUME.findall(theirs.rest):
        return False
    return _common(ours.rest, theirs.rest) >= 0.5


def is_thin(*, title: str, people: Iterable[str], published: str, publisher: str) -> bool:
    """Whether a record says too little to be taken for any book that is on file.

    No title or one of question marks; an author who is "unknown" and no other; a date that only
    fills a field and no publisher beside it.
    """
    if not name_key(title):
        return True
    names = list(people)
    if names and all(is_nobody(name) for name in names):
        return True
    return is_placeholder(published) and not publisher


def is_placeholder(published: str) -> bool:
    """Whether a date only fills a field: 1900 for "no date", 1900-01-01, 0000, 9999."""
    return published in {"1900", "1900-01", "1900-01-01", "0000", "0", "9999", "1000"}


def score(ours: Described, theirs: Described) -> Score:
    """Weigh what speaks for and against two descriptions being of one edition."""
    found = Score()
    _weigh_title(found, ours, theirs)
    _weigh_people(found, ours, theirs)
    if ours.year is not None and theirs.year is not None:
        points = DATE if _same_date(ours, theirs) else DATE_MISMATCH
        found.add("date", points, ours.published or ours.year, theirs.published or theirs.year)
    _weigh_form(found, ours, theirs)
    if ours.publisher and theirs.publisher:
        alike = ours.publisher in theirs.publisher or theirs.publisher in ours.publisher
        points = PUBLISHER if alike else PUBLISHER_MISMATCH
        found.add("publisher", points, ours.publisher, theirs.publisher)
    if ours.isbns and theirs.isbns:
        points = ISBN if ours.isbns & theirs.isbns else ISBN_MISMATCH
        found.add("isbn", points, _listed(ours.isbns), _listed(theirs.isbns))
    return found


def title_contradicts(ours: Described, theirs: Described) -> bool:
    """Whether two descriptions with one ISBN are plainly of two books.

    Their titles have little in common, and it isn't that the people are the same while the title
    is in another language or script.
    """
    if _best_common(ours, theirs) >= LEAST_COMMON:
        return False
    shared = bool(share_people(ours.people, theirs.people))
    other_script = _is_latin(ours.title) != _is_latin(theirs.title)
    languages = {ours.language, theirs.language} - {"", "und", "mul"}
    return not ((shared and len(languages) == 2) or (other_script and (shared or not ours.people)))


def share_people(ours: Iterable[str], theirs: Iterable[str]) -> str:
    """Return the name that both lists of spelling keys have, or have with initials; else nothing."""
    left, right = set(ours), set(theirs)
    if both := left & right:
        return min(both)
    for one in sorted(left):
        if any(_initials_agree(one, other) for other in right):
            return one
    return ""


def _initials_agree(one: str, other: str) -> bool:
    """Whether "j tolkien" may be "john ronald reuel tolkien": spelling keys, words in any order."""
    a, b = set(one.split()), set(other.split())
    common = {word for word in a & b if len(word) > 2}
    if not common:
        return False
    left, right = a - common, b - common
    if not left or not right:
        return False
    return any(x[0] == y[0] and (len(x) == 1 or len(y) == 1 or x == y) for x in left for y in right)


def _weigh_title(found: Score, ours: Described, theirs: Described) -> None:
    left = [title_keys(ours.title, ours.subtitle), *map(title_keys, ours.other_titles)]
    right = [title_keys(theirs.title, theirs.subtitle), *map(title_keys, theirs.other_titles)]
    if any(same_title(one, other) for one in left for other in right):
        found.add("title", FULL_TITLE, ours.title, theirs.title)
        return
    common = _best_common(ours, theirs)
    points = round(KEYWORDS * common) if common >= LEAST_COMMON else TITLE_MISMATCH
    found.add("title", points, ours.title, theirs.title)


def _weigh_people(found: Score, ours: Described, theirs: Described) -> None:
    if not ours.people or not theirs.people:
        return
    shared = share_people(ours.people, theirs.people)
    points = PEOPLE if shared else PEOPLE_MISMATCH
    found.add("people", points, _listed(ours.people), _listed(theirs.people))


def _weigh_form(found: Score, ours: Described, theirs: Described) -> None:
    if ours.form not in _UNSAID_FORMS and theirs.form not in _UNSAID_FORMS:
        points = FORM if ours.form == theirs.form else FORM_MISMATCH
        found.add("form", points, ours.form, theirs.form)
    languages = {ours.language, theirs.language} - {"", "und", "mul"}
    if len(languages) == 2:
        found.add("language", LANGUAGE_MISMATCH, ours.language, theirs.language)
    if ours.pages and theirs.pages:
        apart = abs(ours.pages - theirs.pages)
        points = PAGES if not apart else PAGES_NEAR if apart <= 10 else PAGES_MISMATCH
        found.add("pages", points, ours.pages, theirs.pages)


def _same_date(ours: Described, theirs: Described) -> bool:
    a, b = ours.published, theirs.published
    # A partial date agrees with each fuller one that begins with it.
    return ours.year == theirs.year and (not a or not b or a.startswith(b) or b.startswith(a))


def _best_common(ours: Described, theirs: Described) -> float:
    left = [f"{ours.title} {ours.subtitle}", ours.title, *ours.other_titles]
    right = [f"{theirs.title} {theirs.subtitle}", theirs.title, *theirs.other_titles]
    keys = [[name_key(sort_title(text)) for text in side] for side in (left, right)]
    return max(_common(one, other) for one in keys[0] for other in keys[1])


def _common(one: str, other: str) -> float:
    """Return the share of the shorter title's words that the longer has, 0 to 1."""
    a, b = set(one.split()), set(other.split())
    if not a or not b:
        return 0.0
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    # One word of a long title proves nothing: two of the longer's must be there.
    common, least = len(a & b), min(len(a), len(b))
    return common / max(least, 2 if max(len(a), len(b)) > 2 else least)


def _is_latin(text: str) -> bool:
    return any("a" <= c <= "z" for c in text.casefold())


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)[:5])
