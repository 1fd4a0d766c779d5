"""Relators of MARC as contributor roles of list 17."""

import re

# Relator codes of the Library of Congress.
CODES = {
    "abr": "B04", "acp": "A99", "act": "E01", "adp": "B05", "aft": "A19", "ann": "A20", "ant": "A99",
    "arr": "B25", "art": "A35", "aud": "A03", "aui": "A24", "aus": "A03", "aut": "A01", "bjd": "A36",
    "bkd": "A11", "cmm": "A21", "cmp": "A06", "cnd": "D03", "col": "C01", "com": "C01", "cov": "A36",
    "cre": "A09", "ctb": "A32", "ctg": "A39", "cwt": "A21", "drt": "D02", "dsr": "A11", "edc": "B01",
    "edt": "B01", "ill": "A12", "itr": "E06", "ivr": "A43", "ive": "A44", "lbt": "A31", "lyr": "A05",
    "mus": "E06", "nrt": "E03", "oth": "Z99", "pht": "A08", "prf": "E05", "pro": "D01", "rdd": "D02",
    "sce": "A03", "sng": "E08", "trl": "B06", "vac": "E07", "voc": "E08", "wac": "A32", "waw": "A19",
    "wfw": "A23", "win": "A24", "wpr": "A15", "wst": "A32",
}  # fmt: skip
# Words of $e, and of a statement of responsibility, in the languages that are met most.
_TERMS = (
    (
        r"translat|trans\b|\btr\b|tradu[ciz]|traduct|übers|vertaal|přel|перев|пер\b|targum|meturgam",
        "B06",
    ),
    (r"illustrat|\bill?\b|illus|illustr|zeichn|ilustr", "A12"),
    (r"photograph|photos", "A08"),
    (r"foreword|avant-propos|geleitwort", "A23"),
    (r"preface|préface|prefaz|prólogo|vorwort", "A15"),
    (r"introduc|introd|einleit", "A24"),
    (r"afterword|nachwort|postface", "A19"),
    (r"compil|\bcomp\b|zusammengest|sost\b|сост", "C01"),
    (r"series edit", "B09"),
    (r"editor in chief|chief editor", "B11"),
    (r"\bedit|\bed\b|\beds\b|hrsg|hg\b|herausg|éd\b|édit|redig|ред\b|gen ed|general ed", "B01"),
    (r"adapt", "B05"),
    (r"abridg", "B04"),
    (r"retold|nacherz", "B03"),
    (r"revis", "B02"),
    (r"narrat", "E03"),
    (r"\bread by|\breader|sprecher|gelesen", "E07"),
    (r"compos|music by|musik", "A06"),
    (r"lyric|words by", "A05"),
    (r"librett", "A31"),
    (r"annotat|notes by", "A20"),
    (r"commentary|comment", "A21"),
    (r"cover", "A36"),
    (r"cartograph|maps", "A39"),
    (r"direct", "D02"),
    (r"perform", "E05"),
    (r"contribut", "A32"),
    (r"author|writer|\bby\b|\bpar\b|\bvon\b|auteur|verf", "A01"),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), role) for pattern, role in _TERMS)
# Relators that are no part in the book: former owners, subjects, publishers, places.
NOT_PARTS = frozenset(
    [
        "asn",
        "bsl",
        "dte",
        "dto",
        "fmo",
        "his",
        "isb",
        "own",
        "pbl",
        "prt",
        "sll",
        "spn",
        "ths",
        "uvp",
        "dgg",
        "hnr",
        "len",
        "pup",
        "mfp",
        "dst",
    ]
)
_NO_PART = re.compile(
    r"publisher|printer|bookseller|former owner|issuing|sponsor|degree|host", re.IGNORECASE
)


def of_code(code: str) -> str:
    """Return the role of a relator code or its URI, or an empty string."""
    return CODES.get(code.rstrip("/.").rpartition("/")[2].lower(), "")


def of_term(term: str) -> str:
    """Return the role of a relator term ("editor", "ed.", "hrsg."), or an empty string."""
    if _NO_PART.search(term):
        return ""
    return next((role for pattern, role in _COMPILED if pattern.search(term)), "")


def no_part(term: str) -> bool:
    """Whether a relator term names no part in the book ("publisher")."""
    return _NO_PART.search(term) is not None
