"""The purchase with a keyboard alone: Tab, Enter and typing. Where the focus is can always be seen."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.keys import press, skip, tab_to

Visit = Callable[..., Page]


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_purchase_by_keyboard(visit: Visit, width: str) -> None:
    listing = steps.two_shops()[0]
    work = listing.edition.work
    page = visit(width)
    page.goto("/")
    tab_to(page, page.locator("#q"))
    page.keyboard.type(work.title)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search/"))
    skip(page)
    press(page, page.get_by_role("main").get_by_role("link", name=work.title, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(work.title)
    skip(page)
    press(
        page, page.get_by_role("button", name=re.compile("^Add to basket")).locator("visible=true")
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Your basket")
    skip(page)
    press(page, page.get_by_role("link", name="Go to checkout"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    skip(page)
    for label, value in steps.ADDRESS.items():
        tab_to(page, page.get_by_label(re.compile(f"^{label}")))
        page.keyboard.type(value)
    press(page, page.get_by_role("button", name="Pay £"))
    expect(page).to_have_url(re.compile("/sandbox-pay/"))
    tab_to(page, page.get_by_label("Succeeds"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    press(page, page.get_by_role("button", name="Pay £"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")


def test_errors_take_the_focus(visit: Visit) -> None:
    page = visit()
    steps.add_copy(page, steps.two_shops()[0])
    page.goto(reverse("orders:checkout"))
    press(page, page.get_by_role("button", name="Pay £"))
    expect(page.get_by_role("alert")).to_be_focused()
    press(page, page.get_by_role("alert").get_by_role("link", name="Enter the name for the parcel"))
    expect(page.get_by_label("Full name")).to_be_focused()


def test_enter_pays_from_the_address_and_uses_the_code_from_its_field(visit: Visit) -> None:
    page = visit()
    steps.add_copy(page, steps.two_shops()[0])
    page.goto(reverse("orders:checkout"))
    page.get_by_label("Town or city").press("Enter")
    expect(page.get_by_role("alert").get_by_role("link").first).to_be_visible()
    page.get_by_label("Town or city").fill("Ludlow")
    page.get_by_label("Voucher or gift card").fill("NONE")
    page.get_by_label("Voucher or gift card").press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "There is no such code. Check it against your card or mail."
    )
    expect(page.get_by_label("Town or city")).to_have_value("Ludlow")


def test_suggestions_by_keyboard(visit: Visit) -> None:
    title = steps.two_shops()[0].edition.work.title
    page = visit()
    page.goto("/")
    box = page.locator("#q")
    tab_to(page, box)
    page.keyboard.type(title[:8])
    expect(page.get_by_role("option").first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type(title[8:12])
    option = page.get_by_role("option", name=re.compile(re.escape(title))).first
    expect(option).to_be_visible()
    for _step in range(10):
        page.keyboard.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "none")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_filters_by_keyboard_on_a_phone(visit: Visit) -> None:
    page = visit("phone")
    page.goto(reverse("catalog:search"))
    drawer = page.locator("#facets")
    expect(drawer).to_be_hidden()
    press(page, page.get_by_role("button", name="Filters").locator("visible=true"))
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
