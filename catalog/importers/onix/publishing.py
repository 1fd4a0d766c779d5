"""Who published it and when, what is said of it, its cover, and what it is related to."""

import re

from catalog.importers import dates
from catalog.importers.identifiers import identifier, merged
from catalog.importers.onix import lists
from catalog.importers.onix.context import Context
from catalog.importers.onix.tags import Node
from catalog.importers.record import IdentifierIn, RelatedIn

# Texts (list 153 in 3.0, list 33 in 2.1) that describe the book, the best first.
_DESCRIPTIONS = ("03", "27", "05", "30", "02", "01")
_DESCRIPTIONS_21 = ("03", "01", "18", "02")
_COVERS = ("01", "03", "29", "27")
_COVERS_21 = ("06", "04", "07")
_IMAGE = "03"
# "Sine nomine": nobody knows.
_NOT_NAMED = re.compile(r"\[?s\.\s?n\.\]?", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"]{3,1900}", re.IGNORECASE)
_PUBLICATION, _FIRST, _FIRST_ORIGINAL, _PRINT = "01", "11", "20", "19"
DESCRIPTION_LENGTH = 20_000
RELATED_A_RECORD = 200


def read_publisher(context: Context) -> None:
    """Fill publisher, imprint and place."""
    detail, record = context.block("PublishingDetail"), context.record
    publishers = detail.all("Publisher")
    chosen = next((p for p in publishers if p.value("PublishingRole") in {"01", ""}), None)
    chosen = chosen or (publishers[0] if publishers else None)
    name = chosen.value("PublisherName") if chosen else ""
    name = name or detail.value("PublisherName")
    record.publisher = "" if _NOT_NAMED.fullmatch(name) else name[:200]
    imprint = detail.first("Imprint")
    name = imprint.value("ImprintName") if imprint else ""
    record.imprint = (name or detail.value("ImprintName"))[:200]
    record.place = "; ".join(dict.fromkeys(detail.values("CityOfPublication")))[:120]


def read_dates(context: Context) -> None:
    """Fill the date of this publication and the year of the first."""
    detail, record = context.block("PublishingDetail"), context.record
    by_role: dict[str, str] = {}
    for node in detail.all("PublishingDate"):
        value = node.first("Date")
        if value is not None and value.text:
            form = value.element.get("dateformat") or node.value("DateFormat")
            by_role.setdefault(node.value("PublishingDateRole"), _date(context, value, form))
    for name, role in (("PublicationDate", _PUBLICATION), ("YearFirstPublished", _FIRST)):
        value = detail.first(name)
        if value is not None and value.text.strip("0"):
            form = value.element.get("dateformat") or ""
            by_role.setdefault(role, _date(context, value, form, name))
    record.published = by_role.get(_PUBLICATION, "") or by_role.get(_PRINT, "")
    record.first_published = dates.year_of(
        by_role.get(_FIRST_ORIGINAL, "") or by_role.get(_FIRST, "")
    )


def _date(context: Context, node: Node, form: str, name: str = "Date") -> str:
    found = dates.onix(node.text, form)
    figures = len(node.text) if node.text.isdigit() else 0
    if not found or (form in {"", "00"} and figures == 8 and len(found) < 10):
        context.warn(
            "date", name, node,
            f"This is not a date (format {form})." if form else "This is not a date.",
            f"Read as {found}." if found else "It was left out.",
        )  # fmt: skip
    return found


def read_status(context: Context) -> None:
    """Fill publishing status (list 64) and availability (list 65)."""
    detail, record = context.block("PublishingDetail"), context.record
    status = context.code(
        detail.first("PublishingStatus"), "PublishingStatus", lists.STATUS, "list 64"
    )
    record.publishing_status = status if len(status) == 2 else ""
    supplies = context.product.all("ProductSupply")
    details = [detail for supply in supplies for detail in supply.all("SupplyDetail")]
    for supply in details or context.product.all("SupplyDetail"):
        code = context.code(
            supply.first("ProductAvailability"),
            "ProductAvailability",
            lists.AVAILABILITY,
            "list 65",
        )
        old = supply.first("AvailabilityCode")
        if not code and old is not None and old.text:
            code = lists.AVAILABILITY_21.get(old.text.upper(), "")
            if not code:
                context.warn("code_unknown", "AvailabilityCode", old,
                             "A code that list 54 does not have.", "It was left out.")  # fmt: skip
        if len(code) == 2:
            record.availability = code
            return


def read_texts(context: Context) -> None:
    """Fill the description with the best text there is, as plain text."""
    detail = context.block("CollateralDetail")
    found: dict[str, str] = {}
    for node in detail.all("TextContent"):
        _text(found, node.value("TextType"), node.value("Text"))
    order: tuple[str, ...] = _DESCRIPTIONS
    if not found:
        order = _DESCRIPTIONS_21
        for node in detail.all("OtherText"):
            _text(found, node.value("TextTypeCode"), node.value("Text"))
        _text(found, "01", detail.value("MainDescription"))
        _text(found, "02", detail.value("Annotation"))
    text = next((found[kind] for kind in order if kind in found), "")
    if len(text) > DESCRIPTION_LENGTH:
        context.problems.warn(
            "too_long", "Text", text, "A description of more than 20,000 characters.",
            remedy="It was cut.",
        )  # fmt: skip
        text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + "…"
    context.record.description = text


def _text(found: dict[str, str], kind: str, text: str) -> None:
    if text and len(text) > len(found.get(kind, "")):
        found[kind] = text


def read_cover(context: Context) -> None:
    """Fill the address of the front cover."""
    detail = context.block("CollateralDetail")
    links: dict[str, list[Node]] = {}
    for resource in detail.all("SupportingResource"):
        if resource.value("ResourceMode") in {_IMAGE, ""}:
            for version in resource.all("ResourceVersion"):
                links.setdefault(resource.value("ResourceContentType"), []).extend(
                    version.all("ResourceLink")
                )
    chosen = [node for kind in _COVERS for node in links.get(kind, [])]
    if not chosen:
        media = {node.value("MediaFileTypeCode"): node for node in detail.all("MediaFile")}
        found = (media[kind].first("MediaFileLink") for kind in _COVERS_21 if kind in media)
        chosen = [node for node in found if node is not None]
    for node in chosen:
        if _URL.fullmatch(node.text):
            context.record.cover_url = node.text
            return
    if chosen and chosen[0].text:
        context.warn("cover_url", "ResourceLink", chosen[0], "This is no address on the web.",
                     "It was left out.")  # fmt: skip


def read_identifiers(context: Context, node: Node) -> list[IdentifierIn]:
    """Return the identifiers in a product or related product."""
    found = []
    for one in node.all("ProductIdentifier"):
        value = one.first("IDValue")
        if value is not None:
            found.append(
                identifier(
                    one.value("ProductIDType"), value.text, context.problems, line=value.line
                )
            )
    for name in ("ISBN", "EAN13"):
        value = node.first(name)
        if value is not None:
            kind = "02" if name == "ISBN" else "03"
            found.append(
                identifier(kind, value.text, context.problems, field=name, line=value.line)
            )
    return merged([one for one in found if one is not None])


def read_related(context: Context) -> None:
    """Fill the related products."""
    detail = context.block("RelatedMaterial")
    found = []
    for node in detail.all("RelatedProduct")[:RELATED_A_RECORD]:
        identifiers = tuple(read_identifiers(context, node))
        for name in ("ProductRelationCode", "RelationCode"):
            for relation in node.all(name):
                code = context.code(relation, name, lists.RELATION, "list 51")
                if identifiers and len(code) == 2:
                    found.append(RelatedIn(code, identifiers))
    context.record.related = found
