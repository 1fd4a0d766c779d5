"""Stock files over the API: uploaded as a body or in a form, followed, published."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.constants import SellerRole
from catalog.models import InventoryImport, Listing
from catalog.services import inventory
from tests.api.conftest import verified
from tests.catalog.stock_uploads import line, table
from tests.factories.accounts import SellerFactory, SellerMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return SellerMemberFactory(user=verified(), roles=[SellerRole.INVENTORY])


@pytest.fixture
def program(member, signed_in):
    return signed_in(member.user)


def path(member, *more) -> str:
    return "/".join(["/api/v1/selling", member.seller.slug, "imports", *map(str, more), ""])


def test_a_body_is_uploaded_checked_and_published(member, program) -> None:
    response = program.post(
        path(member) + "?name=daily.csv&mode=update", data=table(line(1), line(2, price="dear")),
        content_type="text/csv",
    )  # fmt: skip
    assert response.status_code == 201, response.json()
    made = response.json()
    assert (made["name"], made["status"], made["format"]) == ("daily.csv", "checking", "table")
    found = InventoryImport.objects.get(pk=made["id"])
    inventory.run(inventory_import=found)
    shown = program.get(path(member, made["id"])).json()
    assert (shown["status"], shown["check"]) == ("checked", {"new": 1, "refused": 1})
    rows = program.get(path(member, made["id"], "rows") + "?outcome=refused").json()["results"]
    assert [(r["number"], r["problems"][0]["field"], r["problems"][0]["value"]) for r in rows] == [
        (2, "price", "dear")
    ]
    assert rows[0]["problems"][0]["remedy"]
    given = b"".join(program.get(path(member, made["id"], "errors")).streaming_content)
    assert b"Books4All: please correct" in given
    assert program.post(path(member, made["id"], "publish")).status_code == 200
    inventory.run(inventory_import=InventoryImport.objects.get())
    assert Listing.objects.get().sku == "S1"
    assert program.post(path(member, made["id"], "publish")).status_code == 409
    assert [one["id"] for one in program.get(path(member)).json()["results"]] == [made["id"]]


def test_a_form_is_published_without_a_look(member, program) -> None:
    file = SimpleUploadedFile("stock.csv", table(line(1)))
    response = program.post(path(member) + "?publish=true", {"file": file}, format="multipart")
    assert response.status_code == 201
    inventory.run(inventory_import=InventoryImport.objects.get())
    assert Listing.objects.count() == 1


def test_even_without_a_look_much_is_withdrawn_only_when_asked(member, program) -> None:
    for mode, rows in (("update", [line(1), line(2)]), ("replace", [line(1)])):
        address = f"{path(member)}?publish=true&mode={mode}"
        made = program.post(address, data=table(*rows), content_type="text/csv").json()
        inventory.run(inventory_import=InventoryImport.objects.get(pk=made["id"]))
    assert program.get(path(member, made["id"])).json()["status"] == "checked"
    refused = program.post(path(member, made["id"], "publish"), {}, format="json")
    assert refused.status_code == 409
    assert refused.json()["withdrawn"] == 1
    said = program.post(path(member, made["id"], "publish"), {"withdraw": True}, format="json")
    assert said.status_code == 200
    inventory.run(inventory_import=InventoryImport.objects.get(pk=made["id"]))
    assert Listing.objects.get(sku="S2").status == "withdrawn"


def test_what_is_no_stock_file_is_refused(member, program) -> None:
    response = program.post(path(member), data=b"%PDF-1.4", content_type="application/pdf")
    assert (response.status_code, response.json()["code"]) == (400, "file_refused")
    assert program.post(path(member), {"a": "b"}, format="multipart").status_code == 400
    assert (
        program.post(path(member) + "?mode=burn", data=b"x", content_type="text/csv").status_code
        == 400
    )


def test_others_are_told_that_there_is_nothing(member, program, signed_in, api) -> None:
    made = program.post(path(member), data=table(line(1)), content_type="text/csv").json()
    stranger = signed_in(SellerMemberFactory(seller=SellerFactory(), user=verified()).user)
    posting = signed_in(
        SellerMemberFactory(seller=member.seller, user=verified(), roles=[SellerRole.ORDERS]).user
    )
    for more in ((), (made["id"],), (made["id"], "rows"), (made["id"], "errors")):
        assert stranger.get(path(member, *more)).status_code == 404
        assert posting.get(path(member, *more)).status_code == 403
        assert api.get(path(member, *more)).status_code == 401
    assert stranger.post(path(member), data=b"x", content_type="text/csv").status_code == 404
