"""Steps that shoppers and staff take in a browser, in words of what they see."""

import re

from django.urls import reverse
from playwright.sync_api import Page, expect

from catalog.models import DeliveryRate, Listing

ADDRESS = {
    "Email address": "hester@example.org",
    "Full name": "Hester Lamb",
    "Address line 1": "1 Mill Lane",
    "Town or city": "Ludlow",
    "Postcode": "SY8 1AB",
}


def two_shops() -> list[Listing]:
    """Return the cheapest copies of two books, from two shops in Britain that know express delivery."""
    express = DeliveryRate.objects.filter(destination="GB", service="express")
    found: list[Listing] = []
    listings = (
        Listing.objects.on_sale()
        .filter(seller__country="GB", seller__in=express.values("seller"))
        .select_related("edition__work", "seller")
        .order_by("price_minor", "pk")
    )
    for listing in listings[:500]:
        known = {(one.seller_id, one.edition.work_id) for one in found}
        if all(listing.seller_id != s and listing.edition.work_id != w for s, w in known):
            found.append(listing)
        if len(found) == 2:
            break
    return found


def add_copy(page: Page, listing: Listing) -> None:
    """Go to a book's page and put the copy of a shop in the basket."""
    page.goto(listing.edition.work.get_absolute_url())
    form = page.locator(f"form:has(input[name=listing][value='{listing.pk}'])")
    form.first.get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your basket")


def fill_address(page: Page, **other: str) -> None:
    """Type an address at checkout."""
    for label, value in {**ADDRESS, **other}.items():
        page.get_by_label(re.compile(f"^{label}")).fill(value)


def to_checkout(page: Page) -> None:
    """From anywhere: go to checkout, type an address and go on to the provider's page."""
    page.goto(reverse("orders:checkout"))
    fill_address(page)
    page.get_by_role("button", name="Pay £").click()
    expect(page).to_have_url(re.compile("/sandbox-pay/"))


def find_and_add(page: Page, listing: Listing) -> None:
    """Search for a book, open it and put the copy of a shop in the basket."""
    work = listing.edition.work
    page.get_by_label("Search by title, author, ISBN or shop").fill(work.title)
    page.get_by_role("search").get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("link", name=work.title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(work.title)
    form = page.locator(f"form:has(input[name=listing][value='{listing.pk}']) button")
    form.locator("visible=true").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your basket")
    expect(page.get_by_text(f"{listing.edition.title} is in your basket.")).to_be_visible()


def choose_express(page: Page) -> None:
    """Change one parcel's delivery to the dearest kind, and see the total follow."""
    total = page.locator("dl.sum .total dd")
    before = total.inner_text()
    choice = page.get_by_label("Delivery", exact=True).first
    choice.select_option(index=choice.locator("option").count() - 1)
    page.get_by_role("button", name=re.compile("^Change delivery from")).first.click()
    expect(total).not_to_have_text(before)


def submit_empty(page: Page) -> None:
    """Send the checkout with only a wrong address in it: what is wrong is said, what was typed is kept."""
    page.get_by_label("Email address").fill("hester@")
    page.get_by_label(re.compile("^Town or city")).fill("Ludlow")
    page.get_by_role("button", name="Pay £").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_label(re.compile("^Town or city"))).to_have_value("Ludlow")
    expect(page.get_by_label("Email address")).to_have_value("hester@")
    expect(page.get_by_label("Email address")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link", name="Enter the name for the parcel").click()
    expect(page.get_by_label("Full name")).to_be_focused()


def correct_and_pay(page: Page) -> None:
    """Put right what was wrong and go on to the provider."""
    fill_address(page)
    page.get_by_role("button", name="Pay £").click()
    expect(page).to_have_url(re.compile("/sandbox-pay/"))


def pay_with(page: Page, card: str) -> None:
    """Pay with one of the test cards."""
    page.get_by_label(card).check()
    page.get_by_role("button", name="Pay £").click()


def decline_then_pay(page: Page) -> None:
    """Have a card declined, and type another one."""
    pay_with(page, "Is declined")
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay £").click()


def ship_in_admin(page: Page, parcel: object, *, carrier: str, tracking: str) -> None:
    """Mark a parcel as posted, as staff."""
    page.goto(reverse("admin:orders_sellerorder_change", args=[parcel]))
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".messagelist")).to_contain_text("accepted")
    page.get_by_role("link", name="Mark as posted").click()
    page.get_by_label("Carrier").fill(carrier)
    page.get_by_label("Tracking number").fill(tracking)
    page.get_by_role("button", name="Mark as posted").click()
    expect(page.locator(".messagelist")).to_contain_text("The buyer is told by mail")
