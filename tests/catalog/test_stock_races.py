"""Two files of one shop at once, and a file while people buy."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from catalog.constants import InventoryStatus
from catalog.errors import ImportBusyError, OutOfStockError
from catalog.models import InventoryImport, Listing, StockMovement
from catalog.services import inventory, stock
from catalog.services.inventory import batches, correcting, running
from tests.catalog.stock_uploads import checked, line, published, table, uploaded
from tests.factories.accounts import SellerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_second_file_of_the_shop_waits_and_says_for_which(monkeypatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    shop = SellerFactory()
    first = uploaded(shop, table(*(line(n) for n in range(1, 9))), name="monday.csv")
    second = uploaded(shop, table(line(1, price="9.00")), name="tuesday.csv")
    elsewhere = uploaded(SellerFactory(), table(line(1)), name="other.csv")
    begun, go_on = threading.Event(), threading.Event()

    def told(_found: InventoryImport) -> None:
        begun.set()
        go_on.wait(30)

    thread = in_thread(lambda: inventory.run(inventory_import=first, told=told))
    try:
        assert begun.wait(30)
        with pytest.raises(ImportBusyError, match=r"“monday\.csv” is being worked on"):
            inventory.run(inventory_import=second)
        # Other shops don't wait.
        assert inventory.run(inventory_import=elsewhere).status == InventoryStatus.CHECKED
        with pytest.raises(ImportBusyError):
            correcting.correct(inventory_import=second, corrections={1: {"price": "1"}}, actor=None)
    finally:
        go_on.set()
        thread.join()
    assert inventory.run(inventory_import=second).status == InventoryStatus.CHECKED


def buy(pk: int, bought: list[int]) -> None:
    try:
        with transaction.atomic():
            stock.hold(listings=stock.lock_listings([pk]), quantities={pk: 1})
        time.sleep(0.01)
        with transaction.atomic():
            stock.sell_held(quantities={pk: 1}, reference="B4A")
    except OutOfStockError:
        return
    bought.append(pk)


def sales_during(shop) -> tuple[list[Listing], list[int]]:
    """Publish fewer copies of everything while eight people buy; return the shelves and what was sold."""
    published(shop, table(*(line(n, quantity="6") for n in range(1, 9))))
    found = checked(shop, table(*(line(n, quantity="3") for n in range(1, 9))))
    inventory.publish(inventory_import=found, actor=None, enqueue=False)
    keys = list(Listing.objects.filter(seller=shop).order_by("-pk").values_list("pk", flat=True))
    bought: list[int] = []
    threads = [in_thread(lambda: [buy(pk, bought) for pk in keys]) for _buyer in range(4)]
    inventory.run(inventory_import=found)
    for thread in threads:
        thread.join()
    return list(Listing.objects.filter(seller=shop)), bought


def adds_up(rows: list[Listing], bought: list[int]) -> bool:
    for one in rows:
        moved = StockMovement.objects.filter(listing=one).aggregate(n=Sum("quantity"))["n"]
        sold = -(StockMovement.objects.filter(listing=one, kind="sold").aggregate(n=Sum("quantity"))["n"] or 0)  # fmt: skip
        if moved != one.on_hand or sold != bought.count(one.pk) or not 0 <= one.held <= one.on_hand:
            return False
    return True


def test_a_file_is_published_while_people_buy() -> None:
    rows, bought = sales_during(SellerFactory())
    assert bought
    assert adds_up(rows, bought)


def test_control_with_listings_that_nobody_locks_stock_and_movements_part(monkeypatch) -> None:
    def unlocked(self, decisions):
        time.sleep(0.3)
        return decisions

    monkeypatch.setattr(batches._Batch, "_decide_locked", unlocked)
    for _try in range(5):
        if not adds_up(*sales_during(SellerFactory())):
            return
    pytest.fail("The race did not happen.")
