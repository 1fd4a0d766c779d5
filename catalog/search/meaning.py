"""What a text means: its words, phrases, exclusions, fields and years."""

import re
from dataclasses import dataclass, replace
from typing import Final

from catalog.search.text import LINKS, LONGEST_WORD, MOST_WORDS, clean, words

# Field words, and the weights of a document that they mean (catalog.search.asked).
FIELDS: Final = {
    "title": "A", "author": "B", "writer": "B", "by": "B", "person": "B", "people": "B",
    "translator": "B", "illustrator": "B", "editor": "B",
    "series": "C", "publisher": "C", "imprint": "C", "subject": "C", "keyword": "C",
    "isbn": "C", "lccn": "C", "oclc": "C",
}  # fmt: skip
_YEARS: Final = ("year", "years", "date", "published")
# Words that people add to say what they want of a book, and that seldom are in its title.
NOISE: Final = frozenset(
    [
        "book",
        "books",
        "novel",
        "novels",
        "hardcover",
        "hardback",
        "paperback",
        "softcover",
        "ebook",
        "kindle",
        "audiobook",
        "edition",
        "ed",
        "isbn",
        "copy",
        "used",
        "new",
        "cheap",
        "buy",
        "signed",
        "pdf",
        "online",
        "author",
        "series",
        "vol",
        "volume",
        "part",
        "no",
        "number",
        "unabridged",
        "abridged",
        "reprint",
        "reissue",
        "revised",
        "illustrated",
        "complete",
        "cover",
        "cloth",
        "press",
        "publisher",
        "published",
        "publication",
        "publishing",
        "written",
        "read",
        "free",
        "download",
        "bk",
        "pbk",
        "hb",
        "pb",
        "hc",
        "roman",
        "livre",
        "buch",
        "libro",
    ]
)
# Words before the number of a volume: "book 1", "vol. 2", "no 3".
_NUMBERED: Final = frozenset(
    ["book", "bk", "vol", "volume", "part", "no", "nr", "number", "episode", "band", "tome"]
)

_PIECE = re.compile(
    r"""(?P<minus>(?:(?<=\s)|(?<=^)|(?<=\())[-\u2212](?=[^\s\-]))?
        (?:(?P<field>[A-Za-z]{2,12}):\s*(?=\S))?
        (?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)|")""",
    re.VERBOSE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』〝〞＂", '"'))
_RANGE = re.compile(r"(-?\d{1,4})?(\s*(?:\.\.+|…|[-–—/])\s*)?(-?\d{1,4})?")
# What is said of an edition, not of a book.
_SAID = re.compile(
    r"\b(?:first|second|third|fourth|fifth|1st|2nd|3rd|\dth|new|large|mass|box|boxed|reading|special"
    r"|collectors?|limited|international|us|uk|student)\s+(?:edition|ed\.?|print|market|set|copy)\b"
    r"|\ban? i can read book\b|\ba (?:novel|memoir|thriller|romance)\s*$",
    re.IGNORECASE,
)
# Numbers of libraries, in their normal form when they are stored (LCCN: loc.gov/marc/lccn-namespace).
_LCCN = re.compile(
    r"\blccn[\s:.#]*(?:no\.?\s*)?([a-z]{0,3})\s*"
    r"(?:(\d{4}|\d{2})-(\d{1,6})|(\d{4}|\d{2})(\d{6}))\b(?:/\S*)?",
    re.IGNORECASE,
)
_OCLC = re.compile(
    r"(?:\boclc|\(ocolc\))[\s:.#]*(?:no\.?\s*)?(?:ocm|ocn|on)?0*(\d{3,12})\b|\boc[mn]0*(\d{3,12})\b",
    re.IGNORECASE,
)
_VOLUME_SIGN = re.compile(r"#\s*(?=\d)")


def is_slight(word: str) -> bool:
    """Whether ``word`` says little: a link, a lone letter of an alphabet, or noise."""
    return word in LINKS or word in NOISE or (len(word) == 1 and word.isalpha() and word < "\u0590")


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be found.

    ``weights`` limits where; ``phrase`` numbers its phrase, -1 for none; ``noise`` is a word that
    only its neighbour makes noise: "first edition".
    """

    text: str
    weights: str = ""
    phrase: int = -1
    noise: bool = False

    @property
    def slight(self) -> bool:
        """Whether a book may well lack the word."""
        return not self.weights and self.phrase < 0 and (self.noise or is_slight(self.text))


@dataclass(frozen=True, slots=True)
class Meaning:
    """A text taken apart.

    ``words`` are in their order. ``excluded`` holds the words of each exclusion (more than one for a
    phrase). ``years`` is the first and the last year asked for, None where it is open. ``plain`` is
    what remains as words without syntax: what a title or a name is compared with as a whole.
    ``open`` says that the last word may be a beginning.
    """

    text: str
    words: tuple[Word, ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    years: tuple[int | None, int | None] | None = None
    plain: tuple[str, ...] = ()
    open: bool = False

    @property
    def required(self) -> tuple[Word, ...]:
        """The words that every book found must have: all that are not links, or all there are."""
        kept = tuple(w for w in self.words if w.text not in LINKS or w.phrase >= 0 or w.weights)
        return kept or self.words

    @property
    def telling(self) -> tuple[Word, ...]:
        """The words required without those that may be missing, if that leaves any."""
        return tuple(w for w in self.words if not w.slight) or self.required


class _Reading:
    """A text being read, piece by piece."""

    def __init__(self) -> None:
        self.found: list[Word] = []
        self.excluded: list[tuple[str, ...]] = []
        self.years: tuple[int | None, int | None] | None = None
        self.phrases = 0

    def take(self, piece: re.Match[str]) -> None:
        """Read one piece: a word, a phrase, an exclusion or a field."""
        field = (piece["field"] or "").lower()
        quoted = piece["quoted"]
        value = quoted if quoted is not None else piece["bare"] or ""
        if field in _YEARS and (years := years_of(value)):
            self.years = years
            return
        if field and field not in FIELDS:
            # Not a field but words with a colon: "Dune:Messiah".
            value = f"{piece['field']} {value}"
        spelt = [word[:LONGEST_WORD] for word in words(value)]
        if not spelt:
            return
        if piece["minus"]:
            self.excluded.append(tuple(spelt))
            return
        phrase = -1
        if quoted is not None and len(spelt) > 1:
            phrase, self.phrases = self.phrases, self.phrases + 1
        self.found += [Word(word, FIELDS.get(field, ""), phrase) for word in spelt]


def years_of(text: str) -> tuple[int | None, int | None] | None:
    """Return the years that ``text`` means: "1990", "1990-1995", "1990..", "..1950".

    None if it means none. Years before Christ are negative.
    """
    found = _RANGE.fullmatch(text.strip())
    if not found or (found[1] is None and found[3] is None):
        return None
    first, dash, last = found.groups()
    if dash is None:
        # One year: the pattern may have cut it in two.
        year = (first or "") + (last or "")
        return (int(year), int(year)) if len(year.lstrip("-")) <= 4 else None
    low = int(first) if first else None
    high = int(last) if last else None
    if low is not None and high is not None and high < low:
        low, high = high, low
    return low, high


def meaning_of(text: str) -> Meaning:
    """Take ``text`` apart. No text makes it fail; its work is bounded by the length of a query."""
    text = clean(text)
    spaced = text.translate(_QUOTES).replace("&", " and ").replace("+", " ")
    if spaced.count('"') % 2:
        # An unbalanced quote is a stray sign.
        at = spaced.rindex('"')
        spaced = f"{spaced[:at]} {spaced[at + 1 :]}"
    reading = _Reading()
    spaced = _LCCN.sub(lambda m: _taken(reading, _lccn(m)), spaced)
    spaced = _OCLC.sub(lambda m: _taken(reading, m[1] or m[2]), spaced)
    for piece in _PIECE.finditer(_VOLUME_SIGN.sub(" ", spaced)):
        reading.take(piece)
    if not reading.found and reading.years is None:
        # Nothing but exclusions: the hyphens were not meant.
        reading.found = [Word(word) for group in reading.excluded for word in group]
        reading.excluded = []
    return Meaning(
        text=text,
        words=tuple(_once(_said(reading.found, spaced))[:MOST_WORDS]),
        excluded=tuple(reading.excluded[:MOST_WORDS]),
        years=reading.years,
        plain=tuple(word.text for word in reading.found),
        open=bool(reading.found) and reading.found[-1].phrase < 0,
    )


def _lccn(found: re.Match[str]) -> str:
    """Return the normal form: prefix, year, and a serial of six figures."""
    prefix, year, serial, whole_year, whole_serial = found.groups()
    return f"{prefix}{year or whole_year}{(serial or whole_serial).zfill(6)}"


def _taken(reading: _Reading, number: str) -> str:
    """Take a library's number as a word of numbers, and leave a space in its place."""
    reading.found.append(Word(number.lower(), "C"))
    return " "


def _said(found: list[Word], text: str) -> list[Word]:
    """Return the words, those that speak of an edition marked, unless there are no others."""
    said = {word for match in _SAID.findall(text) for word in words(match)}
    if not said or all(word.text in said or word.slight for word in found):
        return found
    return [
        replace(word, noise=True)
        if word.text in said and word.phrase < 0 and not word.weights
        else word
        for word in found
    ]


def _once(found: list[Word]) -> list[Word]:
    """Return each word once; in phrases as often as they say."""
    seen: set[str] = set()
    kept = []
    for word in found:
        if word.phrase >= 0 or word.text not in seen:
            kept.append(word)
        seen.add(word.text)
    return kept


def volume_of(meaning: Meaning) -> str:
    """Return the number of a volume that the text ends with, or names ("book 2"); else nothing."""
    spelt = meaning.plain
    for at in range(len(spelt) - 1, 0, -1):
        if spelt[at].isdecimal() and (at == len(spelt) - 1 or spelt[at - 1] in _NUMBERED):
            return spelt[at].lstrip("0") or "0"
    return ""
