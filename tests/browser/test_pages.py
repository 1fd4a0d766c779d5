"""Every page: no axe violations at both widths in both themes, nothing sticks out, valid HTML.

The console, the Content-Security-Policy and missing files are watched by the fixture ``watch``.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Seller, User
from books4all.demo import people
from books4all.errors import server_error
from books4all.lib.middleware import unavailable
from catalog.models import Publisher, Series, Subject, Work
from catalog.services import reading_lists, wants
from orders.models import Order, SellerOrder
from tests.browser.checks import assert_good, too_wide, violations
from tests.browser.steps import add_copy, to_checkout, two_shops

Visit = Callable[..., Page]


def open_and_check(page: Page, path: str, *, status: int = 200) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    assert_good(page, answer.text())


def reader() -> User:
    return User.objects.get(email=people.READER)


# --- The catalogue -------------------------------------------------------------------------------


def best_stocked() -> Work:
    return Work.objects.order_by("-popularity", "pk")[0]


CATALOGUE: dict[str, Callable[[], str]] = {
    "home": lambda: reverse("catalog:home"),
    "search": lambda: reverse("catalog:search"),
    "search-list": lambda: reverse("catalog:search") + "?view=list",
    "search-words": lambda: f"{reverse('catalog:search')}?q={best_stocked().title.split()[-1]}",
    "search-filtered": lambda: reverse("catalog:search") + "?kind=rare&min=1000",
    "search-bad-price": lambda: reverse("catalog:search") + "?min=cheap",
    "search-empty": lambda: reverse("catalog:search") + "?q=xyzzyplugh",
    "search-wrong-isbn": lambda: reverse("catalog:search") + "?q=9780141439514",
    "book": lambda: best_stocked().get_absolute_url(),
    "review": lambda: reverse("catalog:review", args=[best_stocked().slug]),
    "authors": lambda: reverse("catalog:authors"),
    "authors-cyrillic": lambda: reverse("catalog:authors") + "?letter=Д",
    "publishers": lambda: reverse("catalog:publishers"),
    "publisher": lambda: str(Publisher.objects.order_by("pk")[0].get_absolute_url()),
    "series-list": lambda: reverse("catalog:series_list"),
    "new": lambda: reverse("catalog:new"),
    "new-of-subject": lambda: reverse("catalog:new") + "?subject=fiction",
    "rare": lambda: reverse("catalog:rare"),
    "author": lambda: str(best_stocked().contributions.all()[0].person.get_absolute_url()),
    "subjects": lambda: reverse("catalog:subjects"),
    "subject": lambda: Subject.objects.get(slug="fiction").get_absolute_url(),
    "series": lambda: str(Series.objects.order_by("pk")[0].get_absolute_url()),
    "shops": lambda: reverse("catalog:shops"),
    "shop": lambda: reverse("catalog:shop", args=[Seller.objects.order_by("pk")[0].slug]),
    "conditions": lambda: reverse("catalog:conditions"),
    **{
        name: (lambda name=name: reverse(f"pages:{name}"))  # type: ignore[misc]  # bound now
        for name in ("help", "about", "fees", "terms", "privacy", "accessibility")
    },
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_catalogue(visit: Visit, name: str) -> None:
    open_and_check(visit(), CATALOGUE[name]())


# --- Buying --------------------------------------------------------------------------------------


def test_basket_empty(visit: Visit) -> None:
    open_and_check(visit(), reverse("orders:basket"))


def test_basket_full(visit: Visit) -> None:
    page = visit()
    for listing in two_shops():
        add_copy(page, listing)
    open_and_check(page, reverse("orders:basket"))


def test_checkout(visit: Visit) -> None:
    page = visit()
    add_copy(page, two_shops()[0])
    open_and_check(page, reverse("orders:checkout"))


def test_checkout_with_errors(visit: Visit) -> None:
    page = visit()
    add_copy(page, two_shops()[0])
    page.goto(reverse("orders:checkout"))
    with page.expect_navigation() as sent:
        page.get_by_role("button", name="Pay £").click()
    assert sent.value is not None
    assert sent.value.status == 422
    assert_good(page, sent.value.text())


def test_payment_page_and_what_it_says(visit: Visit) -> None:
    page = visit()
    add_copy(page, two_shops()[0])
    to_checkout(page)
    payment_page = page.url
    open_and_check(page, payment_page)
    page.get_by_label("Is declined").check()
    page.get_by_role("button", name="Pay £").click()
    declined = page.get_by_role("alert")
    declined.wait_for()
    assert_good(page, page.content())
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Asks for 3-D Secure").check()
    page.get_by_role("button", name="Pay £").click()
    page.get_by_role("heading", name="Your bank asks").wait_for()
    open_and_check(page, page.url)
    # The basket and the way back say that this order waits.
    order = Order.objects.get(payment__reference=payment_page.rstrip("/").rsplit("/", 1)[1])
    open_and_check(page, reverse("orders:basket"))
    open_and_check(page, reverse("orders:pay_return", args=[order.payment.pk]))


def test_tracking(visit: Visit) -> None:
    for status in ("placed", "shipped", "delivered"):
        parcel = SellerOrder.objects.filter(status=status).order_by("pk")[0]
        open_and_check(visit(), parcel.order.get_absolute_url())


# --- Signing in ----------------------------------------------------------------------------------

ENTRANCE = (
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
)


@pytest.mark.parametrize("name", ENTRANCE)
def test_entrance(visit: Visit, name: str) -> None:
    open_and_check(visit(), reverse(name))


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_entrance_with_errors(visit: Visit, name: str) -> None:
    page = visit()
    page.goto(reverse(name))
    page.locator("main form").first.evaluate("form => { form.noValidate = true }")
    page.locator("main form button.btn").first.click()
    page.get_by_role("alert").wait_for()
    assert page.title().startswith("Error:")
    assert_good(page, page.content())


def test_new_password(visit: Visit) -> None:
    open_and_check(visit(), reverse("account_reset_password_from_key", args=["1", "wrong-key"]))


def test_code_by_mail(visit: Visit) -> None:
    page = visit()
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(people.READER)
    page.get_by_role("button", name="Email me a sign-in code").click()
    page.get_by_role("heading", level=1).wait_for()
    open_and_check(page, page.url)


# --- The account ---------------------------------------------------------------------------------

ACCOUNT = (
    "accounts:account",
    "accounts:addresses",
    "accounts:address_add",
    "orders:my_orders",
    "catalog:wants",
    "catalog:reading_list",
    "account_email",
    "account_change_password",
    "account_logout",
)


@pytest.mark.parametrize("name", ACCOUNT)
def test_account(signed_in: Visit, name: str) -> None:
    works = Work.objects.order_by("-popularity", "pk")[:3]
    for work in works:
        wants.add(user=reader(), work=work)
        reading_lists.add(user=reader(), work=work)
    page = signed_in()
    answer = page.goto(reverse(name))
    assert answer is not None
    assert "/auth/login/" not in page.url
    assert_good(page, answer.text())


def test_account_rows(signed_in: Visit) -> None:
    order = Order.objects.exclude(user=None).order_by("-placed_at")[0]
    assert order.user is not None
    address = order.user.addresses.all()[0]
    page = signed_in(order.user.email)
    open_and_check(page, reverse("orders:my_order", args=[order.number]))
    open_and_check(page, reverse("accounts:address_edit", args=[address.pk]))
    open_and_check(page, reverse("accounts:address_remove", args=[address.pk]))


def test_account_empty(signed_in: Visit) -> None:
    User.objects.create_user(email="new@example.org", password="anything at all")
    page = signed_in("new@example.org")
    for name in ("orders:my_orders", "accounts:addresses", "catalog:wants", "catalog:reading_list"):
        open_and_check(page, reverse(name))


# --- Errors --------------------------------------------------------------------------------------


def test_not_found(visit: Visit) -> None:
    open_and_check(visit(), "/books/no-such-book/", status=404)


def test_bad_form(visit: Visit) -> None:
    page = visit()
    page.goto(reverse("account_login"))
    page.context.clear_cookies()
    page.get_by_label("Email").fill("a@example.org")
    page.locator("input[type=password]").fill("anything")
    with page.expect_navigation() as sent:
        page.get_by_role("button", name="Sign in", exact=True).click()
    assert sent.value is not None
    assert sent.value.status == 403
    assert_good(page, sent.value.text())


@pytest.mark.parametrize("code", [500, 503])
def test_broken(visit: Visit, code: int) -> None:
    request = RequestFactory().get("/broken/")
    answer = (
        server_error(request) if code == 500 else unavailable(request, OperationalError("gone"))
    )
    assert answer.status_code == code
    page = visit()
    html = answer.content.decode()
    # The watch would call a 5xx a fault: the page is shown as if it were well.
    page.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/broken/")
    assert_good(page, html)


# --- Staff and developers (the API's page: test_api_page.py) --------------------------------------


def test_admin(signed_in: Visit) -> None:
    # The rest of the admin: test_admin.py.
    page = signed_in(people.STAFF)
    page.goto(reverse("admin:index"))
    assert violations(page) == []
    assert too_wide(page) == []


def test_dev_mail(visit: Visit, tmp_path: Any, settings: Any) -> None:
    settings.MAIL_DIR = settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    letter = EmailMultiAlternatives("Your order", "Hello", to=["a@example.org"])
    letter.attach_alternative("<!doctype html><title>Hello</title><p>Hello</p>", "text/html")
    page = visit()
    open_and_check(page, reverse("dev_mail"))
    letter.send()
    open_and_check(page, reverse("dev_mail"))
    (name,) = [path.name for path in tmp_path.glob("*.log")]
    open_and_check(page, reverse("dev_mail_detail", args=[name, 0]))
