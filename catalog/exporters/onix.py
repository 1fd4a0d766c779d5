"""Our catalogue as ONIX for Books 3.0, reference names, written product by product.

The order of the elements is that of EDItEUR's schema, which the output is valid against. Codes are
those of our own rows; what a list of ONIX can't hold (a code of another length) is left out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone

from catalog.constants import Condition, IdentifierType, SubjectScheme
from catalog.models import Contribution, Edition, Listing

NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROLE = re.compile(r"[A-FZ]\d\d")
_DETAIL = re.compile(r"[A-Z]\d{3}")
_CODE = re.compile(r"[A-Z0-9]{2}")
_ISBNS = {IdentifierType.ISBN10, IdentifierType.ISBN13}
# Lengths of our partial dates with the formats of list 55.
_DATE_FORMATS = {4: "05", 7: "01", 10: "00"}
_MEASURES = (
    ("01", "height_mm", "mm"), ("02", "width_mm", "mm"), ("03", "thickness_mm", "mm"),
    ("08", "weight_g", "gr"),
)  # fmt: skip
# A statement of names needs somebody in front of it.
_UNKNOWN_PERSON = "<Contributor><ContributorRole>A01</ContributorRole><UnnamedPersons>01</UnnamedPersons></Contributor>"
# Place and date need a publisher in front of them: sine nomine, as cataloguers write it.
_NO_PUBLISHER = "[s.n.]"
_RETAILER, _PRICE_WITH_TAX, _IN_STOCK = "08", "02", "21"


def element(name: str, *content: str, **attributes: str) -> str:
    """Return an element of XML around pieces of XML; empty when there is nothing in it."""
    inside = "".join(content)
    if not inside:
        return ""
    said = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>"


def text(name: str, value: object, **attributes: str) -> str:
    """Return an element around a text; empty for an empty one."""
    cleaned = _FORBIDDEN.sub("", str(value)).strip() if value is not None else ""
    return element(name, escape(cleaned), **attributes)


def message(
    editions: Iterable[Edition], *, sender: str, domain: str, sent_at: datetime
) -> Iterator[str]:
    """Yield an ONIX message piece by piece: header, a product an edition, end.

    ``editions`` come as ``catalog.selectors.export`` loads them. ``domain`` opens the reference of
    each record and makes it unique in the world.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<ONIXMessage release="3.0" xmlns="{NAMESPACE}">\n'
    yield element(
        "Header",
        element("Sender", text("SenderName", sender)),
        text("SentDateTime", sent_at.strftime("%Y%m%dT%H%M%SZ")),
    )
    yield "\n"
    empty = True
    for edition in editions:
        empty = False
        yield product(edition, domain)
        yield "\n"
    if empty:
        yield "<NoProduct/>\n"
    yield "</ONIXMessage>\n"


def our_message(editions: Iterable[Edition]) -> Iterator[str]:
    """Yield the message of this marketplace, sent now."""
    return message(
        editions,
        sender=settings.MARKETPLACE_NAME,
        domain=urlsplit(settings.PUBLIC_URL).hostname or "localhost",
        sent_at=timezone.now(),
    )


def product(edition: Edition, domain: str) -> str:
    """Return the <Product> of an edition."""
    return element(
        "Product",
        text("RecordReference", f"{domain}.edition.{edition.pk}"),
        text("NotificationType", "03"),
        *_identifiers(edition, domain),
        _descriptive(edition),
        _collateral(edition),
        _publishing(edition),
        *_supply(edition),
    )


def _identifiers(edition: Edition, domain: str) -> list[str]:
    own = element(
        "ProductIdentifier",
        text("ProductIDType", "01"),
        text("IDTypeName", f"{domain} edition"),
        text("IDValue", edition.pk),
    )
    found = [own]
    for identifier in edition.identifiers.all():
        proprietary = identifier.type == IdentifierType.PROPRIETARY
        wrong = identifier.type in _ISBNS and len(identifier.value) not in {10, 13}
        if _CODE.fullmatch(identifier.type) and not proprietary and not wrong:
            found.append(
                element(
                    "ProductIdentifier",
                    text("ProductIDType", identifier.type),
                    text("IDValue", identifier.value),
                )
            )
    return found


def _descriptive(edition: Edition) -> str:
    work = edition.work
    return element(
        "DescriptiveDetail",
        text("ProductComposition", "10" if edition.form == "SA" else "00"),
        text("ProductForm", edition.form if _CODE.fullmatch(edition.form) else "00"),
        *(text("ProductFormDetail", one) for one in edition.form_details if _DETAIL.fullmatch(one)),
        *_measures(edition),
        *_collections(edition),
        _title("01", edition.title, edition.subtitle),
        _title("03", work.original_title, "") if work.original_title != edition.title else "",
        *_contributors(edition),
        text("ContributorStatement", edition.contributor_statement),
        text("EditionNumber", edition.edition_number or ""),
        text("EditionStatement", edition.statement),
        _language("01", edition.language),
        _language("02", work.original_language)
        if work.original_language != edition.language
        else "",
        _pages(edition),
        *_subjects(edition),
    )


def _measures(edition: Edition) -> list[str]:
    return [
        element(
            "Measure",
            text("MeasureType", kind),
            text("Measurement", getattr(edition, name)),
            text("MeasureUnitCode", unit),
        )
        for kind, name, unit in _MEASURES
        if getattr(edition, name)
    ]


def _collections(edition: Edition) -> list[str]:
    found = []
    for entry in edition.work.series_entries.all():
        part = element(
            "TitleElement", text("TitleElementLevel", "01"), text("PartNumber", entry.number)
        )
        found.append(
            element(
                "Collection",
                text("CollectionType", "20"),
                element(
                    "TitleDetail",
                    text("TitleType", "01"),
                    element(
                        "TitleElement",
                        text("TitleElementLevel", "02"),
                        text("TitleText", entry.series.name),
                    ),
                    part if entry.number else "",
                ),
            )
        )
    return found


def _title(kind: str, title: str, subtitle: str) -> str:
    if not title:
        return ""
    return element(
        "TitleDetail",
        text("TitleType", kind),
        element(
            "TitleElement",
            text("TitleElementLevel", "01"),
            text("TitleText", title),
            text("Subtitle", subtitle),
        ),
    )


def _contributors(edition: Edition) -> list[str]:
    """Return the people of the work and of this edition, each with all of their roles."""
    people: dict[int, list[Contribution]] = {}
    for one in edition.work.contributions.all():
        if one.edition_id in {None, edition.pk} and _ROLE.fullmatch(one.role):
            people.setdefault(one.person_id, []).append(one)
    if not people:
        return [_UNKNOWN_PERSON] if edition.contributor_statement else ["<NoContributor/>"]
    return [_contributor(number, parts) for number, parts in enumerate(people.values(), start=1)]


def _contributor(number: int, parts: list[Contribution]) -> str:
    person = parts[0].person
    names = [n for n in [person.native_name, *person.other_names] if n and n != person.name]
    return element(
        "Contributor",
        text("SequenceNumber", number),
        *(text("ContributorRole", role) for role in dict.fromkeys(part.role for part in parts)),
        text("PersonName", parts[0].name_as_printed or person.name),
        text("PersonNameInverted", person.sort_name),
        *(
            element("AlternativeName", text("NameType", "00"), text("PersonName", name))
            for name in dict.fromkeys(names)
        ),
        _year_of("50", person.born),
        _year_of("51", person.died),
    )


def _year_of(role: str, year: int | None) -> str:
    if not year or year < 0:
        return ""
    return element(
        "ContributorDate",
        text("ContributorDateRole", role),
        text("Date", f"{year:04d}", dateformat="05"),
    )


def _language(role: str, code: str) -> str:
    if code in {"", "und"}:
        return ""
    # "scc" was withdrawn for "srp".
    code = {"scc": "srp"}.get(code, code)
    return element("Language", text("LanguageRole", role), text("LanguageCode", code))


def _pages(edition: Edition) -> str:
    if not edition.pages:
        return ""
    return element(
        "Extent",
        text("ExtentType", "00"),
        text("ExtentValue", edition.pages),
        text("ExtentUnit", "03"),
    )


def _subjects(edition: Edition) -> list[str]:
    found = []
    for row in edition.work.work_subjects.all():
        subject = row.subject
        if not _CODE.fullmatch(subject.scheme):
            continue
        keyword = subject.scheme == SubjectScheme.KEYWORD
        shelf = subject.scheme == SubjectScheme.SHELF
        # What has no name of its own has its code for one.
        heading = subject.name if keyword or subject.name != subject.code else ""
        found.append(
            element(
                "Subject",
                "<MainSubject/>" if row.is_main and not keyword else "",
                text("SubjectSchemeIdentifier", subject.scheme),
                text("SubjectSchemeName", "Shelves") if shelf else "",
                "" if keyword else text("SubjectCode", subject.code),
                text("SubjectHeadingText", heading),
            )
        )
    return found


def _collateral(edition: Edition) -> str:
    return element(
        "CollateralDetail",
        element(
            "TextContent",
            text("TextType", "03"),
            text("ContentAudience", "00"),
            text("Text", edition.work.description, textformat="06"),
        )
        if edition.work.description
        else "",
    )


def _publishing(edition: Edition) -> str:
    publisher = edition.publisher.name if edition.publisher else ""
    status = edition.publishing_status
    imprint = element("Imprint", text("ImprintName", edition.imprint))
    rest = "".join(
        (
            text("CityOfPublication", edition.place),
            text("PublishingStatus", status if _CODE.fullmatch(status) else ""),
            _published("01", edition.published),
            _published("11", _first_year(edition)),
        )
    )
    if rest and not imprint:
        publisher = publisher or _NO_PUBLISHER
    named = text("PublisherName", publisher)
    role = text("PublishingRole", "01")
    return element(
        "PublishingDetail", imprint, element("Publisher", role, named) if named else "", rest
    )


def _first_year(edition: Edition) -> str:
    year = edition.work.first_published
    return "" if year is None or year == 0 else f"{year:04d}" if year > 0 else str(year)


def _published(role: str, date: str) -> str:
    if not date:
        return ""
    form = _DATE_FORMATS.get(len(date), "") if not date.startswith("-") else ""
    if not form:
        # A year before Christ or of fewer than four figures is a text in ONIX.
        words = f"{date[1:]} BCE" if date.startswith("-") else date
        return _date(role, words, "12")
    return _date(role, date.replace("-", ""), form)


def _date(role: str, value: str, form: str) -> str:
    return element(
        "PublishingDate", text("PublishingDateRole", role), text("Date", value, dateformat=form)
    )


def _supply(edition: Edition) -> list[str]:
    offers: list[Listing] = getattr(edition, "offers", [])
    return [element("ProductSupply", *(_offer(one) for one in offers))] if offers else []


def _offer(listing: Listing) -> str:
    condition = "" if listing.condition == Condition.NEW else listing.get_condition_display()
    amount = Decimal(listing.price_minor).scaleb(-2)
    return element(
        "SupplyDetail",
        element(
            "Supplier", text("SupplierRole", _RETAILER), text("SupplierName", listing.seller.name)
        ),
        text("ProductAvailability", _IN_STOCK),
        element("Stock", text("OnHand", listing.available)),
        element(
            "Price",
            text("PriceType", _PRICE_WITH_TAX),
            text("PriceTypeDescription", condition),
            text("PriceAmount", f"{amount:.2f}"),
            text("CurrencyCode", listing.currency),
        ),
    )
