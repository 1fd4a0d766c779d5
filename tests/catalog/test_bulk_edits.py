"""One change to many copies: looked at, made in batches, taken back but for what has changed since."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.constants import SellerRole
from accounts.models import Seller
from catalog import jobs
from catalog.constants import BulkAction, BulkStatus, ListingStatus
from catalog.errors import BulkEditStateError
from catalog.models import BulkEdit, Edition, Listing
from catalog.selectors.shop_stock import Filters
from catalog.services import bulk
from catalog.services.repricing import repriced
from tests.factories.accounts import SellerFactory, SellerMemberFactory
from tests.factories.catalog import EditionFactory, ListingFactory

# ---- prices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "percent", "ending", "after"),
    [
        (1000, "-10", "", 900), (999, "-10", "", 899), (995, "-10", "", 896), (333, "5", "", 350),
        (1000, "-10", "99", 899), (1049, "0.5", "99", 1099), (1000, "5", "00", 1100),
        (1049, "-0.1", "00", 1000), (1000, "-12", "50", 900), (1020, "1", "50", 1050),
        (1, "-90", "", 1), (295, "-10", "99", 199), (295, "5", "00", 300), (1001, "1", "00", 1100),
        (30, "-50", "00", 30), (30, "-50", "50", 30), (130, "-50", "99", 99), (150, "-90", "99", 99),
    ],
)  # fmt: skip
def test_prices_by_percent(minor: int, percent: str, ending: str, after: int) -> None:
    assert repriced(minor, percent=Decimal(percent), ending=ending) == after


@given(
    st.integers(min_value=1, max_value=10_000_000),
    st.decimals(min_value=-90, max_value=500, places=1),
    st.sampled_from(["", "00", "50", "99"]),
)
def test_a_new_price_ends_as_asked_and_goes_the_way_asked(
    minor: int, percent: Decimal, ending: str
) -> None:
    after = repriced(minor, percent=percent, ending=ending)
    assert after >= 1
    if percent < 0:
        assert after <= minor
    if percent > 0:
        assert after >= minor
    step = {"": 1, "00": 100, "50": 50, "99": 100}[ending]
    ends = after % step == (99 if ending == "99" else 0)
    assert ends or after == minor
    exact = Decimal(minor) * (100 + percent) / 100
    if ends:
        assert abs(after - exact) <= step


# ---- the change --------------------------------------------------------------------------------


@pytest.fixture
def shop(db: None) -> Seller:
    return SellerFactory(slug="saltmarsh")


@pytest.fixture
def edition(db: None) -> Edition:
    return EditionFactory()


def stocked(shop: Seller, edition: Edition, **fields: Any) -> Listing:
    return ListingFactory(seller=shop, edition=edition, **fields)


def prepared(shop: Seller, action: BulkAction, *rows: Listing, **terms: str) -> BulkEdit:
    filters = None if rows else Filters()
    return bulk.prepare(
        seller=shop, actor=None, action=action, terms=terms, filters=filters,
        ids=[row.pk for row in rows],
    )  # fmt: skip


def prices(shop: Seller) -> list[int]:
    return list(
        Listing.objects.filter(seller=shop).order_by("pk").values_list("price_minor", flat=True)
    )


def test_prices_of_a_filter_are_changed_and_changed_back(shop: Seller, edition: Edition) -> None:
    first = stocked(shop, edition, price_minor=1000)
    stocked(shop, edition, price_minor=505)
    stocked(shop, edition, price_minor=1)
    theirs = ListingFactory(edition=edition, price_minor=1000)
    edit = prepared(shop, BulkAction.REPRICE, percent="-10", ending="")
    preview = bulk.preview(edit)
    assert (preview.changed, preview.left_out) == (2, [("same", 1)])
    assert preview.examples[0].before == {"price_minor": 1000}
    assert preview.examples[0].after == {"price_minor": 900}
    assert prices(shop) == [1000, 505, 1], "a look changes nothing"
    made = bulk.start(edit=edit, actor=None)
    assert (made.status, made.changed, made.left_out) == (BulkStatus.DONE, 2, 1)
    assert prices(shop) == [900, 455, 1]
    theirs.refresh_from_db()
    assert theirs.price_minor == 1000
    # Somebody has changed one since: it stays as it is, and that is said.
    Listing.objects.filter(pk=first.pk).update(price_minor=950)
    undone = bulk.undo(edit=made, actor=None)
    assert (undone.status, undone.undone, undone.kept) == (BulkStatus.UNDONE, 1, 1)
    assert prices(shop) == [950, 505, 1]
    assert undone.changes.get(listing_id=first.pk).problem == "changed_since"


def test_states_change_where_they_may(shop: Seller, edition: Edition) -> None:
    on_sale = stocked(shop, edition)
    draft = stocked(shop, edition, status=ListingStatus.DRAFT, listed_at=None)
    hidden = stocked(shop, edition, status=ListingStatus.BLOCKED)
    sold = stocked(shop, edition, status=ListingStatus.SOLD, on_hand=0)
    everything = (on_sale, draft, hidden, sold)

    def states() -> list[str]:
        return [Listing.objects.get(pk=row.pk).status for row in everything]

    made = bulk.start(edit=prepared(shop, BulkAction.PAUSE, *everything), actor=None)
    assert (made.changed, states()) == (1, ["paused", "draft", "blocked", "sold"])
    made = bulk.start(edit=prepared(shop, BulkAction.ON_SALE, *everything), actor=None)
    assert (made.changed, states()) == (2, ["active", "active", "blocked", "sold"])
    assert Listing.objects.get(pk=draft.pk).listed_at is not None
    bulk.undo(edit=made, actor=None)
    assert states() == ["paused", "draft", "blocked", "sold"]
    bulk.start(edit=prepared(shop, BulkAction.WITHDRAW, *everything), actor=None)
    assert states() == ["withdrawn", "withdrawn", "blocked", "withdrawn"]


def test_only_drafts_that_nobody_saw_are_deleted(shop: Seller, edition: Edition) -> None:
    seen = stocked(shop, edition, status=ListingStatus.DRAFT)
    unseen = stocked(shop, edition, status=ListingStatus.DRAFT, listed_at=None, on_hand=3)
    made = bulk.start(edit=prepared(shop, BulkAction.DELETE, seen, unseen), actor=None)
    assert (made.changed, made.left_out) == (1, 1)
    assert list(Listing.objects.values_list("pk", flat=True)) == [seen.pk]
    undone = bulk.undo(edit=made, actor=None)
    assert (undone.undone, undone.kept) == (0, 1)
    assert undone.changes.get(listing_id=unseen.pk).problem == "gone"


def test_copies_are_moved_to_a_shelf_and_a_category(shop: Seller, edition: Edition) -> None:
    row = stocked(shop, edition, shelf="A1", categories=["Novels"])
    made = bulk.start(
        edit=prepared(shop, BulkAction.MOVE, row, shelf="B2", category="Signed"), actor=None
    )
    row.refresh_from_db()
    assert (row.shelf, row.categories) == ("B2", ["Novels", "Signed"])
    bulk.undo(edit=made, actor=None)
    row.refresh_from_db()
    assert (row.shelf, row.categories) == ("A1", ["Novels"])


def test_what_is_made_twice_or_taken_back_twice_is_refused(shop: Seller, edition: Edition) -> None:
    row = stocked(shop, edition)
    edit = prepared(shop, BulkAction.REPRICE, row, percent="10", ending="")
    with pytest.raises(BulkEditStateError):
        bulk.undo(edit=edit, actor=None)
    bulk.start(edit=edit, actor=None)
    with pytest.raises(BulkEditStateError):
        bulk.start(edit=edit, actor=None)
    bulk.undo(edit=edit, actor=None)
    with pytest.raises(BulkEditStateError):
        bulk.undo(edit=edit, actor=None)
    assert prices(shop) == [600]


def test_a_large_change_is_a_job_that_goes_on_where_it_was_killed(
    shop: Seller, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk, "BATCH", 2)
    for n in range(7):
        stocked(shop, edition, price_minor=1000 + n * 100)
    edit = bulk.start(edit=prepared(shop, BulkAction.REPRICE, percent="-10", ending=""), actor=None)
    assert edit.status == BulkStatus.RUNNING
    assert prices(shop)[0] == 1000
    job = ProcrastinateJob.objects.get(task_name="catalog.run_bulk_edit")
    # A worker that dies after its second batch.
    batches = bulk._batches(edit.pk)
    assert [next(batches), next(batches)] == [2, 2]
    batches.close()
    assert BulkEdit.objects.get(pk=edit.pk).changed == 4
    # A copy that came in meanwhile is none of its business.
    stocked(shop, edition, price_minor=5000)
    jobs.run_bulk_edit(**job.args)
    jobs.run_bulk_edit(**job.args)
    edit.refresh_from_db()
    assert (edit.status, edit.changed) == (BulkStatus.DONE, 7)
    assert prices(shop) == [900 + n * 90 for n in range(7)] + [5000]


# ---- its pages ---------------------------------------------------------------------------------


def test_from_ticked_rows_to_the_way_back(shop: Seller, edition: Edition) -> None:
    client = Client()
    client.force_login(SellerMemberFactory(seller=shop, roles=[SellerRole.INVENTORY]).user)
    rows = [stocked(shop, edition, price_minor=n) for n in (1000, 2000)]
    many = "/selling/saltmarsh/listings/many/"
    answer = client.post(many, {"pick": [rows[0].pk], "which": "picked", "action": "reprice",
                                "percent": "-10", "ending": "99"})  # fmt: skip
    page = client.get(answer["Location"]).content.decode()
    assert "£10.00" in page
    assert "<b>£8.99</b>" in page
    client.post(f"{answer['Location']}make/")
    assert prices(shop) == [899, 2000]
    assert "Take it back" in client.get(answer["Location"]).content.decode()
    client.post(f"{answer['Location']}undo/")
    assert prices(shop) == [1000, 2000]
    everything = {"which": "all", "status": "active", "action": "pause"}
    answer = client.post(many, everything)
    client.post(f"{answer['Location']}make/")
    assert set(Listing.objects.values_list("status", flat=True)) == {"paused"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": "pause", "which": "picked"}, "Tick the copies"),
        ({"action": "reprice", "which": "all"}, "Write by how many percent"),
        ({"action": "reprice", "which": "all", "percent": "-95"}, "at most 90 percent"),
        ({"action": "move", "which": "all"}, "Write a shelf or a category"),
        ({"action": "explode", "which": "all"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said(shop: Seller, sent: dict[str, str], said: str) -> None:
    client = Client()
    client.force_login(SellerMemberFactory(seller=shop, roles=[SellerRole.INVENTORY]).user)
    page = client.post("/selling/saltmarsh/listings/many/", sent, follow=True).content.decode()
    assert said in page
    assert not BulkEdit.objects.exists()
