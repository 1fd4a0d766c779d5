"""The pages on which a shop uploads, checks, corrects and publishes its stock file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.constants import SellerRole
from catalog.constants import InventoryStatus
from catalog.models import InventoryImport, InventoryRow, Listing
from catalog.seller.import_rows import shown
from catalog.services import inventory
from tests.catalog.stock_uploads import checked, line, published, table
from tests.factories.accounts import SellerFactory, SellerMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    made = SellerMemberFactory(roles=[SellerRole.INVENTORY])
    client.force_login(made.user)
    return made


def address(name, found, **kwargs):
    return reverse(f"selling:{name}", args=[found.seller.slug, found.pk], **kwargs)


def upload(client, member, data, name="stock.csv", mode="update"):
    return client.post(
        reverse("selling:imports", args=[member.seller.slug]),
        {"file": SimpleUploadedFile(name, data), "mode": mode},
    )


def test_from_the_upload_to_copies_on_sale(client, member) -> None:
    response = upload(client, member, table(line(1), line(2, price="dear")))
    found = InventoryImport.objects.get()
    assert response.url == address("import", found)
    assert found.started_by == member.user
    page = client.get(response.url).content.decode()
    assert "Checking row 0" in page
    assert 'http-equiv="refresh"' in page  # without JavaScript the page comes anew by itself

    inventory.run(inventory_import=found)
    # While it moves it asks every two seconds; then the page comes anew.
    assert client.get(address("import_progress", found)).headers["HX-Refresh"] == "true"
    page = client.get(response.url).content.decode()
    assert "Publish the 1 ready row" in page
    assert "1 row needs a correction" in page

    client.post(address("import_act", found), {"do": "publish"})
    inventory.run(inventory_import=InventoryImport.objects.get())
    assert [one.sku for one in Listing.objects.all()] == ["S1"]
    page = client.get(response.url).content.decode()
    assert "Rows that are right go on sale at once." in page
    assert "One row has changed your stock. One row still needs a correction." in " ".join(
        page.split()
    )
    # What is wrong is said as on paper: no column's name in the program.
    assert "Price “dear”: " in page
    assert "price “dear”" not in page


def test_a_price_is_said_in_the_currency_of_its_own_side() -> None:
    row = InventoryRow(
        number=1, changes={"currency": ["USD", "GBP"], "price_minor": [1405, 1613]}, problems=[]
    )
    changes = shown(row, currency="GBP", errors={}, typed={}).changes
    assert [(one.before, one.after) for one in changes] == [("USD", "GBP"), ("$14.05", "£16.13")]


def test_a_file_that_changes_nothing_says_so(client, member) -> None:
    published(member.seller, table(line(1)))
    again = published(member.seller, table(line(1)))
    page = client.get(address("import", again)).content.decode()
    assert "Nothing had to be changed." in page
    assert f'href="/selling/{member.seller.slug}/listings/"' in page


def test_a_row_is_corrected_on_the_page(client, member) -> None:
    found = published(
        member.seller, table(line(1), line(2, price="dear"), line(3, condition="VGC?"))
    )
    page = client.get(address("import", found)).content.decode()
    names = re.findall(r'name="(row-[^"]+)"', page)
    assert names == ["row-2-price", "row-3-condition"]
    wrong = client.post(address("import_correct", found), {"row-2-price": "a lot"})
    assert "Use a point, like 4.50" in wrong.content.decode()
    assert 'value="a lot"' in wrong.content.decode()
    # What is left as it was is no answer.
    left = client.post(address("import_correct", found), {"row-2-price": "dear"})
    assert left.url == address("import", found)
    client.post(
        address("import_correct", found), {"row-2-price": "7.20", "row-3-condition": "fair"}
    )
    rows = Listing.objects.order_by("sku").values_list("sku", "price_minor", "condition", "status")
    assert list(rows) == [
        ("S1", 450, "good", "active"), ("S2", 720, "good", "active"), ("S3", 450, "fair", "active"),
    ]  # fmt: skip
    found.refresh_from_db()
    assert found.counts == {"new": 3}


def test_a_correction_before_publishing_is_published_with_the_rest(client, member) -> None:
    found = checked(member.seller, table(line(1), line(2, price="")))
    client.post(address("import_correct", found), {"row-2-price": "£3"})
    found.refresh_from_db()
    assert found.checked == {"new": 2}
    assert not Listing.objects.exists()
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    inventory.run(inventory_import=found)
    assert Listing.objects.get(sku="S2").price_minor == 300


def test_columns_are_matched_once_and_remembered(client, member) -> None:
    data = b"Nr;Werk;Wer;Was es kostet;Zustand\nA1;Moby Dick;Herman Melville;4,50;gut\n"
    response = upload(client, member, data)
    found = InventoryImport.objects.get()
    assert found.status == InventoryStatus.MATCHING
    page = client.get(response.url, follow=True).content.decode()
    assert "Which column is this?" in page
    said = {"column-1": "sku", "column-2": "title", "column-3": "author", "column-4": "price",
            "column-5": "condition", "currency": "GBP", "decimal": ","}  # fmt: skip
    response = client.post(address("import_columns", found), said)
    assert response.url == address("import", found)
    found = inventory.run(inventory_import=found)
    assert found.checked == {"new": 1}
    # The next file with these columns needs no word.
    upload(client, member, data.replace(b"A1", b"A2"))
    again = InventoryImport.objects.first()
    assert again.status == InventoryStatus.CHECKING
    assert again.choices == {"decimal": ",", "currency": "GBP"}


def test_two_columns_cannot_both_be_the_price(client, member) -> None:
    upload(client, member, b"Nr;Werk;x;y\nA1;Moby Dick;4,50;5\n")
    found = InventoryImport.objects.get()
    said = {"column-1": "sku", "column-2": "title", "column-3": "price", "column-4": "price",
            "currency": "GBP"}  # fmt: skip
    page = client.post(address("import_columns", found), said).content.decode()
    assert "“x” is taken for this already." in page


def test_a_file_that_is_none_is_refused_with_a_remedy(client, member) -> None:
    page = upload(client, member, b"%PDF-1.4 not a list").content.decode()
    assert "The file is a PDF." in page
    assert not InventoryImport.objects.exists()


def test_the_error_file_is_the_file_with_a_column_more(client, member) -> None:
    data = table(line(1), line(2, price="dear", title="Über"))
    found = checked(member.seller, data)
    response = client.get(address("import_errors", found))
    assert 'filename="stock-corrections.csv"' in response.headers["Content-Disposition"]
    given = response.getvalue().decode()
    lines = given.splitlines()
    before = data.decode().splitlines()
    assert lines[0] == before[0] + ",Books4All: please correct"
    assert lines[1] == before[1] + ","
    assert lines[2].startswith(before[2] + ',"price: ') or lines[2].startswith(
        before[2] + ",price: "
    )
    # Mended and uploaded again it is taken.
    mended = given.replace("dear", "2.00").encode()
    again = published(member.seller, mended)
    assert again.counts == {"new": 2}
    only = client.get(address("import_errors", found) + "?only=wrong").getvalue().decode()
    assert len(only.splitlines()) == 2


def test_another_shops_file_is_not_there(client, member) -> None:
    found = checked(SellerFactory(), table(line(1)))
    for name in ("import", "import_progress", "import_columns", "import_errors"):
        path = reverse(f"selling:{name}", args=[member.seller.slug, found.pk])
        assert client.get(path).status_code == 404, name
        assert client.get(address(name, found)).status_code == 404, name
    for name in ("import_act", "import_correct"):
        path = reverse(f"selling:{name}", args=[member.seller.slug, found.pk])
        assert client.post(path, {"do": "publish"}).status_code == 404, name
    found.refresh_from_db()
    assert found.status == InventoryStatus.CHECKED


def test_the_page_takes_as_many_queries_for_fifty_rows_as_for_two(client, member) -> None:
    few = checked(member.seller, table(*(line(n, price="") for n in range(1, 3))))
    many = checked(member.seller, table(*(line(n, price="") for n in range(1, 51))))
    counts = []
    for found in (few, many):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address("import", found)).status_code == 200
        counts.append(len(captured))
    # Session, user, membership, the file, its rows, its twin.
    assert counts[0] == counts[1] <= 7


@pytest.mark.parametrize("kind", ["table", "xlsx", "uiee", "homebase", "abebooks", "biblio"])
def test_the_stock_can_be_taken_along_and_brought_back_unchanged(client, member, kind) -> None:
    published(member.seller, table(line(1), line(2, quantity="4"), line(3, isbn="")))
    path = reverse("selling:stock_export", args=[member.seller.slug])
    assert "Download your stock" in client.get(path).content.decode()
    response = client.get(path, {"format": kind})
    given = response.getvalue()
    suffix = {"table": "csv", "xlsx": "xlsx"}.get(kind, "txt")
    assert f".{suffix}" in response.headers["Content-Disposition"]
    before = list(Listing.objects.order_by("pk").values())
    found = published(member.seller, given, name=f"stock.{suffix}", mode="replace")
    assert found.counts == {"unchanged": 3}, [r.changes for r in found.rows.all()]
    assert list(Listing.objects.order_by("pk").values()) == before
