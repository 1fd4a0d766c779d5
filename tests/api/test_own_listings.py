"""A shop's stock for its own programs: listed, changed, sent as a delta, photographed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.constants import SellerRole
from accounts.models import Seller, User
from catalog.constants import ListingStatus
from catalog.models import Edition, Listing, StockMovement
from catalog.services import delta, photos
from tests.api.conftest import verified
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import EditionFactory, IdentifierFactory, ListingFactory
from tests.factories.covers import picture

pytestmark = pytest.mark.django_db

ISBN = "9780141439549"
BASE = "/api/v1/selling/saltmarsh/listings/"


def pounds(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "GBP"}


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> None:
    media = settings.STORAGES["media"]
    folder = {**media, "OPTIONS": {**media["OPTIONS"], "location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "media": folder}


@pytest.fixture
def shop() -> Seller:
    return SellerFactory(slug="saltmarsh")


@pytest.fixture
def keeper(shop: Seller, signed_in: Callable[[User], APIClient]) -> APIClient:
    """A program of the shop's."""
    user = verified(email="till@example.org")
    SellerMemberFactory(seller=shop, user=user, roles=[SellerRole.INVENTORY])
    return signed_in(user)


@pytest.fixture
def edition() -> Edition:
    found = EditionFactory()
    IdentifierFactory(edition=found, value=ISBN)
    return found


def post(client: APIClient, body: Any, path: str = "") -> Any:
    return client.post(f"{BASE}{path}", body, format="json")


def test_a_copy_is_listed_read_changed_and_withdrawn(keeper: APIClient, edition: Edition) -> None:
    sent = {
        "isbn": "978-0-14-143954-9", "condition": "fine", "price": pounds(1250), "sku": "M-7",
        "quantity": 2, "defects": ["foxing"], "cost": pounds(400), "private_notes": "From Hay",
        "categories": ["Novels"],
    }  # fmt: skip
    made = post(keeper, sent)
    assert made.status_code == 201, made.json()
    shown = made.json()
    assert (shown["sku"], shown["status"], shown["on_hand"]) == ("M-7", "active", 2)
    assert shown["cost"] == pounds(400)
    assert shown["edition"]["id"] == edition.pk
    again = post(keeper, sent)
    assert (again.status_code, again.json()["code"]) == (409, "sku_taken")
    path = f"{BASE}{shown['id']}/"
    changed = keeper.patch(
        path, {"price": pounds(1100), "quantity": 1, "status": "paused"}, format="json"
    )
    assert changed.status_code == 200, changed.json()
    assert (changed.json()["price"], changed.json()["status"]) == (pounds(1100), "paused")
    assert changed.json()["notes"] == ""
    # Shoppers' API tells nothing of the shop's own.
    keeper.patch(path, {"status": "active"}, format="json")
    public = APIClient().get(f"/api/v1/listings/{shown['id']}/").json()
    assert not {"cost", "private_notes", "shelf", "categories", "sku"} & public.keys()
    assert keeper.delete(path).status_code == 204
    assert Listing.objects.get().status == ListingStatus.WITHDRAWN
    assert keeper.delete(path).status_code == 204
    assert keeper.get(path).json()["status"] == "withdrawn"


def test_a_change_is_made_whole_or_not_at_all(keeper: APIClient, shop: Seller) -> None:
    listing = ListingFactory(seller=shop, on_hand=2, held=2)
    answer = keeper.patch(
        f"{BASE}{listing.pk}/", {"price": pounds(1), "quantity": 1}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "stock")
    assert answer.json()["errors"][0]["field"] == "on_hand"
    listing.refresh_from_db()
    assert (listing.price_minor, listing.on_hand) == (600, 2)


def test_a_draft_goes_without_a_trace(keeper: APIClient, edition: Edition) -> None:
    made = post(
        keeper,
        {"edition": edition.pk, "condition": "good", "price": pounds(500), "status": "draft"},
    )
    assert (made.json()["status"], made.json()["sku"]) == ("draft", "B-0001")
    assert keeper.delete(f"{BASE}{made.json()['id']}/").status_code == 204
    assert not Listing.objects.exists()


def test_a_book_may_be_described(keeper: APIClient) -> None:
    book = {"title": "The Hermit", "authors": ["Ann Bather"], "published": "1871", "form": "BB"}
    made = post(keeper, {"book": book, "condition": "good", "price": pounds(5000)})
    assert made.status_code == 201, made.json()
    assert made.json()["work"]["title"] == "The Hermit"
    refused = post(keeper, {"book": {"title": "????"}, "condition": "good", "price": pounds(1)})
    assert refused.json()["errors"][0]["field"] == "title"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": {"amount_minor": 0, "currency": "GBP"}}, "price.amount_minor"),
        ({"price": {"amount_minor": 10, "currency": "USD"}}, "price.currency"),
        ({"condition": "shiny"}, "condition"), ({"quantity": -1}, "quantity"),
        ({"colour": "red"}, "colour"), ({"defects": ["cat"]}, "defects.0"),
        ({"isbn": "9780141439540"}, "isbn"),
    ],
)  # fmt: skip
def test_errors_name_the_field(
    keeper: APIClient, edition: Edition, change: dict[str, Any], field: str
) -> None:
    body = {"isbn": ISBN, "condition": "good", "price": pounds(100), **change}
    answer = post(keeper, body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_lists_are_narrowed_and_kept_in_step(keeper: APIClient, shop: Seller) -> None:
    rows = [ListingFactory(seller=shop, shelf=f"S{n}") for n in range(3)]
    ListingFactory()
    found = keeper.get(BASE, {"limit": 2}).json()
    assert [row["id"] for row in found["results"]] == [rows[2].pk, rows[1].pk]
    rest = keeper.get(found["next"]).json()
    assert [row["id"] for row in rest["results"]] == [rows[0].pk]
    assert [r["id"] for r in keeper.get(BASE, {"shelf": "S1"}).json()["results"]] == [rows[1].pk]
    since = Listing.objects.latest("updated_at").updated_at
    Listing.objects.filter(pk=rows[0].pk).update(
        updated_at=since + timedelta(seconds=1), status=ListingStatus.WITHDRAWN
    )
    after = (since + timedelta(milliseconds=1)).isoformat()
    found = keeper.get(BASE, {"updated_since": after}).json()["results"]
    assert [(row["id"], row["status"]) for row in found] == [(rows[0].pk, "withdrawn")]


# ---- a delta -----------------------------------------------------------------------------------


def test_a_delta_changes_what_differs_and_nothing_the_second_time(
    keeper: APIClient, shop: Seller, edition: Edition
) -> None:
    cheaper = ListingFactory(seller=shop, edition=edition, sku="A")
    ListingFactory(seller=shop, edition=edition, sku="B", price_minor=700)
    ListingFactory(seller=shop, edition=edition, sku="C", price_minor=800)
    ListingFactory(edition=edition, sku="D")
    rows = [
        {"sku": "A", "price": pounds(500), "quantity": 4},
        {"sku": "B", "status": "paused"},
        {"sku": "C", "price": pounds(800), "quantity": 1, "status": "active"},
        {"sku": "D", "isbn": ISBN, "condition": "good", "price": pounds(900), "quantity": 0},
        {"sku": "E", "price": pounds(900)},
        {"sku": "A", "price": pounds(1)},
        {"sku": "F", "price": {"amount_minor": "x", "currency": "GBP"}},
        "nonsense",
    ]

    def outcomes() -> list[str]:
        answer = post(keeper, {"rows": rows}, "delta/")
        assert answer.status_code == 200, answer.json()
        return [row["outcome"] for row in answer.json()["rows"]]

    refused = ["refused"] * 4
    assert outcomes() == ["updated", "updated", "unchanged", "created", *refused]
    cheaper.refresh_from_db()
    assert (cheaper.price_minor, cheaper.on_hand) == (500, 4)
    movements = StockMovement.objects.count()
    assert outcomes() == ["unchanged"] * 4 + refused
    assert StockMovement.objects.count() == movements
    assert Listing.objects.get(seller=shop, sku="D").status == ListingStatus.SOLD


def test_a_refused_row_says_why(keeper: APIClient, shop: Seller, edition: Edition) -> None:
    ListingFactory(seller=shop, edition=edition, sku="A", on_hand=2, held=2)
    other = EditionFactory()
    rows = [{"sku": "A", "quantity": 1}, {"sku": "A2"}, {"sku": "X", "edition": other.pk + 99}]
    found = post(keeper, {"rows": rows}, "delta/").json()["rows"]
    assert [(row["row"], row["sku"], row["code"]) for row in found] == [
        (0, "A", "stock"), (1, "A2", "invalid"), (2, "X", "invalid"),
    ]  # fmt: skip
    assert found[1]["errors"][0]["field"] == "isbn"
    # A SKU is never given to another book.
    found = post(keeper, {"rows": [{"sku": "A", "edition": other.pk}]}, "delta/").json()["rows"]
    assert found[0]["errors"][0]["field"] == "edition"


def test_a_delta_is_bounded(keeper: APIClient) -> None:
    rows = [{"sku": str(n)} for n in range(501)]
    assert post(keeper, {"rows": rows}, "delta/").status_code == 400
    assert post(keeper, {"rows": []}, "delta/").status_code == 400


QUERIES_OF_QUANTITIES = (
    "the listings", "the ISBNs of their editions", "SAVEPOINT", "the locks", "prices",
    "stock on hand", "movements", "who waits", "RELEASE", "the log",
)  # fmt: skip


def test_many_quantities_are_written_together(
    shop: Seller, edition: Edition, django_assert_num_queries: Any
) -> None:
    made = [
        ListingFactory(seller=shop, edition=edition, sku=f"Q{n}", notes=f"{n}") for n in range(30)
    ]
    rows = [
        delta.Row(sku=one.sku, isbn=ISBN, quantity=n % 3 + 2, price_minor=500 + n)
        for n, one in enumerate(made)
    ]
    with django_assert_num_queries(len(QUERIES_OF_QUANTITIES)):
        results = delta.upsert(seller=shop, rows=rows, actor=None)
    assert {one.outcome for one in results} == {"updated"}
    for n, one in enumerate(made):
        one.refresh_from_db()
        assert (one.on_hand, one.price_minor) == (n % 3 + 2, 500 + n)
        assert sum(m.quantity for m in one.movements.all()) == one.on_hand
    again = delta.upsert(seller=shop, rows=rows, actor=None)
    assert {one.outcome for one in again} == {"unchanged"}


def test_a_quantity_among_many_is_counted_as_one_alone_is(shop: Seller, edition: Edition) -> None:
    def rows() -> list[delta.Row]:
        return [
            delta.Row(sku="sold out", quantity=0), delta.Row(sku="back", quantity=3, status="active"),
            delta.Row(sku="first", quantity=2), delta.Row(sku="promised", quantity=1),
            delta.Row(sku="too many", quantity=10_000), delta.Row(sku="too dear", price_minor=2**31),
            delta.Row(sku="another", quantity=2, edition=edition.pk + 99),
        ]  # fmt: skip

    def made(**changes: Any) -> Listing:
        return ListingFactory(seller=shop, edition=edition, notes=changes["sku"], **changes)

    skus = ("sold out", "back", "first", "promised", "too many", "too dear", "another")
    for sku in skus:
        made(sku=sku, on_hand=sku != "first")
    Listing.objects.filter(sku="promised").update(on_hand=3, held=2)
    back = Listing.objects.get(sku="back")
    StockMovement.objects.create(listing=back, kind="corrected", quantity=-1)
    Listing.objects.filter(sku__in=["back", "first"]).update(on_hand=0, status="sold")
    before = StockMovement.objects.latest("pk").pk
    results = delta.upsert(seller=shop, rows=rows(), actor=None)
    assert [(one.outcome, one.code, *one.fields) for one in results] == [
        ("updated", ""), ("updated", ""), ("updated", ""), ("refused", "stock", "on_hand"),
        ("refused", "invalid", "quantity"), ("refused", "invalid", "price_minor"),
        ("refused", "invalid", "edition"),
    ]  # fmt: skip
    found = {one.sku: one for one in Listing.objects.filter(seller=shop)}
    assert [(found[sku].on_hand, found[sku].status) for sku in skus[:4]] == [
        (0, "sold"), (3, "active"), (2, "active"), (3, "active"),
    ]  # fmt: skip
    moved = StockMovement.objects.filter(pk__gt=before)
    assert set(moved.values_list("listing__sku", "kind", "quantity")) == {
        ("sold out", "corrected", -1), ("back", "corrected", 3), ("first", "received", 2),
    }  # fmt: skip


# ---- photographs -------------------------------------------------------------------------------


def test_photographs_are_sent_put_in_order_and_removed(keeper: APIClient, shop: Seller) -> None:
    listing = ListingFactory(seller=shop)
    path = f"{BASE}{listing.pk}/photos/"
    for colour in ("red", "blue"):
        file = SimpleUploadedFile("a.jpg", picture(colour=colour), "image/jpeg")
        made = keeper.post(path, {"file": file, "alt": colour}, format="multipart")
        assert made.status_code == 201, made.json()
    red, blue = (photo["id"] for photo in made.json()["photos"])
    photos.make(photo_id=red)
    shown = keeper.put(path, {"order": [blue, red]}, format="json").json()["photos"]
    assert [(photo["id"], photo["status"]) for photo in shown] == [
        (blue, "waiting"),
        (red, "ready"),
    ]
    assert "/media/copies/" in shown[1]["picture"]["src"]
    public = APIClient().get(f"/api/v1/listings/{listing.pk}/").json()
    assert [photo["alt"] for photo in public["photos"]] == ["red"]
    assert keeper.delete(f"{path}{blue}/").status_code == 204
    assert keeper.delete(f"{path}{blue}/").status_code == 404
    hostile = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg")
    refused = keeper.post(path, {"file": hostile}, format="multipart")
    assert (refused.status_code, refused.json()["code"]) == (400, "page")


def test_another_role_is_told_so(shop: Seller, signed_in: Callable[[User], APIClient]) -> None:
    user = verified(email="post@example.org")
    SellerMemberFactory(seller=shop, user=user, roles=[SellerRole.ORDERS])
    answer = signed_in(user).get(BASE)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_task")
