"""What a record says of the copy: its grade, what is wrong with it, where it stands."""

import re

from catalog.constants import Defect
from catalog.importers.problems import Problems
from catalog.importers.stock import amounts, grades, words
from catalog.importers.stock.reading import Reading
from catalog.importers.stock.row import StockAction, StockFormat, StockRow

_YES = frozenset(
    ["1", "y", "yes", "true", "t", "x", "ja", "oui", "si", "sí", "j", "wahr", "vrai", "on"]
)
_NO = frozenset(
    [
        "",
        "0",
        "n",
        "no",
        "false",
        "f",
        "nein",
        "non",
        "falsch",
        "faux",
        "off",
        "none",
        "unsigned",
        "not signed",
        "n/a",
        "-",
    ]
)
_FLAG_FIELDS = (
    "signed",
    "inscribed",
    "first_edition",
    "print_on_demand",
    "ex_library",
    "book_club",
)
_DEFECTS = {str(one): one for one in Defect.values} | {
    str(one.label).casefold(): one.value for one in Defect
}
_DEFECT_ORDER, _EVERY_DEFECT = tuple(Defect.values), frozenset(Defect.values)
_SIGNED, _UNSIGNED = re.compile(r"sign|autogra|dédicac|firmad"), re.compile(r"unsign|\bnot\b|nicht")


def described(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    """Fill in what is the copy's own."""
    get = values.get
    _condition(file, row, get("condition", ""), get("jacket", ""), problems)
    notes = file.words("notes", get("notes", ""), problems)
    spoken: dict[str, bool] = {}
    if "defects" not in file.fields:
        notes, spoken = words.ending(notes)
    row.notes = file.cut("notes", notes, problems)
    row.keywords = file.cut(
        "keywords", file.line("keywords", get("keywords", ""), problems), problems
    )
    _edition(file, row, get("edition", ""), get("printing", ""), problems)
    _flags(file, row, values, spoken, problems)
    if text := get("private_notes"):
        row.private_notes = file.cut(
            "private_notes", file.words("private_notes", text, problems), problems
        )
    if text := get("shelf"):
        row.shelf = file.cut("shelf", file.line("shelf", text, problems), problems)
    if text := get("category"):
        parts = (file.line("category", part, problems)[:100] for part in text.split("\n"))
        row.categories = tuple(dict.fromkeys(part for part in parts if part))[:20]
    if text := get("image"):
        _images(file, row, text, problems)
    if "weight" in values or "weight_g" in values:
        _weight(file, row, values, problems)


def _condition(file: Reading, row: StockRow, text: str, jacket: str, problems: Problems) -> None:
    if text and file.kind == StockFormat.AMAZON and text in grades.AMAZON:
        row.condition = grades.AMAZON[text]
    elif text and (found := grades.condition(text)):
        row.condition, row.jacket = found.condition, found.jacket
        if found.assumed:
            problems.warn("condition_assumed", file.name("condition"), text, "This grade is not one of ours.",
                          remedy=found.assumed)  # fmt: skip
    elif text and row.action is StockAction.UPSERT:
        problems.fail("condition_unknown", file.name("condition"), text, "We don’t know this grade.",
                      remedy=grades.REMEDY)  # fmt: skip
    if jacket:
        graded = grades.jacket(jacket)
        row.jacket = graded or row.jacket
        if graded is None:
            problems.warn("jacket_unknown", file.name("jacket"), jacket, "We don’t know this grade of a jacket.",
                          remedy=f"Left out. {grades.JACKET_REMEDY}")  # fmt: skip


def _edition(file: Reading, row: StockRow, text: str, printing: str, problems: Problems) -> None:
    if text and "printing" not in file.fields:
        head, _, last = text.rpartition("; ")
        if words.PRINTING.fullmatch(last):
            text, printing = head, last
    text, printing = (
        file.line("edition", text, problems),
        file.line("printing", printing, problems),
    )
    row.edition_text = file.cut("edition", text, problems)
    row.printing = file.cut("printing", printing, problems)


def _flags(
    file: Reading, row: StockRow, values: dict[str, str], spoken: dict[str, bool], problems: Problems
) -> None:  # fmt: skip
    found = words.heard(row.notes, row.keywords, row.edition_text, row.printing)
    for flag, so in spoken.items():
        (found.add if so else found.discard)(flag)
    for field in _FLAG_FIELDS:
        if field in values:
            _flag(found, field, values[field])
    if "defects" in values:
        found -= _EVERY_DEFECT
        found |= _defects(file, values["defects"], problems)
    if found:
        row.signed, row.inscribed = "signed" in found, "inscribed" in found
        row.first_edition = "first_edition" in found
        row.print_on_demand = "print_on_demand" in found
        row.defects = tuple(one for one in _DEFECT_ORDER if one in found)


def _defects(file: Reading, text: str, problems: Problems) -> set[str]:
    """Return the flags of a cell of defects; a "none" in it sets the words of the notes right."""
    found: set[str] = set()
    for part in (piece.strip() for piece in re.split(r"[;,|]", text)):
        if not part or part.casefold() == "none":
            continue
        one = _DEFECTS.get(part.casefold())
        heard = {one} if one else words.flags(part) & _EVERY_DEFECT
        found |= heard
        if not heard:
            problems.warn("defect_unknown", file.name("defects"), part, "We have no flag for this defect.",
                          remedy="Left out; say it in the description.")  # fmt: skip
    return found


def _flag(found: set[str], field: str, text: str) -> None:
    """Set or take back a flag by a cell of its own: "yes", "N", "signed by the author"."""
    word = text.casefold().strip(" .")
    if word in _NO:
        found.discard(field)
    elif word in _YES or field != "signed":
        found.add(field)
    else:
        heard = set(words.flags(word) & {"signed", "inscribed"})
        if not heard and "inscri" in word:
            heard = {"inscribed"}
        elif not heard and _SIGNED.search(word) and not _UNSIGNED.search(word):
            heard = {"signed"}
        found |= heard


def _images(file: Reading, row: StockRow, text: str, problems: Problems) -> None:
    found = []
    for part in re.split(r"[\n;| ]+|,(?=\s*https?:)", text):
        if part.startswith(("http://", "https://")) and len(part) <= 1000:
            found.append(part)
        elif part:
            problems.warn("image_address", file.name("image"), part, "This is not the address of a picture.",
                          remedy="Left out. Write it from https:// on.")  # fmt: skip
    row.images = tuple(dict.fromkeys(found))[:20]


def _weight(file: Reading, row: StockRow, values: dict[str, str], problems: Problems) -> None:
    field = "weight_g" if "weight_g" in values else "weight"
    unit = "g" if field == "weight_g" else values.get("weight_unit", "")
    text = values[field]
    if not text.strip("0., "):
        return
    row.weight_g = amounts.grams(text.casefold(), unit.casefold())
    if row.weight_g is None:
        problems.warn("weight_shape", file.name(field), f"{text} {unit}".strip(), "We can’t read this weight.",
                      remedy="Left out. Write it with its unit: 450 g, 0.45 kg, 1 lb 4 oz.")  # fmt: skip
