"""The catalogue as ONIX 3.0: valid order, all that is known, and readable by our own reader."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from lxml import etree

from catalog.constants import Condition, ListingStatus
from catalog.exporters import onix
from catalog.importers.detect import read
from catalog.models import Edition, Subject
from catalog.selectors.export import editions_after
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    SeriesEntryFactory,
    SeriesFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db
# The order of the elements in EDItEUR's schema of a product's first block.
ORDER = [
    "ProductComposition", "ProductForm", "ProductFormDetail", "Measure", "Collection", "TitleDetail",
    "Contributor", "NoContributor", "ContributorStatement", "EditionNumber", "EditionStatement",
    "Language", "Extent", "Subject",
]  # fmt: skip


@pytest.fixture
def edition() -> Edition:
    work = WorkFactory(
        title="Salt", original_title="Сіль", original_language="ukr", first_published=1871,
        description="Sea & “salt”.\x0b",
    )  # fmt: skip
    ann = PersonFactory(
        name="Ann Orr", sort_name="Orr, Ann", native_name="Анна", born=1812, died=1870
    )
    ContributionFactory(work=work, person=ann, role="A01")
    ContributionFactory(work=work, person=ann, role="A12", sequence=2)
    WorkSubjectFactory(
        work=work, subject=SubjectFactory(scheme="93", code="FBA", name="FBA", slug="fba")
    )
    SeriesEntryFactory(work=work, series=SeriesFactory(name="Quays"), number="2")
    edition = EditionFactory(
        work=work, title="Salt", subtitle="A Tale", form="BC", form_details=["B104"], height_mm=198,
        weight_g=283, pages=304, edition_number=2, statement="2nd ed.", imprint="Quay Books",
        place="London", published="1912-03", publishing_status="07", publisher__name="Harcastle & Sons",
        contributor_statement="Ann Orr",
    )  # fmt: skip
    IdentifierFactory(edition=edition, value="9780141439549")
    return edition


def exported() -> bytes:
    return "".join(onix.our_message(editions_after())).encode()


def test_what_is_exported_is_read_again_as_it_was(edition: Edition) -> None:
    [book] = read(io.BytesIO(exported()))
    assert book.problems == []
    assert (book.title, book.subtitle, book.original_title) == ("Salt", "A Tale", "Сіль")
    assert [(p.name, p.inverted, p.roles, p.born, p.other_names) for p in book.contributors] == [
        ("Ann Orr", "Orr, Ann", ("A01", "A12"), 1812, ("Анна",))
    ]
    assert {(i.type, i.value) for i in book.identifiers} == {
        ("01", str(edition.pk)),
        ("15", "9780141439549"),
    }
    assert (book.form, book.form_details, book.pages, book.height_mm) == ("BC", ["B104"], 304, 198)
    assert (book.series[0].name, book.series[0].number) == ("Quays", "2")
    assert [(s.scheme, s.code, s.heading, s.main) for s in book.subjects] == [
        ("93", "FBA", "", True)
    ]
    assert (book.publisher, book.imprint, book.place) == (
        "Harcastle & Sons",
        "Quay Books",
        "London",
    )
    assert (book.published, book.first_published, book.publishing_status) == ("1912-03", 1871, "07")
    assert (book.language, book.original_language) == ("eng", "ukr")
    assert book.description == "Sea & “salt”."


def test_elements_stand_in_the_order_of_the_schema(edition: Edition) -> None:
    root = etree.fromstring(exported())
    detail = root.find(".//{*}DescriptiveDetail")
    names = [etree.QName(child).localname for child in detail]
    assert names == sorted(names, key=ORDER.index)
    blocks = [etree.QName(child).localname for child in root.find("{*}Product")]
    assert blocks == ["RecordReference", "NotificationType", "ProductIdentifier", "ProductIdentifier",
                      "DescriptiveDetail", "CollateralDetail", "PublishingDetail"]  # fmt: skip


def test_only_copies_on_sale_are_offered(edition: Edition) -> None:
    ListingFactory(edition=edition, price_minor=650, on_hand=2, condition=Condition.FINE)
    ListingFactory(edition=edition, price_minor=900, condition=Condition.NEW)
    ListingFactory(edition=edition, status=ListingStatus.DRAFT)
    root = etree.fromstring(exported())
    supplies = root.findall(".//{*}SupplyDetail")
    assert [one.findtext(".//{*}PriceAmount") for one in supplies] == ["6.50", "9.00"]
    assert [one.findtext(".//{*}PriceTypeDescription") for one in supplies] == ["Fine", None]
    assert supplies[0].findtext(".//{*}OnHand") == "2"


def test_queries_do_not_grow_with_the_editions(
    edition: Edition, django_assert_num_queries: object
) -> None:
    for _ in range(4):
        ListingFactory(edition=EditionFactory(work__author="Ben Ray"))
    # Editions with work and publisher; identifiers; contributions; subjects; series; listings.
    with django_assert_num_queries(6):  # type: ignore[operator]
        assert exported().count(b"<Product>") == 5


def test_an_edition_of_which_little_is_known() -> None:
    EditionFactory(
        publisher=None,
        published="-750",
        contributor_statement="By nobody",
        work__first_published=None,
    )
    [book] = read(io.BytesIO(exported()))
    assert (book.problems, book.publisher, book.published, book.contributors) == (
        [],
        "",
        "-750",
        [],
    )
    root = etree.fromstring(exported())
    # The schema wants a publisher before a date and a person before a statement.
    assert root.findtext(".//{*}PublisherName") == "[s.n.]"
    assert root.findtext(".//{*}UnnamedPersons") == "01"


def test_an_empty_catalogue_is_a_message_too() -> None:
    assert list(read(io.BytesIO(exported()))) == []
    assert b"<NoProduct/>" in exported()


def test_the_command_writes_a_file(edition: Edition, tmp_path: Path) -> None:
    call_command("export_onix", str(tmp_path / "all.xml"), stdout=io.StringIO())
    with (tmp_path / "all.xml").open("rb") as stream:
        assert len(list(read(stream))) == 1


def test_programs_walk_through_it_page_by_page(edition: Edition, client: Client) -> None:
    second = EditionFactory()
    first = client.get("/api/v1/editions/onix/", {"limit": 1})
    assert first["Content-Type"] == "application/xml"
    assert f"after={edition.pk}&limit=1" in first["Link"]
    rest = client.get("/api/v1/editions/onix/", {"after": edition.pk})
    assert f".edition.{second.pk}<".encode() in rest.content
    assert "Link" not in rest
    assert client.get("/api/v1/editions/onix/", {"limit": 201}).status_code == 400


def test_staff_download_what_they_chose(edition: Edition, client: Client) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    response = client.post(
        "/admin/catalog/edition/", {"action": "download_onix", "_selected_action": [edition.pk]}
    )
    assert response["Content-Disposition"] == 'attachment; filename="editions.xml"'
    assert b"9780141439549" in response.content


def test_headings_of_thema_come_from_the_operators_file(tmp_path: Path) -> None:
    known = SubjectFactory(scheme="93", code="FBA", name="FBA", slug="fba")
    file = tmp_path / "thema.json"
    rows = [
        ("F", "Fiction", ""),
        ("FB", "Fiction: general", "F"),
        ("FBA", "Modern", ""),
        (1, "Place", ""),
    ]
    codes = ",".join(
        f'{{"CodeValue": {code if code == 1 else chr(34) + str(code) + chr(34)}, "CodeDescription": "{name}", "CodeParent": "{above}"}}'
        for code, name, above in rows
    )
    file.write_text(f'{{"CodeList": {{"ThemaCodes": {{"Code": [{codes}]}}}}}}')
    for expected in ("3 subjects made, 1 changed", "0 subjects made, 0 changed"):
        out = io.StringIO()
        call_command("import_thema", str(file), stdout=out)
        assert expected in out.getvalue()
    known.refresh_from_db()
    assert (known.name, known.parent.code, known.slug) == ("Modern", "FB", "fba")
    assert Subject.objects.get(code="1").scheme == "94"
