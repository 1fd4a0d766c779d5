"""How text becomes words, alike for what is stored and for what is asked.

What both sides share is all here: case, accents, apostrophes, scripts, hyphens, initials. The
database only compares the words that come out of it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from catalog.search import numbers

LONGEST_QUERY = 200
MOST_WORDS = 16
LONGEST_WORD = 60
KEY_LENGTH = 120
# Words that link others. They are not required where there are others to go by: a search for
# "middlemarch by george eliot" must not fail on "by".
LINKS = frozenset(
    ("a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with")
)
# The same in the languages most books are in; they count little, but are searched for.
ARTICLES = frozenset(
    [
        "a",
        "an",
        "the",
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "el",
        "los",
        "las",
        "lo",
        "il",
        "i",
        "gli",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "ein",
        "eine",
        "de",
        "du",
        "des",
        "di",
        "da",
        "et",
        "y",
        "e",
        "und",
        "of",
        "and",
    ]
)

_PARALLEL = re.compile(r"\s=\s")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]")
# Marks that turn the direction of text, and spaces without width. Joiners shape letters: they stay.
_UNSEEN = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\u2060\ufeff\u00ad"
)
_APOSTROPHES = re.compile("['’‘ʼ`´ʹʻ′׳״＇]")
_HYPHENS = re.compile("[-\u00ad\u2010-\u2015\u2212\u30fb\uff0d]")
_JOINED = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+")
_INITIALS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.[ \u00a0]?){2,}")
# Chinese and Japanese are written without spaces: each character is a word of its own.
_IDEOGRAPH = re.compile(
    r"([\u3040-\u309f\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Accents, and the points of Hebrew and Arabic. Signs of other scripts are part of their letters.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0640]"
)
# Letters that no decomposition takes apart, and letters that are written one for another.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
        "ŋ": "ng", "ĸ": "k", "ŧ": "t", "ə": "e", "ɛ": "e", "ɔ": "o", "ς": "σ",
        # Arabic: alif without its seat, final ya and ta marbuta, Persian and Urdu kaf, ya and ha.
        "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ے": "ي", "ہ": "ه", "ۀ": "ه", "ء": "",
        "ھ": "ه",
        # Hebrew: letters at the end of a word.
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
        # Cyrillic that other keyboards lack.
        "ґ": "г", "є": "е", "ђ": "д", "ћ": "ч",
    }
)  # fmt: skip
# Katakana as hiragana: which of them a title is typed in is a matter of the keyboard.
_KANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_ASCII_WORDS = str.maketrans(
    {chr(code): " " for code in range(128) if not chr(code).isalnum() and chr(code) not in "'`"}
    | {"'": None, "`": None}
)


def clean(text: str, longest: int = LONGEST_QUERY) -> str:
    """Return ``text`` on one line of at most ``longest`` characters.

    What a database or a page can't hold goes: controls (NUL among them), lone surrogates, marks
    that turn the direction of the text around them.
    """
    kept = (
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in text[: longest * 4]
        if unicodedata.category(c) not in {"Cs", "Cn"} and c not in _UNSEEN
    )
    return " ".join("".join(kept).split())[:longest].strip()


def folded(text: str) -> str:
    """Return ``text`` without case, accents, and differences that are a matter of the keyboard."""
    if text.isascii():
        return text.lower()
    # Before and after case is folded: the capital of a letter may be taken apart, and so may what
    # the folding makes.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = _MARKS.sub("", plain).translate(_LETTERS)
    return unicodedata.normalize("NFC", plain).translate(_KANA)


def words(text: str) -> list[str]:
    """Return the words of ``text``: folded, of letters, marks and digits only, in their order."""
    if text.isascii():
        return text.lower().translate(_ASCII_WORDS).split()
    plain = folded(_APOSTROPHES.sub("", text))
    spaced = "".join(_figure(c) if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return _IDEOGRAPH.sub(r" \1 ", spaced).split()


def _figure(character: str) -> str:
    """Return a figure of any script as 0 to 9; anything else as it is."""
    return str(unicodedata.digit(character)) if character.isdecimal() else character


def title_key(text: str) -> str:
    """Return what a title is compared by as a whole: no article, no spaces, no signs.

    "The Twenty-One", "twenty one" and "21" have one key; "&" is "and".
    """
    return key_of(words(text.replace("&", " and ")))


def key_of(spelt: Sequence[str], *, links: bool = False) -> str:
    """Return the key of a text whose words are known. Links count for nothing in it, or all do."""
    kept = spelt if links else [word for word in spelt if word not in LINKS]
    return "".join(numbers.figures(kept or spelt))[:KEY_LENGTH]


def title_keys(title: str, subtitle: str = "") -> list[str]:
    """Return the keys that a book of this title is found by as a whole.

    With its subtitle and without; without what stands in brackets; each of two parallel titles
    ("A = B"); with its links, in case it is typed as one word.
    """
    forms = [title, *_PARALLEL.split(title), _BRACKETS.sub(" ", title)]
    if subtitle:
        forms += [f"{title} {subtitle}", subtitle]
    spelt = [words(form.replace("&", " and ")) for form in forms]
    keys = [key_of(s) for s in spelt] + [key_of(s, links=True) for s in spelt]
    return [k for k in dict.fromkeys(keys) if k]


def stored(parts: Iterable[str]) -> str:
    """Return the words of ``parts`` as the index keeps them.

    A word with an apostrophe is kept joined and split: *d’Urbervilles* is found as "durbervilles"
    and as "urbervilles". So are words with hyphens (*Twenty-One*) and initials (*J. R. R.*).
    """
    out: list[str] = []
    for part in filter(None, parts):
        out += words(part)
        if _APOSTROPHES.search(part):
            out += words(_APOSTROPHES.sub(" ", part))
        out += joined(part)
    return " ".join(word[:LONGEST_WORD] for word in out)


def joined(text: str) -> list[str]:
    """Return the words that ``text`` writes in pieces: with hyphens, or as initials."""
    pieces = [_HYPHENS.sub("", found) for found in _JOINED.findall(text)]
    pieces += [re.sub(r"[\W_]", "", found) for found in _INITIALS.findall(text)]
    return [word for piece in pieces for word in words(piece) if len(word) > 1]


def name_words(name: str) -> str:
    """Return what the index keeps of a person's name: also the initials of the given names.

    *John Ronald Reuel Tolkien* is found as "jrr tolkien", and so is *Tolkien, J R R*.
    """
    given = words(name.partition(",")[2]) if "," in name else words(name)[:-1]
    initials = "".join(word[0] for word in given)
    extra = [initials] if 2 <= len(initials) <= 4 and initials.isascii() else []
    return " ".join([stored([name]), *extra])


def asked(text: str) -> list[str]:
    """Return the words that a search for ``text`` requires, each once."""
    found = list(dict.fromkeys(words(text)))[:MOST_WORDS]
    return [word[:LONGEST_WORD] for word in found if word not in LINKS] or found


def tsquery(required: Sequence[str], *, weights: str = "") -> tuple[str, list[str]]:
    """Return SQL and parameters of a tsquery that wants all words, the last one as a beginning.

    The words come from ``asked``: they hold no operator of tsquery. ``weights`` ("AB") limits where
    they may stand.
    """
    terms: list[str] = []
    params: list[str] = []
    last = len(required) - 1
    for at, word in enumerate(required):
        # A single letter alone would match a tenth of the shop.
        star = "*" if at == last and (len(word) > 1 or last or weights) else ""
        flags = f":{star}{weights}" if star or weights else ""
        stem = f":{weights}" if weights else ""
        terms.append("(to_tsquery('books4all', %s) || to_tsquery('books4all_english', %s))")
        params += [f"'{word}'{flags}", f"'{word}'{stem}"]
    return f"({' && '.join(terms)})", params
