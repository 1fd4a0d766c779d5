"""Small files of books for the tests of imports."""

from typing import Any

from books4all.lib.isbn import to_isbn13
from catalog.models import CatalogueImport
from catalog.services import imports

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ONIXMessage release="3.0"><Header/>\n'


def isbn(number: int) -> str:
    """Return the n-th valid ISBN-13 of a range that nobody has."""
    stem = f"978{number:09d}"
    total = sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(stem))
    found = f"{stem}{-total % 10}"
    assert to_isbn13(found) == found
    return found


def product(
    number: int,
    *,
    title: str = "",
    author: str = "Ann Writer",
    isbn13: str | None = None,
    notification: str = "03",
    **more: Any,
) -> str:
    """Return a product. ``more``: subtitle, publisher, date, form, pages, language, role, subject,
    series, related (ISBN), description, reference."""
    isbn13 = isbn(number) if isbn13 is None else isbn13
    identifier = (
        f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn13}</IDValue>"
        "</ProductIdentifier>"
        if isbn13
        else "<ProductIdentifier><ProductIDType>01</ProductIDType><IDTypeName>Own</IDTypeName>"
        f"<IDValue>own{number}</IDValue></ProductIdentifier>"
    )
    names = [author] if isinstance(author, str) else list(author)
    people = "".join(
        f"<Contributor><SequenceNumber>{at}</SequenceNumber><ContributorRole>"
        f"{more.get('role', 'A01')}</ContributorRole><PersonName>{name}</PersonName></Contributor>"
        for at, name in enumerate(names, start=1)
        if name
    )
    parts = {
        "subtitle": "<Subtitle>{}</Subtitle>",
        "language": "<Language><LanguageRole>01</LanguageRole><LanguageCode>{}</LanguageCode></Language>",
        "pages": "<Extent><ExtentType>00</ExtentType><ExtentValue>{}</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>",
        "subject": "<Subject><MainSubject/><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>{}</SubjectCode></Subject>",
        "description": "<CollateralDetail><TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience><Text>{}</Text></TextContent></CollateralDetail>",
        "publisher": "<Publisher><PublishingRole>01</PublishingRole><PublisherName>{}</PublisherName></Publisher>",
        "date": '<PublishingDate><PublishingDateRole>01</PublishingDateRole><Date dateformat="00">{}</Date></PublishingDate>',
        "series": "<Collection><CollectionType>10</CollectionType><TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>02</TitleElementLevel><TitleText>{}</TitleText></TitleElement></TitleDetail></Collection>",
        "related": "<RelatedMaterial><RelatedProduct><ProductRelationCode>06</ProductRelationCode><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{}</IDValue></ProductIdentifier></RelatedProduct></RelatedMaterial>",
    }

    def said(name: str) -> str:
        return parts[name].format(more[name]) if more.get(name) else ""

    return (
        f"<Product><RecordReference>{more.get('reference', f'ref.{number}')}</RecordReference>"
        f"<NotificationType>{notification}</NotificationType>{identifier}"
        "<DescriptiveDetail><ProductComposition>00</ProductComposition>"
        f"<ProductForm>{more.get('form', 'BC')}</ProductForm>{said('series')}"
        "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
        f"<TitleText>{title or f'Book {number}'}</TitleText>{said('subtitle')}</TitleElement></TitleDetail>"
        f"{people}{said('language')}{said('pages')}{said('subject')}</DescriptiveDetail>"
        f"{said('description')}"
        f"<PublishingDetail>{said('publisher')}{said('date')}</PublishingDetail>"
        f"{said('related')}</Product>\n"
    )


def onix(*products: str) -> bytes:
    """Return a message of these products."""
    return (HEAD + "".join(products) + "</ONIXMessage>").encode()


def started(data: bytes, **options: Any) -> CatalogueImport:
    """Return an import of ``data`` that waits to be run."""
    from io import BytesIO

    options = {"name": "feed.xml", "format": "onix", "enqueue": False, **options}
    return imports.start(file=BytesIO(data), **options)


def imported(data: bytes, **options: Any) -> CatalogueImport:
    """Import ``data`` to its end."""
    return imports.run(catalogue_import=started(data, **options))


def feed(count: int, seed: int = 0, *, corrected: bool = True) -> bytes:
    """Return a feed of ``count`` products: editions of the same works, people with many books,
    repeated records, contradictions, corrections and records that are refused."""
    made = []
    for n in range(count):
        work = (n * 7 + seed) % max(2, count // 2)
        extra = {
            "publisher": f"House {work % 9}",
            "date": f"{1950 + n % 60}0{1 + n % 9}15",
            "series": f"Series {work % 11}" if work % 3 == 0 else "",
            "subject": ("FBA", "NHD", "WTL")[work % 3],
            "pages": 100 + n % 300,
            "form": ("BB", "BC", "ED")[n % 3],
            "language": "eng",
        }
        author = [f"Writer {chr(65 + work % 20)} Surname{work % 37}"]
        made.append(product(n, title=f"The Book of Number {work}", author=author, **extra))
        if corrected and n % 10 == 3:
            # Corrected further on, in the next batch or in this one.
            made.append(
                product(
                    n, title=f"The Book of Number {work}", author=author, **{**extra, "pages": 90}
                )
            )
        if n % 17 == 5:
            # An ISBN used again for something else.
            made.append(
                product(
                    n,
                    reference=f"again.{n}",
                    title=f"Gardening on Mars {n}",
                    author="Zed Quite Other",
                )
            )
        if n % 23 == 7:
            made.append(product(n, isbn13="", reference=f"none.{n}", title=f"Pamphlet {n}"))
    return onix(*made)
