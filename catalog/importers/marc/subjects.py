"""Subjects of a MARC record: headings (6xx), keywords (653), genres (655), Dewey and LC classes."""

from catalog.importers.marc.punctuation import strip_isbd
from catalog.importers.marc.structure import Field, MarcRecord
from catalog.importers.record import SubjectIn
from catalog.importers.text import clean

LCSH, KEYWORD = "04", "20"
_BY_INDICATOR = {"0": LCSH, "1": "A8", "2": "06", "3": "07", "6": "63"}
# Schemes of $2 that list 27 has.
_BY_SOURCE = {
    "aat": "08", "bisacsh": "10", "fast": "B6", "gnd": "91", "gnd-content": "91", "gsafd": "19",
    "lcgft": "19", "lcsh": LCSH, "mesh": "06", "rameau": "A5", "ram": "A5", "rvm": "63",
    "sears": "74", "swd": "27", "thema": "93", "ysa": "64", "yso": "71", "nli": "24",
}  # fmt: skip
_HEADINGS = ("600", "610", "611", "630", "648", "650", "651", "655")
# Dewey, and the classes of the Library of Congress.
_CLASSES = {"082": "01", "050": "03"}
_DIVISIONS = "vxyz"
SUBJECTS_A_RECORD = 100


def read_subjects(marc: MarcRecord) -> list[SubjectIn]:
    """Return the subjects of a record: a heading of words is its own code."""
    found: dict[tuple[str, str], SubjectIn] = {}
    for field in marc.all(*_CLASSES):
        scheme = _CLASSES[field.tag]
        if code := clean(field.get("a")).replace("/", "").strip()[:60]:
            found.setdefault((scheme, code), SubjectIn(scheme, code))
    for field in marc.all(*_HEADINGS):
        scheme, heading = _scheme(field), _heading(field)
        if heading:
            code = strip_isbd(clean(field.get("0"))) if scheme in {"10", "93"} else ""
            code = code.rpartition(")")[2][:60] or heading[:60]
            found.setdefault((scheme, code), SubjectIn(scheme, code, heading[:200]))
    words = [value for field in marc.all("653") for value in field.all("a")]
    for word in (strip_isbd(clean(value))[:60] for value in words):
        if word:
            found.setdefault((KEYWORD, word.casefold()), SubjectIn(KEYWORD, word, word))
    return list(found.values())[:SUBJECTS_A_RECORD]


def _scheme(field: Field) -> str:
    if field.second == "7":
        return _BY_SOURCE.get(clean(field.get("2")).lower(), "24")
    return _BY_INDICATOR.get(field.second, KEYWORD)


def _heading(field: Field) -> str:
    main = " ".join(strip_isbd(clean(v)) for c, v in field.subfields if c in "abcdt" and v)
    parts = [strip_isbd(clean(v)) for c, v in field.subfields if c in _DIVISIONS and v]
    return " -- ".join(part for part in (main, *parts) if part)
