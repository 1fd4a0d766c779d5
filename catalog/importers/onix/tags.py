"""The elements of ONIX for Books that are read, by their reference names and short tags.

Everything else (prices, rights, contacts, prizes) is read past: an element without a line here is
never looked into.
"""

from lxml import etree

# fmt: off
SHORT = {
    "Header": "header", "Product": "product", "DefaultLanguageOfText": "m184",
    "DefaultLinearUnit": "m187", "DefaultWeightUnit": "m188", "RecordReference": "a001",
    "NotificationType": "a002", "ProductIdentifier": "productidentifier", "ProductIDType":
    "b221", "IDTypeName": "b233", "IDValue": "b244", "ISBN": "b004", "EAN13": "b005",
    "DescriptiveDetail": "descriptivedetail", "ProductForm": "b012", "ProductFormDetail": "b333",
    "Measure": "measure", "MeasureType": "x315", "MeasureTypeCode": "c093", "Measurement":
    "c094", "MeasureUnitCode": "c095", "Collection": "collection", "CollectionType": "x329",
    "CollectionSequence": "collectionsequence", "CollectionSequenceType": "x479",
    "CollectionSequenceNumber": "x481", "NoCollection": "x411", "TitleDetail": "titledetail",
    "TitleType": "b202", "TitleElement": "titleelement", "SequenceNumber": "b034",
    "TitleElementLevel": "x409", "PartNumber": "x410", "YearOfAnnual": "b020", "TitlePrefix":
    "b030", "TitleWithoutPrefix": "b031", "TitleText": "b203", "Subtitle": "b029", "Title":
    "title", "DistinctiveTitle": "b028", "Series": "series", "TitleOfSeries": "b018",
    "NumberWithinSeries": "b019", "Set": "set", "TitleOfSet": "b023", "ItemNumberWithinSet":
    "b026", "SetPartNumber": "b024", "NoSeries": "n338", "Contributor": "contributor",
    "ContributorRole": "b035", "PersonName": "b036", "PersonNameInverted": "b037",
    "TitlesBeforeNames": "b038", "NamesBeforeKey": "b039", "PrefixToKey": "b247", "KeyNames":
    "b040", "NamesAfterKey": "b041", "SuffixToKey": "b248", "CorporateName": "b047",
    "CorporateNameInverted": "x443", "UnnamedPersons": "b249", "AlternativeName":
    "alternativename", "ContributorDate": "contributordate", "ContributorDateRole": "x417",
    "Date": "b306", "DateFormat": "j260", "PersonDate": "persondate", "PersonDateRole": "b305",
    "Name": "name", "FromLanguage": "x412", "NoContributor": "n339", "ContributorStatement":
    "b049", "EditionType": "x419", "EditionTypeCode": "b056", "EditionNumber": "b057",
    "EditionStatement": "b058", "NoEdition": "n386", "Language": "language", "LanguageRole":
    "b253", "LanguageCode": "b252", "LanguageOfText": "b059", "OriginalLanguage": "b060",
    "Extent": "extent", "ExtentType": "b218", "ExtentValue": "b219", "ExtentUnit": "b220",
    "NumberOfPages": "b061", "PagesArabic": "b255", "Subject": "subject", "MainSubject": "x425",
    "SubjectSchemeIdentifier": "b067", "SubjectSchemeName": "b171", "SubjectCode": "b069",
    "SubjectHeadingText": "b070", "MainSubjectSchemeIdentifier": "b191", "BASICMainSubject":
    "b064", "BICMainSubject": "b065", "CollateralDetail": "collateraldetail", "TextContent":
    "textcontent", "TextType": "x426", "Text": "d104", "OtherText": "othertext", "TextTypeCode":
    "d102", "TextFormat": "d103", "SupportingResource": "supportingresource",
    "ResourceContentType": "x436", "ResourceMode": "x437", "ResourceVersion": "resourceversion",
    "ResourceForm": "x441", "ResourceLink": "x435", "MediaFile": "mediafile",
    "MediaFileTypeCode": "f114", "MediaFileLinkTypeCode": "f116", "MediaFileLink": "f117",
    "MainDescription": "d101", "Annotation": "d100", "PublishingDetail": "publishingdetail",
    "Imprint": "imprint", "ImprintName": "b079", "Publisher": "publisher", "PublishingRole":
    "b291", "PublisherName": "b081", "CityOfPublication": "b209", "CountryOfPublication": "b083",
    "PublishingStatus": "b394", "PublishingDate": "publishingdate", "PublishingDateRole": "x448",
    "PublicationDate": "b003", "YearFirstPublished": "b088", "RelatedMaterial":
    "relatedmaterial", "RelatedProduct": "relatedproduct", "ProductRelationCode": "x455",
    "RelationCode": "h208", "ProductSupply": "productsupply", "SupplyDetail": "supplydetail",
    "ProductAvailability": "j396", "AvailabilityCode": "j141",
}
# fmt: on
_REFERENCE = {short: name for name, short in SHORT.items()}
# The composite of 2.1 has the short tag "mainsubject", the flag of 3.0 "x425".
_REFERENCE["mainsubject"] = "MainSubject"
_REFERENCE["dateformat"] = "DateFormat"
PRODUCTS = ("Product", "product")
HEADERS = ("Header", "header")
ROOTS = frozenset(["ONIXMessage", "ONIXmessage", "onixmessage", "Product", "product"])
# Elements that may have XHTML inside.
RICH = frozenset(["Text", "MainDescription", "Annotation"])


class Names(dict[str, str]):
    """Reference names by the tags of a file, namespaces and all; an empty one is read past."""

    def __missing__(self, tag: str) -> str:
        """Work out a tag once a file."""
        local = tag.rpartition("}")[2]
        name = local if local in SHORT else _REFERENCE.get(local, "")
        if len(self) < 10_000:
            self[tag] = name
        return name


class Node:
    """An element with its children by reference name."""

    __slots__ = ("element", "fields", "text")

    def __init__(
        self, element: "etree._Element", text: str, fields: "dict[str, list[Node]]"
    ) -> None:
        self.element = element
        self.text = text
        self.fields = fields

    @property
    def line(self) -> int:
        """The line of the file."""
        return int(self.element.sourceline or 0)

    def has(self, name: str) -> bool:
        """Whether there is such a child."""
        return name in self.fields

    def all(self, name: str) -> "list[Node]":
        """Return the children of a name."""
        return self.fields.get(name, _NONE)

    def first(self, name: str) -> "Node | None":
        """Return the first child of a name."""
        found = self.fields.get(name)
        return found[0] if found else None

    def value(self, *names: str) -> str:
        """Return the text of the first child of these names that has any, on one line."""
        for name in names:
            for node in self.fields.get(name, _NONE):
                if node.text:
                    return node.text
        return ""

    def values(self, name: str) -> list[str]:
        """Return the texts of the children of a name."""
        return [node.text for node in self.fields.get(name, _NONE) if node.text]


_NONE: list[Node] = []
