"""The characters that every bank of the SEPA takes, and the writing of everything else in them.

EPC217-08, "SEPA requirements for an extended character set": basic Latin letters, digits and
``/ - ? : ( ) . , ' +`` and the blank; other letters by the conversion table, what has no counterpart is a
full stop.
"""

import re
import unicodedata

_ALLOWED = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
_BLANKS = re.compile(r"\s+")

# Letters that don't come apart into a plain one and a mark, and signs with a counterpart.
_LETTERS = {
    "ß": "s", "ẞ": "S", "Æ": "A", "æ": "a", "Œ": "O", "œ": "o", "Ø": "O", "ø": "o", "Đ": "D", "đ": "d",
    "Ð": "D", "ð": "d", "Þ": "T", "þ": "t", "Ł": "L", "ł": "l", "Ħ": "H", "ħ": "h", "ı": "i", "Ŋ": "N",
    "ŋ": "n", "Ŧ": "T", "ŧ": "t", "ĸ": "k", "&": "+", "€": "E", "_": "-", "[": "(", "{": "(", "<": "(",
    "]": ")", "}": ")", ">": ")", ";": ",", '"': "'", "`": "'", "‘": "'", "’": "'", "‚": ",", "“": "'",
    "”": "'", "„": "'", "«": "'", "»": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "|": "/",
    "\\": "/", "…": "...",
}  # fmt: skip
# Greek by ELOT 743, as the table has it.
_GREEK = dict(
    zip(
        "ΑΒΓΔΕΖΗΙΚΛΜΝΞΟΠΡΣΤΥΦΩ",
        ["A", "V", "G", "D", "E", "Z", "I", "I", "K", "L", "M", "N", "X", "O", "P", "R", "S", "T", "Y",
         "F", "O"],
        strict=True,
    )
) | {"Θ": "TH", "Χ": "CH", "Ψ": "PS", "ς": "s"}  # fmt: skip
# Bulgarian Cyrillic as the table has it, with the letters of its neighbours.
_CYRILLIC = dict(
    zip(
        "АБВГДЕЗИЙКЛМНОПРСТУФХ",
        ["A", "B", "V", "G", "D", "E", "Z", "I", "Y", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U",
         "F", "H"],
        strict=True,
    )
) | {
    "Ж": "ZH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHT", "Ъ": "A", "Ь": "Y", "Ю": "YU", "Я": "YA",
    "Ы": "Y", "Э": "E", "Є": "YE", "І": "I", "Ђ": "D", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ћ": "C",
    "Џ": "DZ",
}  # fmt: skip
_SMALL = {capital.lower(): plain.lower() for capital, plain in {**_GREEK, **_CYRILLIC}.items()}
_TABLE = {**_LETTERS, **_GREEK, **_CYRILLIC, **_SMALL, "ς": "s"}


def plain(text: str, most: int) -> str:
    """Return ``text`` in the characters that every bank takes, at most ``most`` of them.

    It neither begins nor ends with a slash, nor holds two in a row (EPC132-08, 1.4).
    """
    written = "".join(_written(letter) for letter in _BLANKS.sub(" ", text.strip()))
    while "//" in written:
        written = written.replace("//", "/")
    return written[:most].strip(" /")


def is_plain(text: str) -> bool:
    """Return whether every bank takes ``text`` as it is."""
    return bool(_ALLOWED.fullmatch(text)) and not (
        text.startswith("/") or text.endswith("/") or "//" in text
    )


def _written(letter: str) -> str:
    if _ALLOWED.fullmatch(letter):
        return letter
    if letter in _TABLE:
        return _TABLE[letter]
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
    )
    if bare and bare != letter:
        return "".join(_written(part) for part in bare)
    return "" if unicodedata.combining(letter) else "."
