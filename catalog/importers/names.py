"""Names of people as they are read and as they are filed: "Ludwig van Beethoven", "Beethoven, Ludwig van"."""

import re
import unicodedata

# Filed behind the given names when in small letters; a capital makes them part of the surname
# ("Le Guin, Ursula K.").
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "des",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "d’",
        "la",
        "le",
        "zu",
        "zum",
        "zur",
        "ter",
        "ten",
        "te",
        "af",
        "av",
        "y",
        "e",
        "vom",
        "dal",
        "dalla",
        "degli",
        "delle",
        "los",
        "las",
        "'t",
        "van’t",
        "op",
        "in",
    ]
)
# Patronymics open the part that a name is filed under.
_PATRONYMICS = frozenset(["ibn", "bin", "bint", "ben", "abu", "abū", "al"])
_SUFFIX = re.compile(
    r"(?:jr|sr|jnr|snr|junior|senior|i{2,3}|iv|vi{0,3}|esq|ph\.?\s?d|m\.?d|d\.?d|m\.?a|b\.?a|obe|mbe|cbe|kc|qc|s\.?j)\.?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"(?:sir|dame|lord|lady|dr|prof|professor|rev|reverend|saint|st|baron|baroness|count|countess|"
    r"duke|duchess|earl|viscount|prince|princess|king|queen|graf|freiherr|mrs|mr|miss|ms|abbé|père|"
    r"rabbi|pope|cardinal|bishop|archbishop|captain|colonel|general|major)\.?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:sir|dame|lord|lady|dr|prof|professor|rev|reverend|mrs|mr|miss|ms)\.?", re.IGNORECASE
)
_ROMAN = re.compile(r"[IVXL]+\.?")
_DATES = re.compile(
    r",?\s*\(?(?:(?:b\.|born|d\.|died|fl\.|active|ca?\.|approximately)\s*)*(-?\d{3,4})?\??"
    r"\s*(-|–)\s*(?:ca?\.\s*|approximately\s*)?(\d{3,4})?\??\)?\.?$|"
    r",?\s*\(?(b\.|born|d\.|died)\s*(\d{4})\)?\.?$",
    re.IGNORECASE,
)
_CORPORATE = re.compile(
    r"\b(?:ltd|limited|inc|incorporated|llc|plc|gmbh|corp|corporation|company|& co|university|universität|"
    r"université|universidad|college|institute|institut|instituto|society|association|museum|library|"
    r"press|committee|commission|council|ministry|department|office|bureau|agency|foundation|"
    r"organi[sz]ation|federation|congress|parliament|church|academy|académie|publishing|publishers|"
    r"magazine|editors of|staff of|centre|center|national|international|united nations|team|group)\b",
    re.IGNORECASE,
)
LENGTH = 200


def looks_corporate(name: str) -> bool:
    """Whether a name is that of a body, by its words."""
    return _CORPORATE.search(name) is not None


def _is_cjk(name: str) -> bool:
    return any(
        "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af"
        for c in name
    )


def invert(name: str) -> str:
    """Return a natural name as an index has it. Bodies, single names and kings stay as they are.

    Names in Han, Kana and Hangul begin with the family's already.
    """
    name = " ".join(name.split())
    if "," in name:
        head, _, tail = name.rpartition(",")
        if not _SUFFIX.fullmatch(tail.strip()):
            return name
        filed = invert(head)
        return f"{filed}, {tail.strip()}" if filed != head else name
    words = name.split(" ")
    if len(words) < 2 or _is_cjk(name) or looks_corporate(name):
        return name
    suffix = ""
    if len(words) > 2 and _SUFFIX.fullmatch(words[-1]):
        suffix = f", {words.pop()}"
    elif _ROMAN.fullmatch(words[-1]):
        return name
    title = f" {words.pop(0)}" if len(words) > 2 and _BEFORE.fullmatch(words[0]) else ""
    surname = _surname(words)
    given = words[: len(words) - len(surname)]
    while given and given[-1].lower() in _PARTICLES and given[-1].islower() and len(given) > 1:
        surname_end = given.pop()
        title = f" {surname_end}{title}"
    if not given:
        return name
    return f"{' '.join(surname)}, {' '.join(given)}{title}{suffix}"


def _surname(words: list[str]) -> list[str]:
    """Return the words a name is filed under: the last, with capital particles before it."""
    start = len(words) - 1
    while start > 1 and (
        (words[start - 1].lower() in _PARTICLES and words[start - 1][:1].isupper())
        or words[start - 1].lower() in _PATRONYMICS
    ):
        start -= 1
    return words[start:]


def natural(inverted: str) -> str:
    """Return an inverted name as a title page has it: "King, Martin Luther, Jr." → "Martin Luther King, Jr."."""
    parts = [part.strip() for part in inverted.split(",") if part.strip()]
    if len(parts) < 2:
        return " ".join(inverted.replace(",", " ").split())
    if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]) and " " in parts[0]:
        return f"{parts[0]}, {parts[1]}"
    surname, given, rest = parts[0], parts[1], parts[2:]
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    titles = [part for part in rest if _BEFORE.fullmatch(part)]
    others = [part for part in rest if part not in suffixes and part not in titles]
    if _TITLE.fullmatch(given) and not _BEFORE.fullmatch(given):
        # "Catherine, Empress" or "Bede, Saint" has no given names to put first.
        return f"{given} {surname}" if given.lower() == "saint" else f"{surname}, {given}"
    joined = f"{given}{surname}" if given.endswith(("’", "'")) else f"{given} {surname}"
    name = " ".join([*titles, joined])
    return ", ".join([name, *suffixes, *(part for part in others if not _TITLE.fullmatch(part))])


def split_dates(name: str) -> tuple[str, int | None, int | None]:
    """Return a name without its years, with the years: "Dickens, Charles, 1812-1870"."""
    match = _DATES.search(name)
    if not match or match.start() == 0 or not any(match.groups()):
        return name.strip().rstrip(","), None, None
    bare = name[: match.start()].strip().rstrip(",(").strip()
    if match[4]:
        year = int(match[5])
        return (bare, year, None) if match[4].lower().startswith("b") else (bare, None, year)
    born = int(match[1]) if match[1] else None
    died = int(match[3]) if match[3] else None
    if born is None and died is None:
        return name.strip(), None, None
    return bare, born, died


def script_of(text: str) -> str:
    """Return the script most letters of ``text`` are of: LATIN, CYRILLIC, HEBREW, CJK …"""
    counts: dict[str, int] = {}
    for char in text:
        if char.isalpha():
            script = "LATIN" if char.isascii() else unicodedata.name(char, "?").partition(" ")[0]
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script]) if counts else ""
