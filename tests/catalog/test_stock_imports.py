"""A shop's stock file, from the upload to copies on sale."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.errors import ShopNotOpenError
from catalog.constants import InventoryStatus, SourceRank
from catalog.errors import ImportStateError
from catalog.models import (
    Edition,
    InventoryImport,
    Listing,
    MatchDoubt,
    Person,
    SearchChange,
    StockMovement,
    Work,
)
from catalog.selectors import inventory as inventory_selectors
from catalog.services import inventory, people, stock
from catalog.services.inventory import correcting, running
from tests.catalog.stock_uploads import checked, isbn, line, published, shelves, table, uploaded
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import EditionFactory, IdentifierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return SellerFactory()


def on_file(*numbers: int) -> None:
    for n in numbers:
        edition = EditionFactory(title=f"Book number {n}", work__title=f"Book number {n}")
        IdentifierFactory(edition=edition, value=isbn(n))


def test_a_check_changes_nothing_and_says_what_would(shop) -> None:
    on_file(1)
    found = checked(shop, table(line(1), line(2), line(3, price="dear")))
    assert found.checked == {"new": 2, "refused": 1}
    assert not Listing.objects.exists()
    assert Edition.objects.count() == 1
    row = found.rows.get(number=3)
    assert [p["field"] for p in row.problems] == ["price"]


def test_published_copies_are_on_sale_with_their_movements(shop) -> None:
    on_file(1)
    found = published(shop, table(line(1), line(2, quantity="3"), line(3, price="dear")))
    assert found.status == InventoryStatus.PUBLISHED
    assert found.counts == {"new": 2, "refused": 1}
    assert shelves(shop) == [
        ("S1", "Book number 1", "active", "good", 450, 1, 0, "Copy 1.", (("received", 1),)),
        ("S2", "Book number 2", "active", "good", 450, 3, 0, "Copy 2.", (("received", 3),)),
    ]
    assert StockMovement.objects.count() == 2


@pytest.mark.parametrize("status", ["pending", "rejected", "suspended", "closed"])
def test_a_shop_that_is_not_open_checks_its_file_and_no_more(status) -> None:
    """Whoever begins an application could else fill everybody's catalogue."""
    found = checked(SellerFactory(status=status), table(line(1)))
    assert found.checked == {"new": 1}
    with pytest.raises(ShopNotOpenError):
        inventory.publish(inventory_import=found, actor=None)
    assert not Edition.objects.exists()


def same_file_changes_nothing(shop, data, **said):
    before = list(Listing.objects.order_by("pk").values())
    moved, searched = StockMovement.objects.count(), SearchChange.objects.count()
    pages = page_version()
    found = published(shop, data, **said)
    assert list(Listing.objects.order_by("pk").values()) == before
    assert StockMovement.objects.count() == moved
    assert SearchChange.objects.count() == searched
    assert page_version() == pages
    return found


def page_version():
    """The number that grows with every change of a page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_page_version()")
        return cursor.fetchone()[0]


def test_the_same_file_twice_changes_nothing(shop) -> None:
    on_file(1, 2)
    data = table(line(1), line(2, quantity="5"), line(3), line(4, isbn="", author="Zoë Who"),
                 line(5, price=""), line(6, isbn="", author="", title="Nameless"))  # fmt: skip
    first = published(shop, data)
    assert first.counts == {"new": 5, "refused": 1}
    again = same_file_changes_nothing(shop, data)
    assert again.counts == {"unchanged": 5, "refused": 1}
    assert inventory_selectors.twin_of(again) == first
    assert same_file_changes_nothing(shop, data, mode="replace").counts == again.counts


def test_the_negative_control_of_that_sees_a_penny(shop) -> None:
    published(shop, table(line(1)))
    with pytest.raises(AssertionError):
        same_file_changes_nothing(shop, table(line(1, price="4.51")))


def test_a_change_is_shown_before_and_after(shop) -> None:
    published(shop, table(line(1), line(2, quantity="3")))
    found = checked(shop, table(line(1, price="3.00", notes="New words."), line(2, quantity="2")))
    rows = {row.number: row for row in found.rows.all()}
    assert rows[1].changes == {"price_minor": [450, 300], "notes": ["Copy 1.", "New words."]}
    assert rows[2].changes == {"on_hand": [3, 2]}
    publish(found)
    assert shelves(shop) == [
        ("S1", "Book number 1", "active", "good", 300, 1, 0, "New words.", (("received", 1),)),
        ("S2", "Book number 2", "active", "good", 450, 2, 0, "Copy 2.",
         (("received", 3), ("corrected", -1))),
    ]  # fmt: skip


def publish(found, **said):
    inventory.publish(inventory_import=found, actor=None, enqueue=False, **said)
    return inventory.run(inventory_import=found)


def test_columns_that_the_file_has_not_are_left_alone(shop) -> None:
    published(shop, table(line(1)))
    Listing.objects.update(shelf="B 7", private_notes="From the Hay fair.", cost_minor=120)
    found = uploaded(shop, b"sku,price\nS1,9.00\n")
    # Neither titles nor ISBNs: that is all, says the shop.
    assert found.status == InventoryStatus.MATCHING
    said = {"1": "sku", "2": "price"}
    found = inventory.match_columns(inventory_import=found, mapping=said, choices={}, enqueue=False)
    found = publish(inventory.run(inventory_import=found))
    assert found.counts == {"changed": 1}
    one = Listing.objects.get()
    assert (one.price_minor, one.shelf, one.private_notes, one.cost_minor, one.notes, one.on_hand) == (
        900, "B 7", "From the Hay fair.", 120, "Copy 1.", 1,
    )  # fmt: skip


def test_a_price_in_another_currency_is_asked_for_in_ours(shop) -> None:
    """A basket of two currencies has no sum."""
    found = checked(shop, table(line(1), line(2, price="€4.50"), line(3, price="USD 7")))
    assert found.checked == {"new": 1, "refused": 2}
    problem = found.rows.get(sku="S2").problems[0]
    assert (problem["code"], problem["remedy"]) == ("currency_foreign", "Write the price in GBP.")
    made = correcting.correct(
        inventory_import=found, corrections={2: {"price": "3.90"}, 3: {"price": "$7"}}, actor=None
    )
    assert made.outcomes == {"new": 1, "refused": 1}
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    inventory.run(inventory_import=found)
    prices = Listing.objects.order_by("sku").values_list("sku", "price_minor", "currency")
    assert list(prices) == [("S1", 450, "GBP"), ("S2", 390, "GBP")]


def test_sold_and_deleted_rows_go_off_sale(shop) -> None:
    published(shop, table(line(1), line(2), line(3)))
    found = published(shop, table(line(1, quantity="0"), line(2), line(9, quantity="0")))
    assert found.counts == {"gone": 1, "unchanged": 1, "ignored": 1}
    one = Listing.objects.get(sku="S1")
    assert (one.status, one.on_hand) == ("sold", 0)


def test_deleting_takes_every_row_of_the_file_off_sale(shop) -> None:
    published(shop, table(line(1), line(2), line(3)))
    found = published(shop, table(line(1), line(2), line(8)), mode="delete")
    assert found.counts == {"gone": 2, "ignored": 1}
    rows = Listing.objects.order_by("sku").values_list("sku", "status", "on_hand")
    assert list(rows) == [("S1", "withdrawn", 0), ("S2", "withdrawn", 0), ("S3", "active", 1)]
    # And back again.
    assert published(shop, table(line(1))).counts == {"changed": 1}
    assert Listing.objects.get(sku="S1").status == "active"


def test_replacing_everything_withdraws_what_is_missing_when_that_is_confirmed(shop) -> None:
    other = SellerFactory()
    published(other, table(line(1)))
    published(shop, table(*(line(n) for n in range(1, 6))))
    # A damaged row keeps its copy on the shelf.
    data = table(line(1), line(2), line(3, price="dear"))
    found = checked(shop, data, mode="replace")
    assert found.checked == {"unchanged": 2, "refused": 1, "withdrawn": 2}
    assert [r.sku for r in inventory_selectors.rows_of(found, outcome="withdrawn")] == ["S4", "S5"]
    with pytest.raises(ImportStateError) as refused:
        inventory.publish(inventory_import=found, actor=None, enqueue=False)
    assert refused.value.extra["withdrawn"] == 2
    done = publish(found, confirmed=True)
    assert done.counts == {"unchanged": 2, "refused": 1, "withdrawn": 2}
    rows = (
        Listing.objects.filter(seller=shop).order_by("sku").values_list("sku", "status", "on_hand")
    )
    assert list(rows) == [("S1", "active", 1), ("S2", "active", 1), ("S3", "active", 1),
                          ("S4", "withdrawn", 0), ("S5", "withdrawn", 0)]  # fmt: skip
    assert Listing.objects.get(seller=other).status == "active"


def test_a_few_missing_copies_need_no_confirmation(shop) -> None:
    published(shop, table(*(line(n) for n in range(1, 12))))
    found = checked(shop, table(*(line(n) for n in range(1, 11))), mode="replace")
    assert publish(found).counts == {"unchanged": 10, "withdrawn": 1}


def test_far_more_missing_copies_than_the_check_showed_are_left(shop) -> None:
    published(shop, table(line(1), line(2)))
    found = checked(shop, table(line(1), line(2)), mode="replace")
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    published(shop, table(*(line(n) for n in range(3, 9))))
    found = inventory.run(inventory_import=found)
    assert found.status == InventoryStatus.FAILED
    assert found.failure["code"] == "withdraws_too_much"
    assert Listing.objects.filter(status="active").count() == 8


def test_copies_that_are_being_paid_for_stay(shop) -> None:
    published(shop, table(line(1, quantity="5"), line(2), line(3)))
    Listing.objects.filter(sku="S3").update(held=1)
    Listing.objects.filter(sku="S1").update(held=2)
    found = published(shop, table(line(1, quantity="1"), line(2)), mode="replace")
    assert found.counts == {"refused": 2, "unchanged": 1}
    problems = {row.sku: row.problems[0] for row in found.rows.filter(outcome="refused")}
    assert problems["S1"]["message"] == "2 copies are being paid for now."
    assert problems["S3"]["remedy"] == "Try again later."
    # The three that nobody is paying for are off sale all the same.
    assert Listing.objects.get(sku="S1").on_hand == 2
    assert (Listing.objects.get(sku="S3").status, Listing.objects.get(sku="S3").on_hand) == (
        "active",
        1,
    )


def sell(listing, n=1):
    with transaction.atomic():
        stock.hold(listings=stock.lock_listings([listing.pk]), quantities={listing.pk: n})
        stock.sell_held(quantities={listing.pk: n}, reference="B4A-1")


def test_a_copy_that_was_sold_here_is_not_sold_again_by_an_old_file(shop) -> None:
    data = table(line(1), line(2, quantity="5"))
    published(shop, data)
    sell(Listing.objects.get(sku="S1"))
    sell(Listing.objects.get(sku="S2"), 2)
    found = same_file_changes_nothing(shop, data)
    assert {r.problems[0]["code"] for r in found.rows.all()} == {"sold_here"}
    # More than there was before the sale is a delivery, a pile is filled up again after some days.
    published(shop, table(line(2, quantity="6")))
    assert Listing.objects.get(sku="S2").on_hand == 6
    sell(Listing.objects.get(sku="S2"), 1)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        published(shop, table(line(1), line(2, quantity="6")))
    assert Listing.objects.get(sku="S2").on_hand == 6
    # A single copy that was sold stays sold.
    assert Listing.objects.get(sku="S1").on_hand == 0


def test_a_sku_that_was_sold_stays_with_its_book(shop) -> None:
    on_file(1, 2, 3)
    published(shop, table(line(1), line(2)))
    sell(Listing.objects.get(sku="S1"))
    other = {"isbn": isbn(3), "title": "Book number 3"}
    found = published(shop, table(line(1, **other), line(2, **other)))
    assert found.counts == {"refused": 1, "changed": 1}
    assert found.rows.get(number=1).problems[0]["code"] == "sku_retired"
    assert Listing.objects.get(sku="S2").edition.title == "Book number 3"


def test_a_sku_that_stands_twice_is_taken_once(shop, monkeypatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    data = table(line(1), line(2), line(1, title="Another", isbn=""), line(2), line(4), line(4))
    found = published(shop, data)
    assert found.counts == {"new": 3, "refused": 3}
    assert found.rows.get(number=3).problems[0]["message"] == "Row 1 has this SKU too."
    assert same_file_changes_nothing(shop, data).counts == {"unchanged": 3, "refused": 3}


def test_a_third_listing_of_the_same_copy_is_one_too_many(shop) -> None:
    same = {"isbn": isbn(1), "title": "Book number 1", "notes": "Nice."}
    rows = [line(n, **same) for n in (1, 2, 3)]
    found = published(shop, table(*rows, line(4, **{**same, "notes": "With a map."})))
    assert found.counts == {"new": 3, "refused": 1}
    problem = found.rows.get(outcome="refused").problems[0]
    assert problem["code"] == "listed_twice"
    # In another file too; at another price it is the same copy still.
    again = published(shop, table(line(5, price="9.99", **same)))
    assert again.counts == {"refused": 1}


def test_a_book_is_matched_by_its_isbn_unless_the_titles_contradict(shop) -> None:
    on_file(1, 2)
    rows = [line(1), line(2, title="Principles of soil mechanics", author="Karl Terzaghi")]
    published(shop, table(*rows))
    matched = Listing.objects.get(sku="S1").edition
    assert matched.title == "Book number 1"
    doubted = Listing.objects.get(sku="S2").edition
    assert doubted.title == "Principles of soil mechanics"
    assert MatchDoubt.objects.get().reason == "title_contradicts"
    # Nothing of what the catalogue has was changed, and the new book is of the lowest rank.
    assert Edition.objects.count() == 3
    assert [s.rank for s in doubted.sources.all()] == [SourceRank.SHOP]


def test_a_row_never_changes_the_catalogue(shop) -> None:
    on_file(1)
    before = [list(m.objects.order_by("pk").values()) for m in (Edition, Work, Person)]
    data = b"sku,isbn,title,author,publisher,year,price,condition\n" + (
        f"A,{isbn(1)},BOOK NUMBER 1,Somebody Else,Wrong Press,1066,3.00,Fine\n".encode()
    )
    assert published(shop, data).counts == {"new": 1}
    assert [list(m.objects.order_by("pk").values()) for m in (Edition, Work, Person)] == before


def test_without_an_isbn_only_evidence_matches(shop) -> None:
    edition = EditionFactory(
        title="The Mill on the Floss", work__title="The Mill on the Floss", work__author="George Eliot",
        published="1860", published_year=1860,
    )  # fmt: skip
    people.keep_all_names()
    head = b"sku,title,author,publisher,year,price,condition\n"
    thin = b"A,The Mill on the Floss,,,,3.00,Fine\n"
    full = f"B,Mill on the Floss,George Eliot,{edition.publisher or ''},1860,3.00,Fine\n".encode()
    published(shop, head + thin + full)
    assert Listing.objects.get(sku="B").edition == edition
    kept = Listing.objects.get(sku="A")
    assert kept.edition != edition
    assert kept.status == "draft"


def test_paused_and_hidden_copies_stay_so(shop) -> None:
    published(shop, table(line(1), line(2)))
    Listing.objects.filter(sku="S1").update(status="paused")
    Listing.objects.filter(sku="S2").update(status="blocked")
    published(shop, table(line(1, price="1.00"), line(2, price="1.00")))
    assert set(Listing.objects.values_list("status", "price_minor")) == {
        ("paused", 100),
        ("blocked", 100),
    }


def test_pause_resume_and_cancel(shop, monkeypatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    found = checked(shop, table(*(line(n) for n in range(1, 8))))
    inventory.publish(inventory_import=found, actor=None, enqueue=False)

    def pause(now):
        inventory.pause(inventory_import=now)

    found = inventory.run(inventory_import=found, told=pause)
    assert found.paused
    assert found.position == Listing.objects.count() == 2
    with pytest.raises(ImportStateError, match="paused"):
        inventory.run(inventory_import=found)
    inventory.resume(inventory_import=found, enqueue=False)
    # A worker that is to stop leaves it to another.
    found = inventory.run(inventory_import=found, go_on=lambda: False)
    assert found.status == InventoryStatus.PUBLISHING
    found = inventory.run(inventory_import=found)
    assert (found.status, Listing.objects.count()) == (InventoryStatus.PUBLISHED, 7)
    with pytest.raises(ImportStateError):
        inventory.cancel(inventory_import=found, actor=None)


def test_a_worker_that_died_is_missed(shop) -> None:
    found = uploaded(shop, table(line(1)))
    InventoryImport.objects.update(runner=uuid4(), updated_at=timezone.now() - timedelta(minutes=2))
    assert inventory.tend() == 1
    assert ProcrastinateJob.objects.filter(task_name="catalog.run_stock_file").count() == 1
    assert inventory.tend() == 1  # asked for once all the same
    assert ProcrastinateJob.objects.filter(task_name="catalog.run_stock_file").count() == 1
    assert inventory.run(inventory_import=found).status == InventoryStatus.CHECKED


def statements(shop, data):
    found = checked(shop, data)
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    with CaptureQueriesContext(connection) as captured:
        found = inventory.run(inventory_import=found)
    return len(captured), found


def test_a_batch_takes_the_same_statements_for_any_number_of_rows(shop) -> None:
    on_file(*range(1, 101))
    few, _found = statements(shop, table(*(line(n) for n in range(1, 6))))
    many, _found = statements(shop, table(*(line(n) for n in range(6, 101))))
    assert few == many
    # Changed: prices, quantities and words of all.
    few, _found = statements(
        shop, table(*(line(n, price="1.00", quantity="2") for n in range(1, 6)))
    )
    many, _found = statements(
        shop, table(*(line(n, price="1.00", quantity="2") for n in range(6, 101)))
    )
    assert few == many
    unchanged, found = statements(
        shop, table(*(line(n, price="1.00", quantity="2") for n in range(6, 101)))
    )
    assert unchanged < many
    assert found.counts == {"unchanged": 95}


def test_the_state_of_a_dozen_statements(shop) -> None:
    """What a batch asks: so that a new statement is somebody's decision."""
    on_file(*range(1, 11))
    found = checked(shop, table(*(line(n) for n in range(1, 11))))
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    with CaptureQueriesContext(connection) as captured:
        inventory.run(inventory_import=found)
    asked = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    # Lock (1), begin (2), the file's place in the queue: the import, the rows of the report, repeated
    # SKUs, listings by SKU, editions by ISBN, identical copies, new keys, two copies in (listings,
    # movements: not captured), the report's old lines, the position; the end.
    assert len(asked) <= 22, "\n".join(q[:120] for q in asked)
