"""Titles and series: TitleDetail and Collection of ONIX 3, Title, Series and Set of 2.1."""

from dataclasses import dataclass

from catalog.importers.onix.context import Context
from catalog.importers.onix.tags import Node
from catalog.importers.record import SeriesIn

UNDEFINED, DISTINCTIVE, ORIGINAL = "00", "01", "03"
# Used in this order where the distinctive title is missing (list 15).
_INSTEAD = (UNDEFINED, "13", "10", "05", "14", "11")
PRODUCT_LEVEL, COLLECTION_LEVEL = "01", "02"
# From the whole to the part: collection, sub-collection, sub-sub-collection (list 149).
_COLLECTION_LEVELS = ("07", "05", "02", "03", "06")
TITLE_LENGTH = 500


@dataclass(slots=True)
class _Title:
    text: str
    sort: str = ""
    subtitle: str = ""
    part: str = ""


def _element(node: Node) -> _Title:
    prefix, rest = node.value("TitlePrefix"), node.value("TitleWithoutPrefix")
    text = node.value("TitleText", "DistinctiveTitle")
    sort = ""
    if rest:
        gap = "" if prefix.endswith(("’", "'", "-")) else " "
        text = text or (f"{prefix}{gap}{rest}" if prefix else rest)
        sort = rest if prefix else ""
    return _Title(
        text,
        sort,
        node.value("Subtitle"),
        node.value("PartNumber", "YearOfAnnual", "SetPartNumber"),
    )


def _composed(detail: Node) -> _Title:
    """Return a title out of its elements: that of the product, else the collection's with the part."""
    elements = detail.all("TitleElement")
    if not elements:
        return _element(detail)
    levels = {node.value("TitleElementLevel") or PRODUCT_LEVEL: node for node in reversed(elements)}
    own = _element(levels[PRODUCT_LEVEL]) if PRODUCT_LEVEL in levels else _Title("")
    if not own.text:
        above = [_element(levels[level]) for level in _COLLECTION_LEVELS if level in levels]
        words = [title.text for title in above if title.text]
        sort = above[0].sort if len(words) == 1 else ""
        parts = [title.part for title in [*above, own] if title.part]
        own.sort = " ".join([sort, *parts]) if sort else ""
        own.text = ", ".join([". ".join(words), *parts]) if words else ""
        own.part = ""
    if own.part and own.text and own.part not in own.text.split():
        own.text = f"{own.text}, {own.part}"
        own.sort = f"{own.sort}, {own.part}" if own.sort else ""
    return own


def read_titles(context: Context) -> None:
    """Fill title, subtitle, sort title, original title and all other titles."""
    detail = context.block("DescriptiveDetail")
    found: dict[str, list[_Title]] = {}
    for node in [*detail.all("TitleDetail"), *detail.all("Title")]:
        title = _composed(node)
        if title.text:
            found.setdefault(node.value("TitleType") or DISTINCTIVE, []).append(title)
    if not found and detail.value("DistinctiveTitle", "TitleText", "TitleWithoutPrefix"):
        # Before 2.1 the title stood in the product itself.
        found[DISTINCTIVE] = [_element(detail)]
    _choose(context, found)


def _choose(context: Context, found: dict[str, list[_Title]]) -> None:
    record = context.record
    main = found.get(DISTINCTIVE)
    if not main:
        kind = next((kind for kind in (*_INSTEAD, *found) if kind in found), "")
        if not kind:
            return
        main = found[kind]
        if kind != UNDEFINED:
            context.problems.warn(
                "title_type", "TitleType", kind, "There is no distinctive title (type 01).",
                remedy=f"That of type {kind} was taken.",
            )  # fmt: skip
    first = main[0]
    record.title, record.subtitle, record.sort_title = first.text, first.subtitle, first.sort
    if len(first.text) > TITLE_LENGTH:
        context.problems.warn(
            "too_long", "TitleText", first.text, "The title has more than 500 characters.",
            remedy="It was cut.",
        )  # fmt: skip
        record.title = first.text[: TITLE_LENGTH - 1].rstrip() + "…"
    if original := found.get(ORIGINAL):
        record.original_title = original[0].text[:TITLE_LENGTH]
    others = [title.text for titles in found.values() for title in titles]
    others += [f"{first.text}: {title.subtitle}" for title in main[1:] if title.subtitle]
    known = {record.title, record.original_title}
    record.other_titles = [t for t in dict.fromkeys(others) if t and t not in known]


def read_series(context: Context) -> None:
    """Fill the series with their numbers."""
    detail = context.block("DescriptiveDetail")
    found: dict[str, str] = {}
    for collection in detail.all("Collection"):
        _collection(collection, found)
    for series in detail.all("Series"):
        name = series.value("TitleOfSeries") or _first_title(series)
        _keep(found, name, series.value("NumberWithinSeries", "YearOfAnnual"))
    for one in detail.all("Set"):
        name = one.value("TitleOfSet") or _first_title(one)
        _keep(found, name, one.value("SetPartNumber", "ItemNumberWithinSet"))
    context.record.series = [SeriesIn(name[:200], number[:20]) for name, number in found.items()]


def _first_title(node: Node) -> str:
    titles = node.all("Title")
    chosen = next((t for t in titles if t.value("TitleType") == DISTINCTIVE), None)
    chosen = chosen or (titles[0] if titles else None)
    return _element(chosen).text if chosen else ""


def _collection(collection: Node, found: dict[str, str]) -> None:
    details = collection.all("TitleDetail")
    detail = next((d for d in details if d.value("TitleType") in {DISTINCTIVE, ""}), None)
    detail = detail or (details[0] if details else None)
    if detail is None:
        return
    elements = [(e.value("TitleElementLevel"), _element(e)) for e in detail.all("TitleElement")]
    names = [
        title
        for level in _COLLECTION_LEVELS
        for found_level, title in elements
        if found_level == level and title.text
    ]
    own = next((title for level, title in elements if level == PRODUCT_LEVEL), _Title(""))
    if not names and own.text:
        # Many feeds give the collection's title at the product's level.
        names, own = [own], _Title("", part=own.part)
    number = own.part or _sequence(collection)
    for title in names[:-1]:
        _keep(found, title.text, title.part)
    if names:
        _keep(found, names[-1].text, number or names[-1].part)


def _sequence(collection: Node) -> str:
    """Return the number in the collection: by title order (02), publication (03), or any."""
    numbers = {
        one.value("CollectionSequenceType"): one.value("CollectionSequenceNumber")
        for one in collection.all("CollectionSequence")
    }
    return next((numbers[k] for k in ("02", "03", "01") if numbers.get(k)), "") or next(
        iter(numbers.values()), ""
    )


def _keep(found: dict[str, str], name: str, number: str) -> None:
    if name and not found.get(name):
        found[name] = number
