"""Cells of a table as values: names, dates, numbers, subjects."""

import html
import re
from functools import cache

from django.utils import translation

from catalog import languages
from catalog.importers import names
from catalog.importers.marc.relators import of_term
from catalog.importers.problems import Problems
from catalog.importers.record import ContributorIn
from catalog.importers.text import has_entities, mend_mojibake, unescape

_EMPTY = frozenset(["", "n/a", "na", "nan", "null", "none", "-", "--", "?", "unknown", "\\n"])
_EMPTY_TITLE = frozenset(["", "n/a", "nan", "null", "\\n", "-"])
_SUSPECT = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ?]")
_STRONG = re.compile(r"\s*[|;/]\s*|\s+&\s+|\s+and\s+|\s+und\s+|\s+et\s+")
_ROLE = re.compile(r"\s*\(([^()]{2,40})\)\s*$|\s+\[([^\[\]]{2,40})\]\s*$")
_INTEGER = re.compile(r"(\d{1,6})(?:\.0+)?(?:\s*(?:p|pp|pages|s|seiten)\.?)?", re.IGNORECASE)
_LIST = re.compile(r"\s*[|;]\s*")
_ORDINAL = re.compile(
    r"^(\d{1,3})(?:\.|st|nd|rd|th|e|ème|º|ª)?(?:\s+(?:ed|edition|aufl|auflage|éd)\b\.?.*)?$",
    re.IGNORECASE,
)
FORMS = {
    "hardcover": "BB", "hardback": "BB", "cloth": "BB", "hc": "BB", "hb": "BB", "gebunden": "BB",
    "hardbound": "BB", "relié": "BB", "paperback": "BC", "pb": "BC", "softcover": "BC", "broché": "BC",
    "mass market paperback": "BC", "mass market": "BC", "audio": "AJ", "paper": "BC", "trade paperback": "BC", "taschenbuch": "BC", "soft cover": "BC",
    "board book": "BH", "boardbook": "BH", "spiral": "BE", "spiral-bound": "BE", "spiral bound": "BE",
    "leather": "BG", "leather bound": "BG", "library binding": "BB", "pamphlet": "BF",
    "audiobook": "AJ", "audio download": "AJ", "audible audio": "AJ", "audio cd": "AC",
    "audio cassette": "AB", "cd": "AC", "ebook": "ED", "e-book": "ED", "kindle": "ED",
    "kindle edition": "ED", "epub": "ED", "digital": "EA", "map": "CA", "sheet music": "PI",
    "box set": "SA", "boxed set": "SA", "book": "BA", "loose leaf": "BD", "unknown binding": "",
}  # fmt: skip


class Cells:
    """The cells of one row, cleaned, with what was wrong in them."""

    def __init__(
        self, row: list[str], columns: dict[str, int], header: list[str], problems: Problems
    ) -> None:
        self._row, self._columns, self._header = row, columns, header
        self._cleaned: dict[tuple[str, str], str] = {}
        self.problems = problems

    def header(self, name: str) -> str:
        """Return the file's own word for a column."""
        return self._header[self._columns[name]].strip() or f"column {self._columns[name] + 1}"

    def raw(self, name: str) -> str:
        """Return a cell as it stands."""
        position = self._columns.get(name)
        return self._row[position].strip() if position is not None else ""

    def lines(self, name: str) -> list[str]:
        """Return the lines of a cell, each cleaned."""
        return [
            line for line in (self._clean(name, one) for one in self.raw(name).splitlines()) if line
        ]

    def text(self, name: str) -> str:
        """Return a cell on one line; the many words for nothing are nothing."""
        value = self.raw(name)
        empty = _EMPTY_TITLE if name in {"title", "original_title"} else _EMPTY
        if value.casefold() in empty:
            return ""
        return self._clean(name, value)

    def _clean(self, name: str, value: str) -> str:
        if value.isascii() and "&" not in value:
            return " ".join(value.split())
        key = (name, value)
        if key not in self._cleaned:
            self._cleaned[key] = self._mended(name, value)
        return self._cleaned[key]

    def _mended(self, name: str, value: str) -> str:
        plain = " ".join(value.split())
        cleaned = unescape(value)
        if has_entities(value):
            self.problems.warn("markup", self.header(name), plain, "HTML in a cell.",
                               remedy=f"It was read as “{cleaned[:80]}”.")  # fmt: skip
        # Before it is cleaned: half of a character may be a no-break space or a soft hyphen.
        mended = mend_mojibake(html.unescape(value))
        if mended is not None:
            self.problems.warn("mojibake", self.header(name), cleaned, "Text that was encoded twice.",
                               remedy=f"It was read as “{mended[:80]}”.")  # fmt: skip
            return mended
        if _SUSPECT.search(cleaned):
            self.problems.warn("mojibake", self.header(name), cleaned,
                               "Text that seems to have been encoded twice, beyond certain repair.",
                               remedy="It was kept as it stands.")  # fmt: skip
        return cleaned

    def number(self, name: str, most: int = 100_000) -> int | None:
        """Return a whole number, which spreadsheets write as "652.0"; 0 is none."""
        value = self.text(name)
        if not value:
            return None
        match = _INTEGER.fullmatch(value)
        if match and int(match[1]) <= most:
            return int(match[1]) or None
        self.problems.warn("number", self.header(name), value, "This is not a number that fits here.",
                           remedy="It was left out.")  # fmt: skip
        return None

    def several(self, name: str) -> list[str]:
        """Return the parts of a cell that holds a list: by "|" or ";", else by commas."""
        value = self.text(name)
        parts = _LIST.split(value) if re.search(r"[|;]", value) else value.split(",")
        return [part for part in dict.fromkeys(p.strip() for p in parts) if part]


# How languages call themselves and each other in tables that were met.
_OTHER_NAMES = {
    "angličtina": "eng", "anglais": "eng", "englisch": "eng", "inglés": "eng", "inglese": "eng",
    "deutsch": "ger", "nemčina": "ger", "němčina": "ger", "allemand": "ger", "français": "fre",
    "französisch": "fre", "francúzština": "fre", "español": "spa", "castellano": "spa",
    "španielčina": "spa", "spanisch": "spa", "italiano": "ita", "taliančina": "ita",
    "italienisch": "ita", "nederlands": "dut", "português": "por", "русский": "rus",
    "ruština": "rus", "čeština": "cze", "slovenčina": "slo", "polski": "pol", "中文": "chi",
    "日本語": "jpn", "한국어": "kor", "العربية": "ara", "עברית": "heb", "mandarin": "chi",
    "farsi": "per", "flemish": "dut", "undetermined": "und", "multiple languages": "mul",
}  # fmt: skip


@cache
def _languages_by_name() -> dict[str, str]:
    with translation.override(None):
        found = dict(_OTHER_NAMES)
        for code, name in languages.LANGUAGES.items():
            for part in re.split(r"[;(),]", str(name)):
                found.setdefault(part.strip().casefold(), code)
        return found


def language(text: str) -> str:
    """Return the ISO 639-2/B code of a code or an English name ("en-US", "English"), or nothing."""
    first = re.split(r"[|;,/]", text)[0].strip()
    return (
        languages.bibliographic(first)
        if len(first) in {2, 3} or "-" in first
        else (_languages_by_name().get(first.casefold(), ""))
    )


def edition_number(text: str) -> int | None:
    """Return the number in an edition's statement: "2nd ed." is 2."""
    match = _ORDINAL.match(text)
    return int(match[1]) or None if match else None


def people(text: str, role: str = "A01", first: int = 1) -> list[ContributorIn]:
    """Return the people in a cell, whichever way it parts and turns their names.

    "Rowling, J. K." is one name turned, "J.K. Rowling, Mary GrandPré" are two, "A|B", "A/B" and
    "A; B" always are. "(Illustrator)" behind a name is a role.
    """
    found: dict[str, ContributorIn] = {}
    for part in _parted(text):
        name, own_role = _with_role(part, role)
        name, born, died = names.split_dates(name)
        if not name or name.casefold() in _EMPTY:
            continue
        corporate = names.looks_corporate(name)
        turned = "," in name and not corporate
        natural = names.natural(name) if turned else name
        filed = name if turned and natural != name else names.invert(name)
        found.setdefault(natural, ContributorIn(
            natural[: names.LENGTH], filed[: names.LENGTH], (own_role,), first + len(found),
            (), corporate, born, died,
        ))  # fmt: skip
    return list(found.values())


def _with_role(part: str, role: str) -> tuple[str, str]:
    match = _ROLE.search(part)
    if not match:
        return part.strip(), role
    own = of_term(match[1] or match[2])
    return (part[: match.start()].strip(), own) if own else (part.strip(), role)


def _parted(text: str) -> list[str]:
    strong = [part.strip(" ,") for part in _STRONG.split(text)] if _STRONG.search(text) else [text]
    found: list[str] = []
    for part in strong:
        found += _by_commas(part) if "," in part else [part]
    return [part for part in found if part]


def _by_commas(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in (p.strip() for p in text.split(",")):
        if pieces and re.fullmatch(
            r"(?:Jr|Sr|I{2,3}|IV|Ph\.?D|M\.?D|Esq)\.?|\d{4}\s*[-–].*", piece
        ):
            pieces[-1] = f"{pieces[-1]}, {piece}"
        elif piece:
            pieces.append(piece)
    # A surname alone in front is a name turned; so is one that opens with a capital particle.
    opens_turned = len(pieces) == 2 and (
        " " not in pieces[0] or names.invert(f"X {pieces[0]}").startswith(f"{pieces[0]},")
    )
    return [", ".join(pieces)] if opens_turned else pieces
