"""How text becomes words, alike for what is stored and for what is asked."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from books4all.lib.text import fold

LONGEST_QUERY = 200
MOST_WORDS = 16
# Words that link others. They are not required where there are others to go by: a search for
# "middlemarch by george eliot" must not fail on "by".
LINKS = frozenset(
    ("a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with")
)

_APOSTROPHES = re.compile("['’‘ʼ`´]")
# Chinese and Japanese are written without spaces: each character is a word of its own.
_IDEOGRAPH = re.compile(
    r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)


def clean(text: str, longest: int = LONGEST_QUERY) -> str:
    """Return ``text`` on one line of at most ``longest`` characters.

    What a database or a page can't hold goes: controls (NUL among them), lone surrogates, marks
    that turn the direction of the text around them.
    """
    kept = (
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in text[: longest * 4]
        if unicodedata.category(c) not in {"Cs", "Cn"} and c not in "\u202a\u202b\u202c\u202d\u202e"
    )
    return " ".join("".join(kept).split())[:longest].strip()


def words(text: str) -> list[str]:
    """Return the words of ``text``: folded, of letters, marks and digits only, in their order."""
    joined = _APOSTROPHES.sub("", text)
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in fold(joined))
    return _IDEOGRAPH.sub(r" \1 ", spaced).split()


def stored(parts: Iterable[str]) -> str:
    """Return the words of ``parts`` as the index keeps them.

    A word with an apostrophe is kept joined and split: *d’Urbervilles* is found as "durbervilles"
    and as "urbervilles".
    """
    out: list[str] = []
    for part in filter(None, parts):
        out += words(part)
        if _APOSTROPHES.search(part):
            out += words(_APOSTROPHES.sub(" ", part))
    return " ".join(out)


def asked(text: str) -> list[str]:
    """Return the words that a search for ``text`` requires, each once."""
    found = list(dict.fromkeys(words(text)))[:MOST_WORDS]
    return [word for word in found if word not in LINKS] or found


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
