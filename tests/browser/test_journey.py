"""From a search to two parcels on the way: the whole purchase, by a guest, on a phone and a desktop."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from playwright.sync_api import Page, expect

from books4all.demo import people
from orders.models import Order, SellerOrder
from tests.browser import steps
from tests.orders.journeys import run_jobs

Visit = Callable[..., Page]
GUEST = steps.ADDRESS["Email address"]

# Without scripts the same links and forms do everything.
BROWSERS = pytest.mark.parametrize(
    ("width", "scripts"), [("phone", True), ("desktop", True), ("phone", False), ("desktop", False)]
)


def letters_to(address: str) -> list[EmailMultiAlternatives]:
    return [
        letter
        for letter in mail.outbox
        if isinstance(letter, EmailMultiAlternatives) and letter.to == [address]
    ]


def links_in(letter: EmailMultiAlternatives) -> list[str]:
    """Return the links of a letter; its text and its HTML must lead to the same places."""
    text = set(re.findall(r"https?://\S+", str(letter.body)))
    html = set(re.findall(r'href="(http[^"]+)"', str(letter.alternatives[0][0])))
    assert text & html
    return sorted(text & html)


def order_of(page: Page) -> Order:
    return Order.objects.get(token=urlsplit(page.url).path.strip("/").split("/")[-1])


def buy(page: Page) -> Order:
    """Go from the search to the confirmation, two shops in one basket."""
    first, second = steps.two_shops()
    steps.find_and_add(page, first)
    page.get_by_role("link", name=re.compile("Books4All")).first.click()
    steps.find_and_add(page, second)
    expect(page.locator("section.parcel")).to_have_count(2)
    expect(page.get_by_text("2 books in 2 parcels")).to_be_visible()
    steps.choose_express(page)
    page.get_by_role("link", name="Go to checkout").click()
    steps.submit_empty(page)
    steps.correct_and_pay(page)
    steps.decline_then_pay(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")
    return order_of(page)


@BROWSERS
def test_guest_buys_from_two_shops(visit: Visit, width: str, scripts: bool) -> None:
    page = visit(width, java_script_enabled=scripts)
    page.goto("/")
    order = buy(page)
    assert order.user is None
    assert order.seller_orders.count() == 2
    expect(page.get_by_text(f"Paid, {order.total}")).to_be_visible()
    expect(page.get_by_role("heading", name="Parcel 2 from")).to_be_visible()
    # The basket is empty again, and what was bought can't be bought twice.
    page.goto(reverse("orders:basket"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your basket is empty")


def test_order_is_followed_from_mail_to_parcel(visit: Visit, signed_in: Visit) -> None:
    page = visit("phone")
    page.goto("/")
    order = buy(page)
    run_jobs(late=True)
    (placed,) = letters_to(GUEST)
    assert order.number in placed.subject + str(placed.body)
    sellers = {parcel.seller.email for parcel in order.seller_orders.select_related("seller")}
    assert {letter.to[0] for letter in mail.outbox} == {GUEST, *sellers}

    staff = signed_in(people.STAFF)
    parcel = order.seller_orders.order_by("pk")[0]
    steps.ship_in_admin(staff, parcel.pk, carrier="Royal Mail", tracking="QX123456789GB")
    run_jobs(late=True)

    # Somebody else's browser: the link in the mail is enough.
    reader = visit("phone")
    letter = letters_to(GUEST)[-1]
    assert "Royal Mail" in str(letter.body)
    tracking = next(link for link in links_in(letter) if "/orders/" in link)
    reader.goto(tracking)
    shipped = reader.locator("section.parcel").filter(has_text=parcel.seller.name)
    expect(shipped).to_contain_text("QX123456789GB")
    expect(reader.locator("section.parcel").filter(has_not_text="QX123456789GB")).to_have_count(1)
    assert SellerOrder.objects.get(pk=parcel.pk).status == "shipped"
    for link in links_in(placed):
        answer = reader.goto(link)
        assert answer is not None
        assert answer.ok


def test_payment_with_3d_secure(visit: Visit) -> None:
    page = visit("phone")
    steps.add_copy(page, steps.two_shops()[0])
    steps.to_checkout(page)
    steps.pay_with(page, "Asks for 3-D Secure")
    page.get_by_role("button", name="No, it is not").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was charged")
    steps.pay_with(page, "Asks for 3-D Secure")
    page.get_by_role("button", name="Yes, confirm the payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")


def test_browser_that_never_comes_back(visit: Visit) -> None:
    page = visit("phone")
    steps.add_copy(page, steps.two_shops()[0])
    steps.to_checkout(page)
    steps.pay_with(page, "Paid, but you are not led back")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paid, and then the line went dead")
    # The provider's message places the order, and the shop's mail leads to it.
    run_jobs(late=True)
    (letter,) = letters_to(GUEST)
    page.goto(next(link for link in links_in(letter) if "/orders/" in link))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")


def test_payment_is_put_off_and_the_basket_changed(visit: Visit) -> None:
    page = visit()
    for listing in steps.two_shops():
        steps.add_copy(page, listing)
    steps.to_checkout(page)
    page.get_by_role("link", name="Cancel and go back to the shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your payment is not complete")
    page.get_by_role("button", name="Change the basket").click()
    page.get_by_role("button", name=re.compile("^Remove")).first.click()
    expect(page.locator("section.parcel")).to_have_count(1)
    steps.to_checkout(page)
    steps.pay_with(page, "Succeeds")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Hester Lamb")
