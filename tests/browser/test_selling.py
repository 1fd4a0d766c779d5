"""From an application to a parcel on its way: a shop opens, sells its stock file, and posts a book.

Timed by its number of steps: whoever adds a page to the way has to change a number here.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from accounts.models import Seller
from books4all.demo import people
from catalog.models import Listing
from catalog.search import index
from orders.models import Order
from tests.browser import selling_steps as selling
from tests.browser import steps, stock
from tests.orders.journeys import run_jobs

Visit = Callable[..., Page]
ORDINARY, FULL = 300, 5000
# Presses of links and buttons, and a letter that is opened: from the start page to an application that
# was sent and a table of delivery rates; from a damaged file to copies on sale; from an order to a
# parcel with a label.
OPENING, STOCKING, POSTING = 19, 6, 7


def downloaded(page: Page, link: str) -> bytes:
    """Press a link that gives a file, and return what was in it."""
    with page.expect_download() as given:
        page.get_by_role("link", name=link).click()
    download: Download = given.value
    return Path(download.path()).read_bytes()


def sell_stock(walk: selling.Walk, rows: int) -> None:
    """Upload a damaged file, mend what its report names, upload it again, and publish it."""
    damaged = sum(stock.is_damaged(number) for number in range(rows))
    selling.upload(walk, stock.stock_file(rows))
    walk.page.reload()
    expect(
        walk.page.get_by_role("heading", name=f"{damaged} rows need a correction")
    ).to_be_visible()
    walk.pressed.append("Download the whole file with what is wrong")
    report = downloaded(walk.page, "Download the whole file with what is wrong")
    mended, count = stock.mend(report)
    assert count == damaged
    selling.upload(walk, mended, "stock-mended.txt")
    selling.publish(walk, rows)
    index.catch_up()


@pytest.mark.parametrize("rows", [ORDINARY, pytest.param(FULL, marks=pytest.mark.proof)])
def test_from_application_to_parcel(visit: Visit, signed_in: Visit, rows: int) -> None:
    walk = selling.Walk(visit())
    selling.sign_up(walk)
    selling.apply(walk)
    selling.set_delivery(walk)
    assert len(walk.pressed) == OPENING, walk.pressed
    staff = signed_in(people.STAFF)
    selling.approve(staff, selling.SHOP)
    run_jobs(late=True)

    sell_stock(walk, rows)
    assert len(walk.pressed) == OPENING + STOCKING, walk.pressed
    shop = Seller.objects.get(name=selling.SHOP)
    assert Listing.objects.on_sale().filter(seller=shop).count() == rows

    # A reader finds a copy that had been damaged, by its title, and buys it.
    copy = Listing.objects.get(seller=shop, sku=stock.sku(stock.EVERY - 1))
    reader = visit("phone")
    reader.goto("/")
    steps.find_and_add(reader, copy)
    steps.to_checkout(reader)
    steps.pay_with(reader, "Succeeds")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")
    run_jobs(late=True)
    order = Order.objects.get(seller_orders__seller=shop)

    walk.link("Today")
    walk.link(re.compile(order.number))
    walk.button("Accept order")
    walk.sees("Accepted. It waits under “To post”.")
    print_label(walk)
    walk.link("Mark posted")
    walk.fill("Carrier", "Royal Mail")
    walk.fill("Tracking number", "QX123456789GB")
    walk.button("Mark posted")
    walk.sees("Posted. The buyer is told by mail.")
    assert len(walk.pressed) == OPENING + STOCKING + POSTING, walk.pressed

    run_jobs(late=True)
    reader.reload()
    expect(reader.get_by_role("main")).to_contain_text("QX123456789GB")


def print_label(walk: selling.Walk) -> None:
    """Choose the paper, and have the label made; the shop comes back to the order."""
    order = walk.page.url
    walk.link("Address label")
    walk.pressed.append("Make the labels")
    paper = walk.page.locator("main form").first
    fields = paper.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    answer = walk.page.request.get(f"{paper.evaluate('form => form.action')}?{fields}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    walk.page.goto(order)
