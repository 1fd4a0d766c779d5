"""An auditor's walk: from an order to every posting, to the shop's account, to its payout and its statement."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import JournalEntry, Order, Payout, SellerOrder
from orders.selectors.paperwork.months import Month
from orders.services import (
    checking,
    completion,
    month_documents,
    paying_out,
    payouts,
    seller_orders,
)
from tests.browser.checks import too_wide, violations
from tests.factories.accounts import CompleteSellerFactory, SellerDetailsFactory, StaffFactory
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import placed

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("ADMIN_SHOTS")
SHOP = "Cat & Candle"


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Order:
    """An order of £20.00 and its post that was posted, has arrived, is completed, paid out and stated."""
    # Playwright runs an event loop in this thread; the queries here are our own.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    shop = CompleteSellerFactory(name=SHOP)
    SellerDetailsFactory(seller=shop)
    order = placed(ListingFactory(seller=shop, price_minor=2000))
    part = order.seller_orders.get()
    seller_orders.ship(seller_order_id=part.pk, carrier="Royal Mail", actor=None)
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    SellerOrder.objects.filter(pk=part.pk).update(act_by=timezone.now() - timedelta(minutes=1))
    completion.complete(seller_order_id=part.pk)
    payout = payouts.make_for(seller=shop, currency="GBP")
    assert payout is not None
    paying_out.on_its_way(payout)
    paying_out.completed(payout_id=payout.pk, attempt=payout.attempt)
    month = Month.of(timezone.localdate())
    with time_machine.travel(month.end + timedelta(hours=5), tick=True):
        month_documents.issue_month(seller_id=shop.pk, month=month, currency="GBP")
    checking.carry_out(run_id=checking.start().pk)
    return order


@pytest.fixture
def auditor(client: Client, page: Page, live_server: LiveServer, order: Order) -> Page:
    """Stand on the start page of the administration."""
    assert order
    client.force_login(StaffFactory(name="Iris Vale"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + reverse("admin:index"))
    return page


def shoot(page: Page, name: str) -> None:
    """Keep a picture at both widths, where somebody wants to look."""
    if not SHOTS:
        return
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def figure(page: Page, label: str) -> str:
    """Follow a figure of the money panel to its postings; returns what it said."""
    link = page.locator(".money-panel tr", has_text=label).get_by_role("link")
    said = link.inner_text()
    link.click()
    return said


def test_every_penny_of_an_order_is_followed(auditor: Page, order: Order) -> None:
    page, total = auditor, str(order.total)
    expect(page.get_by_text("The books add up")).to_be_visible()
    page.get_by_label("Find an order, a payment or a shop").fill(order.number)
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url(re.compile(f"/order/{order.pk}/"))
    shoot(page, "order")
    at_the_order = page.url

    # What the buyer paid, to the payment and back.
    assert figure(page, "Paid by the buyer") == total
    page.locator("#result_list").get_by_role("link", name="Payment received").click()
    shoot(page, "entry")
    expect(page.locator("tfoot td.sum_money")).to_have_text([total, total])
    page.locator(".field-from_what a").click()
    expect(page).to_have_url(re.compile(f"/payment/{order.payment.pk}/"))
    page.get_by_role("link", name=re.compile("Payment received")).click()
    expect(page).to_have_url(re.compile("/journalentry/"))

    # Every entry of the order adds up, and leads to what made it.
    page.goto(at_the_order)
    page.locator("#content-main").get_by_role("link", name="Journal entries").click()
    entries = JournalEntry.objects.filter(order=order)
    expect(page.locator("#result_list tbody tr")).to_have_count(entries.count())
    for entry in entries:
        page.goto(f"{at_the_order.partition('/admin/')[0]}{address(entry)}")
        expect(page.locator("tfoot td.sum_money")).to_have_count(2)
        debit, credit = page.locator("tfoot td.sum_money").all_inner_texts()
        assert debit == credit
        page.locator(".field-from_what a").click()
        expect(page.locator("#content h1")).to_be_visible()
        expect(page.locator(".field-entries a", has_text=f"entry {entry.pk}")).to_be_visible()

    # From what the shop earned to its account, the payout that took it, and the statement of the month.
    page.goto(at_the_order)
    figure(page, "Of it ready for payout")
    page.locator("#result_list").get_by_role("link", name=f"Ready for payout: {SHOP}").first.click()
    shoot(page, "account")
    page.locator("#content-main").get_by_role("link", name="Payout made").click()
    page.locator(".field-from_what a").click()
    payout = Payout.objects.get()
    expect(page).to_have_url(re.compile(f"/payout/{payout.pk}/"))
    expect(page.get_by_role("link", name=order.number).first).to_be_visible()
    shoot(page, "payout")
    page.locator("#content-main").get_by_role("link", name="Statements").click()
    page.locator("#result_list tbody tr").get_by_role("link").first.click()
    expect(page.get_by_text("Statement").first).to_be_visible()
    expect(page.get_by_role("link", name=SHOP).first).to_be_visible()


def address(entry: JournalEntry) -> str:
    return reverse("admin:orders_journalentry_change", args=[entry.pk])


def test_the_pages_of_money_are_accessible_and_fit(auditor: Page, order: Order) -> None:
    page, site = auditor, auditor.url.partition("/admin/")[0]
    part = placed(ListingFactory(price_minor=20_000)).seller_orders.get()
    page.goto(site + reverse("admin:orders_sellerorder_step", args=[part.pk, "cancel"]))
    page.get_by_label("Reason").fill("Damp")
    page.get_by_role("button", name="Show what it would write").click()
    expect(page.get_by_text("Ask a colleague to approve it")).to_be_visible()
    looked = {"step": ""}
    looked |= {
        "start": reverse("admin:index"),
        "money": reverse("admin:money"),
        "find": reverse("admin:find") + "?q=hester",
        "accounts": reverse("admin:orders_ledgeraccount_changelist"),
    }
    for name, path in looked.items():
        if path:
            page.goto(site + path)
        shoot(page, name)
        ours = [one for one in violations(page, [(1280, "light"), (390, "dark")]) if one]
        assert ours == [], name
        assert too_wide(page, (390,)) == [], name
