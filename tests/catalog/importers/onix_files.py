"""Messages of ONIX for the tests, of our own invention."""

import io
import re

from catalog.importers.onix import read
from catalog.importers.onix.tags import SHORT
from catalog.importers.record import BookRecord

NS = "http://ns.editeur.org/onix/3.0/reference"
IDENTIFIER = (
    "<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9780141439549</IDValue>"
    "</ProductIdentifier>"
)
TITLE = (
    "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>Lantern Makers</TitleWithoutPrefix>"
    "<Subtitle>A Novel</Subtitle></TitleElement></TitleDetail>"
)
FULL = f"""
<RecordReference>example.1</RecordReference><NotificationType>03</NotificationType>
{IDENTIFIER}
<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm>
<ProductFormDetail>B104</ProductFormDetail>
<Measure><MeasureType>01</MeasureType><Measurement>7.8</Measurement><MeasureUnitCode>in</MeasureUnitCode></Measure>
<Measure><MeasureType>02</MeasureType><Measurement>12,9</Measurement><MeasureUnitCode>cm</MeasureUnitCode></Measure>
<Measure><MeasureType>03</MeasureType><Measurement>21</Measurement><MeasureUnitCode>mm</MeasureUnitCode></Measure>
<Measure><MeasureType>08</MeasureType><Measurement>10</Measurement><MeasureUnitCode>oz</MeasureUnitCode></Measure>
<Collection><CollectionType>10</CollectionType><TitleDetail><TitleType>01</TitleType>
<TitleElement><TitleElementLevel>02</TitleElementLevel><TitleText>Harbour Lights</TitleText></TitleElement>
<TitleElement><TitleElementLevel>01</TitleElementLevel><PartNumber>2</PartNumber></TitleElement>
</TitleDetail></Collection>
{TITLE}
<TitleDetail><TitleType>03</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel><TitleText>Les Allumeurs</TitleText></TitleElement></TitleDetail>
<TitleDetail><TitleType>10</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel><TitleText>LANTERN MAKERS PB</TitleText></TitleElement></TitleDetail>
<Contributor><SequenceNumber>2</SequenceNumber><ContributorRole>B06</ContributorRole><FromLanguage>fra</FromLanguage><PersonNameInverted>Hale, Ruth, Jr.</PersonNameInverted></Contributor>
<Contributor><SequenceNumber>1</SequenceNumber><ContributorRole>A01</ContributorRole><ContributorRole>A12</ContributorRole>
<NamesBeforeKey>Odile</NamesBeforeKey><PrefixToKey>de</PrefixToKey><KeyNames>Marsan</KeyNames>
<AlternativeName><NameType>04</NameType><PersonName>O. Martin</PersonName></AlternativeName>
<ContributorDate><ContributorDateRole>50</ContributorDateRole><Date dateformat="00">19020314</Date></ContributorDate></Contributor>
<Contributor><ContributorRole>C01</ContributorRole><CorporateName>Lamp Society</CorporateName></Contributor>
<Contributor><ContributorRole>A32</ContributorRole><UnnamedPersons>04</UnnamedPersons></Contributor>
<ContributorStatement>Odile de Marsan</ContributorStatement>
<EditionNumber>2</EditionNumber><EditionStatement>Second edition</EditionStatement>
<Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>
<Language><LanguageRole>02</LanguageRole><LanguageCode>fra</LanguageCode></Language>
<Extent><ExtentType>06</ExtentType><ExtentValue>320</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>
<Extent><ExtentType>00</ExtentType><ExtentValue>304</ExtentValue><ExtentUnit>03</ExtentUnit></Extent>
<Subject><MainSubject/><SubjectSchemeIdentifier>93</SubjectSchemeIdentifier><SubjectCode>FBA</SubjectCode></Subject>
<Subject><SubjectSchemeIdentifier>94</SubjectSchemeIdentifier><SubjectCode>1DDF</SubjectCode></Subject>
<Subject><SubjectSchemeIdentifier>20</SubjectSchemeIdentifier><SubjectHeadingText>lamps; harbours; Lamps</SubjectHeadingText></Subject>
</DescriptiveDetail>
<CollateralDetail><TextContent><TextType>02</TextType><Text>Short.</Text></TextContent>
<TextContent><TextType>03</TextType><Text textformat="05"><p>First <em>part</em>.</p><p>Second.<br/>Third.</p></Text></TextContent>
<SupportingResource><ResourceContentType>01</ResourceContentType><ResourceMode>03</ResourceMode><ResourceVersion><ResourceForm>02</ResourceForm><ResourceLink>https://example.org/cover.jpg</ResourceLink></ResourceVersion></SupportingResource></CollateralDetail>
<PublishingDetail><Imprint><ImprintName>Quay Books</ImprintName></Imprint>
<Publisher><PublishingRole>01</PublishingRole><PublisherName>Harcastle</PublisherName></Publisher>
<CityOfPublication>London</CityOfPublication><PublishingStatus>04</PublishingStatus>
<PublishingDate><PublishingDateRole>01</PublishingDateRole><Date dateformat="01">202403</Date></PublishingDate>
<PublishingDate><PublishingDateRole>11</PublishingDateRole><Date dateformat="05">1971</Date></PublishingDate></PublishingDetail>
<RelatedMaterial><RelatedProduct><ProductRelationCode>06</ProductRelationCode><ProductIdentifier><ProductIDType>02</ProductIDType><IDValue>0-14-143954-8</IDValue></ProductIdentifier></RelatedProduct></RelatedMaterial>
<ProductSupply><SupplyDetail><Supplier><SupplierRole>01</SupplierRole><SupplierName>X</SupplierName></Supplier><ProductAvailability>21</ProductAvailability><Price><PriceAmount>9.99</PriceAmount></Price></SupplyDetail></ProductSupply>
"""


def message(
    *products: str, namespace: str = NS, head: str = "<?xml version='1.0'?>", release: str = "3.0"
) -> str:
    """Return a message of products."""
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    inside = "\n".join(f"<Product>{one}</Product>" for one in products)
    return f'{head}\n<ONIXMessage release="{release}"{xmlns}>\n{inside}\n</ONIXMessage>'


def shortened(text: str) -> str:
    """Return a message with short tags."""
    short = {**SHORT, "ONIXMessage": "ONIXmessage", "ProductComposition": "x314"}
    text = re.sub(r"(</?)([A-Za-z0-9]+)", lambda m: m[1] + short.get(m[2], m[2]), text)
    return text.replace("/reference", "/short")


def read_text(text: str | bytes) -> list[BookRecord]:
    """Return the records of a message."""
    data = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(data)))


def product(
    detail: str = "",
    *,
    identifier: str = IDENTIFIER,
    rest: str = "",
    kind: str = "03",
    title: str = TITLE,
) -> BookRecord:
    """Return the record of one product with something special in it."""
    [record] = read_text(
        message(
            f"<RecordReference>r</RecordReference><NotificationType>{kind}</NotificationType>{identifier}"
            f"<DescriptiveDetail>{title}{detail}</DescriptiveDetail>{rest}"
        )
    )
    return record


def codes(record: BookRecord) -> list[str]:
    """Return the codes of the problems."""
    return [one.code for one in record.problems]
