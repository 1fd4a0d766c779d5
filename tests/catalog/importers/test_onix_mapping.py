"""What a product of ONIX becomes."""

import pytest

from catalog.importers.record import Action, ContributorIn, IdentifierIn, RelatedIn, SeriesIn
from tests.catalog.importers.onix_files import (
    FULL,
    IDENTIFIER,
    TITLE,
    codes,
    message,
    product,
    read_text,
    shortened,
)

SHORT_NS = "http://ns.editeur.org/onix/3.0/short"


@pytest.mark.parametrize(
    "text",
    [
        message(FULL),
        message(FULL, namespace=""),
        message(FULL, namespace="http://ns.editeur.org/onix/3.1/reference", release="3.1"),
        shortened(message(FULL)),
        shortened(message(FULL, namespace="")),
        f"<Product>{FULL}</Product>",
    ],
    ids=["3.0", "no namespace", "3.1", "short", "short, no namespace", "fragment"],
)
def test_a_whole_product_by_any_tags(text: str) -> None:
    [book] = read_text(text)
    assert book.problems == []
    assert (book.title, book.subtitle, book.sort_title) == (
        "The Lantern Makers",
        "A Novel",
        "Lantern Makers",
    )
    assert (book.original_title, book.other_titles) == ("Les Allumeurs", ["LANTERN MAKERS PB"])
    assert book.identifiers == [IdentifierIn("15", "9780141439549")]
    assert [(p.name, p.inverted, p.roles, p.corporate) for p in book.contributors] == [
        ("Odile de Marsan", "Marsan, Odile de", ("A01", "A12"), False),
        ("Ruth Hale, Jr.", "Hale, Ruth, Jr.", ("B06",), False),
        ("Lamp Society", "Lamp Society", ("C01",), True),
        ("Various", "Various", ("A32",), True),
    ]
    assert book.contributors[0].other_names == ("O. Martin",)
    assert book.contributors[0].born == 1902
    assert (book.form, book.form_details) == ("BC", ["B104"])
    assert (book.height_mm, book.width_mm, book.thickness_mm, book.weight_g) == (198, 129, 21, 283)
    assert book.series == [SeriesIn("Harbour Lights", "2")]
    assert (book.edition_number, book.edition_statement) == (2, "Second edition")
    assert (book.language, book.original_language) == ("eng", "fre")
    assert book.pages == 304
    assert [(s.scheme, s.code, s.main) for s in book.subjects] == [
        ("93", "FBA", True), ("94", "1DDF", False), ("20", "lamps", False), ("20", "harbours", False),
    ]  # fmt: skip
    assert book.description == "First part.\n\nSecond.\nThird."
    assert book.cover_url == "https://example.org/cover.jpg"
    assert (book.publisher, book.imprint, book.place) == ("Harcastle", "Quay Books", "London")
    assert (book.published, book.first_published) == ("2024-03", 1971)
    assert (book.publishing_status, book.availability) == ("04", "21")
    assert book.related == [
        RelatedIn("06", (IdentifierIn("15", "9780141439549", "0-14-143954-8"),))
    ]
    assert {"title", "series", "availability", "related"} <= book.present
    assert "original_language" in book.present


def test_a_product_of_2_1() -> None:
    [book] = read_text(
        '<!DOCTYPE ONIXMessage SYSTEM "http://www.editeur.org/onix/2.1/reference/onix-international.dtd">'
        "<ONIXMessage><Header><DefaultLanguageOfText>eng</DefaultLanguageOfText>"
        "<DefaultLinearUnit>in</DefaultLinearUnit></Header><Product>"
        "<RecordReference>a</RecordReference><NotificationType>03</NotificationType><ISBN>0141439548</ISBN>"
        "<ProductForm>DG</ProductForm><Series><TitleOfSeries>Quays</TitleOfSeries><NumberWithinSeries>3</NumberWithinSeries></Series>"
        "<Title><TitleType>01</TitleType><TitleText>Salt</TitleText></Title>"
        "<Contributor><ContributorRole>A01</ContributorRole><PersonNameInverted>Barrow,Robert G</PersonNameInverted><KeyNames>Barrow</KeyNames></Contributor>"
        "<EditionTypeCode>REV</EditionTypeCode><NumberOfPages>96</NumberOfPages>"
        "<BASICMainSubject>FIC000000</BASICMainSubject><BICMainSubject>FA</BICMainSubject>"
        "<MainSubject><MainSubjectSchemeIdentifier>25</MainSubjectSchemeIdentifier><SubjectCode>8</SubjectCode></MainSubject>"
        "<OtherText><TextTypeCode>01</TextTypeCode><Text>&lt;p&gt;Waves&amp;mdash;many.&lt;/p&gt;</Text></OtherText>"
        "<MediaFile><MediaFileTypeCode>04</MediaFileTypeCode><MediaFileLink>https://example.org/c.jpg</MediaFileLink></MediaFile>"
        "<Publisher><PublisherName>Quay</PublisherName></Publisher><PublicationDate>20090430</PublicationDate>"
        "<YearFirstPublished>1999</YearFirstPublished>"
        "<Measure><MeasureTypeCode>01</MeasureTypeCode><Measurement>8</Measurement></Measure>"
        "<RelatedProduct><RelationCode>13</RelationCode><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9780141439549</IDValue></ProductIdentifier></RelatedProduct>"
        "<SupplyDetail><AvailabilityCode>OP</AvailabilityCode></SupplyDetail></Product></ONIXMessage>"
    )
    assert book.problems == []
    assert (book.title, book.form, book.pages, book.height_mm) == ("Salt", "EA", 96, 203)
    assert book.identifiers[0].value == "9780141439549"
    assert book.contributors == [ContributorIn("Robert G Barrow", "Barrow, Robert G")]
    assert book.series == [SeriesIn("Quays", "3")]
    assert [(s.scheme, s.code, s.main) for s in book.subjects] == [
        ("10", "FIC000000", True), ("12", "FA", True), ("25", "8", True),
    ]  # fmt: skip
    assert book.description == "Waves—many."
    assert (book.published, book.first_published, book.availability) == ("2009-04-30", 1999, "51")
    assert (book.language, book.edition_statement) == ("eng", "Revised edition")
    assert book.related[0].relation == "13"


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("01", Action.FULL), ("02", Action.FULL), ("03", Action.FULL), ("04", Action.PARTIAL),
        ("05", Action.DELETE), ("08", Action.PARTIAL), ("12", Action.PARTIAL), ("88", Action.TEST),
        ("89", Action.TEST),
    ],
)  # fmt: skip
def test_notifications(code: str, action: Action) -> None:
    book = product(kind=code)
    assert book.action == action
    assert "notification_type" not in codes(book)


def test_an_unknown_notification_is_reported() -> None:
    book = product(kind="77")
    assert (book.action, codes(book)) == (Action.FULL, ["notification_type"])
    assert book.problems[0].value == "77"


def test_a_block_update_speaks_of_its_whole_block_and_no_other() -> None:
    book = product("<NoEdition/>", kind="04")
    assert {"title", "subtitle", "series", "pages", "edition_number"} <= book.present
    assert not book.present & {"publisher", "description", "availability"}
    assert "form" not in book.present


def test_supply_updates_speak_of_availability_alone() -> None:
    book = product(
        kind="12",
        rest="<ProductSupply><SupplyDetail><ProductAvailability>40</ProductAvailability></SupplyDetail></ProductSupply>",
    )
    assert book.present == {"availability"}


def test_a_deletion_without_identifier_or_reference_is_an_error() -> None:
    [book] = read_text(message("<NotificationType>05</NotificationType>"))
    assert book.refused
    assert codes(book) == ["identifier_missing"]


def test_unknown_codes_are_kept_and_reported_with_their_lines() -> None:
    [book] = read_text(message(
        "<RecordReference>r</RecordReference><NotificationType>03</NotificationType>" + IDENTIFIER
        + "<DescriptiveDetail>\n<ProductForm>QQ</ProductForm>\n<ProductFormDetail>B9</ProductFormDetail>" + TITLE
        + "\n<Contributor><ContributorRole>X77</ContributorRole><PersonName>A B</PersonName></Contributor></DescriptiveDetail>"
        "<PublishingDetail><PublishingStatus>88</PublishingStatus></PublishingDetail>"
    ))  # fmt: skip
    assert [(p.code, p.field, p.value, p.line) for p in book.problems] == [
        ("code_unknown", "ContributorRole", "X77", 6),
        ("code_unknown", "ProductForm", "QQ", 4),
        ("code_unknown", "ProductFormDetail", "B9", 5),
        ("code_unknown", "PublishingStatus", "88", 6),
    ]
    assert all(p.message and p.remedy for p in book.problems)
    assert (book.form, book.contributors[0].roles, book.publishing_status) == ("QQ", ("X77",), "88")


def test_wrong_identifiers_are_kept_and_said_to_be_wrong() -> None:
    book = product(identifier=IDENTIFIER.replace("9780141439549", "9780141439540"))
    assert book.identifiers == [IdentifierIn("15", "9780141439540", "9780141439540", valid=False)]
    assert codes(book) == ["isbn_check_digit"]


def test_an_invisible_sign_inside_a_code() -> None:
    book = product("<ProductForm>BB\u200b</ProductForm>")
    assert (book.form, codes(book)) == ("BB", ["invisible_characters"])


@pytest.mark.parametrize(
    ("value", "form", "read"),
    [
        ("20060807", "00", "2006-08-07"), ("200608", "01", "2006-08"), ("200632", "02", "2006-08"),
        ("20061", "03", "2006"), ("2006", "05", "2006"), ("2006010120060131", "06", "2006-01"),
        ("20062008", "11", "2006"), ("20060807T1200", "13", "2006-08-07"),
        ("20060807T120000Z", "14", "2006-08-07"), ("2006-08-07", "", "2006-08-07"),
        ("Spring 2006", "12", "2006"), ("20060231", "00", "2006-02"), ("14270713", "20", ""),
        ("tomorrow", "00", ""),
    ],
)  # fmt: skip
def test_dates(value: str, form: str, read: str) -> None:
    said = f' dateformat="{form}"' if form else ""
    book = product(
        rest=f"<PublishingDetail><PublishingDate><PublishingDateRole>01</PublishingDateRole><Date{said}>{value}</Date></PublishingDate></PublishingDetail>"
    )
    assert book.published == read


def test_titles_made_of_collection_and_part() -> None:
    title = (
        "<TitleDetail><TitleType>01</TitleType>"
        "<TitleElement><TitleElementLevel>02</TitleElementLevel><TitleText>Les Quais</TitleText></TitleElement>"
        "<TitleElement><TitleElementLevel>01</TitleElementLevel><PartNumber>Tome 3</PartNumber></TitleElement></TitleDetail>"
    )
    assert product(title=title).title == "Les Quais, Tome 3"


def test_names_said_in_pieces_or_escaped_twice() -> None:
    book = product(
        "<Contributor><ContributorRole>A01</ContributorRole><PersonName>Zo&amp;eacute; Rey</PersonName></Contributor>"
        "<Contributor><ContributorRole>A01</ContributorRole><UnnamedPersons>03</UnnamedPersons></Contributor>"
        "<Contributor><PersonName>Ed Row</PersonName></Contributor>"
        "<Contributor><ContributorRole>A01</ContributorRole></Contributor>"
    )
    assert [one.name for one in book.contributors] == ["Zoé Rey", "Ed Row"]
    assert codes(book) == ["markup", "role_missing", "contributor_unnamed"]


def test_a_cover_that_is_no_address() -> None:
    resource = "<CollateralDetail><SupportingResource><ResourceContentType>01</ResourceContentType><ResourceVersion><ResourceLink>{}</ResourceLink></ResourceVersion></SupportingResource></CollateralDetail>"
    book = product(rest=resource.format("javascript:alert(1)"))
    assert (book.cover_url, codes(book)) == ("", ["cover_url"])


def test_html_in_a_description_is_only_words() -> None:
    text = "<CollateralDetail><TextContent><TextType>03</TextType><Text><![CDATA[<p onclick='x'>A &amp; B<script>alert(1)</script></p><!-- x --><ul><li>one<li>two</ul> 3 < 4]]></Text></TextContent></CollateralDetail>"
    assert product(rest=text).description == "A & B\n\none\ntwo\n\n3 < 4"
