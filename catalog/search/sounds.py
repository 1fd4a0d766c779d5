"""How words sound: codes that a misspelling shares with the word that was meant.

Made for names of many languages in Latin letters, and for Cyrillic and Greek ones too: what is
written *Достоевский*, Dostoevsky, Dostoyevski or Dostojewskij has one code. The database's own
(dmetaphone, daitch_mokotoff) know English or Slavic names, and only in Latin letters.
"""

import re
from functools import lru_cache
from typing import Final

_CYRILLIC: Final = dict(
    zip(
        "абвгдежзиклмнопрстуфхцчшщыэюяіјљњџўқғ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "sh",
            "i",
            "e",
            "iu",
            "ia",
            "i",
            "i",
            "l",
            "n",
            "j",
            "u",
            "k",
            "g",
        ],
        strict=True,
    )
) | {"ъ": "", "ь": ""}
_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "ks",
            "o",
            "p",
            "r",
            "s",
            "t",
            "i",
            "f",
            "kh",
            "ps",
            "o",
        ],
        strict=True,
    )
)
_LATIN: Final = str.maketrans(_CYRILLIC | _GREEK)
_LETTERS = re.compile(r"[a-z]+")
_TWICE = re.compile(r"(.)\1+")

# In order: what stands at the beginning, then anywhere.
_RULES: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps(?=[aeiouy])", "s"), (r"^x", "s"),
        (r"^rh", "r"), (r"^wh", "v"), (r"^mc", "mac"),
        (r"sch(?=[mnlrwt])", "S"), (r"(?:tsch|tch|tsj|cz|ch(?=[eiy]))", "C"),
        (r"(?:sch|sh|sj|sz|zh)", "S"), (r"ph", "f"), (r"ough(?=t)", "o"), (r"augh(?=t)", "o"),
        (r"^gh", "g"), (r"gh", ""), (r"ch|kh|ck|q|k", "k"), (r"x", "ks"), (r"dg(?=[eiy])", "j"),
        (r"sc(?=[eiy])", "s"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"g(?=[eiy])", "j"),
        (r"ts|tz|z", "s"), (r"th", "t"), (r"(?:mb|mn)$", "m"), (r"(?<=[ao])w(?![aeiouy])", "e"),
        (r"[vw]", "f"),
        (r"(?<=.)[yh]|(?<=[aeiou])j", "e"),
    )
)  # fmt: skip
_VOWELS = re.compile(r"(?<=.)[aeiouy]+")
SHORTEST = 2


def latin(word: str) -> str:
    """Return ``word`` in Latin letters, if it is Cyrillic or Greek; else as it is."""
    return word if word.isascii() else word.translate(_LATIN)


@lru_cache(maxsize=4096)
def codes(word: str) -> tuple[str, ...]:
    """Return the codes of a folded word; none for what isn't letters."""
    spelt = latin(word)
    if not _LETTERS.fullmatch(spelt) or len(spelt) < SHORTEST:
        return ()
    spelt = _TWICE.sub(r"\1", spelt)
    for pattern, code in _RULES:
        spelt = pattern.sub(code, spelt)
    spelt = _TWICE.sub(r"\1", spelt)
    if spelt[:1] in "aeiouy":
        spelt = "A" + spelt[1:]
    code = _VOWELS.sub("", spelt)
    # Names are heard with a soft and a hard "ch" and "sh": Michael, Mikhail; Chekhov, Tchekhov.
    plain = code.replace("C", "k").replace("S", "s").replace("j", "k")
    return tuple(dict.fromkeys((code, plain))) if len(code) > 1 else (code + spelt[-1:],)
