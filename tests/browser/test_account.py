"""An account from the first letter to the last: signing up, signing in, lists, addresses, preferences."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from books4all.demo import people
from catalog.models import Work
from tests.browser import steps
from tests.orders.journeys import run_jobs

Visit = Callable[..., Page]
PASSWORD = "four words to remember"


def sign_in(page: Page, email: str = people.READER, password: str = people.PASSWORD) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def link_in_last_letter(to: str) -> str:
    run_jobs(late=True)
    letter = mail.outbox[-1]
    assert letter.to == [to]
    links = re.findall(r"https?://\S+/auth/\S+", str(letter.body))
    return str(urlsplit(links[0]).path)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_sign_up_and_buy(visit: Visit) -> None:
    page = visit("phone")
    steps.add_copy(page, steps.two_shops()[0])
    page.get_by_role("link", name="Account").first.click()
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Email address").fill("ivy@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Open an account").click()
    heading(page, "Look into your mail")
    page.goto(link_in_last_letter("ivy@example.org"))
    page.get_by_role("button", name="Yes, confirm it").click()
    page.goto(reverse("accounts:account"))
    expect(page.get_by_text("You sign in with ivy@example.org.")).to_be_visible()
    # The basket came along, the checkout knows the address, and the order stands in the account.
    page.goto(reverse("orders:checkout"))
    expect(page.get_by_label("Email address")).to_have_value("ivy@example.org")
    steps.to_checkout(page)
    steps.pay_with(page, "Succeeds")
    heading(page, "Thank you, Hester Lamb")
    page.goto(reverse("orders:my_orders"))
    order = User.objects.get(email="ivy@example.org").orders.get()
    expect(page.get_by_role("main")).to_contain_text(order.number)
    page.get_by_role("main").get_by_role("link", name=re.compile(order.number)).first.click()
    expect(page.get_by_role("main")).to_contain_text("Hester Lamb")


def test_baskets_become_one_at_sign_in(visit: Visit) -> None:
    first, second = steps.two_shops()
    elsewhere = visit()
    sign_in(elsewhere)
    steps.add_copy(elsewhere, first)
    page = visit()
    steps.add_copy(page, second)
    sign_in(page)
    page.goto(reverse("orders:basket"))
    expect(page.locator("section.parcel")).to_have_count(2)
    page.goto("/")
    expect(page.locator("#tools")).to_contain_text("2")
    expect(page.locator("#tools")).to_contain_text("Rowan")


def test_wrong_password(visit: Visit) -> None:
    page = visit()
    sign_in(page, password="not the right one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(people.READER)
    expect(page.get_by_label("Password")).to_have_value("")


def test_forgotten_password(visit: Visit) -> None:
    page = visit("phone")
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Forgotten it?").click()
    page.get_by_label("Email address").fill(people.READER)
    page.get_by_role("button", name="Email me a link").click()
    heading(page, "Look into your mail")
    page.goto(link_in_last_letter(people.READER))
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    heading(page, "Your new password is saved")
    sign_in(page, password=PASSWORD)
    expect(page).to_have_url(re.compile(reverse("accounts:account") + "$"))


def test_code_by_mail_and_sign_out(visit: Visit) -> None:
    page = visit()
    page.goto(reverse("account_login"))
    page.get_by_label("Email address").fill(people.READER)
    page.get_by_role("button", name="Email me a sign-in code").click()
    run_jobs(late=True)
    code = re.search(
        r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[-1].body), re.MULTILINE
    )
    assert code
    page.get_by_label(re.compile("[Cc]ode")).fill(code[1])
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(reverse("accounts:account"))
    page.get_by_role("link", name="Sign out", exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    page.goto(reverse("accounts:account"))
    expect(page).to_have_url(re.compile(reverse("account_login")))


def test_address_book(signed_in: Visit) -> None:
    page = signed_in(width="phone")
    page.goto(reverse("accounts:addresses"))
    page.get_by_role("link", name="Add an address").click()
    page.get_by_label("Full name").fill("Rowan Reader")
    page.get_by_label("Address", exact=True).fill("9 Wharf Street")
    page.get_by_label(re.compile("Town")).fill("Leeds")
    page.get_by_label("Postcode").fill("LS2 7EQ")
    page.get_by_role("button", name="Save the address").click()
    expect(page.get_by_text("Address added.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Change.*9 Wharf Street")).click()
    page.get_by_label("Address", exact=True).fill("10 Wharf Street")
    page.get_by_role("button", name="Save the address").click()
    # At checkout it is one press away.
    steps.add_copy(page, steps.two_shops()[0])
    page.goto(reverse("orders:checkout"))
    page.get_by_role("link", name=re.compile("10 Wharf Street")).click()
    expect(page.get_by_label("Address line 1")).to_have_value("10 Wharf Street")
    page.goto(reverse("accounts:addresses"))
    page.get_by_role("link", name=re.compile("^Remove.*10 Wharf Street")).click()
    page.get_by_role("button", name="Remove the address").click()
    expect(page.get_by_role("main")).not_to_contain_text("10 Wharf Street")


def test_wants_and_reading_list(visit: Visit) -> None:
    work = Work.objects.order_by("-popularity", "pk")[0]
    page = visit("phone")
    # Wanted before signing in: kept until then.
    page.goto(work.get_absolute_url())
    page.get_by_role("button", name="Add to wants").click()
    page.get_by_label("Email address").fill(people.READER)
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.goto(reverse("catalog:wants"))
    this = re.escape(work.title[:12])
    page.get_by_role("link", name=re.compile(f"^Change want: {this}")).click()
    page.get_by_label("Most you would pay, delivered").fill("12.50")
    page.get_by_role("button", name="Save the terms").click()
    expect(page.get_by_text("up to £12.50 delivered")).to_be_visible()
    page.get_by_role("button", name=re.compile(f"^Remove want: {this}")).click()
    expect(page.get_by_text("Removed from your wants.")).to_be_visible()

    page.goto(work.get_absolute_url())
    page.get_by_role("button", name="Put on your reading list").click()
    page.goto(reverse("catalog:reading_list"))
    page.get_by_role("button", name=f"Remove {work.title}").click()
    expect(page.get_by_text("Taken off your reading list.")).to_be_visible()


def test_preferences(visit: Visit) -> None:
    work = steps.two_shops()[0].edition.work
    page = visit()
    page.goto(work.get_absolute_url())
    at_home = page.locator("main .price").first.inner_text()
    foot = page.get_by_role("contentinfo")
    foot.get_by_label("Deliver to").select_option("US")
    foot.get_by_role("button", name="Change country").click()
    expect(foot.get_by_label("Deliver to")).to_have_value("US")
    expect(page.locator("main .price").first).not_to_have_text(at_home)
    root = page.locator("html")
    for name in ("Dark", "Light"):
        foot.get_by_role("button", name=name).click()
        expect(root).to_have_attribute("data-theme", name.lower())
        expect(foot.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    foot.get_by_role("button", name="Auto").click()
    assert root.get_attribute("data-theme") is None
    assert urlsplit(page.url).path == work.get_absolute_url()
