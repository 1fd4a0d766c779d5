"""A shop's front: what an owner changes, and what buyers see of it."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.constants import SellerKind, SellerRole
from accounts.models import FrontPicture, Seller, SellerEvent, SellerMember
from accounts.services import fronts
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> SellerMember:
    return SellerMemberFactory(seller=SellerFactory(name="Salt & Paper", slug="salt"))


@pytest.fixture
def inside(client: Client, owner: SellerMember) -> Client:
    client.force_login(owner.user)
    return client


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "Salt & Paper",
        "tagline": "The sea, and what lies beyond it",
        "story": "We buy at the harbour.\nWe sell up the hill.",
        "keeper": "Ida and Tom",
        "hours": "Tue–Sat 10–17",
        "place": "Whitby",
        "since": "1978",
        "paint": "navy",
        "dispatch_days": "3",
        "return_days": "30",
        "return_postage": "seller",
        "return_words": "In the same box, please.",
        "minimum_minor": "7.50",
    } | changes


def test_an_owner_paints_the_front_and_buyers_see_it(inside: Client, owner: SellerMember) -> None:
    shown = inside.get("/selling/salt/front/")
    assert "Salt &amp; Paper" in shown.content.decode()
    saved = inside.post("/selling/salt/front/", typed())
    assert saved.status_code == 302
    shop = Seller.objects.get(slug="salt")
    assert (shop.paint, shop.since, shop.minimum_minor, shop.return_days) == ("navy", 1978, 750, 30)
    event = SellerEvent.objects.get(seller=shop)
    assert (event.action, event.actor) == ("front.changed", owner.user)
    assert "minimum_minor" in event.subject
    page = Client().get("/shops/salt/").content.decode()
    for words in (
        'data-paint="navy"', "The sea, and what lies beyond it", "Ida and Tom", "Whitby",
        "Posted within 3 working days", "Return it within 30 days; the shop pays the post",
        "In the same box, please.", "£7.50", "MerchantReturnFiniteReturnWindow",
    ):  # fmt: skip
        assert words in page, words
    told = Client().get("/api/v1/shops/salt/").json()
    assert told["minimum"] == {"amount_minor": 750, "currency": "GBP"}
    assert told["returns"] == {
        "days": 30, "postage": "seller", "words": "In the same box, please.",
    }  # fmt: skip


def test_the_same_again_is_no_change(inside: Client, owner: SellerMember) -> None:
    inside.post("/selling/salt/front/", typed())
    inside.post("/selling/salt/front/", typed())
    assert SellerEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "days", "taken"),
    [
        (SellerKind.TRADER, "14", True),
        (SellerKind.TRADER, "13", False),
        (SellerKind.PRIVATE, "0", True),
    ],
)
def test_a_trader_gives_the_days_of_the_law(
    inside: Client, owner: SellerMember, kind: str, days: str, taken: bool
) -> None:
    Seller.objects.update(kind=kind)
    answer = inside.post("/selling/salt/front/", typed(return_days=days))
    assert answer.status_code == (302 if taken else 200)
    if not taken:
        text = answer.content.decode()
        assert "at least 14 days" in text
        assert 'value="13"' in text, "what was typed is kept"
    assert Seller.objects.get().return_days == (int(days) if taken else 14)


def test_no_smallest_order_is_an_empty_field(inside: Client, owner: SellerMember) -> None:
    inside.post("/selling/salt/front/", typed(minimum_minor=""))
    page = inside.get("/selling/salt/front/").content.decode()
    field = page[page.index('name="minimum_minor"') :]
    assert 'value="' not in field[: field.index(">")]
    inside.post("/selling/salt/front/", typed(minimum_minor="7.50"))
    assert 'value="7.50"' in inside.get("/selling/salt/front/").content.decode()


def test_what_is_wrong_is_named_and_kept(inside: Client, owner: SellerMember) -> None:
    answer = inside.post(
        "/selling/salt/front/",
        typed(minimum_minor="a lot", since="3001", name="", paint="pink", tagline="Kept as typed"),
    )
    text = answer.content.decode()
    assert "<title>Error:" in text
    for words in ("Use a point, like 4.50", "Enter a year up to this one", "Enter the name of the shop",
                  "a lot", "Kept as typed"):  # fmt: skip
        assert words in text, words
    assert Seller.objects.get().tagline == ""


def test_a_preview_keeps_nothing(inside: Client, owner: SellerMember) -> None:
    part = inside.post(
        "/selling/salt/front/preview/", typed(paint="plum"), headers={"HX-Request": "true"}
    ).content.decode()
    assert 'data-paint="plum"' in part
    assert "<html" not in part
    whole = inside.post("/selling/salt/front/preview/", typed(paint="plum")).content.decode()
    assert "<html" in whole
    assert 'value="plum" checked' in whole
    assert Seller.objects.get().paint == "pine"


def test_only_owners_may(client: Client, owner: SellerMember) -> None:
    clerk = SellerMemberFactory(seller=owner.seller, roles=[SellerRole.INVENTORY])
    client.force_login(clerk.user)
    for path in ("front/", "delivery/"):
        assert client.get(f"/selling/salt/{path}").status_code == 403
        assert client.post(f"/selling/salt/{path}", typed()).status_code == 403
    client.force_login(SellerMemberFactory().user)
    assert client.post("/selling/salt/front/", typed()).status_code == 404
    assert Seller.objects.get(slug="salt").tagline == ""


# --- The picture ------------------------------------------------------------------------------
def photograph(kind: str = "JPEG", **save: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "#335577").save(file, kind, **save)
    return file.getvalue()


def send(inside: Client, data: bytes) -> Any:
    file = SimpleUploadedFile("shop.jpg", data, "image/jpeg")
    return inside.post("/selling/salt/front/picture/", {"file": file, "alt": "A blue shop"})


def test_a_picture_is_made_anew_without_what_it_says_of_a_place(
    inside: Client, owner: SellerMember, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {**settings.STORAGES["media"], "OPTIONS": {"location": tmp_path}},
    }
    exif = Image.Exif()
    exif[0x010E] = "51.5007 N, 0.1246 W"
    assert send(inside, photograph(exif=exif)).status_code == 302
    assert FrontPicture.objects.get().alt == "A blue shop"
    fronts.make_picture(seller_id=owner.seller_id)
    fronts.make_picture(seller_id=owner.seller_id)
    assert not FrontPicture.objects.exists(), "the file as it came is gone"
    picture = Seller.objects.get().picture
    assert picture is not None
    assert picture.widths == (160, 320, 640)
    files = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    assert len(files) == 9
    assert not any(b"51.5007" in path.read_bytes() for path in files)
    page = Client().get("/shops/salt/").content.decode()
    assert picture.url("jpg") in page
    assert 'alt="A blue shop"' in page
    assert Client().get("/api/v1/shops/salt/").json()["picture"]["width"] == 640

    inside.post("/selling/salt/front/picture/", {"remove": "1"})
    assert Seller.objects.get().picture is None
    fronts.drop_files(seller_id=owner.seller_id, name=picture.name, widths=picture.widths)
    assert not [path for path in tmp_path.rglob("*.*") if path.is_file()]


@pytest.mark.parametrize("data", [b"", b"GIF89a<script>alert(1)</script>", photograph()[:2000]])
def test_hostile_files_are_refused_with_a_remedy(
    inside: Client, owner: SellerMember, data: bytes
) -> None:
    answer = send(inside, data)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert not FrontPicture.objects.exists()


def test_an_offer_of_a_private_person_says_so_everywhere(client: Client) -> None:
    shop = SellerFactory(kind=SellerKind.PRIVATE, slug="ann", name="Ann", place="Ludlow")
    listing = ListingFactory(seller=shop, on_hand=2)
    said = "Private seller, Ludlow"
    warning = "Sold by a private person: consumer rights under EU law don’t apply to this sale."
    page = client.get(listing.edition.work.get_absolute_url()).content.decode()
    assert said in page
    assert warning in page
    assert '"@type":"Person"' in page
    same = {"Sec-Fetch-Site": "same-origin"}
    client.post("/basket/add/", {"listing": listing.pk}, headers=same)
    for path in ("/basket/", "/checkout/"):
        text = client.get(path).content.decode()
        assert warning in text, path
    assert client.get(f"/api/v1/listings/{listing.pk}/").json()["seller"]["kind"] == "private"
    trader = ListingFactory(seller__place="Hay-on-Wye")
    page = client.get(trader.edition.work.get_absolute_url()).content.decode()
    assert "Trader, Hay-on-Wye" in page
    assert warning not in page


def test_the_service_takes_only_what_belongs_to_a_front() -> None:
    shop = SellerFactory(since=date(2000, 1, 1).year)
    with pytest.raises(TypeError):
        fronts.change(seller=shop, actor=None, status="approved")
