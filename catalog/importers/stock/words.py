"""What sellers say of a copy in words, as flags: ex-library, signed, first edition …

Only what is said of this copy: "not ex-library", "unsigned" and "designed by" set nothing. Where a
file has flags of its own, they count and the words do not.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from catalog.constants import Defect

_NOT = re.compile(
    r"(?:\b(?:not|non|never|isn[’']?t|nor|aren[’']?t|neither|nicht)\b[\s-]*(?:[\w’'-]+\s+){0,3}|"
    r"\b(?:no|without|w/o|free (?:of|from)|minus|zero|ohne|keine?|sans)\b[\s-]*(?:[\w’'/-]+\s+){0,4})$"
)
# "No names, underlining or foxing": the comma stands in a list that "or" ends.
_LISTED = re.compile(
    r"\b(?:no|without|free (?:of|from))\b\s(?:[\w’'-]+[\s,]+){0,6}(?:(?:n?or)\s+(?:[\w’'-]+\s+){0,2})?$"
)
_OR = re.compile(r"[\w\s’'-]{0,20},?\s*\bn?or\b")
_CLAUSE = re.compile(r"[.;:!?\n]|\bbut\b|\bthough\b")


class _Sign(NamedTuple):
    """A flag with the stems that a text must have (small letters), and how it is really said."""

    flag: str
    stems: tuple[str, ...]
    said: re.Pattern[str]


_SIGNS = (
    _Sign(Defect.EX_LIBRARY, ("lib", "biblioth"), re.compile(
        r"\bex[\s.,-]*lib(?:rary|r|s|rarian)?\b|\bexlib(?:rary)?\b|\blibrary (?:stamps?|stickers?|labels?|markings?|marks|pocket|discard|copy|binding with)\b|"
        r"\b(?:former|previous|discarded|withdrawn)(?: from)?(?: an?| the)? (?:\w+ ){0,2}library\b|\bbibliotheksexemplar\b|\bex[\s-]*biblioth[eèé]\w*")),
    _Sign(Defect.BOOK_CLUB, ("club", "bce", "bomc"), re.compile(
        r"(?<!oprah’s )(?<!oprah's )\bbook[\s-]*club\b(?! (?:questions|guide|selection|pick|kit|favou?rite))|\bbomc\b|\bbce\b")),
    _Sign(Defect.REMAINDER_MARK, ("remainder",), re.compile(r"\bremainder(?:ed)?\b(?! of)")),
    _Sign(Defect.INSCRIPTION, ("owner", "inscri", " name ", "name on", "name in", "name to"), re.compile(
        r"\b(?:previous|former|prior|prev\.?|earlier) owner(?:s|’s|'s|s’|s')?\b(?:.{0,12})(?:name|inscri|signature|initials|stamp|details|mark)?|"
        r"\bowner(?:’s|'s|s’|s')? (?:name|inscription|signature|initials)|\b(?:gift|ownership|contemporary|neat|ink|pencil|small|previous|former) inscription|"
        r"\bownership (?:name|signature)|\bnames? (?:in (?:ink|pen|pencil|biro) )?(?:on|in|to|inside)\b.{0,25}\b(?:end\s?papers?|ffep|fep|fly\s?leaf|half[- ]title|paste\s?down|cover|page)|"
        r"\binscription\b(?!.{0,12}\b(?:by|from) (?:the )?author)|\binscribed\b(?!.{0,12}\bby\b)(?!.{0,30}\bauthor)")),
    _Sign(Defect.HIGHLIGHTING, ("highlight", "underlin", "marginalia"), re.compile(r"\bhighlight(?:ing|ed|er|s)\b|\bunderlin(?:ing|ings|ed|es)\b|\bmarginalia\b")),
    _Sign(Defect.FOXING, ("foxing", "foxed", "stockfleck", "rousseur"), re.compile(r"\bfox(?:ing|ed)\b|\bstockfleck\w*|\brousseurs?\b")),
    _Sign(Defect.BOOKPLATE, ("plate", "libris"), re.compile(r"(?<!signed )\bbook[\s-]*plates?\b|\bex[\s-]libris\b")),
    _Sign(Defect.COCKED, ("cocked", "slant", "lean"), re.compile(r"\bcocked\b|\bspine (?:slightly |a little )?(?:lean|slant)\w*|\b(?:slanted|leaning) spine|\b(?:spine|slight) (?:lean|slant)\b")),
    _Sign(Defect.PRICE_CLIPPED, ("clipped",), re.compile(r"\b(?:price[\s-]*)?clipped\b")),
    _Sign("signed", ("signed", "autograph"), re.compile(
        r"(?<!facsimile )(?<!printed )(?<!possibly )(?<!re-)(?<!un-)\b(?:signed|autographed)\b(?! (?:in (?:the )?(?:plate|print|block)|by (?:an? |the )?(?:previous|former|prior|original) owner|letter|binding|off|for by|facsimile))")),
    _Sign("inscribed", ("inscri", "presentation"), re.compile(
        r"\binscribed (?:and (?:signed|dated) )?(?:\w+ ){0,3}by (?:the )?(?:author|illustrator|poet|editor|artist)|\b(?:author|illustrator)(?:’s|'s) (?:\w+ )?(?:presentation )?inscription|"
        r"\binscription (?:by|from) (?:the )?(?:author|illustrator)|\bpresentation copy (?:from|inscribed by) the author|\b(?:signed|autographed) and inscribed\b")),
    _Sign("first_edition", ("first edition", "1st edition", "first ed.", "1st ed", "erstausgabe", "édition originale", "first uk edition", "first american edition", "first us edition", "first english edition", "first british edition"), re.compile(
        r"(?:^|[.;!(\n]\s*|, )(?:true |signed |a |stated |uncommon |scarce )?(?:first|1st) (?:(?:uk|u\.k\.|us|u\.s\.|american|english|british|trade) )?(?:edition|ed\b)(?! thus)(?![^.;]{0,40}\b(?:(?:2nd|3rd|[4-9]th|second|third|fourth|fifth|sixth|later|\d\dth) (?:printing|impression)|reprint))|"
        r"(?:^|[.;!(\n]\s*)(?:erstausgabe|édition originale)\b")),
    _Sign("print_on_demand", ("on demand", "on-demand", " pod"), re.compile(r"\bprint(?:ed)?[\s-]on[\s-]demand\b|\(pod\)")),
)  # fmt: skip
_FIRST = re.compile(
    r"\b(?:first|1st)\s+(?:\w+\s+)?(?:edition|ed\b|printing)|\bfirst\b$|\berstausgabe\b|\b1\.?\s?aufl(?:age)?\b|\bédition originale\b", re.IGNORECASE)  # fmt: skip
_NOT_FIRST = re.compile(
    r"\bthus\b|\bnot\b|\breprint|\bfacsimile|\bbook club|\bfirst paperback|\b(?:2nd|3rd|\d*[4-9]th|1\dth|second|third|later|fourth|fifth) (?:printing|impression)", re.IGNORECASE)  # fmt: skip
PRINTING = re.compile(
    r"(?:\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|later|early)"
    r" (?:printing|impression|print)", re.IGNORECASE)  # fmt: skip

FLAGS = tuple(sign.flag for sign in _SIGNS)
_STEMS = tuple({stem for sign in _SIGNS for stem in sign.stems})


def flags(text: str) -> frozenset[str]:
    """Return what ``text`` says of a copy: values of ``Defect``, and "signed", "inscribed" …"""
    low = text.lower()
    for stem in _STEMS:
        if stem in low:
            return _flags(low[:8000])
    return _NOTHING


_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def _flags(low: str) -> frozenset[str]:
    found = []
    for flag, stems, said in _SIGNS:
        for stem in stems:
            if stem in low:
                if any(not _denied(low, match) for match in said.finditer(low)):
                    found.append(flag)
                break
    return frozenset(found)


def heard(notes: str, keywords: str = "", edition: str = "", printing: str = "") -> set[str]:
    """Return every flag that a copy's texts set together. A first edition is its first printing."""
    found = set(flags(notes)) if notes else set()
    if keywords:
        found |= flags(keywords)
    if edition:
        found |= flags(edition) - {"first_edition"}
        if _FIRST.search(edition) and not _NOT_FIRST.search(f"{edition} {printing}"):
            found.add("first_edition")
    return found


def _denied(low: str, match: re.Match[str]) -> bool:
    """Whether the words before a match take it back ("not price-clipped", "no names or foxing")."""
    start = match.start()
    before = low[max(0, start - 80) : start]
    cut = [one.end() for one in _CLAUSE.finditer(before)]
    before = before[cut[-1] :] if cut else before
    if _NOT.search(before):
        return True
    listed = _LISTED.search(before)
    return bool(
        listed
        and (re.search(r"\bn?or\b", listed[0]) or _OR.match(low[match.end() : match.end() + 40]))
    )


# What a file without places for flags says of them behind its notes: "[Ex-library. Not signed.]".
_SPOKEN = {
    Defect.EX_LIBRARY: "Ex-library", Defect.BOOK_CLUB: "Book club edition", Defect.REMAINDER_MARK: "Remainder mark",
    Defect.INSCRIPTION: "Owner’s inscription", Defect.HIGHLIGHTING: "Highlighting", Defect.FOXING: "Foxing",
    Defect.BOOKPLATE: "Bookplate", Defect.COCKED: "Cocked spine", Defect.PRICE_CLIPPED: "Price-clipped jacket",
    "signed": "Signed", "inscribed": "Inscribed by the author", "first_edition": "First edition",
    "print_on_demand": "Printed on demand",
}  # fmt: skip
_HEARD = {spoken.casefold(): str(flag) for flag, spoken in _SPOKEN.items()}
_HEARD |= {spoken.replace("’", "'"): flag for spoken, flag in list(_HEARD.items())}
_ENDING = re.compile(r"(?:^|[ \n])\[((?:[A-Z][^\[\].]{3,40}\.(?: |(?=\])))+)\]$")


def ending(text: str) -> tuple[str, dict[str, bool]]:
    """Return notes without a last bracket of flags, and the flags by whether they are so.

    A bracket with anything else in it belongs to the notes.
    """
    if not text.endswith(".]") or not (match := _ENDING.search(text)):
        return text, {}
    said: dict[str, bool] = {}
    for sentence in match[1].rstrip(". ").split(". "):
        word = sentence.casefold()
        denied = word.startswith("not: ")
        flag = _HEARD.get(word.removeprefix("not: "))
        if flag is None:
            return text, {}
        said[flag] = not denied
    return text[: match.start()], said


def with_ending(
    text: str, wanted: frozenset[str], *, keywords: str = "", edition: str = "", printing: str = ""
) -> str:
    """Return notes that say exactly the flags ``wanted``, whatever the words of the copy set."""
    said = heard(text, keywords, edition, printing)
    spoken = [word for flag, word in _SPOKEN.items() if flag in wanted and flag not in said]
    spoken += [
        f"Not: {word}" for flag, word in _SPOKEN.items() if flag in said and flag not in wanted
    ]
    if not spoken:
        # Notes that end in such a bracket themselves: the one behind it is what will be taken off.
        own = ending(text)[1]
        spoken = [
            w if flag in wanted else f"Not: {w}" for flag, w in _SPOKEN.items() if flag in own
        ]
    if not spoken:
        return text
    return f"{text} [{'. '.join(spoken)}.]" if text else f"[{'. '.join(spoken)}.]"
