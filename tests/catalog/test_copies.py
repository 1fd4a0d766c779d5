"""The rules of listing a copy: its SKU, its like, its photographs, and what others ask for it."""

import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Seller
from books4all.lib import images
from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from catalog import jobs
from catalog.constants import CoverStatus, ListingStatus
from catalog.errors import IdenticalListingError, SkuTakenError
from catalog.models import Edition, Listing, ListingPhoto, PhotoOriginal, PriceChange
from catalog.selectors import shop_stock
from catalog.selectors.comparables import comparables
from catalog.services import copies, identical, photos, skus, stock
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import EditionFactory, ListingFactory
from tests.factories.covers import ListingPhotoFactory, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    media = settings.STORAGES["media"]
    folder = {**media, "OPTIONS": {**media["OPTIONS"], "location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "media": folder}
    return tmp_path


@pytest.fixture
def shop() -> Seller:
    return SellerFactory()


@pytest.fixture
def edition() -> Edition:
    return EditionFactory()


def listed(shop: Seller, edition: Edition, **given: Any) -> Listing:
    how = {name: given.pop(name) for name in ("sku", "quantity", "on_sale") if name in given}
    terms = copies.Terms(**{"condition": "good", "price_minor": 500, **given})
    return copies.create(
        seller=shop, edition=edition, terms=terms, actor=None, **{"quantity": 1, **how}
    )


# ---- SKUs --------------------------------------------------------------------------------------


def test_the_next_number_is_suggested_in_the_shop_s_own_system(
    shop: Seller, edition: Edition
) -> None:
    assert skus.suggest(seller=shop) == "B-0001"
    listed(shop, edition, sku="SAL-0099")
    assert skus.suggest(seller=shop) == "SAL-0100"
    listed(shop, edition, sku="SAL-0100", condition="fine")
    listed(shop, edition, sku="WINDOW", condition="fair")
    assert skus.suggest(seller=shop) == "SAL-0101"
    assert skus.suggest(seller=SellerFactory()) == "B-0001"


def test_a_sku_stays_with_its_book_for_ever(shop: Seller, edition: Edition) -> None:
    first = listed(shop, edition, sku="A-1")
    other = EditionFactory()
    with pytest.raises(SkuTakenError, match="You use A-1"):
        listed(shop, other, sku="A-1")
    with transaction.atomic():
        stock.correct(listing_id=first.pk, counted=0, reason="sold at a fair", actor=None)
    with pytest.raises(SkuTakenError, match="never given to another book"):
        listed(shop, other, sku="A-1")
    # The same book again: its row is taken up, with its history.
    again = listed(shop, edition, sku="A-1", quantity=3, price_minor=700, condition="fine")
    assert again.pk == first.pk
    assert (again.status, again.on_hand, again.price_minor) == (ListingStatus.ACTIVE, 3, 700)
    assert sum(again.movements.values_list("quantity", flat=True)) == 3
    # Another shop's numbers are its own.
    listed(SellerFactory(), other, sku="A-1")


def test_a_copy_that_has_been_on_sale_keeps_its_sku(shop: Seller, edition: Edition) -> None:
    draft = listed(shop, edition, sku="A-1", on_sale=False)
    copies.edit(seller=shop, listing_id=draft.pk, changes={}, sku="A-2", actor=None)
    copies.move(seller=shop, listing_id=draft.pk, to=ListingStatus.ACTIVE, actor=None)
    with pytest.raises(DomainError) as refused:
        copies.edit(seller=shop, listing_id=draft.pk, changes={}, sku="A-3", actor=None)
    assert "sku" in refused.value.fields
    with pytest.raises(ConflictError):
        copies.delete_draft(seller=shop, listing_id=draft.pk, actor=None)


# ---- the cap on identical copies ---------------------------------------------------------------


def test_two_may_be_alike_and_a_third_is_a_quantity(shop: Seller, edition: Edition) -> None:
    alike = {"notes": "A tidy copy.", "defects": ("foxing", "cocked")}
    first, second = listed(shop, edition, **alike), listed(shop, edition, **alike)
    with pytest.raises(IdenticalListingError) as refused:
        listed(shop, edition, notes=" a TIDY  copy.", defects=("cocked", "foxing"))
    assert refused.value.extra["skus"] == [first.sku, second.sku]
    assert "Raise the quantity" in refused.value.message
    third = listed(shop, edition, **{**alike, "notes": "A tidy copy, rebound."})
    with pytest.raises(IdenticalListingError):
        copies.edit(seller=shop, listing_id=third.pk, changes={"notes": "A tidy copy."}, actor=None)
    # What is gone makes room, and does not come back when it is taken.
    copies.move(seller=shop, listing_id=first.pk, to=ListingStatus.WITHDRAWN, actor=None)
    copies.edit(seller=shop, listing_id=third.pk, changes={"notes": "A tidy copy."}, actor=None)
    with pytest.raises(IdenticalListingError):
        copies.move(seller=shop, listing_id=first.pk, to=ListingStatus.ACTIVE, actor=None)
    # Another shop may have two as well; what is private makes no difference, what is graded does.
    listed(SellerFactory(), edition, **alike)
    with pytest.raises(IdenticalListingError):
        listed(shop, edition, **alike, shelf="B2", cost_minor=1)
    listed(shop, edition, **alike, jacket="good")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_at_a_time_cannot_both_be_the_second(
    guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without the check they are: the race is real."""
    shop, edition = SellerFactory(), EditionFactory()
    listed(shop, edition)
    if not guarded:
        monkeypatch.setattr(identical, "ensure_room", lambda **_listing: None)
    barrier, made = threading.Barrier(3), []

    def work(number: int) -> None:
        try:
            barrier.wait()
            made.append(listed(shop, edition, sku=f"T-{number}"))
        except IdenticalListingError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == (1 if guarded else 3)


def test_of_two_who_take_up_an_ended_sku_the_second_is_refused(
    shop: Seller, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen it sold out; the first has it on sale, promised perhaps, when the second comes."""
    ended = listed(shop, edition, sku="A-1")
    with transaction.atomic():
        stock.correct(listing_id=ended.pk, counted=0, reason="sold at a fair", actor=None)
    seen = skus.holder(seller=shop, sku="A-1")
    listed(shop, edition, sku="A-1", price_minor=900)
    monkeypatch.setattr(skus, "holder", lambda **_asked: seen)
    with pytest.raises(SkuTakenError, match="You use A-1"):
        listed(shop, edition, sku="A-1", price_minor=100)
    ended.refresh_from_db()
    assert (ended.price_minor, ended.status, ended.on_hand) == (900, ListingStatus.ACTIVE, 1)


def test_a_sku_that_is_taken_this_very_moment_is_refused(
    shop: Seller, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = listed(shop, edition, sku="A-1")
    draft = listed(shop, edition, sku="A-2", condition="fine", on_sale=False)
    told = iter([None, taken])
    monkeypatch.setattr(skus, "holder", lambda **_asked: next(told))
    with pytest.raises(SkuTakenError, match="You use A-1"):
        copies.edit(seller=shop, listing_id=draft.pk, changes={}, sku="A-1", actor=None)


# ---- photographs -------------------------------------------------------------------------------


def sent(listing: Listing, data: bytes) -> ListingPhoto:
    return photos.upload(seller=listing.seller, listing_id=listing.pk, data=data, actor=None)


def test_nothing_of_a_photograph_but_its_pixels_is_kept(store: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 12 Mill Lane"
    exif[0x0112] = 6
    photo = sent(ListingFactory(), picture(size=(1600, 1200), exif=exif.tobytes()))
    assert PhotoOriginal.objects.count() == 1
    for job in ProcrastinateJob.objects.filter(task_name="catalog.make_photo"):
        jobs.make_photo(**job.args)
        jobs.make_photo(**job.args)
    photo.refresh_from_db()
    # Turned upright, in the sizes of a photograph.
    assert (photo.status, photo.widths) == (CoverStatus.READY, [160, 480, 1200])
    assert photo.height > photo.width
    assert not PhotoOriginal.objects.exists()
    files = [path for path in store.rglob("*") if path.is_file()]
    assert len(files) == 9
    assert all(path.parent.parent.name == "copies" for path in files)
    for path in files:
        data = path.read_bytes()
        assert b"Mill Lane" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert not dict(image.getexif())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b"<svg xmlns=''>", "page"), (b"GIF89a<script>", "page"),
        (picture()[:-300], "truncated"), (b"not a picture", "wrong_type"),
        (picture("PNG", size=(90, 90)), "too_small"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_and_leave_nothing(data: bytes, code: str) -> None:
    listing = ListingFactory()
    with pytest.raises(images.ImageRefusedError) as refused:
        sent(listing, data)
    assert refused.value.code == code
    assert not ListingPhoto.objects.exists()


def test_a_copy_has_so_many_photographs_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_PHOTOS", 2)
    listing = ListingFactory()
    sent(listing, picture(colour="red"))
    with pytest.raises(ConflictError, match="very photograph"):
        sent(listing, picture(colour="red"))
    sent(listing, picture(colour="blue"))
    with pytest.raises(ConflictError, match="at most 2"):
        sent(listing, picture(colour="green"))


def test_files_go_with_the_last_photograph_that_shows_them(store: Path) -> None:
    one, other = ListingFactory(), ListingFactory()
    first, second = sent(one, picture()), sent(other, picture())
    for photo in (first, second):
        photos.make(photo_id=photo.pk)
        photo.refresh_from_db()
    assert first.name == second.name
    photos.remove(seller=one.seller, listing_id=one.pk, photo_id=first.pk, actor=None)
    photos.drop_files(name=first.name, widths=first.widths)
    assert list(store.rglob("*.jpg"))
    photos.remove(seller=other.seller, listing_id=other.pk, photo_id=second.pk, actor=None)
    job = ProcrastinateJob.objects.filter(task_name="catalog.drop_photo").latest("pk")
    jobs.drop_photo(**job.args)
    assert not list(store.rglob("*.jpg"))


def test_photographs_of_others_do_not_exist() -> None:
    photo = ListingPhotoFactory()
    stranger = SellerFactory()
    mine = ListingFactory(seller=stranger)
    for listing_id in (photo.listing_id, mine.pk):
        with pytest.raises(NotFoundError):
            photos.remove(seller=stranger, listing_id=listing_id, photo_id=photo.pk, actor=None)
    with pytest.raises(NotFoundError):
        photos.arrange(seller=stranger, listing_id=photo.listing_id, order=[photo.pk], actor=None)


# ---- what others ask ---------------------------------------------------------------------------


def test_comparable_copies_on_sale_and_sold(edition: Edition) -> None:
    mine = ListingFactory(edition=edition, price_minor=9900, condition="good")
    for minor in (300, 500, 900):
        ListingFactory(edition=edition, price_minor=minor, condition="good")
    ListingFactory(edition=edition, price_minor=100, condition="poor")
    ListingFactory(edition=edition, price_minor=1, status=ListingStatus.PAUSED)
    ListingFactory(edition__work=edition.work, price_minor=4000)
    ListingFactory(price_minor=2)
    gone = ListingFactory(edition=edition, price_minor=700, condition="good", on_hand=2)
    with transaction.atomic():
        stock.hold(listings=stock.lock_listings([gone.pk]), quantities={gone.pk: 2})
        stock.sell_held(quantities={gone.pk: 2}, reference="7K2M-91")
    # What it costs now is not what it sold for.
    Listing.objects.filter(pk=gone.pk).update(price_minor=5000)
    found = comparables(edition=edition, condition="fair", listing_id=mine.pk)
    grades = {grade.code: grade for grade in found.grades}
    good = grades["good"].asked
    assert good is not None
    assert (good.sample, good.lowest.minor, good.median.minor, good.highest.minor) == (
        3,
        300,
        500,
        900,
    )
    assert grades["good"].near
    assert grades["poor"].near
    assert found.asked is not None
    assert found.asked.sample == 4
    assert found.others is not None
    assert (found.others.sample, found.others.lowest.minor) == (1, 4000)
    assert found.sold is not None
    assert (found.sold.sample, found.sold.median.minor) == (1, 700)
    assert comparables(edition=EditionFactory()).empty


def test_high_is_high_beside_as_good_a_copy(shop: Seller, edition: Edition) -> None:
    mine = ListingFactory(seller=shop, edition=edition, price_minor=1000, condition="fine")

    def high() -> bool:
        return shop_stock.high_count(seller=shop) == 1

    assert not high(), "nobody else has it"
    ListingFactory(edition=edition, price_minor=100, condition="good")
    assert not high(), "a worse copy is no measure"
    ListingFactory(edition=edition, price_minor=667, condition="fine")
    assert not high()
    ListingFactory(edition=edition, price_minor=666, condition="new")
    assert high()
    Listing.objects.filter(pk=mine.pk).update(status=ListingStatus.PAUSED)
    assert not high()


def test_prices_are_known_from_the_first_day_on(shop: Seller, edition: Edition) -> None:
    listing = listed(shop, edition)
    rows = PriceChange.objects.filter(listing=listing).order_by("pk")
    assert list(rows.values_list("price_minor", "offered")) == [(500, False), (500, True)]
    assert rows[0].at <= timezone.now() + timedelta(seconds=1)
