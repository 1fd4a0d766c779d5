"""Binding words of sellers as product forms (ONIX code list 150)."""

import re
from functools import lru_cache

from catalog.constants import Form
from catalog.importers.table.cells import FORMS

_MORE = {
    "quarter calf": "BG", "half calf": "BG", "full calf": "BG", "calf": "BG", "morocco": "BG", "vellum": "BG", "ganzleder": "BG", "halbleder": "BG",
    "quarter leather": "BG", "half leather": "BG", "full leather": "BG", "leder": "BG", "cuir": "BG", "pelle": "BG", "piel": "BG", "half morocco": "BG",
    "hard cover": "BB", "hard back": "BB", "hard": "BB", "boards": "BB", "h/b": "BB", "h/c": "BB", "leinen": "BB", "ganzleinen": "BB",
    "halbleinen": "BB", "pappband": "BB", "hardcover mit schutzumschlag": "BB", "cartonné": "BB", "rilegato": "BB", "tapa dura": "BB",
    "gebonden": "BB", "cartonato": "BB", "toile": "BB", "oprawa twarda": "BB", "ln": "BB", "ppbd": "BB", "ebd": "BB", "ハードカバー": "BB",
    "soft": "BC", "p/b": "BC", "softback": "BC", "wraps": "BC", "wrappers": "BC", "card": "BC", "card covers": "BC", "mmpb": "BC", "tpb": "BC",
    "broschiert": "BC", "brosch": "BC", "kartoniert": "BC", "kt": "BC", "kart": "BC", "brossura": "BC", "tapa blanda": "BC", "rústica": "BC", "rustica": "BC",
    "ingenaaid": "BC", "poche": "BC", "livre de poche": "BC", "tascabile": "BC", "bolsillo": "BC", "oprawa miękka": "BC", "文庫": "BC", "ソフトカバー": "BC",
    "stapled": "BF", "stapled wraps": "BF", "booklet": "BF", "geheftet": "BF", "heft": "BF", "brochure": "BF", "agrafé": "BF",
    "ring bound": "BE", "comb bound": "BE", "spiralbindung": "BE", "spirale": "BE", "slipcase": "SA", "set": "SA", "paper back": "BC",
}  # fmt: skip
_WITHIN = (
    (re.compile(r"\b(?:calf|morocco|leather|vellum|leder|cuir|goatskin|sheep)\b"), "BG"),
    (re.compile(r"\bboard\s?book\b"), "BH"),
    (re.compile(r"\b(?:spiral|ring|comb)[\s-]?bound\b"), "BE"),
    (re.compile(r"\b(?:pamphlet|booklet|stapled|chapbook)\b"), "BF"),
    (re.compile(r"\b(?:paper\s?back|soft\s?(?:cover|back|bound)|pb|pbk|wraps|wrappers|taschenbuch|broch\w*|mass market|trade paper)\b"), "BC"),
    (re.compile(r"\b(?:hard\s?(?:cover|back|bound)|hb|hbk|hc|cloth|boards|buckram|leinen|gebunden|relié\w*|linen)\b"), "BB"),
    (re.compile(r"\b(?:audio\s?cd|cds?)\b"), "AC"),
    (re.compile(r"\bcassettes?\b"), "AB"),
    (re.compile(r"\bmaps?\b"), "CA"),
)  # fmt: skip
_CODE = re.compile(r"[A-Z][A-Z]")
_KNOWN = frozenset(Form.values)
# How a form is written in files: words that other programs know, and that we read back.
WRITTEN = {
    "BB": "Hardcover", "BC": "Softcover", "BG": "Leather", "BF": "Pamphlet", "BH": "Board book", "BE": "Spiral bound",
    "BD": "Loose leaf", "SA": "Boxed set", "CA": "Map", "PI": "Sheet music", "AC": "Audio CD", "AB": "Audio cassette",
    "AJ": "Audiobook", "ED": "E-book", "BA": "Book", "EA": "Digital",
}  # fmt: skip


@lru_cache(maxsize=4096)
def form(text: str) -> str:
    """Return the product form of a binding in words, or of a code of ours; empty when it says nothing."""
    if _CODE.fullmatch(text) and text in _KNOWN:
        return text
    word = " ".join(text.casefold().split()).strip(" .;,()")
    found = FORMS.get(word) or _MORE.get(word)
    if found:
        return found
    return next((code for pattern, code in _WITHIN if pattern.search(word)), "")


def written(code: str) -> str:
    """Return a form as files have it: a word, or its code where there is none."""
    return WRITTEN.get(code, code)
