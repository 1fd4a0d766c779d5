"""Folding of text for sorting, slugs and comparison."""

import re
import unicodedata

from django.utils.text import slugify

_ARTICLES = re.compile(r"^(?:the|an?|le|la|les|l['’]|der|die|das|il|el|los|las)\s+", re.IGNORECASE)


def fold(text: str) -> str:
    """Return ``text`` without case and diacritics, for sorting on a database without ICU."""
    if text.isascii():
        # Nothing to decompose: most names and titles, a dozen times an imported book.
        return text.casefold().strip()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()


_SIGNS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")


def name_key(name: str) -> str:
    """Return the key two spellings of one name share: folded words of letters and digits, in order.

    "Faber & Faber, Ltd." and "FABER FABER LTD" share one, "Flann O’Brien" and "Flann OBrien" too.
    At most 200 characters.
    """
    return _SIGNS.sub(" ", _APOSTROPHES.sub("", fold(name))).strip()[:200]


def sort_title(title: str) -> str:
    """Return the key a title is shelved under: folded, without its leading article."""
    return fold(_ARTICLES.sub("", title) or title)


def slug_for(*parts: str, fallback: str) -> str:
    """Return a slug of at most 80 characters, or ``fallback`` when nothing Latin is left."""
    slug = slugify(" ".join(part for part in parts if part).replace("’", ""))[:80].strip("-")
    return slug or fallback
