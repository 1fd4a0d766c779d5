"""A record of MARC 21 as a book of ours."""

import re

from catalog import languages
from catalog.importers import dates
from catalog.importers.marc import subjects
from catalog.importers.marc.identifiers import read_identifiers, read_related
from catalog.importers.marc.people import read_people
from catalog.importers.marc.punctuation import strip_isbd, unbracketed
from catalog.importers.marc.structure import Field, MarcRecord
from catalog.importers.problems import Problems
from catalog.importers.record import Action, BookRecord, SeriesIn
from catalog.importers.text import clean, tidy

_EDITION_NUMBER = re.compile(
    r"^\[?(\d{1,3})(?:\.|st|nd|rd|th|a|e|ème|º|\s)?\s*(?:ed|aufl|éd|ausg|izd|изд)", re.IGNORECASE
)
_PAGES = re.compile(
    r"(\d{1,5})\s*(?:unnumbered\s*)?(?:p\b|pp\b|pages|pgs|s\b|seiten|str\b|с\b|ʻamudim|עמ)",
    re.IGNORECASE,
)
_HEIGHT = re.compile(r"(\d{1,3})(?:\s*-\s*\d+)?(?:\s*x\s*(\d{1,3}))?\s*cm", re.IGNORECASE)
# "Sine loco", "sine nomine": the cataloguer found none.
_NOT_NAMED = re.compile(
    r"^(?:s\.?\s?l\.?|s\.?\s?n\.?|x|place of publication not identified|publisher not identified|b\.?\s?m\.?|o\.?\s?o\.?)$",
    re.IGNORECASE,
)
_FORMS = {"c": "PI", "d": "PI", "e": "CA", "f": "CA", "g": "VA", "i": "AA", "j": "AA", "m": "DA"}
_QUALIFIERS = (
    (re.compile(r"e-?book|electronic|epub|online|pdf", re.IGNORECASE), "ED"),
    (re.compile(r"board book", re.IGNORECASE), "BH"),
    (re.compile(r"pbk|paper|softcover|br\.|brosch|kart|brož", re.IGNORECASE), "BC"),
    (re.compile(r"hbk|hard|cloth|bound|lib\. ?bdg|library binding|geb|rel\.|váz", re.IGNORECASE), "BB"),
    (re.compile(r"spiral", re.IGNORECASE), "BE"),
)  # fmt: skip
# Codes that MARC gave up, and what took their place.
_OLD_LANGUAGES = {"scr": "hrv", "scc": "srp", "mol": "rum", "esk": "ypk", "eth": "gez", "far": "fao",
                  "fri": "fry", "gag": "glg", "gua": "grn", "int": "ina", "iri": "gle", "cam": "khm",
                  "lan": "oci", "lap": "smi", "max": "glv", "sao": "smo", "gae": "gla", "sho": "sna",
                  "snh": "sin", "sso": "sot", "swz": "ssw", "tag": "tgl", "taj": "tgk", "tar": "tat",
                  "tsw": "tsn"}  # fmt: skip


def map_record(marc: MarcRecord, number: int, problems: Problems) -> BookRecord:
    """Return a book of a record; what can't be used is reported, and never raised."""
    record = BookRecord(number=number, problems=problems.items)
    record.reference = clean(marc.control.get("001"))[:200]
    record.action = Action.DELETE if marc.leader[5:6] == "d" else Action.FULL
    record.identifiers = read_identifiers(marc, problems)
    scripts = _scripts(marc)
    _titles(marc, record, scripts)
    record.contributors = read_people(marc, scripts, problems)
    _edition(marc, record)
    _imprint(marc, record)
    _languages(marc, record, problems)
    _extent(marc, record)
    record.form = _form(marc)
    record.series = _series(marc)
    record.subjects = subjects.read_subjects(marc)
    record.description = _description(marc)
    record.related = read_related(marc, problems)
    record.present = {
        name
        for name in BookRecord.__dataclass_fields__
        if name not in {"number", "line", "reference", "action", "present", "problems"}
        and getattr(record, name) not in ("", None, [])
    }
    if record.action == Action.FULL and not record.title and not record.refused:
        problems.fail("title_missing", "245 $a", record.reference, "The record has no title.",
                      remedy="Add a field 245.")  # fmt: skip
    return record


def _scripts(marc: MarcRecord) -> dict[tuple[str, str], list[Field]]:
    """Return the fields in other scripts (880) by the tag and number that they are paired with."""
    found: dict[tuple[str, str], list[Field]] = {}
    for one in marc.all("880"):
        tag, _, rest = one.get("6").partition("-")
        found.setdefault((tag, rest[:2]), []).append(one)
    return found


def _titles(
    marc: MarcRecord, record: BookRecord, scripts: dict[tuple[str, str], list[Field]]
) -> None:
    field = marc.first("245")
    if field is None:
        return
    record.title, record.subtitle, parallel = _title(field)
    skipped = int(field.second) if field.second.isdigit() else 0
    if 0 < skipped < len(record.title):
        sort = record.title[skipped:].lstrip("'’\"“ ")
        record.sort_title = sort[:1].upper() + sort[1:]
    record.contributor_statement = strip_isbd(clean(field.get("c")))[:500]
    others = [parallel]
    for other in [*scripts.get(("245", field.get("6")[4:6]), []), *scripts.get(("245", "00"), [])]:
        title, subtitle, _parallel = _title(other)
        others += [title, f"{title}: {subtitle}" if subtitle else ""]
    others += [strip_isbd(clean(" ".join(one.all("anp")))) for one in marc.all("246", "740")]
    uniform = marc.first("240", "130")
    if uniform is not None:
        name = strip_isbd(unbracketed(clean(" ".join(uniform.all("anp")))))
        # A uniform title with a language ($l) is that of the original of a translation.
        if uniform.get("l") and name != record.title:
            record.original_title = name[:500]
        others.append(name)
    known = {record.title, record.original_title, ""}
    record.other_titles = [t[:500] for t in dict.fromkeys(others) if t not in known]


def _title(field: Field) -> tuple[str, str, str]:
    """Return title, subtitle and parallel title: "= " opens a title in another language."""
    title = strip_isbd(clean(field.get("a")))
    parts = [strip_isbd(clean(part)) for part in field.all("np")]
    subtitle, _, parallel = clean(" ".join(field.all("b"))).partition("=")
    if clean(field.get("a")).endswith("="):
        subtitle, parallel = "", subtitle
    title = ". ".join(part for part in (title, *parts) if part)
    return title[:500], strip_isbd(subtitle)[:500], strip_isbd(parallel.partition(":")[0])


def _edition(marc: MarcRecord, record: BookRecord) -> None:
    field = marc.first("250")
    if field is None:
        return
    record.edition_statement = strip_isbd(unbracketed(clean(field.get("a"))))[:120]
    if match := _EDITION_NUMBER.match(record.edition_statement):
        record.edition_number = int(match[1]) or None


def _imprint(marc: MarcRecord, record: BookRecord) -> None:
    publications = [f for f in marc.all("264") if f.second == "1"] + marc.all("260")
    printed = ""
    if publications:
        field = publications[0]
        places = [_named(value) for value in field.all("a")]
        record.place = "; ".join(place for place in places if place)[:120]
        record.publisher = next((n for n in map(_named, field.all("b")) if n), "")[:200]
        printed = dates.free(clean(field.get("c")))
    fixed = marc.control.get("008", "")
    year = fixed[7:11]
    coded = dates.partial(int(year)) if year.isascii() and year.isdigit() else ""
    record.published = printed or coded
    # Type "r" is a reprint: the second date is that of the original.
    if fixed[6:7] == "r" and fixed[11:15].isdigit():
        record.first_published = dates.year_of(dates.partial(int(fixed[11:15])))


def _named(value: str) -> str:
    name = strip_isbd(unbracketed(clean(value)))
    return "" if _NOT_NAMED.match(name) else name


def _languages(marc: MarcRecord, record: BookRecord, problems: Problems) -> None:
    found: dict[str, list[str]] = {"a": [], "h": []}
    for field in marc.all("041"):
        if field.second == " " or field.get("2").startswith("iso639"):
            for code, into in (("a", found["a"]), ("h", found["h"])):
                for value in field.all(code):
                    # Codes used to be run together: "engfre".
                    parts = [value[i : i + 3] for i in range(0, len(value), 3)]
                    into += [part for part in map(_language, parts) if part]
    coded = marc.control.get("008", "")[35:38].strip()
    record.language = _language(coded) or (found["a"][0] if found["a"] else "")
    if coded.strip("|- ") and not _language(coded):
        problems.warn("language", "008/35-37", coded, "There is no such language in MARC.",
                      remedy="It was left out.")  # fmt: skip
    record.original_language = found["h"][0] if found["h"] else ""


def _language(code: str) -> str:
    code = code.strip().lower()
    known = languages.bibliographic(_OLD_LANGUAGES.get(code, code))
    return "" if known in {"und", "zxx"} else known


def _extent(marc: MarcRecord, record: BookRecord) -> None:
    field = marc.first("300")
    if field is None:
        return
    counts = [int(match[1]) for match in _PAGES.finditer(clean(field.get("a")))]
    record.pages = max(counts, default=0) or None
    if match := _HEIGHT.search(clean(field.get("c"))):
        record.height_mm = int(match[1]) * 10
        record.width_mm = int(match[2]) * 10 if match[2] else None


def _form(marc: MarcRecord) -> str:
    kind = _FORMS.get(marc.leader[6:7], "")
    if kind:
        return kind
    # Only a record with one ISBN says which binding it means.
    fields = marc.all("020")
    if len(fields) == 1:
        words = " ".join(fields[0].all("aq"))
        return next((form for pattern, form in _QUALIFIERS if pattern.search(words)), "")
    return ""


def _series(marc: MarcRecord) -> list[SeriesIn]:
    found: dict[str, SeriesIn] = {}
    traced = marc.all("830", "800", "440")
    for field in traced or marc.all("490"):
        title = field.get("t") if field.tag == "800" else field.get("a")
        parts = [strip_isbd(clean(part)) for part in (title, *field.all("np"))]
        name = unbracketed(". ".join(part for part in parts if part))[:200]
        if name.casefold() not in found and name:
            found[name.casefold()] = SeriesIn(
                name, strip_isbd(clean(field.get("v"))).rstrip(".")[:20]
            )
    return list(found.values())


def _description(marc: MarcRecord) -> str:
    for tag in ("520", "505"):
        texts = [tidy(" ".join(f.all("abtr"))) for f in marc.all(tag)]
        if text := "\n\n".join(text for text in texts if text):
            return text[:20_000]
    return ""
