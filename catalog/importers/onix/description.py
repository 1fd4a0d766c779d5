"""What kind of book: form, edition, language, extent, measures, subjects."""

import re
from decimal import Decimal, InvalidOperation

from catalog import languages
from catalog.importers.onix import lists
from catalog.importers.onix.context import Context
from catalog.importers.onix.tags import Node
from catalog.importers.record import SubjectIn

KEYWORDS = "20"
_PAGES = "03"
# Extents (list 23) that are pages, the truest first.
_PAGE_EXTENTS = ("00", "05", "11", "07", "06", "08", "10")
_INTEGER = re.compile(r"0*(\d{1,6})(?:[.,]0+)?")
# Millimetres and grams in the units of list 50.
_LINEAR = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
_WEIGHT = {
    "gr": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523"),
    "lb": Decimal("453.59237"),
}
_MEASURES = {
    "01": ("height_mm", _LINEAR), "02": ("width_mm", _LINEAR), "03": ("thickness_mm", _LINEAR),
    "08": ("weight_g", _WEIGHT),
}  # fmt: skip
# Beyond these it is a slip: no book is taller than 3 m or heavier than 100 kg.
_MOST = {"height_mm": 3000, "width_mm": 3000, "thickness_mm": 1000, "weight_g": 100_000}
_CODE_LIST = re.compile(r"\s*[;,]\s*")
_BISAC = re.compile(r"[A-Z]{3}\d{6}")
KEYWORDS_A_RECORD = 100
CODE_LENGTH = 60


def read_form(context: Context) -> None:
    """Fill form and details; forms of 2.1 become those of list 150."""
    detail = context.block("DescriptiveDetail")
    node = detail.first("ProductForm")
    if node is not None and node.text:
        form = node.text.upper()
        if context.old and form in lists.FORMS_21:
            form = lists.FORMS_21[form]
        elif not lists.FORM.fullmatch(form):
            kept = form[:2] if len(form) == 2 else ""
            context.warn("code_unknown", "ProductForm", node, "A form that list 150 does not have.",
                         "It was kept as it came." if kept else "It was left out.")  # fmt: skip
            form = kept
        context.record.form = form
    for one in detail.all("ProductFormDetail"):
        code = context.code(one, "ProductFormDetail", lists.DETAIL, "list 175")
        if len(code) == 4 and code not in context.record.form_details:
            context.record.form_details.append(code)


def read_edition(context: Context) -> None:
    """Fill number and statement of the edition."""
    detail, record = context.block("DescriptiveDetail"), context.record
    node = detail.first("EditionNumber")
    if node is not None and node.text:
        number = _INTEGER.fullmatch(node.text)
        if number and 0 < int(number[1]) <= 32_000:
            record.edition_number = int(number[1])
        elif not number:
            context.warn("number", "EditionNumber", node, "This is not the number of an edition.",
                         "It was left out.")  # fmt: skip
    record.edition_statement = detail.value("EditionStatement")[:120]
    if not record.edition_statement:
        kinds = [*detail.values("EditionType"), *detail.values("EditionTypeCode")]
        words = [lists.EDITIONS[kind] for kind in kinds if kind in lists.EDITIONS]
        record.edition_statement = ", ".join(words)[:120]


def read_languages(context: Context) -> None:
    """Fill the languages of text and original as ISO 639-2/B."""
    detail, record = context.block("DescriptiveDetail"), context.record
    by_role: dict[str, list[str]] = {}
    for node in detail.all("Language"):
        code = _language(context, node.first("LanguageCode"))
        if code:
            by_role.setdefault(node.value("LanguageRole") or "01", []).append(code)
    texts = by_role.get("01") or by_role.get("07") or by_role.get("08") or []
    texts = texts or [c for c in [_language(context, detail.first("LanguageOfText"))] if c]
    originals = by_role.get("02") or by_role.get("06") or by_role.get("10") or []
    originals = originals or [
        c for c in [_language(context, detail.first("OriginalLanguage"))] if c
    ]
    if len(set(texts)) > 2:
        texts = ["mul"]
    record.language = texts[0] if texts else context.defaults.language
    record.original_language = originals[0] if originals else ""
    if not originals:
        for person in detail.all("Contributor"):
            source = _language(context, person.first("FromLanguage"))
            record.original_language = record.original_language or source


def _language(context: Context, node: Node | None) -> str:
    if node is None or not node.text:
        return ""
    code = languages.bibliographic(node.text)
    if not code:
        context.warn("language", "LanguageCode", node, "There is no such language in ISO 639-2.",
                     "It was left out.")  # fmt: skip
    return code


def read_extents(context: Context) -> None:
    """Fill the number of pages."""
    detail = context.block("DescriptiveDetail")
    found: dict[str, int] = {}
    for node in detail.all("Extent"):
        kind, value = node.value("ExtentType"), node.first("ExtentValue")
        if kind in _PAGE_EXTENTS and value is not None and node.value("ExtentUnit") in {_PAGES, ""}:
            found.setdefault(kind, _pages(context, value, "ExtentValue"))
    chosen = next((found[kind] for kind in _PAGE_EXTENTS if found.get(kind)), 0)
    for name in ("NumberOfPages", "PagesArabic"):
        old = detail.first(name)
        if not chosen and old is not None and old.text:
            chosen = _pages(context, old, name)
    context.record.pages = chosen or None


def _pages(context: Context, node: Node, name: str) -> int:
    number = _INTEGER.fullmatch(node.text)
    if number and int(number[1]) <= 100_000:
        return int(number[1])
    if node.text:
        context.warn("number", name, node, "This is not a number of pages.", "It was left out.")
    return 0


def read_measures(context: Context) -> None:
    """Fill height, width, thickness and weight, from any unit of list 50."""
    detail, defaults = context.block("DescriptiveDetail"), context.defaults
    for node in detail.all("Measure"):
        known = _MEASURES.get(node.value("MeasureType", "MeasureTypeCode"))
        value = node.first("Measurement")
        if known is None or value is None or getattr(context.record, known[0]) is not None:
            continue
        name, units = known
        unit = node.value("MeasureUnitCode") or (
            defaults.weight if units is _WEIGHT else defaults.linear
        )
        factor = units.get(unit.lower())
        if factor is None:
            context.warn("unit", "MeasureUnitCode", node.first("MeasureUnitCode") or node,
                         f"“{unit}” is no unit of this measure.", "It was left out.")  # fmt: skip
            continue
        size = _size(value.text, factor)
        if size is None or size > _MOST[name]:
            context.warn("measure", "Measurement", value, "This can’t be the size of a book.",
                         "It was left out.")  # fmt: skip
        elif size:
            setattr(context.record, name, size)


def _size(text: str, factor: Decimal) -> int | None:
    try:
        value = Decimal(text.replace(",", ".")) * factor
        return int(value.to_integral_value()) if 0 <= value < 10_000_000 else None
    except (InvalidOperation, ValueError):
        return None


def read_subjects(context: Context) -> None:
    """Fill the subjects of all schemes; keywords are parted."""
    detail = context.block("DescriptiveDetail")
    found: dict[tuple[str, str], SubjectIn] = {}
    for name, scheme in (("BASICMainSubject", "10"), ("BICMainSubject", "12")):
        for node in detail.all(name):
            _subject(context, found, scheme, node.text, "", main=True)
    for node in [*detail.all("MainSubject"), *detail.all("Subject")]:
        scheme = context.code(
            node.first("MainSubjectSchemeIdentifier") or node.first("SubjectSchemeIdentifier"),
            "SubjectSchemeIdentifier", lists.SCHEME, "list 27",
        )  # fmt: skip
        main = node.has("MainSubject") or node.has("MainSubjectSchemeIdentifier")
        heading = node.value("SubjectHeadingText")
        codes = node.all("SubjectCode")
        if scheme == KEYWORDS:
            _keywords(found, heading or node.value("SubjectCode"))
        elif len(scheme) != 2:
            context.warn("subject_scheme", "Subject", node, "A subject of no scheme.",
                         "It was left out.")  # fmt: skip
        elif not codes and heading:
            # A heading without a code names itself.
            _subject(context, found, scheme, heading, heading, main=main)
        for code in codes if scheme != KEYWORDS and len(scheme) == 2 else ():
            _subject(context, found, scheme, code.text, heading, main=main, node=code)
    context.record.subjects = list(found.values())


def _keywords(found: dict[tuple[str, str], SubjectIn], text: str) -> None:
    for word in text.split(";") if ";" in text else text.split(","):
        keyword = " ".join(word.split())[:CODE_LENGTH]
        key = (KEYWORDS, keyword.casefold())
        if keyword and key not in found and len(found) < KEYWORDS_A_RECORD:
            found[key] = SubjectIn(KEYWORDS, keyword, keyword)


def _subject(
    context: Context,
    found: dict[tuple[str, str], SubjectIn],
    scheme: str,
    code: str,
    heading: str,
    *,
    main: bool,
    node: Node | None = None,
) -> None:
    parts = _CODE_LIST.split(code)
    if scheme == "10" and len(parts) > 1 and all(_BISAC.fullmatch(part) for part in parts):
        context.warn("subject_codes", "SubjectCode", node, "Several codes in one element.",
                     "Each was taken.")  # fmt: skip
        for part in parts:
            _subject(context, found, scheme, part, "", main=main and part == parts[0])
        return
    if not code:
        return
    if len(code) > CODE_LENGTH:
        context.warn("too_long", "SubjectCode", node or Node(context.product.element, code, {}),
                     "A subject code of more than 60 characters.", "It was cut.")  # fmt: skip
        code = code[:CODE_LENGTH].rstrip()
    known = found.get((scheme, code))
    if known is None or (main and not known.main):
        found[scheme, code] = SubjectIn(scheme, code, heading[:200], main=main)
