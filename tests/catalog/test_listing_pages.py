"""A shop lists a book in three steps, finds it in its stock, changes it and takes it off again."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.constants import SellerRole
from accounts.models import Seller, SellerEvent
from catalog.constants import CoverStatus, ListingStatus
from catalog.models import Edition, Listing, ListingPhoto, Work
from catalog.search import index
from catalog.services import photos, stock
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import (
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    WantFactory,
    WorkFactory,
)
from tests.factories.covers import picture

pytestmark = pytest.mark.django_db

ISBN = "9780141439549"


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    media = settings.STORAGES["media"]
    folder = {**media, "OPTIONS": {**media["OPTIONS"], "location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "media": folder}
    return tmp_path


@pytest.fixture
def shop() -> Seller:
    return SellerFactory(slug="saltmarsh")


@pytest.fixture
def client(shop: Seller) -> Client:
    """Somebody who keeps the shop's stock."""
    member = SellerMemberFactory(seller=shop, roles=[SellerRole.INVENTORY])
    signed_in = Client()
    signed_in.force_login(member.user)
    return signed_in


@pytest.fixture
def edition() -> Edition:
    work = WorkFactory(title="Middlemarch", author="George Eliot")
    found = EditionFactory(work=work)
    IdentifierFactory(edition=found, value=ISBN)
    index.refresh([work.pk])
    return found


def at(path: str = "") -> str:
    return f"/selling/saltmarsh/listings/{path}"


def copy_of(**changes: Any) -> dict[str, Any]:
    return {
        "condition": "good", "price": "6.50", "quantity": "1", "jacket": "", "notes": "A little worn.",
        **changes,
    }  # fmt: skip


# ---- three steps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [ISBN, "ISBN 978-0-14-143954-9", "middlemarch eliot", "Midlemarch"]
)
def test_a_book_is_found_by_isbn_and_by_words(client: Client, edition: Edition, typed: str) -> None:
    page = client.get(at("new/"), {"q": typed}).content.decode()
    assert at(f"new/{edition.pk}/") in page
    assert "Middlemarch" in page


def test_three_steps_put_a_copy_on_sale(client: Client, shop: Seller, edition: Edition) -> None:
    assert client.get(at("new/")).status_code == 200
    assert client.get(at(f"new/{edition.pk}/")).status_code == 200
    sent = copy_of(
        defects=["foxing", "ex_library"], jacket="good", signed="on", shelf="B2", cost="1.20",
        categories="Novels, Victorian", weight_g="410", private_notes="From the Hill estate",
        quantity="2", photos=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    )  # fmt: skip
    answer = client.post(at(f"new/{edition.pk}/"), sent)
    listing = Listing.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, at(f"{listing.pk}/"))
    assert (listing.seller, listing.edition, listing.sku) == (shop, edition, "B-0001")
    assert (listing.status, listing.on_hand, listing.price_minor) == ("active", 2, 650)
    assert (listing.cost_minor, listing.weight_g, listing.shelf) == (120, 410, "B2")
    assert listing.defects == ["foxing", "ex_library"]
    assert listing.categories == ["Novels", "Victorian"]
    assert listing.listed_at is not None
    assert sum(listing.movements.values_list("quantity", flat=True)) == 2
    assert ListingPhoto.objects.get().status == CoverStatus.WAITING
    photos.make(photo_id=ListingPhoto.objects.get().pk)
    assert ListingPhoto.objects.get().status == CoverStatus.READY
    assert set(SellerEvent.objects.values_list("action", flat=True)) == {
        "listing.created",
        "photo.added",
    }
    shown = client.get(at(f"{listing.pk}/")).content.decode()
    assert "/media/copies/" in shown
    public = Client().get(edition.work.get_absolute_url()).content.decode()
    assert "A little worn." in public
    assert "/media/copies/" in public
    for secret in ("Hill estate", "1.20", "B2", "Victorian"):
        assert secret not in public, secret


def test_the_price_is_set_beside_what_readers_would_pay(client: Client, edition: Edition) -> None:
    assert "want this" not in client.get(at(f"new/{edition.pk}/")).content.decode()
    for ceiling in (1000, 1200, 1500):
        WantFactory(work=edition.work, least_condition="good", max_price_minor=ceiling)
    page = client.get(at(f"new/{edition.pk}/")).content.decode()
    assert "3 people want this in Good or better, median ceiling £12" in page


def test_a_draft_is_nobody_else_s_and_may_go(client: Client, edition: Edition) -> None:
    client.post(at(f"new/{edition.pk}/"), copy_of(do="draft", sku="M-1", quantity="3"))
    draft = Listing.objects.get()
    assert (draft.status, draft.on_hand, draft.listed_at) == (ListingStatus.DRAFT, 3, None)
    assert "A little worn" not in Client().get(edition.work.get_absolute_url()).content.decode()
    movements = draft.movements.all()
    client.post(at(f"{draft.pk}/status/"), {"to": "delete"})
    assert not Listing.objects.exists()
    # History stays, and adds up to nothing.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(quantity) FROM catalog_stockmovement WHERE listing_id = %s", [draft.pk]
        )
        assert cursor.fetchone() == (0,)
    del movements
    client.post(at(f"new/{edition.pk}/"), copy_of(sku="M-1"))
    assert Listing.objects.get().sku == "M-1"


def test_what_was_typed_is_kept_and_the_remedy_named(client: Client, edition: Edition) -> None:
    answer = client.post(at(f"new/{edition.pk}/"), copy_of(price="six", condition="", notes="Kept"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>Error:" in page
    assert "Use a point, like 4.50" in page
    assert "Choose the grade of the book." in page
    assert "Kept</textarea>" in page
    assert not Listing.objects.exists()


def test_a_book_before_isbn_is_described(client: Client, shop: Seller) -> None:
    described = {
        "title": "The Hermit of Wenlock", "authors": "Ann Bather; John Hill", "publisher": "Jones",
        "place": "Ludlow", "published": "1871", "form": "BB", "language": "eng", "pages": "212",
        "subtitle": "", "statement": "", "isbn": "",
    }  # fmt: skip
    answer = client.post(at("new/describe/"), described)
    edition = Edition.objects.get()
    assert answer["Location"] == at(f"new/{edition.pk}/")
    assert (edition.title, edition.published_year, edition.place) == (
        "The Hermit of Wenlock", 1871, "Ludlow",
    )  # fmt: skip
    assert edition.work.author_line == "Ann Bather and John Hill"
    assert edition.publisher is not None
    # The same words once more are the same book.
    assert client.post(at("new/describe/"), described)["Location"] == at(f"new/{edition.pk}/")
    assert Work.objects.count() == Edition.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "????"), ("title", "N/A"), ("published", "1871-99"), ("isbn", "9780141439540"),
     ("authors", "Unknown")],
)  # fmt: skip
def test_what_is_no_metadata_is_refused_by_field(client: Client, field: str, value: str) -> None:
    described = {"title": "Poems", "form": "BB", "language": "eng", field: value}
    page = client.post(at("new/describe/"), described).content.decode()
    assert f'id="id_{field}_error"' in page
    assert not Work.objects.exists()


def test_an_edition_of_a_known_work_joins_it(client: Client, edition: Edition) -> None:
    page = client.get(at("new/like/"), {"title": "middlem"}).content.decode()
    assert f'name="work" value="{edition.work_id}"' in page
    described = {"title": "Middlemarch", "authors": "G. Eliot", "published": "1901", "form": "BB",
                 "language": "eng", "publisher": "Nelson", "work": edition.work_id}  # fmt: skip
    client.post(at("new/describe/"), described)
    assert Edition.objects.count() == 2
    assert set(Edition.objects.values_list("work", flat=True)) == {edition.work_id}


# ---- the stock list ----------------------------------------------------------------------------


def test_the_list_narrows_by_its_address(client: Client, shop: Seller, edition: Edition) -> None:
    mine = {"seller": shop, "edition": edition}
    ListingFactory(**mine, sku="CHEAP", price_minor=300, shelf="A1", categories=["Novels"])
    ListingFactory(**mine, sku="DEAR", price_minor=900, notes="")
    ListingFactory(**mine, sku="DRAFT", status=ListingStatus.DRAFT, condition="fine")
    ListingFactory(**mine, sku="GONE", status=ListingStatus.SOLD, on_hand=0)
    ListingFactory(**mine, sku="AWAY", status=ListingStatus.WITHDRAWN)
    ListingFactory(edition=edition, sku="THEIRS", price_minor=400)
    all_of_mine = {"CHEAP", "DEAR", "DRAFT", "GONE", "AWAY"}

    def shown(**query: str) -> set[str]:
        page = client.get(at(), query).content.decode()
        assert "THEIRS" not in page
        return {sku for sku in all_of_mine if f'<span class="sku">{sku}</span>' in page}

    assert shown() == all_of_mine - {"AWAY", "GONE"}
    assert shown(status="sold") == {"GONE"}
    assert shown(status="withdrawn") == {"AWAY"}
    assert shown(status="draft") == {"DRAFT"}
    assert shown(condition="fine") == {"DRAFT"}
    assert shown(need="sold_out") == {"GONE"}
    assert shown(need="high") == {"DEAR"}
    assert shown(need="no_notes") == {"DEAR"}
    assert shown(need="photo") == {"CHEAP", "DEAR", "DRAFT"}
    assert shown(category="Novels") == {"CHEAP"}
    assert shown(shelf="A1") == {"CHEAP"}
    assert shown(q=ISBN) == all_of_mine
    assert shown(q="chea") == {"CHEAP"}
    assert shown(q="midd eliot") == all_of_mine
    assert shown(q="midd austen") == set()
    assert shown(status="nonsense", sort="nonsense", at="forged") in (
        set(),
        all_of_mine - {"AWAY", "GONE"},
    )


@pytest.mark.parametrize(
    "sort", ["newest", "oldest", "changed", "title", "price", "-price", "sku", "shelf"]
)
def test_pages_by_key_show_every_copy_once(
    client: Client, shop: Seller, edition: Edition, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.seller.listings.ROWS_A_PAGE", 3)
    made = {
        ListingFactory(seller=shop, edition=edition, price_minor=500 + n % 2).pk for n in range(7)
    }
    seen: list[int] = []
    path: str = at(f"?sort={sort}")
    for _page in range(4):
        context = client.get(path).context
        seen += [row["listing"].pk for row in context["rows"]]
        path = context["next"]
        if not path:
            break
    assert sorted(seen) == sorted(made)


def test_the_list_takes_the_same_queries_at_any_size(
    client: Client, shop: Seller, edition: Edition
) -> None:
    for n in range(2):
        ListingFactory(seller=shop, edition=edition, price_minor=500 + n)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at()).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for n in range(10):
        ListingFactory(seller=shop, edition=edition, price_minor=700 + n)
    # The session and its user, the membership, the tallies, the categories, the rows; what the menu says
    # is waiting.
    assert queries() == few <= 7


# ---- one copy ----------------------------------------------------------------------------------


def test_a_copy_is_changed_in_the_same_form(client: Client, shop: Seller, edition: Edition) -> None:
    listing = ListingFactory(seller=shop, edition=edition, on_hand=2)
    assert client.get(at(f"{listing.pk}/")).status_code == 200
    answer = client.post(at(f"{listing.pk}/"), copy_of(price="7", quantity="5", notes="Rebound."))
    assert answer.status_code == 302
    listing.refresh_from_db()
    assert (listing.price_minor, listing.on_hand, listing.notes) == (700, 5, "Rebound.")
    assert sum(listing.movements.values_list("quantity", flat=True)) == 5
    event = SellerEvent.objects.get()
    assert event.details["price_minor"] == [600, 700]


def test_promised_copies_cannot_be_counted_away(
    client: Client, shop: Seller, edition: Edition
) -> None:
    listing = ListingFactory(seller=shop, edition=edition, on_hand=2, held=2)
    page = client.post(at(f"{listing.pk}/"), copy_of(quantity="1", price="9")).content.decode()
    assert "promised to people who are paying now" in page
    listing.refresh_from_db()
    assert (listing.on_hand, listing.price_minor) == (2, 600)


def test_what_is_sold_while_a_seller_looks_stays_sold(client: Client, shop: Seller) -> None:
    """The form sends back the number it has shown; nobody has counted."""
    listing = ListingFactory(seller=shop, on_hand=3)
    shown = re.search(
        r'name="seen" value="(\d+)"', client.get(at(f"{listing.pk}/")).content.decode()
    )
    assert shown is not None
    with transaction.atomic():
        stock.correct(listing_id=listing.pk, counted=2, reason="sold", actor=None)
    sent = copy_of(price="7", quantity="3", seen=shown[1])
    assert client.post(at(f"{listing.pk}/"), sent).status_code == 302
    listing.refresh_from_db()
    assert (listing.price_minor, listing.on_hand) == (700, 2)
    # Counted, but before the sale: asked again, with what is there now.
    page = client.post(at(f"{listing.pk}/"), copy_of(quantity="5", seen="3")).content.decode()
    assert "2 copies are left now" in page
    assert 'name="seen" value="2"' in page
    assert client.post(at(f"{listing.pk}/"), copy_of(quantity="5", seen="2")).status_code == 302
    listing.refresh_from_db()
    assert listing.on_hand == 5
    # An error elsewhere keeps what was shown first.
    page = client.post(at(f"{listing.pk}/"), copy_of(price="x", seen="4")).content.decode()
    assert 'name="seen" value="4"' in page


def test_the_way_on_and_off_sale(client: Client, shop: Seller, edition: Edition) -> None:
    listing = ListingFactory(seller=shop, edition=edition)
    for to, status in (("paused", "paused"), ("active", "active"), ("withdrawn", "withdrawn"),
                       ("delete", "withdrawn"), ("blocked", "withdrawn"), ("active", "active")):  # fmt: skip
        client.post(at(f"{listing.pk}/status/"), {"to": to})
        listing.refresh_from_db()
        assert listing.status == status, to


def test_photographs_are_put_in_order_and_removed(
    client: Client, shop: Seller, edition: Edition
) -> None:
    listing = ListingFactory(seller=shop, edition=edition)
    for colour in ("red", "green", "blue"):
        file = SimpleUploadedFile(f"{colour}.jpg", picture(colour=colour), "image/jpeg")
        client.post(at(f"{listing.pk}/photos/"), {"photos": file})
    red, green, blue = listing.photos.order_by("pk").values_list("pk", flat=True)

    def order() -> list[int]:
        return list(listing.photos.order_by("position", "pk").values_list("pk", flat=True))

    assert order() == [red, green, blue]
    path = at(f"{listing.pk}/photos/order/")
    client.post(
        path, {f"place-{red}": 3, f"place-{green}": 1, f"place-{blue}": 2, f"alt-{red}": "Red"}
    )
    assert order() == [green, blue, red]
    assert ListingPhoto.objects.get(pk=red).alt == "Red"
    client.post(path, {"up": red})
    assert order() == [green, red, blue]
    client.post(path, {"down": green})
    assert order() == [red, green, blue]
    client.post(at(f"{listing.pk}/photos/{green}/remove/"))
    assert order() == [red, blue]
