"""Other scripts in Latin letters, so that names and titles of one person or book meet.

Plain tables of letters (our own; the values are the usual English romanisation), good for keys, not
for reading aloud. What has no table stays as it is: Chinese characters can't be read without context.
"""

import unicodedata

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    # Ukrainian, Belarusian, Serbian, Macedonian, old Russian, and letters of Turkic languages
    "ґ": "g", "є": "ye", "і": "i", "ї": "yi", "ў": "w", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj",
    "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz", "ѣ": "e", "ѳ": "f", "ѵ": "i", "ә": "a",
    "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_GREEK_PAIRS = {
    "ου": "ou", "ει": "i", "οι": "i", "ευ": "ev", "αυ": "av", "μπ": "b", "γκ": "g", "γγ": "ng",
    "ντ": "nt",
}  # fmt: skip
_HEBREW = {
    "א": "a", "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ו": "v", "ז": "z", "ח": "ch", "ט": "t",
    "י": "y", "כ": "k", "ך": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s",
    "ע": "a", "פ": "p", "ף": "f", "צ": "ts", "ץ": "ts", "ק": "k", "ר": "r", "ש": "sh", "ת": "t",
}  # fmt: skip
_ARABIC = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ء": "", "ب": "b", "ت": "t", "ث": "th", "ج": "j",
    "ح": "h", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s",
    "ض": "d", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l",
    "م": "m", "ن": "n", "ه": "h", "ة": "a", "و": "w", "ؤ": "w", "ي": "y", "ى": "a", "ئ": "y",
    "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ک": "k", "ی": "y",
}  # fmt: skip
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split(),  # noqa: SIM905
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "z",
            "e",
            "e",
            "t",
            "zh",
            "i",
            "l",
            "kh",
            "ts",
            "k",
            "h",
            "dz",
            "gh",
            "ch",
            "m",
            "y",
            "n",
            "sh",
            "o",
            "ch",
            "p",
            "j",
            "r",
            "s",
            "v",
            "t",
            "r",
            "ts",
            "v",
            "p",
            "k",
            "o",
            "f",
        ],
        strict=True,
    )
)
_LATIN = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i",
    "ħ": "h", "ŋ": "ng", "ə": "e", "ſ": "s", "č": "ch", "š": "sh", "ž": "zh",
}  # fmt: skip
_LETTERS = {
    **_CYRILLIC, **_GREEK, **_HEBREW, **_ARABIC, **_GEORGIAN, **_ARMENIAN, **_LATIN,
}  # fmt: skip

# A Hangul syllable is composed by rule (Unicode 3.12), and so is its reading.
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_LEADS = "g kk n d tt r m b pp s ss _ j jj ch k t p h".replace("_", "-").split()
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()  # noqa: SIM905
_TAILS = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p h".split()  # noqa: SIM905


def romanise(text: str) -> str:
    """Return ``text`` folded, with the letters of known scripts in Latin ones.

    Cyrillic, Greek, Hebrew and Arabic (without vowels, as they are written), Georgian, Armenian,
    Korean, and Latin letters that don't decompose (ø, ł, ß).
    """
    if text.isascii():
        return text.casefold()
    # Hangul must not be taken apart, й must: NFC first, then what has no table of its own.
    composed = unicodedata.normalize("NFC", text).casefold()
    out: list[str] = []
    at = 0
    while at < len(composed):
        pair = composed[at : at + 2]
        plain = _bare(pair) if pair[0] in "οεαμγνόέάοό" else pair
        if plain in _GREEK_PAIRS and "ϊ" not in pair and "ϋ" not in pair:
            out.append(_GREEK_PAIRS[plain])
            at += 2
            continue
        # Фёдор is Fyodor, but Горбачёв is Gorbachev.
        hushed = composed[at] == "ё" and at > 0 and composed[at - 1] in "жчшщ"
        out.append("e" if hushed else _letter(composed[at]))
        at += 1
    return "".join(out)


def _letter(c: str) -> str:
    if c in _LETTERS:
        return _LETTERS[c]
    if _HANGUL_FIRST <= ord(c) <= _HANGUL_LAST:
        return _hangul(ord(c) - _HANGUL_FIRST)
    bare = _bare(c)
    return "".join(_LETTERS.get(part, part) for part in bare)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _hangul(at: int) -> str:
    lead, vowel, tail = at // 588, at % 588 // 28, at % 28
    parts = (_LEADS[lead], _VOWELS[vowel], _TAILS[tail])
    return "".join(part for part in parts if part != "-")
